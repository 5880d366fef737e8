"""What a letter says, mail by mail; each broken mail is named by what is broken."""

from datetime import datetime, timedelta, timezone

import pytest

from mailgate.mail import Address, Letter, SpanKind
from mailgate.parse import read
from tests.parse.fuzz import MAILS


def sample(name: str) -> Letter:
    return read((MAILS / name).read_bytes())


def mail(*headers: str | bytes, body: str | bytes = "Hello.") -> Letter:
    lines = [header.encode() if isinstance(header, str) else header for header in headers]
    return read(b"\n".join(lines) + b"\n\n" + (body.encode() if isinstance(body, str) else body))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("From: Ann Lee <ann@example.org>", Address("ann@example.org", "Ann Lee")),
        ('From: "Lee, Ann" <ann@example.org>', Address("ann@example.org", "Lee, Ann")),
        ("From: ann@example.org (Ann Lee)", Address("ann@example.org", "Ann Lee")),
        ("From: =?utf-8?q?J=C3=B6rg?= <j@example.org>", Address("j@example.org", "Jörg")),
        ('From: "=?utf-8?q?J=C3=B6rg?=" <j@example.org>', Address("j@example.org", "Jörg")),
        (
            "From: =?iso-8859-1?Q?J=F6rg?= =?iso-8859-1?Q?_M=FCller?= <j@example.org>",
            Address("j@example.org", "Jörg Müller"),
        ),
        ("From: Jörg <j@example.org>".encode(), Address("j@example.org", "Jörg")),
        ("From: Jörg <j@example.org>".encode("latin-1"), Address("j@example.org", "Jörg")),
        ("From: Ann [Support] <ann@example.org>", Address("ann@example.org", "Ann [Support]")),
        ("From: Ann <mailto:ann@example.org>", Address("ann@example.org", "Ann")),
        ("From: Ann Lee <ann@example.org", Address("ann@example.org", "Ann Lee")),
        ("from : Ann <ann@example.org>", Address("ann@example.org", "Ann")),
    ],
)
def test_senders_are_read_in_all_their_forms(header: str | bytes, expected: Address) -> None:
    assert mail(header, "To: b@example.org").sender == expected


def test_the_sender_header_stands_in_for_a_missing_from() -> None:
    letter = mail("Sender: Ann <ann@example.org>", "To: b@example.org")
    assert letter.sender == Address("ann@example.org", "Ann")
    assert letter.defects


def test_group_addresses_give_their_members() -> None:
    letter = mail(
        "From: a@example.org", "To: Friends: b@example.org, Carl <c@example.org>;", "Cc: undisclosed-recipients:;"
    )
    assert [one.address for one in letter.to] == ["b@example.org", "c@example.org"]
    assert letter.cc == ()


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Subject: =?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("Subject: =?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        ("Subject: =?utf-8?Q?Gr=C3=BC?=\n =?utf-8?Q?=C3=9Fe?=", "Grüße"),
        ("Subject: =?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
        ("Subject: =?utf-8?Q?Is it done?_yes?=", "Is it done? yes"),
        ("Subject: Re: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?= (1)", "Re: 日本 (1)"),
        ("Subject: =?gb2312?B?xOO6ww==?=", "你好"),
        ("Subject: =?unknown-8bit?B?R3LDvMOfZQ==?=", "Grüße"),
        ("Subject: a\n b\n\tc", "a b c"),
        ("Subject: Grüße".encode("cp1252"), "Grüße"),
        ("Subject: 日本 x".encode("iso2022_jp"), "日本 x"),
        ("Subject:", ""),
    ],
)
def test_subjects_are_read_in_all_their_forms(subject: str | bytes, expected: str) -> None:
    assert mail("From: a@example.org", subject).subject == expected


def test_ids_stand_without_brackets_and_once() -> None:
    letter = mail("Message-ID: <a@b>", "In-Reply-To: <c@d> (Ann's mail)", "References: <e@f>\n <c@d> <e@f>")
    assert (letter.message_id, letter.in_reply_to, letter.references) == ("a@b", ("c@d",), ("e@f", "c@d"))


def test_a_date_keeps_its_offset() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    assert mail("Date: Mon, 5 Jan 2026 09:30:00 +0530").date == datetime(2026, 1, 5, 9, 30, tzinfo=zone)
    assert mail("Date: Mon Jan  5 09:30:00 2026").date is not None
    assert mail("Date: yesterday").date is None


