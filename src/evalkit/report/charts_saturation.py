"""The chart of saturation: how many codes are found as interviews are read."""

from __future__ import annotations

import math
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon

from evalkit.report.claim_canvas import begin, rule, say, write
from evalkit.report.claim_findings import spell
from evalkit.report.style import INK, MUTE, RC, RULE, SUPPORT

_LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 46.0, 380.0, 26.0, 190.0, 236.0
_UNIT = "Different codes found: mean and middle 95% of random orders"


@mpl.rc_context(RC)
def plot_saturation(curve: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many codes are found as interviews are read, over random orders.

    `curve` is a table of `draw_saturation`: n_interviews, mean, low, high. Dots and
    numbers stand at one interview, three before the last, and the last.
    """
    means = [float(mean) for mean in curve["mean"]]
    n, most = len(means), max([*means, *curve["high"].dropna()], default=0.0)
    ax = begin(ax, _HEIGHT)
    step = _find_step(most, 4)
    scale = (_BOTTOM - _TOP) / max(most, step)
    xs = np.linspace(_LEFT + 8, _RIGHT - 8, n) if n > 1 else np.full(n, _LEFT + 8)
    _draw_grid(ax, most, step, scale)
    _name_interviews(ax, xs)
    if most:
        _draw_curve(ax, curve, xs, scale)
        for at in _choose(n):
            # The last number stands above, so that it never meets the one before it.
            _mark(ax, float(xs[at]), means[at], scale, above=at == n - 1)
    finding = _tell(means)
    return say(ax, finding, _UNIT, f"Line chart. {finding}.{_retell(curve, means)}")


def _choose(n: int) -> list[int]:
    """Choose the interviews that get a number: the first, n - 3 and the last."""
    return sorted({0, max(n - 4, 0), n - 1})


def _draw_grid(ax: Axes, most: float, step: int, scale: float) -> None:
    for at in range(0, max(math.floor(most), 0) + 1, step):
        y = _BOTTOM - at * scale
        rule(ax, [_LEFT, _RIGHT], [y, y], color=RULE if at else INK, lw=0.7)
        write(ax, _LEFT - 8, y, [str(at)], ha="right", color=MUTE)


def _name_interviews(ax: Axes, xs: np.ndarray[Any, Any]) -> None:
    n = len(xs)
    step = _find_step(n, 5)
    between = [at for at in range(step, n, step) if at > 1]
    named = [at for at in between if xs[at - 1] - xs[0] > 24 < xs[-1] - xs[at - 1]]
    for at in sorted({*named, min(n, 1), n} - {0}):
        write(ax, float(xs[at - 1]), _BOTTOM + 14, [str(at)], ha="center", color=MUTE)
    write(ax, _LEFT, _BOTTOM + 35, ["interviews read"], color=MUTE)


def _draw_curve(
    ax: Axes, curve: pd.DataFrame, xs: np.ndarray[Any, Any], scale: float
) -> None:
    ends = curve[["low", "high"]].to_numpy(dtype="float64")
    if len(xs) > 1 and not np.isnan(ends).any():
        there, back = (np.column_stack([xs, _BOTTOM - end * scale]) for end in ends.T)
        outline = np.concatenate([there, back[::-1]])
        ax.add_patch(Polygon(outline, fc=SUPPORT, alpha=0.16, lw=0, zorder=1))
    ys = _BOTTOM - curve["mean"].to_numpy(dtype="float64") * scale
    rule(ax, xs.tolist(), ys.tolist(), color=SUPPORT, lw=1.8, zorder=2)


def _mark(ax: Axes, x: float, mean: float, scale: float, *, above: bool) -> None:
    y = _BOTTOM - mean * scale
    ax.add_patch(Circle((x, y), 4, fc=SUPPORT, lw=0, zorder=3, clip_on=False))
    first = x < _LEFT + 9
    down, right = (-14.0, 0.0) if above else (17.0, -2.0 if first else 0.0)
    if (
        not above and y + 28 > _BOTTOM
    ):  # no room below: beside the dot, clear of the line
        down, right = min(4.0, _BOTTOM - y - 9), 16.0
    ha = "left" if first or right > 0 else "center"
    write(ax, x + right, y + down, [_number(mean)], ha=ha, size=13.5, weight="bold")


def _find_step(most: float, n: int) -> int:
    """Find a round step that leads to `most` in about n steps.

    >>> [_find_step(most, 4) for most in (1, 9, 46, 300)]
    [1, 2, 10, 100]
    """
    least = max(most / (n + 1), 1)
    power = 10 ** math.floor(math.log10(least))
    return next(int(k * power) for k in (1, 2, 5, 10) if k * power >= least)


def _number(mean: float) -> str:
    """Write a mean with one decimal, unless it is whole.

    >>> _number(43.16), _number(43.98), _number(44.0)
    ('43.2', '44.0', '44')
    """
    return f"{mean:.0f}" if mean == round(mean) else f"{mean:.1f}"


def _tell(means: list[float]) -> str:
    """Say the finding."""
    if not means:
        return "No interview is read yet"
    if not means[-1]:
        return "Nothing is coded yet"
    n = len(means)
    if n == 1:
        return f"One interview brings {_count(means[0])}"
    before = min(n - 1, 3)
    some = f"The last {spell(before)} interviews add"
    if before == 1:
        some = "The second interview adds"
    added = means[-1] - means[-1 - before]
    if added == 0:
        return f"{some} no new code in any order drawn"
    amount = "fewer than 0.1 codes" if added < 0.05 else _count(added)
    return f"{some} {amount} on average"


def _count(codes: float) -> str:
    number = _number(codes)
    return f"{number} code{'' if number == '1' else 's'}"


def _retell(curve: pd.DataFrame, means: list[float]) -> str:
    """Say in the alternative text what the dots and the band show."""
    if not means or not means[-1]:
        return ""
    said = [
        f"{_number(means[at])} after {spell(at + 1)}" for at in _choose(len(means))[1:]
    ]
    one = f"{_number(means[0])} after one interview"
    if not said:
        return f" {_count(means[0])} after one interview."
    text = f" The number of different codes found goes from {one}"
    text += f" to {' and '.join(said)}."
    first = curve.iloc[0]
    if pd.isna(first["low"]):
        return text
    low, high = _number(float(first["low"])), _number(float(first["high"]))
    return (
        f"{text} In the middle 95% of orders the first interview has {low} to {high}."
    )
