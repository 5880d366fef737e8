"""Row 17. A mail's body, however it is written, runs nothing and fetches nothing in a real browser."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from playwright.sync_api import Dialog, expect

from tests.security.test_attack_17_cleaning import ATTACKS
from tests.support.window import Window
from tests.support.world import DESK, World

MUTATIONS = [
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<math><mtext><table><mglyph><style><math><img src onerror=alert(1)></style></mglyph></table></mtext></math>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>"></svg>',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)></style></mglyph></form>",
    "<svg><annotation-xml encoding=text/html><img src=x onerror=alert(1)></annotation-xml></svg>",
    "<select><template><style></select><img src=x onerror=alert(1)></style></template></select>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'></textarea>",
    "<xmp><img title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<body onload=alert(1) background=//evil.example/b.gif>",
    "<html manifest=//evil.example/m><frameset onload=alert(1)><frame src=//evil.example></frameset>",
    "<img src='x:gif' style='background:url(//evil.example/a.gif)'><img src='cid:none@evil.example'>",
    "<picture><source srcset=//evil.example/a.gif><img src=//evil.example/b.gif></picture>",
    "<a href=//evil.example ping=//evil.example/ping>x</a><area href=//evil.example>",
    "<link rel=prefetch href=//evil.example/a><link rel=dns-prefetch href=//evil.example>",
    "<svg><image href=//evil.example/a.gif /><use href=//evil.example/b.svg#x /></svg>",
    "<p style=\"font-family:'x';src:url(//evil.example/f.woff)\">x</p>",
    "<p style='list-style:url(//evil.example/l.gif)'>x</p>",
    "<p style='color:red;content:url(//evil.example/c.gif);cursor:url(//evil.example/d.cur),auto'>x</p>",
    "<div style='--x:url(//evil.example/v.gif);background:var(--x)'>x</div>",
    "<div popover id=p style='display:block'>x</div><dialog open onclose=alert(1)>x</dialog>",
    "<marquee onstart=alert(1)>x</marquee><isindex action=javascript:alert(1) type=image>",
]


# Where the same words stand decides how a browser reads them: parsers differ most between one language and another.
WITHIN = (
    "{}",
    "<svg><foreignObject>{}</foreignObject></svg>",
    "<math><annotation-xml encoding='text/html'>{}</annotation-xml></math>",
    "<table><tr><td>{}</table>",
    "<noscript>{}</noscript>",
    "<svg><style>{}</style></svg>",
    "<svg><title>{}</title></svg>",
    "<!--{}-->{}",
    "<p title='{}'>x</p>",
    "<div><template shadowrootmode=open>{}</template></div>",
)
BODIES = [where.replace("{}", payload) for where in WITHIN for payload in (*ATTACKS, *MUTATIONS)]
WORDS = [  # for names, subjects and names of files: one line each
    "<script>alert(1)</script>",
    "<img src=//evil.example/n.gif onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{7*7}}{% print(1) %}${alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href=//evil.example>x</a>",
]
MAKERS = (
    str,
    str.upper,
    str.title,
    lambda word: f"a{word}",
    lambda word: f"{word}.png",
    lambda word: word.replace(" ", "/"),
)


def _mail(html: str, subject: str = "Harm", number: int = 0) -> bytes:
    word = MAKERS[number // len(WORDS) % len(MAKERS)](WORDS[number % len(WORDS)])
    letter = EmailMessage()
    letter["From"], letter["To"] = Address(f"{word} {number}", addr_spec="eve@evil.example"), DESK
    letter["Subject"] = f"{subject} {word}"
    letter["Message-ID"] = f"<harm{number}@evil.example>"
    letter.set_content("<img src=http://evil.example/a.gif onerror=alert(1)> http://evil.example/?q=<b>")
    letter.add_alternative(html, subtype="html")
    letter.add_attachment(b"x", "application", "pdf", filename=word)
    return letter.as_bytes()


@pytest.mark.parametrize(
    "payloads", [[*ATTACKS, *MUTATIONS], pytest.param(BODIES, marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_no_payload_runs_or_fetches_when_it_is_shown(agent: Window, world: World, payloads: list[str]) -> None:
    """Bodies, names, subjects and names of files; `pytest -m slow` shows all of them."""
    kept = [world.deliver(_mail(f"<p>before</p>{payload}", number=number)) for number, payload in enumerate(payloads)]
    world.work()
    page = agent.open("/?view=all")
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    for kept_id, payload in zip(kept, payloads, strict=True):
        page.goto(f"{agent.base}/t/{world.ticket(world.kept(kept_id).ticket_id).number}")
        page.get_by_text("Show formatted").click()
        expect(page.frame_locator("iframe.frame").get_by_text("before").first, payload).to_be_visible()
        assert (dialogs, agent.asked_elsewhere, agent.logged) == ([], [], []), payload
    page.goto(f"{agent.base}/?view=all")
    while page.get_by_role("link", name="Older tickets").count():
        page.get_by_role("link", name="Older tickets").click()
        expect(page.get_by_role("link", name="Back to the top")).to_be_visible()
        assert (dialogs, agent.asked_elsewhere, agent.logged) == ([], [], [])


def test_the_corpus_is_large() -> None:
    assert len(set(BODIES)) >= 500
    assert len({make(word) for make in MAKERS for word in WORDS}) >= 50


@pytest.mark.parametrize("path", ["/", "/t/"])
def test_words_that_look_like_html_are_words(agent: Window, world: World, path: str) -> None:
    number = world.ticket(world.receive(_mail("<p>x</p>", "<script>document.title='ran'</script>")).ticket_id).number
    page = agent.open("/?view=all" if path == "/" else f"/t/{number}")
    expect(page.get_by_text("<script>document.title='ran'</script>").first).to_be_visible()
    expect(page).not_to_have_title(re.compile("^ran"))
    agent.assert_clean()
