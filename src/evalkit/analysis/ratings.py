"""What each coder made of each unit: codings as ratings, coders × units.

A coder rates the units of the documents they worked through. There, a unit without
their coding is rated "absent"; elsewhere the rating is missing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.analysis.units import lay_codings

N_CHARACTERS = "n_characters"


def cut_characters(turns: pd.DataFrame, codings: pd.DataFrame) -> pd.DataFrame:
    """Cut turns where any coding begins or ends: the units for counting characters.

    One row a run of characters that every coder reads alike: document_id, unit, start,
    end, turn, speaker, role, respondent_id, and n_characters, how many units of one
    character it stands for.

    >>> turns = pd.DataFrame({"document_id": "A", "turn": [1], "speaker": "R",
    ...     "role": "respondent", "respondent_id": "P1", "start": [0], "end": [9]})
    >>> codings = pd.DataFrame({"document_id": "A", "start": [0], "end": [4]})
    >>> cut_characters(turns, codings)[["unit", "start", "end", "n_characters"]]
       unit  start  end  n_characters
    0     1      0    4             4
    1     2      4    9             5
    """
    edges = pd.concat(
        [
            frame[["document_id", side]].set_axis(["document_id", "start"], axis=1)
            for frame in (turns, codings)
            for side in ("start", "end")
        ]
    ).drop_duplicates()
    edges = edges.astype({"document_id": turns["document_id"].dtype, "start": "int64"})
    edges = edges.sort_values(["document_id", "start"], ignore_index=True)
    following = edges.groupby("document_id")["start"].shift(-1)
    runs = edges.assign(end=following)[following.notna()]
    placed = pd.merge_asof(
        runs.astype({"end": "int64"}).sort_values("start", kind="stable"),
        turns[[*_PLACE, "start", "end"]]
        .assign(begins=turns["start"])
        .sort_values("start", kind="stable"),
        on="start",
        by="document_id",
        suffixes=("", "_of_turn"),
    )
    placed = placed[placed["end"].le(placed["end_of_turn"])]
    placed = placed.sort_values(["document_id", "start"], ignore_index=True)
    unit = placed.groupby("document_id").cumcount() + 1
    placed = placed.assign(unit=unit, turn=placed["turn"].astype("int64")).assign(
        **{N_CHARACTERS: placed["end"] - placed["start"]}
    )
    return placed[["document_id", "unit", "start", "end", *_PLACE[1:], N_CHARACTERS]]


_PLACE = ["document_id", "turn", "speaker", "role", "respondent_id"]


def size_units(units: pd.DataFrame) -> NDArray[np.int64]:
    """Give how many units each row of `units` stands for."""
    if N_CHARACTERS in units:
        return units[N_CHARACTERS].to_numpy("int64")
    return np.ones(len(units), dtype="int64")


def list_worked(codings: pd.DataFrame) -> pd.DataFrame:
    """List who worked on which document: where a coder has a coding.

    One row a coder and document: coder_id, document_id.
    """
    worked = codings[["coder_id", "document_id"]].drop_duplicates()
    return worked.sort_values(["coder_id", "document_id"], ignore_index=True)


def place_codings(codings: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Say on which unit each coding lies: one row a unit and coding.

    Columns: unit_row (the row of `units`, from 0), then the codings' own but for their
    span.
    """
    numbered = units[["document_id", "start", "end"]].assign(unit_row=range(len(units)))
    placed = lay_codings(numbered, codings)
    placed = placed[placed["code_id"].notna()]
    return placed.drop(columns=["start", "end"]).reset_index(drop=True)


