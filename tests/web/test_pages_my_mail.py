"""What agents are told by mail: chosen on their page, by an admin's program, and stopped by one click in a mail."""

import re

from mailgate.office.wishes import Wished, wished
from mailgate.store.agents import agent_by_email
from mailgate.store.people import wants_no_surveys
from tests.support.browsing import Browser
from tests.support.mails import mail
from tests.support.world import World
from tests.web.conftest import MARA, Site


def _mara(world: World) -> tuple[int, Wished]:
    with world.database.desk(1) as session:
        mara = agent_by_email(session, MARA)
        assert mara is not None
        return mara.id, wished(session, mara.id)


def test_an_agent_chooses_on_their_page(browser: Browser, world: World) -> None:
    page = browser.get("/me/mail")
    assert page.count('name="notes"') == 5
    wanted = re.findall('name="notes"[^>]* checked>', page)
    assert len(wanted) == 4, "new tickets only for those who ask for them"
    form = {"notes": ["new_ticket", "mentioned"], "digest_hour": "7", "digest_days": "every"}
    browser.post("/me", signature="", language="de", time_zone="Europe/Lisbon")
    browser.post("/me/mail", **form)
    assert _mara(world)[1] == Wished(("new_ticket", "mentioned"), 7, "every", "Europe/Lisbon")
    assert '<html lang="de">' in browser.get("/me/mail")
    browser.post("/me", 422, signature="", time_zone="Europe/Nowhere")
    browser.post("/me", 422, signature="", language="pt")
    assert _mara(world)[1].time_zone == "Europe/Lisbon"


def test_an_admins_program_chooses_for_an_agent(site: Site, world: World) -> None:
    path = f"/agents/{_mara(world)[0]}/notices"
    assert site.get(path, "admin")["digest_hour"] is None
    chosen = site.send("PATCH", path, {"notes": [], "digest_hour": 9}, who="admin")
    assert (chosen["notes"], chosen["digest_hour"], chosen["digest_days"]) == ([], 9, "working")
    assert site.send("PATCH", path, {"digest_hour": -1}, who="admin")["digest_hour"] is None
    assert site.send("PATCH", path, {"notes": ["bogus"]}, who="admin", status=422)["fields"]
    assert site.send("PATCH", "/agents/999/notices", {}, who="admin", status=404)["error"] == "not_found"


def test_a_mail_program_stops_letters_by_one_click_and_nobody_else_does(site: Site, world: World) -> None:
    """RFC 8058: no cookie, no form of ours, a POST of `List-Unsubscribe=One-Click`; a GET stops nothing."""
    agent_id = _mara(world)[0]
    site.send("PATCH", f"/agents/{agent_id}/notices", {"digest_hour": 9}, who="admin")
    mark = world.shop.marks.stop(1, "digest", "a", agent_id)
    shown = site.ask("GET", f"/stop/{mark}", None)
    assert (shown.status_code, "Stop these letters?" in shown.text) == (200, True)
    assert _mara(world)[1].digest_hour == 9
    forged = mark[:-1] + ("a" if mark[-1] != "a" else "b")
    click = {"data": {"List-Unsubscribe": "One-Click"}}
    assert site.ask("POST", f"/stop/{forged}", None, **click).status_code == 404
    assert _mara(world)[1].digest_hour == 9
    assert site.ask("POST", f"/stop/{mark}", None, **click).status_code == 200
    assert _mara(world)[1].digest_hour is None
    by_page = site.ask("POST", f"/stop/{world.shop.marks.stop(1, 'reminder', 'a', agent_id)}", None)
    assert by_page.status_code == 303
    assert "reminder" not in _mara(world)[1].notes
    ticket_id = world.receive(mail()).ticket_id
    site.ask("POST", f"/stop/{world.shop.marks.stop(1, 'survey', 't', ticket_id or 0)}", None, **click)
    with world.database.desk(1) as session:
        assert wants_no_surveys(session, "ana@lusitel.example")
