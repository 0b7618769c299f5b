"""Charts of claims: how many people speak for and against, one square a person.

As in `charts`, a chart's title is its finding, its x label its unit, and its
alternative text the axes' label. Colour says the direction only; in grey, the side,
the hatch and the number say it too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product
from math import ceil
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Polygon, Rectangle, Wedge

from evalkit.report.style import (
    CONTRADICT,
    CONTRADICT_TEXT,
    INK,
    MUTE,
    ON_CONTRADICT,
    ON_SUPPORT,
    PAPER,
    QUALIFY,
    QUALIFY_TEXT,
    RC,
    RULE,
    RULE_STRONG,
    SUPPORT,
    UNIT,
    WIDTH,
)


@dataclass(frozen=True)
class _Look:
    """How a direction looks, and how it is said of one person and of several."""

    one: str
    many: str
    words: str  # its colour
    fill: str = "none"
    number: str = INK
    edge: str = "none"
    hatch: str = ""
    dashed: bool = False


SUPPORTS, QUALIFIES, MIXED, CONTRADICTS = DIRECTIONS = (
    *("supports", "qualifies", "mixed", "contradicts"),
)
_AGAINST = (QUALIFIES, MIXED, CONTRADICTS)  # from the axis outwards
_LOOKS = {
    SUPPORTS: _Look("supports", "support", SUPPORT, SUPPORT, ON_SUPPORT),
    QUALIFIES: _Look(*("qualifies", "qualify", QUALIFY_TEXT), edge=QUALIFY, hatch="/"),
    MIXED: _Look("says both", "say both", MUTE, edge=MUTE, hatch="x"),
    CONTRADICTS: _Look(
        *("contradicts", "contradict", CONTRADICT_TEXT, CONTRADICT, ON_CONTRADICT)
    ),
}
_BLANK = _Look("", "", MUTE, edge=RULE_STRONG, dashed=True)
_SILENT = _Look("", "", MUTE, edge=RULE_STRONG)
# What people answer to an open question, in order: how it looks and what it is called.
_ANSWERS = {
    SUPPORTS: (_LOOKS[SUPPORTS], "for"),
    QUALIFIES: (_LOOKS[QUALIFIES], "it depends"),
    MIXED: (_LOOKS[MIXED], "for and against"),
    CONTRADICTS: (_LOOKS[CONTRADICTS], "against"),
    "silent": (_SILENT, "asked, silent"),
    "not_asked": (_BLANK, "not asked"),
    "unknown": (_BLANK, "did not speak to it"),
}
STRENGTHS = (
    *("strong", "moderate", "limited", "single source", "contested"),
    *("unsupported", "no evidence", "open question"),
)
_NUMBERS = (
    *("nobody", "one", "two", "three", "four", "five", "six", "seven", "eight"),
    *("nine", "ten", "eleven", "twelve", "thirteen", "fourteen"),
)
_COLUMNS = {
    SUPPORTS: "For",
    QUALIFIES: "Partly",
    MIXED: "Both",
    CONTRADICTS: "Against",
}
_SQUARES = 12  # a side of the axis; more people are a plain bar


@mpl.rc_context(RC)
def plot_evidence(
    evidence: pd.DataFrame, *, finding: str = "", ax: Axes | None = None
) -> Axes:
    """Draw how many people of each group support, qualify or contradict one claim.

    `evidence` has one row a group: report_group, n_people, supports, qualifies, mixed,
    contradicts, drawn in its order. `finding` is written from the counts if not given;
    a group is named in it as it is written, in its row with a capital.
    """
    groups = [
        _Row.read(row, str(row["report_group"])) for row in evidence.to_dict("records")
    ]
    total = _add_up(groups)
    if not finding:
        backing = [group.name for group in groups if group.counts[SUPPORTS]]
        finding = _tell_claim(total, len(groups), len(backing), (*backing, "")[0])
    ax = _draw_groups(ax, groups, max((row.n_people or 0 for row in groups), default=0))
    said = " ".join(f"{_begin_name(row.name)}: {row.tell()}." for row in groups)
    alt = f"Diverging bar chart. {finding}. {said} In all {_list_counts(total)}."
    return _say(ax, finding, "People by group; each person counts once", alt)


@mpl.rc_context(RC)
def plot_totals(
    totals: Mapping[str, int],
    *,
    n_groups: int,
    n_groups_supporting: int,
    finding: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw one claim's evidence of all people, where groups are too small to show.

    `totals`: supports, qualifies, mixed, contradicts and, where known, n_people.
    """
    row = _Row.read(totals, "All people")
    groups = f"Groups with a supporter: {n_groups_supporting} of {n_groups}"
    finding = finding or _tell_claim(row.counts, n_groups, n_groups_supporting, "")
    ax = _draw_groups(ax, [row], 0, note=groups)
    alt = f"Diverging bar chart. {finding}. All people: {row.tell()}. {groups}."
    return _say(ax, finding, "All people; each person counts once", alt)


