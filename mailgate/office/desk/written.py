"""desk.yaml as text: read strictly, written so that people can read it."""

from __future__ import annotations

import json
from typing import Any

import yaml
from pydantic import ValidationError

from mailgate.errors import BadInput
from mailgate.office.desk.schema import Desk

_TOLD = 10


class _Dumper(yaml.SafeDumper):  # type: ignore[misc] # PyYAML ships no types
    """Text of several lines stands as a block."""


def _text(dumper: Any, value: str) -> Any:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def to_yaml(desk: Desk) -> str:
    """What has its default is left out."""
    plain = {"version": desk.version, **desk.model_dump(exclude_defaults=True, mode="json")}
    return str(yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))


def from_yaml(text: str) -> Desk:
    """What is wrong is said by its place."""
    try:
        plain: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadInput(f"This is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(plain, dict):
        raise BadInput("A desk file is a mapping: organisation, teams, agents and so on.")
    try:
        return Desk.model_validate(plain)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problems[:_TOLD]]
        raise BadInput("; ".join(told) + ".") from None


def json_schema() -> str:
    """What may stand there, for editors and other programs."""
    return json.dumps(Desk.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
