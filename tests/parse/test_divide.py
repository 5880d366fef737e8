"""New words between, above and below quotes: none is ever cut out, and what is folded stays in the text."""

import pytest

from mailgate.mail import SpanKind
from mailgate.parse.quotes.divide import divide

INTRODUCTION = "On Mon, Jan 5, 2026 at 9:30 AM Bob <b@example.org> wrote:"
LONG = "> Please send me the documents that we talked about on the phone yesterday"


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        (f"{INTRODUCTION}\n> Does it print?\n\nYes it does.\n\n> Does it scan?\nNo.\n> Bye", "Yes it does.\n\nNo."),
        (f"Hi,\n\n{INTRODUCTION}\n> old\n\nNew words below.", "Hi,\n\nNew words below."),
        (f"{INTRODUCTION}\n{LONG}\nDone.\n> and call me", "Done."),
        ("> question\n\nanswer", "answer"),
        (f"New.\n\n{INTRODUCTION}\n\nold without marks\n\nand more", "New."),
        ("Words.\n\n----- Original Message -----\n> old\n\nBelow.", "Words.\n\nBelow."),
        ("\U0001f44d\n\nOn Mon, Jan 5, 2026 at 9:30 AM Bob <b@example.org> wrote:\n> old", "\U0001f44d"),
        ("好的。\n\n在 2026年1月5日，上午9:30，Ann <a@example.org> 写道：\n\n> 旧", "好的。"),
    ],
)
def test_new_words_are_kept_wherever_they_stand(text: str, reply: str) -> None:
    assert divide(text).reply == reply


def test_the_rest_of_a_broken_quoted_line_is_quote() -> None:
    text = f"New.\n\n{INTRODUCTION}\n{LONG}\nafternoon.\n\n-- \nBob"
    assert divide(text).reply == "New."


@pytest.mark.parametrize(
    "text",
    ["> only\n> quotes", f"{INTRODUCTION}\n\nold", "Sent from my iPhone\n\n" + INTRODUCTION + "\n> old", "-- \nAnn"],
)
def test_a_reply_is_never_empty_where_there_are_words(text: str) -> None:
    assert divide(text).reply


@pytest.mark.parametrize(
    "text", ["", "\n", "a", "a\n", "\n\na\n\n> b\n\n-- \nc\n\n", f"{INTRODUCTION}\n> b\n\n", "> a\nb\n> c"]
)
def test_spans_cover_the_text_from_end_to_end(text: str) -> None:
    spans = divide(text).spans
    assert "".join(text[span.start : span.end] for span in spans) == text
    assert all(span.rule for span in spans if span.kind is not SpanKind.REPLY)


def test_a_gateways_banner_is_not_part_of_the_words() -> None:
    banner = "CAUTION: This email originated from outside of this company. Do not click links."
    assert divide(f"{banner}\n\nHello,\n\nplease help.").reply == "Hello,\n\nplease help."
    words = "Attention please: the printer outside is broken.\n\nPlease come."
    assert divide(words).reply == words
