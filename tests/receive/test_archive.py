"""Mail is found in files as it was put there."""

from pathlib import Path

from mailgate.receive.archive import mails_in

LINE = b"From ana@lusitel.example Fri Nov 20 10:00:00 2026\n"


def _raws(path: Path, largest: int = 10_000) -> list[bytes | None]:
    return [lying.raw for lying in mails_in((path,), largest)]


def test_an_mbox_is_split_only_where_a_mail_begins(tmp_path: Path) -> None:
    first = b"Subject: a\n\nFrom here on it is text.\nFrom now 10:00 to 2027 there is no empty line before.\n"
    second = b"Subject: b\n\n\nFrom what I see, nothing.\n\n>From quoted\n>>From twice\n"
    (tmp_path / "box").write_bytes(LINE + first + b"\n" + LINE + second)
    unquoted = second.replace(b">From quoted", b"From quoted").replace(b">>From", b">From")
    assert _raws(tmp_path / "box") == [first, unquoted]


def test_an_mbox_tells_each_sender_and_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(
        LINE + b"Subject: a\r\n\r\nx\r\n\r\n" + b"From MAILER-DAEMON Fri Nov 20 10:00:00 2026\n"
    )
    first, second = mails_in((tmp_path / "box",), 1000)
    assert (first.raw, first.sender, first.place) == (
        b"Subject: a\r\n\r\nx\r\n",
        "ana@lusitel.example",
        f"{tmp_path}/box, mail 1",
    )
    assert second.sender is None
    assert first.length + second.length == (tmp_path / "box").stat().st_size


def test_a_mail_that_is_too_large_is_passed_over_and_its_neighbours_are_not(tmp_path: Path) -> None:
    huge = b"Subject: b\n\n" + b"x" * 300_000 + b"\n"
    (tmp_path / "box").write_bytes(LINE + b"Subject: a\n\nx\n\n" + LINE + huge + b"\n" + LINE + b"Subject: c\n\nx\n")
    assert _raws(tmp_path / "box") == [b"Subject: a\n\nx\n", None, b"Subject: c\n\nx\n"]
    (tmp_path / "one.eml").write_bytes(huge)
    assert _raws(tmp_path / "one.eml") == [None]


def test_a_single_mail_keeps_every_byte(tmp_path: Path) -> None:
    raw = b"Subject: a\r\n\r\n\xff\x00 x\r\n\r\n"
    (tmp_path / "one.eml").write_bytes(raw)
    assert _raws(tmp_path / "one.eml") == [raw]
