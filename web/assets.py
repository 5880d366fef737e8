"""Gather style sheets and scripts into one file each, named by their content, so that browsers may keep them."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from flask import Flask, Response, abort, request

STATIC = Path(__file__).with_name("static")
STYLES = ("layers", "reset", "tokens", "base", "layout", "parts/*", "pages/*", "state")
SCRIPTS = (
    "words",
    "pane",
    "list",
    "clocks",
    "thread",
    "draft",
    "keys",
    "files",
    "format",
    "letter",
    "snippets",
    "live",
    "palette",
    "notify",
)
A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as browsers get it."""

    stem: str
    suffix: str
    type: str
    content: bytes

    @cached_property
    def name(self) -> str:
        return f"{self.stem}.{hashlib.sha256(self.content).hexdigest()[:12]}.{self.suffix}"

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.content, 9, mtime=0)


def install(app: Flask) -> None:
    """Serve the assets below /assets/, and let templates ask for their address by plain name: asset('mailgate.css')."""
    by_plain_name = gather()
    by_name = {asset.name: asset for asset in by_plain_name.values()}

    def serve(name: str) -> Response:
        asset = by_name.get(name)
        if asset is None:
            abort(404)
        is_packed = request.accept_encodings.best_match(["gzip"]) is not None
        response = Response(asset.packed if is_packed else asset.content, mimetype=asset.type)
        response.headers["Cache-Control"] = A_YEAR
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if is_packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    def address(plain_name: str) -> str:
        return f"/assets/{by_plain_name[plain_name].name}"  # also where nobody asks, as in a stream

    app.add_url_rule("/assets/<name>", "assets", serve)
    app.add_template_global(address, "asset")


@cache
def gather() -> dict[str, Asset]:
    """Every asset by its plain name, such as mailgate.css."""
    css, js, svg = "text/css", "text/javascript", "image/svg+xml"
    assets = (
        Asset("mailgate", "css", css, _styles()),
        Asset("mailgate", "js", js, _scripts()),
        Asset("htmx", "js", js, (STATIC / "vendor/htmx/htmx.min.js").read_bytes()),
        Asset("icons", "svg", svg, (STATIC / "img/icons.svg").read_bytes()),
        Asset("favicon", "svg", svg, (STATIC / "img/favicon.svg").read_bytes()),
    )
    return {f"{asset.stem}.{asset.suffix}": asset for asset in assets}


def _styles() -> bytes:
    files = [path for pattern in STYLES for path in sorted((STATIC / "css").glob(f"{pattern}.css"))]
    return b"".join(path.read_bytes() for path in files)


def _scripts() -> bytes:
    """Each file is a block of its own, so that names stay apart without a bundler."""
    return b'"use strict";\n' + b"".join((STATIC / f"js/{name}.js").read_bytes() for name in SCRIPTS)
