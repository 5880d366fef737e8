"""Mails passed on are taken apart into who wrote what, as each program and language lays them out."""

import pytest

from mailgate.mail import Address, Letter
from mailgate.parse import read
from mailgate.parse.quotes.divide import divide
from mailgate.parse.quotes.forwards import is_forward_subject
from tests.parse.forwards import HTML, PLAIN, WORDS


def plain(name: str, above: str = "") -> tuple[str, str]:
    """The subject and the text of a forward, below words of its sender."""
    subject, _, text = PLAIN[name].partition("\n")
    mark = "\n> " if "> WORDS" in text else "\n"
    return subject, above + text.replace("WORDS", WORDS.replace("\n", mark))


def page(subject: str, body: str) -> Letter:
    head = (
        f"From: agent@example.com\nTo: desk@example.com\nSubject: {subject}\nContent-Type: text/html; charset=utf-8\n\n"
    )
    return read((head + body).encode())


@pytest.mark.parametrize("name", PLAIN)
def test_a_forward_is_taken_apart(name: str) -> None:
    subject, text = plain(name)
    (forwarded,) = divide(text, subject=subject).forwarded
    assert forwarded.sender == Address("ann@example.org", "Ann Lee")
    assert (forwarded.subject, forwarded.text) == ("Parcel", WORDS)
    assert "2026" in forwarded.date or "1/5/26" in forwarded.date


@pytest.mark.parametrize("name", PLAIN)
def test_the_words_above_a_forward_are_the_reply(name: str) -> None:
    subject, text = plain(name, "Please help her.\n\n")
    division = divide(text, subject=subject)
    assert division.reply == "Please help her."
    assert [one.text for one in division.forwarded] == [WORDS]


@pytest.mark.parametrize("name", HTML)
def test_a_forward_in_html_is_taken_apart(name: str) -> None:
    subject, _, body = HTML[name].partition("\n")
    letter = page(subject, body.replace("WORDS", "The parcel is not here."))
    assert letter.reply == "Please help."
    (forwarded,) = letter.forwarded
    assert forwarded.sender == Address("ann@example.org", "Ann Lee")
    assert (forwarded.subject, forwarded.text) == ("Parcel", "The parcel is not here.")


def test_who_wrote_a_forward_without_a_header_block_stands_in_its_attribution() -> None:
    text = 'On 05/01/2026 09:30, "Ann Lee" <ann@example.org> wrote:\n\n    The parcel is not here.\n'
    (forwarded,) = divide(text, subject="FW: Parcel").forwarded
    assert (forwarded.sender, forwarded.text) == (Address("ann@example.org", "Ann Lee"), "The parcel is not here.")


def test_words_below_the_end_of_a_forward_are_the_senders() -> None:
    text = (
        '-------- Пересылаемое сообщение --------\n05.01.2026, 09:30, "Ann Lee" <ann@example.org>:\n\nГде посылка?\n\n'
        "-------- Конец пересылаемого сообщения --------\n\nПомогите ей, пожалуйста."
    )
    division = divide(text, subject="Fwd: Parcel")
    assert division.reply == "Помогите ей, пожалуйста."
    assert [(one.sender, one.text) for one in division.forwarded] == [
        (Address("ann@example.org", "Ann Lee"), "Где посылка?")
    ]


def test_what_a_forward_quotes_is_not_its_own_words() -> None:
    subject, text = plain("Gmail")
    (forwarded,) = divide(
        text + "\n\nOn Sun, Jan 4, 2026 Desk <d@example.com> wrote:\n> older", subject=subject
    ).forwarded
    assert forwarded.reply == WORDS
    assert forwarded.text.endswith("> older")


def test_a_gmail_forward_of_a_reply_is_folded_whole() -> None:
    quoted = '<div class="gmail_quote"><blockquote class="gmail_quote">older</blockquote></div>'
    _, _, body = HTML["Gmail"].partition("\n")
    letter = page("Fwd: Parcel", body.replace("WORDS", f"The parcel is not here.{quoted}"))
    assert letter.reply == "Please help."
    assert letter.forwarded[0].text.startswith("The parcel is not here.")


@pytest.mark.parametrize("name", ["Outlook in English", "Outlook in German", "Outlook on the web", "Samsung"])
def test_a_reply_with_a_header_block_is_no_forward(name: str) -> None:
    _, text = plain(name, "Thanks.\n\n")
    assert divide(text, subject="RE: Parcel").forwarded == ()


def test_a_finnish_reply_is_no_danish_forward() -> None:
    _, text = plain("Outlook in Finnish", "Kiitos.\n\n")
    assert divide(text, subject="VS: Parcel").forwarded == ()


def test_an_answer_to_a_forward_is_no_forward() -> None:
    text = "Thanks.\n\nOn Mon, Jan 5, 2026 Bob <bob@example.org> wrote:\n> " + plain("Gmail")[1].replace("\n", "\n> ")
    assert divide(text, subject="Re: Fwd: Parcel").forwarded == ()


@pytest.mark.parametrize("subject", ["Fwd: x", "FW: x", "[Desk] WG: x", "TR : x", "[Fwd: x]", "İLT: x", "Fwd[2]: x"])
def test_a_subject_that_says_forward(subject: str) -> None:
    assert is_forward_subject(subject)


@pytest.mark.parametrize("subject", ["Re: Fwd: x", "Forwarding addresses", "I need help: now", "AW: x", ""])
def test_a_subject_that_does_not(subject: str) -> None:
    assert not is_forward_subject(subject)


def test_an_attached_mail_is_read_too() -> None:
    inner = (
        b"From: Ann Lee <ann@example.org>\nMessage-ID: <1@example.org>\nSubject: Parcel\n\nWhere is it?\n\n> older\n"
    )
    letter = read(
        b"From: agent@example.com\nSubject: FW: Parcel\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\n\nPlease help.\n--b\nContent-Type: message/rfc822\n\n" + inner + b"\n--b--\n"
    )
    (forwarded,) = letter.forwarded
    assert forwarded.sender == Address("ann@example.org", "Ann Lee")
    assert (forwarded.subject, forwarded.reply, forwarded.message_id) == ("Parcel", "Where is it?", "1@example.org")
    assert letter.reply == "Please help."
    assert [file.type for file in letter.files] == ["message/rfc822"]


def test_a_signature_inside_a_quote_is_somebody_elses() -> None:
    quoted = '<blockquote type="cite">Words<div class="gmail_signature">Bob<br>Acme</div></blockquote>'
    assert page("Re: Parcel", f"<div>Thanks.</div>{quoted}").signature is None
