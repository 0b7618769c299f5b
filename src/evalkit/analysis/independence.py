"""Whether groups differ in how many people raise a code, where a test may say so."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_COLUMNS = [
    *("code_id", "n_respondents", "n_people", "n_groups", "chi_square", "df", "p"),
    *("p_holm", "least_expected", "cramers_v", "verdict"),
]
_ENOUGH, _FEWEST = 5, 1  # expected counts, after Cochran (1954)


def compare_groups(coded: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Test, code by code, whether raising it depends on the group (Pearson's chi²).

    `coded` has one row a unit and coding (`lay_codings`), with a column `by` that is
    the group of who speaks. A person counts once: they raise the code, or they do not,
    asked about it or not. People without a group are left out.

    One row a code: code_id, n_respondents (who raise it), n_people, n_groups,
    chi_square (without a correction for continuity), df, p, p_holm (p for as many tests
    as there are, Holm 1979), least_expected (the smallest expected count), cramers_v
    (0 no difference, 1 all of it) and verdict, in words.

    Where the test would not hold, chi_square, p, p_holm and cramers_v are NaN and the
    verdict says why: an expected count is below 1 or more than a fifth of them below 5
    (Cochran 1954); people were heard together, and so are not independent of one
    another; there is nothing to compare. Interviews are seldom a random sample: p then
    says how seldom chance alone would deal these people so unevenly, and nothing of
    anybody who was not heard; how unlike the groups are, cramers_v says. A person with
    two groups raises `ValueError`.
    """
    own = coded[coded["respondent_id"].fillna("").ne("") & coded[by].fillna("").ne("")]
    people = own[["respondent_id", by]].drop_duplicates()
    if people["respondent_id"].duplicated().any():
        raise ValueError(f"a person has two values of {by!r}")
    group = people.set_index("respondent_id")[by]
    sizes = group.value_counts(sort=False).sort_index()
    together = _count_together(own)
    said = own.loc[own["code_id"].notna(), ["respondent_id", "code_id"]]
    rows = []
    for code_id, who in said.drop_duplicates().groupby("code_id")["respondent_id"]:
        raise_it = group[who].value_counts().reindex(sizes.index, fill_value=0)
        counts = np.array([raise_it, sizes - raise_it])
        rows.append({"code_id": code_id, **_test(counts, together)})
    results = pd.DataFrame(rows, columns=_COLUMNS)
    results["p_holm"] = adjust_holm(results["p"])
    n_tests = int(results["p"].notna().sum())
    results["verdict"] = [
        verdict or _tell(p, p_holm, n_tests)
        for verdict, p, p_holm in zip(
            results["verdict"], results["p"], results["p_holm"], strict=True
        )
    ]
    return results


def compute_tail(chi_square: float, df: int) -> float:
    """Give the probability of a chi-square as large as this, or larger.

    >>> round(compute_tail(3.841, 1), 4)
    0.05
    """
    if df < 1 or chi_square < 0:
        raise ValueError(f"no chi-square of {chi_square} with {df} degrees of freedom")
    half = chi_square / 2
    if half == 0:
        return 1.0
    odd = df % 2
    tail = math.erfc(math.sqrt(half)) if odd else math.exp(-half)
    steps = (a + odd / 2 for a in range(1 - odd, (df + 1) // 2 - odd))
    # In logarithms: the powers and factorials themselves are too large.
    terms = (math.exp(a * math.log(half) - half - math.lgamma(a + 1)) for a in steps)
    return min(1.0, math.fsum((tail, *terms)))


def adjust_holm(p: Sequence[float] | pd.Series) -> NDArray[np.float64]:
    """Adjust each p for how many there are (Holm 1979); a missing one is no test.

    >>> adjust_holm([0.01, 0.04, float("nan")]).tolist()
    [0.02, 0.04, nan]
    """
    given = np.asarray(p, dtype="float64")
    order = np.argsort(given)[: np.count_nonzero(~np.isnan(given))]  # NaN comes last
    chances = np.arange(len(order), 0, -1)
    adjusted = np.full(len(given), np.nan)
    adjusted[order] = np.maximum.accumulate(given[order] * chances).clip(max=1.0)
    return adjusted


def _test(counts: NDArray[np.int64], n_together: int) -> dict[str, object]:
    """Test one code: `counts` has a row who raise it, one who do not, by group."""
    n_people, n_groups = int(counts.sum()), counts.shape[1]
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / n_people
    chi_square = p = cramers_v = math.nan
    verdict = _find_fault(expected, n_people, n_together)
    if not verdict:
        chi_square = float(((counts - expected) ** 2 / expected).sum())
        p = compute_tail(chi_square, n_groups - 1)
        cramers_v = math.sqrt(chi_square / n_people)  # of two rows
    return {
        "n_respondents": int(counts[0].sum()),
        "n_people": n_people,
        "n_groups": n_groups,
        "chi_square": chi_square,
        "df": n_groups - 1,
        "p": p,
        "least_expected": float(expected.min()),
        "cramers_v": cramers_v,
        "verdict": verdict,
    }


def _find_fault(expected: NDArray[np.float64], n_people: int, n_together: int) -> str:
    """Say why there can be no test; "" where there can."""
    n_groups = expected.shape[1]
    if n_groups < 2:
        return "nothing to compare: all are of one group"
    if not expected.min():
        return "nothing to compare: everybody raises it"
    reasons = []
    few, rare = int((expected < _ENOUGH).sum()), int((expected < _FEWEST).sum())
    if rare or few * 5 > expected.size:
        below = f", {rare} of them below {_FEWEST}" if rare else ""
        of = f"{few} of {expected.size} below {_ENOUGH}{below}"
        reasons.append(f"expected counts too small: {of}")
    if n_together:
        reasons.append(f"{n_together} people were heard together: not independent")
    if not reasons:
        return ""
    size = f"{n_people} people in {n_groups} groups"
    return f"{'; '.join(reasons)}; with {size} no chi-square can be had"


def _count_together(own: pd.DataFrame) -> int:
    """Count the people who share a document with another one."""
    heard = own[["document_id", "respondent_id"]].drop_duplicates()
    shared = heard["document_id"].duplicated(keep=False)
    return int(heard.loc[shared, "respondent_id"].nunique())


def _tell(p: float, p_holm: float, n_tests: int) -> str:
    tested = "1 code" if n_tests == 1 else f"{n_tests} codes"
    return (
        f"{_say(p)}, {_say(p_holm)} for {tested} tested (Holm): so seldom would chance "
        "deal these people so unevenly; of others it says nothing unless they were "
        "drawn at random"
    )


def _say(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
