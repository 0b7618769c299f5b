"""How far coders agree, beyond chance, on units rated by two or more of them.

Every function takes `ratings`: one row a coder, one column a unit, missing (NaN, None)
where a coder rated nothing; missing is not a value. What is undefined is NaN:
`measure_agreement` says why. Where only one value was given there is nothing to agree
on, and no coefficient of agreement beyond chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evalkit.analysis.coefficients import (
    Alpha,
    Coefficient,
    Cohen,
    Conger,
    Ints,
    Kappa,
    Tally,
    count_values,
    draw_by_document,
    draw_by_unit,
    evaluate,
    find_agreement,
    tally,
)
from evalkit.analysis.resampling import find_interval
from evalkit.analysis.scales import number_ratings, set_distances, set_weights

Scale = str | pd.DataFrame
# Krippendorff (2004: 241): rely on .800, draw tentative conclusions from .667.
RELIABLE, TENTATIVE = 0.8, 0.667


def percent_agreement(ratings: pd.DataFrame, *, weights: Scale = "identity") -> float:
    """Give the share of pairs of ratings of a unit that agree, averaged over units.

    >>> percent_agreement(pd.DataFrame([[1, 0, 1, 0], [1, 1, 1, 0]]))
    0.75
    """
    codes, values = number_ratings(ratings)
    return _evaluate(Kappa(set_weights(weights, values), "none"), codes, values)


def krippendorff_alpha(
    ratings: pd.DataFrame,
    *,
    metric: Scale = "nominal",
    values: Sequence[object] | None = None,
) -> float:
    """Give Krippendorff's alpha: any number of coders, ratings may be missing.

    `metric` is "nominal", "ordinal", "interval", "ratio", "masi" (Passonneau 2006; the
    values are sets of codes), or a table of distances, values by values. `values` gives
    the order of ordinal values that are not numbers. Units with one rating are left
    out. Source: Krippendorff 2004, ch. 11.

    >>> ratings = pd.DataFrame([[1, 2, 3, 3, None], [1, 2, 3, 4, 4]])
    >>> round(krippendorff_alpha(ratings), 3), round(
    ...     krippendorff_alpha(ratings, metric="ordinal"), 3
    ... )
    (0.696, 0.91)
    """
    codes, found = number_ratings(ratings, values)
    return _evaluate(Alpha(set_distances(metric, found, values)), codes, found)


def cohen_kappa(
    ratings: pd.DataFrame,
    *,
    weights: Scale = "identity",
    values: Sequence[object] | None = None,
) -> float:
    """Give Cohen's kappa of two coders, over the units that both rated.

    `weights` is "identity", "linear", "quadratic", "ordinal" (Gwet), "masi", or a table
    of weights, values by values, 1 for the same (Cohen 1960, 1968).

    >>> cohen_kappa(pd.DataFrame([[1, 0, 1, 0], [1, 1, 1, 0]]))
    0.5
    """
    codes, found = number_ratings(_expect_two(ratings), values)
    return _evaluate(Cohen(set_weights(weights, found, values)), codes, found)


def cohen_kappa_max(ratings: pd.DataFrame) -> float:
    """Give the most that Cohen's kappa could be with what each of the two gave.

    Below 1 where one coder gives a value more often than the other (Cohen 1960).
    """
    codes, values = number_ratings(_expect_two(ratings))
    return _evaluate(Cohen(np.eye(len(values)), maximum=True), codes, values)


def scott_pi(
    ratings: pd.DataFrame,
    *,
    weights: Scale = "identity",
    values: Sequence[object] | None = None,
) -> float:
    """Give Scott's pi of two coders, over the units that both rated (Scott 1955)."""
    codes, found = number_ratings(_expect_two(ratings), values)
    scaled = set_weights(weights, found, values)
    return _evaluate(Kappa(scaled, "shares", paired_only=True), codes, found)


def fleiss_kappa(
    ratings: pd.DataFrame,
    *,
    weights: Scale = "identity",
    values: Sequence[object] | None = None,
) -> float:
    """Give Fleiss' kappa of any number of coders (Fleiss 1971; Gwet 2014 for gaps)."""
    codes, found = number_ratings(ratings, values)
    return _evaluate(Kappa(set_weights(weights, found, values), "shares"), codes, found)


def conger_kappa(
    ratings: pd.DataFrame,
    *,
    weights: Scale = "identity",
    values: Sequence[object] | None = None,
) -> float:
    """Give Conger's kappa: Cohen's, for any number of coders (1980; Gwet for gaps)."""
    codes, found = number_ratings(ratings, values)
    return _evaluate(
        Conger(set_weights(weights, found, values), len(codes)), codes, found
    )


