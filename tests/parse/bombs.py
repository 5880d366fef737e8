"""Mails built to hurt a reader, by what they attack."""

from __future__ import annotations

import base64

HEAD = b"From: a@example.org\nTo: b@example.org\nSubject: s\nMessage-ID: <1@example.org>\n"


def text(body: bytes) -> bytes:
    return HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + body


def html(body: bytes) -> bytes:
    return HEAD + b"Content-Type: text/html; charset=utf-8\n\n" + body


def bounce(body: bytes) -> bytes:
    return b"From: MAILER-DAEMON@example.org\nReturn-Path: <>\nTo: b@example.org\nSubject: Undelivered Mail\n\n" + body


def nested(depth: int) -> bytes:
    parts = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth))
    return HEAD + parts + b"Content-Type: text/plain\n\nx\n"


def digest(count: int) -> bytes:
    return HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\nContent-Type: text/plain\n\nx\n" * count


def messages(depth: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\n\n" * depth + b"x\n"


def attached_trees(depth: int, size: int) -> bytes:
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\nContent-Disposition: attachment\n\n--b%d\n' % (n, n)
        for n in range(depth)
    )
    return HEAD + parts + b"Content-Type: text/plain\n\n" + b"x" * 70 + b"\n" + (b"y" * 75 + b"\n") * (size // 76)


M = 1_000_000

BOMBS: dict[str, bytes] = {
    "a thousand nested parts": nested(1_000),
    "forty nine nested parts": nested(48),
    "forty seven attached trees around a large text": attached_trees(47, 8 * M),
    "a thousand nested mails": messages(1_000),
    "five thousand parts": digest(5_000),
    "nine hundred parts": digest(900),
    "open brackets in From": b"From: " + b"(" * 50_000 + b"\n\nx",
    "open brackets in a short From": b"From: " + b"(" * 5_000 + b" a@example.org\n\nx",
    "fifty thousand recipients": b"To: " + b"a@example.org, " * 50_000 + b"\n\nx",
    "nine hundred recipients": b"From: a@example.org\nTo: " + b'"a, b" <a@example.org>,\n ' * 900 + b"\n\nx",
    "recipients without commas": b"From: a@example.org\nTo: " + b"a b " * 20_000 + b"\n\nx",
    "angle brackets in To": b"From: a@example.org\nTo: " + b"<" * 90_000 + b"\n\nx",
    "colons in To": b"From: a@example.org\nTo: " + b"a@b:" * 900 + b":" * 80_000 + b"\n\nx",
    "quotes in To": b"From: a@example.org\nTo: " + b'"\\' * 40_000 + b"\n\nx",
    "twenty thousand parameters": HEAD + b"Content-Type: text/plain" + b"; a=b" * 20_000 + b"\n\nx",
    "many parameters": HEAD + b"Content-Type: text/plain" + b"; a=b" * 3_000 + b"\n\nx",
    "RFC 2231 pieces": HEAD
    + b"Content-Type: text/plain"
    + b"".join(b";name*%d*=%%41" % n for n in range(1_000))
    + b"\n\nx",
    "open Message-ID": b"From: a@example.org\nMessage-ID: " + b"<" * 90_000 + b"\n\nx",
    "blanks in Message-ID": b"From: a@example.org\nMessage-ID: <" + b" " * 90_000 + b"\n\nx",
    "References": b"From: a@example.org\nReferences: " + b"<a@b> " * 15_000 + b"\n\nx",
    "bare references": b"From: a@example.org\nReferences: " + b"a@" * 45_000 + b"\n\nx",
    "encoded words": b"From: a@example.org\nSubject: " + b"=?utf-8?q?a?= " * 7_000 + b"\n\nx",
    "open encoded words": b"From: a@example.org\nSubject: " + b"=?a?q?" * 16_000 + b"\n\nx",
    "encoded words with questions": b"From: a@example.org\nSubject: " + b"=?a?q?" + b"?a" * 48_000 + b"\n\nx",
    "blanks in the subject": b"From: a@example.org\nSubject: x" + b" " * 95_000 + b"x\n\nx",
    "folded blanks": b"From: a@example.org\nSubject: x" + b"\n " * 40_000 + b"x\n\nx",
    "raw bytes in the subject": b"From: a@example.org\nSubject: " + b"\xe4\xb8" * 45_000 + b"\n\nx",
    "a date of digits": b"From: a@example.org\nDate: " + b"1" * 90_000 + b"\n\nx",
    "a date of words": b"From: a@example.org\nDate: " + b"Mon, " * 18_000 + b"\n\nx",
    "sixteen thousand headers": b"".join(b"X-%d: a\n" % n for n in range(9_000)) + b"\nx",
    "one endless line": text(b"x" * (8 * M)),
    "an endless line of blanks": text(b" " * (2 * M) + b"x"),
    "a megabyte of blank lines": text(b"\n" * M + b"x"),
    "a megabyte of line ends of old Macs": text(b"\r" * M + b"x"),
    "On x x x": text(b"On " + b"x " * 500_000),
    "On x x x in lines": text(b"On x x x x x x x x x\n" * 50_000),
    "wrote in lines": text(b"On Monday 2 Jan 2026 at 10:00 somebody\n" * 25_000),
    "wrote: in lines": text(b"somebody wrote:\n" * 60_000),
    "From: lines": text(b"From: x\n" * 120_000),
    "From and To lines": text(b"From: x\nTo: y\n\n" * 60_000),
    "quote marks": text(b">" * M),
    "quoted lines": text(b"> a\nb\n" * 150_000),
    "dashes": text(b"-" * M),
    "lines of dashes": text(b"-----\n" * 150_000),
    "dashes and a word": text(b"--------- Original " * 50_000),
    "signature lines": text(b"--\n" * 300_000),
    "closings": text(b"Best regards,\n" * 70_000),
    "sent from": text(b"Sent from my " * 70_000),
    "digits": text(b"1" * M),
    "digits in lines": text((b"1-" * 200 + b"\n") * 2_500),
    "addresses": text(b"a@b " * 250_000),
    "at signs": text(b"@" * M),
    "letters and at signs in lines": text((b"a" * 400 + b"\n") * 2_500),
    "bracketed addresses in lines": text((b"<a@b.c " * 50 + b">\n") * 5_500),
    "addresses and colons in lines": text((b"a@b " * 100 + b":\n") * 5_000),
    "open angle brackets": text(b"<" * M),
    "uuencode without an end": text(b"begin 644 a\n" * 80_000),
    "nested div": html(b"<div>" * 200_000),
    "nested lists": html(b"<ul><li>" * 120_000),
    "shallow lists in a deep page": html((b"<ul><li>" * 190 + b"x" + b"</ul>" * 190) * 300),
    "nested tables": html(b"<table><tr><td>" * 60_000),
    "nested bold": html(b"<b>" * 300_000),
    "nested links": html(b"<a href=x><div>" * 60_000),
    "misnested formatting": html(b"<b><i><p></b></i>" * 50_000),
    "nested blockquotes": html(b"<blockquote type=cite>" * 40_000),
    "gmail quotes": html(b"<div class=gmail_quote>" * 380 + b"<p>x</p>" * 50_000),
    "unclosed tags": html(b"<a " * 300_000),
    "unclosed comment": html(b"<!--" * 250_000),
    "attributes": html(b"<p " + b"a=b " * 250_000 + b">x"),
    "styles": html(b'<p style="' + b"a:b;" * 250_000 + b'">x'),
    "style rules": html(b"<style>" + b"a{b:c}" * 150_000 + b"</style>x"),
    "style functions": html(b'<p style="width:' + b"calc(" * 200_000 + b'">x'),
    "images": html(b"<img src=" * 100_000),
    "img and blanks": html(b"<img " + b" " * 900_000),
    "entities": html(b"&#x41;" * 160_000),
    "broken entities": html(b"&" * M),
    "select and options": html(b"<select><option>" * 60_000),
    "nul bytes": html(b"\x00" * M + b"x"),
    "bounce of addresses": bounce(b"could not be delivered to: a@b\n" * 30_000),
    "bounce of one line": bounce(b"unable to deliver to " * 50_000),
    "bounce of digits": bounce(b"5.1.1 " * 150_000),
    "bounce of recipients": bounce(b"recipient: " * 90_000),
    "bounce of letters": bounce(b"user " + b"a" * M),
    "report of many recipients": b"From: MAILER-DAEMON@a\nContent-Type: multipart/report; report-type=delivery-status;"
    b" boundary=b\n\n--b\n"
    b"Content-Type: message/delivery-status\n\n"
    + b"".join(b"Final-Recipient: rfc822; a%d@b\nAction: failed\n\n" % n for n in range(20_000)),
    "calendar": HEAD + b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + b"ATTENDEE;CN=a:mailto:a@b\n" * 40_000,
    "winmail.dat of noise": HEAD
    + b"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n"
    + base64.encodebytes(b"\x78\x9f\x3e\x22\x01\x00" + b"\x01\x05\x90\x06\x00\x08\x00\x00\x00" * 100_000),
    "base64 of equals signs": HEAD
    + b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
    + b"QQ==\n" * 200_000,
    "quoted-printable of equals signs": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * M,
    "flowed": HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 300_000,
    "a charset of code": HEAD + b"Content-Type: text/plain; charset=zip\n\nx\xe4",
    "idna": HEAD + b"Content-Type: text/plain; charset=idna\n\n" + b"\xe4" + b"x" * 100_000,
    "utf-7": HEAD + b"Content-Type: text/plain; charset=utf-7\n\n" + b"+AAA" * 200_000,
    "boundary lines": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--x\n" * 250_000,
    "many boundaries": HEAD + b"".join(b"boundary=b%d\n" % n for n in range(900)) + b"\n" + b"--b1\n--b2\n" * 300,
    "stray lines in the head": b"From: a@example.org\n" + b"stray\n" * 15_000 + b"Subject: x\nTo: b@example.org\n\nx",
}
