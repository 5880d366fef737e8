"""Write a letter: one function a letter, beside its folder of that name in `email_templates/`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mailgate.compose import headers, linked, mime, quoted, render, subjects, told
from mailgate.compose.paragraphs import paragraphs
from mailgate.mail import Draft, Task


@dataclass(frozen=True, slots=True)
class Words:
    """What one letter is made of: what its templates may name, and under which subject it stands."""

    variables: dict[str, str]
    subject: str | None = None  # the ticket's own; None: the letter's own subject line
    is_answer: bool = False


def write(task: Task, *, stand_ins: Mapping[str, str] | None = None) -> Draft:
    """The finished letter; the same task gives the same bytes.

    `stand_ins`: what a preview shows in place of variables that do not exist.
    """
    words = LETTERS[task.letter](task)
    variables = {**(stand_ins or {}), **words.variables}
    page = render.render(task.letter, task.language, variables, task.own, task.own_blocks)
    page = _with_words(page, task) if task.letter in _OF_PEOPLE else _without_quotes(page)
    own = subjects.bare(words.subject or "", task.token) or subjects.bare(page.subject, task.token)
    subject = subjects.line(own, task.token, is_answer=words.is_answer)
    body = mime.body(page.text, page.html, task.files, seed=task.message_id)
    raw = headers.write(task, subject=subject, topic=own, language=page.language) + body
    version_id = task.own.version_id if task.own is not None and page.trouble is None else None
    return Draft(task.message_id, subject, page.text, page.html, raw, page.trouble, version_id)


def received(task: Task) -> Words:
    """Acknowledge a request. Nobody has proved to be its sender, so nothing of it is repeated, not even its subject."""
    return Words(_named(task, "number", "status_url"))


def outside_hours(task: Task) -> Words:
    """Acknowledge a request that comes while nobody is at the desk, and say when somebody will be."""
    variables = _named(task, "number", "status_url", "opens")
    return Words({**variables, "opens": told.moment(variables["opens"], _language(task))})


def answered(task: Task) -> Words:
    """An agent's own words, under the ticket's own subject."""
    variables = _named(task, "number", "status_url", "agent")
    signed = {name: render.clean(task.variables.get(name) or variables[usual]) for name, usual in _SIGNED.items()}
    return Words({**variables, **signed, "body": _PLACE}, task.subject, is_answer=_answers(task))


def forwarded(task: Task) -> Words:
    """An agent's words to a third party, who is told nothing of the ticket they belong to."""
    variables = _named(task, "agent")
    signed = {name: render.clean(task.variables.get(name) or variables[usual]) for name, usual in _SIGNED.items()}
    return Words({**variables, **signed, "body": _PLACE}, task.subject, is_answer=_answers(task))


def status_changed(task: Task) -> Words:
    """Tell the customer where their request stands now."""
    variables = _named(task, "number", "status_url", "status")
    return Words({**variables, "status": told.status(variables["status"], _language(task))})


def resolved(task: Task) -> Words:
    """Tell the customer that we consider their request solved, and how to say that it is not."""
    return Words(_named(task, "number", "status_url"))


def reopened(task: Task) -> Words:
    """Tell the customer that their request is worked on again."""
    return Words(_named(task, "number", "status_url"))


def waiting(task: Task) -> Words:
    """Remind the customer that their answer is waited for."""
    return Words(_named(task, "number", "status_url"))


def closing(task: Task) -> Words:
    """Tell the customer that their request will be closed, and when, unless they write."""
    variables = _named(task, "number", "status_url", "closes")
    return Words({**variables, "closes": told.moment(variables["closes"], _language(task))})


def closed(task: Task) -> Words:
    """Tell the customer that their request has ended."""
    return Words(_named(task, "number", "status_url"))


def survey(task: Task) -> Words:
    """Ask the customer, once, whether we were of help."""
    return Words(_named(task, "number", "happy_url", "unhappy_url"))


def status_link(task: Task) -> Words:
    """The private link to a request, for whoever asked on the look-up page and owns the address."""
    return Words(_named(task, "number", "status_url"))


def new_ticket(task: Task) -> Words:
    """Tell an agent of a new request."""
    return Words(_named(task, "number", "subject", "customer", "words", "ticket_url"))


def assigned(task: Task) -> Words:
    """Tell an agent that a ticket is theirs now."""
    return Words(_named(task, "number", "subject", "customer", "by", "ticket_url"))


def customer_answered(task: Task) -> Words:
    """Tell an agent what the customer has answered."""
    return Words(_named(task, "number", "subject", "customer", "words", "ticket_url"))


def mentioned(task: Task) -> Words:
    """Tell an agent that a note names them."""
    return Words(_named(task, "number", "subject", "by", "words", "ticket_url"))


