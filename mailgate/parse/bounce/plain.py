"""Whom a bounce is about that is no RFC 3464 report: the lines on which mail systems name a recipient."""

from __future__ import annotations

import re
from dataclasses import dataclass

_A = r"[^\s<>;,\"'()\[\]:]{1,200}@[^\s<>;,\"'()\[\]:]{1,250}"
_ADDRESS = re.compile(rf"(?<![^\s<>;,\"'()\[\]:=]){_A}")
_AT_START = re.compile(
    rf"^[\s>*\u2022\u00b7\"'(\[-]{{0,40}}(?:(?:smtp|rfc822|internet)\s?[:;=]\s?)?(?:{_A}\s{{0,3}}<({_A})>"
    rf"|<?\s?({_A})\s?>?)[\"')\]]{{0,2}}\s*(.{{0,400}})$",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    rf"(?i)(?:^|[\s\[(\"]|(?<=\W))(?:final[- ]recipient|original[- ]recipient|failed recipients?"
    rf"|intended recipients?|recipient(?:'?s)?(?: e?-?mail)? address|recipients?|undeliverable address"
    rf"|invalid address|failed address|unknown (?:user|address|recipient)|rcpt to|address|e-?mail address"
    rf"|user|受信者|収件人|收件人|宛先|destinataire|empfänger|destinatario)\s*(?:is"
    rf"|was)?\s*[:=;\uff1a]+\s*(?:<?\[?(?:smtp|rfc822|internet)\s?[:;]\s?)?[<\[\"']{{0,2}}({_A})"
)
_SAID = re.compile(
    rf"(?i)(?:deliver(?:ed|y)?(?: (?:a |the |your |this )?(?:e-?mail|message|mail))?(?: of (?:e?-?mail"
    rf"|message|your message))?|sen[dt](?: (?:a |the |your |this )?(?:e-?mail|message|mail))?|reach"
    rf"|addressed|message|mail|errors?|recipients?|rejected|unknown user|no such user|no mailbox|user"
    rf"|account|mailbox|transmit\w*|forward\w*|for|livr\w+|zugestellt|zustellen)"
    rf"(?: (?:was |were )?(?:could not be )?delivered)?\s*(?:to|at|an|à|a|recipient|for|by)?(?: (?:this|the"
    rf"|following|email|e-?mail|address|user|recipient|recipients|mailbox|account|email address))*\s*(?:is"
    rf"|was)?\s*[:-]?\s*[<\[\"'(]{{1,2}}({_A})|(?:delivered to|deliver(?: your)?(?: message| mail)? to"
    rf"|undeliverable to|sent to|reach|message to|errors|recipient)\s*:?\s+[<\[\"']?({_A})"
)
_DDA = re.compile(rf"(?i)dda:smtp=({_A})")
_SPOILED = re.compile(
    r"(?i)contact|assistance|\bhelp|question|support|please|(?:^|\s)from\s*[:=]|mail from|sender|received"
    r"|message-?id|x-[a-z-]+:|return-path|reply-to|visit|expanded from|generated from|reported by"
    r"|envelope-from|system manager|administrator|copy of|originat|ご連絡|お問い?合わせ|下さい|ください"
)
_INTRODUCES = re.compile(
    r"(?i)(?:following|these|this|below|intended|failed|undeliverable|invalid).{0,60}(?:address|recipient"
    r"|user|destination|mailbox|people|person).{0,60}$|to the following|recipients?\s?\(?s?\)?\s?[:=]\s*$"
    r"|not delivered to|could not be delivered to|did not reach|fatal errors|failed recipients?|non remis"
    r"|zugestellt werden"
)
_BARE_NAME = re.compile(r"^[\s>*-]{0,8}<?([A-Za-z][\w.-]{1,40})>?(?:\s{2,}.*|\s*)$")
_CUT = re.compile(
    r"(?im)^[\s>|]{0,4}(?:[-=_*#+ ]{2,}\s*(?:(?:this is a copy|below this line|included is a copy"
    r"|original message|(?:the )?(?:header|body|text)|returned (?:mail|message)|forwarded message"
    r"|unsent message|undelivered message|message header|message text|the original|start of|your message"
    r"|copy of|beginning of|original mail|headers? of|message follows|transcript follows)|.{0,30}(?:原|元のメ"
    r"|original message|returned message|following is a copy|unsent message|message follows"
    r"|header follow))"
    r"|(?:the )?(?:first|last) \d+ lines of|(?:your |the )?(?:original |undelivered |returned "
    r"|rejected )?(?:message|mail|e-?mail)(?: headers?| text| body)?(?: as received)?(?: is"
    r"| are)?(?: as)? ?(?:attached|follows?|follow below|is as follows)|original message(?: details"
    r"| headers| as received)?\s*:?|message (?:headers?|contents?) follows?|the (?:full )?(?:headers?|text"
    r"|message) (?:of|that|you).{0,60}(?:follow|:$)"
    r"|old message:|received\s?: ?(?:from|by) |return-path\s?:|message-id\s?:|mime-version\s?:"
    r"|date\s?:.*\d{4}|-+\s?original|x-mailer:|dkim-signature:|copy of (?:the|your) (?:original|message)"
    r"|included below|your (?:original )?message reads?|----- ?=_|--=?_)"
)
_MIN_NOTICE = 40
MAX_ADDRESS = 254  # RFC 5321


