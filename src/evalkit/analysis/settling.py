"""How much agreement would rise, were a disagreement of two coders settled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evalkit.analysis.ratings import place_codings, size_units
from evalkit.pairing import Pair
from evalkit.tables import list_rows

Row = Mapping[str, Any]
Paired = tuple[Pair, Row, Row]  # a pair, and the two codings' rows


@dataclass
class Ledger:
    """What two coders made of the units, kept so that a change is worked out at once.

    `sizes` are those of the units, `n_units` their sum; `laid` has how often each side
    put a code on a unit, `on` the units of a coding; `values` has, for an attribute,
    how often each value was given, and `apart` how many pairs differ.
    """

    sizes: list[int]
    n_units: int
    on: dict[str, set[int]]
    laid: tuple[Counter[tuple[str, int]], Counter[tuple[str, int]]]
    values: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    apart: Counter[str] = field(default_factory=Counter)
    _counted: dict[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def fill(
        cls, codings: pd.DataFrame, units: pd.DataFrame, one: str, other: str
    ) -> Ledger:
        """Lay the codings of both on the units."""
        placed = place_codings(codings[codings["coder_id"].isin([one, other])], units)
        on: dict[str, set[int]] = defaultdict(set)
        laid: tuple[Counter[tuple[str, int]], ...] = (Counter(), Counter())
        for row in list_rows(placed[["coding_id", "coder_id", "code_id", "unit_row"]]):
            on[row["coding_id"]].add(row["unit_row"])
            laid[row["coder_id"] == other][row["code_id"], row["unit_row"]] += 1
        sizes = size_units(units).tolist()
        return cls(sizes, sum(sizes), on, (laid[0], laid[1]))

    def take_in(self, paired: Paired, attributes: list[str]) -> None:
        """Take the attributes of a pair into account: where both say something."""
        _, ours, theirs = paired
        for name in attributes:
            if _both_say(paired, name):
                self.values[name].update([ours[name], theirs[name]])
                self.apart[name] += ours[name] != theirs[name]

    def measure_gain(self, paired: Paired, attributes: list[str]) -> float:
        """Say how much alphas rise when a pair is settled: the mean of both ways."""
        _, ours, theirs = paired
        gains = [self._settle(ours, theirs, side) for side in (0, 1)]
        gain = sum(each or 0.0 for each in gains) / 2
        for name in attributes:
            if ours[name] != theirs[name] and _both_say(paired, name):
                gain += self._agree(name, ours[name], theirs[name])
        return gain

    def _settle(self, ours: Row, theirs: Row, side: int) -> float | None:
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

    def _agree(self, name: str, ours: str, theirs: str) -> float:
        before = _alpha(self.apart[name], self.values[name]) or 0.0
        ways = []
        for kept, given_up in ((ours, theirs), (theirs, ours)):
            values = self.values[name] + Counter([kept])
            values.subtract([given_up])
            ways.append(_alpha(self.apart[name] - 1, values))
        return sum(way - before for way in ways if way is not None) / 2


def _both_say(paired: Paired, name: str) -> bool:
    pair, ours, theirs = paired
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
