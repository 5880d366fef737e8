"""The pages: one file a group. Each reads the form, calls one verb and shows the result."""

from flask import Flask
from jinja2 import StrictUndefined

from web.pages import (
    agents,
    api_tokens,
    audit,
    calendars,
    categories,
    conversation,
    figures,
    files,
    forgotten,
    health,
    inbox,
    leaving,
    letters,
    live,
    mailbox,
    mailbox_sign_in,
    mailboxes,
    me,
    my_mail,
    new_ticket,
    organisation,
    outbox,
    palette,
    policies,
    replies,
    routing,
    rules,
    security,
    senders,
    sent_files,
    shelf,
    sides,
    sign_in,
    status,
    stopping,
    surveys,
    teams,
    ticket,
    ticket_verbs,
    why,
)

GROUPS = (
    sign_in,
    forgotten,
    security,
    inbox,
    live,
    palette,
    ticket,
    ticket_verbs,
    leaving,
    files,
    why,
    shelf,
    senders,
    outbox,
    organisation,
    agents,
    teams,
    categories,
    api_tokens,
    audit,
    health,
    mailboxes,
    mailbox,
    mailbox_sign_in,
    letters,
    policies,
    calendars,
    routing,
    rules,
    surveys,
    figures,
    status,
    conversation,
    sent_files,
    me,
    my_mail,
    stopping,
    replies,
    sides,
    new_ticket,
)


def install(app: Flask) -> None:
    """Register the pages. A template that asks for what nobody gave fails in its test, not in silence."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(errors=None, organisation=None)
    for group in GROUPS:
        app.register_blueprint(group.pages)
