"""Measure how deep a page's tags lie, in one pass: below some depth sanitisers are slow and tree builders lossy."""

from __future__ import annotations

import re

MAX_SHOWN = 1_000_000  # characters that are sanitised for showing
MAX_DEPTH = 400

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
_CLOSE_THEMSELVES = frozenset({"p", "li", "td", "th", "tr", "option", "dd", "dt", "o:p"})


def is_too_deep(html: str) -> bool:
    """Unclosed tags count as open; paragraphs and cells close themselves."""
    depth = 0
    for closing, name in _TAG.findall(html):
        if name.lower() in _VOID or name.lower() in _CLOSE_THEMSELVES:
            continue
        if closing:
            depth = max(0, depth - 1)
        else:
            depth += 1
            if depth > MAX_DEPTH:
                return True
    return False
