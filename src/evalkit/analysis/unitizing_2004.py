"""Agreement on spans as older publications give it, with squared lengths."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.analysis.unitizing import fill_gaps

_POOLED = ""


def measure_unitizing_2004(
    codings: pd.DataFrame, *, start: int, end: int
) -> pd.DataFrame:
    """Measure alpha of unitizing as in Krippendorff (2004, p. 254), for comparison.

    For new work use `measure_unitizing`. `codings` are those of one document, which
    its coders read from `start` to `end`. Each code is read against all the rest, so
    codings of one code and coder may not overlap (`EvalkitError`).

    One row a code, and last (code_id "") all codes pooled: code_id, observed and
    expected (disagreement), alpha, n_units, n_coders, and reason, why alpha is
    missing, or "".

    >>> codings = pd.DataFrame({"document_id": "A", "coder_id": ["ana", "bo"],
    ...     "start": [2, 3], "end": [6, 6], "code_id": "hope"})
    >>> measured = measure_unitizing_2004(codings, start=0, end=10)
    >>> measured[["code_id", "observed", "expected", "alpha"]].round(3)
      code_id  observed  expected  alpha
    0    hope      0.01     0.064  0.843
    1              0.01     0.064  0.843
    """
    documents = codings["document_id"].unique()
    if len(documents) > 1:
        raise ValueError("codings of several documents: measure one at a time")
    m = codings["coder_id"].nunique()
    codes = sorted(codings["code_id"].unique())
    continua = pd.DataFrame({"document_id": documents, "start": start, "end": end})
    rows = []
    for code_id in codes:
        alone = codings[codings["code_id"].eq(code_id)]
        segments = fill_gaps(alone, continua, worked=codings)
        units = segments["code_id"].ne(_POOLED)
        varies = not units.all() or len(units) > m
        told = m > 1 and varies
        measured = _measure(segments, m, end - start) if told else (0.0, 0.0)
        rows.append((code_id, *measured, int(units.sum())))
    columns = ["code_id", "observed", "expected", "n_units"]
    table = pd.DataFrame(rows, columns=columns)
    means = table[["observed", "expected"]].mean()
    table.loc[len(table)] = [_POOLED, *means, table["n_units"].sum()]
    known = table["expected"].gt(0)
    table["alpha"] = 1 - table["observed"] / table["expected"].where(known)
    table["n_coders"] = m
    why = "only one coder" if m == 1 else "everything is coded so, by everybody"
    table["reason"] = np.where(known, "", why if m else "nobody coded anything")
    missing = ["observed", "expected"]
    table[missing] = table[missing].where(known, np.nan)
    order = ["code_id", "observed", "expected", "alpha", "n_units", "n_coders"]
    return table[[*order, "reason"]].astype({"n_units": "int64"})


def _measure(segments: pd.DataFrame, m: int, length: int) -> tuple[float, float]:
    """Give the observed and the expected disagreement on one code."""
    unit = segments["code_id"].ne(_POOLED).to_numpy()
    coder = pd.factorize(segments["coder_id"])[0]
    begins = segments["start"].to_numpy(dtype="float64")
    ends = segments["end"].to_numpy(dtype="float64")
    lengths = ends - begins
    b, e, c = begins[unit, None], ends[unit, None], coder[unit, None]
    touch = (c != coder[unit]) & (b < ends[unit]) & (begins[unit] < e)
    apart = ((b - begins[unit]) ** 2 + (e - ends[unit]) ** 2)[touch].sum()
    inside = (c != coder[~unit]) & (begins[~unit] <= b) & (e <= ends[~unit])
    # A unit in another's gap counts from either side.
    lost = 2 * (inside.sum(axis=1) * lengths[unit] ** 2).sum()
    observed = (apart + lost) / (m * (m - 1) * length**2)
    return float(observed), _expect(lengths[unit], lengths[~unit], m, length)


def _expect(
    units: NDArray[np.float64], gaps: NDArray[np.float64], m: int, length: int
) -> float:
    meeting = (len(units) - 1) * (2 * units**3 - 3 * units**2 + units) / 3
    room = np.maximum(gaps - units[:, None] + 1, 0).sum(axis=1)
    spread = (meeting + units**2 * room).sum()
    places = m * length * (m * length - 1) - (units * (units - 1)).sum()
    return float(2 / length * spread / places)