def test_the_way_a_mail_took_is_noted() -> None:
    letter = mail(
        "Return-Path: <>",
        "Delivered-To: Help@Example.org",
        "X-Original-To: desk@example.org",
        "Received: a",
        "Received: b",
        "X-Loop: mailgate",
    )
    assert letter.return_path == ""
    assert letter.delivered_to == ("help@example.org", "desk@example.org")
    assert (letter.received_count, letter.loop_marks) == (2, ("mailgate",))


def test_the_fingerprint_ignores_the_way_and_sees_the_words() -> None:
    first = mail("Received: a", "DKIM-Signature: x", "From: a@example.org", "Subject: s", body="one")
    again = mail("Received: b", "X-Spam: no", "From: a@example.org", "Subject: s", body="one")
    other = mail("From: a@example.org", "Subject: s", body="two")
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_the_fingerprint_ignores_line_ends_also_of_what_says_it_is_binary() -> None:
    plain = b"From: a@example.org\nSubject: s\nContent-Transfer-Encoding: binary\n\none\ntwo\n"
    assert read(plain).fingerprint == read(plain.replace(b"\n", b"\r\n")).fingerprint


@pytest.mark.parametrize("path", sorted(MAILS.rglob("*.eml")), ids=lambda path: path.name)
def test_line_ends_make_no_difference(path: object) -> None:
    raw = path.read_bytes()  # type: ignore[attr-defined]
    if b"binary" in raw.lower():
        pytest.skip("every byte of a binary part counts")
    plain = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    said = [_without_defects(read(plain.replace(b"\n", end))) for end in (b"\n", b"\r\n", b"\r")]
    assert said[0] == said[1] == said[2]


def _without_defects(letter: Letter) -> dict[str, object]:
    return {name: getattr(letter, name) for name in letter.__dataclass_fields__ if name != "defects"}


def test_stray_lines_between_headers_do_not_end_them() -> None:
    assert sample("webklex/issue-40.eml").subject == "Zly from"


def test_a_long_name_in_pieces_is_joined() -> None:
    names = [file.name for file in sample("webklex/attachment_long_filename.eml").files]
    assert names[0].startswith("Buchungsbestätigung- Rechnung-Geschäftsbedingungen-Nr.B123-45")
    assert names[1].startswith("01_A€àäąбيد@Z-0123456789")


def test_a_raw_name_keeps_its_letters() -> None:
    assert [file.name for file in sample("mikel_mail/attachment_nonascii_filename.eml").files] == ["ciële.txt"]


def test_an_attached_mail_is_a_file_apart_from_the_text() -> None:
    letter = mail(
        "From: a@example.org",
        'Content-Type: multipart/mixed; boundary="b"',
        body="--b\n\nOuter words.\n--b\nContent-Type: message/rfc822\n\nFrom: c@example.org\nSubject:"
        " Inner\n\nInner words.\n--b--\n",
    )
    assert letter.text == "Outer words."
    assert [(file.name, file.type) for file in letter.files] == [("Inner.eml", "message/rfc822")]
    assert b"Inner words." in letter.files[0].content


def test_a_wrong_boundary_is_mended() -> None:
    letter = mail(
        "From: a@example.org",
        'Content-Type: multipart/mixed; boundary="declared"',
        body="--real\nContent-Type: text/plain\n\nWords.\n--real\nContent-Type: image/png;"
        " name=a.png\nContent-Transfer-Encoding: base64\n\niVBO\n--real--\n",
    )
    assert (letter.text, [file.name for file in letter.files]) == ("Words.", ["a.png"])


def test_an_invitation_is_said_in_words() -> None:
    letter = mail(
        "From: a@example.org",
        "Content-Type: text/calendar; method=REQUEST; charset=utf-8",
        body="BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Review\\, part"
        " 2\nDTSTART:20260105T093000Z\nDTEND:20260105T103000Z\n"
        "LOCATION:Room 3\nORGANIZER;CN=Ann:mailto:a@example.org\nATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:"
        "b@example.org\nEND:VEVENT\nEND:VCALENDAR\n",
    )
    assert letter.text == (
        "Invitation: Review, part 2\nWhen: 2026-01-05 09:30 UTC - 2026-01-05 10:30 UTC\nWhere: Room 3\n"
        "Organizer: Ann <a@example.org>\nWho: Bob <b@example.org> (accepted)"
    )


