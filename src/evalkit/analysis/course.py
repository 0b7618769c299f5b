"""Which theme comes where in an interview."""

from __future__ import annotations

import pandas as pd


def find_course(coded: pd.DataFrame) -> pd.DataFrame:
    """Place each coded unit on the way through its document.

    `coded` are units by turn with codings laid on them. One row a document, code and
    coded unit: document_id, code_id, begins and ends (shares of the words' way through
    the document: 0 its first turn's start, 1 its last turn's end).

    >>> coded = pd.DataFrame({"document_id": "A", "unit": [1, 2], "start": [0, 5],
    ...                       "end": [5, 10], "code_id": [None, "a"]})
    >>> find_course(coded)
      document_id code_id  begins  ends
    0           A       a     0.5   1.0
    """
    whole = coded.groupby("document_id").agg(
        first=("start", "min"), last=("end", "max")
    )
    placed = coded[coded["code_id"].notna()].drop_duplicates(
        ["document_id", "unit", "code_id"]
    )
    placed = placed.join(whole, on="document_id")
    length = placed["last"] - placed["first"]
    return placed.assign(
        begins=(placed["start"] - placed["first"]) / length,
        ends=(placed["end"] - placed["first"]) / length,
    )[["document_id", "code_id", "begins", "ends"]].reset_index(drop=True)
