"""Put the web together: tools, headers, entrance, pages and API, and what happens when something goes wrong."""

from __future__ import annotations

from flask import Flask
from werkzeug.local import LocalProxy

from mailgate.settings import Settings, read_settings
from web import assets, db, forms, headers, health, live, look, pages, templating, trouble
from web.access import address, policy, sessions
from web.api import api

_FORM_SIZE = 4 * 2**20  # an answer of 200,000 letters, each written as %XX%XX%XX
_FORM_PARTS = 200


def make(settings: Settings | None = None) -> Flask:
    """The application, from the settings in the environment: what gunicorn is told to run."""
    read = settings or read_settings()
    app = Flask("web", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=_FORM_SIZE,
        MAX_FORM_MEMORY_SIZE=_FORM_SIZE,
        MAX_FORM_PARTS=_FORM_PARTS,
    )
    app.url_map.converters.update(forms.CONVERTERS)
    tools = db.install(app, read)
    _stand_at_the_entrance(app, read)
    templating.install(app)
    look.install(app.jinja_env)
    assets.install(app)
    # A form's token is made when a template writes it, so that pages without forms give nobody a cookie.
    app.jinja_env.globals["csrf_token"] = LocalProxy(forms.csrf_token)
    for blueprint in (health.health, api):
        app.register_blueprint(blueprint)
    pages.install(app)
    live.install(app, tools)
    trouble.install(app)
    app.wsgi_app = address.BehindProxies(app.wsgi_app, read.trusted_proxies)  # type: ignore[method-assign] # Flask's way
    return app


def _stand_at_the_entrance(app: Flask, settings: Settings) -> None:
    """In this order: the clock starts, strange hosts go, who is asking and may they, is the form ours."""
    health.install(app)
    headers.install(app, settings)
    app.before_request(policy.enforce)
    app.before_request(forms.require_csrf)
    app.after_request(sessions.hand_out)
    app.after_request(forms.hand_out)
