"""A coded transcript as plain HTML, for where no desk can run.

That is nbconvert, GitHub and e-mail, which drop scripts, style sheets, classes and
sometimes every style: so the page must read well as bare HTML.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

from evalkit.tables import YES_NO

Row = Mapping[str, Any]

_PAGE = (
    "max-width:46em;overflow-wrap:anywhere;"
    "font-family:Charter,Georgia,serif;line-height:1.55"
)
# A mark brings its own ink, since a dark theme's would not be read on it.
_MARK = "background:#fdf0b5;color:#222"
_MARK_TWICE = "background:#f9d877;color:#222"
_DIMMED = ' style="opacity:.7"'
_NOTES = "list-style:none;margin:-.6em 0 1.4em;padding-left:1.5em;font-size:.85em"


def render_still(
    *,
    title: str,
    first_line: str,
    text: str,
    turns: Sequence[Row],
    codings: Sequence[Row],
    names: Mapping[str, str],
) -> str:
    """Render a document's turns, its codings marked and numbered where they end.

    Below each turn stand the codings that end in it: the code's name in `names`, the
    attributes, the memo, and the coder where there are several. What lies outside
    the turns is not shown; codings that lie there are counted at the top.
    """
    turns = [turn for turn in turns if turn["start"] < turn["end"]]
    turns.sort(key=lambda turn: int(turn["start"]))
    placed = _place_codings(turns, codings)
    several = len({coding["coder_id"] for coding in codings}) > 1
    in_turn: list[list[_Placed]] = [[] for _ in turns]
    for each in placed:
        for i in range(each.first, each.last + 1):
            in_turn[i].append(each)

    lines = [escape(first_line)] if first_line else []
    lines.append(_say_count(len(codings), len(codings) - len(placed)))
    blocks = [f"<h3>{escape(title)}</h3>", f"<p>{'<br>'.join(lines)}</p>"]
    for i, turn in enumerate(turns):
        blocks.append(_render_turn(i, turn, text, in_turn[i], names))
        ending = [each for each in in_turn[i] if each.last == i]
        if ending:
            notes = "\n".join(_render_note(each, names, several) for each in ending)
            blocks.append(f'<ul style="{_NOTES}">\n{notes}\n</ul>')
    body = "\n".join(blocks)
    return f'<div class="evalkit-still" style="{_PAGE}">\n{body}\n</div>'


class _Placed(NamedTuple):
    """A coding with its number, and the first and last turn it has words in."""

    number: int
    first: int
    last: int
    coding: Row


def _place_codings(turns: Sequence[Row], codings: Sequence[Row]) -> list[_Placed]:
    """Number the codings that have words in a turn, by where they end."""
    starts = [turn["start"] for turn in turns]
    ends = [turn["end"] for turn in turns]
    placed: list[_Placed] = []
    for coding in sorted(codings, key=lambda c: (c["end"], c["start"], c["coding_id"])):
        first = bisect_right(ends, coding["start"])
        last = bisect_left(starts, coding["end"]) - 1
        if first <= last:
            placed.append(_Placed(len(placed) + 1, first, last, coding))
    return placed


def _render_turn(
    i: int, turn: Row, text: str, placed: Sequence[_Placed], names: Mapping[str, str]
) -> str:
    words = []
    for start, end, covering in _cut_turn(turn, placed):
        piece = escape(text[start:end])
        if covering:
            title = "; ".join(f"[{c.number}] {_say_name(c, names)}" for c in covering)
            style = _MARK if len(covering) == 1 else _MARK_TWICE
            piece = f'<mark style="{style}" title="{escape(title)}">{piece}</mark>'
        words.append(piece)
        ending = [
            f"[{c.number}]"
            for c in covering
            if c.last == i and (c.coding["end"] <= end or end == turn["end"])
        ]
        if ending:
            words.append(
                f'<sup style="font-size:.7em;line-height:0">{"".join(ending)}</sup>'
            )
    who = f"<b>{escape(turn['speaker'])}</b>"
    if time := _say_time(turn["started_at"]):
        who += f" <small>{time}</small>"
    # The direction is the words': what stands in <bdi> has no say in it.
    dimmed = _DIMMED if turn["role"] == "interviewer" else ""
    return f'<p dir="auto"{dimmed}><bdi>{who}</bdi> {"".join(words)}</p>'


def _cut_turn(
    turn: Row, placed: Sequence[_Placed]
) -> Iterator[tuple[int, int, list[_Placed]]]:
    """Cut a turn wherever a coding starts or ends; each piece with what covers it."""
    edges = {turn["start"], turn["end"]}
    for each in placed:
        edges.add(max(each.coding["start"], turn["start"]))
        edges.add(min(each.coding["end"], turn["end"]))
    waiting = sorted(placed, key=lambda each: each.coding["start"], reverse=True)
    covering: list[_Placed] = []
    for start, end in pairwise(sorted(edges)):
        covering = [each for each in covering if each.coding["end"] > start]
        while waiting and waiting[-1].coding["start"] <= start:
            covering.append(waiting.pop())
        yield start, end, sorted(covering, key=lambda each: each.number)


def _render_note(placed: _Placed, names: Mapping[str, str], several: bool) -> str:
    coding = placed.coding
    values = [
        f"{name}: {value}" if value in YES_NO else value
        for name, value in coding["attributes"].items()
        if value
    ]
    coder = coding["coder_id"] if several else ""
    parts = [_say_name(placed, names), coder, ", ".join(values), coding["memo"]]
    if n := placed.last - placed.first:
        parts.insert(1, "begins 1 turn above" if n == 1 else f"begins {n} turns above")
    said = escape(" — ".join(part for part in parts if part))
    return f'<li dir="auto">[{placed.number}] {said}</li>'


def _say_name(placed: _Placed, names: Mapping[str, str]) -> str:
    code_id = placed.coding["code_id"]
    return names.get(code_id) or str(code_id)


def _say_count(n: int, n_outside: int) -> str:
    said = "No codings" if n == 0 else "1 coding" if n == 1 else f"{n:,} codings"
    if n_outside:
        said += f", {n_outside:,} of them outside the turns and not shown"
    return said


def _say_time(seconds: float | None) -> str:
    if seconds is None or math.isnan(seconds):
        return ""
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"
