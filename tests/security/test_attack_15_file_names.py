"""Attack 15: whatever a mail calls its files, their names are safe to show and to save."""

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.parse import read

NAMES = (
    "../../etc/passwd",
    "..\\..\\windows\\system32\\a.dll",
    "/etc/passwd",
    "C:\\a.txt",
    ".htaccess",
    "..",
    "a\r\nContent-Type: text/html",
    "invoice\u202egpj.exe",
    "a\u2066b\u2069.txt",
    "nul\x00.png",
    "a" * 5_000 + ".pdf",
    "CON",
    "a/b/c.txt",
    "file:///etc/passwd",
    "\t\n ",
    "%2e%2e%2fa",
    "a.txt::$DATA",
    "a/b\\c.txt",
    ".bashrc",
    "con.txt",
    "\u202egpj.exe",
    "a\r\nb.txt",
)
_FORMS = (
    'Content-Type: image/png; name="{0}"',
    'Content-Disposition: attachment; filename="{0}"',
    "Content-Disposition: attachment; filename*=utf-8''{0}",
)


def _name_of(form: str, name: str) -> str:
    files = read(
        f"From: a@example.org\nContent-Type: image/png\n{form.format(name)}\n\nx".encode("utf-8", "replace")
    ).files
    return files[0].name if files else ""


def _is_safe(name: str) -> bool:
    hidden = any(
        unicodedata.category(letter) in ("Cc", "Cs") or letter in "\u202e\u202d\u2066\u2067" for letter in name
    )
    whole = name in ("", PurePosixPath(name).name) and name in ("", PureWindowsPath(name).name)
    return whole and not hidden and not set(name) & set('<>:"|?*') and name[:1] != "." and len(name.encode()) <= 200


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_leads_nowhere(form: str, name: str) -> None:
    assert _is_safe(_name_of(form, name)), _name_of(form, name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c.txt", ".bashrc", "con.txt", "a\r\nb.txt", "nul\x00.png"])
def test_a_name_in_percent_signs_is_made_safe_and_kept(name: str) -> None:
    shown = _name_of(_FORMS[2], "".join(f"%{byte:02x}" for byte in name.encode()))
    assert shown
    assert _is_safe(shown)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from(_FORMS), st.text(max_size=60))
def test_any_file_name_leads_nowhere(form: str, name: str) -> None:
    assert _is_safe(_name_of(form, name)), _name_of(form, name)
