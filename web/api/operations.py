"""An operation of the API: its route, what it takes and what it answers, written once for use and for description."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import BadRequest

from web.forms import Model, Sent, read_fields, refusal

api = Blueprint("api", __name__, url_prefix="/api/v1")

View = TypeVar("View", bound=Callable[..., BaseModel | Response])


class Body(Sent):
    """What a program sends: JSON types as they are, no field we do not know."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(Sent):
    """What stands behind the question mark."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """What a program gets."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True)
class Operation:
    """One route of the API as the description tells it."""

    name: str
    method: str
    path: str
    about: str
    query: type[Query] | None
    body: type[Body] | None
    answer: type[Answer] | None  # None: a file
    status: int

    @property
    def noun(self) -> str:
        return self.path.split("/")[1]

    @property
    def endpoint(self) -> str:
        return f"{api.name}.{self.name}"


OPERATIONS: list[Operation] = []


def operation(
    method: str,
    path: str,
    *,
    query: type[Query] | None = None,
    body: type[Body] | None = None,
    answer: type[Answer] | None = None,
    status: int = 200,
    largest: int | None = None,
) -> Callable[[View], View]:
    """Make a function an operation: it is handed what was validated, as `query` and `body`, and returns its answer.

    `largest`: so many bytes may come where that is more than usual.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(**given: Any) -> Response:
            if largest is not None:
                request.max_content_length = largest
            if query is not None:
                given["query"] = read_fields(query, _asked())
            if body is not None:
                given["body"] = _read_body(body)
            result = view(**given)
            if isinstance(result, Response):
                return result
            return Response(result.model_dump_json(by_alias=True), status, mimetype="application/json")

        about = " ".join((view.__doc__ or "").split())
        OPERATIONS.append(Operation(view.__name__, method, path, about, query, body, answer, status))
        api.add_url_rule(path, view.__name__, answered, methods=[method])
        return view

    return decorate


def _asked() -> dict[str, str]:
    """The query's values; an empty one asks for nothing, one given twice means both."""
    asked = {name: ",".join(filter(None, values)) for name, values in request.args.lists()}
    return {name: value for name, value in asked.items() if value}


def _read_body(model: type[Model]) -> Model:
    if not request.is_json:
        raise BadRequest("Send JSON, with Content-Type: application/json.")
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        broken = [problem["msg"] for problem in error.errors(include_url=False) if problem["type"] == "json_invalid"]
        if broken:
            raise BadRequest(f"{broken[0]}.") from None
        raise refusal(error) from None
