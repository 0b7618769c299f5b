"""Which codes a chart of pairs draws, and its finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from evalkit.report.claim_findings import spell

_MOST = 12  # codes that a chart of this width holds
_NUMBERED = 7  # lines that say how many, at most
_NONE = "No two codes come together"
_COLUMNS = ("code_a", "code_b", "n_respondents", "n_either")
_Pair = tuple[str, str]


@dataclass(frozen=True)
class CodePairs:
    """What is drawn: names, those of most people first; pairs, the strongest first.

    `people` is empty where they are not known; `either` says how many have one of two.
    """

    names: dict[str, str]
    people: dict[str, int]
    pairs: dict[_Pair, int]
    either: dict[_Pair, int]
    n_left: int

    @classmethod
    def read(
        cls, counts: pd.DataFrame, names: Mapping[str, str] | pd.DataFrame
    ) -> CodePairs:
        """Read the counts: twelve codes at most, those that meet in most people."""
        people: dict[str, int] = {}
        if isinstance(names, pd.DataFrame):
            if "n_respondents" in names:
                sizes = zip(names["code_id"], names["n_respondents"], strict=True)
                people = {str(code): int(n) for code, n in sizes if n}
            names = dict(zip(names["code_id"], names["name"], strict=True))
        met = counts.sort_values("n_respondents", ascending=False, kind="stable")
        columns = (met[each].to_list() for each in _COLUMNS)
        rows = {(min(a, b), max(a, b)): n for a, b, *n in zip(*columns, strict=True)}
        strength = dict.fromkeys(
            [*people, *(code for pair in rows for code in pair)], 0
        )
        for pair, (n, _) in rows.items():
            for code in pair:
                strength[code] = max(strength[code], n)
        order = sorted(strength, key=lambda c: (-strength[c], -people.get(c, 0), c))
        shown = sorted(
            order[:_MOST], key=lambda c: (-people.get(c, 0), -strength[c], c)
        )
        drawn = {p: n for p, n in rows.items() if n[0] and {*p} <= {*shown}}
        return cls(
            {code: str(names.get(code, code)) for code in shown},
            {code: people[code] for code in shown if code in people},
            {pair: n for pair, (n, _) in drawn.items()},
            {pair: n for pair, (_, n) in drawn.items()},
            len(order) - len(shown),
        )

    def lead(self) -> list[_Pair]:
        """List the strongest pairs, ties together, as far as they are few."""
        found: list[_Pair] = []
        for n in dict.fromkeys(self.pairs.values()):
            tied = [pair for pair in self.pairs if self.pairs[pair] == n]
            if len(found) + len(tied) > _NUMBERED:
                break
            found += tied
        return found

    def tell(self) -> str:
        """Say the finding."""
        n_codes = len(self.names)
        if n_codes == 1:
            (name,) = self.names.values()
            return f"Only “{name}” is used, so no two codes meet"
        if not self.pairs:
            return f"No two of the {n_codes} codes come together" if n_codes else _NONE
        n = max(self.pairs.values())
        tied = [pair for pair in self.pairs if self.pairs[pair] == n]
        most = " most" if len(tied) < len(self.pairs) else ""
        if len(tied) > 1:
            pairs = f"{spell(len(tied))} pairs of codes come together{most}"
            finding = f"{pairs}, each in the words of {say_people(n)}"
        else:
            (a, b), either = tied[0], self.either[tied[0]]
            who = f"{n} of the {either} people who speak to either"
            if n == either:
                who = f"all {n} people who speak to either"
            if either == 1:
                who = "the one person who speaks to either"
            both = f"“{self.names[a]}” and “{self.names[b]}”"
            finding = f"{both} come together{most}: in the words of {who}"
        if self.n_left:
            return f"Among the {n_codes} codes drawn, {finding}"
        return finding[:1].upper() + finding[1:]

    def list_numbers(self) -> str:
        """Say every number."""
        said = [
            f"{self.names[code]}: {say_people(n)}" for code, n in self.people.items()
        ]
        said += [
            f"{self.names[a]} and {self.names[b]} together: {say_people(n)}"
            for (a, b), n in self.pairs.items()
        ]
        n_other = len(self.names) * (len(self.names) - 1) // 2 - len(self.pairs)
        if n_other:
            said.append("no other two come together" if self.pairs else _NONE.lower())
        return "; ".join(said) or "No codes"


def say_people(n: int) -> str:
    """Say a number of people."""
    return "1 person" if n == 1 else f"{n} people"
