"""Pages speak the languages of letters: what a template says in English is looked up in the catalogue of a language.

A catalogue is `web/words/LANGUAGE.json`: each English sentence with its translation. What is not in it stays English.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Flask, g, has_request_context, request

LANGUAGES = ("en", "de", "fr", "es")
_WORDS = Path(__file__).parent / "words"


def install(app: Flask) -> None:
    """Give templates `_('…')` and `{% trans %}`: plain sentences, escaped as any other value."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(say, say_number, newstyle=True)  # type: ignore[attr-defined] # jinja2.ext.i18n


def speak(language: str) -> None:
    """From here on, to the end of the request, pages are in this language."""
    g.language = language


def spoken() -> str:
    """The language of this page."""
    return str(g.get("language", "en")) if has_request_context() else "en"


def wanted(*first: str | None, usual: str) -> str:
    """The first of these that we speak, else what the browser asks for, else the usual."""
    asked = (name.lower().partition("-")[0] for name, weight in request.accept_languages if weight > 0)
    return next((one for one in (*first, *asked, usual) if one in LANGUAGES), "en") or "en"


def say(text: str) -> str:
    """A sentence in the language of this page."""
    return catalogue(spoken()).get(text, text)


def say_number(one: str, several: str, number: int) -> str:
    """The same for one that depends on a number."""
    return say(one if number == 1 else several)


def later(text: str) -> str:
    """Marks a sentence that is said when it is shown, so that catalogues know it."""
    return text


@cache
def catalogue(language: str) -> dict[str, str]:
    """All that is translated; read once a process."""
    path = _WORDS / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8")) if language != "en" and path.is_file() else {}
