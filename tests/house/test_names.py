"""Names that stand in two places agree: jobs, letters, commands, settings."""

import inspect
import re
from pathlib import Path

import click
import pytest

from mailgate import jobs
from mailgate.cli import COMMANDS, commands
from mailgate.compose.letters import LETTERS
from mailgate.queue.nudges import JOBS
from mailgate.settings import PREFIX, Settings
from mailgate.shipped import shipped

ROOT = Path(__file__).parents[2]
VARIABLES = {PREFIX + name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("job", JOBS)
def test_every_nudge_names_a_job(job: str) -> None:
    assert list(inspect.signature(getattr(jobs, job)).parameters) == ["slot"]


def test_every_letter_has_its_folder_and_every_folder_its_letter() -> None:
    folders = {folder.name for folder in shipped("email_templates").iterdir() if folder.is_dir()}
    assert folders - {"base"} == set(LETTERS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_called_and_explains_itself(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    assert command.help


def test_settings_stand_in_the_sample_and_in_the_readme() -> None:
    sample = (ROOT / "deploy" / "env.example").read_text()
    readme = (ROOT / "README.md").read_text()
    assert set(re.findall(r"^#? ?(MAILGATE_\w+)=", sample, re.MULTILINE)) == VARIABLES
    assert set(re.findall(r"^\| `(MAILGATE_\w+)`", readme, re.MULTILINE)) == VARIABLES


def test_commands_the_readme_names_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    made = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", readme)) <= made
    assert set(re.findall(r"mailgate ([a-z]+)(?= |`|$)", "\n".join(re.findall(r"`(mailgate [^`]*)`", readme)))) <= set(
        COMMANDS
    )
