"""Write a letter: one function a letter, beside its folder of that name in `email_templates/`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailgate.compose import headers, mime, render, subjects
from mailgate.mail import Draft, Task


@dataclass(frozen=True, slots=True)
class Words:
    """What one letter is made of: what its templates may name, and under which subject it stands."""

    variables: dict[str, str]
    subject: str | None = None  # the ticket's own; None: the letter's own subject line
    is_answer: bool = False


def write(task: Task) -> Draft:
    """The finished letter; the same task gives the same bytes."""
    words = LETTERS[task.letter](task)
    page = render.render(task.letter, task.language, words.variables)
    own = subjects.bare(words.subject or "", task.token) or page.subject
    subject = subjects.line(own, task.token, is_answer=words.is_answer)
    body = mime.body(page.text, page.html, task.files, seed=task.message_id)
    raw = headers.write(task, subject=subject, topic=own, language=page.language) + body
    return Draft(message_id=task.message_id, subject=subject, text=page.text, html=page.html, raw=raw)


def received(task: Task) -> Words:
    """Acknowledge a request. Nobody has proved to be its sender, so nothing of it is repeated, not even its subject."""
    return Words(_named(task, "number", "status_url"))


def answered(task: Task) -> Words:
    """An agent's own words, under the ticket's own subject."""
    variables = _named(task, "number", "status_url", "agent")
    return Words({**variables, "body": render.clean(task.body).strip("\n")}, task.subject, is_answer=True)


def status_link(task: Task) -> Words:
    """The private link to a request, for whoever asked on the look-up page and owns the address."""
    return Words(_named(task, "number", "status_url"))


def sign_in(task: Task) -> Words:
    """An agent's one-time link to sign in."""
    return Words(_named(task, "sign_in_url", "minutes"))


LETTERS: dict[str, Callable[[Task], Words]] = {
    letter.__name__: letter for letter in (received, answered, status_link, sign_in)
}


def _named(task: Task, *names: str) -> dict[str, str]:
    """Only what the letter may name reaches its templates; what is missing is said by name."""
    missing = [name for name in names if name not in task.variables]
    if missing:
        raise ValueError(f"The letter {task.letter} needs {', '.join(missing)}.")
    mailbox = task.sender.address
    named = {"mailbox": mailbox, "desk": task.variables.get("desk") or mailbox}
    named |= {name: task.variables[name] for name in names}
    return {name: render.clean(value) for name, value in named.items()}
