"""Coefficients on published examples, by property, and beside other people's code."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evalkit.analysis.agreement import (
    brennan_prediger,
    cohen_kappa,
    cohen_kappa_max,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    gwet_standard_error,
    krippendorff_alpha,
    measure_agreement,
    measure_pairs,
    percent_agreement,
    scott_pi,
)

GAP = None
FOUR_CODERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, GAP, GAP, GAP],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GAP, 3],
    [GAP, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GAP],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GAP],
]


def table(counts: list[list[int]]) -> pd.DataFrame:
    """Ratings of two coders from how often the one gave the row, the other the column."""
    pairs = [
        (row, column)
        for row, cells in enumerate(counts)
        for column, n in enumerate(cells)
        for _ in range(n)
    ]
    return pd.DataFrame(zip(*pairs, strict=True), index=["ana", "bo"])


def four_coders(*, lone: int = 1) -> pd.DataFrame:
    """The lone rating of the twelfth unit is the second coder's, or Gwet's third's."""
    rows = [[*row] for row in FOUR_CODERS]
    rows[1][11], rows[lone][11] = GAP, 3
    return pd.DataFrame(rows, dtype="float64")


@pytest.mark.parametrize(
    ("metric", "printed"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
@pytest.mark.parametrize("lone", [1, 2])
def test_alpha_of_four_coders_and_twelve_units_is_as_printed(
    metric: str, printed: float, lone: int
) -> None:
    alpha = krippendorff_alpha(four_coders(lone=lone), metric=metric)
    assert round(alpha, 3) == printed


def test_gwets_four_raters_are_as_he_prints_them() -> None:
    ratings = four_coders(lone=2)
    assert round(gwet_ac(ratings), 3) == 0.775
    assert round(fleiss_kappa(ratings), 3) == 0.761
    assert round(conger_kappa(ratings), 3) == 0.763
    assert round(brennan_prediger(ratings), 3) == 0.773
    assert round(percent_agreement(ratings), 3) == 0.818
    assert round(gwet_standard_error(ratings), 3) == 0.143


def test_the_example_of_three_coders_and_fifteen_units() -> None:
    rows = [
        "* * * * * 3 4 1 2 1 1 3 3 * 3",
        "1 * 2 1 3 3 4 3 * * * * * * *",
        "* * 2 1 3 4 4 * 2 1 1 3 3 * 4",
    ]
    ratings = pd.DataFrame(
        [[GAP if each == "*" else int(each) for each in row.split()] for row in rows],
        dtype="float64",
    )
    assert round(krippendorff_alpha(ratings), 3) == 0.691
    assert round(krippendorff_alpha(ratings, metric="interval"), 3) == 0.811


def test_krippendorffs_ten_binary_pairs() -> None:
    pairs = "10 11 01 00 00 01 00 01 00 00".split()
    ratings = pd.DataFrame([[int(p[0]) for p in pairs], [int(p[1]) for p in pairs]])
    assert round(krippendorff_alpha(ratings), 3) == 0.095
    assert percent_agreement(ratings) == 0.60


def test_cohen_1960() -> None:
    ratings = table([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    assert round(cohen_kappa(ratings), 3) == 0.492
    assert round(cohen_kappa_max(ratings), 3) == 0.831
    assert round(gwet_ac(ratings), 3) == 0.576
    agree, kappa = percent_agreement(ratings), cohen_kappa(ratings)
    assert round((agree - kappa) / (1 - kappa), 2) == 0.41  # expected by chance


def test_artstein_and_poesio_2008() -> None:
    ratings = table([[20, 10], [20, 50]])
    assert round(brennan_prediger(ratings), 2) == 0.40
    assert round(scott_pi(ratings), 3) == 0.341
    assert round(cohen_kappa(ratings), 3) == 0.348
    ratings = table([[46, 0, 0], [6, 32, 6], [0, 0, 10]])
    assert round(cohen_kappa(ratings), 4) == 0.8013
    assert round(scott_pi(ratings), 4) == 0.7995
    assert round(krippendorff_alpha(ratings), 4) == 0.8005
    apart = pd.DataFrame([[0, 1, 0.5], [1, 0, 0.5], [0.5, 0.5, 0]])
    assert round(krippendorff_alpha(ratings, metric=apart), 3) == 0.816


def test_two_abstractors() -> None:
    ratings = table([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
    assert round(cohen_kappa(ratings), 3) == 0.796
    assert round(gwet_ac(ratings), 3) == 0.849
    assert round(krippendorff_alpha(ratings), 3) == 0.797
    assert round(brennan_prediger(ratings), 3) == 0.835


def test_the_paradox_of_kappa() -> None:
    ratings = table([[8, 1], [0, 1]])
    assert percent_agreement(ratings) == 0.90
    assert round(cohen_kappa(ratings), 3) == 0.615
    assert round(scott_pi(ratings), 3) == 0.608
    assert round(gwet_ac(ratings), 3) == 0.866


def test_a_rare_code() -> None:
    ratings = table([[1, 1], [1, 97]])
    assert percent_agreement(ratings) == 0.98
    assert round(cohen_kappa(ratings), 3) == 0.490
    assert round(gwet_ac(ratings), 3) == 0.979


# Fleiss (1971: 379): how many of six psychiatrists gave each of 30 patients each of
# five diagnoses.
FLEISS = """
    00060 03003 01401 00006 03030 20400 00402 20310 20040 00006
    10050 11040 03300 10050 02031 00501 30012 51000 02040 10203
    00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
# Hayes & Krippendorff (2007: 84): five coders of 40 units, ordinal.
HAYES = """
    112.2 1101. 2333. .00.0 000.0 000.0 102.1 1.20. 222.2 2111. .100. 0000. 1222.
    33223 111.1 111.1 212.2 1233. 1101. 000.0 0011. 00.00 2333. 0000. 12.22 0111.
    00010 1212. 1122. 112.2 110.0 2121. 22.22 3222. 222.2 223.2 222.2 22.12 2222.
    111.1
"""


def test_fleiss_1971() -> None:
    ratings = pd.DataFrame(
        [v for v, n in enumerate(unit) for _ in range(int(n))]
        for unit in FLEISS.split()
    ).T
    assert ratings.shape == (6, 30)
    assert round(fleiss_kappa(ratings), 3) == 0.430


def test_hayes_and_krippendorff_2007() -> None:
    units = [[None if v == "." else int(v) for v in unit] for unit in HAYES.split()]
    ratings = pd.DataFrame(units, dtype="float64").T
    assert ratings.shape == (5, 40)
    assert round(krippendorff_alpha(ratings, metric="ordinal"), 4) == 0.7598


ONE_VALUE = pd.DataFrame([[1, 1, 1], [1, 1, 1]])
NOT_SHARED = pd.DataFrame([[1.0, None, 2.0], [None, 1.0, None]])
EVERY = [
    krippendorff_alpha,
    cohen_kappa,
    cohen_kappa_max,
    scott_pi,
    fleiss_kappa,
    conger_kappa,
    gwet_ac,
    gwet_standard_error,
    brennan_prediger,
]


@pytest.mark.parametrize("coefficient", EVERY)
@pytest.mark.parametrize("ratings", [ONE_VALUE, NOT_SHARED, ONE_VALUE.iloc[:, :0]])
def test_without_data_to_agree_on_nothing_is_ever_one(coefficient, ratings) -> None:
    assert math.isnan(coefficient(ratings))


def test_a_lone_other_value_does_not_make_agreement_out_of_one_value() -> None:
    ratings = pd.DataFrame([[1.0, 1.0, 2.0], [1.0, 1.0, None]])
    for coefficient in EVERY:
        assert math.isnan(coefficient(ratings)), coefficient.__name__


def test_the_reason_stands_in_the_table() -> None:
    reasons = {
        "only one value was given: nothing to agree on": ONE_VALUE,
        "no unit was rated by two coders": NOT_SHARED,
        "one coder only: nobody to agree with": ONE_VALUE.iloc[:1],
    }
    for reason, ratings in reasons.items():
        measured = measure_agreement(ratings).set_index("coefficient")
        assert measured.loc["alpha", "reason"] == reason
        assert math.isnan(measured.loc["alpha", "value"])
    assert measure_pairs(NOT_SHARED)["reason"].tolist() == [
        "no unit was rated by two coders"
    ]


def test_missing_is_missing_and_not_a_value() -> None:
    whole = pd.DataFrame([[1.0, 2.0, 1.0], [1.0, 2.0, 2.0]])
    padded = pd.DataFrame([[1.0, 2.0, 1.0, 2.0, None], [1.0, 2.0, 2.0, None, None]])
    for coefficient in (krippendorff_alpha, cohen_kappa, scott_pi, percent_agreement):
        assert coefficient(padded) == coefficient(whole)


def test_cohen_and_scott_are_for_two() -> None:
    for coefficient in (cohen_kappa, cohen_kappa_max, scott_pi):
        with pytest.raises(ValueError, match="of two coders, not 4"):
            coefficient(four_coders())


def test_an_order_of_words_is_never_guessed() -> None:
    order = ["asserted", "hedged", "denied"]
    rows = [["asserted", "hedged", "denied"], ["asserted", "denied", "denied"]]
    ratings = pd.DataFrame(rows)
    with pytest.raises(ValueError, match="ordinal needs numbers, or the order"):
        krippendorff_alpha(ratings, metric="ordinal")
    with pytest.raises(ValueError, match="interval needs numbers"):
        krippendorff_alpha(ratings, metric="interval", values=order)
    numbers = ratings.replace(dict(zip(order, (1, 2, 3), strict=True)))
    said = krippendorff_alpha(ratings, metric="ordinal", values=order)
    assert said == krippendorff_alpha(numbers.astype("int64"), metric="ordinal")
    assert cohen_kappa(ratings, weights="linear", values=order) == cohen_kappa(
        numbers.astype("int64"), weights="linear"
    )


def test_values_that_nobody_gave_count_where_every_value_is_as_likely() -> None:
    ratings = table([[20, 10], [20, 50]])
    # (0.7 - 1/4) / (1 - 1/4)
    four = brennan_prediger(ratings, values=[0, 1, 2, 3])
    assert four == pytest.approx(0.6)
    with pytest.raises(ValueError, match="1 is rated, and not one of the values"):
        gwet_ac(ratings, values=[0, 2])


def test_a_table_of_distances_is_no_table_of_weights() -> None:
    ratings = table([[20, 10], [20, 50]])
    apart = pd.DataFrame([[0, 1], [1, 0]])
    with pytest.raises(ValueError, match="weights are 1 for the same value"):
        cohen_kappa(ratings, weights=apart)
    with pytest.raises(ValueError, match="distances are 0 from a value to itself"):
        krippendorff_alpha(ratings, metric=1 - apart)
    with pytest.raises(ValueError, match="not the same both ways"):
        krippendorff_alpha(ratings, metric=pd.DataFrame([[0, 1], [0.5, 0]]))
    assert krippendorff_alpha(ratings, metric=apart) == krippendorff_alpha(ratings)
    assert cohen_kappa(ratings, weights=1 - apart) == cohen_kappa(ratings)
    with pytest.raises(ValueError, match="one stands twice"):
        gwet_ac(ratings, values=[0, 1, 1])


def test_sets_of_codes_are_compared_by_what_they_share() -> None:
    a, ab, c, none = (frozenset(each) for each in ("a", "ab", "c", ""))
    ratings = pd.DataFrame([[a, a, c, none], [a, ab, none, none]])
    # o: d(a, ab) = 2/3, d(c, none) = 1; n: a 3, ab 1, c 1, none 3 of 8
    observed = 2 * (2 / 3 + 1) / 8
    apart = {("a", "ab"): 2 / 3, ("a", "c"): 1, ("a", ""): 1}
    apart |= {("ab", "c"): 1, ("ab", ""): 1, ("c", ""): 1}
    n = {"a": 3, "ab": 1, "c": 1, "": 3}
    expected = 2 * sum(n[x] * n[y] * d for (x, y), d in apart.items()) / (8 * 7)
    assert krippendorff_alpha(ratings, metric="masi") == pytest.approx(
        1 - observed / expected
    )


def rate(n_coders: int, n_units: int, *, alike: float, seed: int) -> pd.DataFrame:
    draws = np.random.default_rng(seed)
    truth = draws.integers(1, 5, n_units)
    own = draws.integers(1, 5, (n_coders, n_units))
    given = np.where(draws.random(own.shape) < alike, truth, own).astype("float64")
    given[draws.random(own.shape) < 0.1] = np.nan
    return pd.DataFrame(given)


OF_MANY = [krippendorff_alpha, fleiss_kappa, conger_kappa, gwet_ac, brennan_prediger]


@pytest.mark.parametrize("coefficient", [*OF_MANY, cohen_kappa, scott_pi])
def test_agreement_by_chance_is_near_zero(coefficient) -> None:
    ratings = rate(2, 20_000, alike=0.0, seed=3)
    assert abs(coefficient(ratings)) < 0.03


small = st.lists(
    st.lists(st.sampled_from([1, 2, 3, None]), min_size=3, max_size=3), min_size=2
)


@pytest.mark.parametrize("coefficient", OF_MANY)
@given(units=small)
def test_neither_names_nor_order_matter(coefficient, units) -> None:
    ratings = pd.DataFrame(units, dtype="float64").T
    value = coefficient(ratings)
    assume(not math.isnan(value))
    for order in permutations(range(3)):
        assert coefficient(ratings.iloc[list(order)]) == pytest.approx(value)
    words = {1.0: "hope", 2.0: "anger", 3.0: "doubt"}
    renamed = ratings.map(words.get)  # type: ignore[arg-type]
    assert coefficient(renamed) == pytest.approx(value)
    assert coefficient(ratings.iloc[:, ::-1]) == pytest.approx(value)
    assert value <= 1 + 1e-12


@pytest.mark.parametrize("coefficient", OF_MANY)
@given(units=st.lists(st.sampled_from([1, 2, 3]), min_size=2))
def test_perfect_agreement_is_one(coefficient, units) -> None:
    assume(len({*units}) > 1)
    assert coefficient(pd.DataFrame([units] * 3)) == pytest.approx(1)


@given(units=small)
def test_alpha_is_that_of_the_formula_worked_pair_by_pair(units) -> None:
    """Observed by expected disagreement, over every two ratings, one by one."""
    rated = [[v for v in unit if v is not None] for unit in units]
    rated = [unit for unit in rated if len(unit) > 1]
    every = [v for unit in rated for v in unit]
    assume(len({*every}) > 1)
    for metric, apart in (
        ("nominal", lambda a, b: float(a != b)),
        ("interval", lambda a, b: (a - b) ** 2),
        ("ratio", lambda a, b: ((a - b) / (a + b)) ** 2),
    ):
        observed = sum(
            apart(a, b) / (len(unit) - 1) for unit in rated for a in unit for b in unit
        ) / len(every)
        pairs = len(every) * (len(every) - 1)
        expected = sum(apart(a, b) for a in every for b in every) / pairs
        alpha = krippendorff_alpha(
            pd.DataFrame(units, dtype="float64").T, metric=metric
        )
        assert alpha == pytest.approx(1 - observed / expected)


def test_agreement_on_two_units_is_no_certainty() -> None:
    for rows in ([[1, 0], [1, 0]], [[1, 1], [0, 0]]):
        assert math.isnan(gwet_standard_error(pd.DataFrame(rows)))


def test_a_document_drawn_twice_counts_twice() -> None:
    """Documents that contradict one another: draws hold one, two, or all of them."""
    ratings = pd.DataFrame([[1, 0, 1, 0, 1, 0] * 5, [1, 0, 0, 1, 0, 1] * 5])
    documents = ["A", "A", "B", "B", "C", "C"] * 5
    measured = measure_agreement(ratings, documents=documents)
    alpha = measured.set_index("coefficient").loc["alpha"]
    alone = pd.DataFrame([[1, 0] * 15, [0, 1] * 15])  # B and C, drawn without A
    assert alpha["low"] < alpha["low_units"]
    assert alpha["high"] == 1  # A, three times over: once in 27 draws
    assert krippendorff_alpha(alone) == pytest.approx(alpha["low"])


def test_two_documents_say_nothing_of_how_documents_differ() -> None:
    documents = ["A", "B"] * 20
    measured = measure_agreement(rate(2, 40, alike=0.5, seed=1), documents=documents)
    assert measured["low"].isna().all()
    assert measured["low_units"].notna().all()


def test_where_no_disagreement_was_seen_there_is_no_interval() -> None:
    ratings = pd.DataFrame([[1, 0, 1, 0], [1, 0, 1, 0]])
    measured = measure_agreement(ratings, documents=["A", "A", "B", "B"])
    assert measured["value"].eq(1).all()
    assert measured[["low", "high", "low_units", "high_units"]].isna().all(axis=None)


def test_an_interval_over_units_is_about_what_the_formula_says() -> None:
    ratings = rate(3, 400, alike=0.6, seed=2)
    measured = measure_agreement(ratings).set_index("coefficient").loc["ac1"]
    width = measured["high_units"] - measured["low_units"]
    assert width == pytest.approx(2 * 1.96 * gwet_standard_error(ratings), rel=0.1)
    assert measured["low_units"] < gwet_ac(ratings) < measured["high_units"]


def test_every_two_coders_are_measured_as_if_alone() -> None:
    ratings = rate(3, 50, alike=0.5, seed=4).set_axis(["ana", "bo", "cy"])
    pairs = measure_pairs(ratings)
    assert pairs["coder"].tolist() == ["ana", "ana", "bo"]
    for row in pairs.to_dict("records"):
        pair = ratings.loc[[row["coder"], row["other_coder"]]]
        assert row["kappa"] == pytest.approx(cohen_kappa(pair))
        assert row["kappa_max"] == pytest.approx(cohen_kappa_max(pair))
        assert row["alpha"] == pytest.approx(krippendorff_alpha(pair))
        assert row["n_units"] == int(pair.notna().all().sum())


def test_more_units_than_are_looked_at_together_change_nothing() -> None:
    few = rate(3, 1000, alike=0.5, seed=5)
    many = pd.DataFrame(np.tile(few.to_numpy(), 150))
    for coefficient in (fleiss_kappa, conger_kappa, gwet_ac):
        assert coefficient(many) == pytest.approx(coefficient(few))


def test_many_coders_with_many_values_do_not_overflow() -> None:
    draws = np.random.default_rng(6)
    values = draws.integers(0, 90, (30, 200))
    ratings = pd.DataFrame(
        np.where(draws.random(values.shape) < 0.5, values[0], values)
    )
    tool = krippendorff_alpha(ratings, metric="interval")
    halves = krippendorff_alpha(ratings / 2, metric="interval")
    assert tool == pytest.approx(halves)
    assert conger_kappa(ratings) == pytest.approx(conger_kappa(ratings + 5))
