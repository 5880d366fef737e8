"""A server that the sender's domain names proves where a mail comes from, as long as the domains agree."""

import pytest

from mailgate.trust.case import Believed
from tests.support.mails import mail
from tests.support.names import Recorded
from tests.support.signing import CLIENT, DOMAIN, QUARANTINE, REJECT, WATCH, judged, known

OTHER = "200.1.1.1"


def test_a_server_the_domain_names_passes() -> None:
    verdict = judged(mail(), known(REJECT, spf=f"ip4:{CLIENT} -all"))
    assert verdict.result == "pass"
    assert verdict.reasons == (f"{DOMAIN} lets {CLIENT} send its mail (SPF).",)


@pytest.mark.parametrize("policy", [REJECT, QUARANTINE])
@pytest.mark.parametrize("rest", ["-all", "~all", "?all", "moo", "include:nobody.example -all"])
def test_another_server_fails_where_the_domain_asks_for_it(policy: str, rest: str) -> None:
    verdict = judged(mail(), known(policy, spf=f"ip4:{CLIENT} {rest}"), peer=OTHER)
    assert verdict.result == "fail"
    assert f"{DOMAIN} does not say that {OTHER} may send its mail" in " ".join(verdict.reasons)
    assert "asks that such mail" in verdict.reasons[-1]


@pytest.mark.parametrize("policy", [WATCH, None, REJECT + "; pct=0;t=y", QUARANTINE + "; t=y", "p=reject; v=DMARC1"])
def test_another_server_is_no_forgery_where_the_domain_asks_for_nothing(policy: str | None) -> None:
    names = known(policy, spf=f"ip4:{CLIENT} -all")
    expected = "fail" if policy and policy.startswith(REJECT) else "none"  # refuse, tried out, is still set aside
    assert judged(mail(), names, peer=OTHER).result == expected


def test_an_envelope_of_another_domain_proves_nothing() -> None:
    names = known(REJECT, spf="-all")
    names.answers["evil.example", "TXT"] = (f"v=spf1 ip4:{OTHER} -all",)
    verdict = judged(mail(), names, peer=OTHER, sender="x@evil.example")
    assert verdict.result == "fail"
    assert f"Its envelope names evil.example, not {DOMAIN}." in verdict.reasons
    assert "evil.example" not in names.asked


@pytest.mark.parametrize(("helo", "result"), [(f"mx.{DOMAIN}", "pass"), ("mx.evil.example", "fail"), ("", "fail")])
def test_with_the_null_sender_the_greeting_counts(helo: str, result: str) -> None:
    names = known(REJECT)
    names.answers[f"mx.{DOMAIN}", "TXT"] = (f"v=spf1 ip4:{CLIENT} -all",)
    assert judged(mail(), names, sender="", helo=helo).result == result


def test_all_mechanisms_that_ask_the_dns() -> None:
    names = known(REJECT, spf="a:a.example mx:b.example include:c.example exists:%{i}.d.example redirect=e.example")
    names.answers |= {
        ("a.example", "A"): ("200.0.0.1",),
        ("a.example", "AAAA"): ("2a02::1",),
        ("b.example", "MX"): ("10 mx.b.example.",),
        ("mx.b.example", "A"): ("200.0.0.2",),
        ("c.example", "TXT"): ("v=spf1 ip4:200.0.0.3 -all",),
        ("200.0.0.4.d.example", "A"): ("127.0.0.2",),
        ("e.example", "TXT"): ("v=spf1 ip6:2a00:1450::/32 ptr -all",),
        ("6.0.0.200.in-addr.arpa", "PTR"): ("out.e.example.",),
        ("out.e.example", "A"): ("200.0.0.6",),
    }
    wanted = {
        "200.0.0.1": "pass",
        "200.0.0.2": "pass",
        "200.0.0.3": "pass",
        "200.0.0.4": "pass",
        "2a00:1450::1": "pass",
    }
    wanted |= {"200.0.0.6": "pass", "200.0.0.7": "fail", "2a01::1": "fail"}
    assert {peer: judged(mail(), names, peer=peer).result for peer in wanted} == wanted


def test_a_record_that_asks_for_ever_is_stopped() -> None:
    names = Recorded({(f"_dmarc.{DOMAIN}", "TXT"): (REJECT,), (DOMAIN, "TXT"): (f"v=spf1 include:{DOMAIN} -all",)})
    assert judged(mail(), names).result == "fail"
    assert len(names.asked) < 30


def test_a_silent_dns_is_no_forgery() -> None:
    names = known(REJECT, spf="include:slow.example -all")
    names.silent.add("slow.example")
    verdict = judged(mail(), names)
    assert verdict.result == "none"
    assert "the DNS gave no answer" in verdict.reasons[-1]


@pytest.mark.parametrize(
    "peer", ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.9", "fe80::1%eth0", "local", "::ffff:10.0.0.1"]
)
def test_what_our_own_servers_hand_over_is_never_forged_for_its_path(peer: str) -> None:
    assert judged(mail(), known(REJECT, spf="-all"), peer=peer).result == "none"


def test_a_relay_that_is_named_is_our_own() -> None:
    believed = Believed(relays=("200.1.0.0/16",))
    assert judged(mail(), known(REJECT, spf="-all"), peer=OTHER, believed=believed).result == "none"


@pytest.mark.parametrize("door", ["lmtp", "imap", "pipe", "import", "submission"])
def test_other_doors_have_no_path(door: str) -> None:
    assert judged(mail(), known(REJECT, spf=f"ip4:{CLIENT} -all"), door=door).result == "none"