@mpl.rc_context(RC)
def plot_open_question(
    counts: Mapping[str, int], *, finding: str = "", ax: Axes | None = None
) -> Axes:
    """Draw what people answer to an open question, as a bar of squares.

    `counts` has people by answer: supports, qualifies, mixed, contradicts, silent (they
    were asked), not_asked, or unknown (who did not speak to it, where what was asked is
    not recorded). Above 40 people the bar is cut in shares instead.
    """
    unknown = {*counts} - {*_ANSWERS}
    if unknown:
        raise ValueError(f"unknown answers: {', '.join(sorted(unknown))}")
    answers = {each: int(counts.get(each, 0)) for each in _ANSWERS}
    n = sum(answers.values())
    finding = finding or _tell_answers(answers, n)
    step = min(28.0, (WIDTH - 8) / max(n, 1))
    height = 34.0 if step >= 20 or n > 40 else max(step, 22)
    given = [each for each in _ANSWERS if answers[each]]
    spans, x = {}, 4.0
    for each in given:
        spans[each] = (x, x + answers[each] * step)
        x = spans[each][1]
    places = _place_labels(given, answers, spans)
    n_above = max((line for line, _ in places.values()), default=1)
    n_below = max((-line for line, _ in places.values()), default=1)
    top = 6 + 20.0 * max(n_above, 1)
    ax = _begin(ax, top + height + 20 * max(n_below, 1) + 6)
    for each in given:
        look, (start, end) = _ANSWERS[each][0], spans[each]
        if n > 40:
            _fill(ax, look, start, top, max(end - start - 2, 1), height)
        else:
            _fill_squares(ax, look, answers[each], start, top, step, height)
        line, left = places[each]
        y = top + 5 - 20 * line if line > 0 else top + height - 5 - 20 * line
        if abs(line) > 1 or left < start:
            near, far = (top, y + 8) if line > 0 else (top + height, y - 8)
            _rule(ax, [start + 1] * 2, [near, far], color=RULE_STRONG, lw=0.7, zorder=0)
        _write_answer(ax, each, answers[each], left, y)
    if not n:
        _write(ax, 4, top + height / 2, ["nobody yet"], color=MUTE)
    unit = f"{n} people, one square each" if n <= 40 else f"{n} people, drawn in shares"
    bar = f"Bar of {_spell(n, 'no')} squares" if n <= 40 else f"Bar of {n} people"
    parts = [f"{answers[each]} {_ANSWERS[each][1]}" for each in given]
    return _say(ax, finding, unit, f"{bar}. {finding}. {_join(parts) or 'Nobody yet'}.")


