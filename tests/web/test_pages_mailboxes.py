"""A mailbox that is not fetched is seen by admins wherever they are; what is wrong stands on a page of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from mailgate import clock
from mailgate.office.passwords import set_password
from mailgate.office.setup import add_agent
from tests.support.browsing import Browser
from tests.support.fetching import connect_mailbox
from tests.support.world import DESK, World
from tests.web.conftest import PASSWORD, Site

ALARM = 'title="Mailboxes, 1"'


@pytest.fixture
def admin(site: Site, world: World) -> Browser:
    with world.database.desk(1) as session:
        person = add_agent(session, "ida@nordlicht.example", "admin", clock.now())
        set_password(session, person, PASSWORD)
    browser = Browser(site.app.test_client())
    browser.sign_in("ida@nordlicht.example", PASSWORD)
    return browser


def test_a_mailbox_that_is_not_fetched_alarms_admins(admin: Browser, browser: Browser, world: World) -> None:
    assert "delivered to this machine" in admin.get("/admin/mailboxes")
    connect_mailbox(world, 143, "secret")
    assert ALARM not in admin.get("/")
    _set(world, complaint="the server refuses the user name or password", changed_at=clock.now() - timedelta(hours=1))
    assert ALARM in admin.get("/")
    page = admin.get("/admin/mailboxes")
    assert "Not fetched" in page
    assert "refuses the user name or password" in page
    assert ALARM not in browser.get("/"), "an agent could do nothing about it"
    browser.get("/admin/mailboxes", 403)
    _set(world, good_at=clock.now(), complaint=None)
    assert ALARM not in admin.get("/")


def test_a_password_that_ends_soon_alarms_before_it_bites(admin: Browser, world: World) -> None:
    connect_mailbox(world, 143, "secret")
    _set(world, good_at=clock.now(), expires_at=clock.now() + timedelta(days=13))
    assert ALARM in admin.get("/")
    assert "ends on" in admin.get("/admin/mailboxes")
    _set(world, expires_at=clock.now() + timedelta(days=30))
    assert ALARM not in admin.get("/")


def test_nobody_sees_another_organisations_mailboxes(admin: Browser, world: World) -> None:
    with world.owner.engine.begin() as connection:
        connection.execute(text("INSERT INTO organisations (name, created_at) VALUES ('Other', now())"))
        connection.execute(
            text(
                "INSERT INTO mailboxes (org_id, address, name, created_at)"
                " SELECT id, 'help@other.example', 'Other', now() FROM organisations WHERE name = 'Other'"
            )
        )
    page = admin.get("/admin/mailboxes")
    assert DESK in page
    assert "other.example" not in page


def _set(world: World, **values: object) -> None:
    columns = ", ".join(f"{name} = :{name}" for name in values)
    with world.owner.engine.begin() as connection:
        connection.execute(text(f"UPDATE imap_accounts SET {columns}"), values)
