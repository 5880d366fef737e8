"""Turn bytes into text: what was declared, its real superset, what the bytes themselves show; never an exception."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# What a label means in practice: programs write the smaller name and use the larger table.
_SUPERSETS = {
    "ascii": ("utf-8",),
    "iso8859-1": ("cp1252",),
    "iso8859-9": ("cp1254",),
    "iso8859-11": ("cp874",),
    "tis-620": ("cp874",),
    "iso8859-8": ("cp1255", "iso8859-8"),
    "gb2312": ("gbk", "gb18030"),
    "gbk": ("gbk", "gb18030"),
    "hz": ("hz", "gb18030"),
    "big5": ("big5", "cp950", "big5hkscs"),
    "euc_kr": ("cp949",),
    "johab": ("johab",),
    "shift_jis": ("cp932", "shift_jisx0213"),
    "iso2022_jp": ("iso2022_jp_ext", "iso2022_jp_3", "iso2022_jp_2004"),
    "euc_jp": ("euc_jp", "euc_jisx0213", "eucjp-ms"),
    "koi8-r": ("koi8-r",),
}

# Names that programs write and Python does not know.
_OTHER_NAMES = {
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "x-unknown": "",
    "unknown": "",
    "unknown-8bit": "",
    "x-user-defined": "",
    "default": "",
    "default_charset": "",
    "none": "",
    "binary": "",
    "8bit": "",
    "us-ascii-8bit": "",
    "utf8mb4": "utf-8",
    "utf-8-mac": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode": "utf-16",
    "x-sjis": "cp932",
    "ms_kanji": "cp932",
    "x-euc-jp": "euc_jp",
    "cseucpkdfmtjapanese": "euc_jp",
    "iso-2022-jp-ms": "iso2022_jp",
    "cp50220": "iso2022_jp",
    "cp50221": "iso2022_jp",
    "x-gbk": "gbk",
    "x-gb": "gbk",
    "gb_2312-80": "gb2312",
    "x-euc-cn": "gb2312",
    "cn-big5": "big5",
    "x-x-big5": "big5",
    "x-euc-tw": "big5",
    "x-euc-kr": "euc_kr",
    "ks_c_5601-1987": "euc_kr",
    "ks_c_5601": "euc_kr",
    "ksc5601": "euc_kr",
    "x-windows-949": "euc_kr",
    "windows-949": "euc_kr",
    "windows-874": "cp874",
    "x-windows-874": "cp874",
    "windows-31j": "cp932",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-macroman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "logical": "iso8859-8",
    "visual": "iso8859-8",
    "koi8": "koi8-r",
    "koi": "koi8-r",
    "latin-9": "iso8859-15",
    "dos-720": "cp720",
    "ibm-939": "cp932",
}

_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_WESTERN = re.compile(
    "[\x00-\x7f\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u2013\u2014\u2018-\u201e\u2022\u2026\u20ac\u0152\u0153\xa0\xa1\xa3\xa7\xab\xb0\xbb\xbf]*"
)
_ESCAPES = re.compile(rb"\x1b(?:\$[@B]|\$\([CD]|\(J|\$\)C)")
_META = re.compile(
    rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w:.-]{2,40})|<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w:.-]{2,40})"
)
_UNUSUAL = re.compile("[\x80-\x9f\ufffd\ue000-\uf8ff]")


def decode(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """The text, and a word on what was wrong when the declared charset was not the right one."""
    if not data:
        return "", None
    label = codec_for(declared)
    if _ESCAPES.search(data) and not _HIGH.search(data):
        text = _try("iso2022_kr" if b"\x1b$)C" in data else "iso2022_jp", data)
        if text is not None:
            return text, None
    if data.isascii() and not (label and _is_wide(label)):
        return data.decode("ascii"), None
    marked = _by_byte_order_mark(data)
    if marked is not None:
        return marked, None
    if label != "utf-8" and not (label and _is_wide(label)):
        text = _clear_utf8(data)
        if text is not None:
            return text, None if declared is None or label == "ascii" else f"declared {declared}, is utf-8"
    if label:
        text = _try(label, data)
        if text is not None and not _looks_wrong(text, label):
            return text, None
    text, name = _detected(data, label)
    return text, f"declared {declared}, read as {name}" if declared else f"no charset declared, read as {name}"


def charset_in_html(data: bytes) -> str | None:
    """What a page says about itself."""
    found = _META.search(data, 0, 4096)
    return (found[1] or found[2]).decode("ascii", "replace") if found else None


@lru_cache(maxsize=256)
def codec_for(declared: str | None) -> str | None:
    """Python's name for a declared charset, or None when there is no such thing."""
    name = (declared or "").strip().strip("\"'<>[]").strip().lower().split("*")[0]
    name = _OTHER_NAMES.get(name, name)
    for candidate in (
        name,
        name.replace("_", "-"),
        re.sub(r"^(?:x-|cs)", "", name),
        re.sub(r"^cp-|^windows", "cp", name),
    ):
        try:
            info = codecs.lookup(candidate) if candidate else None
        except (LookupError, ValueError):
            continue
        if info is not None and info._is_text_encoding and info.name not in ("idna", "punycode", "undefined"):  # noqa: SLF001 - hex, zip and rot13 are no charsets
            return info.name
    return None


