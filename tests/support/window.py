"""A real browser on a real server: what it logs, and whatever it asks of others, is kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)


@dataclass
class Window:
    """Pages of one person, on one site."""

    base: str
    context: BrowserContext
    logged: list[str] = field(default_factory=list)
    asked_elsewhere: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self.logged.append(message.text))
        page.on("pageerror", lambda error: self.logged.append(str(error)))
        page.on("request", self._note)
        page.goto(self.base + path)
        return page

    def _note(self, request: Any) -> None:
        if not request.url.startswith(self.base):
            self.asked_elsewhere.append(request.url)

    def assert_clean(self) -> None:
        assert self.logged == []
        assert self.asked_elsewhere == []


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium as the system has it; without it the test is skipped, aloud."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@contextmanager
def window(browser: Browser, base: str, size: ViewportSize = DESKTOP, **more: Any) -> Iterator[Window]:
    """One person's browser; two do not share their cookies."""
    context = browser.new_context(viewport=size, **more)
    context.set_default_timeout(10_000)
    try:
        yield Window(base, context)
    finally:
        context.close()


@contextmanager
def serving(app: Flask, port: int) -> Iterator[None]:
    """The application on a real port, several requests at a time."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
