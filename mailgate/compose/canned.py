"""Fill a canned reply: `{{ names }}` become words. Nothing else of a template is worked, so none can do harm."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from jinja2 import Environment, TemplateSyntaxError, nodes

from mailgate.errors import BadInput

# What a reply may name, and what it stands for.
VARIABLES = {
    "customer": "the customer's name",
    "first_name": "the first word of it",
    "number": "the ticket's number",
    "subject": "the ticket's subject",
    "agent": "the name of the agent who answers",
    "desk": "the mailbox's name",
    "mailbox": "its address",
}


def fill(template: str, values: Mapping[str, str]) -> str:
    """The reply's words; what it names without a value is empty."""
    return "".join(
        piece.data if isinstance(piece, nodes.TemplateData) else values.get(piece.name, "")
        for piece in _pieces(template)
    )


def check(template: str) -> None:
    """Refuse what could not be filled, and say where and what would be right."""
    for piece in _pieces(template):
        if isinstance(piece, nodes.Name) and piece.name not in VARIABLES:
            near = get_close_matches(piece.name, VARIABLES, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(VARIABLES)}."
            raise BadInput(f"Line {piece.lineno}: there is no variable {piece.name}. {hint}", body="names the unknown")


def _pieces(template: str) -> list[nodes.TemplateData | nodes.Name]:
    try:
        parsed = _reader().parse(template)
    except TemplateSyntaxError as error:
        raise BadInput(f"Line {error.lineno}: {error.message}", body="cannot be read") from None
    found: list[nodes.TemplateData | nodes.Name] = []
    for output in parsed.body:
        for piece in output.nodes if isinstance(output, nodes.Output) else [output]:
            if not isinstance(piece, nodes.TemplateData | nodes.Name):
                raise BadInput(
                    f"Line {piece.lineno}: only {{{{ names }}}} can stand here.", body="holds more than words and names"
                )
            found.append(piece)
    return found


@cache
def _reader() -> Environment:
    return Environment(autoescape=False, keep_trailing_newline=True)  # noqa: S701 - it parses, and renders nothing