@mpl.rc_context(RC)
def plot_who_says_so(
    evidence_by_group: pd.DataFrame, *, finding: str = "", ax: Axes | None = None
) -> Axes:
    """Draw claims against groups, in each cell how many people say what.

    `evidence_by_group` has one row a claim and group: claim_id, short (its name),
    report_group, n_people, supports, qualifies, mixed, contradicts.
    """
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    cells: dict[tuple[str, str], dict[str, int]] = {}
    for each in evidence_by_group.to_dict("records"):
        claim, group = str(each["claim_id"]), str(each["report_group"])
        names[claim] = str(each["short"])
        sizes[group] = max(sizes.get(group, 0), int(each["n_people"]))
        cells[claim, group] = _Row.read(each, "").counts
    finding = finding or _tell_matrix(cells, [*names], [*sizes])
    shown = [d for d in DIRECTIONS if d != MIXED or any(c[d] for c in cells.values())]
    width = min((WIDTH - _CLAIMS) / max(len(sizes), 1), 90)
    flat = width >= 16 * len(shown) + 4
    heads, top = _lay_heads(sizes, width)
    lines = {claim: _wrap(name, _CLAIMS - 8, 12, 4) for claim, name in names.items()}
    inside = 17 if flat else 19 * len(shown) - 2
    heights = {c: max(inside, 15 * len(lines[c])) + 10.0 for c in names}
    ax = _begin(ax, top + sum(heights.values()) + 28)
    _write_heads(ax, heads, width, top, sizes)
    y = top
    for claim in names:
        middle = y + heights[claim] / 2
        _rule(ax, [0, WIDTH], [y, y], color=RULE, lw=0.7, zorder=0)
        _write(ax, 0, middle, lines[claim])
        for column, group in enumerate(sizes):
            x = _CLAIMS + column * width
            counts = cells.get((claim, group), dict.fromkeys(DIRECTIONS, 0))
            _draw_cell(ax, counts, shown, x, middle, width, flat)
        y += heights[claim]
    _write_key(ax, shown, y + 15)
    said = "; ".join(
        f"{name}: "
        + ", ".join(
            f"{group} {_list_counts(cells[claim, group])}"
            for group in sizes
            if (claim, group) in cells and any(cells[claim, group].values())
        )
        for claim, name in names.items()
    )
    unit = "People who say so, by claim and group; each person counts once"
    return _say(ax, finding, unit, f"Table of counts. {finding}. {said}.")


@mpl.rc_context(RC)
def plot_strengths(
    ratings: pd.DataFrame, *, finding: str = "", ax: Axes | None = None
) -> Axes:
    """Draw all claims by strength, then by the share of people who support them.

    `ratings` has one row a claim: claim_id, short (its name), strength, supports,
    qualifies, mixed, contradicts.
    """
    rows = [
        (
            str(each["claim_id"]),
            str(each["strength"]),
            _Row.read(each, str(each["short"])),
        )
        for each in ratings.to_dict("records")
    ]
    unknown = {strength for _, strength, _ in rows} - {*STRENGTHS}
    if unknown:
        raise ValueError(f"unknown strength: {', '.join(sorted(unknown))}")
    rows.sort(key=lambda row: (STRENGTHS.index(row[1]), *row[2].rank()))
    finding = finding or _tell_strengths([strength for _, strength, _ in rows])
    shown = [d for d in DIRECTIONS if d != MIXED or any(r.counts[d] for *_, r in rows)]
    ids = max((_measure(claim_id, 11) for claim_id, *_ in rows), default=0)
    indent = ids + 8 if ids <= 44 else 0.0
    lines = {c: _wrap(row.name, 186 - indent, 12, 4) for c, _, row in rows}
    heights = [15.0 * len(lines[claim_id]) + 8 for claim_id, *_ in rows]
    strengths = list(dict.fromkeys(strength for _, strength, _ in rows))
    ax = _begin(ax, 40 + sum(heights) + 34.0 * len(strengths))
    columns = {d: WIDTH - 34.0 * (len(shown) - 1 - at) for at, d in enumerate(shown)}
    for at, (direction, x) in enumerate(columns.items()):
        style: dict[str, Any] = {"size": 11.5, "color": _LOOKS[direction].words}
        _write(
            *(ax, x, 9 + 15 * (at % 2), [_COLUMNS[direction]]),
            ha="right",
            weight="bold",
            **style,
        )
    left = max((row.left for *_, row in rows), default=0)
    right = max((row.counts[SUPPORTS] for *_, row in rows), default=0)
    end = columns[SUPPORTS] - 8.4 * len(str(right)) - 8
    step = min((end - 196) / max(left + right, 1), 9.5)
    axis = 196 + left * step
    y, before = 32.0, ""
    for (claim_id, strength, row), height in zip(rows, heights, strict=True):
        if strength != before:
            n = [each for _, each, _ in rows].count(strength)
            _draw_mark(ax, strength, 8, y + 17)
            several = strength == "open question" and n > 1
            head = f"{strength.capitalize()}{'s' if several else ''}: {n}"
            _write(ax, 22, y + 17, [head], size=13, weight="bold")
            y, before = y + 34, strength
            _rule(ax, [0, WIDTH], [y - 4, y - 4], color=RULE_STRONG, lw=0.7)
        middle = y + height / 2 - 3
        if indent:
            first = middle - 7.5 * (len(lines[claim_id]) - 1)
            _write(ax, 0, first, [claim_id], size=11, color=MUTE)
        _write(ax, indent, middle, lines[claim_id])
        _draw_spark(ax, row, axis, middle, step)
        for direction, x in columns.items():
            n = row.counts[direction]
            _write(ax, x, middle, [str(n)], ha="right", color=INK if n else MUTE)
        y += height
        _rule(ax, [0, WIDTH], [y - 4, y - 4], color=RULE, lw=0.7, zorder=0)
    said = "; ".join(
        f"{claim_id} {row.name}, {strength}: {_list_counts(row.counts)}"
        for claim_id, strength, row in rows
    )
    unit = "People who support, qualify or contradict each claim; each counts once"
    return _say(ax, finding, unit, f"Table of bars. {finding}. {said}.")


