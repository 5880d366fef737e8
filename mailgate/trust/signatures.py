"""Signatures of the sender's own domain (DKIM, RFC 6376), each of them, and only if they cover what is read."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from mailgate.trust.finding import STUMBLES, Finding, Found
from mailgate.trust.head import Head
from mailgate.trust.names import Ask, NoAnswer
from mailgate.trust.policy import is_aligned

_TRIED = 3  # signatures of one domain; each hashes the whole mail
_LARGE = 2**20  # bytes; such mails are hashed one after the other, for the memory it takes
_MOST_BLANKS = 1_000_000  # in a body; the library needs seconds for more
_LONG_BLANK = re.compile(rb"[\t ]{64}")
_BLANKS = re.compile(rb"[\t ]+")
# A second one of these on top is not covered by a signature, and it is the one that is read.
_ONCE = (
    *("from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references"),
    *("mime-version", "content-type", "content-transfer-encoding"),
)

_one_large_mail = threading.Lock()
QUIET = logging.getLogger("mailgate.trust.library")  # its own complaints; what matters is in our words
QUIET.disabled = True


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM-Signature field."""

    place: int  # among its like, from the top
    tags: dict[bytes, bytes]

    def text(self, tag: bytes) -> str:
        return self.tags.get(tag, b"").decode("ascii", "replace").lower()

    @property
    def signed(self) -> list[str]:
        return [name.strip() for name in self.text(b"h").split(":")]


def by_signature(raw: bytes, head: Head, author: str, ask: Ask, *, strict: bool) -> Finding:
    """Whether a signature of the author's domain holds."""
    mine = [one for one in _signatures(head) if is_aligned(one.text(b"d"), author, strict=strict)]
    unknown, words = False, f"It bears no signature of {author}."
    for signature in mine[:_TRIED]:
        by = signature.text(b"d")
        try:
            flaw = why_not_whole(head, signature.tags, signature.signed) or _why_not(raw, signature, ask)
        except NoAnswer:
            unknown, words = True, f"The signature of {by} could not be checked: the DNS gave no answer."
            continue
        if flaw is None:
            return Finding(Found.YES, f"Signed by {by} (DKIM).")
        words = f"The signature of {by} does not count: {flaw}." if not unknown else words
    return Finding(Found.UNKNOWN if unknown else Found.NO, words)


def why_not_whole(head: Head, tags: dict[bytes, bytes], signed: list[str]) -> str | None:
    """What a signature leaves open for others to fill in (LIBRARIES 2.8); None when it covers what is read."""
    if head.is_ambiguous:
        return "lone carriage returns in the head let it be read in two ways"
    doubled = next((name for name in _ONCE if len(head.all(name)) > 1), None)
    if doubled is not None:
        return f"there is more than one {doubled.title()}"
    if b"l" in tags:
        return "it covers only the beginning of the body"
    if tags.get(b"a", b"").lower() == b"rsa-sha1":
        return "it was made with SHA-1"
    open_ = next((name for name in ("from", "subject") if name not in signed and head.all(name)), None)
    return f"it does not cover {open_.title()}" if open_ is not None else None


def prepared(message: dkim.DKIM | dkim.ARC) -> str | None:
    """Make a relaxed body fit for the library, whose pattern is quadratic in blanks; say why that cannot be done."""
    if message.body.count(b" ") + message.body.count(b"\t") > _MOST_BLANKS:
        return "the body is too large to be checked"
    if _LONG_BLANK.search(message.body):
        message.body = _BLANKS.sub(b" ", message.body)  # the first thing its own form does
    return None


def hashing(raw: bytes) -> threading.Lock | nullcontext[None]:
    """Held while a mail is hashed."""
    return _one_large_mail if len(raw) > _LARGE else nullcontext()


def _signatures(head: Head) -> Iterator[Signature]:
    for place, value in enumerate(head.all("dkim-signature")):
        try:
            tags = parse_tag_value(re.sub(r"\r?\n", "", value).encode("ascii", "replace"))
        except InvalidTagValueList:
            continue
        yield Signature(place, {name: re.sub(rb"\s+", b"", tag) for name, tag in tags.items()})


def _why_not(raw: bytes, signature: Signature, ask: Ask) -> str | None:
    selector, domain = signature.text(b"s"), signature.text(b"d")
    key = next(iter(ask(f"{selector}._domainkey.{domain}", "TXT") or ()), "")
    if not key:
        return "its key is not published"
    with hashing(raw):
        return _checked(raw, signature, key.encode("utf-8", "replace"))


def _checked(raw: bytes, signature: Signature, key: bytes) -> str | None:
    try:
        message = dkim.DKIM(raw, logger=QUIET)
        if signature.text(b"c").endswith("/relaxed") and (flaw := prepared(message)) is not None:
            return flaw
        holds = message.verify(signature.place, dnsfunc=lambda _name, timeout: key)  # noqa: ARG005 - the library's names
    except (dkim.DKIMException, *STUMBLES) as error:
        return _in_words(str(error))
    if not holds or message.domain.lower() != signature.tags[b"d"].lower():
        return "it does not hold"
    return None


def _in_words(error: str) -> str:
    if "body hash" in error:
        return "the body was changed"
    if "x= value" in error:
        return "it has expired"
    return "it does not hold"
