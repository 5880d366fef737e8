"""The process in which letters that admins wrote are made: the second wall, whatever a template does.

It takes one request a line and answers each with one line, and opens nothing once it is ready: no file, no socket, no
program, no module. It ends with its parent, or when a letter takes too long or too much memory.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, NoReturn

import css_inline
from jinja2 import Template, TemplateError
from markupsafe import Markup

from mailgate.compose.mistakes import mistakes
from mailgate.compose.room import own_room
from mailgate.compose.wording import html_of, text_of
from mailgate.safe_html import safe_html
from mailgate.shipped import shipped

SECONDS = 2.0
MEMORY = 256 * 2**20
OUTPUT = 2**20
_FORBIDDEN = (
    "open", "import", "socket.", "subprocess.", "os.", "ctypes.", "shutil.", "pty.", "urllib.", "sqlite3.",
    "tempfile.", "glob.", "pickle.", "mmap.", "fcntl.", "marshal.",
)  # fmt: skip
_css = ""


class TooMuch(Exception):  # noqa: N818 - named for what happened
    """A letter larger than any reader would want."""


def main() -> None:
    """Answer requests for as long as there is somebody who asks."""
    _prepare()
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_REAL, SECONDS)  # no handler of ours: the kernel ends us, whatever we are doing
        answer = _answered(line)
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


def _prepare() -> None:
    """Load all that will ever be needed, then shut every door."""
    global _css  # noqa: PLW0603 - read once, before files are out of reach
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for our parent, whose end is ours
    _css = (shipped("email_templates") / "base" / "style.css").read_text(encoding="utf-8")
    warm = {"letter": {"subject": "{{ a }}", "text": "**{{ a }}**\n\nx: {{ a_url }}", "html": "<p>{{ a }}</p>"}}
    for letter in (warm["letter"], {"subject": "{{ b }}", "text": "", "html": ""}):  # mistakes load modules, too
        _answered(json.dumps({"variables": {"a": "x", "a_url": "http://x"}, "blocks": {}, "letter": letter}))
    _answered(json.dumps({"check": {"text": "{{ a.b }}{% for"}, "known": ["a"]}))
    with suppress(ValueError, OSError):  # not every system can limit this
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_refuse)


def _refuse(event: str, _: Any) -> None:
    if event.startswith(_FORBIDDEN):
        _trip(event)


def _trip(event: str) -> NoReturn:
    message = f"a letter may not do this: {event}"
    raise PermissionError(message)


def _answered(line: str) -> str:
    try:
        asked = json.loads(line)
        answer = _checked(asked) if "check" in asked else _made(asked)
        text = json.dumps(answer)
    except TooMuch:
        return _sorry("it is larger than 1 MB")
    except MemoryError:
        return _sorry("it needs too much memory")
    except TemplateError as error:
        return _sorry(str(error.message or error)[:500])
    except Exception as error:  # noqa: BLE001 - a door: whatever a template causes ends here, as words
        return _sorry(f"{type(error).__name__}: {error}"[:500])
    return text


def _sorry(words: str) -> str:
    return json.dumps({"error": words})


def _checked(asked: Mapping[str, Any]) -> dict[str, Any]:
    found = [each for field, source in asked["check"].items() for each in mistakes(field, source, asked["known"])]
    return {"mistakes": [[each.field, each.line, each.words, each.name, each.nearest] for each in found[:20]]}


def _made(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The shared blocks first: the letter may name them."""
    variables: dict[str, str] = asked["variables"]
    texts, pages = dict(variables), dict(variables)
    blocks = {}
    for name, source in asked["blocks"].items():
        text = _within(_text(source).render(variables)).strip("\n")
        page = _within(_page(source, name).render(variables))
        blocks[name] = text, page
        texts[name], pages[name] = text, Markup(page)  # noqa: S704 - values in it are escaped
    letter = asked["letter"]
    return {"blocks": blocks, "letter": letter and _letter(letter, texts, pages)}


def _letter(letter: Mapping[str, str], texts: Mapping[str, str], pages: Mapping[str, str]) -> dict[str, str]:
    subject = " ".join(_within(_text(letter["subject"]).render(texts)).split())
    text = _within(_text(letter["text"]).render(texts)).strip("\n") + "\n"
    if letter["html"]:
        page = _inline(safe_html(_within(_own_page(letter["html"]).render(pages))))
    else:
        page = _page(letter["text"], None).render(pages)
    return {"subject": subject, "text": text, "html": _within(page)}


def _within(text: str) -> str:
    if len(text) > OUTPUT:
        raise TooMuch
    return text


@lru_cache(maxsize=200)
def _text(source: str) -> Template:
    return own_room(is_html=False).from_string(text_of(source))


@lru_cache(maxsize=200)
def _page(source: str, block: str | None) -> Template:
    return own_room(is_html=True).from_string(_inline(html_of(source, block)))


@lru_cache(maxsize=200)
def _own_page(source: str) -> Template:
    return own_room(is_html=True).from_string(source)


def _inline(html: str) -> str:
    return css_inline.inline_fragment(html, _css, load_remote_stylesheets=False) if html.strip() else ""


if __name__ == "__main__":
    main()
