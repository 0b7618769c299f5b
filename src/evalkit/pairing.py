"""Where two coders read one document differently, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Coding = Mapping[str, Any]

# So that a word inside a long passage is not taken for another reading of all of it.
SAME_PLACE = 0.5


class Pair(NamedTuple):
    """One coder's coding and the other's of the same place, or a coding left alone.

    `kind` is "same", "attributes differ", "bounds differ", "other code", "only one"
    or "only other". `one` and `other` are coding_ids, "" where that coder has none;
    `start` and `end` bound both; `differs` names the attributes that differ.
    """

    kind: str
    one: str
    other: str
    start: int
    end: int
    differs: tuple[str, ...]


def compare_codings(one: Sequence[Coding], other: Sequence[Coding]) -> list[Pair]:
    """Pair two coders' codings of one document, by start.

    One row a pair; every coding is in exactly one. The same code is paired first,
    wherever it overlaps; then other codes, where half of what they cover is shared.

    >>> here = {"code_id": "morale", "attributes": {"stance": "supports"}}
    >>> ana = [{"coding_id": "a1", "start": 0, "end": 20, **here}]
    >>> bo = [{"coding_id": "b1", "start": 5, "end": 20, **here, "attributes": {}}]
    >>> for pair in compare_codings(ana, bo):
    ...     print(*pair)
    bounds differ a1 b1 0 20 ('stance',)
    """
    pairs = []
    ones = {coding["coding_id"]: coding for coding in one}
    others = {coding["coding_id"]: coding for coding in other}
    for _, _, a, b in sorted(_rank_overlaps(one, other)):
        if a in ones and b in others:
            pairs.append(_pair(ones.pop(a), others.pop(b)))
    for coding_id, coding in ones.items():
        alone = Pair("only one", coding_id, "", coding["start"], coding["end"], ())
        pairs.append(alone)
    for coding_id, coding in others.items():
        alone = Pair("only other", "", coding_id, coding["start"], coding["end"], ())
        pairs.append(alone)
    return sorted(pairs, key=lambda pair: (pair.start, pair.end, pair.one, pair.other))


def _pair(a: Coding, b: Coding) -> Pair:
    differs = _list_differing(a, b)
    if a["code_id"] != b["code_id"]:
        kind = "other code"
    elif (a["start"], a["end"]) != (b["start"], b["end"]):
        kind = "bounds differ"
    else:
        kind = "attributes differ" if differs else "same"
    start, end = min(a["start"], b["start"]), max(a["end"], b["end"])
    return Pair(kind, a["coding_id"], b["coding_id"], start, end, differs)


def _list_differing(a: Coding, b: Coding) -> tuple[str, ...]:
    mine, theirs = a["attributes"], b["attributes"]
    names = {*mine, *theirs}
    return tuple(
        sorted(n for n in names if (mine.get(n) or "") != (theirs.get(n) or ""))
    )


_Rank = tuple[bool, float, list[tuple[int, int]], int]


def _rank_overlaps(
    one: Sequence[Coding], other: Sequence[Coding]
) -> Iterator[tuple[_Rank, list[str], str, str]]:
    """Give each two codings that may be paired; what sorts first is paired first.

    Nothing before the last two ids knows which coder is which, and those only order
    pairs that cannot take a coding from each other: so the two lists may be swapped.
    """
    for a, b in _find_overlaps(one, other):
        spans = sorted([(a["start"], a["end"]), (b["start"], b["end"])])
        (start, end), (next_start, next_end) = spans
        shared = (min(end, next_end) - next_start) / (max(end, next_end) - start)
        other_code = a["code_id"] != b["code_id"]
        if shared >= SAME_PLACE or (shared > 0 and not other_code):
            rank = (other_code, -shared, spans, len(_list_differing(a, b)))
            ids = (a["coding_id"], b["coding_id"])
            yield rank, sorted(ids), *ids


def _find_overlaps(
    one: Sequence[Coding], other: Sequence[Coding]
) -> Iterator[tuple[Coding, Coding]]:
    """Give each coding of `one` with each of `other` it overlaps, in one scan."""
    sides = [*((coding, 0) for coding in one), *((coding, 1) for coding in other)]
    still_open: list[list[Coding]] = [[], []]
    for coding, side in sorted(sides, key=lambda each: each[0]["start"]):
        facing = [c for c in still_open[1 - side] if c["end"] > coding["start"]]
        for each in facing:
            yield (each, coding) if side else (coding, each)
        still_open[1 - side] = facing
        still_open[side].append(coding)
