"""Attack 7: what a text column cannot hold comes out of no mail; its raw bytes stay as they are."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from mailgate.parse import read

POISON = (
    "\x00",
    "=?utf-8?b?AA==?=",
    "=?utf-8?q?=00=ED=A0=80?=",
    "=?utf-16?b?2AA=?=",
    "\udcff",
    "&#0;&#55296;",
    "=ED=A0=80=00",
    "a\x00b \ud800",
)
HEADS = ("From: {0} <a@example.org>", "Subject: {0}", "Message-ID: <{0}@x>", "References: <{0}@x>", "X-Loop: {0}")
PARTS = (
    "Content-Type: text/plain; charset=utf-8\n\n{0}",
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=00{0}",
    "Content-Type: text/html; charset=utf-8\n\n<p title='{0}'>{0}&#0;</p>",
    "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n2AAA2AAA",
    'Content-Type: image/png; name="{0}.png"\nContent-ID: <{0}>\n\nx',
    "Content-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:{0}\nEND:VEVENT",
    "Content-Type: message/rfc822\n\nSubject: {0}\nFrom: {0}\n\n{0}",
)


@pytest.mark.parametrize("poison", POISON)
@pytest.mark.parametrize("template", [*(f"{head}\n\nHello" for head in HEADS), *(f"From: a@b.c\n{p}" for p in PARTS)])
def test_no_string_of_a_letter_is_unfit_for_a_column(template: str, poison: str) -> None:
    letter = read(template.format(poison).encode("utf-8", "surrogatepass" if "\ud800" in poison else "surrogateescape"))
    for text in _strings(letter):
        assert "\x00" not in text
        text.encode()


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _strings(getattr(value, field.name))