def notified(task: Task) -> Words:
    """Tell an agent of a ticket, because a rule says so."""
    return Words(_named(task, "number", "subject", "customer", "by", "ticket_url"))


def reminder(task: Task) -> Words:
    """Tell an agent that a ticket they had put out of sight is back."""
    return Words(_named(task, "number", "subject", "customer", "ticket_url"))


def digest(task: Task) -> Words:
    """Tell an agent, once a day, what waits for them."""
    variables = _named(task, "unanswered", "due_today", "inbox_url", "unsubscribe_url")
    nothing = told.nothing(_language(task))
    return Words({name: value or nothing for name, value in variables.items()})


def escalated(task: Task) -> Words:
    """Tell whoever must know that a ticket was escalated, and why."""
    return Words(_named(task, "number", "subject", "customer", "by", "level", "reason", "ticket_url"))


def breached(task: Task) -> Words:
    """Tell whoever must know that a promise to a customer was not kept."""
    variables = _named(task, "number", "subject", "customer", "promise", "due", "ticket_url")
    due, promise = told.moment(variables["due"], _language(task)), told.promise(variables["promise"], _language(task))
    return Words({**variables, "due": due, "promise": promise})


def sign_in(task: Task) -> Words:
    """An agent's one-time link to sign in."""
    return Words(_named(task, "sign_in_url", "minutes"))


def password(task: Task) -> Words:
    """An agent's one-time link to a new password."""
    return Words(_named(task, "password_url", "minutes"))


TO_CUSTOMERS = (
    received, outside_hours, answered, forwarded, status_changed, resolved, reopened, waiting, closing, closed, survey,
    status_link,
)  # fmt: skip
TO_AGENTS = (new_ticket, assigned, customer_answered, mentioned, notified, reminder, digest, escalated, breached)
ACCOUNTS = (sign_in, password)
LETTERS: dict[str, Callable[[Task], Words]] = {
    letter.__name__: letter for letter in (*TO_CUSTOMERS, *TO_AGENTS, *ACCOUNTS)
}

_OF_PEOPLE = frozenset({"answered", "forwarded"})  # letters whose words an agent wrote
_SIGNED = {"agent_signature": "agent", "desk_signature": "desk"}  # and who signs where nobody has written one
_PLACE = "\ue000\ue001\ue000"  # where an agent's words come: no template works on them, however long they are
_OPENED = re.compile(r'<p dir="auto"[^>]*>$')
_BELOW = "<!--below-->"  # where the frame has room for what was written before


def _with_words(page: render.Page, task: Task) -> render.Page:
    """Put an agent's words into the letter around them, with files to download, and what they answer below."""
    own = render.clean(task.body).strip("\n")
    text = "\n\n".join(filter(None, (own, linked.as_text(task.links, page.language))))
    html = (render.clean(task.html) if task.html else str(paragraphs(own))) + linked.as_html(task.links, page.language)
    before = tuple(replace(each, text=render.clean(each.text)) for each in task.quoted)
    before_it = quoted.as_text(before, page.language)
    below = quoted.as_html(before, page.language)
    return replace(
        page,
        text=page.text.replace(_PLACE, text) + (f"\n{before_it}\n" if before_it else ""),
        html=_put_into(page.html, html).replace(_BELOW, below, 1),
    )


def _put_into(page: str, words: str) -> str:
    """Words are paragraphs: where the place of theirs is one of its own, they come instead of it."""
    around = page.split(_PLACE)
    for place in range(len(around) - 1):
        opened = _OPENED.search(around[place])
        if opened is not None and around[place + 1].startswith("</p>"):
            around[place] = around[place][: opened.start()]
            around[place + 1] = around[place + 1].removeprefix("</p>")
    return words.join(around)


def _answers(task: Task) -> bool:
    """Whether anything was written before it; a letter that begins a conversation is no answer."""
    return bool(task.in_reply_to or task.references or not task.thread_root)


def _without_quotes(page: render.Page) -> render.Page:
    return replace(page, html=page.html.replace(_BELOW, "", 1))


def _language(task: Task) -> str:
    return render.spoken(task.letter, task.language)


def _named(task: Task, *names: str) -> dict[str, str]:
    """Only what the letter may name reaches its templates; what is missing is said by name."""
    missing = [name for name in names if name not in task.variables]
    if missing:
        raise ValueError(f"The letter {task.letter} needs {', '.join(missing)}.")
    mailbox = task.sender.address
    named = {"mailbox": mailbox, "desk": task.variables.get("desk") or mailbox}
    named |= {name: task.variables[name] for name in names}
    return {name: render.clean(value) for name, value in named.items()}