def rate_code(
    codings: pd.DataFrame,
    units: pd.DataFrame,
    *,
    code_id: str,
    worked: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Rate each unit by each coder: 1 where they put the code on it, 0 where not.

    One row a coder, one column a row of `units`; missing in documents that the coder
    did not work through (`worked`: coder_id, document_id; see `list_worked`).

    >>> units = pd.DataFrame({"document_id": "A", "start": [0, 5], "end": [5, 9]})
    >>> codings = pd.DataFrame({"document_id": "A", "start": [0, 5], "end": [3, 9],
    ...     "coder_id": ["ana", "bo"], "code_id": "a"})
    >>> rate_code(codings, units, code_id="a").to_numpy().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    coders, base = find_base(units, list_worked(codings) if worked is None else worked)
    placed = place_codings(codings[codings["code_id"].eq(code_id)], units)
    rated = mark_presence(base, coders, placed).astype("float64")
    rated[rated < 0] = np.nan
    return pd.DataFrame(rated, index=coders)


def rate_sets(
    codings: pd.DataFrame, units: pd.DataFrame, *, worked: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Rate each unit by each coder with the set of codes they put on it, for "masi".

    One row a coder, one column a row of `units`: frozensets of code_ids, None in
    documents that the coder did not work through.
    """
    coders, base = find_base(units, list_worked(codings) if worked is None else worked)
    rated = np.full(base.shape, None, dtype="object")
    rated[base == 0] = frozenset()
    placed = place_codings(codings[codings["coder_id"].isin(coders)], units)
    for (coder_id, unit_row), codes in placed.groupby(["coder_id", "unit_row"]):
        place = coders.index(str(coder_id)), int(str(unit_row))
        if base[place] == 0:
            rated[place] = frozenset(codes["code_id"])
    return pd.DataFrame(rated, index=coders)


def rate_attribute(
    codings: pd.DataFrame, units: pd.DataFrame, *, attribute: str
) -> pd.DataFrame:
    """Rate, where coders put a code on a unit, by what they say of the passage.

    `attribute` is a column of `codings`, such as stance. One row a coder, one column a
    unit and code that somebody put on it (document_id, unit_row, code_id); missing
    where the coder did not put the code there, or said nothing. Two values of one coder
    for one unit and code are a value of their own ("contradicts + supports").
    """
    said = codings[codings[attribute].notna() & codings[attribute].ne("")]
    key = ["document_id", "unit_row", "code_id"]
    given = place_codings(said, units)[["coder_id", *key, attribute]]
    given = given.drop_duplicates().sort_values(attribute, kind="stable")
    is_one_of_many = given.duplicated(["coder_id", *key], keep=False)
    many = given[is_one_of_many].groupby(["coder_id", *key], as_index=False)
    given = pd.concat([given[~is_one_of_many], many[attribute].agg(" + ".join)])
    items = pd.MultiIndex.from_frame(given[key])
    columns = items.unique().sort_values()
    coders = sorted(given["coder_id"].unique())
    rated = np.full((len(coders), len(columns)), None, dtype="object")
    rows = pd.Index(coders).get_indexer(pd.Index(given["coder_id"]))
    rated[rows, columns.get_indexer(items)] = given[attribute].to_numpy("object")
    return pd.DataFrame(rated, index=coders, columns=columns)


def find_base(
    units: pd.DataFrame, worked: pd.DataFrame
) -> tuple[list[str], NDArray[np.int8]]:
    """Give the coders, and their ratings before any coding: 0, or -1 where missing."""
    coders = sorted(worked["coder_id"].unique())
    documents, of = np.unique(units["document_id"].to_numpy(str), return_inverse=True)
    base = np.full((len(coders), len(units)), -1, dtype="int8")
    for row, coder_id in zip(base, coders, strict=True):
        theirs = worked.loc[worked["coder_id"].eq(coder_id), "document_id"]
        row[np.isin(documents, theirs.to_numpy(str))[of]] = 0
    return coders, base


def mark_presence(
    base: NDArray[np.int8], coders: list[str], placed: pd.DataFrame
) -> NDArray[np.int8]:
    """Mark where `placed` codings lie as 1; what is missing stays missing."""
    marked = np.zeros(base.shape, dtype="int8")
    at = pd.Index(coders).get_indexer(pd.Index(placed["coder_id"]))
    known = at >= 0
    marked[at[known], placed["unit_row"].to_numpy("int64")[known]] = 1
    return np.where(base < 0, base, marked)
