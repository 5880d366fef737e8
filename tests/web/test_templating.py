"""Sentences of templates are in their language once they are compiled; their values are escaped all the same."""

import pytest
from flask import Flask
from jinja2 import DictLoader

from web import speech, templating

_PAGE = (
    "{{ _('Open') }}|{{ _('Open')|upper }}|{{ _(word) }}|{{ _('%(name)s at 100 %%', name=name) }}|"
    "{% trans who=name %}<b>{{ who }}</b> waits{% endtrans %}|{{ _('Unknown') }}"
)
_WORDS = {
    "de": {
        "Open": "Offen",
        "New": "Neu",
        "%(name)s at 100 %%": "%(name)s zu 100 %%",
        "<b>%(who)s</b> waits": "Da wartet <b>%(who)s</b>",
    }
}


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Flask:
    for module in (speech, templating):
        monkeypatch.setattr(module, "catalogue", lambda language: _WORDS.get(language, {}))
    app = Flask("web", static_folder=None)
    templating.install(app)
    app.jinja_env.loader = DictLoader({"page.html": _PAGE})
    return app


def test_every_language_has_its_own_page(app: Flask) -> None:
    def page(language: str) -> str:
        with app.test_request_context(), speech.speaking(language):
            return templating.render("page.html", word="New", name="<i>")

    english = "Open|OPEN|New|&lt;i&gt; at 100 %|<b>&lt;i&gt;</b> waits|Unknown"
    german = "Offen|OFFEN|Neu|&lt;i&gt; zu 100 %|Da wartet <b>&lt;i&gt;</b>|Unknown"
    assert [page(language) for language in ("en", "de", "en", "de")] == [english, german] * 2


def test_a_language_ends_with_its_request(app: Flask) -> None:
    @app.get("/")
    def said() -> str:
        before = speech.spoken()
        speech.speak("de")
        return f"{before} {speech.spoken()}"

    client = app.test_client()
    assert [client.get("/").text for _ in range(2)] == ["en de"] * 2
    assert speech.chosen() is None
