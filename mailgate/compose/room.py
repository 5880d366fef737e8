"""The rooms templates are worked in: nothing is in them but a letter's variables and the few filters named here."""

# ruff: noqa: ARG002 - jinja2 decides what these methods are given
from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailgate.compose.paragraphs import lines, paragraphs

# What admins may use besides `paragraphs`: none of these makes much out of little, or looks into a value.
WORD_FILTERS = ("upper", "lower", "capitalize", "title", "trim", "default")
_EVERY_SIGN = frozenset({"+", "-", "*", "/", "//", "%", "**"})


_LAYING_OUT = {"paragraphs": paragraphs, "lines": lines}
LAYOUT_FILTERS = tuple(_LAYING_OUT)  # what pages are made with; in a text they do nothing


class OwnRoom(ImmutableSandboxedEnvironment):
    """A room for templates we did not write: no attribute, no item, no call, no arithmetic."""

    intercepted_binops = _EVERY_SIGN
    intercepted_unops = frozenset({"+", "-"})

    def getattr(self, obj: Any, attribute: str) -> NoReturn:
        raise SecurityError(f"a variable is plain words and has no {attribute!r}")

    def getitem(self, obj: Any, argument: Any) -> NoReturn:
        raise SecurityError("a variable is plain words and has no parts")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> NoReturn:
        raise SecurityError(f"nothing is calculated here, there is no {operator!r}")

    def call_unop(self, context: Any, operator: str, arg: Any) -> NoReturn:
        raise SecurityError(f"nothing is calculated here, there is no {operator!r}")


@cache
def text_room() -> ImmutableSandboxedEnvironment:
    """For the text and subject of the letters that ship."""
    return _bare(ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined))


@cache
def html_room() -> ImmutableSandboxedEnvironment:
    """For the pages of the letters that ship."""
    room = _bare(ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined))
    room.filters.update(_LAYING_OUT)
    return room


@cache
def own_room(*, is_html: bool) -> OwnRoom:
    """For what admins wrote; only the sandbox's own process works in it."""
    room = OwnRoom(autoescape=is_html, undefined=StrictUndefined)
    _bare(room)
    room.filters.update({name: FILTERS[name] for name in WORD_FILTERS})
    room.filters.update(_LAYING_OUT if is_html else dict.fromkeys(_LAYING_OUT, str))
    return room


def _bare(room: ImmutableSandboxedEnvironment) -> ImmutableSandboxedEnvironment:
    """Nothing is allowed but what is named: jinja2's own filters, tests and functions can be made to eat a machine."""
    room.filters.clear()
    room.tests.clear()
    room.globals.clear()
    return room
