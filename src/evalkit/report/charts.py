"""Charts of themes: each draws on the axes it is given and says its finding.

A chart's title is its finding, its x label the unit it counts in, and its alternative
text is the axes' label (`ax.get_label()`).
"""

from __future__ import annotations

import textwrap
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from evalkit.report.style import (
    INK,
    MUTE,
    ON_SUPPORT,
    PAPER,
    RC,
    RULE,
    SHADES,
    SUPPORT,
    UNIT,
    WIDTH,
)

_ROW = 34  # units a row takes
_LINE = 15  # units a line of text takes
_LETTER = 6.7  # units a letter takes, at most
_LABELS = 158  # units to the left of the marks


def plot_themes_by_group(
    counts: pd.DataFrame, *, by: str = "report_group", ax: Axes | None = None
) -> Axes:
    """Draw themes against groups as a heat map, the number of people in each cell.

    `counts`: `count_codes(…, by=by)` with names; the shade is the share of the group.
    """
    table = counts.pivot_table(
        index="name", columns=by, values="n_respondents", fill_value=0, sort=False
    ).astype("int64")
    table = table.loc[
        table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    ]
    sizes = counts.groupby(by)["n_people"].first().reindex(table.columns)
    width = min((WIDTH - _LABELS) / max(len(table.columns), 1), 90)
    heads = [textwrap.wrap(str(group), int(width / _LETTER)) for group in table.columns]
    n_lines = max((len(head) for head in heads), default=0)
    ax = _begin(ax, rows=len(table), head=_LINE * (n_lines + 1) + 8)
    for column, (group, head) in enumerate(zip(table.columns, heads, strict=True)):
        x = _LABELS + column * width
        middle = x + width / 2
        size = sizes[group]
        above = -_LINE * (len(head) + 1) / 2 - _LINE / 2 - 4
        _write(ax, middle, above, head, ha="center", size=8)
        _write(ax, middle, -_LINE / 2 - 2, [f"of {size}"], ha="center", color=MUTE)
        for row, n in enumerate(table[group]):
            shade = next(s for share, s in SHADES.items() if n / size <= share)
            y = row * _ROW
            ax.add_patch(
                Rectangle(
                    (x + 1, y + 1), width - 2, _ROW - 2, fc=SUPPORT, alpha=shade, lw=0
                )
                if shade
                else Rectangle((x + 1, y + 1), width - 2, _ROW - 2, fc="none", ec=RULE)
            )
            ink = ON_SUPPORT if shade > 0.5 else INK
            _write(ax, middle, y + _ROW / 2, [str(n)], ha="center", color=ink)
    _name_rows(ax, table.index)
    finding = _compare_groups(table) or _find_widespread(
        table.sum(axis=1), int(sizes.sum())
    )
    rows = "; ".join(
        f"{name}: "
        + ", ".join(
            f"{n} of {size} {group}"
            for group, size, n in zip(table.columns, sizes, row, strict=True)
        )
        for name, row in zip(table.index, table.to_numpy(), strict=True)
    )
    unit = "People who speak to the theme, of the people in the group; each counts once"
    return _say(ax, finding, unit, f"Heat map. {finding}. {rows}.")


