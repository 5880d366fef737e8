"""Phrases are found as whole words, and only those."""

import pytest

from mailgate.parse.quotes.phrases import Phrases, plain

PHRASES = Phrases("wrote|wrote the following|a écrit|napsal(a)", "写道")


@pytest.mark.parametrize(
    "text", ["Ann wrote:", "WROTE", "Ann a  ÉCRIT ici", "Bob napsal(a):", "张三写道：", "Ann a ecrit"]
)
def test_a_phrase_stands_in_a_text(text: str) -> None:
    assert PHRASES.stand_in(plain(text))


@pytest.mark.parametrize("text", ["Ann rewrote it", "Ann wrotes", "écrit", "", "napsal", "a écrite"])
def test_a_part_of_a_word_is_no_phrase(text: str) -> None:
    assert not PHRASES.stand_in(plain(text))


@pytest.mark.parametrize("text", ["Ann wrote:", "Bob napsal(a):", "wrote the following", "张三写道：", "Ann wrote:>>>"])
def test_a_phrase_ends_a_text(text: str) -> None:
    assert PHRASES.end(plain(text), signs=4)


@pytest.mark.parametrize("text", ["Ann wrote it", "Ann rewrote:", "Ann wrote:>>>>>", "", ":", "写道 Ann"])
def test_a_phrase_inside_does_not_end_it(text: str) -> None:
    assert not PHRASES.end(plain(text), signs=4)
