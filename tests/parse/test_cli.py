"""`mailgate parse`: one object a file, the promised shape, never a traceback."""

import json
from pathlib import Path

from click.testing import CliRunner

from mailgate.cli.parse import parse
from tests.parse.bombs import nested
from tests.parse.fuzz import MAILS

KEYS = {"file", "from", "reply_to", "to", "cc", "subject", "message_id", "in_reply_to", "references", "date", "text"}
KEYS |= {"html", "reply", "signature", "files", "kind", "answerable", "reasons", "bounce", "defects"}


def test_a_line_a_file_in_order_with_the_promised_keys() -> None:
    paths = sorted(str(path) for path in MAILS.rglob("*.eml"))[:20]
    result = CliRunner().invoke(parse, ["--jsonl", *paths])
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert [answer["file"] for answer in answers] == paths
    assert all(set(answer) >= KEYS for answer in answers)


def test_standard_input_is_read_when_no_path_is_given() -> None:
    result = CliRunner().invoke(parse, [], input=b"From: a@example.org\nSubject: s\n\nx")
    assert json.loads(result.output)["subject"] == "s"
    assert result.output.count("\n") > 20  # laid out for people


def test_a_hostile_mail_is_refused_in_its_line(tmp_path: Path) -> None:
    (tmp_path / "bomb.eml").write_bytes(nested(1_000))
    (tmp_path / "good.eml").write_bytes(b"From: a@example.org\n\nx")
    result = CliRunner().invoke(parse, ["--jsonl", str(tmp_path / "bomb.eml"), str(tmp_path / "good.eml")])
    bomb, good = (json.loads(line) for line in result.output.splitlines())
    assert set(bomb) == {"file", "refused"}
    assert good["text"] == "x"


def test_a_missing_file_is_said_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(parse, ["--jsonl", str(tmp_path / "none.eml")])
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
    assert result.stderr.count("\n") == 1