def test_text_comes_from_html_when_there_is_none() -> None:
    page = (
        "<html><head><title>t</title><style>p{}</style></head><body><p>One <b>two</b></p><div"
        " style='display:none'>hidden</div><ul><li>a<li>b</ul><table><tr><td>c<td>d</table></body>"
    )
    letter = mail("From: a@example.org", "Content-Type: text/html", body=page)
    assert letter.text.split() == ["One", "two", "*", "a", "*", "b", "c", "d"]


def test_a_stub_text_part_gives_way_to_the_html() -> None:
    letter = mail(
        "From: a@example.org",
        "Content-Type: multipart/alternative; boundary=b",
        body="--b\n\nYour client does not support HTML.\n--b\nContent-Type: text/html\n\n<p>Real words</p>\n--b--\n",
    )
    assert letter.text == "Real words"


@pytest.mark.parametrize(
    ("charset", "data", "expected"),
    [
        ("utf-8", "Grüße".encode(), "Grüße"),
        ("us-ascii", "Grüße".encode(), "Grüße"),
        ("iso-8859-1", "Grüße".encode(), "Grüße"),
        ("iso-8859-1", "\u201cquoted\u201d".encode("cp1252"), "\u201cquoted\u201d"),
        ("utf-8", "Grüße aus Köln".encode("cp1252"), "Grüße aus Köln"),
        ("gb2312", "镕".encode("gbk"), "镕"),
        ("ks_c_5601-1987", "똠방각하".encode("cp949"), "똠방각하"),
        ("shift_jis", "①".encode("cp932"), "①"),
        ("iso-2022-jp", "日本".encode("iso2022_jp"), "日本"),
        ("us-ascii", "日本".encode("iso2022_jp"), "日本"),
        ("windows-874", "ไทย".encode("cp874"), "ไทย"),
        ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("no-such-charset", "Grüße".encode(), "Grüße"),
    ],
)
def test_charsets_are_read_for_what_they_are(charset: str, data: bytes, expected: str) -> None:
    assert mail("From: a@example.org", f"Content-Type: text/plain; charset={charset}", body=data).text == expected


def test_spans_cover_the_text_and_name_their_rule() -> None:
    letter = mail(
        "From: a@example.org", body="New.\n\n-- \nAnn\n\nOn Mon, 5 Jan 2026 at 9:30 Bob <b@example.org> wrote:\n> old"
    )
    assert [span.kind for span in letter.spans] == [SpanKind.REPLY, SpanKind.SIGNATURE, SpanKind.QUOTE, SpanKind.QUOTE]
    assert all(span.rule for span in letter.spans if span.kind is not SpanKind.REPLY)
    assert (letter.reply, letter.signature) == ("New.", "-- \nAnn")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Guten Tag, ich habe ein Problem mit dem Drucker und das ist nicht gut.", "de"),
        ("Hello, I have a problem with the printer and it is not good.", "en"),
        ("Bonjour, je suis dans le bureau et nous avons un problème avec la machine.", "fr"),
        ("プリンターが動きません。", "ja"),
        ("打印机坏了，请帮忙", "zh"),
        ("Принтер не работает", "ru"),
        ("ok", None),
    ],
)
def test_the_language_is_told_when_it_is_clear(text: str, language: str | None) -> None:
    assert mail("From: a@example.org", "Content-Type: text/plain; charset=utf-8", body=text).language == language


def test_a_uuencoded_file_is_taken_out_of_the_text() -> None:
    letter = mail("From: a@example.org", body="See this.\n\nbegin 644 hello.txt\n%:&5L;&\\\n`\nend\n\nBye.")
    assert letter.text.split() == ["See", "this.", "Bye."]
    assert [(file.name, file.content) for file in letter.files] == [("hello.txt", b"hello")]


def test_text_that_calls_itself_base64_is_read_as_text() -> None:
    letter = mail(
        "From: a@example.org", "Content-Transfer-Encoding: base64", body="These are words, not an encoding of words."
    )
    assert letter.text == "These are words, not an encoding of words."


@pytest.mark.parametrize(("kind", "seal"), [("application/pkcs7-mime", "S/MIME"), ("application/pgp-encrypted", "PGP")])
def test_a_sealed_mail_says_that_it_is_sealed(kind: str, seal: str) -> None:
    letter = mail(
        "From: a@example.org", f"Content-Type: {kind}; name=x.p7m", "Content-Transfer-Encoding: base64", body="QUJD"
    )
    assert any(seal in defect for defect in letter.defects)
    assert letter.files[0].content == b"ABC"
