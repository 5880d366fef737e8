"""Reading what people and programs send: typed, nothing unknown taken, and a form proves it is one of ours."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar, get_origin

from flask import Request, Response, g, request
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, field_validator
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BaseConverter

from mailgate.errors import BadInput
from mailgate.tokens import secret
from web.access import sessions
from web.access.refusals import Outdated
from web.access.who import whoever
from web.db import tools

CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD, HEADER = "csrf", "X-CSRF-Token"
_TOLD, _NAME_LENGTH = 20, 100  # so many mistakes are told of one request, and so much of a name nobody asked for
_SHOULD = re.compile(r"^\w+ should ")
PROVEN_BY_PATH = frozenset({"stopping.stop"})  # the secret is in the address: a mail program has no form (RFC 8058)
VISITOR = "visitor"  # the cookie of whoever is not signed in, so that their forms too can be told from others'


def _one_line(text: str) -> str:
    text = text.strip()
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        message = "must be one line of plain text"
        raise ValueError(message)
    return text


def _readable(text: str) -> str:
    """Text of several lines, without what no text column takes."""
    return _without_nul(text).replace("\r\n", "\n").replace("\r", "\n").strip()


def _without_nul(text: str) -> str:
    return text.replace("\0", "")


Model = TypeVar("Model", bound=BaseModel)
Line = Annotated[str, AfterValidator(_one_line)]
Words = Annotated[str, AfterValidator(_readable)]
Prose = Annotated[str, AfterValidator(_without_nul)]  # as it was typed: nobody loses a letter for one character


class NumberInPath(BaseConverter):
    """A ticket's number in a route: `<number:number>`. Its format may hold slashes; nothing odd reaches the store."""

    regex = r"[A-Za-z0-9._/-]{1,140}"
    part_isolating = False


class KeyInPath(BaseConverter):
    """A row's id in a route: `<key:file_id>`. Never larger than the store can compare."""

    regex = r"[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)


CONVERTERS: dict[str, type[BaseConverter]] = {"number": NumberInPath, "key": KeyInPath}


class Sent(BaseModel):
    """What somebody sent, in fields."""

    @field_validator("*")
    @classmethod
    def _can_be_kept(cls, value: object) -> object:
        if _holds_nul(value):
            message = "must be text, without the character NUL"
            raise ValueError(message)
        return value


def _holds_nul(value: object) -> bool:
    """Whether text in it has the one character that no text column takes."""
    match value:
        case str():
            return "\0" in value
        case Mapping():
            return any(_holds_nul(part) for pair in value.items() for part in pair)
        case list() | tuple() | set() | frozenset():
            return any(map(_holds_nul, value))
        case _:
            return False


class Form(Sent):
    """The fields of one form of a page. A field it does not name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def read(cls, sent: Request) -> Self:
        """Read it from a request; what is wrong is said field by field."""
        lists = {name for name, field in cls.model_fields.items() if get_origin(field.annotation) in (list, tuple)}
        return read_fields(cls, _fields(sent.form, lists))


def read_fields(model: type[Model], fields: Mapping[str, Any]) -> Model:
    """Validate values that came as text."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise refusal(error, inside=False) from None


def refusal(error: ValidationError, *, inside: bool = True) -> BadInput:
    """What is wrong, in one sentence and by field; `inside` names what is wrong within a field, as in `tags.0`."""
    fields: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_context=False, include_input=False)[:_TOLD]:
        place = problem["loc"] if inside else problem["loc"][:1]
        name = ".".join(str(part)[:_NAME_LENGTH] for part in place) or "body"
        fields.setdefault(name, _words_for(problem["type"], problem["msg"]))
    name, words = next(iter(fields.items()))
    refused = BadInput(f"{name} {words}." if len(fields) == 1 else f"These fields are wrong: {', '.join(fields)}.")
    refused.fields = fields  # not as keywords: these names are the sender's choice
    return refused


def csrf_token() -> str:
    """What a form of ours carries, and no other site can know. Templates have it as `csrf_token`, for a dozen forms."""
    if "csrf_token" not in g:
        own = _own_secret()
        if own is None:
            own = g.new_visitor = secret()
        g.csrf_token = tools().marks.stamp("csrf", own)
    return str(g.csrf_token)


def require_csrf() -> None:
    """Refuse a change that a browser was made to ask for by somebody else's page."""
    if request.method in CHANGES_NOTHING or request.endpoint is None or "Authorization" in request.headers:
        return  # a token is never sent unasked, as a cookie is
    if request.endpoint in PROVEN_BY_PATH:
        return
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    own = _own_secret()
    if own is None or not hmac.compare_digest(given.encode(), tools().marks.stamp("csrf", own).encode()):
        raise Outdated("This page was open too long. Reload it and try again.", csrf="is missing or out of date")


def hand_out(response: Response) -> Response:
    """Give a visitor the cookie their form's token belongs to."""
    value: str | None = g.pop("new_visitor", None)
    if value is not None:
        sessions.set_cookie(response, VISITOR, value)
    return response


def _own_secret() -> str | None:
    """What only this browser and we know."""
    if "new_visitor" in g:
        return str(g.new_visitor)
    known = whoever()
    name = sessions.NAME if known is not None and known.by_cookie else VISITOR
    return request.cookies.get(sessions.cookie_name(name)) or None


def _fields(sent: MultiDict[str, str], lists: set[str]) -> dict[str, Any]:
    return {name: sent.getlist(name) if name in lists else sent[name] for name in sent if name != FIELD}


def _words_for(kind: str, message: str) -> str:
    match kind:
        case "extra_forbidden":
            return "is not known here"
        case "missing":
            return "is required"
        case "value_error":
            return message.removeprefix("Value error, ")
        case "too_short" | "string_too_short" if " at least 1 " in message:
            return "must not be empty"
        case "too_long" if message.startswith("Value "):  # text that was put in order before it was measured
            return _SHOULD.sub("must ", message.partition(" after ")[0].replace("item", "character"))
        case _:
            return _SHOULD.sub("must ", message)
