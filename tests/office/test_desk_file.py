"""desk.yaml: what is written down can be applied to an empty organisation and is the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate import clock
from mailgate.errors import BadInput, Conflict
from mailgate.office.desk.apply import apply
from mailgate.office.desk.compare import differences
from mailgate.office.desk.export import export
from mailgate.office.desk.schema import Desk
from mailgate.office.desk.written import from_yaml, json_schema, to_yaml
from mailgate.store.audit import By, entries, work_for
from mailgate.store.db import Database, take_back
from mailgate.store.founding import found

ROOT = Path(__file__).parents[2]
FILE = (ROOT / "docs" / "desk.example.yaml").read_text()


def test_a_desk_is_applied_exported_and_applied_to_another(database: Database, owner: Database) -> None:
    wanted = from_yaml(FILE)
    assert all(getattr(wanted, name) for name in Desk.model_fields), "the example shows every section"
    with database.desk(1) as session:
        work_for(session, By("the command line"))
        empty = export(session)
        lines = [*differences(empty, apply(session, wanted, "Ida", clock.now()))]
        take_back(session)  # a dry run
    assert "+ team Billing" in lines
    assert "+ agent ida@nordlicht.example" in lines
    assert any(line.startswith("~ organisation: number_format: TKT-") for line in lines)
    with database.desk(1) as session:
        assert export(session) == empty
        work_for(session, By("the command line"))
        first = apply(session, wanted, "Ida", clock.now())
    text = to_yaml(first)
    assert from_yaml(text) == first
    with database.desk(1) as session:
        before = len(entries(session, limit=1000))
        assert [*differences(first, apply(session, from_yaml(text), "Ida", clock.now()))] == []
        assert len(entries(session, limit=1000)) == before > 10
    with owner.desk(0) as session:
        other = found(session, "Branch").id
    moved = text.replace("@nordlicht.example", "@branch.example").replace("name: Nordlicht\n", "name: Branch\n")
    with database.desk(other) as session:
        second = apply(session, from_yaml(moved), "Ida", clock.now())
    assert to_yaml(second) == moved
    for section in Desk.model_fields:
        assert getattr(second, section), section


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a list", "is a mapping"),
        ("{", "no YAML"),
        ("teams: [{name: A, colour: red}]", "teams.0.colour"),
        ("teams: [{name: A}, {name: A}]", "stands there twice"),
        ("agents: [{email: a@b.example, teams: [Nobody]}]", "agent a@b.example: There is no team 'Nobody'"),
        ("categories: [{name: A, parent: A}]", "category A: A category cannot lie within itself"),
        ("organisation: {name: X, number_format: N-1}", "needs {N} once"),
        ("mailboxes: [{address: nonsense}]", "mailbox nonsense"),
        ("policies: [{name: P, targets: {normal: {first_response: 5}}, calendar: None at all}]", "no calendar"),
        ("rules: [{name: R}]", "when"),
    ],
)
def test_what_is_wrong_is_said_by_its_place_and_nothing_is_kept(database: Database, text: str, words: str) -> None:
    with database.desk(1) as session:
        before = export(session)
    with pytest.raises((BadInput, Conflict)) as refused, database.desk(1) as session:
        apply(session, from_yaml(text), "Ida", clock.now())
    assert words in str(refused.value)
    with database.desk(1) as session:
        assert export(session) == before


def test_the_schema_in_the_documents_is_the_one_that_is_used() -> None:
    assert (ROOT / "docs" / "desk.schema.json").read_text() == json_schema()
