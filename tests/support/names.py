"""The DNS in tests: recorded answers, and a real server that knows one zone."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from mailgate.trust.names import PATIENCE, Answer, NoAnswer, Resolver

Zone = dict[tuple[str, str], list[str]]


@dataclass
class Recorded:
    """What the DNS once said. Names in `silent` give no answer; `asked` tells what was asked."""

    answers: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def ask(self, name: str, kind: str, within: float = PATIENCE) -> Answer:
        self.asked.append(name)
        if name in self.silent:
            raise NoAnswer(f"The DNS gave no answer for {name}.")
        return self.answers.get((name, kind))


@dataclass
class NameServer:
    """A name server that knows one zone: names above a known name exist too, all others do not."""

    zone: Zone
    port: int
    asked: list[str] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)

    def resolver(self) -> Resolver:
        return Resolver("127.0.0.1", port=self.port)


@contextmanager
def name_server(zone: Zone | None = None) -> Iterator[NameServer]:
    """A server on a port of its own, for as long as the block runs."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        server = NameServer(zone or {}, listening.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listening, server), daemon=True)
        thread.start()
        yield server
        listening.sendto(b"stop", listening.getsockname())
        thread.join(10)


def _serve(listening: socket.socket, server: NameServer) -> None:
    while (packet := listening.recvfrom(4096))[0] != b"stop":
        question = dns.message.from_wire(packet[0])
        (asked,) = question.question
        name, kind = asked.name.to_text(), dns.rdatatype.to_text(asked.rdtype)
        server.asked.append(name)
        if name in server.silent:
            continue
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        if found := server.zone.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *found))
        elif not any(known == name or known.endswith(f".{name}") for known, _ in server.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        listening.sendto(answer.to_wire(), packet[1])
