"""Where coders differ: what to talk about first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pandas as pd

from evalkit.analysis.ratings import list_worked, place_codings, size_units
from evalkit.pairing import Pair, compare_codings
from evalkit.tables import CODINGS, list_rows

MISSED, BOUNDARY, OTHER_CODE = "missed", "boundary", "different code"
STANCE = "stance"
COLUMNS = {
    "document_id": "str",
    "start": "int64",
    "end": "int64",
    "kind": "str",
    "code_id": "str",
    "other_code_id": "str",
    "differs": "str",
    "coder_id": "str",
    "other_coder_id": "str",
    "coding_id": "str",
    "other_coding_id": "str",
    "quotation": "str",
    "other_quotation": "str",
    "gain": "float64",
    "outcome": "str",
    "decided_because": "str",
}
# Which of the two readings was taken, the consensus shows: a decision does not name it.
_OUTCOMES = {
    **dict.fromkeys(("one", "other"), "one reading"),
    **{"part": "a part", "none": "no code", "else": "another code"},
}


def find_disagreements(
    codings: pd.DataFrame,
    units: pd.DataFrame,
    *,
    attributes: Iterable[str] = (STANCE,),
    worked: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Find the passages on which two coders differ, the most telling first.

    `units` are those on which agreement is measured; `attributes` those of codings that
    count; `worked` as in `measure_by_code`; `decisions` as a study's.

    One row a disagreement of two coders: document_id, start and end (of both codings),
    kind ("missed": one of them has no such coding here; "different code"; "different
    stance", whatever the ends; "boundary"; or "different" in another attribute),
    code_id, other_code_id, differs (the attributes, in words), coder_id,
    other_coder_id, coding_id, other_coding_id, quotation and other_quotation (where one
    missed it, `other_` columns but the coder are empty), gain, outcome ("" where
    nothing was decided; "one reading", "a part", "both", "no code", "another code") and
    decided_because, the reason given.

    gain is how much the alphas of these two coders would rise, added up over codes (on
    the units) and attributes (on the passages of one code that both have), were this
    one settled: the mean of settling it as the one and as the other reads it, where a
    way that leaves nothing to measure gains nothing. A boundary within a unit neither.
    """
    worked = list_worked(codings) if worked is None else worked
    decided = {} if decisions is None else _name_decisions(decisions)
    names = [name for name in attributes if name in codings]
    rows: list[dict[str, Any]] = []
    for one, other in combinations(sorted(worked["coder_id"].unique()), 2):
        shared = _find_shared(worked, one, other)
        own = codings[codings["document_id"].isin(shared)]
        pairs = list(_pair_all(own, one, other, names))
        ledger = _Ledger.fill(own, units[units["document_id"].isin(shared)], one, other)
        for pair, ours, theirs in pairs:
            ledger.take_in(pair, ours, theirs, names)
        for pair, ours, theirs in pairs:
            if pair.kind == "same":
                continue
            row = _describe(pair, ours, theirs, one, other)
            ids = tuple(sorted(each for each in (pair.one, pair.other) if each))
            row["gain"] = ledger.measure_gain(pair, ours, theirs, names)
            rows.append({**row, **decided.get(ids, _UNDECIDED)})
    found = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    return found.sort_values(
        ["gain", "document_id", "start", "end", "coding_id", "other_coding_id"],
        ascending=[False, True, True, True, True, True],
        ignore_index=True,
    )


def count_disagreements(found: pd.DataFrame) -> pd.DataFrame:
    """Count disagreements by code and kind: one row a code, one column a kind.

    A passage that bears another code for the other counts for both codes.
    """
    other = found[found["other_code_id"].ne("") & found["kind"].eq(OTHER_CODE)]
    both = pd.concat([found, other.assign(code_id=other["other_code_id"])])
    counts = pd.crosstab(both["code_id"], both["kind"]).reset_index()
    counts.columns.name = None
    return counts


def _find_shared(worked: pd.DataFrame, one: str, other: str) -> set[str]:
    by_coder = worked.groupby("coder_id")["document_id"].agg(set)
    shared: set[str] = by_coder[one] & by_coder[other]
    return shared


