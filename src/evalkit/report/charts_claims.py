"""Charts of claims: how many people speak for and against, one square a person.

As in `charts`, a chart's title is its finding, its x label its unit, and its
alternative text the axes' label. Colour says the direction only; in grey, the side,
the hatch and the number say it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations, product
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from evalkit.report.claim_canvas import begin, measure, rule, say, wrap, write
from evalkit.report.claim_counts import (
    ANSWERS,
    CONTRADICTS,
    DIRECTIONS,
    LOOKS,
    MIXED,
    QUALIFIES,
    STRENGTHS,
    SUPPORTS,
    Row,
    add_up,
    join,
    list_counts,
)
from evalkit.report.claim_findings import (
    begin_name,
    spell,
    tell_answers,
    tell_claim,
    tell_matrix,
    tell_strengths,
)
from evalkit.report.claim_marks import (
    SQUARES,
    draw_bars,
    draw_cell,
    draw_mark,
    draw_spark,
    draw_squares,
    fill,
    fill_squares,
)
from evalkit.report.style import (
    INK,
    MUTE,
    RC,
    RULE,
    RULE_STRONG,
    WIDTH,
)

_COLUMNS = {
    SUPPORTS: "For",
    QUALIFIES: "Partly",
    MIXED: "Both",
    CONTRADICTS: "Against",
}


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
        Row.read(row, str(row["report_group"])) for row in evidence.to_dict("records")
    ]
    total = add_up(groups)
    if not finding:
        backing = [group.name for group in groups if group.counts[SUPPORTS]]
        finding = tell_claim(total, len(groups), len(backing), (*backing, "")[0])
    ax = _draw_groups(ax, groups, max((row.n_people or 0 for row in groups), default=0))
    said = " ".join(f"{begin_name(row.name)}: {row.tell()}." for row in groups)
    alt = f"Diverging bar chart. {finding}. {said} In all {list_counts(total)}."
    return say(ax, finding, "People by group; each person counts once", alt)


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
    row = Row.read(totals, "All people")
    groups = f"Groups with a supporter: {n_groups_supporting} of {n_groups}"
    finding = finding or tell_claim(row.counts, n_groups, n_groups_supporting, "")
    ax = _draw_groups(ax, [row], 0, note=groups)
    alt = f"Diverging bar chart. {finding}. All people: {row.tell()}. {groups}."
    return say(ax, finding, "All people; each person counts once", alt)


@mpl.rc_context(RC)
def plot_open_question(
    counts: Mapping[str, int], *, finding: str = "", ax: Axes | None = None
) -> Axes:
    """Draw what people answer to an open question, as a bar of squares.

    `counts` has people by answer: supports, qualifies, mixed, contradicts, silent (they
    were asked), not_asked, or unknown (who did not speak to it, where what was asked is
    not recorded). Above 40 people the bar is cut in shares instead.
    """
    unknown = {*counts} - {*ANSWERS}
    if unknown:
        raise ValueError(f"unknown answers: {', '.join(sorted(unknown))}")
    answers = {each: int(counts.get(each, 0)) for each in ANSWERS}
    n = sum(answers.values())
    finding = finding or tell_answers(answers, n)
    step = min(28.0, (WIDTH - 8) / max(n, 1))
    height = 34.0 if step >= 20 or n > 40 else max(step, 22)
    given = [each for each in ANSWERS if answers[each]]
    spans, x = {}, 4.0
    for each in given:
        spans[each] = (x, x + answers[each] * step)
        x = spans[each][1]
    places = _place_labels(given, answers, spans)
    n_above = max((line for line, _ in places.values()), default=1)
    n_below = max((-line for line, _ in places.values()), default=1)
    top = 6 + 20.0 * max(n_above, 1)
    ax = begin(ax, top + height + 20 * max(n_below, 1) + 6)
    for each in given:
        look, (start, end) = ANSWERS[each][0], spans[each]
        if n > 40:
            fill(ax, look, start, top, max(end - start - 2, 1), height)
        else:
            fill_squares(ax, look, answers[each], start, top, step, height)
        line, left = places[each]
        y = top + 5 - 20 * line if line > 0 else top + height - 5 - 20 * line
        if abs(line) > 1 or left < start:
            near, far = (top, y + 8) if line > 0 else (top + height, y - 8)
            rule(ax, [start + 1] * 2, [near, far], color=RULE_STRONG, lw=0.7, zorder=0)
        _write_answer(ax, each, answers[each], left, y)
    if not n:
        write(ax, 4, top + height / 2, ["nobody yet"], color=MUTE)
    unit = f"{n} people, one square each" if n <= 40 else f"{n} people, drawn in shares"
    bar = f"Bar of {spell(n, 'no')} squares" if n <= 40 else f"Bar of {n} people"
    parts = [f"{answers[each]} {ANSWERS[each][1]}" for each in given]
    return say(ax, finding, unit, f"{bar}. {finding}. {join(parts) or 'Nobody yet'}.")


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
        cells[claim, group] = Row.read(each, "").counts
    finding = finding or tell_matrix(cells, [*names], [*sizes])
    shown = [d for d in DIRECTIONS if d != MIXED or any(c[d] for c in cells.values())]
    width = min((WIDTH - _CLAIMS) / max(len(sizes), 1), 90)
    flat = width >= 16 * len(shown) + 4
    heads, top = _lay_heads(sizes, width)
    lines = {claim: wrap(name, _CLAIMS - 8, 12, 4) for claim, name in names.items()}
    inside = 17 if flat else 19 * len(shown) - 2
    heights = {c: max(inside, 15 * len(lines[c])) + 10.0 for c in names}
    ax = begin(ax, top + sum(heights.values()) + 28)
    _write_heads(ax, heads, width, top, sizes)
    y = top
    for claim in names:
        middle = y + heights[claim] / 2
        rule(ax, [0, WIDTH], [y, y], color=RULE, lw=0.7, zorder=0)
        write(ax, 0, middle, lines[claim])
        for column, group in enumerate(sizes):
            x = _CLAIMS + column * width
            counts = cells.get((claim, group), dict.fromkeys(DIRECTIONS, 0))
            draw_cell(ax, counts, shown, x, middle, width, flat)
        y += heights[claim]
    _write_key(ax, shown, y + 15)
    said = "; ".join(
        f"{name}: "
        + ", ".join(
            f"{group} {list_counts(cells[claim, group])}"
            for group in sizes
            if (claim, group) in cells and any(cells[claim, group].values())
        )
        for claim, name in names.items()
    )
    unit = "People who say so, by claim and group; each person counts once"
    return say(ax, finding, unit, f"Table of counts. {finding}. {said}.")


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
            Row.read(each, str(each["short"])),
        )
        for each in ratings.to_dict("records")
    ]
    unknown = {strength for _, strength, _ in rows} - {*STRENGTHS}
    if unknown:
        raise ValueError(f"unknown strength: {', '.join(sorted(unknown))}")
    rows.sort(key=lambda row: (STRENGTHS.index(row[1]), *row[2].rank()))
    finding = finding or tell_strengths([strength for _, strength, _ in rows])
    shown = [d for d in DIRECTIONS if d != MIXED or any(r.counts[d] for *_, r in rows)]
    ids = max((measure(claim_id, 11) for claim_id, *_ in rows), default=0)
    indent = ids + 8 if ids <= 44 else 0.0
    lines = {c: wrap(row.name, 186 - indent, 12, 4) for c, _, row in rows}
    heights = [15.0 * len(lines[claim_id]) + 8 for claim_id, *_ in rows]
    strengths = list(dict.fromkeys(strength for _, strength, _ in rows))
    ax = begin(ax, 40 + sum(heights) + 34.0 * len(strengths))
    columns = {d: WIDTH - 34.0 * (len(shown) - 1 - at) for at, d in enumerate(shown)}
    for at, (direction, x) in enumerate(columns.items()):
        style: dict[str, Any] = {"size": 11.5, "color": LOOKS[direction].words}
        write(
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
            draw_mark(ax, strength, 8, y + 17)
            several = strength == "open question" and n > 1
            head = f"{strength.capitalize()}{'s' if several else ''}: {n}"
            write(ax, 22, y + 17, [head], size=13, weight="bold")
            y, before = y + 34, strength
            rule(ax, [0, WIDTH], [y - 4, y - 4], color=RULE_STRONG, lw=0.7)
        middle = y + height / 2 - 3
        if indent:
            first = middle - 7.5 * (len(lines[claim_id]) - 1)
            write(ax, 0, first, [claim_id], size=11, color=MUTE)
        write(ax, indent, middle, lines[claim_id])
        draw_spark(ax, row, axis, middle, step)
        for direction, x in columns.items():
            n = row.counts[direction]
            write(ax, x, middle, [str(n)], ha="right", color=INK if n else MUTE)
        y += height
        rule(ax, [0, WIDTH], [y - 4, y - 4], color=RULE, lw=0.7, zorder=0)
    said = "; ".join(
        f"{claim_id} {row.name}, {strength}: {list_counts(row.counts)}"
        for claim_id, strength, row in rows
    )
    unit = "People who support, qualify or contradict each claim; each counts once"
    return say(ax, finding, unit, f"Table of bars. {finding}. {said}.")


_NAMES = 146  # units to the left of the marks


_CLAIMS = 132  # and of those of the matrix


_PITCH = 51.0  # units a group takes, at least


def _draw_groups(
    ax: Axes | None, rows: Sequence[Row], n_most: int, *, note: str = ""
) -> Axes:
    """Draw rows around an axis that stands for nobody, on a scale that fits them."""
    sides = [side for row in rows for side in (row.left, row.counts[SUPPORTS])]
    span = max(4, n_most, *sides)
    plain = span > SQUARES
    axis, half = (296.0, 88.0) if plain else (270.0, 124.0)
    step = half / span
    lines = [wrap(begin_name(row.name), _NAMES - 10, 13, 4) for row in rows]
    heights = [max(_PITCH, 16.0 * (len(each) + 1) + 8) for each in lines]
    mixed = any(row.counts[MIXED] for row in rows)
    top = 47.0 if mixed else 30.0
    bottom = top + max(sum(heights), _PITCH) + 4
    ax = begin(ax, bottom + (36 if note else 20))
    _write_directions(ax, axis, mixed)
    if not plain:
        every = 1 if span <= 8 else 2
        for at in range(-span, span + 1, every):
            x = axis + at * step
            rule(ax, [x, x], [top + 8, bottom], color=RULE, lw=0.7, zorder=0)
    y = top
    for row, name, height in zip(rows, lines, heights, strict=True):
        middle = y + height / 2
        write(ax, 0, middle - 8, name, size=13)
        write(
            ax, 0, middle + 8 * len(name), [row.count_speakers()], size=12, color=MUTE
        )
        draw = draw_bars if plain else draw_squares
        draw(ax, row, axis, middle, step)
        y += height
    if not rows:
        write(ax, 0, y + _PITCH / 2, ["nobody yet"], size=12, color=MUTE)
    rule(ax, [axis, axis], [top + 4, bottom + 2], color=INK, lw=1.2, zorder=3)
    scale = "length = number of people" if plain else "one square = one person"
    write(ax, WIDTH, bottom + 12, [scale], ha="right", color=MUTE)
    if note:
        write(ax, 0, bottom + 28, [note], size=13, weight="bold")
    return ax


def _write_directions(ax: Axes, axis: float, mixed: bool) -> None:
    """Name the directions in their colours, in steps so that they cannot collide."""
    style: dict[str, Any] = {"size": 12.5, "weight": "bold"}
    heads = [(CONTRADICTS, 148.0, "left"), (QUALIFIES, axis - 6, "right")]
    if mixed:
        heads.insert(1, (MIXED, (142 + axis) / 2, "center"))
    for at, (direction, x, side) in enumerate(heads):
        look = LOOKS[direction]
        write(ax, x, 9 + 17 * at, [look.one], ha=side, color=look.words, **style)
    look = LOOKS[SUPPORTS]
    write(ax, axis + 6, 9, [look.one], color=look.words, **style)


def _lay_heads(
    sizes: Mapping[str, int], width: float
) -> tuple[dict[str, tuple[list[str], bool]], float]:
    """Break groups' names over a column, or turn them where a word is too wide."""
    words = {word for group in sizes for word in group.split()}
    turned = max((measure(word, 11.5) for word in words), default=0) > width - 2
    if turned:
        room, n_lines = 120.0, max(int(width // 15), 1)
    else:
        room, n_lines = width - 2, 5
    heads = {g: (wrap(g, room, 11.5, n_lines), turned) for g in sizes}
    tall = [
        max(measure(line, 11.5) for line in lines) if turned else 14.5 * len(lines)
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
                write(ax, across, top - 22, [line], size=11.5, turn=90)
        else:
            above = top - 18 - 7.2 * len(lines)
            write(ax, x, above, lines, ha="center", size=11.5)
        size = f"of {sizes[group]}"
        write(ax, x, top - 10, [size], ha="center", size=11, color=MUTE)


def _write_key(ax: Axes, shown: Sequence[str], y: float) -> None:
    x = 0.0
    for direction in reversed(shown):
        look = LOOKS[direction]
        fill(ax, look, x, y - 6, 12, 12)
        write(ax, x + 17, y, [look.one], size=11.5, color=look.words)
        x += 17 + measure(look.one, 11.5) + 14


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
            wide = measure(f"{answers[each]} {ANSWERS[each][1]}", 13.5) + 8
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
    look, words = ANSWERS[answer]
    style: dict[str, Any] = {"size": 13.5, "color": look.words}
    digits = 9.4 * len(str(n))
    write(ax, left + digits, y, [str(n)], ha="right", weight="bold", **style)
    write(ax, left + digits + 4, y, [words], **style)
