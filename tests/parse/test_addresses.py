"""Addresses that need no parser are read as the parser reads them."""

import email

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.mail import Address
from mailgate.parse.addresses import any_addresses, plain_addresses, read_addresses
from mailgate.parse.encoded_words import clean, raw_text
from tests.parse.fuzz import samples

_HEADERS = ("from", "sender", "reply-to", "to", "cc")
_WORDS = st.from_regex(r"[A-Za-zÀ-ž0-9'-]{1,12}", fullmatch=True)
_ADDRESSES = st.from_regex(
    r"[a-z0-9%+=_-]{1,8}(\.[a-z0-9_]{1,5}){0,2}@[a-z0-9-]{1,8}(\.[a-z0-9-]{1,5}){0,2}", fullmatch=True
)


def _in_samples() -> list[str]:
    messages = [email.message_from_bytes(raw) for raw in samples()]
    values = [str(value) for one in messages for name, value in one.raw_items() if name.lower() in _HEADERS]
    return [clean(raw_text(value)) for value in values]


def test_the_short_way_reads_as_the_long_one_in_all_samples() -> None:
    plain = [text for text in _in_samples() if plain_addresses(text)]
    assert len(plain) > 100
    assert [plain_addresses(text) for text in plain] == [any_addresses(text, [], "To") for text in plain]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(_WORDS, max_size=4), _ADDRESSES, st.booleans())
def test_the_short_way_reads_as_the_long_one(words: list[str], address: str, is_quoted: bool) -> None:
    name = " ".join(words)
    text = f'"{name}" <{address}>' if is_quoted and name else f"{name} <{address}>" if name else address
    assert plain_addresses(text) in ((), any_addresses(text, [], "To"))


@pytest.mark.parametrize(
    "text",
    [
        "Ann (home) <a@example.org>",
        '"Lee, Ann" <a@example.org>',
        "a..b@example.org",
        "Ann <a@b> c",
        "ok: a@example.org;",
    ],
)
def test_all_others_go_the_long_way(text: str) -> None:
    assert plain_addresses(text) == ()


def test_several_plain_addresses() -> None:
    assert read_addresses('Ann Lee <a@example.org>, "Bob" <b@example.org>, c@example.org', [], "To") == (
        Address("a@example.org", "Ann Lee"),
        Address("b@example.org", "Bob"),
        Address("c@example.org"),
    )
