"""Addresses in networks, and as whom they are counted."""

import pytest

from mailgate.networks import LOOPBACK, counted_as, is_in


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_has_several_names(address: str) -> None:
    assert is_in(address, LOOPBACK)


@pytest.mark.parametrize("address", ["", "local", "203.0.113.7", "::2", "fe80::1%eth0", "127.0.0.1.example.org"])
def test_what_is_elsewhere_or_no_address_is_not_in_it(address: str) -> None:
    assert not is_in(address, LOOPBACK)


@pytest.mark.parametrize(
    ("address", "whom"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("local", "local"),
    ],
)
def test_an_address_is_counted_as_its_owner(address: str, whom: str) -> None:
    assert counted_as(address) == whom
