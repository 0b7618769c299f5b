"""How a report speaks of a person: as closely as leaves them one of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import pandas as pd

NOBODY_NEARER = "one respondent"
_NO_GROUP = "all respondents"  # see `group_respondents`
# What `attribute_as` may say; anything else is a description, and no nearer than group.
ROLE, NAME, NONE = "role", "name", "none"


def attribute_people(
    people: pd.DataFrame,
    *,
    k: int,
    nouns: Mapping[str, str],
    describe_by: Sequence[str] = (),
) -> pd.DataFrame:
    """Say how each person may be spoken of, so that at least `k` people fit.

    From near to far: attributes and group ("one experienced diplomat"), group ("one
    diplomat"), "one respondent". Attributes are used only where every class they make
    in the group has `k` people, or those left over would be described too; and only of
    people whose `attribute_as` is role or name. `people` has respondent_id,
    report_group, attribute_as and the columns of `describe_by`; `nouns` gives one of a
    group ("one diplomat"; else "one of the diplomats").

    One row a person: respondent_id, attribution.

    >>> people = pd.DataFrame({"respondent_id": ["P1", "P2", "P3", "P4"],
    ...     "report_group": ["diplomats", "diplomats", "diplomats", "others"],
    ...     "attribute_as": "group"})
    >>> spoken = attribute_people(people, k=3, nouns={"diplomats": "one diplomat"})
    >>> spoken["attribution"].to_list()
    ['one diplomat', 'one diplomat', 'one diplomat', 'one respondent']
    """
    spoken = pd.Series(NOBODY_NEARER, index=people.index)
    for group, members in people.groupby("report_group", sort=False):
        if len(members) < k or group == _NO_GROUP:
            continue
        noun = nouns.get(str(group)) or f"one of the {group}"
        may = members[members["attribute_as"].ne(NONE)]
        spoken[may.index] = noun
        may = may[may["attribute_as"].isin([ROLE, NAME])]
        if may.empty:
            continue
        columns = next(_find_columns(members, describe_by, k), None)
        if columns and noun.startswith("one ") and not noun.startswith("one of "):
            words = may[columns].agg(" ".join, axis=1).str.split().str.join(" ")
            spoken[may.index] = ("one " + words + noun[3:]).str.replace("  ", " ")
    return pd.DataFrame(
        {"respondent_id": people["respondent_id"], "attribution": spoken}
    )


def _find_columns(
    members: pd.DataFrame, describe_by: Sequence[str], k: int
) -> Iterator[list[str]]:
    known = [column for column in describe_by if column in members]
    for n in range(len(known), 0, -1):
        for columns in combinations(known, n):
            if members.groupby([*columns]).size().min() >= k:
                yield [*columns]
