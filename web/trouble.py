"""What goes wrong ends here: as one JSON object for programs, as a plain page for people, never as a traceback."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote

from flask import Flask, jsonify, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from mailgate import log
from mailgate.errors import BadInput, Conflict, Forbidden, MailgateError, NotFound, Temporary
from web.access.refusals import NeedsFactor, NotSignedIn, Outdated, TooMany
from web.speech import say, speak, told, wanted
from web.templating import render

_SOON = 5  # seconds after which to try again what failed for a passing reason
NEEDS_FACTOR = "needs_second_factor"
_CODES: dict[type[MailgateError], tuple[int, str]] = {
    BadInput: (422, "invalid"),
    NotSignedIn: (401, "not_signed_in"),
    NeedsFactor: (403, NEEDS_FACTOR),
    Forbidden: (403, "forbidden"),
    NotFound: (404, "not_found"),
    Conflict: (409, "conflict"),
    TooMany: (429, "too_many"),
    Temporary: (503, "try_again"),
}
_BY_STATUS = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_SAID_BY_PAGE = frozenset({"too_many", "try_again"})  # by the page's own words, which also tell until when
_CUSTOMERS = frozenset({"s", "status", "stop", "f"})  # where their pages begin
_log = log.get("web")


@dataclass(frozen=True)
class Trouble:
    """What to tell whoever asked."""

    status: int
    code: str
    message: str
    fields: dict[str, str] = field(default_factory=dict)
    is_refusal: bool = False  # the message is a sentence of ours that says why not
    is_outdated: bool = False
    retry_after: int | None = None
    reference: str | None = None  # stands in the log, too


def install(app: Flask) -> None:
    """Answer every error in the form its asker understands."""
    app.register_error_handler(MailgateError, lambda error: _told(_on_purpose(error)))
    app.register_error_handler(HTTPException, _by_http)
    app.register_error_handler(Exception, lambda error: _told(_unforeseen(error)))


def wants_json() -> bool:
    """Whether a program asks: the API and the probes."""
    return request.path.startswith("/api/") or request.path in ("/healthz", "/readyz", "/metrics")


def _on_purpose(error: MailgateError) -> Trouble:
    for kind, (status, code) in _CODES.items():
        if isinstance(error, kind):
            seconds = (
                error.seconds
                if isinstance(error, TooMany)
                else _SOON
                if status == HTTPStatus.SERVICE_UNAVAILABLE
                else None
            )
            fields, is_outdated = getattr(error, "fields", {}), isinstance(error, Outdated)
            return Trouble(
                status, code, str(error), fields, is_refusal=True, is_outdated=is_outdated, retry_after=seconds
            )
    return _unforeseen(error)


def _by_http(error: HTTPException) -> Response:
    """What Flask itself refuses: no such route, a wrong method, a body that is too large or not what it says."""
    if error.code is None or error.response is not None:
        return error.get_response()
    code = _BY_STATUS.get(error.code, f"http_{error.code}")
    answer = _told(Trouble(error.code, code, error.description or HTTPStatus(error.code).description))
    for name, value in error.get_headers(request.environ):
        if name.lower() != "content-type":
            answer.headers[name] = value  # such as Allow
    return answer


def _unforeseen(error: Exception) -> Trouble:
    reference = secrets.token_hex(4)
    _log.error("%s %s failed (%s)", request.method, request.path, reference, exc_info=error)
    message = f"Something went wrong on our side. It was recorded as {reference}."
    return Trouble(500, "internal", message, reference=reference)


def _told(trouble: Trouble) -> Response:
    if wants_json():
        answer: Response = jsonify(error=trouble.code, message=trouble.message, fields=trouble.fields)
    elif trouble.status == HTTPStatus.UNAUTHORIZED:
        return _to_sign_in()
    elif trouble.code == NEEDS_FACTOR:
        return redirect("/me/security", code=HTTPStatus.SEE_OTHER)
    else:
        if request.path.partition("/")[2].partition("/")[0] in _CUSTOMERS:
            speak(wanted(usual="en"))
        page = render(
            "error.html",
            code=trouble.status,
            why=told(trouble.message) if trouble.is_refusal and trouble.code not in _SAID_BY_PAGE else "",
            is_outdated=trouble.is_outdated,
            reference=trouble.reference,
            retry_after=trouble.retry_after,
            back=_back(),
        )
        answer = Response(page, mimetype="text/html")
    answer.status_code = trouble.status
    if trouble.retry_after is not None:
        answer.headers["Retry-After"] = str(trouble.retry_after)
    if trouble.status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _back() -> dict[str, str]:
    """Where to go on: a customer has no business on the agents' start page."""
    first, _, rest = request.path.lstrip("/").partition("/")
    if first == "s" and rest:
        return {"url": f"/s/{quote(rest.partition('/')[0], safe='')}", "word": say("Go back to your request")}
    if first == "status":
        return {"url": "/status", "word": say("Look for your request again")}
    return {"url": "/", "word": say("Go to the start page")}


def _to_sign_in() -> Response:
    """Somebody who is not signed in signs in, and comes back to the page they asked for."""
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(f"/sign-in?next={quote(back, safe='/')}", code=HTTPStatus.SEE_OTHER)
