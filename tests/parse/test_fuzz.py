"""Mails broken at random are read all the same; what longer runs found is kept in tests/mails/found."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parse.fuzz import MAILS, broken, check, samples

EACH = 4  # mutations of each mail; `make fuzz` goes on from there
_NAMES = st.sampled_from(
    [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "Content-Type",
        "Content-Disposition",
        "Content-Transfer-Encoding",
        "Return-Path",
        "X-Loop",
    ]
)
_WORDS = st.sampled_from(
    [
        "a@b.example",
        "Ann <a@b.example>",
        "=?utf-8?q?=E4?=",
        "=?x?b?!?=",
        "text/html; charset=x",
        'multipart/mixed; boundary="b"',
        "multipart/alternative; boundary=b",
        "message/rfc822",
        "base64",
        "quoted-printable",
        "attachment; filename*0*=utf-8''%41",
        "<x@y>",
        "Mon, 5 Jan 2026 09:30:00 +0100",
        "(",
        '"',
        "\t",
        "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"),
    ]
)
_LINES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "--b",
            "--b--",
            "",
            "> quoted",
            "On Mon, 5 Jan 2026 at 9:30 Ann <a@b.example> wrote:",
            "-- ",
            "From: Ann",
            "Sent: 9:30",
            "To: Bob",
            "Content-Type: text/html",
            "<blockquote>",
            "begin 644 a",
            "end",
            "Best regards,",
        ]
    ),
)
_MAILS = st.builds(
    lambda headers, lines: ("".join(f"{n}: {v}\n" for n, v in headers) + "\n" + "\n".join(lines)).encode(
        "utf-8", "replace"
    ),
    st.lists(st.tuples(_NAMES, st.one_of(_WORDS, st.text(max_size=60))), max_size=8),
    st.lists(_LINES, max_size=30),
)


@pytest.mark.parametrize("round_", range(EACH))
def test_broken_mails_are_read(round_: int) -> None:
    mails = samples()
    chance = random.Random(round_)
    for mail in mails:
        check(broken(mail, mails, chance))


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(_MAILS)
def test_built_mails_are_read(raw: bytes) -> None:
    check(raw)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=2_000))
def test_noise_is_read(raw: bytes) -> None:
    check(raw)


@pytest.mark.parametrize("path", sorted((MAILS / "found").glob("*.eml")), ids=lambda path: path.stem)
def test_what_was_found_once_stays_mended(path: object) -> None:
    check(path.read_bytes())  # type: ignore[attr-defined]
