"""Conditions: what each operator says of each kind of field, how groups nest, and what a schema refuses."""

from time import perf_counter
from typing import Any

import pytest
from pydantic import ValidationError

from mailgate.rules.conditions import question
from mailgate.rules.decide import LONGEST_CHAIN, decide, needs, ready
from mailgate.rules.facts import Facts
from mailgate.rules.fields import FIELDS, OPS, Needs, field_named
from mailgate.rules.schema import RuleGiven
from mailgate.rules.words import in_words

FACTS = Facts(
    {
        "subject": " Rückerstattung STRASSE", "text": "Where is my refund?\nOrder 20931", "words": "a\nrefund b",
        "language": "pt", "team": None, "tags": ("vip", "Order"), "messages": 3, "age": None, "hours": ("Office",),
        "header.x-spam": "0.1", "customer.plan": "Gold", "company.seats": "12.5", "files": ("Invoice.PDF",),
    }
)  # fmt: skip
YES = [
    ("subject", "contains", "straße"), ("subject", "begins", "rück"), ("subject", "ends", "strasse"),
    ("subject", "is", "RÜCKERSTATTUNG strasse"), ("subject", "is_not", "x"), ("subject", "contains_not", "x"),
    ("subject", "set", ""), ("text", "matches", r"order \d{5}$"), ("text", "matches_not", r"order \d{6}"),
    ("language", "is", "PT"), ("language", "is_not", "de"), ("team", "empty", ""), ("team", "is_not", "Billing"),
    ("tags", "has", "VIP"), ("tags", "has_not", "vi"), ("tags", "contains", "vi"), ("tags", "contains_not", "vx"),
    ("tags", "set", ""), ("files", "contains", ".pdf"), ("messages", "is", "3"), ("messages", "above", "2"),
    ("messages", "below", "4"), ("hours", "within", "office"), ("hours", "outside", "Night"),
    ("customer.plan", "is", "gold"), ("customer.Plan", "begins", "g"), ("company.seats", "above", "12"),
    ("company.seats", "below", "12.6"), ("company.plan", "empty", ""), ("company.plan", "is_not", "gold"),
    ("header.X-Spam", "is", "0.1"), ("header.X-Other", "empty", ""),
]  # fmt: skip
NO = [
    ("subject", "empty", ""), ("team", "set", ""), ("age", "above", "0"), ("age", "below", "9"), ("age", "is", "0"),
    ("messages", "above", "3"), ("hours", "within", "Night"), ("hours", "outside", "Office"), ("tags", "has", "vi"),
    ("customer.plan", "above", "1"), ("company.seats", "above", "12.5"), ("company.plan", "is", "gold"),
    ("text", "matches", r"order \d{6}"), ("files", "has", "invoice"), ("subject", "begins", "strasse"),
]  # fmt: skip


def given(condition: dict[str, Any], **more: Any) -> RuleGiven:
    return RuleGiven.model_validate(
        {"name": "R", "when": "created", "if": condition, "then": [{"do": "tag", "value": "T"}], **more}
    )


def _holds(condition: dict[str, Any]) -> bool:
    return question(given(condition).condition)(FACTS)


def test_every_operator_says_what_it_says() -> None:
    tried = {op for _, op, _ in YES + NO}
    assert tried == {op for ops in OPS.values() for op in ops}
    for wanted, tests in ((True, YES), (False, NO)):
        for name, op, value in tests:
            test = {"field": name, "op": op, "value": value}
            assert _holds({"all": [test]}) is wanted, test
            assert _holds({"any": [test]}) is wanted, test


def test_groups_nest() -> None:
    yes, no = ({"field": "language", "op": "is", "value": value} for value in ("pt", "de"))
    assert _holds({"all": []})
    assert _holds({"all": [yes, {"any": [no, {"all": [yes, yes]}]}]})
    assert not _holds({"all": [yes, {"any": [no, {"all": [yes, no]}]}]})
    assert _holds({"any": [no, {"all": [yes]}]})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"if": {"all": [{"field": "wards", "op": "is", "value": "x"}]}}, "no field wards"),
        ({"if": {"all": [{"field": "tags", "op": "is", "value": "x"}]}}, "can be asked"),
        ({"if": {"all": [{"field": "status", "op": "is", "value": "gone"}]}}, "one of new, open"),
        ({"if": {"all": [{"field": "customer.a b", "op": "set"}]}}, "no field customer"),
        ({"if": {"all": [{"field": "company.seats", "op": "above", "value": "many"}]}}, "a number"),
        ({"if": {"all": [{"field": "age", "op": "above", "value": "ten"}]}}, "a number"),
        ({"if": {"all": [{"field": "text", "op": "matches", "value": "(a"}]}}, "cannot be followed"),
        ({"if": {"all": [{"field": "text", "op": "matches", "value": "(?=a)"}]}}, "cannot be followed"),
        ({"if": {"all": [{"field": "text", "op": "contains", "value": " "}]}}, "needs a value"),
        ({"if": {"all": [{"field": "header.A:", "op": "set"}]}}, "no field header"),
        ({"if": {"all": [{"any": []}]}}, "at least one"),
        ({"if": {"all": [{"all": [{"all": [{"all": []}]}]}]}}, "deep at most"),
        ({"then": []}, "at least 1"),
        ({"then": [{"do": "note"}]}, "needs words"),
        ({"then": [{"do": "status", "value": "new"}]}, "one of open"),
        ({"then": [{"do": "tag", "value": "a\nb"}]}, "one line"),
        ({"name": " "}, "needs a name"),
        ({"colour": "red"}, "not permitted"),
        ({"stop": "yes"}, "boolean"),
    ],
)
def test_what_makes_no_rule_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    plain = given({"all": []}).plain() | change
    with pytest.raises(ValidationError, match=words):
        RuleGiven.model_validate(plain)