# Counts and what they say


@dataclass(frozen=True)
class _Row:
    """People by direction, and of how many."""

    name: str
    n_people: int | None
    counts: dict[str, int]

    @classmethod
    def read(cls, row: Mapping[Any, Any], name: str) -> _Row:
        counts = {direction: int(row[direction]) for direction in DIRECTIONS}
        n_people = row.get("n_people")
        return cls(name, None if n_people is None else int(n_people), counts)

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        return self.n - self.counts[SUPPORTS]

    def rank(self) -> tuple[float, int]:
        return -self.counts[SUPPORTS] / max(self.n, 1), -self.n

    def tell(self) -> str:
        of = "" if self.n_people is None else f", of {self.n_people}"
        return f"{_list_counts(self.counts)}{of}"

    def count_speakers(self) -> str:
        if self.n_people is None:
            return f"{self.n or 'nobody'} spoke to it"
        if not self.n_people:
            return "nobody in this group"
        return f"{self.n or 'none'} of {self.n_people} spoke to it"


def _add_up(rows: Sequence[_Row]) -> dict[str, int]:
    return {each: sum(row.counts[each] for row in rows) for each in DIRECTIONS}


def _list_counts(counts: Mapping[str, int]) -> str:
    """List what people say, as in "2 support, 1 qualifies"."""
    said = [
        f"{counts[each]} {_LOOKS[each].one if counts[each] == 1 else _LOOKS[each].many}"
        for each in DIRECTIONS
        if counts[each]
    ]
    return ", ".join(said) or "nobody spoke to it"


def _tell_claim(
    counts: Mapping[str, int], n_groups: int, n_backing: int, only: str
) -> str:
    """Say the finding of one claim's evidence; `only` names a group that is alone."""
    n, n_support = sum(counts.values()), counts[SUPPORTS]
    n_against = counts[CONTRADICTS]
    if not n:
        return "Nobody spoke to this claim in any group"
    if n_against > n_support > 0:
        return (
            "More people contradict it than support it,"
            f" {_spell(n_against)} to {_spell(n_support)}"
        )
    if not n_support:
        outright = " outright" if counts[MIXED] else ""
        return f"Nobody supports it{outright}; {_tell_reserves(counts)}"
    dissent = _tell_dissent(counts)
    if n_support == 1:
        return f"One person supports it; {dissent}"
    if n_groups > 1 and n_backing == n_groups:
        return f"Every group has a supporter; {dissent}"
    if n_groups > 1 and n_backing == 1:
        if only and len(only.split()) <= 5 and len(only) <= 40:
            return f"Only {only} support it; {dissent}"
        return f"Only one group supports it; {dissent}"
    if n_groups > 1:
        which = f"{_spell(n_backing).capitalize()} of {_spell(n_groups)} groups"
        return f"{which} have a supporter; {dissent}"
    if n_support == n:
        return f"All {_spell(n)} people who spoke to it support it"
    which = f"{_spell(n_support).capitalize()} of {_spell(n)}"
    return f"{which} people who spoke to it support it; {dissent}"


def _tell_dissent(counts: Mapping[str, int]) -> str:
    for direction in (CONTRADICTS, MIXED):
        if counts[direction]:
            return _count_verb(counts[direction], direction)
    return "nobody contradicts it"


