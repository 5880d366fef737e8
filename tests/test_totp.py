"""One-time codes are those of RFC 6238, and a code near this moment is enough."""

from datetime import UTC, datetime

import pytest

from mailgate import totp

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # 12345678901234567890, as RFC 6238, appendix B, has it


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(SECRET, seconds // 30) == code
    assert totp.step_of(SECRET, f"{code[:3]} {code[3:]}", at) == seconds // 30
    assert totp.step_of(SECRET, totp.code_at(SECRET, seconds // 30 - 1), at) == seconds // 30 - 1
    assert totp.step_of(SECRET, totp.code_at(SECRET, seconds // 30 + 2), at) is None
    assert totp.step_of(SECRET, "", at) is None
    assert totp.step_of(SECRET, "é" * 6, at) is None


def test_a_recovery_code_may_be_typed_in_any_way() -> None:
    code = totp.recovery_code()
    assert totp.plain_recovery_code(f" {code.upper().replace('-', ' ')}") == code.replace("-", "")
    assert len({totp.recovery_code() for _ in range(50)}) == 50


def test_an_app_can_read_the_address() -> None:
    told = totp.address(SECRET, "ida@nordlicht.example", "Nordlicht & Co")
    assert (
        told
        == f"otpauth://totp/Nordlicht%20%26%20Co%3Aida%40nordlicht.example?secret={SECRET}&issuer=Nordlicht%20%26%20Co"
    )
