"""What the documents name exists: pages, headings, files, commands, targets, settings and tests."""

import re
import subprocess
from functools import cache
from pathlib import Path

import click
import pytest

from mailgate.cli import COMMANDS, commands
from mailgate.failpoints import __doc__ as about_failpoints
from mailgate.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(ROOT.glob("docs/**/*.md"))
VARIABLES = {PREFIX + name.upper() for name in Settings.model_fields}
IN_TESTS = set(re.findall(r"MAILGATE_\w+", about_failpoints or ""))  # belong to tests, not to the settings users see
# Where a path in a text may begin; others are examples, or lie on somebody's machine.
FOLDERS = ("mailgate", "web", "tests", "deploy", "docs", "migrations", "email_templates")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", _prose(page))
    broken = [
        target for target in targets if not target.startswith(("http://", "https://")) and not _leads(page, target)
    ]
    assert broken == []


@each_page
def test_pictures_say_what_they_show(page: Path) -> None:
    assert [
        target for words, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text()) if len(words) < 10
    ] == []


@each_page
def test_commands_exist_and_know_their_words(page: Path) -> None:
    called = [words.split() for words in _calls(page)]
    assert [words for words in called if not _is_command(words)] == []


@each_page
def test_make_targets_exist(page: Path) -> None:
    made = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {target for piece in _code(page) for target in re.findall(r"^ *make ([a-z]+)", piece)} <= made


@each_page
def test_settings_exist(page: Path) -> None:
    named = set(re.findall(r"\bMAILGATE_[A-Z]+(?:_[A-Z]+)*\b", page.read_text()))
    assert named <= VARIABLES | IN_TESTS


@each_page
def test_files_exist(page: Path) -> None:
    pieces = [re.sub(r"^(cp .*) \S+$", r"\1", piece) for piece in _code(page)]  # a copy makes its last file
    named = {path for piece in pieces for path in re.findall(rf"(?<![\w/.-])(?:{'|'.join(FOLDERS)})/[\w./@*-]*", piece)}
    assert {path for path in named if not _is_file(path.rstrip("."))} == set()


@each_page
def test_tests_exist(page: Path) -> None:
    named = {name for piece in _code(page) for name in re.findall(r"^test_[a-z0-9_]+$", piece)}
    assert named <= _tests()


def test_every_page_is_linked_from_somewhere() -> None:
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for target in re.findall(r"\]\(([^)\s]+\.md[^)\s]*)\)", page.read_text())
    }
    assert [str(page.relative_to(ROOT)) for page in PAGES[1:] if page not in linked] == []


def _prose(page: Path) -> str:
    """A page without its code, where brackets mean something else."""
    return re.sub(r"```.*?```|^    .*?$|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def _code(page: Path) -> list[str]:
    """Each piece of code on a page: lines of blocks, and what stands between backticks."""
    text = page.read_text()
    blocks = re.findall(r"^ {4}(.+)$", text, re.MULTILINE)
    blocks += [line for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) for line in block.split("\n")]
    return blocks + re.findall(r"`([^`\n]+)`", text)


def _calls(page: Path) -> list[str]:
    """Calls of Mailgate on a page, without the name of the program."""
    program = r"(?:^|\$\(|/bin/)mailgate(?:-admin)?((?: [^\s`|)]+)+)"
    return [call.strip() for piece in _code(page) for call in re.findall(program, piece) if call.strip()[0].islower()]


def _is_command(words: list[str]) -> bool:
    """Whether these begin with a command, and its options are its own."""
    if words[0] not in COMMANDS:
        return False
    context = click.Context(commands)
    command = commands.get_command(context, words[0])
    if isinstance(command, click.Group) and len(words) > 1 and words[1].isalpha():
        command = command.get_command(context, words[1])
    if command is None:
        return False
    options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return {word.partition("=")[0] for word in words if re.fullmatch(r"--[a-z].*", word)} <= options


def _leads(page: Path, target: str) -> bool:
    path, _, heading = target.partition("#")
    found = (page.parent / path).resolve() if path else page
    return found.exists() and (not heading or heading in _headings(found))


def _headings(page: Path) -> set[str]:
    """A page's headings as their links are written."""
    names = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-") for name in names}


def _is_file(path: str) -> bool:
    return bool(list(ROOT.glob(path))) if "*" in path else (ROOT / path).exists()


@cache
def _tests() -> set[str]:
    found = subprocess.run(
        ["git", "grep", "--untracked", "-hoE", "def test_[a-z0-9_]+", "--", "tests"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(found.stdout.replace("def ", "").split())