def _is_wide(label: str) -> bool:
    """Charsets in which ASCII bytes do not stand for themselves."""
    return label.startswith(("utf-16", "utf-32", "utf-7", "iso2022", "hz", "cp037", "cp500"))


def _try(label: str, data: bytes) -> str | None:
    for codec in _SUPERSETS.get(label, (label,)):
        try:
            return data.decode(codec)
        except (UnicodeError, LookupError, ValueError):
            continue
    return None


def _by_byte_order_mark(data: bytes) -> str | None:
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(codec)
            except UnicodeError:
                return None
    return None


def _clear_utf8(data: bytes) -> str | None:
    """Text in another charset practically never happens to be valid UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _UNUSUAL.search(text) else text


def _looks_wrong(text: str, label: str) -> bool:
    """Control characters where words should be: the label was wrong."""
    return label.startswith(("iso8859", "cp125", "ascii", "latin")) and len(_UNUSUAL.findall(text)) * 20 > len(text)


def _as_damaged_utf8(data: bytes) -> str | None:
    """UTF-8 with a byte lost here and there: nearly all its high bytes still belong together."""
    text = data.decode("utf-8", "replace")
    whole = sum(letter > "\x7f" for letter in text) - text.count("\ufffd")
    return text if whole > 4 * text.count("\ufffd") else None


def _as_western(data: bytes) -> str | None:
    """Western text has its accents one by one between plain letters; other scripts have them in rows."""
    runs = _HIGH_RUN.findall(data)
    if not runs or max(map(len, runs)) > 2 or sum(map(len, runs)) * 2 > len(data):  # noqa: PLR2004 - a vowel and its neighbour
        return None
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return text if _WESTERN.fullmatch(text) else None


def _detected(data: bytes, label: str | None) -> tuple[str, str]:
    """Nearly the declared charset, else what a detector says, else bytes as Western text."""
    if label:
        forgiving = data.decode(_SUPERSETS.get(label, (label,))[-1], "replace")
        if forgiving.count("\ufffd") * 50 < len(forgiving):
            return forgiving, f"{label} with errors"
    damaged = _as_damaged_utf8(data)
    if damaged is not None:
        return damaged, "utf-8 with errors"
    western = _as_western(data)
    if western is not None:
        return western, "cp1252"
    import chardet  # noqa: PLC0415 - ordinary mail declares its charset

    guess = chardet.detect(data[:20_000]).get("encoding")
    codec = codec_for(guess)
    text = _try(codec, data) if codec else None
    if text is not None:
        return text, str(codec)
    return data.decode("cp1252", "replace"), "cp1252"
