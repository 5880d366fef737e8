"""The search box's language: what is understood, what is looked for as it stands, and what is called a mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.store.listing import Filters
from web.show.fields import Field, Option
from web.show.language import understand, written


def _same(filters: Filters, _value: str, _session: object) -> Filters:
    return filters


FIELDS = {
    field.name: field
    for field in (
        Field("status", "Status", _same, (Option("open", "Open"), Option("pending", "Waiting"))),
        Field("assignee", "Assignee", _same, (Option("me", "Me"), Option("7", "Mara Koch")), {"7": ("mara",)}),
        Field("team", "Team", _same, (Option("3", "Second level"), Option("4", "Sales"))),
        Field("tag", "Tag", _same, kind="text", example="vip"),
        Field("before", "Opened before", _same, kind="date", example="2026-02-01"),
    )
}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "conditions", "words"),
    [
        ("", [], ""),
        ("printer fire", [], "printer fire"),
        ('"exact words" -not', [], '"exact words" -not'),
        ("status:open", [("status", "open")], ""),
        ("STATUS:Waiting printer", [("status", "pending")], "printer"),
        ('team:"second level" invoice', [("team", "3")], "invoice"),
        ("team:sec", [("team", "3")], ""),
        ("assignee:mara tag:VIP tag:b", [("assignee", "7"), ("tag", "vip"), ("tag", "b")], ""),
        ("before:2026-01-31", [("before", "2026-01-31")], ""),
        ("error:550 http://x.example/a 10:30 re:invoice", [], "error:550 http://x.example/a 10:30 re:invoice"),
        ('"status:open"', [], '"status:open"'),
        ('tag:"never closed', [("tag", "never closed")], ""),
    ],
)
def test_what_is_typed_is_understood(typed: str, conditions: list[tuple[str, str]], words: str) -> None:
    found = understand(typed, FIELDS)
    assert [(one.field, one.value) for one in found.said] == conditions
    assert found.words == words
    assert not found.mistakes


@pytest.mark.parametrize(
    ("typed", "wrong", "why"),
    [
        ("fire status:opne", "status:opne", "Did you mean status:open?"),
        ("statsu:open", "statsu:open", "Did you mean “status:”?"),
        ("before:yesterday", "before:yesterday", "Write one such as before:2026-02-01"),
        ("before:9999-99-99", "before:9999-99-99", "is no date"),
        ("tag:", "tag:", "something behind it"),
        ("team:marketing", "team:marketing", "There are Second level, Sales."),
        ("team:s", "team:s", "There is no team “s”"),  # both begin so
    ],
)
def test_a_wrong_word_is_named_where_it_stands(typed: str, wrong: str, why: str) -> None:
    found = understand(typed, FIELDS)
    (mistake,) = found.mistakes
    assert typed[mistake.start : mistake.end] == wrong
    assert why in mistake.why
    assert [piece for piece, is_wrong in found.marked() if is_wrong] == [wrong]
    assert "".join(piece for piece, _ in found.marked()) == typed


def test_a_condition_can_be_taken_away_and_written_again() -> None:
    found = understand('a status:open b team:"second level"', FIELDS)
    assert found.without(found.said[0]) == 'a b team:"second level"'
    assert found.without(found.said[1]) == "a status:open b"
    assert written("team", "second level") == 'team:"second level"'


@given(st.text(max_size=120))
def test_whatever_is_typed_nothing_is_lost(typed: str) -> None:
    found = understand(typed, FIELDS)
    assert "".join(piece for piece, _ in found.marked()) == typed
    for one in found.said:
        assert typed[one.start : one.end].lower().startswith(f"{one.field}:")
