"""The block and allow lists: whose mail is let in, held or discarded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mailgate import clock
from mailgate.office import senders
from mailgate.store.senders import SenderRule, sender_rules
from web import cursors
from web.access import agent, desk
from web.api.operations import Answer, Body, operation
from web.api.shapes import Moment, Page, PageQuery

Treatment = Literal["allow", "hold", "discard"]


class SenderRuleShown(Answer):
    """What becomes of a sender's mail."""

    id: int
    pattern: Annotated[str, Field(description="An address, or a domain with all that lies below it.")]
    treatment: Annotated[Treatment, Field(description="Let in even if marked as spam; held as blocked; discarded.")]
    by: Annotated[str, Field(description="Who decided.")]
    at: Moment


class SenderRulePage(Page[SenderRuleShown]):
    """Part of the lists."""


class NewSenderRule(Body):
    """Whose mail, and what becomes of it. What was said of this sender before no longer counts."""

    pattern: Annotated[str, Field(max_length=254)]
    treatment: Treatment


@operation("GET", "/senders", query=PageQuery, answer=SenderRulePage)
def list_senders(query: PageQuery) -> SenderRulePage:
    """List whose mail is let in or blocked, in order of their addresses and domains."""
    after = str(cursors.read(query.cursor, str)[0]) if query.cursor else ""
    with desk() as session:
        rows = sender_rules(session, after=after, limit=query.limit + 1)
    page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row.pattern))
    return SenderRulePage(items=[_shown(row) for row in page], next=following)


@operation("POST", "/senders", body=NewSenderRule, answer=SenderRuleShown, status=201)
def treat_sender(body: NewSenderRule) -> SenderRuleShown:
    """Let a sender in, or block them."""
    with desk() as session:
        return _shown(senders.treat(session, body.pattern, body.treatment, agent().name, clock.now()))


@operation("DELETE", "/senders/<key:rule_id>", answer=SenderRuleShown)
def forget_sender(rule_id: int) -> SenderRuleShown:
    """Take a sender off the lists; the answer is what was said of them."""
    with desk() as session:
        return _shown(senders.forget(session, rule_id))


def _shown(rule: SenderRule) -> SenderRuleShown:
    return SenderRuleShown.model_validate({name: getattr(rule, name) for name in SenderRuleShown.model_fields})
