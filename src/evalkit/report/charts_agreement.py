"""A chart of agreement: each code's alpha, how sure it is, and what others ask for."""

from __future__ import annotations

import math

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from evalkit.analysis.agreement import RELIABLE, TENTATIVE
from evalkit.report.claim_canvas import begin, rule, say, wrap, write
from evalkit.report.style import MUTE, PAPER, RC, RULE, RULE_STRONG, SUPPORT
from evalkit.tables import list_rows

_ROW, _LABELS, _RIGHT, _TOP = 23, 150, 352, 26
_SIZE = 13


@mpl.rc_context(RC)
def plot_agreement(measured: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw alpha with its interval, a row a code, the best agreed on first.

    `measured` has name, alpha, alpha_low, alpha_high and reason, a row a code or theme,
    as `measure_by_code` with names. Rows without alpha are told, not drawn.
    """
    rows = measured[measured["alpha"].notna()]
    rows = rows.sort_values(["alpha", "name"], ascending=[False, True])
    lowest = float(rows[["alpha", "alpha_low"]].min().min()) if len(rows) else 0.0
    least = min(0.0, math.floor(5 * lowest) / 5)
    names = [wrap(str(name), _LABELS - 10, _SIZE, 2) for name in rows["name"]]
    heights = [_ROW if len(name) == 1 else _ROW + 12 for name in names]
    bottom = _TOP + sum(heights)
    ax = begin(ax, bottom + 24)

    def place(value: float) -> float:
        """A place on the scale; an interval that begins below it is cut there."""
        share = (max(value, least) - least) / (1 - least)
        return _LABELS + (_RIGHT - _LABELS) * share

    if rows.empty:
        write(ax, 0, bottom, ["nothing to draw"], size=_SIZE)
        return say(ax, *_say_nothing(measured))
    for fifth in range(round(5 * least), 6):
        tick = fifth / 5
        rule(ax, [place(tick)] * 2, [_TOP - 4, bottom], color=RULE, lw=0.72)
        words = f"{tick:.1f}".replace("0.", ".")
        write(ax, place(tick), bottom + 13, [words], ha="center", size=12, color=MUTE)
    for bound in (TENTATIVE, RELIABLE):
        x = [place(bound)] * 2
        rule(ax, x, [_TOP - 6, bottom], color=RULE_STRONG, lw=1.1, zorder=1)
        side, nudge = ("right", 2) if bound == TENTATIVE else ("left", -2)
        words = print_alpha(bound)
        write(ax, x[0] + nudge, 11, [words], ha=side, size=12, color=MUTE)
    y = float(_TOP)
    for row, name, height in zip(list_rows(rows), names, heights, strict=True):
        y += height / 2
        write(ax, 0, y, name, size=_SIZE)
        is_sure = not math.isnan(row["alpha_low"])
        if is_sure:
            ends = [place(row["alpha_low"]), place(row["alpha_high"])]
            rule(ax, ends, [y, y], color=SUPPORT, lw=1.5, zorder=2)
        look = {"fc": SUPPORT if is_sure else PAPER, "ec": SUPPORT, "lw": 1.1}
        ax.add_patch(Circle((place(row["alpha"]), y), 4, zorder=3, **look))
        words = print_alpha(row["alpha"])
        write(ax, 398, y, [words], ha="right", size=_SIZE, weight="bold")
        y += height / 2
    n_left = len(measured) - len(rows)
    left = f"; {n_left} undefined, not drawn" if n_left else ""
    hollow = "; a ring: no interval" if rows["alpha_low"].isna().any() else ""
    unit = (
        "Krippendorff’s alpha, with the middle 95 % of draws of documents; lines at "
        f".667 and .800, the bounds in use{hollow}{left}"
    )
    finding = _find(rows)
    told = "; ".join(_tell(row) for row in list_rows(rows))
    return say(ax, finding, unit, f"Dot plot with intervals. {finding}. {told}.")


def _say_nothing(measured: pd.DataFrame) -> tuple[str, str, str]:
    reasons = "; ".join(sorted({*measured["reason"]} - {""}))
    finding = "Agreement cannot be measured"
    why = reasons or "no two people coded the same"
    return finding, why, f"{finding}: {why}."


def _find(rows: pd.DataFrame) -> str:
    n = len(rows)
    n_reach = int(rows["alpha"].round(3).ge(RELIABLE).sum())
    last = rows.iloc[-1]
    if n == 1:
        return f"“{last['name']}”: alpha {print_alpha(last['alpha'])}"
    reach = {0: "None", n: "All"}.get(n_reach, str(n_reach))
    said = f"{reach} of {n} reach alpha .800" if n_reach < n else f"All {n} reach .800"
    return (
        f"{said}; coders agree least on “{last['name']}” ({print_alpha(last['alpha'])})"
    )


def _tell(row: dict[str, float]) -> str:
    ends = (
        ", no interval"
        if math.isnan(row["alpha_low"])
        else f", {print_alpha(row['alpha_low'])} to {print_alpha(row['alpha_high'])}"
    )
    return f"{row['name']}: {print_alpha(row['alpha'])}{ends}"


def print_alpha(value: float) -> str:
    """Print a coefficient as its field does, never rounding up to 1.

    >>> [print_alpha(each) for each in (0.6666, 1.0, 0.9999, -0.0004, -0.2)]
    ['.667', '1.000', '.999', '.000', '-.200']
    """
    shown = min(value, 0.999) if value < 1 else value
    return f"{shown:.3f}".replace("-0.000", "0.000").replace("0.", ".", 1)
