"""Read address headers with mail-parser, and repair what it gives up: broken quoting, missing brackets, odd groups."""

from __future__ import annotations

import re
from email.errors import MessageError

from mailparser.utils import get_addresses

from mailgate.mail import Address
from mailgate.parse.encoded_words import clean, decode_words, raw_text

_ADDRESS = re.compile(r"(?<![^\s<>()\[\],;:\"'])[^\s<>()\[\],;:\"'@]+@(?:\[[^\]\s]{3,60}\]|[^\s<>()\[\],;:\"'@]+)")
_ANGLE = re.compile(r"<\s*([^<>]*?)\s*>")
_MAILTO = re.compile(r"(?i)[\[<]?\s*mailto:\s*")
_ATOMS = r"[\w%+=-]+(?:\.[\w%+=-]+)*@[\w-]+(?:\.[\w-]+)*"
_WORD = r"(?:[\w'-]+|=\?[\w.-]{1,40}\?[bBqQ]\?[^\s?]{1,75}\?=)"
_PLAIN = re.compile(rf"({_ATOMS})|(?:({_WORD}(?: {_WORD})*) |\"([\w .'-]+)\" )?<({_ATOMS})>", re.ASCII)
_QUOTES = "\"' \t"


def read_addresses(raw: str, defects: list[str], header: str) -> tuple[Address, ...]:
    """The addresses of one header, in order."""
    text = clean(raw_text(raw))
    if not text:
        return ()
    return plain_addresses(text) or any_addresses(text, defects, header)


def plain_addresses(text: str) -> tuple[Address, ...]:
    """Nearly all headers are `Name <a@b>` or `a@b`: these need no parser. Nothing, where one is written otherwise."""
    plain = [_PLAIN.fullmatch(one) for one in text.split(", ")]
    if not all(plain):
        return ()
    return tuple(_address(one[2] or one[3] or "", one[1] or one[4]) for one in plain if one)


def any_addresses(text: str, defects: list[str], header: str) -> tuple[Address, ...]:
    """As mail-parser reads them, else forgivingly."""
    problems: list[dict[str, object]] = []
    try:
        found = get_addresses(text, defects=problems, decode_names=True)
    except (MessageError, ValueError, IndexError):  # it stumbles over encoded words that are not base64
        found = []
    if found and all(problem["recovered"] for problem in problems) and not any(_is_group(one) for _, one in found):
        return tuple(_address(name, address) for name, address in found if address)
    repaired = _read_forgivingly(text)
    if repaired:
        defects.append(
            f"{header}: {problems[0]['reason'] if problems else 'no address'}, read as {repaired[0].address}"
        )
    elif "@" in text or header == "From":
        defects.append(f"{header}: no address in it")
    return repaired


def read_sender(raw_values: list[str], defects: list[str]) -> Address | None:
    """Who wrote: the first address of the first From that has one. More than one From is a defect worth knowing."""
    if len(raw_values) > 1:
        defects.append("From: more than one")
    for raw in raw_values:
        addresses = read_addresses(raw, defects, "From")
        if len(addresses) > 1:
            defects.append("From: names several senders")
        if addresses:
            return addresses[0]
    if raw_values:
        name = decode_words(clean(raw_text(raw_values[0]))).replace('"', "").strip(" ()<>")
        return Address("", name) if name else None
    return None


def _address(name: str, address: str) -> Address:
    name = decode_words(name) if "=?" in name else name
    if name == address:
        name = ""
    return Address(_tidy_address(address), _tidy_name(name))


def _is_group(address: str) -> bool:
    return address.endswith(";") or ":" in address.partition("@")[0]


def _tidy_address(address: str) -> str:
    address = decode_words(address) if "=?" in address else address
    return clean(address).strip(_QUOTES + "<>").replace(" ", "")


def _tidy_name(name: str) -> str:
    name = clean(name).strip()
    while len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name.replace('\\"', '"').replace("\\\\", "\\")


def _read_forgivingly(text: str) -> tuple[Address, ...]:
    """Item by item the last bracketed address, else the last thing that looks like one."""
    text = _MAILTO.sub(lambda found: "<" if found[0].lstrip()[:1] in "[<" else "", decode_words(text))
    result = []
    for item in _items(text):
        angles = [match for match in _ANGLE.finditer(item) if _ADDRESS.search(match[1])]
        if angles:
            result += _bracketed(item, angles)
            continue
        matches = list(_ADDRESS.finditer(item))
        if matches and not _ADDRESS.sub("", item).strip():
            result += [_address("", match[0].strip(".")) for match in matches]
        elif matches:
            last = matches[-1]
            name = (item[: last.start()] + " " + item[last.end() :]).strip(" <>[]()")
            result.append(_address(name, last[0].strip(".")))
        elif len(item.split()) == 1 and not item.endswith(":") and not item.startswith("@"):
            result.append(Address(_tidy_address(item)))  # a local name without a domain, as daemons write
    return tuple(address for address in result if address.address and not _is_group(address.address))


def _bracketed(item: str, angles: list[re.Match[str]]) -> list[Address]:
    """Each address in brackets with the name before it: somebody has forgotten the commas."""
    result = []
    start = 0
    for angle in angles:
        exact = _ADDRESS.search(angle[1])
        address = angle[1] if '"' in angle[1] or exact is None else exact[0]
        after = item[angle.end() :].strip() if len(angles) == 1 else ""
        result.append(_address(item[start : angle.start()].strip() or after, address))
        start = angle.end()
    return result


def _items(text: str) -> list[str]:
    """Split at commas and semicolons that are not inside quotes or angle brackets."""
    items, start, quoted, depth, has_at = [], 0, False, 0, False
    balanced = text.count('"') % 2 == 0
    for place, letter in enumerate(text):
        if letter == '"' and balanced:
            quoted = not quoted
        elif quoted:
            continue
        elif letter == "<":
            depth = 1
        elif letter == ">":
            depth = 0
        elif letter in ",;" and not depth:
            items.append(text[start:place])
            start, has_at = place + 1, False
        elif letter == "@":
            has_at = True
        elif letter == ":" and not depth and not has_at:
            start = place + 1  # the name of a group
    items.append(text[start:])
    return [item.strip() for item in items if item.strip()]