_UNDECIDED = {"outcome": "", "decided_because": ""}


def _name_decisions(decisions: pd.DataFrame) -> dict[tuple[str, ...], dict[str, str]]:
    return {
        row["coding_ids"]: {
            "outcome": _OUTCOMES.get(row["outcome"], row["outcome"]),
            "decided_because": row["reason"],
        }
        for row in list_rows(decisions)
    }


_Paired = tuple[Pair, dict[str, Any], dict[str, Any]]


def _pair_all(
    codings: pd.DataFrame, one: str, other: str, attributes: list[str]
) -> Iterator[_Paired]:
    """Pair the codings of two coders, document by document, with both rows."""
    nothing = dict.fromkeys([*CODINGS.columns, *attributes], "")
    for _, rows in codings.groupby("document_id", sort=True):
        both = [_list_marked(rows, coder_id, attributes) for coder_id in (one, other)]
        by_id = {row["coding_id"]: row for side in both for row in side}
        for pair in compare_codings(*both):
            yield pair, by_id.get(pair.one, nothing), by_id.get(pair.other, nothing)


def _list_marked(
    rows: pd.DataFrame, coder_id: str, attributes: list[str]
) -> list[dict[str, Any]]:
    own = rows[rows["coder_id"].eq(coder_id)].fillna({name: "" for name in attributes})
    return [
        {**row, "attributes": {name: row[name] for name in attributes}}
        for row in list_rows(own)
    ]


def _describe(
    pair: Pair, ours: Mapping[str, Any], theirs: Mapping[str, Any], one: str, other: str
) -> dict[str, Any]:
    """Tell a pair; who has a coding comes first."""
    if not ours["coding_id"]:
        ours, theirs, one, other = theirs, ours, other, one
    # Another stance is another piece of evidence, wherever the passage ends.
    named = STANCE if STANCE in pair.differs else next(iter(pair.differs), "")
    kinds = {
        "other code": OTHER_CODE,
        "bounds differ": f"different {STANCE}" if named == STANCE else BOUNDARY,
        "attributes differ": f"different {named}",
    }
    said = [
        f"{name}: {ours[name] or 'nothing'} / {theirs[name] or 'nothing'}"
        for name in pair.differs
    ]
    return {
        "document_id": ours["document_id"],
        "start": pair.start,
        "end": pair.end,
        "kind": kinds.get(pair.kind, MISSED),
        "code_id": ours["code_id"],
        "other_code_id": theirs["code_id"],
        "differs": "; ".join(said),
        "coder_id": one,
        "other_coder_id": other,
        "coding_id": ours["coding_id"],
        "other_coding_id": theirs["coding_id"],
        "quotation": ours["quotation"],
        "other_quotation": theirs["quotation"],
    }


