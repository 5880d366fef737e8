"""The headers that thread a letter, keep machines quiet, and let nothing in."""

import base64
import hashlib
import os
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses

import mailparser
import pytest

from mailgate.compose import write
from mailgate.compose.about import sample
from mailgate.compose.letters import LETTERS
from mailgate.errors import Permanent
from mailgate.mail import Address, Draft, File, Linked, Quoted, Task
from mailgate.markdown import formatted

Make = Callable[..., Task]
Open = Callable[[Draft], EmailMessage]

HEADERS = {
    *("date", "from", "to", "cc", "reply-to", "subject", "message-id", "in-reply-to", "references", "thread-topic"),
    *("thread-index", "x-loop", "auto-submitted", "x-auto-response-suppress", "content-language", "mime-version"),
    "content-type",
}


def test_an_answer_carries_the_whole_scheme(task: Make, opened: Open) -> None:
    message = opened(write(task(cc=(Address("it@lusitel.example"),))))
    assert {name: str(value) for name, value in message.items() if name != "Content-Type"} == {
        "Date": "Fri, 20 Nov 2026 15:04:05 +0000",
        "From": '"Mia Keller (Nordlicht Support)" <support@example.org>',
        "To": "Ana Ferreira <ana@lusitel.example>",
        "Cc": "it@lusitel.example",
        "Reply-To": "support+tm5.aaaabbbbccccdddd@example.org",
        "Subject": "Re: [#TKT-2026-000123] Cannot sign in",
        "Message-ID": "<tm5.aaaabbbbccccdddd.eeeeffffgggghhhh@example.org>",
        "In-Reply-To": "<second@lusitel.example>",
        "References": "<first@lusitel.example> <second@lusitel.example> "
        "<tm5.aaaabbbbccccdddd.eeeeffffgggghhhh@example.org>",
        "Thread-Topic": "Cannot sign in",
        "Thread-Index": str(message["Thread-Index"]),
        "X-Loop": "support@example.org",
        "Content-Language": "en",
        "MIME-Version": "1.0",
    }


def test_an_acknowledgement_tells_machines_not_to_answer(task: Make, opened: Open) -> None:
    message = opened(write(task(letter="received", automatic="auto-replied")))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["To"] == "ana@lusitel.example"


def test_another_automatic_letter_is_marked_but_may_be_answered(task: Make, opened: Open) -> None:
    message = opened(write(task(letter="sign_in", automatic="auto-generated", token=None)))
    assert message["Auto-Submitted"] == "auto-generated"
    assert "X-Auto-Response-Suppress" not in message
    assert message["Subject"] == "Your sign-in link"


def test_references_keep_the_root_and_the_last_ten_and_end_with_our_own(task: Make, opened: Open) -> None:
    ids = tuple(f"mail{number}@x.example" for number in range(30))
    mine = "tm5.mine.mac@example.org"
    message = opened(write(task(message_id=mine, references=ids, thread_root=ids[0], in_reply_to=ids[15])))
    shown = re.findall("<(.+?)>", message["References"])
    assert shown == [ids[0], *ids[21:], ids[15], mine]


def test_a_letter_that_starts_a_thread_refers_to_nothing_before_it(task: Make, opened: Open) -> None:
    mine = "tm5.mine.mac@example.org"
    message = opened(write(task(message_id=mine, references=(), thread_root=mine, in_reply_to=None)))
    assert "In-Reply-To" not in message
    assert "References" not in message
    assert len(base64.b64decode(message["Thread-Index"])) == 22


def test_ids_that_cannot_stand_in_a_header_are_left_out(task: Make, opened: Open) -> None:
    bad = ("a b@x", "x>\r\nBcc: e@x", "ü@x", "", "<x@y>", "y" * 300)
    message = opened(write(task(references=(*bad, "good@x"), in_reply_to=bad[1], thread_root=bad[0])))
    assert "In-Reply-To" not in message
    assert re.findall("<(.+?)>", message["References"])[:-1] == ["good@x"]


def test_outlook_sees_one_conversation_in_the_order_of_time(task: Make) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    indexes = [
        _thread_index(write(task(message_id=f"m{hours}@example.org", date=at + timedelta(hours=hours))))
        for hours in (0, 1, 200, 20_000)
    ]
    assert len({index[:22] for index in indexes}) == 1
    assert indexes[0][6:22] == hashlib.sha256(b"first@lusitel.example").digest()[:16]
    assert [len(index) for index in indexes] == [27] * 4
    assert indexes == sorted(indexes)
    assert _outlook_time(indexes[1]) == pytest.approx((at + timedelta(hours=1)).timestamp(), abs=1)
    assert _thread_index(write(task(thread_root="other@x")))[:22] != indexes[0][:22]


