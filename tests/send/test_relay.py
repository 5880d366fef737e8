"""Every way a relay can answer, in real SMTP conversations."""

import socket
from collections.abc import Callable
from time import monotonic

import pytest

from mailgate import failpoints
from mailgate.errors import Permanent, Temporary
from mailgate.send import Relay, Unreachable

from .conftest import Desk, Server

Start = Callable[..., Server]
Speak = Callable[[Callable[[socket.socket], None]], str]

FROM, TO = "support+b7.abc@example.org", "ana@lusitel.example"
RAW = b"Subject: Hello\r\n\r\nHello Ana\r\n"
BRIEFLY = {"connect_timeout": 0.5, "answer_timeout": 0.5, "accept_timeout": 0.5}


def test_a_letter_is_handed_over_and_the_relays_words_come_back(start: Start) -> None:
    server = start()
    with Relay(server.url) as relay:
        assert relay.deliver(FROM, TO, RAW) == "250 2.0.0 Ok: queued as 0001"
    (taken,) = server.desk.taken
    assert (taken.mail_from, taken.rcpt_tos, taken.content) == (FROM, [TO], RAW)
    assert taken.mail_options == [f"SIZE={len(RAW)}"]
    assert server.desk.names[0] != "localhost"
    assert "." in server.desk.names[0]


def test_the_null_sender_stays_null(start: Start) -> None:
    server = start()
    with Relay(server.url) as relay:
        relay.deliver("", TO, RAW)
    assert server.desk.taken[0].mail_from in ("", "<>")


def test_many_letters_share_one_connection(start: Start) -> None:
    server = start()
    with Relay(server.url) as relay:
        for _ in range(20):
            relay.deliver(FROM, TO, RAW)
    assert server.desk.connections == 1
    assert len(server.desk.taken) == 20


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(start: Start) -> None:
    server = start()
    with Relay(server.url) as relay:
        relay.deliver(FROM, TO, RAW)
        server.hang_up()
        relay.deliver(FROM, TO, RAW)
    assert server.desk.connections == 2
    assert len(server.desk.taken) == 2


def test_a_relay_that_takes_leave_at_the_next_letter_is_asked_once_more(start: Start) -> None:
    server = start()
    with Relay(server.url) as relay:
        relay.deliver(FROM, TO, RAW)
        server.desk.answers["MAIL"] = ["421 4.4.2 idle for too long"]
        relay.deliver(FROM, TO, RAW)
        server.desk.answers["MAIL"] = ["421 4.3.2 going down", "421 4.3.2 still going down"]
        with pytest.raises(Unreachable, match="still going down"):
            relay.deliver(FROM, TO, RAW)
    assert len(server.desk.taken) == 2


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_temporary_refusal_says_why_and_leaves_the_connection_usable(start: Start, command: str) -> None:
    server = start(desk=Desk(answers={command: ["451 4.7.1 Greylisted, see you in five minutes"]}))
    with Relay(server.url) as relay:
        with pytest.raises(Temporary, match=r"^451 4\.7\.1 Greylisted, see you in five minutes$") as caught:
            relay.deliver(FROM, TO, RAW)
        assert not isinstance(caught.value, Unreachable)
        assert relay.deliver(FROM, TO, RAW).startswith("250")
    assert server.desk.connections == 1
    assert server.desk.resets == 1
    assert len(server.desk.taken) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_final_refusal_carries_code_and_status_and_the_next_letter_goes(start: Start, command: str) -> None:
    server = start(desk=Desk(answers={command: ["550 5.1.1 No such user"]}))
    with Relay(server.url) as relay:
        with pytest.raises(Permanent, match=r"^550 5\.1\.1 No such user$") as caught:
            relay.deliver(FROM, TO, RAW)
        assert (caught.value.code, caught.value.status) == (550, "5.1.1")
        relay.deliver(FROM, "bo@x.example", RAW)
    assert [envelope.rcpt_tos for envelope in server.desk.taken] == [["bo@x.example"]]


def test_a_refusal_without_a_status_has_none(start: Start) -> None:
    server = start(desk=Desk(answers={"RCPT": ["554 go away 5.1.1"]}))
    with Relay(server.url) as relay, pytest.raises(Permanent) as caught:
        relay.deliver(FROM, TO, RAW)
    assert (caught.value.code, caught.value.status) == (554, None)


def test_a_letter_too_large_is_refused_before_it_travels(start: Start) -> None:
    server = start(data_size_limit=1000)
    with Relay(server.url) as relay:
        with pytest.raises(Permanent) as caught:
            relay.deliver(FROM, TO, RAW + b"x" * 2000)
        assert caught.value.code == 552
        relay.deliver(FROM, TO, RAW)