def plot_theme_frequency(counts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many people speak to each theme, as bars with the number at their end.

    `counts`: `count_codes(…)` with names, drawn in its order.
    """
    n_people = int(counts["n_people"].max()) if len(counts) else 0
    ax = _begin(ax, rows=len(counts), head=6)
    whole = WIDTH - _LABELS - 52
    for row, (n, n_codings) in enumerate(
        zip(counts["n_respondents"], counts["n_codings"], strict=True)
    ):
        length = whole * n / max(n_people, 1)
        y = row * _ROW
        ax.add_patch(Rectangle((_LABELS, y + 8), length, _ROW - 16, fc=SUPPORT, lw=0))
        x = _LABELS + length + 6
        _write(ax, x, y + _ROW / 2, [str(n)], ha="left", weight="bold")
        _write(ax, WIDTH, y + _ROW / 2, [f"{n_codings}"], ha="right", color=MUTE)
    ax.plot([_LABELS, _LABELS], [2, len(counts) * _ROW - 2], color=INK, lw=1)
    _name_rows(ax, counts["name"])
    per_theme = pd.Series(counts["n_respondents"].to_numpy(), index=counts["name"])
    finding = _find_widespread(per_theme, n_people)
    rows = "; ".join(f"{name}: {n}" for name, n in per_theme.items())
    unit = f"People who speak to the theme, of {n_people}; at the right, codings"
    return _say(ax, finding, unit, f"Bar chart. {finding}. {rows}.")


def plot_course(
    course: pd.DataFrame, *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw which theme comes where in one interview, from its first word to its last.

    `course`: the rows of `find_course` of one document, with names. `title` names it.
    """
    order = course.groupby("name")["begins"].min().sort_values(kind="stable")
    ax = _begin(ax, rows=len(order), head=28)
    whole = WIDTH - _LABELS
    for row, name in enumerate(order.index):
        y = row * _ROW
        ax.plot([_LABELS, WIDTH], [y + _ROW / 2] * 2, color=RULE, lw=1, zorder=0)
        for begins, ends in course.loc[
            course["name"].eq(name), ["begins", "ends"]
        ].itertuples(index=False):
            length = max(whole * (ends - begins), 2.5)
            x = _LABELS + whole * begins
            ax.add_patch(
                Rectangle((x, y + 8), length, _ROW - 16, fc=SUPPORT, ec=PAPER, lw=0.6)
            )
    for x, label, side in ((_LABELS, "start", "left"), (WIDTH, "end", "right")):
        _write(ax, x, -10, [label], ha=side, color=MUTE)
    _name_rows(ax, order.index)
    extent = (course["ends"] - course["begins"]).groupby(course["name"]).sum()
    finding = f"{title}: nothing is coded" if title else "Nothing is coded"
    if len(order):
        most, first = extent.sort_values(kind="stable").index[-1], order.index[0]
        head = f"{title} opens" if title else "The interview opens"
        finding = f"{head} on {_quote(first)} and dwells longest on {_quote(most)}"
        if most == first:
            finding = f"{head} and dwells longest on {_quote(first)}"
    rows = "; ".join(
        f"{name}: first at {begins:.0%} of the way, {extent[name]:.0%} of the words"
        for name, begins in zip(map(str, order.index), order, strict=True)
    )
    unit = "Coded turns on the way through the interview, by theme"
    return _say(ax, finding, unit, f"Timeline. {finding}. {rows}.")


def _begin(ax: Axes | None, *, rows: int, head: int) -> Axes:
    """Make axes where a unit is a unit, unless some are given; y runs downwards."""
    bottom = max(rows, 1) * _ROW
    if ax is None:
        with mpl.rc_context(RC):
            figure = plt.figure(figsize=(WIDTH / UNIT, (bottom + head) / UNIT))
            ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
            plt.close(figure)
    ax.set_xlim(0, WIDTH)
    ax.set_ylim(bottom, -head)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def _name_rows(ax: Axes, names: pd.Index | pd.Series) -> None:
    letters = int((_LABELS - 10) / _LETTER)
    for row, name in enumerate(names):
        lines = textwrap.wrap(str(name), letters)
        if len(lines) > 2:
            rest = textwrap.shorten(" ".join(lines[1:]), letters, placeholder="…")
            lines = [lines[0], rest]
        _write(ax, _LABELS - 8, row * _ROW + _ROW / 2, lines, ha="right")


def _write(
    ax: Axes, x: float, y: float, lines: list[str], *, ha: str, **style: Any
) -> None:
    """Write lines around a middle, each a text of its own: the page sets the font."""
    style = {"color": INK, "size": 8.7, **style}
    for at, line in enumerate(lines):
        down = (at - (len(lines) - 1) / 2) * _LINE
        ax.text(
            x, y + down, line, ha=ha, va="center_baseline", parse_math=False, **style
        )


def _compare_groups(table: pd.DataFrame) -> str:
    """Say which themes every group raises, and one that a single group does."""
    n_groups = table.gt(0).sum(axis=1)
    shared = int(n_groups.eq(len(table.columns)).sum())
    if len(table.columns) < 2 or not n_groups.max():
        return ""
    finding = f"{shared} of {len(table)} themes are raised in every group"
    alone = n_groups.index[n_groups.eq(1)]
    if len(alone):
        group = table.columns[table.loc[alone[0]].gt(0)][0]
        finding += f"; {_quote(str(alone[0]))} only by {group}"
    return finding


def _find_widespread(per_theme: pd.Series, n_people: int) -> str:
    """Say the finding of a chart of themes."""
    if per_theme.empty or not per_theme.max():
        return "Nothing is coded yet"
    n_all = int(per_theme.eq(n_people).sum())
    if n_all > 1:
        return f"{n_all} of {len(per_theme)} themes are raised by all {n_people} people"
    n = int(per_theme.max())
    top = [str(name) for name in per_theme.index[per_theme.eq(n)]]
    who = f"all {n_people} people" if n == n_people else f"{n} of {n_people} people"
    if len(top) > 2:
        return f"{len(top)} of {len(per_theme)} themes lead, each raised by {who}"
    named = " and ".join(_quote(name) for name in top)
    return f"{named} {'leads' if len(top) == 1 else 'lead'}: {who}"


def _quote(name: str) -> str:
    return f"“{name}”"


def _say(ax: Axes, finding: str, unit: str, alt: str) -> Axes:
    with mpl.rc_context(RC):
        ax.set_title(finding)
        ax.set_xlabel(unit)
    ax.set_label(alt)
    return ax
