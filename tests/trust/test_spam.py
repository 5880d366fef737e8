"""Headers of spam filters: only of those we run, only where a server of ours handed the mail over."""

from __future__ import annotations

import pytest

from mailgate import parse
from mailgate.mail import Envelope
from mailgate.trust.case import Believed, Case
from mailgate.trust.checker import Checker
from tests.support.signing import CLIENT

SPAMASSASSIN = (
    b"X-Spam-Status: Yes, score=7.9 required=5.0 tests=BAYES_99,\r\n\tMISSING_DATE autolearn=no version=4.0.1"
)
RSPAMD = b"X-Spamd-Result: default: True [16.20 / 15.00];\r\n\tARC_NA(0.00)[];\r\n\tBAYES_SPAM(5.10)[99.9%]"


def _mark(header: bytes, filters: str, door: str = "smtp", peer: str = "127.0.0.1", relays: str = "") -> str | None:
    raw = header + b"\r\nFrom: ana@lusitel.example\r\nSubject: Win\r\n\r\nX-Spam: Yes\r\n"
    believed = Believed(tuple(relays.split()), filters=tuple(filters.split()))
    return Checker(None, believed).spam(Case(raw, Envelope("", "help@x.example", door, peer), parse.read(raw)))


@pytest.mark.parametrize(
    ("header", "filters", "words"),
    [
        (SPAMASSASSIN, "spamassassin", "SpamAssassin took it for spam, with a score of 7.9."),
        (b"X-Spam-Flag: YES", "spamassassin", "SpamAssassin took it for spam."),
        (b"X-Spam-Status: No, hits=2.0", "spamassassin", None),
        (b"X-Spam-Status: No\r\nX-Spam-Flag: yes", "spamassassin", "SpamAssassin took it for spam."),
        (RSPAMD, "rspamd", "rspamd took it for spam, with a score of 16.20."),
        (RSPAMD.replace(b"True [16.20", b"False [6.20"), "rspamd", None),
        (RSPAMD.replace(b"True [16.20", b"False [6.20") + b"\r\nX-Spam: Yes", "rspamd", "rspamd took it for spam."),
        (b"X-Rspamd-Action: add header", "rspamd", "rspamd took it for spam (add header)."),
        (b"X-Rspamd-Action: no action", "rspamd", None),
        (b"X-Rspamd-Action: greylist", "rspamd", None),
        (RSPAMD, "spamassassin", None),
        (SPAMASSASSIN, "", None),
        (b"X-Spam-Flag: NO\r\n" + RSPAMD, "spamassassin rspamd", "rspamd took it for spam, with a score of 16.20."),
        (b"Subject: X-Spam: Yes", "rspamd", None),
    ],
)  # fmt: skip
def test_what_our_own_filter_says(header: bytes, filters: str, words: str | None) -> None:
    assert _mark(header, filters) == words


def test_only_a_server_of_ours_is_believed() -> None:
    assert _mark(SPAMASSASSIN, "spamassassin", peer=CLIENT) is None, "a stranger wrote it himself"
    assert _mark(SPAMASSASSIN, "spamassassin", peer=CLIENT, relays=f"{CLIENT}/32") is not None
    assert _mark(SPAMASSASSIN, "spamassassin", door="imap", peer="imap.example") is not None
    assert _mark(SPAMASSASSIN, "spamassassin", door="submission", peer="an application") is None
    assert _mark(SPAMASSASSIN, "spamassassin", door="api", peer="an application") is None


def test_endless_headers_are_read_at_once() -> None:
    for header in (b"X-Spamd-Result: " + b"a" * 80_000, b"X-Spam-Status: yes " + b"score=" * 10**4):
        _mark(header, "rspamd spamassassin")
