"""An agent passes a customer's mail on to the desk, or opens a request with commands at its top."""

from __future__ import annotations

from mailgate.errors import BadInput, Conflict
from mailgate.mail import Address, Cause, Forwarded, Kind
from mailgate.people.meet import meet
from mailgate.steps.agents_mail import actor, change_as_asked, new_words
from mailgate.steps.batch import Batch, hold, settle
from mailgate.store.agents import Agent
from mailgate.store.kept import KeptMail
from mailgate.store.people import people_by_address
from mailgate.store.tickets import Ticket
from mailgate.thread.arrival import Arrival
from mailgate.thread.decide import Decision
from mailgate.tickets.answer import note
from mailgate.tickets.commands import begins_with_command, read_commands
from mailgate.tickets.open import Opening, open_ticket
from mailgate.tickets.said import Said

_NOT_ANSWERED = "An agent opened it for the customer, who wrote to somebody else."


def speaks_for_the_desk(batch: Batch, arrival: Arrival) -> Agent | None:
    """The agent whose new mail is more than a request of their own: it passes a mail on, or begins with a command."""
    agent = batch.evidence.agent(arrival)
    if agent is None or arrival.letter.kind != Kind.PERSON:
        return None
    return agent if _original(batch, arrival) is not None or begins_with_command(new_words(arrival)) else None


def open_for_somebody(batch: Batch, row: KeptMail, arrival: Arrival, decision: Decision, agent: Agent) -> None:
    """Open the ticket for whoever wrote what the agent passes on; without such a mail, for the agent."""
    if not arrival.verdict.is_verified:
        cause = Cause.UNAUTHENTICATED_AGENT if arrival.verdict.is_answerable else Cause.FORGED_SENDER
        reason = f"It speaks as the agent {agent.name}, and nothing proves that it comes from there."
        hold(row, cause, reason, trail=decision.trail)
        return
    original = _original(batch, arrival)
    who = original.sender if original is not None and original.sender is not None else arrival.author
    ticket = _open(batch, row, arrival, who, original, agent)
    done = _as_asked(batch, arrival, ticket, agent, is_passed_on=original is not None)
    why = f"The agent {agent.name} passes on a mail of {who.address}." if original is not None else decision.reason
    settle(row, "opened", [why, done], ticket_id=ticket.id, trail=decision.trail)


def _original(batch: Batch, arrival: Arrival) -> Forwarded | None:
    """The first mail passed on whose author has an address, and is not the desk itself."""
    own = {mailbox.address for mailbox in batch.mailboxes.values()}
    for forwarded in arrival.letter.forwarded:
        if forwarded.sender is not None and "@" in forwarded.sender.address:
            return forwarded if forwarded.sender.address.lower() not in own else None
    return None


def _open(
    batch: Batch, row: KeptMail, arrival: Arrival, who: Address, original: Forwarded | None, agent: Agent
) -> Ticket:
    letter, mailbox, address = arrival.letter, batch.mailboxes[arrival.mailbox_id], who.address.lower()
    if address not in batch.people:
        batch.people |= people_by_address(batch.session, [address])
    opening = Opening(
        number=batch.numbers.pop(0),
        mailbox=mailbox,
        requester=meet(batch.session, batch.people, who, batch.when(row), language=letter.language),
        address=address,
        subject=(original.subject if original is not None else "") or letter.subject or "(no subject)",
        channel="mail",
        language=letter.language,
    )
    said = Said(
        direction="in",
        kind=letter.kind.value,
        channel="mail",
        author=who.name or address,
        author_address=address,
        to=letter.to,
        cc=letter.cc,
        subject=opening.subject,
        text=(original.text if original is not None else "") or letter.text,
        message_id=original.message_id if original is not None else letter.message_id,
        files=letter.files,
        kept_id=row.id,
        trust="none" if original is not None else arrival.verdict.result,
    )
    ticket = open_ticket(
        batch.session, opening, said, actor(agent), batch.when(row), data={"unanswerable": [_NOT_ANSWERED]}
    )
    batch.evidence.remember(ticket, said.message_id, [letter.message_id] if letter.message_id else [])
    batch.to_follow += 1
    return ticket


def _as_asked(batch: Batch, arrival: Arrival, ticket: Ticket, agent: Agent, *, is_passed_on: bool) -> str:
    """What the agent wrote above: commands are carried out; words on a mail that is passed on are a note."""
    by, words, did = actor(agent), new_words(arrival), ""
    try:
        commands = read_commands(words)
        change_as_asked(batch, ticket, commands, agent, with_status=True)
        words = commands.words
    except (BadInput, Conflict) as error:
        did = f"Its commands were not carried out: {error}"
        words = f"{did}\n\n{words}"
    if words and (is_passed_on or did):
        note(batch.session, ticket, words, by, batch.now, channel="mail")
    return did
