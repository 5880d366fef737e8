"""How plain values are shown: times, sizes, initials, folded stretches."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment

from mailgate import clock
from mailgate.mail import Span, SpanKind
from web import look

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 9, 58, 30, tzinfo=UTC)  # a Friday, 10:58 in Berlin


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(seconds=-20), "now"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=1, hours=1), "Thu"),
        (timedelta(days=6), "Sat"),
        (timedelta(days=7), "13 Nov"),
        (timedelta(days=39), "12 Oct"),
        (timedelta(days=404), "12 Oct 2025"),
        (timedelta(hours=-3), "13:58"),
    ],
)
def test_a_list_tells_how_long_ago(before: timedelta, words: str) -> None:
    assert look.ago(NOW - before, NOW, BERLIN) == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(minutes=31), "10:27"),
        (timedelta(days=1), "Thu 10:58"),
        (timedelta(days=39), "12 Oct 11:58"),  # summer time then
        (timedelta(days=404), "12 Oct 2025 11:58"),
        (timedelta(days=-1), "Sat 10:58"),
    ],
)
def test_a_thread_tells_when(before: timedelta, words: str) -> None:
    assert look.at(NOW - before, NOW, BERLIN) == words


def test_a_customer_is_told_the_day() -> None:
    assert look.day(NOW, NOW, BERLIN) == "today, 10:58"
    assert look.day(NOW - timedelta(days=1), NOW, BERLIN) == "yesterday, 10:58"
    assert look.day(NOW + timedelta(days=1), NOW, BERLIN) == "tomorrow, 10:58"
    assert look.day(NOW - timedelta(days=2), NOW, BERLIN) == "Wed 18 Nov, 10:58"


def test_the_day_is_the_readers_not_the_servers() -> None:
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert look.at(late, NOW, BERLIN) == "00:30"
    assert look.at(late, NOW, UTC) == "Thu 23:30"


def test_the_tooltip_tells_the_whole_truth() -> None:
    assert look.exact(NOW, BERLIN) == "Fri 20 Nov 2026, 10:58:30 CET"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Ferreira", "AF"),
        ("Élodie Marchand", "ÉM"),
        ("Hotel Seeblick, Front desk", "HS"),
        ('"Weber", Jonas', "WJ"),
        ("ana@lusitel.example", "A"),
        ("李伟", "李"),
        ("ßeta", "SS"),
        ("", "?"),
        ("--- !!", "?"),
    ],
)
def test_initials_stand_for_a_person(name: str, letters: str) -> None:
    assert look.initials(name) == letters


def test_a_person_keeps_one_hue() -> None:
    assert look.hue("Ana Ferreira") == look.hue(" ana ferreira ")
    hues = {look.hue(f"person {number}") for number in range(500)}
    assert hues == set(range(look.HUES))


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KB"),
        (188416, "184 KB"),
        (2**20 - 1, "1.0 MB"),
        (9_999_999, "9.5 MB"),
        (50 * 2**20, "50 MB"),
        (3 * 2**30, "3.0 GB"),
    ],
)
def test_sizes_are_short(octets: int, words: str) -> None:
    assert look.size(octets) == words


def test_a_snippet_is_one_line_of_bounded_length() -> None:
    assert look.snippet("Hello,\n\n  since yesterday\tI cannot") == "Hello, since yesterday I cannot"
    assert look.snippet("word " * 100, 20) == "word word word word…"


def _spans(*parts: tuple[SpanKind, str]) -> tuple[str, list[Span]]:
    text, spans = "", []
    for kind, words in parts:
        spans.append(Span(len(text), len(text) + len(words), kind))
        text += words
    return text, spans


def test_quote_and_signature_fold_into_one_pill() -> None:
    text, spans = _spans(
        (SpanKind.REPLY, "Thanks.\n\n"), (SpanKind.QUOTE, "Ben wrote:\n> hello\n"), (SpanKind.SIGNATURE, "-- \nAna\n")
    )
    assert look.stretches(text, spans) == (
        look.Stretch("Thanks.", lines=1),
        look.Stretch("Ben wrote:\n> hello\n-- \nAna", lines=4, folded="Quoted text and signature"),
    )


def test_a_pill_says_what_it_folds() -> None:
    text, spans = _spans((SpanKind.QUOTE, "> one?\n"), (SpanKind.REPLY, "Yes.\n"), (SpanKind.SIGNATURE, "-- \nAna\n"))
    assert [stretch.folded for stretch in look.stretches(text, spans)] == ["Quoted text", None, "Signature"]


def test_answers_between_quotes_stay_open() -> None:
    text, spans = _spans(
        (SpanKind.QUOTE, "> one?\n"),
        (SpanKind.REPLY, "Yes.\n"),
        (SpanKind.QUOTE, "> two?\n"),
        (SpanKind.REPLY, "No.\n"),
    )
    assert [(stretch.text, stretch.is_folded) for stretch in look.stretches(text, spans)] == [
        ("> one?", True),
        ("Yes.", False),
        ("> two?", True),
        ("No.", False),
    ]


def test_a_letter_that_is_all_quote_is_shown_whole() -> None:
    text, spans = _spans((SpanKind.REPLY, "\n \n"), (SpanKind.QUOTE, "> hello\n> Ana\n"))
    assert look.stretches(text, spans) == (look.Stretch(" \n> hello\n> Ana", lines=3),)
    assert look.stretches("plain", ()) == (look.Stretch("plain", lines=1),)


def test_templates_tell_times_in_the_zone_of_the_page() -> None:
    environment = Environment(autoescape=True)
    look.install(environment)
    clock.follow(lambda: NOW)
    try:
        page = environment.from_string("{{ moment|at }} {{ moment|day }} {{ moment|ago }} {{ moment|exact }}")
        moment = datetime(2026, 11, 20, 9, 27, tzinfo=UTC)
        assert page.render(moment=moment, zone="Europe/Berlin").startswith("10:27 today, 10:27 31 min Fri 20 Nov 2026")
        assert page.render(moment=moment).startswith("09:27 today, 09:27 31 min")
    finally:
        clock.follow(None)
