"""Rules: the whole way of a mail with fifty rules on, beside the same without any."""

from __future__ import annotations

from typing import Any

from mailgate import clock
from mailgate.bench.figures import Limit, Plan, Row
from mailgate.bench.rows.end_to_end import whole_way
from mailgate.bench.site import Site, WentWrong
from mailgate.office.rules import apply_rules
from mailgate.store.rules import rule_rows, runs_of_rule

_RULES = 50
_WORDS = ("refund", "Rechnung", "facture", "contraseña", "delivery", "Kündigung", "broken", "résiliation", "gracias")


def measure(plan: Plan, site: Site) -> Row:
    """Each rule asks several fields, most of them the text; one of them acts on every new ticket."""
    without = whole_way(plan, site, "without rules")
    with site.database() as database, database.desk(1) as session:
        apply_rules(session, [_rule(number) for number in range(_RULES)], "Bench", clock.now())
    row = whole_way(plan, site, "50 rules", start=5_000_000)
    row.limits = [Limit("the same without rules", without.count / without.seconds)]
    with site.database() as database, database.desk(1) as session:
        if not runs_of_rule(session, rule_rows(session)[-1].id, 1):
            raise WentWrong("No rule has acted.")
    return row


def _rule(number: int) -> dict[str, Any]:
    word = f"{_WORDS[number % len(_WORDS)]} {number}"
    asked = [
        {"field": "words", "op": "contains", "value": word},
        {"any": [
            {"field": "language", "op": "is", "value": "de"},
            {"field": "company", "op": "is", "value": f"customer{number}.example"},
            {"field": "text", "op": "matches", "value": rf"\b{word}\b.{{0,40}}please"},
        ]},
        {"field": "tags", "op": "has_not", "value": "done"},
    ]  # fmt: skip
    acts = number == _RULES - 1
    return {
        "name": f"Rule {number}",
        "when": "created",
        "if": {"all": [{"field": "channel", "op": "is", "value": "mail"}]} if acts else {"any": [{"all": asked}]},
        "then": [{"do": "priority", "value": "high"}, {"do": "tag", "value": "ruled"}],
        "active": True,
    }
