"""What a row measures, and how it is shown: a table for people, JSON for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mailgate.bench.machine import Cost

_NOISE = 0.15  # two measures of the fixed loop may differ by so much
_OTHERS = 0.10  # and others may use so much of the machine
_MB = 2**20
_HEAD = ("row", "a second", "ratio", "CPU ms", "peak MB", "beside it", "a second", "reached")
_WIDTHS = (12, 9, 7, 7, 8, 42, 9, 8)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to do."""

    mails: int
    tickets: int
    patience: float = 300.0  # seconds without the expected word, then a row has failed


@dataclass(frozen=True, slots=True)
class Limit:
    """What a part can do alone: nothing that is built on it can be faster."""

    name: str
    rate: float


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one kind of request takes, in seconds: the usual one, and the slowest but five in a hundred."""

    name: str
    p50: float
    p95: float


@dataclass
class Row:
    """What was measured: so many units in so many seconds, at that cost."""

    name: str
    cost: Cost
    count: int = 0
    seconds: float = 0.0
    limits: Sequence[Limit] = ()
    timings: Sequence[Timing] = ()
    loops: tuple[float, float] = (0.0, 0.0)  # a second, before and after

    @property
    def rate(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0

    @property
    def loop(self) -> float:
        return sum(self.loops) / 2

    @property
    def ratio(self) -> float:
        """The rate in fixed loops of this machine in this run: what can be compared between machines."""
        return self.rate / self.loop if self.loop else 0.0

    @property
    def cpu_ms(self) -> float | None:
        """Processor time a unit in milliseconds, of all our processes, servers included."""
        return sum(self.cost.cpu.values()) / self.count * 1000 if self.cost.cpu and self.count else None

    @property
    def doubts(self) -> list[str]:
        """Why these figures should be measured again on a quieter machine."""
        found = []
        if abs(self.loops[0] - self.loops[1]) > _NOISE * self.loop:
            found.append(f"the loop ran {self.loops[0]:.1f} times a second before and {self.loops[1]:.1f} after")
        if (self.cost.elsewhere or 0.0) > _OTHERS:
            found.append(f"others used {self.cost.elsewhere:.0%} of the machine")
        return found


@dataclass
class Report:
    """A run of the bench."""

    machine: str
    rows: list[Row] = field(default_factory=list)

    def as_text(self) -> str:
        """The table."""
        lines = [self.machine, "", _line(_HEAD), _line(tuple("-" * width for width in _WIDTHS))]
        for row in self.rows:
            lines += _lines(row)
        loops = [loop for row in self.rows for loop in row.loops]
        if loops:
            lines += ["", f"The fixed loop ran {sum(loops) / len(loops):.1f} times a second; ratio = rate / loop."]
        lines += [f"{row.name}: noisy, {'; '.join(row.doubts)}." for row in self.rows if row.doubts]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        return {"machine": self.machine, "rows": [_as_json(row) for row in self.rows]}


def middle_and_slow(times: Sequence[float]) -> tuple[float, float]:
    """The usual time, and the one that only five in a hundred exceed."""
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]


def _lines(row: Row) -> list[str]:
    peak = f"{row.cost.peak / _MB:.0f}" if row.cost.peak else "-"
    cpu = f"{row.cpu_ms:.2f}" if row.cpu_ms is not None else "-"
    rate, ratio = (f"{row.rate:.0f}", f"{row.ratio:.1f}") if row.count else ("-", "-")
    beside = [(limit.name, f"{limit.rate:.0f}", f"{row.rate / limit.rate:.0%}") for limit in row.limits]
    beside += [(f"{timing.name}: p50 {_ms(timing.p50)}, p95 {_ms(timing.p95)}", "", "") for timing in row.timings]
    if not beside:
        beside = [(", ".join(f"{role} {size / _MB:.0f}" for role, size in sorted(row.cost.peaks.items())), "", "")]
    lines = [_line((row.name, rate, ratio, cpu, peak, *beside[0]))]
    return lines + [_line(("", "", "", "", "", *more)) for more in beside[1:]]


def _line(cells: tuple[str, ...]) -> str:
    texts = {0, 5}
    padded = [
        cell.ljust(width) if place in texts else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _as_json(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "count": row.count,
        "seconds": row.seconds,
        "rate": row.rate,
        "ratio": row.ratio,
        "limits": [{"name": one.name, "rate": one.rate, "reached": row.rate / one.rate} for one in row.limits],
        "timings": [{"name": one.name, "p50_ms": one.p50 * 1000, "p95_ms": one.p95 * 1000} for one in row.timings],
        "cpu_ms": row.cpu_ms,
        "cpu_seconds": row.cost.cpu,
        "peak_bytes": row.cost.peak,
        "peak_bytes_by_role": row.cost.peaks,
        "used_by_others": row.cost.elsewhere,
        "loops": row.loops,
        "doubts": row.doubts,
    }