def gwet_ac(
    ratings: pd.DataFrame,
    *,
    weights: Scale = "identity",
    values: Sequence[object] | None = None,
) -> float:
    """Give Gwet's AC1, or AC2 where there are weights (Gwet 2008, 2014).

    `values` are those that could be given, where not all of them were.
    """
    codes, found = number_ratings(ratings, values)
    return _evaluate(Kappa(set_weights(weights, found, values), "gwet"), codes, found)


def brennan_prediger(
    ratings: pd.DataFrame,
    *,
    weights: Scale = "identity",
    values: Sequence[object] | None = None,
) -> float:
    """Give Brennan & Prediger's kappa: every value as likely as another (1981).

    Also known as Bennett's S. `values` are those that could be given, where not all of
    them were.
    """
    codes, found = number_ratings(ratings, values)
    return _evaluate(
        Kappa(set_weights(weights, found, values), "uniform"), codes, found
    )


def gwet_standard_error(ratings: pd.DataFrame) -> float:
    """Give the standard error of AC1 over units drawn from many (Gwet 2014, ch. 5).

    It takes units to be independent, which those of one interview are not.
    """
    codes, values = number_ratings(ratings)
    q = len(values)
    if not q:
        return float("nan")
    counted = tally(codes, n_values=q)
    given = counted.rows.sum(axis=1)
    rows = counted.rows[given > 0]
    m = given[given > 0]
    sizes = np.bincount(counted.at, counted.sizes, len(given))[given > 0]
    n = sizes.sum()
    ac1 = evaluate(Kappa(np.eye(q), "gwet"), counted)
    if np.isnan(ac1) or n < 2:
        return float("nan")
    shares = sizes @ (rows / m[:, None]) / n
    expected = (shares * (1 - shares)).sum() / (q - 1)
    paired = m > 1
    agree = find_agreement(rows * paired[:, None], m, np.eye(q))
    scale = n / sizes[paired].sum() / (1 - expected)
    each = scale * (agree - expected * paired)
    chance = (rows @ (1 - shares)) / m / (q - 1)
    each = each - 2 * (1 - ac1) * (chance - expected) / (1 - expected)
    error = float(np.sqrt(sizes @ (each - ac1) ** 2 / (n * (n - 1))))
    return error if error > 1e-12 else float("nan")  # all alike is no certainty


