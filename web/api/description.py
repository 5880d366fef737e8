"""The description of the API, made from the schemas that validate: for programs as OpenAPI, for people as a page."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from flask import Response
from pydantic.json_schema import models_json_schema

from mailgate import __version__
from mailgate.rights import may
from mailgate.store.agents import ROLES
from web.access import POLICY
from web.api.operations import OPERATIONS, Answer, Operation, api
from web.templating import render

_SCHEMAS = "#/components/schemas/{model}"
_NOUNS = (
    "tickets",
    "files",
    "inbound",
    "replies",
    "senders",
    "outbound",
    "failing-addresses",
    "replies",
    "customers",
    "companies",
    "organisation",
    "agents",
    "teams",
    "categories",
    "fields",
    "tags",
    "mailboxes",
    "letters",
    "calendars",
    "policies",
    "rules",
    "routing",
    "surveys",
    "stats",
    "tokens",
    "audit",
)  # as they are told
_PLACE = re.compile(r"<(number|key|string):(\w+)>")
_ERRORS = {
    "400": "The request cannot be understood.",
    "401": "No valid token, and nobody is signed in.",
    "403": "The role may not do this.",
    "404": "There is no such thing.",
    "409": "It cannot be done in the state things are in.",
    "413": "The body is too large.",
    "422": "A field is wrong or not known; `fields` says which and why.",
    "429": "Too many wrong tokens from this address; `Retry-After` says how long to wait.",
}


class ErrorShown(Answer):
    """What went wrong."""

    error: str
    message: str
    fields: dict[str, str]


@api.get("/openapi.json")
def description() -> Response:
    """The OpenAPI description."""
    return Response(_as_json(), mimetype="application/json")


@api.get("/docs")
def docs() -> str:
    """The same, to read."""
    whole = openapi()
    return render("api_docs.html", operations=_readable(whole), mistakes=_ERRORS, version=__version__)


@cache
def openapi() -> dict[str, Any]:
    """The description as OpenAPI 3.1, whose schemas are JSON Schema as pydantic writes it."""
    models = [(operation.answer, "serialization") for operation in OPERATIONS if operation.answer]
    bodies = [(operation.body, "validation") for operation in OPERATIONS if operation.body]
    _, schemas = models_json_schema(
        [*models, *bodies, (ErrorShown, "serialization")],  # type: ignore[list-item] # the mode is a Literal of its own
        by_alias=True,
        ref_template=_SCHEMAS,
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in sorted(OPERATIONS, key=lambda operation: _NOUNS.index(operation.noun)):
        paths.setdefault(_PLACE.sub(r"{\2}", operation.path), {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mailgate",
            "version": __version__,
            "description": "Lists answer with items and the cursor of what follows. Times are ISO 8601 with an offset.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}, {"browser": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "mailgate token create NAME --role ROLE"},
                "browser": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-CSRF-Token",
                    "description": "The pages' own scripts: the session's cookie, and for a change this header.",
                },
            },
        },
    }


@cache
def _as_json() -> str:
    return json.dumps(openapi(), ensure_ascii=False)


def _described(operation: Operation) -> dict[str, Any]:
    right = POLICY[operation.endpoint].right
    roles = [role for role in ROLES if right is None or may(role, right)]
    first, _, rest = operation.about.partition(". ")
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": first.removesuffix("."),
        "description": f"{rest} For: {', '.join(roles)}.".strip(),
        "tags": [operation.noun],
        "parameters": [*_in_path(operation), *_in_query(operation)],
        "responses": {str(operation.status): _answer(operation), **_errors(operation)},
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(operation.body)}}}
    return described


def _in_path(operation: Operation) -> list[dict[str, Any]]:
    types = {"number": {"type": "string"}, "string": {"type": "string"}, "key": {"type": "integer"}}
    return [
        {"name": name, "in": "path", "required": True, "schema": types[kind]}
        for kind, name in _PLACE.findall(operation.path)
    ]


def _in_query(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema(by_alias=True, ref_template=_SCHEMAS)
    return [_parameter(name, dict(about)) for name, about in schema["properties"].items()]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    described = {"name": name, "in": "query", "required": False, "style": "form", "explode": False}
    if "description" in schema:
        described["description"] = schema.pop("description")
    if "anyOf" in schema:  # left out is null here, and null cannot be written in a query
        schema |= next(one for one in schema.pop("anyOf") if one != {"type": "null"})
        del schema["default"]
    if "additionalProperties" in schema:  # one for each key, behind a dot
        described["name"], schema = f"{name}.KEY", dict(schema["additionalProperties"])
    return {**described, "schema": schema}


def _answer(operation: Operation) -> dict[str, Any]:
    if operation.answer is None:
        return {"description": "The file.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
    about = " ".join((operation.answer.__doc__ or "").split())
    return {"description": about, "content": {"application/json": {"schema": _ref(operation.answer)}}}


def _errors(operation: Operation) -> dict[str, Any]:
    """The errors an operation can answer with, beside those of any server in trouble."""
    codes = ["401", "403", "429"]
    if _PLACE.search(operation.path):
        codes.append("404")
    if operation.query is not None or operation.body is not None:
        codes.append("422")
    if operation.body is not None:
        codes += ["400", "413"]
    if operation.method != "GET":
        codes.append("409")
    content = {"application/json": {"schema": _ref(ErrorShown)}}
    return {code: {"description": _ERRORS[code], "content": content} for code in sorted(codes)}


def _ref(model: type[Any]) -> dict[str, str]:
    return {"$ref": _SCHEMAS.format(model=model.__name__)}


def _readable(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations with their fields, for the page."""
    schemas = whole["components"]["schemas"]
    return [
        {
            "method": method.upper(),
            "path": "/api/v1" + path,
            "summary": told["summary"],
            "description": told["description"],
            "parameters": [
                _field(one["name"], {**one["schema"], **one}, one["required"]) for one in told["parameters"]
            ],
            "body": _fields(schemas, told.get("requestBody", {})),
            "answer": _fields(schemas, next(iter(told["responses"].values()))),
            "status": next(iter(told["responses"])),
            "errors": [code for code in told["responses"] if code in _ERRORS],
        }
        for path, methods in whole["paths"].items()
        for method, told in methods.items()
    ]


def _fields(schemas: dict[str, Any], message: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a body or an answer; of a list, those of its items."""
    ref = message.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref")
    if ref is None:
        return []
    schema = schemas[ref.rpartition("/")[2]]
    if "items" in schema["properties"]:
        schema = schemas[schema["properties"]["items"]["items"]["$ref"].rpartition("/")[2]]
    required = schema.get("required", ())
    return [_field(name, about, name in required) for name, about in schema["properties"].items()]


def _field(name: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:  # noqa: FBT001 - told, not chosen
    return {"name": name, "type": _type(schema), "required": required, "about": schema.get("description", "")}


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words: text, number, one of …, list of …, or null."""
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("format") or schema.get("type", "any"))
