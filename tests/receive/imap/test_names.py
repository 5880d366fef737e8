"""Folder names as they stand on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.receive.imap.answers import folders
from mailgate.receive.imap.names import decoded, encoded, quoted, unquoted


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", "INBOX"),
        ("Gelöschte Elemente", "Gel&APY-schte Elemente"),
        ("R&D", "R&-D"),
        ("送信済み", "&kAFP4W4IMH8-"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
    ],
)
def test_known_names(name: str, wire: str) -> None:
    assert (encoded(name), decoded(wire)) == (wire, name)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_every_name_comes_back(name: str) -> None:
    assert decoded(encoded(name)) == name
    assert encoded(name).isascii()
    assert unquoted(quoted(name)) == name


@pytest.mark.parametrize("wire", ["&", "&AP", "&A-", "&!!-", "a&b", "&2AA-"])
def test_a_name_that_is_written_wrongly_is_taken_as_it_stands(wire: str) -> None:
    assert decoded(wire) == wire


def test_folders_are_read_with_quotes_literals_and_stars() -> None:
    lines: list[bytes | bytearray] = [
        b'LIST (\\HasNoChildren \\Junk) "/" "Bulk \\"mail\\""',
        b'LIST (\\Noselect) "/" Parent',
        b"LIST () NIL {9}",
        bytearray(b'5* "hotel'),
        b"",
        b'LIST () "\\\\" &AOQ-',
    ]
    assert [(folder.name, folder.holds_mail) for folder in folders(lines)] == [
        ('Bulk "mail"', True),
        ("Parent", False),
        ('5* "hotel', True),
        ("ä", True),
    ]
    assert folders(lines)[0].flags == {"hasnochildren", "junk"}