def _tell_reserves(counts: Mapping[str, int]) -> str:
    said = [
        _count_verb(counts[each], each) + ("" if each == MIXED else " it")
        for each in (CONTRADICTS, MIXED, QUALIFIES)
        if counts[each]
    ]
    return _join(said)


def _count_verb(n: int, direction: str) -> str:
    look = _LOOKS[direction]
    return f"{_spell(n)} {look.one if n == 1 else look.many}"


def _tell_answers(answers: Mapping[str, int], n: int) -> str:
    silent, unasked = answers["silent"], answers["not_asked"]
    rest = "everybody was asked"
    if silent:
        rest = f"{_spell(silent)} stayed silent"
    if unasked:
        part = "half" if unasked * 2 == n else f"{_spell(unasked)} of {_spell(n)}"
        rest = f"{part} {'was' if unasked == 1 else 'were'} not asked"
    if not n or unasked == n:
        return "Nobody has been asked this question yet"
    if n == silent + unasked:
        return f"Nobody has answered this question; {rest}"
    if not answers[SUPPORTS] + answers[CONTRADICTS]:
        return f"Nobody is plainly for or against it; {rest}"
    n_for, against = answers[SUPPORTS], _spell(answers[CONTRADICTS])
    verb = "is" if n_for < 2 else "are"
    return f"{_spell(n_for).capitalize()} {verb} for, {against} against; {rest}"


def _tell_matrix(
    cells: Mapping[tuple[str, str], Mapping[str, int]],
    claims: Sequence[str],
    groups: Sequence[str],
) -> str:
    none = dict.fromkeys(DIRECTIONS, 0)
    rows = [[cells.get((claim, group), none) for group in groups] for claim in claims]
    if not any(any(cell.values()) for row in rows for cell in row):
        return "Nobody spoke to any of these claims"
    n = sum(all(cell[SUPPORTS] for cell in row) for row in rows)
    doubted = sum(any(c[CONTRADICTS] + c[MIXED] for c in row) for row in rows)
    which = f"{_spell(n, 'no').capitalize()} of {_spell(len(rows))} claims have"
    if n == len(rows):
        which = "Every claim has"
    if not n:
        which = "No claim has"
    where = " in every group" if len(groups) > 1 else ""
    verb = "is" if doubted < 2 else "are"
    return f"{which} a supporter{where}; {_spell(doubted, 'none')} {verb} contradicted"


def _tell_strengths(strengths: Sequence[str]) -> str:
    claims = [each for each in strengths if each != "open question"]
    if not claims:
        return "No claim has been rated so far"
    n, contested = claims.count("strong"), claims.count("contested")
    verb = "rests" if n == 1 else "rest"
    which = f"{_spell(n).capitalize()} of {_spell(len(claims))} claims {verb}"
    if not n:
        which = "No claim rests"
    tail = f"; {_spell(contested)} {'is' if contested == 1 else 'are'} contested"
    return f"{which} on strong evidence{tail if contested else ''}"


def _spell(n: int, none: str = "nobody") -> str:
    return (none, *_NUMBERS[1:])[n] if n < len(_NUMBERS) else str(n)


def _begin_name(name: str) -> str:
    """Begin a name as a sentence begins; in a finding it stays as it is."""
    return name[:1].upper() + name[1:]


