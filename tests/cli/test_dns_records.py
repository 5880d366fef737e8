"""What the DNS says of a mail domain, asked of a real server on a port of its own."""

import socket
import threading
from collections.abc import Callable, Iterator

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

from mailgate.cli.dns_records import Dns, Record, is_set_apart, records_of
from mailgate.errors import Temporary

Zone = dict[tuple[str, str], list[str]]
Asking = Callable[[Zone], Dns]

SOUND: Zone = {
    ("desk.eu.", "MX"): ["20 b.desk.eu.", "10 a.desk.eu."],
    ("desk.eu.", "TXT"): ['"something else"', '"v=spf1 mx " "-all"'],
    ("s1._domainkey.desk.eu.", "TXT"): ['"v=DKIM1; p=x"'],
    ("_dmarc.desk.eu.", "TXT"): ['"v=DMARC1; p=reject"'],
}


@pytest.fixture
def asking() -> Iterator[Asking]:
    """A name server that knows one zone: names above a known name exist too, all others do not."""
    zone: Zone = {}
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(server, zone), daemon=True).start()

    def ask(known: Zone) -> Dns:
        zone.update(known)
        return Dns("127.0.0.1", port=server.getsockname()[1])

    yield ask
    server.sendto(b"stop", server.getsockname())


def _serve(server: socket.socket, zone: Zone) -> None:
    with server:
        while (packet := server.recvfrom(4096))[0] != b"stop":
            question = dns.message.from_wire(packet[0])
            (asked,) = question.question
            name, kind = asked.name.to_text(), dns.rdatatype.to_text(asked.rdtype)
            answer = dns.message.make_response(question)
            answer.flags |= dns.flags.RA
            if found := zone.get((name, kind)):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *found))
            elif not any(known == name or known.endswith(f".{name}") for known, _ in zone):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            server.sendto(answer.to_wire(), packet[1])


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


def test_no_answer_is_not_taken_for_no_record() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
    with pytest.raises(Temporary, match=r"no answer for desk\.eu"):
        list(records_of(Dns("127.0.0.1", port=port), "desk.eu"))


@pytest.mark.parametrize(
    ("domain", "apart"),
    [
        ("nordlicht.example", True),
        ("example.com", True),
        ("a.example.org", True),
        ("myexample.com", False),
        ("a.eu", False),
    ],
)
def test_names_for_examples_are_known(domain: str, apart: bool) -> None:
    assert is_set_apart(domain) is apart
