"""File names: found in all the forms mails have for them."""

from __future__ import annotations

import re
from email.message import Message
from urllib.parse import unquote_to_bytes

from mailgate.file_names import safe_name
from mailgate.parse.charsets import decode
from mailgate.parse.encoded_words import clean, decode_words, raw_text
from mailgate.parse.headers import raw_header

_PARAMETER = re.compile(r";\s*([\w.-]{1,60}(?:\*\d{0,4})?\*?)\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|[^;]*)")
_PLACES = (
    ("content-disposition", "filename"),
    ("content-type", "name"),
    ("content-disposition", "name"),
    ("content-type", "filename"),
)
_NAME_IN_WORDS = re.compile(r"\s*\"?([^\s/\\:\"][^/\\:\"\n]{0,150}\.\w{2,5})\"?\s*")


def file_name(part: Message) -> str:
    """The name of a part, safe to save; "" when it has none. A name without lost letters comes first."""
    names = []
    for header, parameter in _PLACES:
        text = raw_header(part, header)
        if "=" in text and (name := named_parameter(text, parameter)):
            names.append(name)
    for name in [*(name for name in names if "?" not in name and "\ufffd" not in name), *names]:
        if safe := safe_name(name):
            return safe
    if raw_header(part, "content-disposition").lower().startswith("attachment"):
        for header in ("content-description", "content-location"):
            found = _NAME_IN_WORDS.fullmatch(raw_header(part, header))
            if found:
                return safe_name(decode_words(raw_text(found[1])))
    return ""


def named_parameter(header: str, wanted: str) -> str:
    """A parameter decoded from RFC 2231 pieces, encoded words, raw bytes or plain text."""
    plain = ""
    pieces: dict[int, tuple[str, bool]] = {}
    for key, raw in _PARAMETER.findall(header[:20_000]):
        name, star, rest = key.lower().partition("*")
        if name != wanted:
            continue
        value = _unquoted(raw)
        if not star:
            plain = plain or value
        else:
            number = rest.rstrip("*")
            pieces.setdefault(int(number) if number.isdigit() else 0, (value, rest.endswith("*") or not number))
    if pieces:
        joined = _join_pieces([pieces[number] for number in sorted(pieces)])
        if joined:
            return joined
    return decode_words(clean(raw_text(plain))) if plain else ""


def _unquoted(raw: str) -> str:
    raw = raw.strip()
    if raw.startswith('"'):
        raw = raw[1:-1] if raw.endswith('"') and len(raw) > 1 else raw[1:]
        return re.sub(r"\\([\"\\])", r"\1", raw)
    return raw.strip("'") if len(raw) > 1 and raw[0] == raw[-1] == "'" else raw


def _join_pieces(pieces: list[tuple[str, bool]]) -> str:
    charset = None
    data = b""
    for place, (value, is_encoded) in enumerate(pieces):
        if is_encoded:
            if place == 0 and value.count("'") >= 2:  # noqa: PLR2004 - charset'language'value
                charset, _, value = value.split("'", 2)  # noqa: PLW2901 - the language is of no use
            data += unquote_to_bytes(raw_text(value))
        else:
            data += raw_text(value).encode("utf-8", "replace")
    if charset is None and b"=?" in data:
        return decode_words(data.decode("utf-8", "replace"))
    return clean(decode(data, charset or "utf-8")[0])
