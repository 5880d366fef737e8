"""Say what is wrong with a template before anybody gets a letter made of it: the first of two walls.

A template is looked at, never run. It may name variables, filter them, and choose by them; everything else is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError, nodes

from mailgate.compose.room import LAYOUT_FILTERS, WORD_FILTERS, own_room

LONGEST = 64_000
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Filter, nodes.If, nodes.CondExpr, nodes.Const,
    nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to put right: where, what, and what may have been meant."""

    field: str  # subject, text or html
    line: int
    words: str
    name: str | None = None
    nearest: str | None = None

    @property
    def sentence(self) -> str:
        return f"Line {self.line}: {self.words}"


def mistakes(field: str, source: str, known: Collection[str]) -> list[Mistake]:
    """What is wrong with one template; `known`: the variables it may name."""
    if len(source) > LONGEST:
        return [Mistake(field, 1, f"it is too long, {LONGEST:,} characters are the most")]
    try:
        tree = own_room(is_html=False).parse(source)
    except TemplateSyntaxError as error:
        return [Mistake(field, error.lineno, f"it cannot be read: {error.message}")]
    except RecursionError:
        return [Mistake(field, 1, "it is nested too deeply")]
    return list(dict.fromkeys(_wrong(field, tree, known)))


def _wrong(field: str, tree: nodes.Template, known: Collection[str]) -> Iterator[Mistake]:
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, _ALLOWED):
            yield Mistake(field, node.lineno, f"only variables and conditions may stand here, no {_spoken(node)}")
            continue
        if isinstance(node, nodes.Name) and node.name not in known:
            yield _unknown(field, node, known)
        elif isinstance(node, nodes.Filter) and node.name not in (*WORD_FILTERS, *LAYOUT_FILTERS):
            usable = ", ".join(WORD_FILTERS)
            yield Mistake(field, node.lineno, f'there is no filter "{node.name}", only {usable}', node.name)
        waiting.extend(reversed(list(node.iter_child_nodes())))


def _unknown(field: str, node: nodes.Name, known: Collection[str]) -> Mistake:
    nearest = next(iter(get_close_matches(node.name[:100], sorted(known), n=1, cutoff=0.5)), None)
    meant = f' Did you mean "{nearest}"?' if nearest else ""
    return Mistake(field, node.lineno, f'there is no variable "{node.name[:100]}".{meant}', node.name, nearest)


def _spoken(node: nodes.Node) -> str:
    match node:
        case nodes.Getattr() | nodes.Getitem():
            return "parts of a variable"
        case nodes.Call():
            return "call"
        case nodes.For():
            return "loop"
        case _:
            return type(node).__name__.lower()
