"""Charts as plain geometry: bars and lines for an inline SVG, which needs neither scripts nor styles of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, log10

WIDTH, HEIGHT = 720, 180
_LEFT, _TOP, _BOTTOM = 44, 8, 22
_LABELS = 6  # so many moments are named below


@dataclass(frozen=True, slots=True)
class Series:
    """Values to be drawn; None: nothing is known there."""

    name: str
    tone: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, and what it says."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line; a gap breaks it."""

    path: str
    tone: str
    dots: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, and the same as a table."""

    title: str
    series: tuple[Series, ...]
    labels: tuple[str, ...]
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, str], ...]
    said: Callable[[float | None], str]

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table behind it."""
        return [
            (label, [self.said(one.values[place]) for one in self.series]) for place, label in enumerate(self.labels)
        ]


def bars(title: str, labels: Sequence[str], series: Sequence[Series], said: Callable[[float | None], str]) -> Chart:
    """Bars side by side, for counts."""
    top = _round_up(_largest(series))
    step = (WIDTH - _LEFT) / max(1, len(labels))
    width = step * 0.8 / len(series)
    drawn = tuple(
        Bar(
            round(_LEFT + place * step + step * 0.1 + nth * width, 2), round(_y(value, top), 2), round(width, 2),
            round(_y(0, top) - _y(value, top), 2), one.tone, f"{labels[place]}: {said(value)} {one.name.lower()}",
        )
        for nth, one in enumerate(series)
        for place, value in enumerate(one.values)
        if value
    )  # fmt: skip
    return Chart(title, tuple(series), tuple(labels), drawn, (), _ticks(top, said), _marks(labels, step), said)


def lines(title: str, labels: Sequence[str], series: Sequence[Series], said: Callable[[float | None], str]) -> Chart:
    """A line each, for what goes up and down."""
    top = _round_up(_largest(series))
    step = (WIDTH - _LEFT) / max(1, len(labels))
    drawn = tuple(_line(one, labels, step, top, said) for one in series)
    return Chart(title, tuple(series), tuple(labels), (), drawn, _ticks(top, said), _marks(labels, step), said)


def _line(one: Series, labels: Sequence[str], step: float, top: float, said: Callable[[float | None], str]) -> Line:
    path, dots, is_down = [], [], False
    for place, value in enumerate(one.values):
        if value is None:
            is_down = False
            continue
        x, y = round(_LEFT + (place + 0.5) * step, 2), round(_y(value, top), 2)
        path.append(f"{'L' if is_down else 'M'}{x} {y}")
        dots.append((x, y, f"{labels[place]}: {one.name.lower()} {said(value)}"))
        is_down = True
    return Line(" ".join(path), one.tone, tuple(dots))


def _y(value: float, top: float) -> float:
    return _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - value / top)


def _largest(series: Sequence[Series]) -> float:
    return max((value for one in series for value in one.values if value is not None), default=0)


def _round_up(value: float) -> float:
    """A round even number not below it: there are no half tickets."""
    scale = 10.0 ** int(log10(max(value, 1)))
    return next(factor * scale for factor in (2, 4, 6, 8, 10) if factor * scale >= value)


def _ticks(top: float, said: Callable[[float | None], str]) -> tuple[tuple[float, str], ...]:
    return tuple((round(_y(value, top), 2), said(value)) for value in (0.0, top / 2, top))


def _marks(labels: Sequence[str], step: float) -> tuple[tuple[float, str], ...]:
    every = max(1, ceil(len(labels) / _LABELS))
    return tuple((round(_LEFT + (place + 0.5) * step, 2), labels[place]) for place in range(0, len(labels), every))
