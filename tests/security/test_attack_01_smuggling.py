"""Attack 1, SMTP smuggling (CVE-2023-51764, CVE-2024-27305): no other end of data than <CRLF>.<CRLF>."""

from time import sleep

import pytest

from tests.support.doors import DOORS, mail_door, send_data
from tests.support.world import DESK, World

ENDS = [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\n.\r", b"\r\n\x00.\r\n"]
SMUGGLED = (
    b"MAIL FROM:<eve@evil.example>\r\nRCPT TO:<" + DESK.encode() + b">\r\nDATA\r\nSubject: evil\r\n\r\nx\r\n.\r\n"
)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_attack_01_no_other_end_of_data_smuggles_a_second_mail(world: World, door: str, end: bytes) -> None:
    with mail_door(door, world) as port:
        assert send_data(port, b"Subject: good\r\n\r\nhello" + end + SMUGGLED, door).startswith(b"250")
        sleep(0.2)
    assert world.count("SELECT count(*) FROM kept_mail") == 1
    assert world.count("SELECT count(*) FROM kept_mail WHERE sender = 'ana@lusitel.example'") == 1
