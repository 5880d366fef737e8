"""Write mails as real programs do: plain, html beside text, replies with quotes, files. Their median has 6.7 kB."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape
from random import Random

from mailgate.bench.invented.people import Invented, body, invent, subject
from mailgate.bench.invented.words import Tongue

_SHAPES = ("plain", "html", "files")
_SHARES = (35, 50, 15)
_START = datetime(2026, 11, 2, 8, tzinfo=UTC)
_STYLE = "font-family: Calibri, Helvetica, sans-serif; font-size: 11pt; color: #1f2a37; line-height: 1.45;"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail on its way to us, with its envelope."""

    sender: str
    recipient: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """One of our letters, as far as a reply to it needs it."""

    recipient: str
    reply_to: str
    subject: str
    message_id: str


def first_mails(count: int, recipient: str, *, seed: int = 1, start: int = 0) -> list[Mail]:
    """Requests from as many different people."""
    chance = Random(f"first {seed} {start}")  # noqa: S311 - nothing here is secret
    return [_first(chance, invent(chance, start + number), recipient, start + number) for number in range(count)]


def replies(letters: list[Answered], *, seed: int = 1) -> list[Mail]:
    """One reply to each of these letters of ours, from whom it was written to."""
    chance = Random(f"reply {seed}")  # noqa: S311 - as above
    return [_reply(chance, letter, number) for number, letter in enumerate(letters)]


def _first(chance: Random, who: Invented, recipient: str, number: int) -> Mail:
    message = _headers(chance, who, recipient, number)
    message["Subject"] = subject(chance, who.tongue)[1]
    words = body(chance, who, chance.randint(3, 14))
    shape = chance.choices(_SHAPES, _SHARES)[0]
    message.set_content(words)
    if shape != "plain":
        message.add_alternative(_page(words, chance.randint(0, 4)), subtype="html")
    if shape == "files":
        _attach(chance, message)
    return Mail(who.address, recipient, _wire(chance, message, who))


def _reply(chance: Random, letter: Answered, number: int) -> Mail:
    who = invent(chance, number)
    who = Invented(who.name, letter.recipient, who.tongue)
    message = _headers(chance, who, letter.reply_to, 10_000_000 + number)
    message["Subject"] = f"Re: {letter.subject}"
    message["In-Reply-To"] = message["References"] = letter.message_id
    words = body(chance, who, chance.randint(1, 4))
    quote = _quote(chance, who.tongue)
    intro = who.tongue.wrote.format(who="Support", when="2.11.2026 10:14")
    message.set_content(f"{words}\n\n{intro}\n\n" + "".join(f"> {line}\n" for line in quote.split("\n")))
    quoted = f'<div class="gmail_quote"><div>{escape(intro)}</div><blockquote class="gmail_quote">'
    tail = f"{quoted}{_paragraphs(quote)}</blockquote></div>"
    message.add_alternative(_page(words, 1, tail), subtype="html")
    return Mail(who.address, letter.reply_to, _wire(chance, message, who))


def _headers(chance: Random, who: Invented, recipient: str, number: int) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = formataddr((who.name, who.address))
    message["To"] = recipient
    message["Date"] = format_datetime(_START + timedelta(seconds=7 * (number % 100_000)))
    message["Message-ID"] = f"<{chance.getrandbits(96):024x}.{number}@{who.address.partition('@')[2]}>"
    message["MIME-Version"] = "1.0"
    return message


def _wire(chance: Random, message: EmailMessage, who: Invented) -> bytes:
    """The bytes, under the trace headers servers on the way put on top."""
    domain = who.address.partition("@")[2]
    hops = "".join(
        f"Received: from mx{hop}.{domain} (mx{hop}.{domain} [192.0.2.{chance.randint(1, 254)}])\r\n"
        f"\tby in{hop}.relay.example with ESMTPS id {chance.getrandbits(48):012X};\r\n"
        f"\tMon, 2 Nov 2026 08:{hop:02}:11 +0000\r\n"
        for hop in range(3)
    )
    seal = base64.b64encode(chance.randbytes(256)).decode()
    folded = "\r\n\t ".join(seal[start : start + 70] for start in range(0, len(seal), 70))
    signature = (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=k1;\r\n"
        f"\th=from:to:subject:date:message-id:mime-version; bh={seal[:43]}=;\r\n\tb={folded}\r\n"
    )
    program = f"X-Mailer: Postkutsche {chance.randint(3, 9)}.{chance.randint(0, 9)}\r\nX-Priority: 3\r\n"
    return (hops + signature + program).encode() + message.as_bytes()


def _page(words: str, tables: int, tail: str = "") -> str:
    """Html as an office program writes it: a style on everything."""
    rows = "".join(f'<tr><td style="{_STYLE} padding: 4px 9px;">{row}</td></tr>' for row in range(4))
    table = f'<table style="border-collapse: collapse; width: 100%;"><tbody>{rows}</tbody></table>'
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        f"<style>p.Text {{{_STYLE} margin: 0 0 8pt 0;}} a {{color: #0563c1;}}</style></head>"
        f'<body lang="x" style="{_STYLE}"><div class="Section1">{_paragraphs(words)}{table * tables}</div>'
        f"{tail}</body></html>"
    )


def _paragraphs(words: str) -> str:
    return "".join(
        f'<p class="Text" style="{_STYLE}"><span style="{_STYLE}">{escape(line) or "&nbsp;"}</span></p>\n'
        for line in words.split("\n")
    )


def _quote(chance: Random, tongue: Tongue) -> str:
    return "\n".join(chance.choice(tongue.answers) for _ in range(chance.randint(2, 6)))


def _attach(chance: Random, message: EmailMessage) -> None:
    """A picture or a document of no meaning."""
    if chance.random() < 0.5:  # noqa: PLR2004 - one of two
        content = b"\x89PNG\r\n\x1a\n" + chance.randbytes(chance.randint(6_000, 60_000))
        message.add_attachment(content, maintype="image", subtype="png", filename="screen.png")
    else:
        content = b"%PDF-1.7\n" + chance.randbytes(chance.randint(20_000, 120_000))
        message.add_attachment(content, maintype="application", subtype="pdf", filename="Rechnung März.pdf")
