"""Who read which stretch of which text: the ground of agreement on spans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.analysis.resampling import FEWEST_DOCUMENTS, draw_documents, find_interval

Floats: TypeAlias = NDArray[np.float64]
NO_CODE = ""  # the code of a gap; as a row of a result: no code in particular
WHO = ["document_id", "coder_id"]
NO_PAIR = "no document has two coders"
NO_UNIT = "nobody coded anything"


def check_spans(codings: pd.DataFrame, continua: pd.DataFrame) -> None:
    """Raise `ValueError` where a coding or a continuum cannot be."""
    stretches = continua.set_index("document_id")
    if stretches.index.has_duplicates:
        raise ValueError("a document has two continua")
    if (stretches["start"].lt(0) | stretches["start"].gt(stretches["end"])).any():
        raise ValueError("a continuum starts before 0 or ends before it starts")
    begins, ends = _find_stretches(codings["document_id"], continua)
    within = codings["start"].ge(begins) & codings["end"].le(ends)
    faults = {
        "has no length": codings["start"].ge(codings["end"]),
        "has no code": codings["code_id"].fillna(NO_CODE).eq(NO_CODE),
        "sticks out of its continuum": ~within,
    }
    for what, rows in faults.items():
        if rows.any():
            unit = codings[rows].iloc[0]
            place = f"{unit['start']}-{unit['end']} in {unit['document_id']}"
            raise ValueError(f"{unit['coder_id']}'s coding {place} {what}")


def keep_compared(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the documents that two coders read."""
    n_coders = rows.groupby("document_id")["coder_id"].transform("nunique")
    return rows[n_coders.ge(2)]


def list_readers(
    codings: pd.DataFrame, continua: pd.DataFrame, worked: pd.DataFrame | None
) -> pd.DataFrame:
    """List who read which document: one row a document (not empty) and coder."""
    readers = codings[WHO]
    if worked is not None:
        unknown = set(worked["document_id"]) - set(continua["document_id"])
        if unknown:
            raise ValueError(
                f"{min(unknown)!r} was worked through, but has no continuum"
            )
        readers = pd.concat([readers, worked[WHO]])
    readers = readers.drop_duplicates()
    begins, ends = _find_stretches(readers["document_id"], continua).astype("int64")
    return readers.assign(start=begins, end=ends).query("start < end")


def _find_stretches(documents: pd.Series, continua: pd.DataFrame) -> Floats:
    """Give where each document's continuum starts and ends; NaN where it has none."""
    stretches = continua.set_index("document_id")[["start", "end"]]
    return stretches.reindex(documents).to_numpy(dtype="float64").T


def spread(cell: NDArray[Any], amounts: NDArray[Any], shape: tuple[int, int]) -> Floats:
    """Sum amounts into a table of documents by codes."""
    sums = np.bincount(cell.astype("intp"), amounts, minlength=shape[0] * shape[1])
    return sums.reshape(shape).astype("float64")


def draw_interval(
    sums: Floats, find: Callable[[Floats], Floats], *, seed: int
) -> Floats:
    """Draw documents, find figures of their sums, and give lows and highs."""
    if len(sums) < FEWEST_DOCUMENTS:
        return np.full((2, len(find(sums.sum(axis=0)))), np.nan)
    weights = draw_documents(len(sums), seed=seed).astype("float64")
    return find_interval(find(np.tensordot(weights, sums, axes=1)))


def divide(above: Floats, below: Floats) -> Floats:
    """Divide; missing where there is nothing, or less, to divide by."""
    missing = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    np.divide(above, below, out=missing, where=below > 0)
    return missing
