"""A policy as a form: fields of text, read into what is promised, and filled from it."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import Field, create_model

from mailgate.errors import BadInput
from mailgate.office.promises import PolicyGiven, StepGiven
from mailgate.office.written import minutes_in_words, read_minutes
from mailgate.sla.policy import Goal, is_property
from mailgate.store.promises import PolicyRow
from mailgate.store.tickets import PRIORITIES
from web.forms import Form, Line, Words
from web.show.pairs import pairs_in_words, read_pairs
from web.speech import later, say

GOALS = {
    Goal.FIRST_RESPONSE.value: later("First response"),
    Goal.NEXT_RESPONSE.value: later("Next response"),
    Goal.RESOLUTION.value: later("Resolution"),
    Goal.ASSIGNMENT.value: later("Assignment"),
}
_MOST = 20  # steps
Lines = Annotated[tuple[Line, ...], Field(max_length=_MOST + 1)]


class StepShown(NamedTuple):
    """One step in the form."""

    id: str = "0"
    goal: str = ""
    time: str = ""
    side: str = "before"
    every: str = ""
    times: str = ""
    tell: str = ""
    priority: str = ""
    team: str = ""
    tier: str = ""
    assignee: str = ""
    tags: str = ""
    customer: str = ""
    rule: str = ""
    webhook: str = ""


class _Fields(Form):
    name: Annotated[Line, Field(max_length=100)] = ""
    place: Annotated[Line, Field(pattern=r"^[0-9]{0,6}$")] = ""
    calendar: Annotated[Line, Field(pattern=r"^[0-9]{0,18}$")] = ""
    pauses: tuple[Line, ...] = ()
    mailboxes: tuple[Annotated[Line, Field(pattern=r"^[0-9]{1,18}$")], ...] = ()
    categories: tuple[Annotated[Line, Field(pattern=r"^[0-9]{1,18}$")], ...] = ()
    customers: Annotated[Line, Field(max_length=2000)] = ""
    languages: Annotated[Line, Field(max_length=100)] = ""
    tags: Annotated[Line, Field(max_length=1000)] = ""
    properties: Annotated[Words, Field(max_length=2000)] = ""
    step_id: Lines = ()
    step_goal: Lines = ()
    step_time: Lines = ()
    step_side: Lines = ()
    step_every: Lines = ()
    step_times: Lines = ()
    step_tell: Lines = ()
    step_priority: Lines = ()
    step_team: Lines = ()
    step_tier: Lines = ()
    step_assignee: Lines = ()
    step_tags: Lines = ()
    step_customer: Lines = ()
    step_rule: Lines = ()
    step_webhook: Lines = ()

    def given(self, row: PolicyRow | None) -> PolicyGiven:
        """What it says; a wrong length of time is refused under its field's name."""
        targets = {
            priority: {goal: minutes for goal in GOALS if (minutes := self._minutes(f"{goal}_{priority}")) is not None}
            for priority in PRIORITIES
        }
        conditions: dict[str, list[Any]] = {
            "mailboxes": [int(one) for one in self.mailboxes],
            "categories": [int(one) for one in self.categories],
            "customers": _listed(self.customers.lower()),
            "languages": _listed(self.languages.lower()),
            "tags": _listed(self.tags.lower()),
            **{key.lower(): _listed(values) for key, values in read_pairs(self.properties).items()},
        }
        return PolicyGiven(
            self.name, targets, int(self.calendar) if self.calendar else None, conditions, self.pauses,
            [step for shown in self.steps if (step := _read_step(shown)) is not None],
            int(self.place) if self.place else None, row.active if row is not None else True,
        )  # fmt: skip

    @property
    def steps(self) -> list[StepShown]:
        """Its steps, and an empty one to write another."""
        columns = [getattr(self, f"step_{name}") for name in StepShown._fields]
        if len({len(column) for column in columns}) != 1:
            raise BadInput("The steps are torn apart. Reload the page and try again.", steps="are incomplete")
        filled = [StepShown(*row) for row in zip(*columns, strict=True)]
        return [*(step for step in filled if step.goal), StepShown()]

    def _minutes(self, field: str) -> int | None:
        try:
            return read_minutes(getattr(self, field))
        except BadInput as error:
            refused = BadInput(str(error))
            refused.fields = {field: "is wrong"}
            raise refused from None


