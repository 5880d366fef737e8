"""Do to a ticket what a rule wants done; what cannot be done is said, and stops nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from mailgate.errors import BadInput, Conflict
from mailgate.rights import Right, may
from mailgate.rules.decide import Run
from mailgate.rules.schema import Action
from mailgate.rules.words import action_in_words
from mailgate.store.agents import agent_by_email
from mailgate.store.base import write
from mailgate.store.office import team_named
from mailgate.store.rules import RuleRun
from mailgate.store.tickets import Ticket
from mailgate.tickets.answer import note
from mailgate.tickets.change import Named, change, clean_tags
from mailgate.tickets.escalate import Whereto, escalate
from mailgate.tickets.history import Actor, record
from mailgate.tickets.letters import ask_for_letter
from mailgate.tickets.rate import ask
from mailgate.tickets.route import route
from mailgate.tickets.rule_facts import Case, Desk
from mailgate.tickets.webhooks import ask_for_call


def act(desk: Desk, case: Case, run: Run, *, once: str | None = None) -> None:
    """Do what a rule wants done, and write down what it saw and did. `once`: it is not to do so again."""
    session, ticket = desk.session, case.ticket
    by = Actor("rule", f"Rule “{run.rule.name}”", rules=(*case.chain, run.rule.id))
    did = [_try(_DO[action.do], desk, ticket, action, by) for action in run.actions]
    if any(action.do != "digest" for action in run.actions):  # to be listed there changes nothing: its log tells
        record(session, ticket, "ruled", by, desk.now, data={"rule": run.rule.name, "reasons": did})
    write(
        session,
        RuleRun,
        rule_id=run.rule.id,
        rule_name=run.rule.name,
        version=run.rule.version,
        ticket_id=ticket.id,
        event_id=case.event.id if case.event is not None else None,
        once=once,
        at=desk.now,
        saw=run.saw,
        did=did,
    )


def _try(do: _Deed, desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str:
    """What was done, in a sentence; or why it was not."""
    words = action_in_words(action)
    try:
        refused = do(desk, ticket, action, by)
    except (BadInput, Conflict) as error:
        refused = str(error)
    return f"Not done: {words}. {refused}" if refused else f"{words[:1].upper()}{words[1:]}."


def _set_status(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    change(desk.session, ticket, by, desk.now, status=action.value)
    return None


def _set_priority(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    change(desk.session, ticket, by, desk.now, priority=action.value)
    return None


def _assign(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    agent = agent_by_email(desk.session, action.value) if action.value else None
    if action.value and (agent is None or not agent.active or not may(agent.role, Right.WORK)):
        return f"{action.value} does not work here."
    before = desk.agents.get(ticket.assignee_id or 0)
    after = Named(agent.id, agent.name) if agent is not None else None
    change(desk.session, ticket, by, desk.now, given={"assignee": (before and before[0], after)})
    return None


def _give_to_team(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    return _give(desk, ticket, action, by, desk.teams, ticket.team_id)


def _file_under(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    return _give(desk, ticket, action, by, desk.categories, ticket.category_id)


def _give(
    desk: Desk, ticket: Ticket, action: Action, by: Actor, known: dict[int, Named], has: int | None
) -> str | None:
    after = next((one for one in known.values() if one.name == action.value), None)
    if action.value and after is None:
        return f"There is no {action.do} “{action.value}”."
    change(desk.session, ticket, by, desk.now, given={action.do: (known.get(has or 0), after)})
    return None


def _tag(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    has, given = desk.tags[ticket.id], clean_tags([action.value])
    if action.do == "untag":
        desk.session.flush()  # what was tagged just now can only be taken off once it is written
    after = sorted({*has, *given}) if action.do == "tag" else [tag for tag in has if tag not in given]
    change(desk.session, ticket, by, desk.now, tags=after, had=has)
    desk.tags[ticket.id] = after
    return None


def _note(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    note(desk.session, ticket, action.text, by, desk.now, channel="rule")
    return None


def _letter(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    closes = desk.now + timedelta(days=int(action.text)) if action.value == "closing" else None
    ask_for_letter(desk.session, ticket, action.value, by, desk.now, closes=closes)
    return None


def _survey(desk: Desk, ticket: Ticket, _action: Action, by: Actor) -> str | None:
    ask(desk.session, ticket, by, desk.now)
    return None


def _list(desk: Desk, ticket: Ticket, _action: Action, _by: Actor) -> str | None:
    desk.listed.add(ticket.id)
    return None


def _notify(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    record(desk.session, ticket, "notified", by, desk.now, data={"does": {"notify": [action.value]}})
    return None


def _route(desk: Desk, ticket: Ticket, _action: Action, by: Actor) -> str | None:
    desk.session.flush()
    found = route(desk.session, ticket, by, desk.now)
    return None if found.agent is not None else "Nobody can take it now."


def _escalate(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    team = team_named(desk.session, action.value) if action.value else None
    if action.value and team is None:
        return f"There is no team “{action.value}”."
    desk.session.flush()
    escalate(desk.session, ticket, Whereto(team=team), action.text.strip() or by.name, by, desk.now)
    return None


def _call(desk: Desk, ticket: Ticket, action: Action, by: Actor) -> str | None:
    ask_for_call(desk.session, ticket, action.value, by.name, desk.now)
    return None


_Deed = Callable[[Desk, Ticket, Action, Actor], str | None]
_DO: dict[str, _Deed] = {
    "status": _set_status,
    "priority": _set_priority,
    "assignee": _assign,
    "team": _give_to_team,
    "category": _file_under,
    "tag": _tag,
    "untag": _tag,
    "note": _note,
    "letter": _letter,
    "survey": _survey,
    "notify": _notify,
    "digest": _list,
    "route": _route,
    "escalate": _escalate,
    "webhook": _call,
}
