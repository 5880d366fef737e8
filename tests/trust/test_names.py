"""The resolver remembers, does not wait long, and cannot be stopped by a sender's silent name server."""

from time import monotonic

import pytest

from mailgate.trust.names import NoAnswer, Resolver, is_set_apart
from tests.support.names import Zone, name_server

ZONE: Zone = {
    ("desk.eu.", "TXT"): ['"v=spf1 " "-all"', '"Grüße"'],
    ("desk.eu.", "MX"): ["10 a.desk.eu."],
    (".", "NS"): ["a.root-servers.net."],
}


def test_records_come_as_text() -> None:
    with name_server(ZONE) as server:
        resolver = server.resolver()
        assert resolver.ask("desk.eu", "MX") == ("10 a.desk.eu.",)
        assert resolver.ask("desk.eu.", "TXT") is not None
        assert "v=spf1 -all" in (resolver.ask("DESK.eu", "TXT") or ())
        assert resolver.ask("desk.eu", "A") == ()
        assert resolver.ask("nobody.eu", "A") is None


def test_what_was_answered_is_not_asked_again() -> None:
    with name_server(ZONE) as server:
        resolver = server.resolver()
        for _ in range(3):
            resolver.ask("desk.eu", "MX")
            resolver.ask("nobody.eu", "MX")
        assert server.asked == ["desk.eu.", "nobody.eu."]


@pytest.mark.parametrize(
    "name", ["a..b", "x" * 64 + ".eu", ".".join(["long"] * 60), "", "\udcff.eu", "a b.eu", "\0.eu"]
)
def test_what_is_no_name_has_no_records(name: str) -> None:
    with name_server(ZONE) as server:
        assert not server.resolver().ask(name, "TXT")


def test_a_silent_name_costs_its_time_once_and_others_nothing() -> None:
    with name_server(ZONE) as server:
        server.silent.add("silent.eu.")
        resolver = server.resolver()
        for _ in range(3):
            with pytest.raises(NoAnswer):
                resolver.ask("silent.eu", "TXT")
        assert resolver.ask("desk.eu", "MX") == ("10 a.desk.eu.",)
        assert "." in server.asked  # it was asked for a sign of life
        assert server.asked.count("silent.eu.") <= 2


def test_a_resolver_without_a_sign_of_life_is_left_alone() -> None:
    with name_server(ZONE) as server:
        server.silent |= {"silent.eu.", "."}
        resolver = server.resolver()
        with pytest.raises(NoAnswer):
            resolver.ask("silent.eu", "TXT")
        asked = len(server.asked)
        with pytest.raises(NoAnswer, match="a moment ago"):
            resolver.ask("desk.eu", "MX")
        assert len(server.asked) == asked


def test_too_short_a_time_condemns_nobody() -> None:
    with name_server(ZONE) as server:
        server.silent.add("desk.eu.")
        resolver = server.resolver()
        start = monotonic()
        with pytest.raises(NoAnswer):
            resolver.ask("desk.eu", "MX", 0.05)
        assert monotonic() - start < 2
        server.silent.clear()
        assert resolver.ask("desk.eu", "MX") == ("10 a.desk.eu.",)


@pytest.mark.parametrize(
    ("domain", "apart"),
    [
        ("nordlicht.example", True),
        ("_dmarc.Nordlicht.Example.", True),
        ("example.com", True),
        ("a.example.org", True),
        ("myexample.com", False),
        ("a.eu", False),
    ],
)
def test_names_for_examples_are_known(domain: str, apart: bool) -> None:
    assert is_set_apart(domain) is apart


def test_names_for_examples_are_never_asked() -> None:
    assert Resolver("127.0.0.1", port=1).ask("_dmarc.nordlicht.example", "TXT") is None