@dataclass
class _Ledger:
    """What two coders made of the units, kept so that a change is worked out at once.

    `sizes` are those of the units; `laid` has how often each side put a code on a unit,
    `on` the units of a coding;
    `values` has, for an attribute, how often each value was given, and `apart` how
    many pairs differ.
    """

    sizes: list[int]
    n_units: int
    on: dict[str, set[int]]
    laid: tuple[Counter[tuple[str, int]], Counter[tuple[str, int]]]
    values: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    apart: Counter[str] = field(default_factory=Counter)

    @classmethod
    def fill(
        cls, codings: pd.DataFrame, units: pd.DataFrame, one: str, other: str
    ) -> _Ledger:
        """Lay the codings of both on the units."""
        placed = place_codings(codings[codings["coder_id"].isin([one, other])], units)
        on: dict[str, set[int]] = defaultdict(set)
        laid: tuple[Counter[tuple[str, int]], ...] = (Counter(), Counter())
        for row in list_rows(placed[["coding_id", "coder_id", "code_id", "unit_row"]]):
            on[row["coding_id"]].add(row["unit_row"])
            laid[row["coder_id"] == other][row["code_id"], row["unit_row"]] += 1
        sizes = size_units(units).tolist()
        return cls(sizes, sum(sizes), on, (laid[0], laid[1]))

    def take_in(
        self,
        pair: Pair,
        ours: Mapping[str, Any],
        theirs: Mapping[str, Any],
        attributes: list[str],
    ) -> None:
        """Take the attributes of a pair into account: where both say something."""
        for name in attributes:
            if _both_say(pair, ours, theirs, name):
                self.values[name].update([ours[name], theirs[name]])
                self.apart[name] += ours[name] != theirs[name]

    def measure_gain(
        self,
        pair: Pair,
        ours: Mapping[str, Any],
        theirs: Mapping[str, Any],
        attributes: list[str],
    ) -> float:
        """Say how much alphas rise when a pair is settled: the mean of both ways."""
        gains = [self._settle(ours, theirs, side) for side in (0, 1)]
        gain = sum(each or 0.0 for each in gains) / 2
        for name in attributes:
            if ours[name] != theirs[name] and _both_say(pair, ours, theirs, name):
                gain += self._agree(name, ours[name], theirs[name])
        return gain

    def _settle(
        self, ours: Mapping[str, Any], theirs: Mapping[str, Any], side: int
    ) -> float | None:
        """Say how much alphas of codes rise when all read it as one `side` does."""
        read = (ours, theirs)[side]
        given_up = (theirs, ours)[side]
        changes: Counter[tuple[str, int]] = Counter()
        if given_up["coding_id"]:
            for unit in self.on[given_up["coding_id"]]:
                changes[given_up["code_id"], unit] -= 1
        if read["coding_id"]:
            for unit in self.on[read["coding_id"]]:
                changes[read["code_id"], unit] += 1
        rise = 0.0
        for code_id in {code_id for code_id, _ in changes}:
            touched = {key: n for key, n in changes.items() if key[0] == code_id and n}
            after = self._measure(code_id, touched, 1 - side)
            if after is None:
                return None
            rise += after - (self._measure(code_id, {}, side) or 0.0)
        return rise

    def _measure(
        self, code_id: str, changes: Mapping[tuple[str, int], int], side: int
    ) -> float | None:
        """Give the alpha of a code, were one side's codings changed so."""
        apart, present = self._count(code_id)
        for key, n in changes.items():
            size = self.sizes[key[1]]
            here, there = self.laid[side][key], self.laid[1 - side][key]
            before, after, facing = here > 0, here + n > 0, there > 0
            apart += size * ((after != facing) - (before != facing))
            present += size * (after - before)
        return _alpha(apart, {True: present, False: 2 * self.n_units - present})

    def _count(self, code_id: str) -> tuple[int, int]:
        if code_id not in self._counted:
            sides = [
                {u for (code, u), n in each.items() if code == code_id and n}
                for each in self.laid
            ]
            apart, *each = (
                sum(self.sizes[unit] for unit in units)
                for units in (sides[0] ^ sides[1], *sides)
            )
            self._counted[code_id] = apart, sum(each)
        return self._counted[code_id]

    _counted: dict[str, tuple[int, int]] = field(default_factory=dict)

    def _agree(self, name: str, ours: str, theirs: str) -> float:
        before = _alpha(self.apart[name], self.values[name]) or 0.0
        ways = []
        for kept, given_up in ((ours, theirs), (theirs, ours)):
            values = self.values[name] + Counter([kept])
            values.subtract([given_up])
            ways.append(_alpha(self.apart[name] - 1, values))
        return sum(way - before for way in ways if way is not None) / 2


def _both_say(
    pair: Pair, ours: Mapping[str, Any], theirs: Mapping[str, Any], name: str
) -> bool:
    same_code = ours["code_id"] == theirs["code_id"]
    return bool(pair.one and pair.other and same_code and ours[name] and theirs[name])


def _alpha(apart: int, values: Mapping[Any, int]) -> float | None:
    """Give the nominal alpha of two coders; None where only one value is left.

    >>> round(_alpha(4, {0: 14, 1: 6}), 3)  # ten binary pairs: Krippendorff 2004
    0.095
    """
    n = sum(values.values())
    expected = n * n - sum(each * each for each in values.values())
    return 1 - 2 * apart * (n - 1) / expected if expected else None
