"""Suggestions measured like a coder: how many are right, how many codings they find."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.analysis.resampling import draw_documents

_LEAST = 5  # errors to be expected in a group before its share says anything
_ALL = ""
_COUNTS = ["n_suggestions", "n_right", "n_codings", "n_found"]
_SHARES = ["precision", "recall", "f1"]


def measure_suggestions(
    suggestions: pd.DataFrame, codings: pd.DataFrame, *, seed: int = 1
) -> pd.DataFrame:
    """Measure suggestions against each human coder, in the documents they coded.

    A suggestion is right where the coder put the same code on some of its words; a
    coding is found where a suggestion of its code touches it.

    One row a coder and code, and one a coder over all codes (code_id ""): coder_id,
    code_id, n_suggestions, n_right, n_codings, n_found, precision, recall and f1 (the
    agreement on what is there: Hripcsak & Rothschild 2005), each with `_low` and
    `_high`, the middle 95 % of 1,000 draws of documents with replacement, since what
    is in one document hangs together; then n_stance, the right suggestions that
    propose a stance where the coder gave one, and stance_accuracy, the share in which
    it is the same (as in one of the codings, where several touch). A share of nothing
    is missing, and so is the interval of one document.

    >>> suggested = pd.DataFrame({"suggestion_id": ["s1", "s2"], "document_id": "A",
    ...     "start": [0, 20], "end": [9, 29], "code_id": "a", "stance": "supports"})
    >>> coded = pd.DataFrame({"coding_id": ["c1"], "document_id": "A", "start": [5],
    ...     "end": [15], "code_id": "a", "coder_id": "ana", "stance": "supports"})
    >>> measured = measure_suggestions(suggested, coded)
    >>> measured[["code_id", "precision", "recall", "stance_accuracy"]]
      code_id  precision  recall  stance_accuracy
    0       a        0.5     1.0              1.0
    1               0.5     1.0              1.0
    """
    rows = []
    for coder_id, theirs in codings.groupby("coder_id"):
        documents = sorted(theirs["document_id"].unique())
        ours = suggestions[suggestions["document_id"].isin(documents)]
        judged, found = _match(ours, theirs)
        codes = sorted({*ours["code_id"], *theirs["code_id"]})
        by = ["document_id", "code_id"]
        counts = pd.concat(
            [
                judged.groupby(by)["right"].agg(n_suggestions="size", n_right="sum"),
                found.groupby(by)["right"].agg(n_codings="size", n_found="sum"),
            ],
            axis=1,
        )
        whole = pd.MultiIndex.from_product([documents, codes])
        shape = (len(documents), len(codes), len(_COUNTS))
        grid = counts.reindex(whole).fillna(0).to_numpy().reshape(shape)
        grid = np.concatenate([grid, grid.sum(axis=1, keepdims=True)], axis=1)
        low, high = _draw_intervals(grid, seed=seed)
        totals = grid.sum(axis=0)
        shares = _find_shares(totals)
        for at, code_id in enumerate([*codes, _ALL]):
            here = judged[judged["code_id"].eq(code_id) | (code_id == _ALL)]
            row = {"coder_id": coder_id, "code_id": code_id}
            row |= dict(zip(_COUNTS, totals[at].astype(int), strict=True))
            for name, *values in zip(_SHARES, shares, low, high, strict=True):
                for end, value in zip(("", "_low", "_high"), values, strict=True):
                    row[f"{name}{end}"] = value[at]
            rows.append(row | _compare_stances(here))
    named = [f"{name}{end}" for name in _SHARES for end in ("", "_low", "_high")]
    columns = ["coder_id", "code_id", *_COUNTS, *named, "n_stance", "stance_accuracy"]
    return pd.DataFrame(rows, columns=columns)


def compare_errors(
    suggestions: pd.DataFrame,
    codings: pd.DataFrame,
    turns: pd.DataFrame,
    people: pd.DataFrame,
    *,
    seed: int = 1,
) -> pd.DataFrame:
    """Compare how often suggestions err about each group of respondents.

    One row a group of `people` (`group`): n_respondents, n_suggestions, n_wrong,
    share_wrong, n_codings, n_missed, share_missed, and verdict_wrong, verdict_missed,
    the same in every row: "too few to tell" where a group has one person only, or
    fewer than five errors were to be expected in it; else whether the shares differ
    more than in 95 % of 2,000 shufflings of people among the groups.
    """
    judged, found = _match(
        suggestions[suggestions["document_id"].isin(codings["document_id"])], codings
    )
    groups = people.set_index("respondent_id")["group"]
    spoken = turns[turns["respondent_id"].isin(groups.index)]
    tallies = {}
    for name, rows in (("wrong", judged), ("missed", found)):
        whose = _say_whose(rows, spoken)
        errs = rows["right"].eq(False).groupby(whose).agg(["size", "sum"])
        tallies[name] = errs.reindex(groups.index).fillna(0).astype(int)
    table = pd.DataFrame({"n_respondents": groups.groupby(groups).size()})
    for name, of in (("wrong", "suggestions"), ("missed", "codings")):
        tally = tallies[name]
        summed = tally.groupby(groups).sum()
        table[f"n_{of}"], table[f"n_{name}"] = summed["size"], summed["sum"]
        table[f"share_{name}"] = summed["sum"] / summed["size"].replace(0, np.nan)
    for name, tally in tallies.items():
        table[f"verdict_{name}"] = _judge(tally.to_numpy(), groups.to_numpy(), seed)
    return table.reset_index(names="group")


def _match(
    suggestions: pd.DataFrame, codings: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say of each suggestion and each coding whether one of the others touches it."""
    theirs = codings.assign(theirs=codings.get("stance", ""))
    pairs = suggestions.merge(
        theirs[["coding_id", "document_id", "code_id", "start", "end", "theirs"]],
        on=["document_id", "code_id"],
        suffixes=("", "_coded"),
    )
    touches = pairs["start"].lt(pairs["end_coded"])
    touches &= pairs["start_coded"].lt(pairs["end"])
    pairs = pairs[touches]
    told = pairs[pairs["theirs"].fillna("").ne("") & pairs["stance"].fillna("").ne("")]
    same = told["theirs"].eq(told["stance"]).groupby(told["suggestion_id"]).any()
    judged = suggestions.assign(
        right=suggestions["suggestion_id"].isin(pairs["suggestion_id"]),
        same_stance=suggestions["suggestion_id"].map(same),
    )
    found = codings.assign(right=codings["coding_id"].isin(pairs["coding_id"]))
    return judged, found


