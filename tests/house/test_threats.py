"""Every row of docs/threats.md has its tests, and what is not built yet is said so."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| (F?\d+) \|(.+)\|(.+)\|(.+)\|$", re.MULTILINE)
ROWS = {number: tests.strip() for number, _, _, tests in _ROW.findall((ROOT / "docs" / "threats.md").read_text())}
# Rows of which something is not built yet. Whoever builds it takes its row out; nobody puts one in.
STILL_OPEN: set[str] = set()  # rows of the page that say what is missing


def test_every_fault_and_every_attack_has_its_row() -> None:
    assert list(ROWS) == [f"F{number}" for number in range(1, 13)] + [str(number) for number in range(1, 30)]


@pytest.mark.parametrize("number", ROWS)
def test_every_row_has_tests_that_exist(number: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", ROWS[number])
    assert named or number in STILL_OPEN
    for path, test in named:
        there = _tests(path)
        assert there, path
        assert not test or test in there, f"{path}::{test}"


def test_rows_that_are_open_say_what_is_missing_and_no_other_does() -> None:
    said = {number: re.search(r"not built yet: (.+)", tests) for number, tests in ROWS.items()}
    assert {number for number, words in said.items() if words} == STILL_OPEN
    assert all(len(words[1]) > 20 for words in said.values() if words)


def test_every_test_named_after_a_row_stands_in_it() -> None:
    files = [*ROOT.glob("tests/faults/test_f[0-9]*.py"), *ROOT.glob("tests/security/test_attack_*.py")]
    assert len(files) > 20
    missing = [file.name for file in files if f"`{file.relative_to(ROOT)}`" not in ROWS[_row_of(file.name)]]
    assert missing == []


def _row_of(name: str) -> str:
    found = re.match(r"test_(?:attack_(\d\d)|(f\d+))_", name)
    assert found, f"{name} names no row"
    return str(int(found[1])) if found[1] else found[2].upper()


@cache
def _tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds) and node.name.startswith("test_")}
