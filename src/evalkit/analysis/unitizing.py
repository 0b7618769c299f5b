"""How far coders mark the same stretches of text, by Krippendorff's coefficients."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
from evalkit.errors import EvalkitError

_FAMILY = ["u_alpha", "binary_u_alpha", "cu_alpha"]
_ONE_CODE = "only one code where coders' units meet"
_EXACT = 1 + 1e-12  # thirds of lengths do not add up exactly
_TOO_FEW = "too few units meet to say what chance would do"


def fill_gaps(
    codings: pd.DataFrame,
    continua: pd.DataFrame,
    *,
    worked: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Fill what each coder left uncoded with gaps.

    `continua` has a row a document: document_id, start, end, the stretch that its
    coders read. A coder read the documents in which they have a coding, and those that
    `worked` (coder_id, document_id) names.

    One row a segment of a coder in a document: document_id, coder_id, start, end,
    code_id, which is "" in a gap. Codings that touch stay two units. Codings of one
    coder that overlap raise `EvalkitError`, since the theory has none: such work is
    read by `measure_unitizing_by_code`. A coding outside its continuum, without a
    length or without a code raises `ValueError`.

    >>> codings = pd.DataFrame({"document_id": ["A"], "coder_id": ["ana"],
    ...     "start": [2], "end": [5], "code_id": ["hope"]})
    >>> continua = pd.DataFrame({"document_id": ["A"], "start": [0], "end": [9]})
    >>> fill_gaps(codings, continua)
      document_id coder_id  start  end code_id
    0           A      ana      0    2
    1           A      ana      2    5    hope
    2           A      ana      5    9
    """
    check_spans(codings, continua)
    units = codings[[*WHO, "start", "end", "code_id"]]
    _refuse_overlaps(units)
    readers = list_readers(codings, continua, worked)
    # A reader's n-th gap reaches from the n-th of these starts to the n-th end.
    after = units.rename(columns={"end": "start", "start": "end"})
    gaps, ends = (
        pd.concat([readers[[*WHO, at]], after[[*WHO, at]]]).sort_values(
            [*WHO, at], ignore_index=True
        )
        for at in ("start", "end")
    )
    gaps = gaps.assign(end=ends["end"], code_id=NO_CODE)
    segments = pd.concat([units, gaps[gaps["start"].lt(gaps["end"])]])
    return segments.sort_values([*WHO, "start"], ignore_index=True)


def measure_unitizing(segments: pd.DataFrame, *, seed: int = 1) -> pd.DataFrame:
    """Measure how far coders agree on where units are and on what they are.

    The family of Krippendorff, Mathet, Bouvry & Widlöcher (2016), lengths summed over
    documents. `segments` are those of `fill_gaps`. Documents with fewer than two
    coders say nothing and are left out; elsewhere coders may differ in number.

    One row a coefficient: coefficient ("u_alpha": all segments; "binary_u_alpha":
    coded or not; "cu_alpha": the codes where units meet; "ku_alpha": one code where
    units meet), code_id (of "ku_alpha", else ""), value, low and high (the middle 95 %
    of 1,000 draws of documents; missing below three, or where draws say nothing),
    coverage (the share of the text, or of the code's units, where units meet), n_units,
    n_coders, n_documents, and reason, why the value is missing, or "".

    Where three coders or more meet rarely, the 2016 formula expects less than no
    agreement by chance, and calls disagreement agreement: cu and ku are then missing.
    For so many coders sources differ on how squared lengths are averaged over the
    others: a later example of Krippendorff's (2019, fig. 12.11) prints cu .724, and
    this gives .726. For two coders there is no difference.
    Gaps enter with their lengths and units with their squares, so that u and binary u
    depend a little on whether characters or words are counted.

    >>> segments = pd.DataFrame({"document_id": "A", "coder_id": ["ana"] * 2 + ["bo"],
    ...     "start": [0, 6, 0], "end": [6, 9, 9], "code_id": ["hope", "", "hope"]})
    >>> measure_unitizing(segments)[["coefficient", "value", "reason"]].round(3)
          coefficient  value                                  reason
    0         u_alpha  0.244
    1  binary_u_alpha  0.244
    2        cu_alpha    NaN  only one code where coders' units meet
    3        ku_alpha    NaN  only one code where coders' units meet
    """
    _refuse_overlaps(segments)
    codes = pd.Index([NO_CODE, *sorted(set(segments["code_id"]) - {NO_CODE})])
    used = keep_compared(segments)
    sums = _sum_documents(used, codes)
    totals = sums.sum(axis=0)
    low, high = draw_interval(sums, _find_family, seed=seed)
    lengths, _, met = totals[:3]
    meeting = met[1:].sum()
    whole = divide(np.full(3, meeting), np.full(3, lengths.sum()))
    n_units = used["code_id"].value_counts().reindex(codes, fill_value=0).to_numpy()[1:]
    table = pd.DataFrame(
        {
            "coefficient": [*_FAMILY, *["ku_alpha"] * len(n_units)],
            "code_id": [NO_CODE] * 3 + codes[1:].to_list(),
            "value": _find_family(totals),
            "low": low,
            "high": high,
            "coverage": np.concatenate([whole, divide(met[1:], lengths[1:])]),
            "n_units": [int(n_units.sum())] * 3 + n_units.tolist(),
            "n_coders": used["coder_id"].nunique(),
            "n_documents": len(sums),
        }
    )
    reasons = _explain(totals, len(sums))
    table["reason"] = np.where(table["value"].isna(), reasons, "")
    return table