def _join(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


# Evidence by group: names left, the axis in the middle

_NAMES = 146  # units to the left of the marks
_CLAIMS = 132  # and of those of the matrix
_PITCH = 51.0  # units a group takes, at least


def _draw_groups(
    ax: Axes | None, rows: Sequence[_Row], n_most: int, *, note: str = ""
) -> Axes:
    """Draw rows around an axis that stands for nobody, on a scale that fits them."""
    sides = [side for row in rows for side in (row.left, row.counts[SUPPORTS])]
    span = max(4, n_most, *sides)
    plain = span > _SQUARES
    axis, half = (296.0, 88.0) if plain else (270.0, 124.0)
    step = half / span
    lines = [_wrap(_begin_name(row.name), _NAMES - 10, 13, 4) for row in rows]
    heights = [max(_PITCH, 16.0 * (len(each) + 1) + 8) for each in lines]
    mixed = any(row.counts[MIXED] for row in rows)
    top = 47.0 if mixed else 30.0
    bottom = top + max(sum(heights), _PITCH) + 4
    ax = _begin(ax, bottom + (36 if note else 20))
    _write_directions(ax, axis, mixed)
    if not plain:
        every = 1 if span <= 8 else 2
        for at in range(-span, span + 1, every):
            x = axis + at * step
            _rule(ax, [x, x], [top + 8, bottom], color=RULE, lw=0.7, zorder=0)
    y = top
    for row, name, height in zip(rows, lines, heights, strict=True):
        middle = y + height / 2
        _write(ax, 0, middle - 8, name, size=13)
        _write(
            ax, 0, middle + 8 * len(name), [row.count_speakers()], size=12, color=MUTE
        )
        draw = _draw_bars if plain else _draw_squares
        draw(ax, row, axis, middle, step)
        y += height
    if not rows:
        _write(ax, 0, y + _PITCH / 2, ["nobody yet"], size=12, color=MUTE)
    _rule(ax, [axis, axis], [top + 4, bottom + 2], color=INK, lw=1.2, zorder=3)
    scale = "length = number of people" if plain else "one square = one person"
    _write(ax, WIDTH, bottom + 12, [scale], ha="right", color=MUTE)
    if note:
        _write(ax, 0, bottom + 28, [note], size=13, weight="bold")
    return ax


def _write_directions(ax: Axes, axis: float, mixed: bool) -> None:
    """Name the directions in their colours, in steps so that they cannot collide."""
    style: dict[str, Any] = {"size": 12.5, "weight": "bold"}
    heads = [(CONTRADICTS, 148.0, "left"), (QUALIFIES, axis - 6, "right")]
    if mixed:
        heads.insert(1, (MIXED, (142 + axis) / 2, "center"))
    for at, (direction, x, side) in enumerate(heads):
        look = _LOOKS[direction]
        _write(ax, x, 9 + 17 * at, [look.one], ha=side, color=look.words, **style)
    look = _LOOKS[SUPPORTS]
    _write(ax, axis + 6, 9, [look.one], color=look.words, **style)


def _draw_squares(ax: Axes, row: _Row, axis: float, middle: float, step: float) -> None:
    """Draw one square a person, the count in the square nearest the axis."""
    height = min(29.0, max(step - 2, 24))
    y = middle - height / 2
    _fill_squares(ax, _LOOKS[SUPPORTS], row.counts[SUPPORTS], axis + 1, y, step, height)
    x = axis + 1
    for direction in _AGAINST:
        n = row.counts[direction]
        x -= n * step
        _fill_squares(ax, _LOOKS[direction], n, x, y, step, height)
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
    look = _LOOKS[direction]
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
    _write(ax, x, middle, [str(n)], ha="center", **style)


def _draw_bars(ax: Axes, row: _Row, axis: float, middle: float, step: float) -> None:
    """Draw a bar a direction, with its count inside or, where it is thin, beside."""
    height, beside = 22.0, []
    y = middle - height / 2
    x = axis
    for direction in _AGAINST:
        n, look = row.counts[direction], _LOOKS[direction]
        if not n:
            continue
        x -= n * step
        _fill(ax, look, x, y, max(n * step - 1, 1), height)
        wide = 8.4 * len(str(n))
        if n * step < wide + 6:
            beside.append(direction)
            continue
        if look.hatch:
            _plate(ax, PAPER, x + n * step - 4 - wide, middle - 7.5, wide + 1, 15)
        _count(ax, look.number, n, x + n * step - 4, middle, ha="right")
    for direction in reversed(beside):  # outwards, in the order of the bars
        n, look = row.counts[direction], _LOOKS[direction]
        _count(ax, look.words, n, x - 4, middle, ha="right")
        x -= 8.4 * len(str(n)) + 5
    if n := row.counts[SUPPORTS]:
        look = _LOOKS[SUPPORTS]
        _fill(ax, look, axis + 1, y, max(n * step - 1, 1), height)
        if n * step < 8.4 * len(str(n)) + 6:
            _count(ax, look.words, n, axis + n * step + 4, middle, ha="left")
        else:
            _count(ax, look.number, n, axis + 5, middle, ha="left")


def _count(ax: Axes, color: str, n: int, x: float, y: float, *, ha: str) -> None:
    _write(ax, x, y, [str(n)], ha=ha, color=color, weight="bold")


def _draw_spark(ax: Axes, row: _Row, axis: float, middle: float, step: float) -> None:
    """Draw a row of an overview: the same squares, small, without numbers."""
    height = min(10.0, max(step, 8))
    y, x = middle - height / 2, axis - 1
    draw = _fill_squares if step >= 4 else _fill_bar
    draw(ax, _LOOKS[SUPPORTS], row.counts[SUPPORTS], axis + 1, y, step, height)
    for direction in _AGAINST:
        n = row.counts[direction]
        x -= n * step
        draw(ax, _LOOKS[direction], n, x, y, step, height)
    _rule(ax, [axis - 0.5] * 2, [middle - 8, middle + 8], color=INK, lw=0.8)


# The matrix of claims and groups


def _lay_heads(
    sizes: Mapping[str, int], width: float
) -> tuple[dict[str, tuple[list[str], bool]], float]:
    """Break groups' names over a column, or turn them where a word is too wide."""
    words = {word for group in sizes for word in group.split()}
    turned = max((_measure(word, 11.5) for word in words), default=0) > width - 2
    if turned:
        room, n_lines = 120.0, max(int(width // 15), 1)
    else:
        room, n_lines = width - 2, 5
    heads = {g: (_wrap(g, room, 11.5, n_lines), turned) for g in sizes}
    tall = [
        max(_measure(line, 11.5) for line in lines) if turned else 14.5 * len(lines)
        for lines, _ in heads.values()
    ]
    return heads, max(tall, default=0) + 26


def _write_heads(
    ax: Axes,
    heads: Mapping[str, tuple[list[str], bool]],
    width: float,
    top: float,
    sizes: Mapping[str, int],
) -> None:
    for column, (group, (lines, turned)) in enumerate(heads.items()):
        x = _CLAIMS + (column + 0.5) * width
        if turned:
            for at, line in enumerate(lines):
                across = x + (at - (len(lines) - 1) / 2) * 15 + 4
                _write(ax, across, top - 22, [line], size=11.5, turn=90)
        else:
            above = top - 18 - 7.2 * len(lines)
            _write(ax, x, above, lines, ha="center", size=11.5)
        size = f"of {sizes[group]}"
        _write(ax, x, top - 10, [size], ha="center", size=11, color=MUTE)


def _draw_cell(
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
        _write(ax, x + width / 2, middle, ["–"], ha="center", color=MUTE)
        return
    order = [*reversed(shown)] if flat else [*shown]
    for at, direction in enumerate(order):
        n, look = counts[direction], _LOOKS[direction]
        if not n:
            continue
        along = (at - (len(order) - 1) / 2) * (16 if flat else 19)
        left = x + width / 2 - 7.5 + (along if flat else 0)
        y = middle - 8.5 + (0 if flat else along)
        _fill(ax, look, left, y, 15, 17)
        if look.hatch:  # the hatch is at its foot, or it would cross the number
            _plate(ax, PAPER, left + 1.4, y + 1.4, 12.2, 10.6)
        down = 7.5 if look.hatch else 8.5
        style: dict[str, Any] = {"size": 11.5 if n < 10 else 9.5, "weight": "bold"}
        centre = (left + 7.5, y + down)
        _write(ax, *centre, [str(n)], ha="center", color=look.number, **style)


def _write_key(ax: Axes, shown: Sequence[str], y: float) -> None:
    x = 0.0
    for direction in reversed(shown):
        look = _LOOKS[direction]
        _fill(ax, look, x, y - 6, 12, 12)
        _write(ax, x + 17, y, [look.one], size=11.5, color=look.words)
        x += 17 + _measure(look.one, 11.5) + 14


# Marks of strength, labels of answers


def _draw_mark(ax: Axes, strength: str, x: float, y: float) -> None:
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
        _write(ax, x, y, ["?"], ha="center", size=11, weight="bold")


def _place_labels(
    given: Sequence[str],
    answers: Mapping[str, int],
    spans: Mapping[str, tuple[float, float]],
) -> dict[str, tuple[int, float]]:
    """Give each label a line and its left end: 1, 2, … above and -1, … below in turn.

    Of all ways it takes the closest in which no label runs into another, and no line
    that leads to one runs through another.
    """
    places = {}
    for side in (1, -1):
        labels = []
        for each in given[::2] if side > 0 else given[1::2]:
            start, end = spans[each]
            wide = _measure(f"{answers[each]} {_ANSWERS[each][1]}", 13.5) + 8
            left = start if start + wide <= WIDTH else min(end, WIDTH) - wide
            labels.append((start + 1, left, left + wide))
        ways = product(range(1, len(labels) + 1), repeat=len(labels))
        closest = min(ways, key=lambda way: (_count_clashes(labels, way), sum(way)))
        for each, line, (_, left, _) in zip(
            given[::2] if side > 0 else given[1::2], closest, labels, strict=True
        ):
            places[each] = (side * line, left)
    return places


def _count_clashes(
    labels: Sequence[tuple[float, float, float]], lines: Sequence[int]
) -> int:
    clashes = 0
    for a, b in permutations(range(len(labels)), 2):
        (pin, left, right), (_, other_left, other_right) = labels[a], labels[b]
        if lines[a] == lines[b]:
            clashes += left < other_right + 6 and other_left < right + 6
        elif lines[a] > lines[b]:
            clashes += other_left - 2 < pin < other_right + 2
    return clashes


def _write_answer(ax: Axes, answer: str, n: int, left: float, y: float) -> None:
    look, words = _ANSWERS[answer]
    style: dict[str, Any] = {"size": 13.5, "color": look.words}
    digits = 9.4 * len(str(n))
    _write(ax, left + digits, y, [str(n)], ha="right", weight="bold", **style)
    _write(ax, left + digits + 4, y, [words], **style)


# Drawing: y runs downwards, a unit is a unit


def _begin(ax: Axes | None, height: float) -> Axes:
    if ax is None:
        drawing = Figure(figsize=(WIDTH / UNIT, height / UNIT))
        ax = drawing.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set_xlim(0, WIDTH)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    return ax


def _say(ax: Axes, finding: str, unit: str, alt: str) -> Axes:
    ax.set_title(finding)
    ax.set_xlabel(unit)
    ax.set_label(alt)
    return ax


def _rule(
    ax: Axes,
    x: Sequence[float],
    y: Sequence[float],
    *,
    color: str,
    lw: float,
    zorder: float = 0,
) -> None:
    style: dict[str, Any] = {"color": color, "lw": lw, "zorder": zorder}
    ax.add_artist(Line2D(x, y, solid_capstyle="butt", clip_on=False, **style))


def _fill(
    ax: Axes, look: _Look, x: float, y: float, width: float, height: float
) -> None:
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


def _fill_squares(
    ax: Axes, look: _Look, n: int, x: float, y: float, step: float, height: float
) -> None:
    gap = 2.0 if step > 12 else 1.1
    for at in range(n):
        _fill(ax, look, x + at * step, y, step - gap, height)


def _fill_bar(
    ax: Axes, look: _Look, n: int, x: float, y: float, step: float, height: float
) -> None:
    if n:
        _fill(ax, look, x, y, max(n * step - 1, 1), height)


def _plate(
    ax: Axes, color: str, x: float, y: float, width: float, height: float
) -> None:
    ax.add_artist(
        Rectangle((x, y), width, height, fc=color, lw=0, clip_on=False, zorder=2)
    )


def _write(
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


def _wrap(words: str, room: float, size: float, n_lines: int) -> list[str]:
    """Break words into lines that fit the room; what is left over becomes an ellipsis.

    >>> _wrap("Campaign and project staff", 110, 13, 2)
    ['Campaign and', 'project staff']
    """
    lines = [""]
    for word in words.split():
        if lines[-1] and _measure(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:  # mostly all of them; a long word is broken
            if _measure(lines[-1] + letter, size) > room:
                lines.append("")
            lines[-1] += letter
    if len(lines) > n_lines:
        last = lines[n_lines - 1]
        while last and _measure(f"{last}…", size) > room:
            last = last[:-1]
        lines = [*lines[: n_lines - 1], f"{last.rstrip()}…"]
    return lines


def _measure(words: str, size: float) -> float:
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