_TARGETS: dict[str, Any] = {
    f"{goal}_{priority}": (Annotated[Line, Field(max_length=40)], "") for goal in GOALS for priority in PRIORITIES
}


class PolicyForm(create_model("_Targeted", __base__=_Fields, **_TARGETS)):  # type: ignore[misc] # made of its fields
    """A policy as it is written: one target for each goal and priority."""


def written(given: PolicyGiven) -> PolicyForm:
    """The form, filled with a policy."""
    conditions = given.conditions
    steps = [_shown(step) for step in given.steps]
    fields = (
        {
            f"step_{name}": tuple(column)
            for name, column in zip(StepShown._fields, zip(*steps, strict=True), strict=True)
        }
        if steps
        else {}
    )
    times = {
        f"{goal}_{priority}": minutes_in_words(minutes)
        for priority, goals in given.targets.items()
        for goal, minutes in goals.items()
    }
    values: dict[str, Any] = {
        "name": given.name,
        "place": str(given.place or ""),
        "calendar": str(given.calendar_id or ""),
        "pauses": tuple(given.pauses),
        "mailboxes": tuple(map(str, conditions.get("mailboxes", ()))),
        "categories": tuple(map(str, conditions.get("categories", ()))),
        **{name: ", ".join(conditions.get(name, ())) for name in ("customers", "languages", "tags")},
        "properties": pairs_in_words(
            {name: ", ".join(values) for name, values in conditions.items() if is_property(name)}
        ),
    }
    return PolicyForm(**values, **fields, **times)


def targets_in_words(row: PolicyRow) -> list[str]:
    """What a policy promises, a sentence for each goal."""
    sentences = []
    for goal, name in GOALS.items():
        times = {priority: row.targets.get(priority, {}).get(goal) for priority in PRIORITIES}
        told = {priority: minutes_in_words(minutes) for priority, minutes in times.items() if minutes is not None}
        if told and len(set(told.values())) == 1 and len(told) == len(PRIORITIES):
            sentences.append(say("%(name)s within %(time)s", name=name, time=next(iter(told.values()))))
        elif told:
            sentences.append(
                say(
                    "%(name)s within %(time)s",
                    name=name,
                    time=", ".join((f"{words} ({priority})" for priority, words in told.items())),
                )
            )
    return sentences


def _read_step(shown: StepShown) -> StepGiven | None:
    if not shown.goal:
        return None
    try:
        minutes, every = read_minutes(shown.time) or 0, read_minutes(shown.every)
        times = int(shown.times or 1)
    except (BadInput, ValueError):
        raise BadInput(
            "A step comes so long before or after, such as 30 min, and so often.", steps="are wrong"
        ) from None
    does: dict[str, Any] = {
        "notify": _listed(shown.tell),
        "priority": shown.priority,
        "team": shown.team,
        "next_tier": shown.tier == "next",
        "assignee": shown.assignee,
        "tags": _listed(shown.tags.lower()),
        "tell_customer": shown.customer,
        "rule": shown.rule,
        "webhook": shown.webhook,
    }
    number = int(shown.id) if shown.id.isascii() and shown.id.isdigit() and len(shown.id) < 8 else 0  # noqa: PLR2004
    return StepGiven(
        shown.goal, -minutes if shown.side == "before" else minutes, every, times,
        {name: value for name, value in does.items() if value}, number,
    )  # fmt: skip


def _shown(step: StepGiven) -> StepShown:
    does = step.does
    return StepShown(
        str(step.id), step.goal, minutes_in_words(abs(step.minutes)), "before" if step.minutes < 0 else "after",
        minutes_in_words(step.every), str(step.times) if step.every else "", ", ".join(does.get("notify", ())),
        does.get("priority", ""), does.get("team", ""), "next" if does.get("next_tier") else "",
        does.get("assignee", ""), ", ".join(does.get("tags", ())), does.get("tell_customer", ""), does.get("rule", ""),
        does.get("webhook", ""),
    )  # fmt: skip


def _listed(text: str) -> list[str]:
    return [piece for part in text.split(",") if (piece := " ".join(part.split()))]
