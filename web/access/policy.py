"""The one table of who may use which route. A route without a line here is closed to everybody."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from mailgate.errors import Forbidden
from mailgate.rights import Right
from web.access.address import is_at_home
from web.access.who import require


@dataclass(frozen=True, slots=True)
class Rule:
    """The right a route asks for; None lets anybody in. `at_home`: so does asking from this machine or network."""

    right: Right | None
    at_home: bool = False


ANYBODY = Rule(None)
SEE, WORK, MAIL, SET_UP = Rule(Right.SEE), Rule(Right.WORK), Rule(Right.MAIL), Rule(Right.SET_UP)

POLICY: dict[str, Rule] = {
    "assets": ANYBODY,
    "health.lives": ANYBODY,
    "health.ready": ANYBODY,
    "health.metrics": Rule(Right.SET_UP, at_home=True),
    "sign_in.show": ANYBODY,
    "sign_in.enter": ANYBODY,
    "sign_in.show_link": ANYBODY,
    "sign_in.enter_by_link": ANYBODY,
    "sign_in.show_password": SEE,
    "sign_in.change_password": SEE,
    "sign_in.leave": SEE,
    "inbox.show": SEE,
    "inbox.bulk": WORK,
    "inbox.keep_view": SEE,
    "inbox.forget_view": SEE,
    "ticket.show": SEE,
    "ticket.message": SEE,
    "ticket.answer": WORK,
    "ticket.preview": WORK,
    "ticket.recipients": WORK,
    "ticket.put_in_reply": WORK,
    "ticket.fill_reply": WORK,
    "new_ticket.show": WORK,
    "new_ticket.write": WORK,
    "sides.forward": WORK,
    "ticket.note": WORK,
    "ticket.set_status": WORK,
    "ticket.set_priority": WORK,
    "ticket.assign": WORK,
    "ticket.treat_sender": MAIL,
    "ticket_verbs.give_to_team": WORK,
    "ticket_verbs.file_under": WORK,
    "ticket_verbs.tag": WORK,
    "ticket_verbs.snooze": WORK,
    "ticket_verbs.wake": WORK,
    "ticket_verbs.merge": WORK,
    "ticket_verbs.unmerge": WORK,
    "ticket_verbs.link": WORK,
    "ticket_verbs.unlink": WORK,
    "ticket_verbs.print_view": SEE,
    "ticket.read": WORK,
    "leaving.retry": WORK,
    "leaving.cancel": WORK,
    "leaving.undo": WORK,
    "leaving.send_now": WORK,
    "leaving.clear_address": WORK,
    "files.download": SEE,
    "files.formatted": SEE,
    "files.picture": SEE,
    "why.ticket": SEE,
    "why.mail": MAIL,
    "shelf.show": MAIL,
    "shelf.download": MAIL,
    "shelf.replay": MAIL,
    "mailboxes.show": SET_UP,
    "letters.show_all": SET_UP,
    "letters.show": SET_UP,
    "letters.show_preview": SET_UP,
    "letters.show_versions": SET_UP,
    "letters.look_at": SET_UP,
    "letters.try_out": SET_UP,
    "letters.write": SET_UP,
    "letters.turn": SET_UP,
    "letters.go_back": SET_UP,
    "mailbox_sign_in.show": SET_UP,
    "mailbox_sign_in.begin": SET_UP,
    "mailbox_sign_in.end": SET_UP,
    "calendars.show": SET_UP,
    "calendars.new": SET_UP,
    "calendars.add": SET_UP,
    "calendars.edit": SET_UP,
    "calendars.change": SET_UP,
    "calendars.remove": SET_UP,
    "policies.show": SET_UP,
    "policies.new": SET_UP,
    "policies.add": SET_UP,
    "policies.edit": SET_UP,
    "policies.change": SET_UP,
    "policies.switch": SET_UP,
    "mailboxes.set_manners": SET_UP,
    "replies.show": SET_UP,
    "replies.show_new": SET_UP,
    "replies.add": SET_UP,
    "replies.show_one": SET_UP,
    "replies.change": SET_UP,
    "replies.delete": SET_UP,
    "me.show": WORK,
    "me.change": WORK,
    "shelf.replay_all": MAIL,
    "shelf.file": MAIL,
    "shelf.discard": MAIL,
    "shelf.treat_sender": MAIL,
    "senders.show": MAIL,
    "senders.treat": MAIL,
    "senders.forget": MAIL,
    "outbox.show": MAIL,
    "outbox.retry": MAIL,
    "outbox.cancel": MAIL,
    "outbox.clear_address": MAIL,
    "status.show": ANYBODY,
    "status.look_up": ANYBODY,
    "status.mail_links": ANYBODY,
    "conversation.show": ANYBODY,  # whoever holds the link
    "conversation.answer": ANYBODY,
    "conversation.close": ANYBODY,
    "conversation.reopen": ANYBODY,
    "conversation.download": ANYBODY,
    "sent_files.download": ANYBODY,  # whoever holds the link
    "api.description": ANYBODY,
    "api.docs": ANYBODY,
    "api.list_tickets": SEE,
    "api.open_ticket": WORK,
    "api.show_ticket": SEE,
    "api.change_ticket": WORK,
    "api.merge_ticket": WORK,
    "api.snooze_ticket": WORK,
    "api.unmerge_ticket": WORK,
    "api.link_ticket": WORK,
    "api.unlink_ticket": WORK,
    "api.change_tickets": WORK,
    "api.list_messages": SEE,
    "api.write_message": WORK,
    "api.undo_message": WORK,
    "api.list_events": SEE,
    "api.download_file": SEE,
    "api.list_inbound": MAIL,
    "api.show_inbound": MAIL,
    "api.download_inbound": MAIL,
    "api.replay_inbound": MAIL,
    "api.file_inbound": MAIL,
    "api.discard_inbound": MAIL,
    "api.list_senders": MAIL,
    "api.treat_sender": MAIL,
    "api.forget_sender": MAIL,
    "api.list_outbound": MAIL,
    "api.retry_outbound": MAIL,
    "api.cancel_outbound": MAIL,
    "api.list_failing": MAIL,
    "api.clear_failing_address": MAIL,
    "api.list_agents": SEE,
    "api.list_teams": SEE,
    "api.list_categories": SEE,
    "api.list_mailboxes": SEE,
    "api.list_letters": SET_UP,
    "api.write_letter": SET_UP,
    "api.return_letter": SET_UP,
    "api.switch_letter": SET_UP,
    "api.list_calendars": SEE,
    "api.add_calendar": SET_UP,
    "api.change_calendar": SET_UP,
    "api.remove_calendar": SET_UP,
    "api.list_policies": SEE,
    "api.add_policy": SET_UP,
    "api.change_policy": SET_UP,
    "api.list_rules": SET_UP,
    "api.add_rule": SET_UP,
    "api.change_rule": SET_UP,
    "api.remove_rule": SET_UP,
    "api.list_rule_runs": SET_UP,
    "api.list_replies": SEE,
    "api.add_reply": SET_UP,
    "api.change_reply": SET_UP,
    "api.remove_reply": SET_UP,
    "api.fill_reply": WORK,
    "api.change_mailbox": SET_UP,
    "api.forward_ticket": WORK,
    "api.show_recipients": WORK,
}


def enforce() -> None:
    """Let a request through to its route, or refuse it."""
    if request.endpoint is None:  # no such route, which is told to anybody
        return
    rule = POLICY.get(request.endpoint)
    if rule is None:
        raise Forbidden("Nobody has decided yet who may use this.")
    if rule.right is None or (rule.at_home and is_at_home()):
        return
    require(rule.right)
