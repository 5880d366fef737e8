"""Commands on data folders of their own, and the proof after each test that nothing of them is left."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

HOLDER = Path(__file__).with_name("holder.py")
CHECKOUT = Path(__file__).parents[2]


class Command:
    """One running `holder.py`."""

    def __init__(self, data: Path, external: dict[str, str], prefix: tuple[str, ...] = (), **options: Any) -> None:
        self.data = data
        self.started = time.monotonic()
        # Most tests need no disk: a third of the time.
        durable = "durable" if options.pop("durable", False) else "fleeting"
        python = options.pop("python", sys.executable)
        environment = {**os.environ, "PYTHONPATH": str(options.pop("path", CHECKOUT)), "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(
            [*prefix, python, options.pop("holder", str(HOLDER)), str(data), json.dumps(external), durable],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            **options,
        )
        self.said: dict[str, Any] = {}

    def ready(self) -> "Command":
        self.said = self._hear()
        self.took = time.monotonic() - self.started
        return self

    def __getitem__(self, name: str) -> Any:
        assert name in self.said, self.said
        return self.said[name]

    def ensure(self) -> bool:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return bool(self._hear()["healed"])

    def leave(self) -> float:
        before = time.monotonic()
        self._close()
        assert self.process.wait(20) == 0
        return time.monotonic() - before

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._close()

    def _hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"holder ended with {self.process.wait()}"
        heard: dict[str, Any] = json.loads(line)
        return heard

    def _close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None and not stream.closed:
                stream.close()

    def sql(self, statement: str, url: str = "owner_url") -> list[Any]:
        with psycopg.connect(self[url], autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def redis(self, *words: str) -> Any:
        client = redis.Redis.from_url(self["redis_url"], decode_responses=True)
        try:
            return client.execute_command(*words)  # type: ignore[no-untyped-call] # redis types its commands only
        finally:
            client.close()


def processes(data: Path) -> dict[int, str]:
    """Every process that stands in this data folder or was started on it, with its command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ").strip()
            place = str((entry / "cwd").readlink())
        except OSError:
            continue
        if words and int(entry.name) != os.getpid() and (place.startswith(str(data)) or str(data) in words):
            found[int(entry.name)] = words
    return found


def pid_of(data: Path, what: str) -> int:
    """The one process whose command line holds these words."""
    found = [pid for pid, words in processes(data).items() if what in words]
    assert len(found) == 1, (what, processes(data))
    return found[0]


def kill_all(data: Path) -> None:
    for pid in processes(data):
        with contextlib.suppress(ProcessLookupError):  # one may just have ended with another
            os.kill(pid, signal.SIGKILL)


def wait_for(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if (result := condition()) is not None and result is not False:
                return result
        except (psycopg.OperationalError, redis.RedisError, OSError):
            pass
        time.sleep(0.05)
    return condition()


@pytest.fixture
def proc() -> Any:
    """What the tests ask of the process table."""
    if not Path("/proc/self/cwd").exists():
        pytest.skip("needs /proc to see what is left running")

    class Table:
        all = staticmethod(processes)
        pid = staticmethod(pid_of)
        wait = staticmethod(wait_for)
        kill_all = staticmethod(kill_all)

    return Table


def quick_place() -> str | None:
    """A disk in memory where there is one with room: a killed process leaves the same behind there, only sooner."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2**30 else None


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a row and a key in it, to be copied: most tests need no first start of their own."""
    folder = tmp_path_factory.mktemp("furnished") / "data"
    command = Command(folder, {}).ready()
    command.sql("CREATE TABLE kept AS SELECT 42 AS n")
    command.redis("SET", "kept", "42")
    command.leave()
    return folder


@pytest.fixture
def data(new: Path, furnished: Path) -> Path:
    """A data folder that has been used before."""
    subprocess.run(["cp", "-a", furnished, new], check=True)
    return new


@pytest.fixture
def new(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A data folder that does not exist yet, in a place with a short name."""
    above = Path(tempfile.mkdtemp(prefix="mg-", dir=getattr(request, "param", quick_place())))
    yield above / "data"
    shutil.rmtree(above)


@pytest.fixture
def command(proc: Any, new: Path) -> Iterator[Callable[..., Command]]:
    """Start a command on a folder. At the end all are gone, and with them every process of that folder.

    It comes after `new`, so that they end before the folder goes.
    """
    started: list[Command] = []

    def start(data: Path, external: dict[str, str] | None = None, **options: Any) -> Command:
        started.append(Command(data, external or {}, **options))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.kill()
        each._close()
    folders = {each.data.resolve() for each in started}
    wait_for(lambda: not any(processes(folder) for folder in folders))
    assert [words for folder in folders for words in processes(folder).values()] == []