@dataclass(frozen=True, slots=True)
class Named:
    """A recipient and what was said of it."""

    address: str
    diagnostic: str


def notice_of(text: str) -> str:
    """The mail system's own words: what stands above the mail it returns."""
    for cut in _CUT.finditer(text[:60_000]):
        above = text[: cut.start()]
        if len(above.strip()) > _MIN_NOTICE and ("@" in above or len(above.strip()) > 5 * _MIN_NOTICE):
            return above
    return text[:20_000]


def named_recipients(notice: str, without: set[str], domain: str, *, sure: bool = False) -> list[Named]:
    """Recipients on the lines where mail systems name them, else on any line that does not speak of somebody else."""
    lines = notice.split("\n")
    found: dict[int, dict[str, int]] = {1: {}, 2: {}, 3: {}}
    introduced = -9
    for place, line in enumerate(lines[:600]):
        text = line.strip()[:1_000]
        if not text:
            continue
        for tier, address in _addresses_of(text):
            clean = _clean(address)
            if clean and clean not in without:
                found[tier].setdefault(clean, place)
        if "@" not in text and place - introduced <= 3 and domain and (name := _BARE_NAME.match(line)):  # noqa: PLR2004 - right below the words that introduce it
            found[2].setdefault(f"{name[1].lower()}@{domain}", place)
        if _INTRODUCES.search(text) and "@" not in text:
            introduced = place
    best = next((found[tier] for tier in ((3, 2) if sure else (3, 2, 1)) if found[tier]), {})
    places = sorted(best.values())
    return [Named(address, _said_of(lines, place, places)) for address, place in best.items()]


def _addresses_of(line: str) -> list[tuple[int, str]]:
    """The addresses on a line, each with how sure it is that the line is about them."""
    if "@" not in line:
        return []
    dda = _DDA.search(line)
    if dda:
        return [(3, dda[1])]
    labelled = _LABELLED.findall(line)
    if labelled:
        return [(3, address) for address in labelled]
    start = _AT_START.match(line)
    if start and (not start[3] or not _SPOILED.match(start[3])):
        return [(3, start[1] or start[2])]
    if _SPOILED.search(line):
        return []
    said = [first or second for first, second in _SAID.findall(line)]
    if said:
        return [(3, address) for address in said]
    if re.match(r"(?i)(?:to|cc)\s*:", line):
        return []
    return [(1, address) for address in _ADDRESS.findall(line)]


def _clean(address: str) -> str:
    address = (
        re.sub(r"(?i)^(?:smtp|rfc822|internet|x400|unknown|mailto)[:;=]", "", address)
        .lower()
        .strip(".,;:'`\"<>{}|!?*-_=")
    )
    address = re.sub(r"\.{3,}.*$", "", address)
    local, _, domain = address.partition("@")
    is_sound = local and domain and "@" not in domain and len(address) <= MAX_ADDRESS
    return address if is_sound and local not in ("postmaster", "mailer-daemon", "abuse") else ""


def _said_of(lines: list[str], place: int, places: list[int]) -> str:
    """From the line that names a recipient to the next one, or the paragraph's end."""
    later = [other for other in places if other > place]
    end = min(later[0] if later else len(lines), place + 12)
    said: list[str] = []
    for line in lines[place:end]:
        if not line.strip() and len(said) > 1:
            break
        if line.strip():
            said.append(line.strip())
    return " ".join(said)[:1_500]