def test_a_relay_that_demands_a_sign_in_is_not_the_letters_fault(start: Start) -> None:
    server = start(desk=Desk(answers={"MAIL": ["530 5.7.0 Authentication required"]}))
    with Relay(server.url) as relay, pytest.raises(Unreachable, match="Authentication required"):
        relay.deliver(FROM, TO, RAW)


def test_line_ends_are_made_whole_so_that_no_second_mail_is_smuggled(start: Start) -> None:
    server = start()
    endings = (b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r\n.\n", b"\r.\n", b"\r\r\n.\r\r\n", b"\r\n.\r\n")
    with Relay(server.url) as relay:
        for ending in endings:
            relay.deliver(FROM, TO, RAW + b"one" + ending + b"MAIL FROM:<e@evil.example>\r\n")
    assert [envelope.rcpt_tos for envelope in server.desk.taken] == [[TO]] * len(endings)
    for envelope in server.desk.taken:
        assert isinstance(envelope.content, bytes)
        assert b"MAIL FROM:<e@evil.example>\r\n" in envelope.content
        lines = envelope.content.split(b"\r\n")
        assert b"." in lines
        assert not any(b"\r" in line or b"\n" in line for line in lines)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "ana@x.example\r\nRCPT TO:<eve@x>",
            "ana@x.example> SIZE=1",
            "ana@x.example, eve@x.example",
            "ana",
            "",
            "a b@x",
        ),
        *("Ana <ana@x.example>", "ana@ok)bob@evil.example", "(eve)ana@x.example", "a\0@x", "\ud800@x.example"),
    ],
)
def test_an_address_that_could_be_misread_is_refused_by_us(start: Start, address: str) -> None:
    server = start()
    with Relay(server.url) as relay, pytest.raises(Permanent, match="not an address"):
        relay.deliver(FROM, address, RAW)
    assert server.desk.connections == 0


def test_addresses_beyond_ascii_travel_where_the_relay_knows_them(start: Start) -> None:
    server = start(enable_SMTPUTF8=True)
    raw = "To: jörg@exämple.example\r\n\r\nHallo\r\n".encode()
    with Relay(server.url) as relay:
        relay.deliver(FROM, "jörg@exämple.example", raw)
        relay.deliver(FROM, TO, RAW)
    first, second = server.desk.taken
    assert first.rcpt_tos == ["jörg@exämple.example"]
    assert first.mail_options == [f"SIZE={len(raw)}", "BODY=8BITMIME", "SMTPUTF8"]
    assert first.content == raw
    assert second.mail_options == [f"SIZE={len(RAW)}"]


def test_addresses_beyond_ascii_fail_clearly_where_it_does_not(start: Start) -> None:
    server = start(enable_SMTPUTF8=False)
    with Relay(server.url) as relay:
        with pytest.raises(Permanent, match=r"jörg@x\.example.*SMTPUTF8") as caught:
            relay.deliver(FROM, "jörg@x.example", RAW)
        assert caught.value.status == "5.6.7"
        relay.deliver(FROM, TO, RAW)
    assert server.desk.connections == 1


def test_eight_bits_go_only_where_they_are_welcome(start: Start) -> None:
    raw = RAW + "Grüße\r\n".encode()
    server = start()
    with Relay(server.url) as relay:
        relay.deliver(FROM, TO, raw)
    assert server.desk.taken[0].mail_options == [f"SIZE={len(raw)}", "BODY=8BITMIME"]
    server = start(desk=Desk(answers={"hidden": ["8BITMIME"]}))
    with Relay(server.url) as relay, pytest.raises(Permanent, match="8BITMIME"):
        relay.deliver(FROM, TO, raw)


def test_the_failpoint_stands_after_the_relays_yes(start: Start) -> None:
    server = start()
    failpoints.arm("send.after_250=raise*1")
    try:
        with Relay(server.url) as relay:
            with pytest.raises(failpoints.Failpoint):
                relay.deliver(FROM, TO, RAW)
            assert len(server.desk.taken) == 1
            relay.deliver(FROM, TO, RAW)
    finally:
        failpoints.arm("")


def test_nobody_listening_is_unreachable(start: Start) -> None:
    server = start()
    server.stop_listening()
    with Relay(server.url) as relay, pytest.raises(Unreachable, match=f"127.0.0.1:{server.port} cannot be reached"):
        relay.deliver(FROM, TO, RAW)


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    with Relay("smtp://no-such-host.invalid") as relay, pytest.raises(Unreachable, match=r"no-such-host\.invalid:25"):
        relay.deliver(FROM, TO, RAW)


