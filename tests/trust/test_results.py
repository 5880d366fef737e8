"""What our own relay noted is believed, and nobody else's notes."""

import pytest

from mailgate.trust.case import Believed
from mailgate.trust.results import read_results
from tests.support.mails import mail
from tests.support.signing import CLIENT, DOMAIN, REJECT, judged, known

OURS = "mx.nordlicht.example"
BELIEVED = Believed(results=(OURS,), relays=("200.2.0.0/16",))
RELAY = "127.0.0.1"


def noted(*values: str) -> bytes:
    """A mail with these results on top."""
    return "".join(f"Authentication-Results: {value}\r\n" for value in values).encode() + mail()


# As the servers people have write them.
WRITTEN = {
    "Postfix with OpenDMARC": f"{OURS}; dmarc=pass (p=reject dis=none) header.from={DOMAIN}",
    "rspamd": (
        f"{OURS};\r\n\tdkim=pass header.d={DOMAIN} header.s=s1 header.b=AbCd;\r\n\tspf=pass ({OURS}: domain of "
        f"ana@{DOMAIN} designates 203.0.114.5 as permitted sender) smtp.mailfrom=ana@{DOMAIN};\r\n"
        f"\tdmarc=pass (policy=reject) header.from={DOMAIN}"
    ),
    "Gmail": (
        f'{OURS};\r\n       dkim=pass header.i=@{DOMAIN} header.s=s1 header.b="a/b;c";\r\n       spf=pass (google.com: '
        f"domain of ana@{DOMAIN} designates 203.0.114.5 as permitted sender) smtp.mailfrom=ana@{DOMAIN};\r\n"
        f"       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from={DOMAIN}"
    ),
    "Microsoft": (
        f"{OURS} 1; spf=pass (sender ip is 203.0.114.5)\r\n smtp.rcpttodomain=nordlicht.example smtp.mailfrom={DOMAIN};"
        f" dmarc=pass\r\n (p=reject sp=reject pct=100) action=none header.from={DOMAIN}; dkim=pass (signature was\r\n"
        f" verified) header.d={DOMAIN};compauth=pass reason=100"
    ),
    "a version and a quoted value": f'{OURS} 1; dmarc/1 = pass reason="no; dmarc=fail" header.from="{DOMAIN}"',
    "another case": f"MX.Nordlicht.Example; DMARC=Pass Header.From={DOMAIN.upper()}",
}


@pytest.mark.parametrize("value", WRITTEN.values(), ids=WRITTEN)
def test_our_relays_pass_is_believed_without_asking_anybody(value: str) -> None:
    names = known(REJECT)
    verdict = judged(noted(value), names, peer=RELAY, believed=BELIEVED)
    assert verdict.result == "pass"
    assert verdict.reasons == (f"{OURS}, our relay, found it in order for {DOMAIN} (DMARC).",)
    assert names.asked == []


@pytest.mark.parametrize(("comment", "result"), [("", "fail"), ("(p=reject dis=none)", "fail"), ("(p=NONE)", "none")])
def test_our_relays_fail_is_believed_where_the_domain_asks_for_it(comment: str, result: str) -> None:
    raw = noted(f"{OURS}; dmarc=fail {comment} header.from={DOMAIN}")
    assert judged(raw, None, peer=RELAY, believed=BELIEVED).result == result


NOT_BELIEVED = {
    "somebody else's": "mx.evil.example; dmarc=pass header.from={}",
    "ours as a part": "mx.nordlicht.example.evil.example; dmarc=pass header.from={}",
    "ours in a comment": "mx.evil.example (mx.nordlicht.example); dmarc=pass header.from={}",
    "ours after a comment": "(mx.nordlicht.example;) mx.evil.example; dmarc=pass header.from={}",
    "of another domain": OURS + "; dmarc=pass header.from=evil.example",
    "of no domain": OURS + "; dmarc=pass",
    "in a comment": OURS + "; (dmarc=pass header.from={})",
    "in a quoted value": OURS + '; spf=none reason="; dmarc=pass header.from={}"',
    "nothing": "",
    "only dots": ";;;",
}


@pytest.mark.parametrize("value", NOT_BELIEVED.values(), ids=NOT_BELIEVED)
def test_other_results_are_not_believed(value: str) -> None:
    assert judged(noted(value.format(DOMAIN)), None, peer=RELAY, believed=BELIEVED).result == "none"


def test_nobody_is_believed_unless_named() -> None:
    assert judged(noted(WRITTEN["rspamd"]), None, peer=RELAY).result == "none"


@pytest.mark.parametrize("peer", [CLIENT, "8.8.8.8"])
def test_a_stranger_cannot_speak_as_our_relay(peer: str) -> None:
    """Whoever reaches the SMTP door can write our relay's name."""
    verdict = judged(noted(WRITTEN["rspamd"]), known(REJECT, spf="-all"), peer=peer, believed=BELIEVED)
    assert verdict.result == "fail"


def test_nor_can_an_application() -> None:
    assert judged(noted(WRITTEN["rspamd"]), None, door="submission", believed=BELIEVED).result == "none"


@pytest.mark.parametrize("door", ["lmtp", "imap", "pipe", "import"])
def test_our_servers_behind_other_doors_are_believed(door: str) -> None:
    assert judged(noted(WRITTEN["Gmail"]), None, door=door, peer="x", believed=BELIEVED).is_verified


def test_a_relay_with_a_public_address_is_believed_once_named() -> None:
    assert judged(noted(WRITTEN["rspamd"]), None, peer="200.2.3.4", believed=BELIEVED).is_verified


def test_the_highest_result_counts() -> None:
    """Ours is put on top; one that was below it was there before."""
    forged = f"{OURS}; dmarc=pass header.from={DOMAIN}"
    honest = f"{OURS}; dmarc=fail (p=reject) header.from={DOMAIN}"
    assert judged(noted(honest, forged), None, peer=RELAY, believed=BELIEVED).result == "fail"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (f"{OURS}; dkim=pass header.d=mail.{DOMAIN}", f"signed by mail.{DOMAIN} (DKIM)"),
        (f"{OURS}; dkim=pass header.i=@{DOMAIN}", f"signed by {DOMAIN} (DKIM)"),
        (f"{OURS}; spf=pass smtp.mailfrom=bounces@{DOMAIN}", f"sent by a server of {DOMAIN} (SPF)"),
    ],
)
def test_a_relay_that_does_not_judge_still_tells_what_it_saw(value: str, words: str) -> None:
    verdict = judged(noted(value), known(REJECT), peer=RELAY, believed=BELIEVED)
    assert verdict.result == "pass"
    assert words in verdict.reasons[0]


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (f"{OURS}; spf=fail smtp.mailfrom={DOMAIN}", "fail"),
        (f"{OURS}; spf=pass smtp.mailfrom=evil.example", "fail"),
        (f"{OURS}; dkim=pass header.d=evil.example", "none"),  # it does not say who handed the mail over
    ],
)
def test_what_it_saw_of_others_proves_nothing(value: str, result: str) -> None:
    assert judged(noted(value), known(REJECT), peer=RELAY, believed=BELIEVED).result == result


def test_reading_survives_anything() -> None:
    for value in ("(((((", '"', ";" * 50_000, "(" * 100_000, "a; b=c d.e=f; =; x.y=z", "\0;\0=\0", "a;dmarc=" * 3000):
        read_results(value)