def _compare_stances(judged: pd.DataFrame) -> dict[str, float]:
    same = judged["same_stance"].dropna().astype("bool")
    accuracy = float(same.mean()) if len(same) else float("nan")
    return {"n_stance": len(same), "stance_accuracy": accuracy}


def _find_shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Precision, recall and F1 from (…, four counts)."""
    n_suggestions, n_right, n_codings, n_found = np.moveaxis(counts, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision, recall = n_right / n_suggestions, n_found / n_codings
        f1 = 2 * precision * recall / (precision + recall)
    nothing = (n_right + n_found == 0) & (n_suggestions + n_codings > 0)
    f1 = np.where(nothing, 0.0, f1)
    return np.stack([precision, recall, f1])


def _draw_intervals(
    grid: NDArray[np.float64], *, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw documents with replacement: each draw is a weight a document."""
    n = len(grid)
    if n < 2:  # how much documents differ, one document does not say
        unknown = np.full(_find_shares(grid.sum(axis=0)).shape, np.nan)
        return unknown, unknown
    draws = draw_documents(n, seed=seed)
    shares = _find_shares(np.einsum("dn,ncx->dcx", draws, grid))
    undefined = np.asarray(np.isnan(shares).all(axis=1))
    shares[np.broadcast_to(undefined[:, None], shares.shape)] = 0
    low, high = np.nanquantile(shares, [0.025, 0.975], axis=1)
    low[undefined], high[undefined] = np.nan, np.nan
    return low, high


def _say_whose(rows: pd.DataFrame, turns: pd.DataFrame) -> pd.Series:
    """Say who speaks where each row begins; missing where nobody of `turns` does."""
    left = rows.reset_index()[["index", "document_id", "start"]].sort_values("start")
    right = turns[["document_id", "start", "end", "respondent_id"]].sort_values("start")
    at = pd.merge_asof(
        left, right.assign(begins=right["start"]), on="start", by="document_id"
    )
    who = at["respondent_id"].where(at["start"].lt(at["end"]))
    return who.set_axis(at["index"]).reindex(rows.index)


def _judge(tally: NDArray[np.int64], groups: NDArray[np.str_], seed: int) -> str:
    names, of = np.unique(groups.astype(str), return_inverse=True)
    n_all, n_errors = tally.sum(axis=0)
    sizes = np.bincount(of, weights=tally[:, 0], minlength=len(names))
    expected = sizes * (n_errors / n_all if n_all else 0)
    if len(names) < 2 or np.bincount(of).min() < 2 or expected.min() < _LEAST:
        return "too few to tell"
    rng = np.random.default_rng(seed)
    seen = _spread(tally, of, len(names))
    shuffled = [_spread(tally, rng.permutation(of), len(names)) for _ in range(2000)]
    p = (1 + sum(each >= seen * (1 - 1e-9) for each in shuffled)) / 2001
    return f"{'they differ' if p < 0.05 else 'no sign of a lean'} (p = {p:.2f})"


def _spread(tally: NDArray[np.int64], of: NDArray[np.intp], n: int) -> float:
    sizes = np.bincount(of, weights=tally[:, 0], minlength=n)
    errors = np.bincount(of, weights=tally[:, 1], minlength=n)
    share = errors.sum() / sizes.sum()
    shares = np.divide(errors, sizes, out=np.full(n, share), where=sizes > 0)
    return float((sizes * (shares - share) ** 2).sum())
