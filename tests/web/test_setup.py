"""The organisation, API tokens, the audit and health: by page and by API."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mailgate import clock
from mailgate.office.passwords import set_password
from mailgate.office.setup import add_agent
from mailgate.steps.shelf import shorten_audit
from mailgate.store.audit import forget_audit
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.relay import free_port
from tests.support.world import World
from tests.web.conftest import PASSWORD, Site


@pytest.fixture
def admin(site: Site, world: World) -> Browser:
    """Ida, an admin, signed in."""
    with world.database.desk(1) as session:
        ida = add_agent(session, "ida@nordlicht.example", "admin", clock.now(), name="Ida Holm")
        set_password(session, ida, PASSWORD)
    made = Browser(site.client)
    made.sign_in(ida.email, PASSWORD)
    made.get("/me")
    return made


def test_the_organisation_is_changed_and_the_audit_tells(admin: Browser, site: Site) -> None:
    fields = {"name": "Nordlicht Lamps", "language": "de", "time_zone": "Europe/Berlin"}
    assert "TKT-" in admin.get("/admin/organisation")
    assert "needs {N} once" in admin.post("/admin/organisation", 422, number_format="NL-1", **fields).text
    admin.post("/admin/organisation", 422, number_format="NL-{N}", **(fields | {"time_zone": "Mars/North"}))
    admin.post("/admin/organisation", 422, number_format="NL-{N}", **(fields | {"name": "Another"}))
    admin.post("/admin/organisation", number_format="NL-{YY}-{N:4}", **fields)
    assert "NL-" in admin.get("/admin/organisation?done=saved")
    assert site.get("/organisation", "admin")["time_zone"] == "Europe/Berlin"
    site.send("PATCH", "/organisation", {"language": "xx"}, "admin", 422)
    site.send("PATCH", "/organisation", {"language": "fr"}, "admin")
    page = admin.get("/admin/audit?what=organisation")
    assert "Ida Holm changed organisation Nordlicht Lamps" in page
    assert "<strong>time zone</strong>: UTC → Europe/Berlin" in page
    assert "The admin changed organisation" in page
    assert "127.0.0.1" in page
    assert "Ida Holm signed in" in admin.get("/admin/audit?what=session")
    assert "Nothing here" in admin.get("/admin/audit?until=2020-01-01&agent=x&since=nonsense")
    first = site.get("/audit", "admin", limit=1)
    assert first["items"][0]["changes"] == {"language": ["de", "fr"]}
    second = site.get("/audit", "admin", limit=1, cursor=first["next"])
    assert second["items"][0]["by"] == "Ida Holm"


def test_tokens_are_made_shown_once_and_taken_away(admin: Browser, site: Site, world: World) -> None:
    admin.get("/admin/tokens")
    admin.post("/admin/tokens", 422, name="", role="agent")
    admin.post("/admin/tokens", 403, name="x", role="owner")
    site.send("POST", "/tokens", {"name": "x", "role": "owner"}, "admin", 403)
    shown = admin.post("/admin/tokens", 201, name="Web shop", role="viewer", days="30").text
    (secret,) = re.findall(r'<code class="secret">([^<]+)</code>', shown)
    site.tokens["shop"] = secret
    site.get("/tickets", "shop")
    page = admin.get("/admin/tokens")
    assert "Web shop" in page
    assert secret not in page
    (token,) = [one for one in site.get("/tokens", "admin")["items"] if one["name"] == "Web shop"]
    admin.post(f"/admin/tokens/{token['id']}/removal")
    admin.post(f"/admin/tokens/{token['id']}/removal", 404)
    assert site.ask("GET", "/api/v1/tickets", "shop").status_code == 401
    made = site.send("POST", "/tokens", {"name": "Other"}, "admin", 201)
    site.send("DELETE", f"/tokens/{made['id']}", None, "admin")
    told = admin.get("/admin/audit?what=API+token")
    assert "Ida Holm removed API token Web shop" in told
    assert secret not in told
    with world.owner.engine.begin() as connection:
        assert (
            connection.execute(
                text("SELECT count(*) FROM audit WHERE data::text LIKE :s"), {"s": f"%{secret}%"}
            ).scalar()
            == 0
        )


def test_nobody_rewrites_the_audit(admin: Browser, world: World) -> None:
    admin.get("/admin/audit")
    for statement in ("UPDATE audit SET name = ''", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(DBAPIError), world.database.desk(1) as session:
            session.execute(text(statement))
    with pytest.raises(DBAPIError), world.owner.engine.begin() as connection:
        connection.execute(text("UPDATE audit SET name = ''"))
    shorten_audit(world.shop)  # it is kept for ever, unless a setting says otherwise
    world.shop.keep_audit = 1
    shorten_audit(world.shop)
    assert world.count("SELECT count(*) FROM audit") > 0
    with world.database.crossing() as connection:
        assert forget_audit(connection, clock.now()) > 0
    assert world.count("SELECT count(*) FROM audit") == 0


def test_health_tells_what_waits_and_what_is_missing(admin: Browser, world: World) -> None:
    world.deliver(mail(subject="Waits"))
    page = admin.get("/admin/health")
    assert "1 mail waits" in page
    assert "PostgreSQL" in page
    assert "MAILGATE_RELAY_URL is not set" in page
    world.work()
    assert "No mail waits" in admin.get("/admin/health")


def test_a_mailbox_is_added_changed_and_checked(admin: Browser, site: Site, world: World) -> None:
    admin.get("/admin/mailboxes/new")
    admin.post("/admin/mailboxes", 422, address="no address", plus="true", active="true")
    admin.post("/admin/mailboxes", 422, address="help@another.example", plus="true", active="true")
    added = admin.post("/admin/mailboxes", address="sales@nordlicht.example", plus="true", active="true", language="de")
    url = added.headers["Location"].partition("?")[0]
    assert "Nordlicht Sales" in admin.get(url)
    world.receive(mail(subject="To sales"), to="sales@nordlicht.example")
    assert "nothing to sign in to" in admin.post(f"{url}/check", 200).text
    admin.post(url, 422, name="", active="true")
    admin.post(url, name="Sales", active="true", language="")
    assert "give it with" not in admin.post(f"{url}/imap", 422, url="imaps://a:b@x.example", password="x").text
    admin.post(f"{url}/imap", 422, url="ftp://x.example", password="x")
    admin.post(
        f"{url}/imap", url=f"imap://127.0.0.1:{free_port()}", password="s3cret pass", after="move", folder="Kept"
    )
    admin.post(f"{url}/relay", url=world.relay.url, password="")
    shown = admin.post(f"{url}/check", 200).text
    assert "Connection refused" in shown
    assert "127.0.0.1 greets us" in shown
    page = admin.get(url)
    assert "s3cret" not in page
    assert "It is fetched from 127.0.0.1" in page
    for part in ("imap", "relay"):
        admin.post(f"{url}/{part}/removal")
        admin.post(f"{url}/{part}/removal", 404)
    told = admin.get("/admin/audit")
    assert "Ida Holm added fetching sales@nordlicht.example" in told
    assert "s3cret" not in told
    made = site.send("POST", "/mailboxes", {"address": "jobs@nordlicht.example", "team": None}, "admin", 201)
    site.send("POST", "/mailboxes", {"address": "jobs@nordlicht.example"}, "admin", 422)
    changed = site.send(
        "PATCH", f"/mailboxes/{made['id']}", {"active": False, "language": "fr", "name": "Jobs"}, "admin"
    )
    assert (changed["active"], changed["language"], changed["name"]) == (False, "fr", "Jobs")
    assert site.send("POST", f"/mailboxes/{made['id']}/check", None, "admin") == {"items": []}
    _connect_by_api(site, f"/mailboxes/{made['id']}")


def _connect_by_api(site: Site, url: str) -> None:
    """Its servers are named, shown without their passwords, and taken away again."""
    imap = {"url": "imaps://imap.example", "password": "geheim", "junk": ["Junk"], "after": "move:Done"}
    made = site.send("PUT", f"{url}/imap", imap, "admin")
    assert (made["host"], made["port"], made["security"]) == ("imap.example", 993, "tls")
    assert (made["username"], made["folders"]) == ("jobs@nordlicht.example", ["INBOX", "Junk"])
    assert (made["junk"], made["after"], made["fetched_at"]) == (["Junk"], "move:Done", None)
    relay = site.send("PUT", f"{url}/relay", {"url": "smtp://me@smtp.example", "password": "geheim"}, "admin")
    assert (relay["host"], relay["port"], relay["username"]) == ("smtp.example", 587, "me")
    assert site.get(f"{url}/imap", "admin") == made
    assert site.get(f"{url}/relay", "admin") == relay
    assert "geheim" not in f"{made}{relay}"
    for kind, body in (
        ("imap", {**imap, "after": "burn"}),
        ("imap", {**imap, "url": "ftp://x"}),
        ("relay", {"url": "x"}),
    ):
        site.send("PUT", f"{url}/{kind}", body, "admin", 422)
    told = site.send("PUT", f"{url}/imap", {**imap, "url": "imaps://me:geheim@imap.example"}, "admin", 422)
    assert told["message"] == "A password does not belong into the URL: give it by itself."  # no option of a command
    assert told["fields"] == {"url": "has a password"}  # as the field is called here
    for kind, known in (("imap", made), ("relay", relay)):
        site.send("PUT", f"{url}/{kind}", {"url": "imaps://imap.example", "password": "x"}, "agent", 403)
        assert site.send("DELETE", f"{url}/{kind}", None, "admin") == known
        site.send("DELETE", f"{url}/{kind}", None, "admin", 404)
