"""Attack 5: a From that parsers read differently is read plainly or noted as a defect, never as somebody else."""

import pytest

from mailgate.parse import read

CONFUSING = {
    b"alice@ok.example)bob@evil.example": "evil.example",
    b"alice@ok.example <bob@evil.example>": "evil.example",
    b'"alice@ok.example" <bob@evil.example>': "evil.example",
    b"<alice@ok.example>bob@evil.example": None,
    b"alice@ok.example, bob@evil.example": None,
    b"alice@ok.example\x00@evil.example": None,
    b'"<alice@ok.example>" <bob@evil.example>': "evil.example",
    b"=?utf-8?q?alice=40ok.example=3E?= <bob@evil.example>": "evil.example",
    b"bob@evil.example (alice@ok.example)": "evil.example",
    b"group: alice@ok.example;, bob@evil.example": None,
    b"alice@ok.example@evil.example": None,
}


@pytest.mark.parametrize("value", CONFUSING)
def test_a_confusing_sender_is_plain_or_marked(value: bytes) -> None:
    letter = read(b"From: " + value + b"\nTo: d@example.org\n\nHello")
    domain = letter.sender.address.rpartition("@")[2] if letter.sender else None
    expected = CONFUSING[value]
    if expected is not None:
        assert domain == expected
    else:
        assert letter.sender is None or any(one.startswith("From:") for one in letter.defects) or domain != "ok.example"


def test_more_than_one_from_is_noted() -> None:
    letter = read(b"From: alice@ok.example\nFrom: bob@evil.example\n\nHello")
    assert "From: more than one" in letter.defects


def test_several_senders_in_one_from_are_noted() -> None:
    assert "From: names several senders" in read(b"From: a@ok.example, b@evil.example\n\nHello").defects
