"""Signing in at the provider that the settings name (OpenID Connect): there, and back again."""

from __future__ import annotations

import hmac
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, request

from mailgate import clock, log
from mailgate.errors import Conflict, NotFound, Permanent, Temporary
from mailgate.store.agents import find_agent
from web.access import client_address, limit
from web.access.sessions import cookie_name, set_cookie
from web.answers import see_other
from web.db import seal, tools
from web.entrance import let_in, local, sign_in_page
from web.speech import later

if TYPE_CHECKING:
    from mailgate.oidc import Client

pages = Blueprint("elsewhere", __name__, url_prefix="/sign-in/elsewhere")

_AWAY = later("Signing in there does not work at present. Try again later, or sign in with your password.")
_LATE = later("That took too long, or was begun in another window. Try once more.")
_BROKEN_OFF = later("Signing in there was broken off. Try once more, or sign in with your password.")
_UNPROVEN = later("Your account there has no mail address that was verified. Ask whoever looks after those accounts.")
_UNKNOWN = later("Nobody here has the mail address of your account there. Ask an admin to add you.")
_COOKIE, _LASTS = "elsewhere", timedelta(minutes=10)
_TIMES, _MINUTES_15 = 30, 900
_log = log.get("sign-in")


@pages.get("")
def begin() -> Response | tuple[str, int]:
    """Send the browser there, with a cookie that proves afterwards that it was this one."""
    from mailgate import oidc  # noqa: PLC0415 - only where a provider is named

    client, next_url = _client(), local(request.args.get("next", "/"))
    limit("sign-in", client_address(), times=_TIMES, seconds=_MINUTES_15)
    try:
        question = oidc.ask(oidc.discover(client), client, _back())
    except (Temporary, Permanent) as error:
        return _refused(next_url, _AWAY, error)
    begun = {"state": question.state, "nonce": question.nonce, "verifier": question.verifier, "next": next_url}
    answer = see_other(question.address)
    packed = json.dumps({**begun, "at": clock.now().isoformat()})
    set_cookie(answer, _COOKIE, seal().close(f"{_COOKIE} {packed}").decode(), _LASTS)
    return answer


@pages.get("/end")
def end() -> Response:
    """Let in whoever comes back with an answer to what this browser asked, once."""
    limit("sign-in", client_address(), times=_TIMES, seconds=_MINUTES_15)
    answer = make_response(_ended(_client(), _begun()))
    set_cookie(answer, _COOKIE, "", timedelta(0))
    return answer


def _ended(client: Client, begun: dict[str, Any] | None) -> Response | tuple[str, int]:
    if begun is None or not _is_answer(begun["state"], request.args.get("state", "")):
        return _refused("/", _LATE)
    if "code" not in request.args:
        return _refused(begun["next"], _BROKEN_OFF, request.args.get("error", "no code")[:100])
    from mailgate import oidc  # noqa: PLC0415 - only where a provider is named

    code, verifier, nonce = request.args["code"], begun["verifier"], begun["nonce"]
    try:
        email = oidc.proven_address(oidc.discover(client), client, code, _back(), verifier, nonce, clock.now())
    except oidc.Unproven as error:
        return _refused(begun["next"], _UNPROVEN, error)
    except (Temporary, Permanent) as error:
        return _refused(begun["next"], _AWAY, error)
    with tools().database.crossing() as connection:
        found = find_agent(connection, email)
    if found is None:
        return _refused(begun["next"], _UNKNOWN, f"nobody here is {email}")
    return let_in(found.org_id, found.id, begun["next"])


def _begun() -> dict[str, Any] | None:
    """What this browser began a short while ago."""
    try:
        kind, _, packed = seal().open(request.cookies.get(cookie_name(_COOKIE), "").encode()).partition(" ")
    except Conflict:  # none, or not of our making
        return None
    begun: dict[str, Any] = json.loads(packed) if kind == _COOKIE else {}  # others of our seals travel, too
    is_fresh = begun and clock.now() - datetime.fromisoformat(begun["at"]) < _LASTS
    return begun if is_fresh else None


def _is_answer(state: str, given: str) -> bool:
    """Whether it is the answer to this question, and the first."""
    seconds = int(_LASTS.total_seconds())
    return hmac.compare_digest(state.encode(), given.encode()) and tools().limits.is_within(
        "sign-in-state", state, times=1, seconds=seconds
    )


def _refused(next_url: str, sentence: str, why: object = None) -> tuple[str, int]:
    """Back to the sign-in page, which says what to do; the log says why."""
    if why is not None:
        _log.warning("sign-in elsewhere refused: %s", why)
    return sign_in_page("", next_url, {"": sentence}), 422


def _client() -> Client:
    from mailgate.oidc import Client  # noqa: PLC0415 - only where a provider is named

    settings = tools().settings
    if settings.oidc_issuer is None:
        raise NotFound("Nobody signs in elsewhere: MAILGATE_OIDC_ISSUER is not set.")
    secret = settings.oidc_client_secret
    return Client(settings.oidc_issuer, settings.oidc_client_id, secret.get_secret_value() if secret else "")


def _back() -> str:
    """Where the provider sends browsers back to: it knows this address from its own settings."""
    return f"{tools().settings.public_url}/sign-in/elsewhere/end"
