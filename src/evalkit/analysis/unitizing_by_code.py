"""How far coders put each code alone on the same stretches."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evalkit.analysis.continua import (
    NO_CODE,
    NO_PAIR,
    NO_UNIT,
    WHO,
    Floats,
    check_spans,
    divide,
    draw_interval,
    keep_compared,
    list_readers,
    spread,
)


def measure_unitizing_by_code(
    codings: pd.DataFrame,
    continua: pd.DataFrame,
    *,
    worked: pd.DataFrame | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """Measure for each code alone how far coders put it on the same stretches.

    Each code is read against everything else, so that codings of different codes may
    overlap; those of one code and coder that overlap are joined first. `continua` and
    `worked` as in `fill_gaps`: whoever read a document without using a code left all
    of it uncoded.

    One row a code, and last (code_id "") whether anything is coded at all, codings of
    whatever code joined where they overlap: code_id, u_alpha, low, high (the middle 95
    % of 1,000 draws of documents), coverage (the share of the text, all coders
    together, that is coded so), n_units, n_joined (codings that went into another),
    n_coders, n_documents (the documents with two coders, the same in each row), and
    reason, why u_alpha is missing, or "".

    >>> codings = pd.DataFrame({"document_id": "A", "coder_id": ["ana", "bo", "bo"],
    ...     "start": [0, 0, 3], "end": [6, 4, 6], "code_id": "hope"})
    >>> continua = pd.DataFrame({"document_id": ["A"], "start": [0], "end": [9]})
    >>> measured = measure_unitizing_by_code(codings, continua)
    >>> measured[["code_id", "u_alpha", "coverage", "n_units", "n_joined"]].round(3)
      code_id  u_alpha  coverage  n_units  n_joined
    0    hope      1.0     0.667        2         1
    1              1.0     0.667        2         1
    """
    check_spans(codings, continua)
    readers = keep_compared(list_readers(codings, continua, worked))
    codes = pd.Index([*sorted(set(codings["code_id"])), NO_CODE])
    units = _join_overlapping(pd.concat([codings, codings.assign(code_id=NO_CODE)]))
    units = units[units["document_id"].isin(readers["document_id"])]
    sums = _sum_codes(units, readers, codes)
    used, _, _, total = sums.sum(axis=0)
    low, high = draw_interval(sums, _find_alone, seed=seed)
    counts = units.groupby("code_id")["n_spans"].agg(["size", "sum"])
    n_units, n_spans = counts.reindex(codes, fill_value=0).to_numpy().T
    table = pd.DataFrame(
        {
            "code_id": codes,
            "u_alpha": _find_alone(sums.sum(axis=0)),
            "low": low,
            "high": high,
            "coverage": divide(used, total),
            "n_units": n_units,
            "n_joined": n_spans - n_units,
            "n_coders": readers["coder_id"].nunique(),
            "n_documents": len(sums),
        }
    )
    silent = np.where(codes == NO_CODE, NO_UNIT, "nobody used it where two coders read")
    reasons = np.where(used == 0, silent, "everything is coded so, by everybody")
    reasons = reasons if len(sums) else np.full(len(codes), NO_PAIR)
    table["reason"] = np.where(table["u_alpha"].isna(), reasons, "")
    return table


def _join_overlapping(codings: pd.DataFrame) -> pd.DataFrame:
    """Join overlapping codings of one code, coder and document: one row a unit."""
    by = ["code_id", *WHO]
    ordered = codings.sort_values([*by, "start"], ignore_index=True)
    group = ordered.groupby(by, sort=False).ngroup().to_numpy()
    starts, ends = ordered["start"].to_numpy(), ordered["end"].to_numpy()
    offset = group * (ends.max() + 1 if len(ends) else 1)
    reached = np.maximum.accumulate(ends + offset)
    fresh = np.ones(len(ends), dtype="bool")
    fresh[1:] = (group[1:] != group[:-1]) | (starts[1:] + offset[1:] >= reached[:-1])
    joined = ordered[fresh].reset_index(drop=True)
    last = np.append(np.flatnonzero(fresh)[1:], len(ends)) - 1
    n_spans = np.diff(last, prepend=-1)
    return joined.assign(end=(reached - offset)[last[: len(joined)]], n_spans=n_spans)


def _sum_codes(units: pd.DataFrame, readers: pd.DataFrame, codes: pd.Index) -> Floats:
    """Sum lengths by document and code, (documents, 4, codes).

    The four: length coded; of it, beside the same code; squared lengths; all that was
    read.
    """
    read = readers.groupby("document_id").agg(
        start=("start", "first"), end=("end", "first"), n=("coder_id", "nunique")
    )
    starts, ends = units["start"].to_numpy(), units["end"].to_numpy()
    documents = read.index.get_indexer(pd.Index(units["document_id"]))
    cell = documents * len(codes) + codes.get_indexer(pd.Index(units["code_id"]))
    shape = (len(read), len(codes))
    span = ends.max() + 1 if len(ends) else 1
    edges = np.concatenate([cell * span + starts, cell * span + ends])
    order = np.argsort(edges)
    depth = np.cumsum(np.where(order < len(cell), 1, -1))[:-1]
    shared = np.diff(edges[order]) * depth * (depth - 1)
    long = ends - starts
    parts = [(cell, long), (edges[order][:-1] // span, shared), (cell, long**2)]
    used, same, squares = (spread(at, each, shape) for at, each in parts)
    n = read["n"].to_numpy()[:, None]
    total = n * (read["end"] - read["start"]).to_numpy()[:, None]
    total = np.broadcast_to(total, shape)
    return np.stack([used, same / (n - 1), squares, total], axis=1)


def _find_alone(sums: Floats) -> Floats:
    """From (…, 4, codes), u alpha of each code against all the rest."""
    used, same, squares, total = np.moveaxis(sums, -2, 0)
    rest = total - used
    pairs = total**2 - squares - rest
    return 1 - divide((used - same) * pairs, total * rest * used)
