"""Fields of one's own and tags beside a ticket: what stands in them, and how each is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.store.beside import FieldHere
from web.show.fields import Option
from web.speech import later, say

YES_NO = (Option("yes", later("Yes")), Option("no", later("No")))


@dataclass(frozen=True, slots=True)
class Wrong:
    """What somebody typed into a field that does not fit there, and why."""

    key: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field beside a ticket. Without `options` it is typed into; `word` is its value as people read it."""

    key: str
    name: str
    kind: str
    hint: str
    value: str
    word: str
    options: list[Option]
    error: str = ""


def fields_shown(fields: Sequence[FieldHere], wrong: Wrong | None = None) -> list[FieldShown]:
    """Those that can be filled in, and those put aside that were."""
    return [_shown(field, wrong) for field in fields if field.active or field.value is not None]


def _shown(field: FieldHere, wrong: Wrong | None) -> FieldShown:
    kept, error = field.value or "", ""
    if wrong is not None and wrong.key == field.key:
        kept, error = wrong.value, wrong.why
    options = (
        [Option(one.value, say(one.word)) for one in YES_NO]
        if field.kind == "yes_no"
        else [Option(str(each), str(each)) for each in field.choices]
    )
    if options and kept and kept not in [one.value for one in options]:
        options.append(Option(kept, say("%(value)s (no longer offered)", value=kept)))
    word = next((one.word for one in options if one.value == kept), kept)
    return FieldShown(
        field.key, field.name, field.kind, field.hint, kept, word,
        [Option("", say("None")), *options] if options else [], error,
    )  # fmt: skip
