"""Every text can be read on every ground it stands on, light and dark: WCAG 2.2, computed from tokens.css."""

import math
import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "web/static/css"
COLOUR = r"oklch\((?P<{0}l>[\d.]+)% (?P<{0}c>[\d.]+) (?P<{0}h>[\d.]+)\)"
PAIR = re.compile(rf"--(?P<name>[\w-]+): light-dark\({COLOUR.format('a')}, {COLOUR.format('b')}\);")
HUE = re.compile(r"\.hue-\d+ \{ --hue: (\d+); \}")

GROUNDS = ("ground", "surface", "raised", "hover", "picked", "mine")
WRITTEN = {  # which text stands on which ground
    "ink": (*GROUNDS, "note"),
    "ink2": (*GROUNDS, "note"),
    "ink3": GROUNDS,
    "accent": (*GROUNDS, "note"),
    "accent-in": ("accent",),
    "note-ink": ("note",),
    "bad": ("surface", "ground", "bad-weak"),
    "warn": ("surface", "picked", "hover", "warn-weak"),
    "good": ("surface", "good-weak"),
    "surface": ("good",),
}
INK, TEXT, EDGE = 10.6, 5.0, 3.1

Lch = tuple[float, float, float]


def _tokens() -> dict[str, tuple[Lch, Lch]]:
    found = {}
    for match in PAIR.finditer((CSS / "tokens.css").read_text()):
        light, dark = (
            (float(match[side + "l"]) / 100, float(match[side + "c"]), float(match[side + "h"])) for side in "ab"
        )
        found[match["name"]] = (light, dark)
    return found


def _luminance(colour: Lch) -> float:
    """OKLCH to relative luminance, by way of linear sRGB clipped to its gamut."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    clipped = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), clipped, strict=True))


def _contrast(one: Lch, other: Lch) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _worst(text: str, grounds: tuple[str, ...]) -> float:
    tokens = _tokens()
    return min(_contrast(tokens[text][side], tokens[ground][side]) for ground in grounds for side in (0, 1))


def test_the_formula_knows_black_and_white() -> None:
    assert _contrast((0, 0, 0), (1, 0, 0)) == pytest.approx(21, abs=0.01)
    assert _contrast((0.5, 0, 0), (0.5, 0, 0)) == 1


def test_all_colours_were_read() -> None:
    assert len(_tokens()) == 22


@pytest.mark.parametrize("text", WRITTEN)
def test_text_can_be_read_on_its_grounds(text: str) -> None:
    assert _worst(text, WRITTEN[text]) >= (INK if text == "ink" else TEXT)


def test_the_edge_of_a_field_can_be_seen() -> None:
    assert _worst("edge", ("surface", "ground", "raised")) >= EDGE


def test_initials_can_be_read_on_every_hue() -> None:
    hues = [float(hue) for hue in HUE.findall((CSS / "parts/avatar.css").read_text())]
    assert len(hues) == 12
    for hue in hues:
        assert _contrast((0.40, 0.07, hue), (0.93, 0.03, hue)) >= TEXT
        assert _contrast((0.88, 0.04, hue), (0.35, 0.035, hue)) >= TEXT
