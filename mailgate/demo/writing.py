"""Write as a customer's mail program does: a new mail, or an answer with its quote and its references."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP

from mailgate.demo.mailboxes import Held
from mailgate.demo.samples import answered, quoted
from mailgate.mail import Address, File

_ANSWER = re.compile(r"(?i)^(?:re|aw|sv|antw|réf?|odp)\s*:")


def new_mail(
    writer: Address, to: str, subject: str, words: str, files: Sequence[File], *, once: str, at: datetime
) -> EmailMessage:
    """A mail that answers nothing. `once` makes its Message-ID, so that a form sent twice is one mail."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = HeaderAddress(writer.name, addr_spec=writer.address)
    mail["To"] = HeaderAddress(addr_spec=to)
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = at.astimezone()
    mail["Message-ID"] = f"<{once}@{writer.address.rpartition('@')[2]}>"
    mail["User-Agent"] = "Demo mailbox"
    mail.set_content(words)
    for file in files:
        main, _, sub = file.type.partition("/")
        mail.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return mail


def answer_to(
    held: Held, writer: Address, words: str, files: Sequence[File], *, once: str, at: datetime
) -> EmailMessage:
    """An answer to a letter, to wherever that letter wants it."""
    letter = answered(held)
    subject = letter.subject if _ANSWER.match(letter.subject) else f"Re: {letter.subject}"
    said = f"On {letter.date:%a, %d %b %Y at %H:%M}, {letter.sender} wrote:"
    mail = new_mail(
        writer, letter.reply_to, subject, f"{words}\n\n{said}\n\n{quoted(letter.text)}\n", files, once=once, at=at
    )
    mail["In-Reply-To"] = f"<{letter.message_id}>"
    mail["References"] = f"{letter.references} <{letter.message_id}>".strip()
    return mail
