"""A chart's axes where a unit is a unit, and words that fit on them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.lines import Line2D

from evalkit.report.style import (
    INK,
    UNIT,
    WIDTH,
)


def begin(ax: Axes | None, height: float) -> Axes:
    """Make axes so many units high, unless some are given; y runs downwards."""
    if ax is None:
        drawing = Figure(figsize=(WIDTH / UNIT, height / UNIT))
        ax = drawing.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set_xlim(0, WIDTH)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    return ax


def say(ax: Axes, finding: str, unit: str, alt: str) -> Axes:
    """Give axes their finding, unit and alternative text."""
    ax.set_title(finding)
    ax.set_xlabel(unit)
    ax.set_label(alt)
    return ax


def rule(
    ax: Axes,
    x: Sequence[float],
    y: Sequence[float],
    *,
    color: str,
    lw: float,
    zorder: float = 0,
) -> None:
    """Draw a line without a cap, in units."""
    style: dict[str, Any] = {"color": color, "lw": lw, "zorder": zorder}
    ax.add_artist(Line2D(x, y, solid_capstyle="butt", clip_on=False, **style))


def write(
    ax: Axes,
    x: float,
    y: float,
    lines: Sequence[str],
    *,
    ha: str = "left",
    size: float = 12,
    turn: float = 0,
    **style: Any,
) -> None:
    """Write lines around a middle, each a text of its own: the page sets the font."""
    style = {"color": INK, "parse_math": False, "zorder": 4, **style}
    if turn:
        style |= {"rotation": turn, "rotation_mode": "anchor"}
    for at, line in enumerate(lines):
        base = y + (at - (len(lines) - 1) / 2) * 1.25 * size
        if not turn:
            base += 0.36 * size
        ax.text(x, base, line, ha=ha, va="baseline", size=size * 0.72, **style)


def wrap(words: str, room: float, size: float, n_lines: int) -> list[str]:
    """Break words into lines that fit the room; what is left over becomes an ellipsis.

    >>> wrap("Campaign and project staff", 110, 13, 2)
    ['Campaign and', 'project staff']
    """
    lines = [""]
    for word in words.split():
        if lines[-1] and measure(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:  # mostly all of them; a long word is broken
            if measure(lines[-1] + letter, size) > room:
                lines.append("")
            lines[-1] += letter
    if len(lines) > n_lines:
        last = lines[n_lines - 1]
        while last and measure(f"{last}…", size) > room:
            last = last[:-1]
        lines = [*lines[: n_lines - 1], f"{last.rstrip()}…"]
    return lines


def measure(words: str, size: float) -> float:
    """Measure words in the font of the pictures, wider than that of the page."""
    return size * sum(_advance(letter) for letter in words)


@lru_cache(maxsize=4096)
def _advance(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    font = get_font(findfont("DejaVu Sans"))
    if not font.get_char_index(ord(letter)):
        return 0.7
    glyph = font.load_char(ord(letter), flags=LoadFlags.NO_SCALE)
    return float(glyph.horiAdvance / font.units_per_EM)
