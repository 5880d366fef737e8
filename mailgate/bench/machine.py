"""What processes cost, read from /proc: processor time and memory, their servers included. Linux only."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

_PROC = Path("/proc")
_EVERY = 2.0  # seconds between two looks at the memory; each costs as much as ten mails
_PARENT, _TIMES = 1, slice(11, 15)  # in /proc/PID/stat, counted behind the name


@dataclass
class Cost:
    """What a family of processes used while it was watched; None where the system does not tell."""

    cpu: dict[str, float] | None = None  # seconds by role
    peak: int | None = None  # bytes, shared ones counted once (PSS)
    elsewhere: float | None = None  # share of all processors that others used meanwhile
    peaks: dict[str, int] = field(default_factory=dict)  # bytes by role, at the highest moment


@contextmanager
def watched(*, without: Container[int] = (), itself: bool = False) -> Iterator[Cost]:
    """Add up what all our descendants use while the block runs, but for those named; or what this process uses."""
    cost = Cost()
    if not _PROC.is_dir():
        yield cost
        return

    def pids() -> list[int]:
        return [os.getpid()] if itself else family(without)

    stop = Event()
    watcher = Thread(target=_watch_memory, args=(cost, pids, stop), daemon=True)
    before, machine_before = _cpu(pids()), _machine()
    ours_before = _everything_of_ours()
    watcher.start()
    try:
        yield cost
    finally:
        busy, total = (after - early for after, early in zip(_machine(), machine_before, strict=True))
        cost.cpu = {role: spent - before.get(role, 0.0) for role, spent in _cpu(pids()).items()}
        ours = _everything_of_ours() - ours_before
        cost.elsewhere = max(0.0, busy - ours) / total if total else None
        stop.set()
        watcher.join()


def family(without: Container[int] = ()) -> list[int]:
    """Our descendants that live."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[_PARENT]), []).append(int(entry.name))
    found: list[int] = []
    open_ends = [os.getpid()]
    while open_ends:
        for child in children.get(open_ends.pop(), []):
            if child not in without:
                found.append(child)
                open_ends.append(child)
    return found


def about() -> str:
    """One line on this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{_processor()}, {cores} cores, {memory:.0f} GB, {platform.system()} {platform.release()}, Python {python}"


def _watch_memory(cost: Cost, pids: Callable[[], list[int]], stop: Event) -> None:
    is_last = False
    while True:
        now: dict[str, int] = {}
        for pid in pids():
            role = _role(pid)
            now[role] = now.get(role, 0) + _pss(pid)
        if sum(now.values()) > (cost.peak or 0):
            cost.peak, cost.peaks = sum(now.values()), now
        if is_last:
            return
        is_last = stop.wait(_EVERY)  # and once more at the end, however short the row was


def _cpu(pids: list[int]) -> dict[str, float]:
    """Processor seconds by role so far; of children that ended, their parents' books tell."""
    found: dict[str, float] = {}
    for pid in pids:
        role = _role(pid)
        found[role] = found.get(role, 0.0) + _ticks(pid) / os.sysconf("SC_CLK_TCK")
    return found


def _everything_of_ours() -> float:
    return sum(_cpu(family()).values()) + sum(os.times()[:2])


def _stat(pid: int) -> list[str]:
    try:
        return (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _ticks(pid: int) -> int:
    return sum(int(value) for value in _stat(pid)[_TIMES])


def _machine() -> tuple[float, float]:
    """Ticks all processors were busy, and all they had."""
    first = (_PROC / "stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    ticks = [int(value) / os.sysconf("SC_CLK_TCK") for value in first]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


def _pss(pid: int) -> int:
    try:
        for line in (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # it has just ended
    return 0


def _role(pid: int) -> str:
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return "gone"
    if "postgres" in words[0]:
        return "postgres"
    if "valkey" in words[0]:
        return "valkey"
    if "mailgate" in words:  # python -m mailgate ROLE
        return words[words.index("mailgate") + 1]
    return next((word.rpartition(".")[2] for word in words if word.startswith("mailgate.")), "gunicorn")


def _processor() -> str:
    try:
        for line in (_PROC / "cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