def _refuse_overlaps(segments: pd.DataFrame) -> None:
    ordered = segments.sort_values([*WHO, "start"])
    before, after = ordered.iloc[:-1], ordered.iloc[1:]
    follows = (before[WHO].to_numpy() == after[WHO].to_numpy()).all(axis=1)
    wrong = follows & (before["end"].to_numpy() > after["start"].to_numpy())
    if wrong.any():
        one, other = before[wrong].iloc[0], after[wrong].iloc[0]
        spans = " and ".join(f"{u['start']}-{u['end']}" for u in (one, other))
        who = f"{one['coder_id']}'s codings {spans} in {one['document_id']}"
        raise EvalkitError(f"{who} overlap: measure agreement code by code")


def _sum_documents(segments: pd.DataFrame, codes: pd.Index) -> Floats:
    """Sum lengths by document and code, (documents, 5, codes), the gaps' code first.

    The five: length beside another coder; of it, beside the same code; beside any
    unit; squared lengths; squared lengths beside another's units.
    """
    documents, names = pd.factorize(segments["document_id"], sort=True)
    coders, who = pd.factorize(segments["coder_id"])
    code = codes.get_indexer(pd.Index(segments["code_id"]))
    starts, ends = segments["start"].to_numpy(), segments["end"].to_numpy()
    n = len(segments)
    at, widths = _lay_out(documents, coders, starts, ends)
    beside, same, met, met_squares = np.zeros((4, n))
    for one, other in permutations(range(len(who)), 2):
        both = (at[one] >= 0) & (at[other] >= 0)
        mine, width = at[one, both], widths[both]
        ours, theirs = code[mine], code[at[other, both]]
        overlap = np.bincount(mine, width * (theirs > 0), minlength=n)
        beside += np.bincount(mine, width, minlength=n)
        same += np.bincount(mine, width * (ours == theirs), minlength=n)
        met += overlap
        met_squares += overlap**2
    long = (ends - starts).astype("float64")
    squares = np.where(code > 0, long**2, long)
    n_coders = segments.groupby("document_id")["coder_id"].nunique()
    others = n_coders.to_numpy()[:, None] - 1
    cell = documents * len(codes) + code
    shape = (len(names), len(codes))
    shared = [spread(cell, each, shape) / others for each in (beside, same, met)]
    met_squares = spread(cell, met_squares, shape) / others
    return np.stack([*shared, spread(cell, squares, shape), met_squares], axis=1)


def _lay_out(
    documents: NDArray[np.intp],
    coders: NDArray[np.intp],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> tuple[NDArray[np.int64], Floats]:
    """Cut all documents wherever a segment starts or ends.

    Gives the segment (or -1) of each coder in each piece, and the pieces' widths.
    """
    if not len(starts):
        return np.zeros((0, 0), dtype="int64"), np.zeros(0)
    offset = documents * (ends.max() - starts.min() + 1)
    cuts = np.unique(np.concatenate([starts + offset, ends + offset]))
    first = np.searchsorted(cuts, starts + offset)
    n_pieces = np.searchsorted(cuts, ends + offset) - first
    segment = np.repeat(np.arange(len(starts)), n_pieces)
    earlier = np.cumsum(n_pieces) - n_pieces
    piece = np.arange(len(segment)) + (first - earlier)[segment]
    at = np.full((coders.max() + 1, len(cuts) - 1), -1)
    at[coders[segment], piece] = segment
    return at, np.diff(cuts).astype("float64")


def _find_family(sums: Floats) -> Floats:
    """From (…, 5, codes), u, |u and cu alpha, then (k)u alpha of each code."""
    lengths, same, met, squares, met_squares = np.moveaxis(sums, -2, 0)
    total, gaps = lengths.sum(axis=-1), lengths[..., 0]
    pairs = np.maximum(total**2 - squares.sum(axis=-1), 0)
    apart = total**2 - (lengths**2).sum(axis=-1)
    off = total - same.sum(axis=-1), gaps - same[..., 0]
    u = divide(off[0] * pairs, total * apart * (pairs > 0))
    binary = divide(off[1] * pairs, total * gaps * (total - gaps) * (pairs > 0))
    met, met_squares, same = met[..., 1:], met_squares[..., 1:], same[..., 1:]
    own, own_squares = met.sum(axis=-1), met_squares.sum(axis=-1)
    within = (met**2).sum(axis=-1)
    cu = divide(
        (own - same.sum(axis=-1)) * (own**2 - own_squares),
        own * (own**2 - within) * (own_squares <= within * _EXACT),
    )
    ku = divide(
        (met * own[..., None] - met_squares) * (met - same),
        met**2 * (own[..., None] - met) * (met_squares <= met**2 * _EXACT),
    )
    return 1 - np.concatenate([np.stack([u, binary, cu], axis=-1), ku], axis=-1)


def _explain(totals: Floats, n_documents: int) -> list[str]:
    """Say why each coefficient, if it is missing, is."""
    lengths, _, met, *_ = totals
    n_met = int(np.count_nonzero(met[1:]))
    whole = "" if n_documents else NO_PAIR
    if not whole and not lengths.any():
        whole = "no two coders read the same place"
    if not whole and not lengths[1:].any():
        whole = NO_UNIT
    if whole:
        return [whole] * (2 + len(lengths))
    sparse = "the segments lie mostly where nobody else read"
    u = sparse if np.count_nonzero(lengths) > 1 else "everything carries the same code"
    binary = sparse if lengths[0] else "nothing is left uncoded"
    cu = {0: "no units of two coders meet", 1: _ONE_CODE}.get(n_met, _TOO_FEW)
    ku = np.where(met[1:] > 0, _ONE_CODE if n_met == 1 else _TOO_FEW, "")
    ku[met[1:] == 0] = "none of its units meets another coder's"
    ku[lengths[1:] == 0] = "nobody used it where two coders read"
    return [u, binary, cu, *ku]
