"""Charts of which codes come together: a network, and a heat map.

As in `charts`, a chart's title is its finding, its x label its unit, and its
alternative text the axes' label. Both draw twelve codes at most, those that meet in
most people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import dist, sqrt
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path

from evalkit.report.claim_canvas import begin, say, wrap, write
from evalkit.report.code_pairs import CodePairs, say_people
from evalkit.report.style import (
    INK,
    MUTE,
    ON_SUPPORT,
    PAPER,
    RC,
    RULE,
    SHADES,
    SUPPORT,
    WIDTH,
)

_BULGE = 80.0  # units from the middle of the network to its widest
_CIRCLE = 12.0  # and of the radius of its largest circle
_ROOM = 100.0  # and to the side of it, for a name
_SIZE = 11.5  # of a name
_Point = tuple[float, float]


@mpl.rc_context(RC)
def plot_code_network(
    counts: pd.DataFrame,
    *,
    names: Mapping[str, str] | pd.DataFrame,
    ax: Axes | None = None,
) -> Axes:
    """Draw codes as circles, with a line between two that come together.

    `counts`: `count_pairs(…)`; a line is as wide as people are many, and the strongest
    say how many. `names`: the name of each code_id, or `count_codes(…)` with names,
    whose people then size the circles. Codes that meet often stand near each other.
    """
    codes = CodePairs.read(counts, names)
    lines = {code: wrap(name, _ROOM, _SIZE, 3) for code, name in codes.names.items()}
    n_lines = max(map(len, lines.values()), default=1) + bool(codes.people)
    places = _arrange(codes, max(n_lines * 1.25 * _SIZE + 8, 52.0))
    height = max((y for _, y in places.values()), default=0.0) + 24 + 7 * n_lines
    ax = begin(ax, height)
    top = max(codes.pairs.values(), default=1)
    leading = codes.lead()
    curves = {
        (a, b): _bend(places[a], places[b], (WIDTH / 2, height / 2))
        for a, b in codes.pairs
    }
    for pair, n in reversed(codes.pairs.items()):
        color, alpha = (SUPPORT, 0.75) if pair in leading else (MUTE, 0.3)
        path = Path(curves[pair], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
        wide = n * min(1.6, 8.0 / top)
        ax.add_patch(PathPatch(path, fc="none", ec=color, lw=wide, alpha=alpha))
    most = max(codes.people.values(), default=1)
    for code, (x, y) in places.items():
        n = codes.people.get(code, 0)
        radius = max(_CIRCLE * sqrt(n / most), 2.5) if n else _CIRCLE / 2
        ax.add_patch(Circle((x, y), radius, fc=SUPPORT, ec=PAPER, lw=1.2, zorder=3))
        side, ha = (1, "left") if x >= WIDTH / 2 else (-1, "right")
        beside = x + side * (_CIRCLE + 5)
        write(ax, beside, y - 7.2 * bool(n), lines[code], ha=ha, size=_SIZE)
        if n:
            below = y + 7.2 * len(lines[code])
            write(ax, beside, below, [say_people(n)], ha=ha, size=10.5, color=MUTE)
    taken = list(places.values())
    for pair in leading:
        taken.append(_find_free(curves[pair], taken))
        ax.add_patch(Circle(taken[-1], 8.5, fc=PAPER, lw=0, zorder=3))
        write(ax, *taken[-1], [str(codes.pairs[pair])], ha="center", weight="bold")
    unit = "Line: people who bring both codes together"
    if codes.people:
        unit += "; circle: people who speak to the code"
    return _say(ax, codes, unit, "Network of codes")


@mpl.rc_context(RC)
def plot_code_matrix(
    counts: pd.DataFrame,
    *,
    names: Mapping[str, str] | pd.DataFrame,
    ax: Axes | None = None,
) -> Axes:
    """Draw codes against codes, in each cell how many people bring both together.

    `counts` and `names` as in `plot_code_network`. A code's name stands at the end of
    its row, which is the top of its column; before it, all who speak to the code.
    """
    codes = CodePairs.read(counts, names)
    width = min(252.0 / max(len(codes.names), 1), 40.0)
    lines = {
        code: wrap(name, WIDTH - (row + 1) * width - 6, 12, 3)
        for row, (code, name) in enumerate(codes.names.items())
    }
    heights = {code: max(28.0, 15.0 * len(each) + 6) for code, each in lines.items()}
    ax = begin(ax, sum(heights.values(), 4.0))
    top, y = max(codes.pairs.values(), default=1), 2.0
    order = list(codes.names)
    for row, code in enumerate(order):
        middle = y + heights[code] / 2
        for column, other in enumerate(order[:row]):
            n = codes.pairs.get((min(code, other), max(code, other)), 0)
            shade = next(s for share, s in SHADES.items() if n / top <= share)
            cell = (column * width + 1, y + 1), width - 2, heights[code] - 2
            look: dict[str, Any] = {"fc": "none", "ec": RULE}
            if n:
                look = {"fc": SUPPORT, "alpha": shade, "lw": 0}
            ax.add_patch(Rectangle(*cell, **look))
            ink = ON_SUPPORT if shade > 0.5 else INK if n else MUTE
            x = (column + 0.5) * width
            write(ax, x, middle, [str(n)], ha="center", color=ink, size=11.5)
        if code in codes.people:
            x, said = (row + 0.5) * width, [str(codes.people[code])]
            write(ax, x, middle, said, ha="center", color=MUTE, size=11.5)
        write(ax, (row + 1) * width + 6, middle, lines[code])
        y += heights[code]
    unit = "People who bring both codes together"
    if codes.people:
        unit += "; before a name, all who speak to the code"
    return _say(ax, codes, unit, "Heat map")


def _say(ax: Axes, codes: CodePairs, unit: str, kind: str) -> Axes:
    finding = codes.tell()
    if codes.n_left:
        are = "codes are" if codes.n_left > 1 else "code is"
        unit += f"; {codes.n_left} more {are} left out"
    return say(ax, finding, unit, f"{kind}. {finding}. {codes.list_numbers()}.")


def _arrange(codes: CodePairs, pitch: float) -> dict[str, _Point]:
    """Place codes on an oval so that the lines of most people are short."""
    order = list(codes.names)
    slots = _cut_oval(len(order), pitch)

    def stretch() -> float:
        at = dict(zip(order, slots, strict=True))
        return sum(n * dist(at[a], at[b]) for (a, b), n in codes.pairs.items())

    best, before = stretch(), float("inf")
    while best < before - 1e-6:
        before = best
        for i, j in combinations(range(len(order)), 2):
            order[i], order[j] = order[j], order[i]
            if (tried := stretch()) < best - 1e-6:
                best = tried
            else:
                order[i], order[j] = order[j], order[i]
    return dict(zip(order, slots, strict=True))


def _cut_oval(n: int, pitch: float) -> list[_Point]:
    """Give places down the right side and up the left, each a pitch from the next."""
    if n == 1:
        return [(WIDTH / 2, pitch / 2)]
    height = max((n + 1) // 2 * pitch, 50.0 * min(n - 1, 4))
    places = []
    for side, n_here in ((1, (n + 1) // 2), (-1, n // 2)):
        for at in range(n_here)[::side]:
            down = (at + 0.5) / n_here
            across = side * _BULGE * sqrt(1 - 0.85 * (2 * down - 1) ** 2)
            places.append((WIDTH / 2 + across, down * height))
    return places


def _bend(start: _Point, end: _Point, middle: _Point) -> list[_Point]:
    """Bend a line towards the middle, away from the circles that it passes."""
    x, y = ((a + b) / 2 for a, b in zip(start, end, strict=True))
    pull = 0.8 * max(1 - 60 / dist(start, end), 0.0)
    return [start, (x + pull * (middle[0] - x), y + pull * (middle[1] - y)), end]


def _find_free(curve: Sequence[_Point], taken: Sequence[_Point]) -> _Point:
    """Find the place on a curve that is farthest from what stands there, if crowded."""
    places: list[tuple[float, int, _Point]] = []
    for t in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74):
        weights = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
        x, y = (
            sum(
                weight * point[axis]
                for weight, point in zip(weights, curve, strict=True)
            )
            for axis in (0, 1)
        )
        room = min(dist((x, y), each) for each in taken)
        places.append((min(room, 20.0), -len(places), (x, y)))
    return max(places)[2]
