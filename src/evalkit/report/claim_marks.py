"""The marks of claim charts: squares, bars and shapes that stand for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle, Patch, Polygon, Rectangle, Wedge

from evalkit.report.claim_canvas import rule, write
from evalkit.report.claim_counts import AGAINST, LOOKS, SUPPORTS, Look, Row
from evalkit.report.style import (
    INK,
    MUTE,
    PAPER,
)

SQUARES = 12  # a side of the axis; more people are a plain bar


def draw_squares(ax: Axes, row: Row, axis: float, middle: float, step: float) -> None:
    """Draw one square a person, the count in the square nearest the axis."""
    height = min(29.0, max(step - 2, 24))
    y = middle - height / 2
    fill_squares(ax, LOOKS[SUPPORTS], row.counts[SUPPORTS], axis + 1, y, step, height)
    x = axis + 1
    for direction in AGAINST:
        n = row.counts[direction]
        x -= n * step
        fill_squares(ax, LOOKS[direction], n, x, y, step, height)
        if n:
            _number(ax, direction, n, x + n * step - 1, middle, step, towards=-1)
    if row.counts[SUPPORTS]:
        _number(ax, SUPPORTS, row.counts[SUPPORTS], axis + 1, middle, step, towards=1)


def _number(
    ax: Axes,
    direction: str,
    n: int,
    edge: float,
    middle: float,
    step: float,
    *,
    towards: int,
) -> None:
    """Write a count into the square at `edge`, or over two where it needs the room."""
    look = LOOKS[direction]
    size = 14 if step > 20 else 12
    wide = size * 0.75 * len(str(n))
    room = max(ceil(wide / step), 1) * step - (2 if step > 12 else 1.1)
    x = edge + towards * room / 2
    if look.hatch and step > 24 and n < 10:
        ax.add_artist(Circle((x, middle), 9.5, fc=PAPER, lw=0, clip_on=False, zorder=2))
    elif look.hatch:
        _plate(ax, PAPER, x - room / 2 + 1.4, middle - 7.5, room - 2.8, 15)
    elif wide > step:
        _plate(ax, look.fill, x - wide / 2, middle - 7.5, wide, 15)
    style: dict[str, Any] = {"size": size, "color": look.number, "weight": "bold"}
    write(ax, x, middle, [str(n)], ha="center", **style)


def draw_bars(ax: Axes, row: Row, axis: float, middle: float, step: float) -> None:
    """Draw a bar a direction, with its count inside or, where it is thin, beside."""
    height, beside = 22.0, []
    y = middle - height / 2
    x = axis
    for direction in AGAINST:
        n, look = row.counts[direction], LOOKS[direction]
        if not n:
            continue
        x -= n * step
        fill(ax, look, x, y, max(n * step - 1, 1), height)
        wide = 8.4 * len(str(n))
        if n * step < wide + 6:
            beside.append(direction)
            continue
        if look.hatch:
            _plate(ax, PAPER, x + n * step - 4 - wide, middle - 7.5, wide + 1, 15)
        _count(ax, look.number, n, x + n * step - 4, middle, ha="right")
    for direction in reversed(beside):  # outwards, in the order of the bars
        n, look = row.counts[direction], LOOKS[direction]
        _count(ax, look.words, n, x - 4, middle, ha="right")
        x -= 8.4 * len(str(n)) + 5
    if n := row.counts[SUPPORTS]:
        look = LOOKS[SUPPORTS]
        fill(ax, look, axis + 1, y, max(n * step - 1, 1), height)
        if n * step < 8.4 * len(str(n)) + 6:
            _count(ax, look.words, n, axis + n * step + 4, middle, ha="left")
        else:
            _count(ax, look.number, n, axis + 5, middle, ha="left")


def _count(ax: Axes, color: str, n: int, x: float, y: float, *, ha: str) -> None:
    write(ax, x, y, [str(n)], ha=ha, color=color, weight="bold")


def draw_spark(ax: Axes, row: Row, axis: float, middle: float, step: float) -> None:
    """Draw a row of an overview: the same squares, small, without numbers."""
    height = min(10.0, max(step, 8))
    y, x = middle - height / 2, axis - 1
    draw = fill_squares if step >= 4 else _fill_bar
    draw(ax, LOOKS[SUPPORTS], row.counts[SUPPORTS], axis + 1, y, step, height)
    for direction in AGAINST:
        n = row.counts[direction]
        x -= n * step
        draw(ax, LOOKS[direction], n, x, y, step, height)
    rule(ax, [axis - 0.5] * 2, [middle - 8, middle + 8], color=INK, lw=0.8)


def draw_cell(
    ax: Axes,
    counts: Mapping[str, int],
    shown: Sequence[str],
    x: float,
    middle: float,
    width: float,
    flat: bool,
) -> None:
    """Draw a numbered square a direction, each always in its own place of the cell."""
    if not any(counts[each] for each in shown):
        write(ax, x + width / 2, middle, ["–"], ha="center", color=MUTE)
        return
    order = [*reversed(shown)] if flat else [*shown]
    for at, direction in enumerate(order):
        n, look = counts[direction], LOOKS[direction]
        if not n:
            continue
        along = (at - (len(order) - 1) / 2) * (16 if flat else 19)
        left = x + width / 2 - 7.5 + (along if flat else 0)
        y = middle - 8.5 + (0 if flat else along)
        fill(ax, look, left, y, 15, 17)
        if look.hatch:  # the hatch is at its foot, or it would cross the number
            _plate(ax, PAPER, left + 1.4, y + 1.4, 12.2, 10.6)
        down = 7.5 if look.hatch else 8.5
        style: dict[str, Any] = {"size": 11.5 if n < 10 else 9.5, "weight": "bold"}
        centre = (left + 7.5, y + down)
        write(ax, *centre, [str(n)], ha="center", color=look.number, **style)


def draw_mark(ax: Axes, strength: str, x: float, y: float) -> None:
    """Draw a strength's mark: how full it is says how strong, off the scale a shape."""
    line: dict[str, Any] = {"fc": "none", "ec": INK, "lw": 1.15, "clip_on": False}
    solid: dict[str, Any] = {"fc": INK, "ec": "none", "lw": 0, "clip_on": False}
    dashes = (0, (2.2, 1.4))
    ring = Circle((x, y), 6.2, **line)
    quarter, half = (180, 270), (90, 270)
    marks: dict[str, list[Patch]] = {
        "strong": [Circle((x, y), 7, **solid)],
        "moderate": [ring, Wedge((x, y), 6.2, *half, **solid)],
        "limited": [ring, Wedge((x, y), 6.2, *quarter, **solid)],
        "single source": [ring, Circle((x, y), 2.2, **solid)],
        "contested": [
            Polygon([(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)], **line),
            Polygon([(x, y - 7), (x, y + 7), (x - 7, y)], **solid),
        ],
        "unsupported": [ring],
        "no evidence": [Circle((x, y), 6.2, ls=dashes, **line)],
        "open question": [Rectangle((x - 6.5, y - 6.5), 13, 13, ls=dashes, **line)],
    }
    for patch in marks[strength]:
        ax.add_artist(patch)
    if strength == "open question":
        write(ax, x, y, ["?"], ha="center", size=11, weight="bold")