def test_a_rule_survives_being_written_down() -> None:
    rule = given(
        {"any": [{"field": "hours", "op": "outside", "value": "Office"}, {"all": [{"field": "team", "op": "empty"}]}]}
    )
    assert RuleGiven.model_validate(rule.plain()) == rule
    assert RuleGiven.model_validate_json(rule.model_dump_json(by_alias=True)) == rule
    assert needs([ready(1, 1, rule)]) == {Needs.HOURS, Needs.NOTHING, Needs.TAGS}


def test_a_rule_is_told_in_a_sentence() -> None:
    condition = {"all": [
        {"field": "words", "op": "contains", "value": "refund"},
        {"any": [
            {"field": "language", "op": "is", "value": "de"},
            {"field": "company", "op": "is", "value": "lusitel.example"},
        ]},
    ]}  # fmt: skip
    then = [{"do": "category", "value": "Refunds"}, {"do": "team", "value": "Billing"}, {"do": "assignee", "value": ""}]
    assert in_words(given(condition, then=then)) == (
        "When a ticket is created, and the subject or text contains “refund” and either the language is “de” or the"
        " customer's domain is “lusitel.example”: set the category “Refunds”, assign the team “Billing” and take it"
        " from its agent."
    )
    for name in (*FIELDS, "header.X-Spam", "customer.plan", "company.seats", "field.order"):
        field = field_named(name)
        assert field is not None
        for op in OPS[field.kind]:
            asked = {"field": name, "op": op, "value": field.choices[0] if field.choices else "1"}
            assert in_words(given({"all": [asked]})).endswith(": add the tag “T”.")


def _rule(number: int, value: str, **more: Any) -> Any:
    then = more.pop("then", [{"do": "priority", "value": value}])
    return ready(number, 1, given(more.pop("if", {"all": []}), then=then, **more))


def test_each_rule_sees_what_the_ones_before_it_did_and_one_that_stops_is_the_last() -> None:
    is_high = {"all": [{"field": "priority", "op": "is", "value": "high"}]}
    rules = [
        _rule(1, "high"), _rule(2, "urgent", **{"if": is_high}), _rule(3, "low", **{"if": is_high}),
        _rule(4, "", then=[{"do": "tag", "value": "A"}, {"do": "tag", "value": "B"}, {"do": "untag", "value": "a"}]),
        _rule(5, "low", **{"if": {"all": [{"field": "tags", "op": "has", "value": "b"}]}}, stop=True), _rule(6, "low"),
        _rule(7, "low", when="message"),
    ]  # fmt: skip
    facts = Facts({"priority": "low", "tags": ()})
    runs = list(decide(rules, {"created"}, facts))
    assert [run.rule.id for run in runs] == [1, 2, 4, 5]
    assert runs[1].saw == {"priority": "high"}


def test_what_rules_did_starts_only_rules_that_are_marked_and_none_twice() -> None:
    rules = [_rule(1, "high"), _rule(2, "low", after_rules=True), _rule(3, "low", after_rules=True)]
    for chain, wanted in (((), [1, 2, 3]), ((1,), [2, 3]), ((1, 2), [3]), ((9,) * LONGEST_CHAIN, [])):
        assert [run.rule.id for run in decide(rules, {"created"}, FACTS, chain)] == wanted


def test_patterns_cost_what_is_read() -> None:
    """As rows of threats demand: linear, however they are built."""
    text = Facts({"text": "a" * 200_000 + "!"})
    for pattern in (r"(a+)+$", r"(a|aa)+$", r"(.*)*x", "x*" * 100 + "y"):
        asked = question(given({"all": [{"field": "text", "op": "matches", "value": pattern}]}).condition)
        begun = perf_counter()
        assert not asked(text)
        assert perf_counter() - begun < 1
