"""The sign-in page, and what follows once somebody has shown who they are."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from flask import Response

from mailgate import clock
from mailgate.office.links import second_step
from mailgate.store.agents import agent_by_id
from web.access import desk_of
from web.access import sign_in as begin_session
from web.answers import see_other
from web.db import tools
from web.show.shell import customer_page, public_face
from web.speech import later

WRONG = later("This address and password do not belong together. Try again, or ask for a new password.")


def sign_in_page(email: str, next_url: str, errors: dict[str, str] | None) -> str:
    """Ask who is there."""
    settings = tools().settings
    elsewhere = f"/sign-in/elsewhere?next={quote(next_url, safe='/')}" if settings.oidc_issuer else ""
    return customer_page(
        public_face(), "sign_in.html", email=email, next_url=next_url, errors=errors, elsewhere=elsewhere,
        elsewhere_name=settings.oidc_name,
    )  # fmt: skip


def second_step_page(step: str, next_url: str, errors: dict[str, str] | None) -> str:
    """Ask for the second factor; `step` proves the first."""
    return customer_page(public_face(), "second_step.html", step=step, next_url=next_url, errors=errors)


def let_in(org: int, agent_id: int, next_url: str) -> Response | tuple[str, int]:
    """Begin a session; for whoever has a second factor, ask for that first."""
    with desk_of(org) as session:
        agent = agent_by_id(session, agent_id)
        if agent is None or not agent.active:
            return sign_in_page("", next_url, {"": WRONG}), 422
        if agent.totp_secret is not None:
            return second_step_page(second_step(session, agent, clock.now()), next_url, None), 200
        begin_session(session, agent)
    return see_other(next_url)


def local(address: str) -> str:
    """An address on this site, as it was asked for; whatever leads elsewhere leads to the start page."""
    parts = urlsplit(address) if address.isprintable() and "\\" not in address else None
    is_here = parts and not parts.scheme and not parts.netloc and address.startswith("/") and address[1:2] != "/"
    return address if is_here else "/"