def test_a_relay_that_hangs_before_its_first_word_is_given_up_in_time(speak: Speak) -> None:
    url = speak(_wait_for_the_end)
    start = monotonic()
    with Relay(url, **BRIEFLY) as relay, pytest.raises(Unreachable, match="timed out"):
        relay.deliver(FROM, TO, RAW)
    assert monotonic() - start < 3


def test_a_relay_that_hangs_at_the_end_costs_its_patience_and_no_more(start: Start) -> None:
    server = start(desk=Desk(answers={"DATA": ["wait 2"]}))
    begun = monotonic()
    with Relay(server.url, **BRIEFLY) as relay:
        with pytest.raises(Temporary, match="timed out") as caught:
            relay.deliver(FROM, TO, RAW)
        assert monotonic() - begun < 1.5
        assert not isinstance(caught.value, Unreachable)
        relay.deliver(FROM, TO, RAW)
    assert server.desk.connections == 2


def test_the_end_is_waited_for_longer_than_the_rest(start: Start) -> None:
    server = start(desk=Desk(answers={"DATA": ["wait 1"]}))
    with Relay(server.url, connect_timeout=0.5, answer_timeout=0.5, accept_timeout=5) as relay:
        assert relay.deliver(FROM, TO, RAW) == "250 late"


@pytest.mark.parametrize("banner", [b"554 5.3.2 not today\r\n", b"421 4.3.2 too busy\r\n"])
def test_a_relay_that_does_not_open_is_unreachable_with_its_words(speak: Speak, banner: bytes) -> None:
    url = speak(lambda connection: connection.sendall(banner))
    with Relay(url) as relay, pytest.raises(Unreachable, match=banner.decode().strip()):
        relay.deliver(FROM, TO, RAW)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\xfe\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"x" * 20_000,
        b"25",
        b"\r\n",
        b"999 what\r\n",
        b"250-a\r\n",
    ],
)
@pytest.mark.parametrize("step", ["banner", "EHLO", "MAIL", "RCPT", "DATA", "."])
def test_garbage_at_any_step_is_temporary_and_never_taken_for_yes(speak: Speak, step: str, garbage: bytes) -> None:
    url = speak(lambda connection: _honest_until(connection, step, garbage))
    with Relay(url, **BRIEFLY) as relay:
        for _ in range(2):
            with pytest.raises(Temporary):
                relay.deliver(FROM, TO, RAW)


@pytest.mark.parametrize("step", ["banner", "EHLO", "MAIL", "RCPT", "DATA", "."])
def test_a_relay_that_drops_the_line_at_any_step_loses_nothing(speak: Speak, step: str) -> None:
    calls: list[int] = []

    def first_drops(connection: socket.socket) -> None:
        calls.append(1)
        _honest_until(connection, step if len(calls) == 1 else "never", b"")

    with Relay(speak(first_drops), **BRIEFLY) as relay:
        with pytest.raises(Temporary) as caught:
            relay.deliver(FROM, TO, RAW)
        assert isinstance(caught.value, Unreachable) == (step in ("banner", "EHLO", "MAIL"))
        assert relay.deliver(FROM, TO, RAW) == "250 fine"


def test_yes_instead_of_go_ahead_is_not_a_delivery(speak: Speak) -> None:
    url = speak(lambda connection: _honest_until(connection, "DATA", b"250 OK\r\n"))
    with Relay(url, **BRIEFLY) as relay, pytest.raises(Temporary, match="nonsense: 250 OK"):
        relay.deliver(FROM, TO, RAW)


def test_the_relays_words_become_one_harmless_line(start: Start) -> None:
    server = start(desk=Desk(answers={"RCPT": ["550-5.1.1 \x1b[31mred\r\n550 second \t line" + "x" * 2000]}))
    with Relay(server.url) as relay, pytest.raises(Permanent) as caught:
        relay.deliver(FROM, TO, RAW)
    text = str(caught.value)
    assert text.startswith("550 5.1.1 \\x1b[31mred second line")
    assert text.isprintable()
    assert len(text) <= 500


def _honest_until(connection: socket.socket, step: str, instead: bytes) -> None:
    """Speak SMTP as one should, but at this step say something else and hang up."""
    said = {
        "EHLO": b"250 hello",
        "MAIL": b"250 ok",
        "RCPT": b"250 ok",
        "DATA": b"354 go",
        ".": b"250 fine",
        "QUIT": b"221 ",
    }
    if step == "banner":
        connection.sendall(instead)
        return
    connection.sendall(b"220 relay\r\n")
    with connection.makefile("rb") as heard:
        for line in heard:
            command = line[:4].decode("ascii", "replace").strip().upper()
            if command == step:
                connection.sendall(instead)
                return
            if command in said:
                connection.sendall(said[command] + b"\r\n")


def _wait_for_the_end(connection: socket.socket) -> None:
    while connection.recv(1000):
        pass
