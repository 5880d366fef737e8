"""Files open with a sentence, stay small, and rooms have door plates."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 400  # lines; at that size there is a second noun in a file


def _ours(*endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    files = [ROOT / name for name in listed if name.endswith(endings) and "vendor" not in name]
    assert files
    return [file for file in files if file.is_file()]


def test_every_python_file_opens_with_a_sentence() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in _ours(".py")
        if file.read_text().strip() and not ast.get_docstring(ast.parse(file.read_text()))
    ]
    assert silent == []


def test_no_file_is_longer_than_a_sitting() -> None:
    read = [file for file in _ours(".py", ".css", ".js", ".html") if "migrations" not in file.parts]
    long = [str(file.relative_to(ROOT)) for file in read if _lines(file) > LONGEST]
    assert long == []


def _lines(file: Path) -> int:
    return file.read_text().count("\n")


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error"])
def test_nothing_is_left_for_later(word: str) -> None:
    assert [
        str(file) for file in _ours(".py", ".html", ".js", ".sh") if re.search(rf"\b{word}\b", file.read_text())
    ] == []
