"""Properties as somebody writes them: a line each, `key: value`."""

from __future__ import annotations

from collections.abc import Mapping

from mailgate.errors import BadInput


def read_pairs(text: str) -> dict[str, str]:
    """What stands in a box of several lines."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        key, colon, value = line.partition(":")
        if not colon or not key.strip():
            raise BadInput(
                f"“{line[:60]}” is no property: write one a line, such as plan: gold.", properties="are wrong"
            )
        found[key.strip()] = value.strip()
    return found


def pairs_in_words(pairs: Mapping[str, str]) -> str:
    """The same as it stands in the box."""
    return "\n".join(f"{key}: {value}" for key, value in sorted(pairs.items()))