def measure_agreement(
    ratings: pd.DataFrame,
    *,
    metric: Scale = "nominal",
    values: Sequence[object] | None = None,
    documents: Sequence[object] | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """Measure the agreement of two or more coders in every way there is.

    `metric` is that of alpha; the others weigh nothing. `documents` says in which
    document each unit lies.

    One row a coefficient: coefficient, name, value, low and high (the middle 95 % of
    1,000 draws of documents: units of one document hang together), low_units and
    high_units (the same over draws of units, as if they did not), n_units (rated by at
    least two), n_coders, and reason, why the value is missing.

    >>> ratings = pd.DataFrame([[1, 1, 1], [1, 1, 1]])
    >>> measured = measure_agreement(ratings)
    >>> measured.loc[measured["coefficient"].eq("alpha"), ["value", "reason"]]
       value                                          reason
    1    NaN  only one value was given: nothing to agree on
    """
    codes, found = number_ratings(ratings, values)
    tools = list_coefficients(len(codes), len(found))
    tools["alpha"] = Alpha(set_distances(metric, found, values))
    where = None
    if documents is not None:
        where = pd.factorize(pd.Series(list(documents)))[0]
        if len(where) != codes.shape[1]:
            raise ValueError(f"{len(where)} documents for {codes.shape[1]} units")
    measured = measure_codes(codes, len(found), tools, documents=where, seed=seed)
    reason = explain_undefined(codes)
    rows = [
        {
            "coefficient": name,
            "name": NAMES[name][len(codes) > 2],
            **measured[name],
            "n_units": int(((codes >= 0).sum(axis=0) > 1).sum()),
            "n_coders": len(codes),
            "reason": reason if np.isnan(measured[name]["value"]) else "",
        }
        for name in tools
    ]
    return pd.DataFrame(rows)


def measure_pairs(ratings: pd.DataFrame) -> pd.DataFrame:
    """Measure the agreement of every two coders.

    One row a pair: coder, other_coder, n_units (rated by both), percent, kappa
    (Cohen's), kappa_max, alpha (nominal) and reason, why they are missing.

    >>> pairs = measure_pairs(pd.DataFrame([[1, 0, 1, 0], [1, 1, 1, 0]], ["ana", "bo"]))
    >>> pairs[["coder", "other_coder", "n_units", "percent", "kappa"]]
      coder other_coder  n_units  percent  kappa
    0   ana          bo        4     0.75    0.5
    """
    codes, values = number_ratings(ratings)
    tools = list_coefficients(2, len(values))
    wanted = ("percent", "kappa", "kappa_max", "alpha")
    rows = []
    for one, other in combinations(range(len(codes)), 2):
        pair = codes[[one, other]]
        counted = _tally_for(tools, pair, len(values))
        measured = {
            name: evaluate(tools[name], counted[tools[name].by_coder])
            for name in wanted
        }
        shared = counted[True].rows.min(axis=1, initial=0) >= 0
        row = {"coder": ratings.index[one], "other_coder": ratings.index[other]}
        row["n_units"] = int(counted[True].sizes[shared[counted[True].at]].sum())
        reason = explain_undefined(pair) if np.isnan(measured["alpha"]) else ""
        rows.append({**row, **measured, "reason": reason})
    columns = ["coder", "other_coder", "n_units", *wanted, "reason"]
    return pd.DataFrame(rows, columns=columns)


# Of two coders, and of more.
NAMES = {
    "percent": ("percent agreement", "percent agreement"),
    "alpha": ("Krippendorff's alpha", "Krippendorff's alpha"),
    "kappa": ("Cohen's kappa", "Conger's kappa"),
    "kappa_max": ("the most Cohen's kappa can be", ""),
    "pi": ("Scott's pi", "Fleiss' kappa"),
    "ac1": ("Gwet's AC1", "Gwet's AC1"),
    "bp": ("Brennan & Prediger's kappa", "Brennan & Prediger's kappa"),
}


def list_coefficients(n_coders: int, n_values: int) -> dict[str, Coefficient]:
    """Give every unweighted coefficient that so many coders allow, by short name."""
    same = np.eye(n_values)
    two = n_coders == 2
    tools: dict[str, Coefficient] = {
        "percent": Kappa(same, "none"),
        "alpha": Alpha(1 - same),
        "kappa": Cohen(same) if two else Conger(same, n_coders),
        "kappa_max": Cohen(same, maximum=True),
        "pi": Kappa(same, "shares", paired_only=two),
        "ac1": Kappa(same, "gwet"),
        "bp": Kappa(same, "uniform"),
    }
    if not two:
        del tools["kappa_max"]
    return tools


def measure_codes(
    codes: NDArray[np.integer],
    n_values: int,
    tools: Mapping[str, Coefficient],
    *,
    documents: Ints | None = None,
    sizes: Ints | None = None,
    seed: int = 1,
) -> dict[str, dict[str, float]]:
    """Give each coefficient's value, low, high, low_units and high_units, by its name.

    `codes` are the numbers of values (see `number_ratings`).
    """
    counted = _tally_for(tools, codes, n_values, documents=documents, sizes=sizes)
    measured = {}
    for name, tool in tools.items():
        of = counted[tool.by_coder]
        low, high = find_interval(draw_by_document(tool, of, seed=seed)).tolist()
        by_unit = find_interval(draw_by_unit(tool, of, seed=seed)).tolist()
        measured[name] = {
            "value": evaluate(tool, of),
            "low": low,
            "high": high,
            "low_units": by_unit[0],
            "high_units": by_unit[1],
        }
    return measured


def explain_undefined(codes: NDArray[np.integer]) -> str:
    """Say why ratings (see `number_ratings`) allow no coefficient beyond chance."""
    if len(codes) == 1:
        return "one coder only: nobody to agree with"
    paired = codes[:, (codes >= 0).sum(axis=0) > 1]
    given = np.unique(paired[paired >= 0])
    if not len(given):
        return "no unit was rated by two coders"
    if len(given) == 1:
        return "only one value was given: nothing to agree on"
    return "what is expected by chance is complete agreement"


def _evaluate(
    tool: Coefficient, codes: NDArray[np.integer], values: Sequence[object]
) -> float:
    return _evaluate_all({"": tool}, codes, len(values))[""]


def _evaluate_all(
    tools: Mapping[str, Coefficient], codes: NDArray[np.integer], n_values: int
) -> dict[str, float]:
    counted = _tally_for(tools, codes, n_values)
    return {name: evaluate(t, counted[t.by_coder]) for name, t in tools.items()}


def _tally_for(
    tools: Mapping[str, Coefficient],
    codes: NDArray[np.integer],
    n_values: int,
    *,
    documents: Ints | None = None,
    sizes: Ints | None = None,
) -> dict[bool, Tally]:
    if not n_values:
        codes = codes[:, :0]  # nobody rated anything
    if any(tool.by_coder for tool in tools.values()):
        by_coder = tally(codes, documents=documents, sizes=sizes)
        return {True: by_coder, False: count_values(by_coder, n_values)}
    of = tally(codes, n_values=n_values, documents=documents, sizes=sizes)
    return {False: of}


def _expect_two(ratings: pd.DataFrame) -> pd.DataFrame:
    if len(ratings) != 2:
        raise ValueError(
            f"of two coders, not {len(ratings)}: take fleiss_kappa or conger_kappa"
        )
    return ratings