def _thread_index(draft: Draft) -> bytes:
    return base64.b64decode(BytesParser().parsebytes(draft.raw)["Thread-Index"])


def _outlook_time(index: bytes) -> float:
    """[MS-OXOMSG] 2.2.1.3, backwards: the header's time and the last child's distance from it."""
    head = int.from_bytes(index[:6] + b"\0\0", "big")
    child = int.from_bytes(index[22:26], "big")
    distance = (child & 0x7FFFFFFF) << (23 if child >> 31 else 18)
    return (head + distance) / 10_000_000 - 11_644_473_600


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Ana Ferreira",
            'Ana "the cat" Ferreira',
            "Ferreira, Ana; Sales <x@y>",
            "back\\slash",
            "Ana (Sales)",
            "=?x?=",
        ),
        *("Jürgen Weiß", "山田太郎", "עברית", "Ann 😀 " * 12, "Dr. Ångström-Österreicher " * 3, "=?utf-8?q?Boss?="),
    ],
)
def test_names_arrive_as_they_were_given(task: Make, name: str) -> None:
    draft = write(task(to=(Address("ana@lusitel.example", name), Address("bo@x.example", "Bo"))))
    # Not with `policy.default`: it puts a space between two encoded words of one name, against RFC 2047 6.2.
    people = getaddresses([BytesParser(policy=compat32).parsebytes(draft.raw)["To"]])
    assert [(str(make_header(decode_header(shown))), address) for shown, address in people] == [
        (name.strip(), "ana@lusitel.example"),
        ("Bo", "bo@x.example"),
    ]


def test_a_name_is_cut_before_it_becomes_a_page(task: Make) -> None:
    assert (
        b'To: "' + b"x" * 100 + b'"\r\n <ana@l.example>\r\n'
        in write(task(to=(Address("ana@l.example", "x" * 500),))).raw
    )


def test_mail_parser_reads_the_same_headers(task: Make) -> None:
    letter = task(subject="Größe 山田 " * 12, to=(Address("ana@lusitel.example", "Jürgen Weiß"),))
    mail = mailparser.parse_from_bytes(write(letter).raw)
    assert mail.subject == f"Re: [#TKT-2026-000123] {('Größe 山田 ' * 12).strip()}"
    assert mail.to == [("Jürgen Weiß", "ana@lusitel.example")]
    assert mail.message_id == f"<{letter.message_id}>"
    assert not mail.defects


def test_an_address_beyond_ascii_stands_as_it_is(task: Make) -> None:
    raw = write(task(to=(Address("jörg@exämple.example", "Jörg"),))).raw
    assert "<jörg@exämple.example>".encode() in raw


@pytest.mark.parametrize(
    "address",
    [
        *("ana", "a@b@c", "ana@x.example, eve@x.example", "ana@x\r\nBcc: e@x", "a b@x", "<a@b>", "a@b>", "@b", "a@"),
        *("a@b\0", "a@\ud800", "a\u202e@b", "alice@ok)bob@evil", '"a\r\n"@b', "a@b\u2028c", "", "a;b@c"),
    ],
)
def test_half_an_address_gets_no_letter(task: Make, address: str) -> None:
    with pytest.raises(Permanent, match="not an address") as caught:
        write(task(to=(Address(address),)))
    assert caught.value.status == "5.1.3"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["o'neil+x@x.example", '"john doe"@x.example', "a@[192.0.2.1]", "a.b.@docomo.example"]
)
def test_odd_but_honest_addresses_get_theirs(task: Make, address: str) -> None:
    assert f"To: {address}\r\n".encode() in write(task(to=(Address(address),))).raw


def test_a_letter_without_a_date_or_an_id_is_our_mistake(task: Make) -> None:
    with pytest.raises(ValueError, match="date"):
        write(task(date=None))
    with pytest.raises(ValueError, match="Message-ID"):
        write(task(message_id="a b"))


NASTY = [
    *(
        "\r\nBcc: eve@evil.example",
        "\nX-Evil: 1",
        "\rX-Evil: 1",
        "\r\n\r\n<b>body</b>",
        "\0",
        "\x0b",
        "\x0c",
        "\x1b[2J",
    ),
    *("\x85X-Evil: 1", "\u2028X-Evil: 1", "\u2029", "\u202egnp.exe", "\u2066", "\ud800", "\udfff", "\ufffe", "\ufeff"),
    *("=?utf-8?q?=0ABcc:_eve=40evil.example?=", "=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=", "=?", "?=", "=?x?q?"),
    *("a" * 3000, "ü" * 1500, "word " * 400, "😀" * 300, "(" * 500, '"', "\\", "<", ">", "@", ",", ";", ":", "%0d%0a"),
    *(
        "עברית ",
        "日本語",
        "e\u0301",
        "\u00a0",
        "\t",
        " ",
        "Re: ",
        "[#TKT-2026-000123]",
        "{{ number }}",
        "{% raw %}",
        ".",
    ),
    *("eve@evil.example", "<eve@evil.example>", "--=_", "\r\n.\r\n", "\n.\n", "From eve\n", "plain words", "x"),
]


