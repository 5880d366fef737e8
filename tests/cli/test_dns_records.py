"""What the DNS says of a mail domain, asked of a real server on a port of its own."""

import socket
from collections.abc import Callable, Iterator

import pytest

from mailgate.cli.dns_records import Published, Record, records_of
from mailgate.trust.names import NoAnswer, Resolver
from tests.support.names import Zone, name_server

Asking = Callable[[Zone], Resolver]

SOUND: Zone = {
    ("desk.eu.", "MX"): ["20 b.desk.eu.", "10 a.desk.eu."],
    ("desk.eu.", "TXT"): ['"something else"', '"v=spf1 mx " "-all"'],
    ("s1._domainkey.desk.eu.", "TXT"): ['"v=DKIM1; p=x"'],
    ("_dmarc.desk.eu.", "TXT"): ['"v=DMARC1; p=reject"'],
}


@pytest.fixture
def asking() -> Iterator[Asking]:
    """A resolver that asks a server which knows one zone."""
    with name_server() as server:

        def ask(known: Zone) -> Resolver:
            server.zone.update(known)
            return server.resolver()

        yield ask


def _by_kind(records: Iterator[Record]) -> dict[str, Record]:
    return {record.kind: record for record in records}


def test_a_sound_domain_is_well(asking: Asking) -> None:
    found = _by_kind(records_of(asking(SOUND), "desk.eu"))
    assert {kind: record.state for kind, record in found.items()} == dict.fromkeys(("MX", "SPF", "DKIM", "DMARC"), "ok")
    assert found["MX"].words == "desk.eu: a.desk.eu, b.desk.eu"
    assert found["SPF"].words == "desk.eu: v=spf1 mx -all"


def test_what_is_missing_is_warned_of(asking: Asking) -> None:
    found = _by_kind(records_of(asking({("desk.eu.", "A"): ["192.0.2.1"]}), "desk.eu"))
    assert {record.state for record in found.values()} == {"warn"}
    assert list(found) == ["MX", "SPF", "DKIM", "DMARC"]


def test_a_domain_above_lends_its_dmarc_policy(asking: Asking) -> None:
    found = _by_kind(records_of(asking({**SOUND, ("mail.desk.eu.", "MX"): ["1 a.desk.eu."]}), "mail.desk.eu"))
    assert found["DMARC"].words == "desk.eu: v=DMARC1; p=reject"


@pytest.mark.parametrize(
    ("zone", "kind", "words"),
    [
        ({}, "MX", "does not exist"),
        ({("desk.eu.", "MX"): ["0 ."]}, "MX", "takes no mail"),
        ({**SOUND, ("desk.eu.", "TXT"): ['"v=spf1 -all"', '"v=spf1 mx -all"']}, "SPF", "all are void"),
    ],
)
def test_what_cannot_work_fails(asking: Asking, zone: Zone, kind: str, words: str) -> None:
    record = _by_kind(records_of(asking(zone), "desk.eu"))[kind]
    assert record.state == "fail"
    assert words in record.words


@pytest.mark.parametrize(
    ("published", "state"),
    [('"v=DKIM1; k=rsa; p=AB" "CD"', "ok"), ('"v=DKIM1; k=rsa; p=ABCE"', "fail"), ('"v=DKIM1; p="', "fail")],
)
def test_our_own_key_is_looked_for(asking: Asking, published: str, state: str) -> None:
    zone: Zone = {**SOUND, ("mailgate-1._domainkey.desk.eu.", "TXT"): [published]}
    key = Published("mailgate-1._domainkey.desk.eu", "v=DKIM1; k=rsa; p=ABCD")
    assert _by_kind(records_of(asking(zone), "desk.eu", key))["DKIM"].state == state


def test_no_answer_is_not_taken_for_no_record() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
    with pytest.raises(NoAnswer, match=r"no answer for desk\.eu"):
        list(records_of(Resolver("127.0.0.1", port=port), "desk.eu"))