def fill(ax: Axes, look: Look, x: float, y: float, width: float, height: float) -> None:
    """Draw a rectangle of a direction; an edge is drawn inside it."""
    inset = 0.7 if look.edge != "none" else 0.0
    ax.add_artist(
        Rectangle(
            (x + inset, y + inset),
            max(width - 2 * inset, 0.1),
            height - 2 * inset,
            fc=look.fill,
            ec=look.edge,
            hatch=look.hatch * (3 if height > 16.9 and width > 20 else 5) or None,
            lw=1.0 if inset else 0,
            ls=(0, (2.2, 2.2)) if look.dashed else "-",
            clip_on=False,
        )
    )


def fill_squares(
    ax: Axes, look: Look, n: int, x: float, y: float, step: float, height: float
) -> None:
    """Fill a square for each person, from left to right."""
    gap = 2.0 if step > 12 else 1.1
    for at in range(n):
        fill(ax, look, x + at * step, y, step - gap, height)


def _fill_bar(
    ax: Axes, look: Look, n: int, x: float, y: float, step: float, height: float
) -> None:
    if n:
        fill(ax, look, x, y, max(n * step - 1, 1), height)


def _plate(
    ax: Axes, color: str, x: float, y: float, width: float, height: float
) -> None:
    ax.add_artist(
        Rectangle((x, y), width, height, fc=color, lw=0, clip_on=False, zorder=2)
    )
