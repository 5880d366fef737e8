"""What is only signed is read; what is encrypted says so, and its bytes are kept."""

import base64
import time

import pytest

from mailgate.mail import Letter
from mailgate.parse import read

SIGNED = bytes.fromhex("06092a864886f70d010702")
ENVELOPED = bytes.fromhex("06092a864886f70d010703")
DATA = bytes.fromhex("06092a864886f70d010701")
INNER = (
    b"Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\nThe offer is fine.\r\n--in\r\n"
    b"Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBO\r\n--in--\r\n"
)


def der(tag: int, *content: bytes) -> bytes:
    inside = b"".join(content)
    length = len(inside).to_bytes((len(inside).bit_length() + 7) // 8 or 1)
    return bytes([tag]) + (length if len(inside) < 0x80 else bytes([0x80 + len(length)]) + length) + inside


def ber(tag: int, *content: bytes) -> bytes:
    return bytes([tag, 0x80]) + b"".join(content) + b"\0\0"


def pieces(inner: bytes) -> bytes:
    """As a program writes that signs while it reads: a string in pieces, and pieces of pieces."""
    middle = len(inner) // 2
    return ber(0x24, der(0x04, inner[:middle]), der(0x24, der(0x04, inner[middle:])))


def definite(inner: bytes) -> bytes:
    content = der(0x30, DATA, der(0xA0, der(0x04, inner)))
    return der(0x30, SIGNED, der(0xA0, der(0x30, der(0x02, b"\x01"), der(0x31), content, der(0x31))))


def indefinite(inner: bytes) -> bytes:
    content = ber(0x30, DATA, ber(0xA0, pieces(inner)))
    return ber(0x30, SIGNED, ber(0xA0, ber(0x30, der(0x02, b"\x01"), ber(0x31, ber(0x30, DATA)), content, der(0x31))))


def mail(data: bytes, kind: bytes = b"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m") -> bytes:
    return (
        b"From: a@example.org\nSubject: s\nContent-Type: " + kind + b"\nContent-Transfer-Encoding: base64\n\n"
    ) + base64.encodebytes(data)


def timed(raw: bytes) -> Letter:
    start = time.process_time()
    letter = read(raw)
    assert time.process_time() - start < 5
    assert not [defect for defect in letter.defects if defect.startswith("could not")]
    return letter


@pytest.mark.parametrize("form", [definite, indefinite])
@pytest.mark.parametrize("kind", [b"application/pkcs7-mime", b"application/octet-stream; name=smime.p7m"])
def test_a_signed_mail_is_read(form: object, kind: bytes) -> None:
    letter = read(mail(form(INNER), kind))  # type: ignore[operator]
    assert (letter.text, letter.reply) == ("The offer is fine.",) * 2
    assert [file.content for file in letter.files if file.name == "a.png"] == [base64.b64decode("iVBO")]
    assert [file.content for file in letter.files if file.name != "a.png"] == [form(INNER)]  # type: ignore[operator]
    assert "signed with S/MIME; the signature was not checked" in letter.defects


def test_a_signature_within_a_signature_is_read_down_to_a_limit() -> None:
    inner = INNER
    for _ in range(5):
        inner = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n" + definite(inner)
    assert timed(mail(definite(inner))).text == "The offer is fine."
    for _ in range(1_000):
        inner = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n" + definite(inner)
    assert len(timed(mail(definite(inner))).files) == 11


def test_a_signed_document_is_a_file_and_not_the_mail() -> None:
    letter = read(mail(definite(b"%PDF-1.7 contract"), b"application/pkcs7-mime; name=contract.pdf.p7m"))
    assert (letter.text, [file.name for file in letter.files]) == ("", ["contract.pdf.p7m"])


def test_certificates_alone_are_a_file() -> None:
    signed = der(0x30, der(0x02, b"\x01"), der(0x31), der(0x30, DATA), der(0xA0, b"certificates"))
    letter = read(mail(der(0x30, SIGNED, der(0xA0, signed))))
    assert (letter.text, len(letter.files)) == ("", 1)


def test_a_signed_mail_that_was_cut_is_read_as_far_as_it_goes() -> None:
    whole = indefinite(b"Content-Type: text/plain\r\n\r\n" + b"The offer is fine. " * 20)
    assert read(mail(whole[:300])).text.startswith("The offer is fine.")
    for cut in range(0, 120, 3):
        timed(mail(whole[:cut] or b"\0"))


def test_an_encrypted_mail_says_that_it_is_and_keeps_the_sealed_part() -> None:
    data = der(0x30, ENVELOPED, der(0xA0, b"secret"))
    letter = read(mail(data))
    expected = "This mail is encrypted (S/MIME); its words cannot be read here. The sealed part is kept as a file."
    assert (letter.text, letter.files[0].content) == (expected, data)
    assert "sealed with S/MIME, encrypted: its words cannot be read here" in letter.defects


def test_a_pgp_mail_says_that_it_is_and_keeps_the_sealed_part() -> None:
    letter = read(
        b"From: a@example.org\nContent-Type: multipart/encrypted; protocol=application/pgp-encrypted; boundary=b\n\n"
        b"--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\n"
        b"Content-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n--b--\n"
    )
    assert letter.text.startswith("This mail is encrypted (PGP);")
    assert "encrypted.asc" in [file.name for file in letter.files]


@pytest.mark.parametrize(("before", "expected"), [("", "This mail is encrypted (PGP);"), ("My key is new.\n\n", "My")])
def test_a_pgp_message_in_the_text_becomes_a_file(before: str, expected: str) -> None:
    armour = "-----BEGIN PGP MESSAGE-----\n\nhQEMA1234\n=abcd\n-----END PGP MESSAGE-----"
    letter = read(f"From: a@example.org\n\n{before}{armour}\n".encode())
    assert letter.text.startswith(expected)
    assert "BEGIN PGP" not in letter.text
    assert [(file.name, file.content.decode()) for file in letter.files] == [("message.asc", armour)]


def test_pgp_lines_that_hold_no_message_stay_in_the_text() -> None:
    for text in ("> -----BEGIN PGP MESSAGE-----\n> x\n> -----END PGP MESSAGE-----", "-----BEGIN PGP MESSAGE-----\nx"):
        letter = read(f"From: a@example.org\n\n{text}\n".encode())
        assert (letter.text, letter.files) == (text, ())


@pytest.mark.parametrize(
    "data",
    [
        b"0\x84\xff\xff\xff\xff" + SIGNED + b"\xa0\x88" + b"\xff" * 8,
        b"0\xff" + b"\xff" * 200,
        b"0\x80" * 500_000,
        b"0\x80" + SIGNED + b"\xa0\x80" + b"0\x80" + b"\x02\x01\x01" + b"1\x80" * 500_000,
        indefinite(b"x").partition(b"\x24")[0] + b"\x24\x80" * 500_000,
        indefinite(b"x").partition(b"\x24")[0] + b"\x24\x80" + b"\x04\x00" * 500_000,
        indefinite(b"x").partition(b"\x24")[0] + b"\x24\x80" + b"\x24\x00" * 500_000,
        b"no asn.1 at all",
    ],
)
def test_a_hostile_seal_stays_closed(data: bytes) -> None:
    letter = timed(mail(data))
    assert letter.files[0].content == data
    assert letter.text.startswith("This mail is damaged (S/MIME);")


def test_hostile_armour_costs_little() -> None:
    for text in ("-----BEGIN PGP MESSAGE-----\n" * 30_000, "x-----BEGIN PGP MESSAGE-----" * 30_000):
        timed(b"From: a@example.org\n\n" + text.encode() + b"-----END PGP MESSAGE-----")