def test_hostile_tasks_inject_no_header(task: Make) -> None:
    dice = random.Random(20261120)
    names = sample("received", "en").variables

    def nasty(most: int = 4) -> str:
        return "".join(dice.choices(NASTY, k=dice.randint(0, most)))

    written, tasks = 0, int(os.environ.get("HOSTILE_TASKS", "400"))  # `make fuzz`: 100,000
    for number in range(tasks):
        address = "ana@lusitel.example" if dice.random() < 0.9 else nasty(2)
        hostile = task(
            letter=dice.choice(tuple(LETTERS)),
            language=dice.choice(("en", "de", nasty(1))),
            message_id=f"t{number}.abc@example.org",
            sender=Address("support@example.org", nasty()),
            to=(Address(address, nasty()), Address("bo@x.example", nasty(1))),
            cc=(Address("cc@x.example", nasty()),) if dice.random() < 0.3 else (),
            subject=nasty(),
            in_reply_to=nasty(1),
            references=(nasty(1), nasty(2)),
            thread_root=nasty(2),
            body=nasty(6),
            variables={key: nasty(2) for key in names},
            automatic=dice.choice((None, "auto-replied", "auto-generated")),
            html=formatted(nasty(6)) if dice.random() < 0.1 else None,
            quoted=(Quoted(nasty(), datetime(2026, 1, 2, tzinfo=UTC), nasty()),) * (number % 5 == 0),
            links=(Linked(nasty(), number, "https://x.example/f/a", datetime(2026, 1, 2, tzinfo=UTC)),)
            * (number % 6 == 0),
            thread_index=nasty(1),
            files=(File(nasty(), nasty(1) or "text/plain", nasty().encode("utf-8", "replace")),) * (number % 7 == 0),
        )
        try:
            raw = write(hostile).raw
        except Permanent:
            assert address != "ana@lusitel.example"
            continue
        _require_harmless(raw, files=len(hostile.files), is_ascii=address.isascii())
        written += 1
    assert written > tasks * 0.85


def _require_harmless(raw: bytes, *, files: int, is_ascii: bool) -> None:
    head = raw.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii() or not is_ascii  # RFC 6532: an address may be in any script
    names = [line.partition(b":")[0].decode().lower() for line in head.split(b"\r\n") if not line.startswith(b" ")]
    assert len(names) == len(set(names))
    assert set(names) <= HEADERS
    message = BytesParser(policy=compat32).parsebytes(raw)
    assert [key.lower() for key in message] == names
    types = [part.get_content_type() for part in message.walk() if not part.get_filename()]
    assert types[-2:] == ["text/plain", "text/html"] or files
    assert sum(1 for part in message.walk() if not part.is_multipart()) == 2 + files
    assert not any(part.defects for part in message.walk())


def test_what_arrives_of_hostile_words_is_one_plain_line(task: Make, opened: Open) -> None:
    for words in NASTY:
        message = opened(write(task(subject=f"Hello {words} you", sender=Address("a@b.example", f"Hello {words} you"))))
        for shown in (str(message["Subject"]), message["From"].addresses[0].display_name):
            assert shown.isprintable() or "\u00a0" in words or "\ufeff" in words, repr(shown)
            assert len(shown) < 250
        assert len(message["From"].addresses) == 1
        assert "Bcc" not in message


def test_a_letter_that_can_be_stopped_says_where_and_its_link_ends_no_header(task: Make, opened: Open) -> None:
    """RFC 8058 3.1: an https link, the header that allows one click, and both of them under the signature."""
    url = "https://desk.example/stop/b.digest.ac.aaaabbbbccccdddd"
    message = opened(write(task(stop_url=url, automatic="auto-generated")))
    assert message["List-Unsubscribe"] == f"<{url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert opened(write(task()))["List-Unsubscribe"] is None
    for bad in (f"{url}\r\nBcc: eve@example.org", f"{url}>, <mailto:eve@example.org", "javascript:x", f"{url} x"):
        with pytest.raises(ValueError, match="no link for a header"):
            write(task(stop_url=bad))
