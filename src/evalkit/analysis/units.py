"""Slices of the interviews chosen for counting, with the codings that lie on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from evalkit.errors import EvalkitError

_OF_TURN = ["turn", "speaker", "role", "respondent_id"]


def cut_units(
    turns: pd.DataFrame,
    *,
    by: Literal["turn", "sentence"] = "turn",
    language: str = "en",
) -> pd.DataFrame:
    """Cut turns into units.

    One row a unit: document_id, unit (from 1 in each document), start, end
    (characters of the document's text), and the turn it lies in: turn, speaker, role,
    respondent_id.
    """
    if by not in ("turn", "sentence"):
        raise ValueError(f"by is 'turn' or 'sentence', not {by!r}")
    units = turns[["document_id", "start", "end", *_OF_TURN]]
    if by == "sentence":
        from evalkit.nlp import cut_sentences

        cut = cut_sentences(turns["text"], language=language)
        sizes = np.array([len(spans) for spans in cut], dtype="int64")
        spans = np.array([span for each in cut for span in each], dtype="int64")
        offsets = np.repeat(turns["start"].to_numpy(), sizes)
        units = units.loc[turns.index.repeat(sizes)].reset_index(drop=True)
        units = units.assign(
            start=offsets + spans.reshape(-1, 2)[:, 0],
            end=offsets + spans.reshape(-1, 2)[:, 1],
        )
    unit = units.groupby("document_id", sort=False).cumcount() + 1
    units = units.assign(unit=unit.astype("int64"))
    return units[["document_id", "unit", "start", "end", *_OF_TURN]].reset_index(
        drop=True
    )


def lay_codings(units: pd.DataFrame, codings: pd.DataFrame) -> pd.DataFrame:
    """Lay codings over units: a coding lies on each unit it shares a character with.

    One row a unit and coding, and one row a unit that nobody coded (its coding columns
    are missing): the units' columns, then the codings' but for their span. Units of
    one document may not overlap.

    >>> units = pd.DataFrame({"document_id": "A", "unit": [1, 2], "start": [0, 5],
    ...                       "end": [5, 9]})
    >>> codings = pd.DataFrame({"coding_id": ["x"], "document_id": "A", "start": [3],
    ...                         "end": [5], "code_id": ["a"]})
    >>> lay_codings(units, codings)[["unit", "coding_id", "code_id"]]
       unit coding_id code_id
    0     1         x       a
    1     2       NaN     NaN
    """
    n_units = len(units)
    documents, names = pd.factorize(units["document_id"])
    of_coding = names.get_indexer(pd.Index(codings["document_id"]))
    span = 1 + max(
        units["end"].max() if n_units else 0,
        codings["end"].max() if len(codings) else 0,
    )
    order = np.lexsort((units["start"].to_numpy(), documents))
    begins = documents[order] * span + units["start"].to_numpy()[order]
    ends = documents[order] * span + units["end"].to_numpy()[order]
    if n_units and (begins[1:] < ends[:-1]).any():
        raise ValueError("units of one document overlap")
    known = of_coding >= 0
    first = np.searchsorted(ends, of_coding * span + codings["start"], side="right")
    last = np.searchsorted(begins, of_coding * span + codings["end"], side="left")
    n_touched = np.where(known, np.maximum(last - first, 0), 0)
    coding_at = np.repeat(np.arange(len(codings)), n_touched)
    within = np.arange(len(coding_at)) - np.repeat(
        np.cumsum(n_touched) - n_touched, n_touched
    )
    unit_at = order[np.repeat(first, n_touched) + within] if n_units else coding_at
    if (units["start"] == units["end"]).any():  # a turn without words bears nothing
        shares = (units["start"] < units["end"]).to_numpy()[unit_at]
        unit_at, coding_at = unit_at[shares], coding_at[shares]
    is_coded = np.zeros(n_units, dtype="bool")
    is_coded[unit_at] = True
    uncoded = np.flatnonzero(~is_coded)
    unit_at = np.concatenate([unit_at, uncoded])
    coding_at = np.concatenate([coding_at, np.full(len(uncoded), -1)])
    rows = np.lexsort((coding_at, unit_at))
    laid = units.take(unit_at[rows]).reset_index(drop=True)
    marks = codings.drop(columns=["document_id", "start", "end"]).reset_index(drop=True)
    marks = marks.reindex(coding_at[rows]).reset_index(drop=True)
    return pd.concat([laid, marks], axis=1)


def join_attributes(units: pd.DataFrame, respondents: pd.DataFrame) -> pd.DataFrame:
    """Join the attributes of who speaks to each unit: one row a row of `units`.

    Units that nobody we listened to speaks (an interviewer's) keep missing values.
    """
    repeated = respondents["respondent_id"].duplicated()
    if repeated.any():
        who = respondents.loc[repeated, "respondent_id"].iloc[0]
        raise EvalkitError(f"respondents: respondent_id {who!r} stands twice")
    fresh = [c for c in respondents if c == "respondent_id" or c not in units]
    return units.merge(respondents[fresh], on="respondent_id", how="left")


def group_respondents(
    respondents: pd.DataFrame, report_groups: Mapping[str, list[str]]
) -> pd.DataFrame:
    """Add `report_group`, the group as a report names it: one row a respondent.

    A group that `report_groups` does not mention keeps its name; people without a
    group are "all respondents".

    >>> people = pd.DataFrame({"respondent_id": ["P1", "P2"], "group": ["a", ""]})
    >>> group_respondents(people, {"A and B": ["a", "b"]})["report_group"].to_list()
    ['A and B', 'all respondents']
    """
    names = {group: name for name, groups in report_groups.items() for group in groups}
    shown = respondents["group"].replace(names).replace({"": "all respondents"})
    return respondents.assign(report_group=shown)


def find_own_words(turns: pd.DataFrame, codings: pd.DataFrame) -> pd.DataFrame:
    """Find the codings whose every word one respondent said, in their own turns.

    One row such a coding: coding_id, respondent_id. A passage that holds an
    interviewer's words too, a speaker's label, or words of two people is left out:
    it can be counted, but not quoted as anybody's.

    >>> turns = pd.DataFrame({"document_id": "A", "turn": [1, 2], "speaker": ["I", "R"],
    ...     "role": ["interviewer", "respondent"], "respondent_id": ["", "P1"],
    ...     "start": [3, 12], "end": [8, 16], "text": ["Why? ", "Hope"]})
    >>> codings = pd.DataFrame({"coding_id": ["x", "y"], "document_id": "A",
    ...     "start": [12, 3], "end": [16, 16], "quotation": ["Hope", "Why? R: Hope"]})
    >>> find_own_words(turns, codings)
      coding_id respondent_id
    0         x            P1
    """
    laid = lay_codings(
        cut_units(turns), codings.assign(first=codings["start"], last=codings["end"])
    )
    laid = laid[laid["coding_id"].notna()]
    laid = laid.merge(
        turns[["document_id", "turn", "text"]], on=["document_id", "turn"]
    )
    begins = (laid["first"] - laid["start"]).clip(lower=0).astype("int64")
    ends = (laid["last"] - laid["start"]).astype("int64")
    said = [
        _count_letters(text[begin:end])
        for text, begin, end in zip(laid["text"], begins, ends, strict=True)
    ]
    own = laid["role"].eq("respondent") & laid["respondent_id"].ne("")
    passages = (
        laid.assign(said=said, own=own)
        .groupby("coding_id")
        .agg(
            respondent_id=("respondent_id", "first"),
            n_people=("respondent_id", "nunique"),
            own=("own", "all"),
            said=("said", "sum"),
        )
    )
    whole = codings.set_index("coding_id")["quotation"].map(_count_letters)
    passages = passages[passages["own"] & passages["n_people"].eq(1)]
    passages = passages[passages["said"].eq(whole[passages.index])]
    return passages["respondent_id"].reset_index()


def _count_letters(words: str) -> int:
    return sum(map(len, words.split()))
