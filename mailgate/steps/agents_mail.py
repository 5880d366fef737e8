"""What an agent writes from a mail program: an answer to the customer, a note, commands.

None of it counts unless the mail is authenticated: otherwise anybody could write an agent's address into From.
"""

from __future__ import annotations

from mailgate.errors import BadInput, Conflict
from mailgate.mail import Kind
from mailgate.steps.batch import Batch, settle
from mailgate.store.agents import Agent
from mailgate.store.kept import KeptMail
from mailgate.store.tickets import Ticket
from mailgate.thread.arrival import Arrival
from mailgate.thread.decide import Decision
from mailgate.thread.own import without_plus
from mailgate.tickets.answer import BODY_LENGTH, answer, note
from mailgate.tickets.change import change
from mailgate.tickets.commands import Commands, read_commands, understood
from mailgate.tickets.history import Actor

_WHOLE = "nothing else is new"  # how reading marks a mail without new words, which it shows whole


def agent_wrote(
    batch: Batch, row: KeptMail, arrival: Arrival, ticket: Ticket, agent: Agent, decision: Decision
) -> None:
    """Do on a ticket what an agent's mail says. What is not understood stays a note: it is neither sent nor lost."""
    by = actor(agent)
    try:
        did = _do(batch, row, arrival, ticket, agent)
    except (BadInput, Conflict) as error:
        _note(batch, row, arrival, ticket, by, f"Nothing was sent or changed. {error}\n\n{arrival.letter.text}")
        ticket.is_unread = True
        did = f"It is kept as a note, and nothing was sent or changed: {error}"
    batch.evidence.remember(ticket, arrival.letter.message_id, ())
    settle(row, "appended", [decision.reason, did], ticket_id=ticket.id, trail=decision.trail)


def actor(agent: Agent) -> Actor:
    """An agent as the history names them."""
    return Actor("agent", agent.name, agent_id=agent.id, address=agent.email)


def _do(batch: Batch, row: KeptMail, arrival: Arrival, ticket: Ticket, agent: Agent) -> str:
    letter, by = arrival.letter, actor(agent)
    if letter.kind != Kind.PERSON:
        _note(batch, row, arrival, ticket, by, letter.text, calls=False)
        return "A machine wrote it for the agent: it is a note."
    commands = read_commands(new_words(arrival))
    if commands.words and _is_meant_for_the_customer(batch, arrival, ticket, commands):
        return _answer(batch, row, arrival, ticket, commands, agent)
    change_as_asked(batch, ticket, commands, agent, with_status=True)
    if commands.given and not (commands.words or letter.forwarded or letter.files):
        return "It holds commands alone."
    _note(batch, row, arrival, ticket, by, letter.text if letter.forwarded else commands.words or letter.text)
    return "It is a note, which only the team sees."


def _is_meant_for_the_customer(batch: Batch, arrival: Arrival, ticket: Ticket, commands: Commands) -> bool:
    """Written to the desk or to the customer. What is passed on, or goes to others with the desk in Cc, is not."""
    if commands.is_note or arrival.letter.forwarded:
        return False
    own = {mailbox.address for mailbox in batch.mailboxes.values()} | {ticket.requester_address}
    return any(without_plus(person.address.lower()) in own for person in arrival.letter.to)


def change_as_asked(batch: Batch, ticket: Ticket, commands: Commands, agent: Agent, *, with_status: bool) -> None:
    """Change what an agent's commands ask for; the status only where nothing else sets it."""
    asked = understood(batch.session, ticket, commands, agent)
    status = commands.status if with_status else None
    change(batch.session, ticket, actor(agent), batch.now, status=status, **asked)


def _answer(batch: Batch, row: KeptMail, arrival: Arrival, ticket: Ticket, commands: Commands, agent: Agent) -> str:
    """Answer the customer, unless the agent's mail program has done so itself."""
    understood(batch.session, ticket, commands, agent)  # before anything is sent: a name nobody has stops it all
    has_it = ticket.requester_address in {person.address.lower() for person in (*arrival.letter.to, *arrival.letter.cc)}
    answer(
        batch.session, ticket, batch.mailboxes[ticket.mailbox_id], commands.words, actor(agent), batch.when(row),
        batch.shop.marks,
        channel="mail", files=arrival.letter.files, status=commands.status, kept_id=row.id,
        is_delivered=has_it or row.quiet,
    )  # fmt: skip
    change_as_asked(batch, ticket, commands, agent, with_status=False)
    batch.to_follow += 1
    if row.quiet:
        return "It was imported: it is not sent again."
    return "The customer has it from the agent directly." if has_it else "It goes to the customer."


def _note(
    batch: Batch, row: KeptMail, arrival: Arrival, ticket: Ticket, by: Actor, words: str, *, calls: bool = True
) -> None:
    text = words[:BODY_LENGTH] if words.strip() else "(It has no words.)"
    note(
        batch.session, ticket, text, by, batch.when(row), channel="mail",
        files=arrival.letter.files, kept_id=row.id, calls=calls and not row.quiet,
    )  # fmt: skip


def new_words(arrival: Arrival) -> str:
    """What an agent wrote now. A mail without new words is shown whole, but nobody meant to send all it quotes."""
    spans = arrival.letter.spans
    return "" if spans and all(span.rule == _WHOLE for span in spans) else arrival.letter.reply
