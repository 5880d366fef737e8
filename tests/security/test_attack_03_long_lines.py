"""Attack 3, lines of 1,000 octets and more: they lose no mail, and are kept as they came."""

import pytest

from tests.support.doors import DOORS, mail_door, send_data
from tests.support.world import World


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("length", [998, 5_000, 1_000_000])
def test_attack_03_long_lines_lose_no_mail(world: World, door: str, length: int) -> None:
    line = b"z" * length
    with mail_door(door, world, size=2**21) as port:
        assert send_data(port, b"Subject: x\r\n\r\n" + line + b"\r\n.\r\n", door).startswith(b"250")
    with world.owner.engine.begin() as connection:
        assert line in bytes(connection.exec_driver_sql("SELECT raw FROM kept_mail").scalar_one())
