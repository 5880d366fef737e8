"""Somebody with a browser: pages are asked for, forms are sent with what stands in them, redirects are followed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

BASE = "https://desk.example"
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_ONCE = re.compile(r'name="once" value="([^"]+)"')


@dataclass
class Browser:
    """A client with cookies, and the forms' token of the page it saw last."""

    client: FlaskClient
    csrf: str = ""
    once: str = ""

    def get(self, path: str, expected: int = 200, /, **more: Any) -> str:
        """A page's text."""
        return self._seen(self.client.get(path, base_url=BASE, **more), expected)

    def post(self, path: str, expected: int = 303, /, **fields: Any) -> TestResponse:
        """The answer to a form."""
        answer = self.client.post(path, data={"csrf": self.csrf, **fields}, base_url=BASE)
        assert answer.status_code == expected, f"{answer.status_code}: {answer.text[:2000]}"
        return answer

    def write(self, path: str, body: str, expected: int = 303, /, **fields: Any) -> TestResponse:
        """The answer to a form with words in it, and with the once-only key of the page seen last."""
        return self.post(path, expected, body=body, once=self.once, **fields)

    def sign_in(self, email: str, password: str) -> None:
        self.get("/sign-in")
        self.post("/sign-in", email=email, password=password)

    def _seen(self, answer: TestResponse, expected: int) -> str:
        assert answer.status_code == expected, f"{answer.status_code}: {answer.text[:2000]}"
        self.csrf = _first(_TOKEN, answer.text) or self.csrf
        self.once = _first(_ONCE, answer.text) or self.once
        return answer.text


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return unescape(found[1]) if found else ""
