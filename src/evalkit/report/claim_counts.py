"""What people say on a claim: how many, what it is called, how it looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalkit.report.style import (
    CONTRADICT,
    CONTRADICT_TEXT,
    INK,
    MUTE,
    ON_CONTRADICT,
    ON_SUPPORT,
    QUALIFY,
    QUALIFY_TEXT,
    RULE_STRONG,
    SUPPORT,
)


@dataclass(frozen=True)
class Look:
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


AGAINST = (QUALIFIES, MIXED, CONTRADICTS)  # from the axis outwards


LOOKS = {
    SUPPORTS: Look("supports", "support", SUPPORT, SUPPORT, ON_SUPPORT),
    QUALIFIES: Look(*("qualifies", "qualify", QUALIFY_TEXT), edge=QUALIFY, hatch="/"),
    MIXED: Look("says both", "say both", MUTE, edge=MUTE, hatch="x"),
    CONTRADICTS: Look(
        *("contradicts", "contradict", CONTRADICT_TEXT, CONTRADICT, ON_CONTRADICT)
    ),
}


_BLANK = Look("", "", MUTE, edge=RULE_STRONG, dashed=True)


_SILENT = Look("", "", MUTE, edge=RULE_STRONG)


# What people answer to an open question, in order: how it looks and what it is called.
ANSWERS = {
    SUPPORTS: (LOOKS[SUPPORTS], "for"),
    QUALIFIES: (LOOKS[QUALIFIES], "it depends"),
    MIXED: (LOOKS[MIXED], "for and against"),
    CONTRADICTS: (LOOKS[CONTRADICTS], "against"),
    "silent": (_SILENT, "asked, silent"),
    "not_asked": (_BLANK, "not asked"),
    "unknown": (_BLANK, "did not speak to it"),
}


STRENGTHS = (
    *("strong", "moderate", "limited", "single source", "contested"),
    *("unsupported", "no evidence", "open question"),
)


@dataclass(frozen=True)
class Row:
    """People by direction, and of how many."""

    name: str
    n_people: int | None
    counts: dict[str, int]

    @classmethod
    def read(cls, row: Mapping[Any, Any], name: str) -> Row:
        """Read a row of counts."""
        counts = {direction: int(row[direction]) for direction in DIRECTIONS}
        n_people = row.get("n_people")
        return cls(name, None if n_people is None else int(n_people), counts)

    @property
    def n(self) -> int:
        """How many spoke to it."""
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        """How many do not simply support it."""
        return self.n - self.counts[SUPPORTS]

    def rank(self) -> tuple[float, int]:
        """Order rows by the share of support, then by how many spoke."""
        return -self.counts[SUPPORTS] / max(self.n, 1), -self.n

    def tell(self) -> str:
        """Say the counts, of how many people."""
        of = "" if self.n_people is None else f", of {self.n_people}"
        return f"{list_counts(self.counts)}{of}"

    def count_speakers(self) -> str:
        """Say how many spoke to it."""
        if self.n_people is None:
            return f"{self.n or 'nobody'} spoke to it"
        if not self.n_people:
            return "nobody in this group"
        return f"{self.n or 'none'} of {self.n_people} spoke to it"


def add_up(rows: Sequence[Row]) -> dict[str, int]:
    """Add the counts of rows up."""
    return {each: sum(row.counts[each] for row in rows) for each in DIRECTIONS}


def list_counts(counts: Mapping[str, int]) -> str:
    """List what people say, as in "2 support, 1 qualifies"."""
    said = [
        f"{counts[each]} {LOOKS[each].one if counts[each] == 1 else LOOKS[each].many}"
        for each in DIRECTIONS
        if counts[each]
    ]
    return ", ".join(said) or "nobody spoke to it"


def join(parts: Sequence[str]) -> str:
    """List parts in a sentence."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
