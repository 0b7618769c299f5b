"""When new documents stop bringing new codes.

This is code saturation: that no new code appears says nothing about whether the codes
are understood, meaning saturation (Hennink, Kaiser & Marconi 2017). Reflexive thematic
analysis rejects saturation as a criterion (Braun & Clarke 2021), so nothing here is
computed unasked. Codes count as they are given; who wants themes rolls them up first.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SETTING = (4, 2, 0.05)  # base size, run length, new-information threshold
_MIDDLE = (0.025, 0.975)
_BASES, _RUNS, _THRESHOLDS = (4, 5, 6), (2, 3), (0.05, 0.0)
_NAN = float("nan")


def count_new_codes(codings: pd.DataFrame, *, order: list[str]) -> pd.DataFrame:
    """Count the codes that each document brings for the first time, in `order`.

    One row a document. Guest, Namey & Chen (2020) call the run of `n_new` the new
    information. The order decides the result, so there is none by default:
    `draw_saturation` tries many. A document that stands twice in `order`, or has
    codings and is not in it, raises `ValueError`.

    >>> codings = pd.DataFrame(
    ...     {"document_id": ["P01", "P02", "P02"], "code_id": ["a", "a", "b"]})
    >>> count_new_codes(codings, order=["P01", "P02", "P03"])
      document_id  n_new  n_known
    0         P01      1        1
    1         P02      1        2
    2         P03      0        2
    """
    places = _number(order)
    seen = _find_pairs(codings, places)
    first = seen["document_id"].map(places).groupby(seen["code_id"]).min()
    n_new = np.bincount(first.to_numpy(dtype="int64"), minlength=len(order))
    return pd.DataFrame(
        {
            "document_id": pd.Series(order, dtype="str"),
            "n_new": n_new,
            "n_known": n_new.cumsum(),
        }
    )


def find_saturation(
    new_codes: pd.DataFrame, *, base: int = 4, run: int = 2, threshold: float = 0.05
) -> pd.DataFrame:
    """Find the first run of documents that brings hardly anything new.

    One row a run after the base; runs overlap by all but one document. first, last
    (which interviews, from 1), n_new, ratio (n_new / codes of the base), is_saturated
    (True only at the first run whose ratio is at or below the threshold), reason (why
    a ratio is missing: without a code in the base nothing can be compared to it).
    `new_codes` is a table of `count_new_codes`.

    >>> new_codes = pd.DataFrame({"n_new": [16, 10, 7, 4, 2, 1, 1, 0]})
    >>> find_saturation(new_codes).round(3)[["first", "last", "ratio", "is_saturated"]]
       first  last  ratio  is_saturated
    0      5     6  0.081         False
    1      6     7  0.054         False
    2      7     8  0.027          True
    """
    setting = _check_setting((base, run, threshold))
    n_new, ratio = _compare_runs(new_codes["n_new"].to_numpy()[None, :], setting)
    low = ratio[0] <= threshold
    first = np.arange(len(low)) + base + 1
    any_codes = new_codes["n_new"].iloc[:base].sum() > 0
    reason = "" if any_codes else f"no code in the first {base} interviews"
    return pd.DataFrame(
        {
            "first": first,
            "last": first + run - 1,
            "n_new": n_new[0],
            "ratio": ratio[0],
            "is_saturated": low & (low.cumsum() == 1),
            "reason": pd.Series([reason] * len(low), dtype="str"),
        }
    )


def name_saturation(runs: pd.DataFrame) -> str:
    """Name where saturation is reached: interviews before the run + its length, or "".

    >>> name_saturation(pd.DataFrame({"first": [7], "last": [8], "is_saturated": True}))
    '6+2'
    """
    for row in runs[runs["is_saturated"]].itertuples():
        first, last = int(str(row.first)), int(str(row.last))
        return f"{first - 1}+{last - first + 1}"
    return ""


def try_saturation(new_codes: pd.DataFrame) -> pd.DataFrame:
    """Try twelve settings on one order: bases 4-6, runs 2-3, thresholds 5 % and 0 %.

    One row a setting: base, run, threshold, n_base (codes in the base; missing where
    there are fewer interviews), reached ("6+2", or ""), n_interviews (8; missing where
    it is not reached), reason (why not).
    """
    rows = []
    n = len(new_codes)
    for base, run, threshold in product(_BASES, _RUNS, _THRESHOLDS):
        runs = find_saturation(new_codes, base=base, run=run, threshold=threshold)
        reached = name_saturation(runs)
        if reached:
            reason = ""
        elif runs.empty:
            reason = f"{n} interviews, of {base + run} needed"
        else:
            why = f"no run of {run} brings {threshold:.0%} or less"
            why = why if threshold else f"every run of {run} brings something"
            reason = runs["reason"].iloc[0] or why
        n_base = int(new_codes["n_new"].iloc[:base].sum()) if n >= base else None
        last = int(runs.loc[runs["is_saturated"], "last"].iloc[0]) if reached else None
        rows.append((base, run, threshold, n_base, reached, last, reason))
    names = ["base", "run", "threshold", "n_base", "reached", "n_interviews", "reason"]
    return pd.DataFrame(rows, columns=names).astype(
        {"n_base": "Int64", "n_interviews": "Int64", "reached": "str", "reason": "str"}
    )


def draw_saturation(
    codings: pd.DataFrame,
    *,
    documents: Iterable[str],
    n_orders: int = 1000,
    seed: int = 1,
    setting: tuple[int, int, float] = SETTING,
) -> pd.DataFrame:
    """Read the documents in many random orders, and count the codes found on the way.

    `documents` holds all that were read: those without codings bring nothing. One row
    a number of interviews: n_interviews, mean, low, high (different codes found; low
    and high hold the middle 95 % of orders), n_new_mean (what the last of them brings),
    share_saturated (orders in which `setting`, that is base, run and threshold, is
    reached by then). The band says how much the order matters; it closes at the last
    interview, and is no interval for interviews nobody made. One document has one
    order, hence no band. share_saturated is missing where there are too few interviews
    for one run, or no codes. A document that stands twice, or has codings and is not
    in `documents`, raises `ValueError`.
    """
    _check_setting(setting)
    if n_orders < 1:
        raise ValueError(f"n_orders is {n_orders}: one order at least")
    places = _number(sorted(documents))
    n = len(places)
    seen = _find_pairs(codings, places)
    new = _draw_new(seen, places, n_orders, seed)
    known = new.cumsum(axis=1)
    low, high = np.quantile(known, _MIDDLE, axis=0) if n > 1 else np.full((2, n), _NAN)
    return pd.DataFrame(
        {
            "n_interviews": np.arange(1, n + 1),
            "mean": known.mean(axis=0),
            "low": low,
            "high": high,
            "n_new_mean": new.mean(axis=0),
            "share_saturated": _share_saturated(new, setting),
        }
    )


def draw_saturation_by_group(
    codings: pd.DataFrame,
    documents: pd.DataFrame,
    *,
    by: str = "group",
    n_orders: int = 1000,
    seed: int = 1,
    setting: tuple[int, int, float] = SETTING,
) -> pd.DataFrame:
    """Do as `draw_saturation` does, in each group of documents on its own.

    `documents` has document_id and the column `by`; a document without a group is left
    out. One row a group and a number of interviews: the group, then as there. A group
    of one document has no band. Codings in a document not in `documents` raise
    `ValueError`.
    """
    _find_pairs(codings, dict.fromkeys(documents["document_id"], 0))
    tables = []
    for group, rows in documents[documents[by].fillna("").ne("")].groupby(by):
        own = codings[codings["document_id"].isin(rows["document_id"])]
        curve = draw_saturation(
            own,
            documents=rows["document_id"],
            n_orders=n_orders,
            seed=seed,
            setting=setting,
        )
        curve.insert(0, by, group)
        tables.append(curve)
    if not tables:
        empty = draw_saturation(codings.iloc[:0], documents=[], n_orders=1)
        empty.insert(0, by, pd.Series(dtype="str"))
        return empty
    return pd.concat(tables, ignore_index=True)


def _number(order: Iterable[str]) -> dict[str, int]:
    """Number documents in their order, each of which may stand there once."""
    places: dict[str, int] = {}
    for document_id in order:
        if document_id in places:
            raise ValueError(f"document {document_id!r} stands twice in the order")
        places[document_id] = len(places)
    return places


def _find_pairs(codings: pd.DataFrame, places: dict[str, int]) -> pd.DataFrame:
    """Find which codes are in which document: one row a document and code."""
    lost = codings.loc[~codings["document_id"].isin(list(places)), "document_id"]
    if len(lost):
        raise ValueError(f"document {lost.iloc[0]!r} has codings but is not in order")
    named = codings["code_id"].fillna("").ne("")
    return codings.loc[named, ["document_id", "code_id"]].drop_duplicates()


def _draw_new(
    seen: pd.DataFrame, places: dict[str, int], n_orders: int, seed: int
) -> NDArray[np.int64]:
    """Count new codes: a row an order, a column an interview."""
    n = len(places)
    blank = np.tile(np.arange(n, dtype="int32"), (n_orders, 1))
    ranks = np.random.default_rng(seed).permuted(blank, axis=1)
    rows = np.arange(n_orders) * n
    counts = np.zeros(n_orders * n, dtype="int64")
    columns = seen["document_id"].map(places)
    for _, held in columns.groupby(seen["code_id"]):
        first = ranks[:, held.to_numpy(dtype="int64")].min(axis=1)
        counts[rows + first] += 1
    return counts.reshape(n_orders, n)


def _compare_runs(
    new: NDArray[np.int64], setting: tuple[int, int, float]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give each run's new codes and its ratio to the base: a row an order."""
    base, run, _ = setting
    known = np.pad(new.cumsum(axis=1), ((0, 0), (1, 0)))
    if new.shape[1] < base + run:
        none = np.zeros((len(new), 0), dtype="int64")
        return none, none.astype("float64")
    n_new = known[:, base + run :] - known[:, base:-run]
    n_base = known[:, [base]].astype("float64")
    return n_new, n_new / np.where(n_base > 0, n_base, _NAN)


def _share_saturated(
    new: NDArray[np.int64], setting: tuple[int, int, float]
) -> NDArray[np.float64]:
    base, run, threshold = setting
    _, ratio = _compare_runs(new, setting)
    if not ratio.size or not new.any():
        return np.full(new.shape[1], _NAN)
    reached = np.logical_or.accumulate(ratio <= threshold, axis=1).mean(axis=0)
    return np.concatenate([np.zeros(base + run - 1), reached])


def _check_setting(setting: tuple[int, int, float]) -> tuple[int, int, float]:
    base, run, threshold = setting
    if base < 1 or run < 1 or not 0 <= threshold < 1:
        raise ValueError(f"base {base}, run {run}, threshold {threshold}: out of range")
    return setting
