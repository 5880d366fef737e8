"""What is said to a relay at once: all commands of a letter, and those of the next one behind it (RFC 2920)."""

import socket
from collections.abc import Callable

import pytest

from mailgate.errors import Permanent
from mailgate.send import Parcel, Relay

from .conftest import Desk, Server

Start = Callable[..., Server]
Speak = Callable[[Callable[[socket.socket], None]], str]

FROM, TO = "support+b7.abc@example.org", "ana@lusitel.example"
RAW = b"Subject: Hello\r\n\r\nHello Ana\r\n"
NEXT = Parcel(FROM, ("bo@x.example",), RAW)
BRIEFLY = {"connect_timeout": 0.5, "answer_timeout": 0.5, "accept_timeout": 0.5}


def test_a_relay_that_allows_it_is_told_all_commands_at_once(speak: Speak) -> None:
    heard: list[bytes] = []

    def impatient(connection: socket.socket) -> None:
        _greet(connection)
        heard.append(_heard_until(connection, b"DATA\r\n"))  # and not one answer before the last command
        connection.sendall(b"250 sender\r\n250 recipient\r\n354 go on\r\n")
        heard.append(_heard_until(connection, b"\r\n.\r\n"))
        connection.sendall(b"250 fine\r\n")

    with Relay(speak(impatient), **BRIEFLY) as relay:
        assert relay.deliver(FROM, TO, RAW + b".hidden\r\n") == "250 fine"
    assert heard[0] == f"MAIL FROM:<{FROM}>\r\nRCPT TO:<{TO}>\r\nDATA\r\n".encode()
    assert heard[1] == RAW + b"..hidden\r\n.\r\n"


def test_a_relay_that_refuses_and_yet_waits_for_a_letter_gets_none(speak: Speak) -> None:
    heard: list[bytes] = []

    def confused(connection: socket.socket) -> None:
        _greet(connection)
        _heard_until(connection, b"DATA\r\n")
        connection.sendall(b"250 sender\r\n550 5.1.1 nobody here\r\n354 go on\r\n")
        heard.append(_heard_until(connection, b".\r\n"))
        connection.sendall(b"503 no recipients\r\n")
        _heard_until(connection, b"RSET\r\n")
        connection.sendall(b"250 reset\r\n")

    with Relay(speak(confused), **BRIEFLY) as relay, pytest.raises(Permanent, match="nobody here"):
        relay.deliver(FROM, TO, RAW)
    assert heard == [b".\r\n"]


def test_the_next_letters_commands_travel_behind_the_letter(speak: Speak) -> None:
    heard: list[bytes] = []

    def brisk(connection: socket.socket) -> None:
        _greet(connection)
        _heard_until(connection, b"DATA\r\n")
        connection.sendall(b"250 sender\r\n250 recipient\r\n354 go on\r\n")
        heard.append(_heard_until(connection, b"DATA\r\n"))  # and not one answer before
        connection.sendall(b"250 fine\r\n250 sender\r\n250 recipient\r\n354 go on\r\n")
        heard.append(_heard_until(connection, b".\r\n"))
        connection.sendall(b"250 fine, too\r\n")

    with Relay(speak(brisk), **BRIEFLY) as relay:
        assert relay.carry(Parcel(FROM, (TO,), RAW), NEXT) == "250 fine"
        relay.announce(NEXT)
        assert relay.carry(NEXT) == "250 fine, too"
    assert heard == [RAW + f".\r\nMAIL FROM:<{FROM}>\r\nRCPT TO:<bo@x.example>\r\nDATA\r\n".encode(), RAW + b".\r\n"]


@pytest.mark.parametrize(
    "instead", [b"", b"503 5.5.1 MAIL first\r\n503 5.5.1 MAIL first\r\n503 5.5.1 RCPT first\r\n", b"\xff\r\n"]
)
def test_a_relay_that_throws_away_what_comes_behind_a_letter_is_told_again_and_no_more_like_that(
    speak: Speak, instead: bytes
) -> None:
    heard: list[bytes] = []

    def forgetful(connection: socket.socket) -> None:
        _greet(connection)
        while (commands := _heard_until(connection, b"DATA\r\n")).startswith(b"MAIL"):
            connection.sendall(b"250 sender\r\n250 recipient\r\n354 go on\r\n")
            text = b""
            while b"\r\n.\r\n" not in text:
                text += connection.recv(65536)
            heard.append(commands + text)
            connection.sendall(b"250 fine\r\n" + (instead if b"DATA" in text else b""))

    letters = [Parcel(FROM, (f"{number}@x.example",), RAW) for number in range(4)]
    with Relay(speak(forgetful), **BRIEFLY) as relay:
        for letter, then in zip(letters, [*letters[1:], None], strict=True):
            assert relay.carry(letter, then) == "250 fine"
    assert [part.count(b"DATA\r\n") for part in heard] == [2, 1, 1, 1]
    assert [part.split(b"RCPT TO:<")[1][:1] for part in heard] == [b"0", b"1", b"2", b"3"]


def test_a_letter_that_is_refused_in_the_end_does_not_hold_up_the_one_said_behind_it(start: Start) -> None:
    server = start(desk=Desk(answers={"DATA": ["554 5.7.1 we do not like it"]}))
    with Relay(server.url) as relay:
        with pytest.raises(Permanent, match="do not like it"):
            relay.carry(Parcel(FROM, (TO,), RAW), NEXT)
        assert relay.carry(NEXT).startswith("250")
    assert [envelope.rcpt_tos for envelope in server.desk.taken] == [["bo@x.example"]]
    assert server.desk.connections == 1


def test_what_was_said_ahead_and_does_not_come_leaves_no_trace(start: Start) -> None:
    server = start()
    with Relay(server.url) as relay:
        relay.carry(Parcel(FROM, (TO,), RAW), NEXT)
        relay.deliver(FROM, "eve@x.example", RAW)
        relay.carry(Parcel(FROM, (TO,), RAW), NEXT)
    assert [envelope.rcpt_tos for envelope in server.desk.taken] == [[TO], ["eve@x.example"], [TO]]


def test_what_is_wrong_with_the_next_letter_is_no_fault_of_this_one(start: Start) -> None:
    server = start()
    bad = Parcel(FROM, ("a b@x",), RAW)
    with Relay(server.url) as relay:
        assert relay.carry(Parcel(FROM, (TO,), RAW), bad).startswith("250")
        with pytest.raises(Permanent, match="not an address"):
            relay.announce(bad)
        assert relay.carry(NEXT).startswith("250")
    assert server.desk.connections == 1


def _greet(connection: socket.socket) -> None:
    connection.sendall(b"220 relay\r\n")
    _heard_until(connection, b"\r\n")
    connection.sendall(b"250-relay\r\n250 PIPELINING\r\n")


def _heard_until(connection: socket.socket, end: bytes) -> bytes:
    heard = b""
    while not heard.endswith(end):
        piece = connection.recv(65536)
        if not piece:
            break
        heard += piece
    return heard
