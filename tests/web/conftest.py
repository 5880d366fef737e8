"""The web application over a real database and Redis, and somebody of every role to ask it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser as Engine
from playwright.sync_api import expect
from werkzeug.test import TestResponse

from mailgate import clock
from mailgate.office.links import make_api_token, sign_in_link
from mailgate.office.passwords import set_password
from mailgate.office.setup import add_agent, add_mailbox
from mailgate.settings import Settings, read_settings
from mailgate.store.agents import SignedIn, agent_by_email
from mailgate.store.base import add
from mailgate.store.db import Database
from mailgate.store.founding import found
from mailgate.tokens import hashed, secret
from tests.support.browsing import Browser
from tests.support.databases import Fresh
from tests.support.relay import free_port
from tests.support.templates import COMPILED
from tests.support.window import Window, chromium, serving, window
from tests.support.world import KEY, World
from web.access.sessions import LASTS, NAME
from web.app import make

MARA, PASSWORD = "mara@nordlicht.example", "a short sentence is easy"
AFAR = {"REMOTE_ADDR": "203.0.113.7"}  # nobody's loopback


@dataclass
class Site:
    """The application, a client of it, and tokens: one of each role, and an admin's of another organisation."""

    app: Flask
    client: FlaskClient
    tokens: dict[str, str]

    def ask(self, method: str, path: str, who: str | None = "agent", **more: Any) -> TestResponse:
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        return self.client.open(path, method=method, headers=headers, base_url="https://desk.example", **more)

    def get(self, path: str, who: str | None = "agent", **query: Any) -> Any:
        """What an endpoint of the API answers, which must be 200."""
        answer = self.ask("GET", f"/api/v1{path}", who, query_string=query or None)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def send(self, method: str, path: str, body: Any, who: str | None = "agent", status: int = 200) -> Any:
        """What the API answers to a change, with this status."""
        answer = self.ask(method, f"/api/v1{path}", who, json=body)
        assert answer.status_code == status, answer.text
        return answer.get_json()

    def open(self, subject: str = "Printer on fire", **more: Any) -> Any:
        """A ticket opened by the API."""
        body = {
            "subject": subject,
            "body": "Help!",
            "requester": {"email": "ana@lusitel.example", "name": "Ana Ferreira"},
        }
        return self.send("POST", "/tickets", {**body, **more}, status=201)


def application(settings: Settings) -> Flask:
    """The application, its templates compiled once for all tests."""
    app = make(settings)
    app.jinja_env.bytecode_cache = COMPILED
    return app


@pytest.fixture
def settings(fresh: Fresh, tmp_path: Path) -> Settings:
    return read_settings(
        data=tmp_path,
        database_url=fresh.app_url,
        redis_url=fresh.redis_url,
        secret_key=KEY,
        base_url="https://desk.example",
        trusted_proxies="198.51.100.0/24",
        unlimited="198.18.0.0/24",
        undo_seconds=0,
    )


@pytest.fixture
def site(world: World, settings: Settings) -> Iterator[Site]:
    """A desk with a mailbox and an agent, as the world has it, and another organisation beside it."""
    tokens = {role: _token(world.database, 1, role) for role in ("owner", "admin", "agent", "viewer")}
    with world.owner.desk(0) as session:
        other = found(session, "Another").id
    with world.database.desk(other) as session:
        add_mailbox(session, "help@another.example", clock.now())
        add_agent(session, "zoe@another.example", "admin", clock.now())
    tokens["stranger"] = _token(world.database, other, "admin")
    app = application(settings)
    yield Site(app, app.test_client(use_cookies=True), tokens)
    app.extensions["mailgate"].database.close()


@pytest.fixture
def password(world: World) -> str:
    """Mara's, an agent's."""
    with world.database.desk(1) as session:
        agent = agent_by_email(session, MARA)
        assert agent is not None
        set_password(session, agent, PASSWORD)
    return PASSWORD


@pytest.fixture
def browser(site: Site, password: str) -> Browser:
    """Mara's, signed in."""
    made = Browser(site.client)
    made.sign_in(MARA, password)
    return made


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def undo_seconds() -> int:
    """How long an answer can be taken back, where the pages are served."""
    return 0


@pytest.fixture
def base(world: World, fresh: Fresh, tmp_path: Path, undo_seconds: int) -> Iterator[str]:
    """Where the pages are served."""
    port = free_port()
    settings = read_settings(
        data=tmp_path,
        database_url=fresh.app_url,
        redis_url=fresh.redis_url,
        secret_key=KEY,
        web_listen=f"127.0.0.1:{port}",
        undo_seconds=undo_seconds,
    )
    app = application(settings)
    with serving(app, port):
        yield settings.public_url
        app.extensions["live"].close()
    app.extensions["mailgate"].database.close()


@pytest.fixture
def agent(engine: Engine, base: str, world: World) -> Iterator[Window]:
    """Mara at her desk."""
    with window(engine, base) as made:
        be_signed_in(made, world)
        yield made


def be_signed_in(made: Window, world: World, email: str = MARA) -> None:
    """As after signing in; for tests about something else."""
    value, now = secret(), clock.now()
    with world.database.desk(1) as session:
        known = agent_by_email(session, email)
        assert known is not None
        add(
            session,
            SignedIn(
                hash=hashed(value),
                agent_id=known.id,
                created_at=now,
                expires_at=now + LASTS,
                seen_at=now,
                address="127.0.0.1",
                browser="Chrome",
            ),
        )
    made.context.add_cookies([{"name": NAME, "value": value, "url": made.base}])


def sign_in_by_link(made: Window, world: World, email: str = MARA) -> None:
    with world.database.desk(1) as session:
        known = agent_by_email(session, email)
        assert known is not None
        link, name = sign_in_link(session, known, clock.now(), ""), known.name
    page = made.open(link)
    page.get_by_role("button", name=f"Sign in as {name}").click()
    page.get_by_label("New password").fill("a short sentence is easy")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("searchbox")).to_be_visible()
    page.close()


def _token(database: Database, org: int, role: str) -> str:
    with database.desk(org) as session:
        return make_api_token(session, f"The {role}", role, clock.now()).secret
