"""Whether anything published, taken together, describes fewer than k people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, product

import pandas as pd


@dataclass(frozen=True)
class Counted:
    """A published count of people: of `what`, by the categories of a column `by`."""

    what: str
    by: str
    n: Mapping[str, int]


_GROUP, _MERGED = "group", "report_group"  # the second is made of the first
HEARD = "people heard"  # the count that a sample table publishes


def find_small(
    published: Iterable[Counted], people: pd.DataFrame, *, k: int
) -> list[str]:
    """Find what describes fewer than `k` people, each as one line.

    `people` has one row a person heard, with the columns that are counted by. Three
    things are looked for: a category of fewer than `k` people; categories left out of a
    table whose people, by subtraction, are fewer than `k`; and, of what is counted by
    two columns or three, people who must belong to a combination of categories that
    fewer than `k` share (the Fréchet bound: the sum of the counts, less what all of
    them can take; Dobra & Fienberg 2000 use it for the same purpose).

    >>> people = pd.DataFrame({"group": ["a", "a", "a", "b"]})
    >>> find_small([Counted(HEARD, "group", {"a": 3})], people, k=3)
    ['by group: 1 person is left out of the table, and found by subtraction']
    """
    found: list[str] = []
    tables: dict[str, dict[str, dict[str, int]]] = {}
    for each in published:
        whole = tables.setdefault(each.what, {}).setdefault(each.by, {})
        whole.update(each.n)
    for by in sorted({by for columns in tables.values() for by in columns}):
        sizes = people[by].value_counts()
        shown = {c for columns in tables.values() for c in columns.get(by, ())}
        for category in sorted(shown & {*sizes.index}):
            if sizes[category] < k:
                found.append(f"by {by}: “{category}” is {_people(sizes[category])}")
        left = int(sizes[[each for each in sizes.index if each not in shown]].sum())
        if 0 < left < k:
            verb = "is" if left == 1 else "are"
            found.append(
                f"by {by}: {_people(left)} {verb} left out of the table, and found by "
                "subtraction"
            )
    for what, columns in tables.items():
        found += _find_joint(what, columns, people, k)
        found += _find_nested(columns, people, k)
    return list(dict.fromkeys(found))


def _find_joint(
    what: str,
    columns: Mapping[str, Mapping[str, int]],
    people: pd.DataFrame,
    k: int,
) -> Iterable[str]:
    for size in (2, 3):
        for together in combinations(sorted(columns), size):
            total = max(sum(columns[by].values()) for by in together)
            for cell in product(*(columns[by].items() for by in together)):
                least = sum(n for _, n in cell) - (size - 1) * total
                if least < 1:
                    continue
                fits = pd.Series(True, index=people.index)
                for by, (category, _) in zip(together, cell, strict=True):
                    fits &= people[by].eq(category)
                if 0 < fits.sum() < k:
                    named = " and ".join(f"“{category}”" for category, _ in cell)
                    yield (
                        f"{what} by {' and by '.join(together)}: together they tell of "
                        f"{named}, {_people(int(fits.sum()))}"
                    )


def _find_nested(
    columns: Mapping[str, Mapping[str, int]], people: pd.DataFrame, k: int
) -> Iterable[str]:
    """Find who is left of a merged group when the groups within it are taken away."""
    if not {_GROUP, _MERGED} <= {*columns} or people.empty:
        return
    for whole in columns[_MERGED]:
        members = people[people[_MERGED].eq(whole)]
        left = int((~members[_GROUP].isin([*columns[_GROUP]])).sum())
        if 0 < left < k and left < len(members):
            yield (
                f"by {_GROUP} and by {_MERGED}: {_people(left)} of “{whole}” "
                f"{'is' if left == 1 else 'are'} found by subtraction"
            )


def merge_small(people: pd.DataFrame, by: str, *, k: int) -> pd.Series:
    """Give each person's value of `by`, the small categories merged into one.

    The smallest are merged until what they make together has `k` people, so that
    nothing is hidden that a total gives back.

    >>> people = pd.DataFrame({"mode": ["video"] * 5 + ["phone", "letter"]})
    >>> merge_small(people, "mode", k=3).value_counts().to_dict()
    {'any': 7}
    >>> merge_small(people[:5], "mode", k=3).unique().tolist()
    ['video']
    """
    values = people[by].replace("", "not recorded")
    sizes = values.value_counts().sort_values(kind="stable")
    merged: list[str] = []
    n = 0
    for category, size in sizes.items():
        if size >= k and (not n or n >= k):
            break
        merged.append(str(category))
        n += int(size)
    name = "any" if len(merged) == len(sizes) else "other"
    return values.where(~values.isin(merged), name) if merged else values


def _people(n: int) -> str:
    return f"{n} {'person' if n == 1 else 'people'}"
