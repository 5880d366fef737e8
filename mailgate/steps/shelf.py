"""What has lain on the shelf, or stood in the audit, for as long as the settings say is removed."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from mailgate import clock, log
from mailgate.steps.workshop import Workshop
from mailgate.store import kept
from mailgate.store.audit import forget_audit
from mailgate.tickets.history import MAILGATE, record_on

_AT_ONCE = 200
_log = log.get("shelf")


def shorten_audit(shop: Workshop) -> None:
    """Take away what the audit has held for as long as the settings say."""
    if shop.keep_audit:
        with shop.database.crossing() as connection:
            forget_audit(connection, clock.now() - timedelta(days=shop.keep_audit))


def clear_shelf(shop: Workshop) -> None:
    """Clear what is too old; a ticket that a mail was held beside says so."""
    if not shop.keep_shelf:
        return
    now = clock.now()
    before = now - timedelta(days=shop.keep_shelf)
    with shop.database.crossing() as connection:
        waiting = kept.expired(connection, before, _AT_ONCE)
    reason = f"It lay on the shelf for {shop.keep_shelf} days, as long as mail is kept there: its bytes are removed."
    for org, pairs in groupby(sorted(waiting), key=lambda pair: pair[0]):
        with shop.database.desk(org) as session:
            gone = kept.expire(session, [kept_id for _, kept_id in pairs], before, now, reason)
            for mail in gone:
                if mail.ticket_id is not None:
                    told = {"reasons": [f"Mail {mail.id} from {mail.author or 'nobody'}: {reason}"]}
                    record_on(session, mail.ticket_id, "mail_discarded", MAILGATE, now, data=told)
        _log.info("%s mails were discarded after %s days on the shelf", len(gone), shop.keep_shelf)
    if len(waiting) == _AT_ONCE:
        shop.bell.ring("sweep")
