"""What every answer tells the browser to refuse, and which names we answer to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import SecurityError

from mailgate.settings import Settings

# Nothing inline, nothing from elsewhere, nowhere framed. A page that needs more says so in its own header.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"  # for whatever a mail brought along
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_A_YEAR = "max-age=31536000"


def install(app: Flask, settings: Settings) -> None:
    """Put the headers on every answer, and refuse requests for other hosts."""
    names = _our_names(settings)
    is_anywhere = urlsplit(settings.public_url).hostname in ("0.0.0.0", "::")  # noqa: S104 - asked, not bound
    is_https = settings.public_url.startswith("https://")

    def refuse_strange_hosts() -> None:
        # Probes and load balancers ask by whatever address they have, and learn nothing that depends on it.
        if request.blueprint == "health":
            return
        name = _host_name(request.headers.get("Host", ""))
        if name not in names and not (is_anywhere and _is_address(name)):
            raise SecurityError("This host is not known here. MAILGATE_BASE_URL names it.")

    def add(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if is_https:
            response.headers.setdefault("Strict-Transport-Security", _A_YEAR)
        return response

    app.before_request(refuse_strange_hosts)
    app.after_request(add)


def _our_names(settings: Settings) -> frozenset[str]:
    public = urlsplit(settings.public_url).hostname or ""
    return frozenset({public, settings.web_listen.host.lower(), "localhost", "127.0.0.1", "::1"})


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
