"""The words of an RTF body, as Outlook compresses it (MS-OXRTFCP): for mails that have no other text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from mailgate.parse.mapi import charset_of, number

MAX_RTF = 600_000

_KNOWN = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_RING = 4096
_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,9})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)|\\",
    re.DOTALL,
)
_ASIDE = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer headerl headerr headerf footerl footerr footerf"
    b" listtable listoverridetable themedata datastore fldinst filetbl revtbl rsidtbl generator xmlnstbl"
    b" mmathPr".split()
)
_SIGNS = {
    b"par": b"\n", b"line": b"\n", b"row": b"\n", b"sect": b"\n", b"page": b"\n", b"tab": b"\t", b"cell": b"\t",
    b"lquote": b"'", b"rquote": b"'", b"ldblquote": b'"', b"rdblquote": b'"', b"bullet": b"*", b"endash": b"-",
    b"emdash": b"-",
}  # fmt: skip


def decompress(data: bytes, limit: int = MAX_RTF) -> bytes:
    """The RTF; of what is damaged or too long, as much as there is."""
    length = min(number(data, 4), limit)
    if data[8:12] == b"MELA":
        return data[16 : 16 + length]
    return _unpacked(data, length) if data[8:12] == b"LZFu" else b""


def _unpacked(data: bytes, length: int) -> bytes:
    """Eight tokens after each control byte: a letter, or a place and a length in the last 4,096 letters."""
    ring = bytearray(_KNOWN.ljust(_RING))
    end = len(_KNOWN)
    out = bytearray()
    place = 16
    while place < len(data) and len(out) < length:
        control = data[place]
        place += 1
        for bit in range(8):
            if place >= len(data):
                break
            if control >> bit & 1:
                token = int.from_bytes(data[place : place + 2])
                place += 2
                start = token >> 4
                if start == end:
                    return bytes(out[:length])
                piece = [start + nth for nth in range((token & 15) + 2)]
            else:
                ring[end] = data[place]
                place += 1
                piece = [end]
            for source in piece:
                letter = ring[source % _RING]
                ring[end] = letter
                out.append(letter)
                end = (end + 1) % _RING
    return bytes(out[:length])


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds until the next closing brace."""

    aside: bool = False
    stand_ins: int = 1  # letters after each \u, for programs that know no Unicode
    only_rtf: bool = False  # not part of the html that the RTF was made from


@dataclass
class _Reader:
    groups: list[_Group] = field(default_factory=lambda: [_Group()])
    charset: str = "cp1252"
    skip: int = 0
    said: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)

    def say(self, letters: bytes) -> None:
        dropped = min(self.skip, len(letters))
        self.skip -= dropped
        if not self.groups[-1].aside and not self.groups[-1].only_rtf:
            self.pending += letters[dropped:]

    def say_unicode(self, code: int) -> None:
        self.flush()
        if not self.groups[-1].aside and not self.groups[-1].only_rtf:
            self.said.append(chr(code % 0x10000))
        self.skip = self.groups[-1].stand_ins

    def flush(self) -> None:
        self.said.append(self.pending.decode(self.charset, "replace"))
        self.pending.clear()

    def change(self, **what: bool | int) -> None:
        self.groups[-1] = replace(self.groups[-1], **what)  # type: ignore[arg-type]  # names and types are those below


def text_of_rtf(rtf: bytes) -> str:
    """The words, with their line ends."""
    if not rtf.startswith(b"{\\rtf"):
        return ""
    reader = _Reader()
    place = 0
    while token := _TOKEN.match(rtf, place):
        place = token.end()
        if token["brace"]:
            reader.skip = 0
            _open_or_close(reader, token["brace"])
        elif token["text"]:
            reader.say(token["text"])
        elif token["hex"]:
            reader.say(bytes.fromhex(token["hex"].decode()))
        elif token["word"] == b"bin":
            place += max(0, int(token["number"] or 0))
        elif token["word"]:
            _obey(reader, token["word"], int(token["number"]) if token["number"] else None)
        elif token["sign"]:
            _sign(reader, token["sign"])
    reader.flush()
    return (
        "".join(reader.said).encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "").strip()
    )


def _open_or_close(reader: _Reader, brace: bytes) -> None:
    if brace == b"{":
        reader.groups.append(reader.groups[-1])
    elif len(reader.groups) > 1:
        reader.groups.pop()


def _obey(reader: _Reader, word: bytes, value: int | None) -> None:
    if word in _SIGNS:
        reader.say(_SIGNS[word])
    elif word == b"u" and value is not None:
        reader.say_unicode(value)
    elif word == b"uc":
        reader.change(stand_ins=min(max(value or 0, 0), 10))
    elif word == b"htmlrtf":
        reader.change(only_rtf=value != 0)
    elif word in _ASIDE:
        reader.change(aside=True)
    elif word == b"ansicpg" and value is not None:
        reader.charset = charset_of(value)


def _sign(reader: _Reader, sign: bytes) -> None:
    if sign == b"*":
        reader.change(aside=True)
    else:
        reader.say({b"~": b" ", b"_": b"-", b"-": b"", b"\n": b"\n", b"\r": b"\n"}.get(sign, sign))
