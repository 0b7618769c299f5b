"""Coefficients beside NLTK's, which somebody else wrote from other papers.

NLTK says 1 where only one value was given: we say that it is undefined. It counts
missing ratings right in alpha alone, and has no distance between two empty sets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance, interval_distance, masi_distance

from evalkit.analysis.agreement import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)

Units = Sequence[Sequence[object]]
Distance = Callable[[object, object], float]


def ask_nltk(units: Units, distance: Distance = binary_distance) -> AnnotationTask:
    triples = [
        (f"coder {coder}", f"unit {number}", value)
        for number, unit in enumerate(units)
        for coder, value in enumerate(unit)
        if value is not None
    ]
    return AnnotationTask(triples, distance=distance)


def to_ratings(units: Units) -> pd.DataFrame:
    """Units × coders to coders × units, each value kept as it is."""
    return pd.DataFrame(
        [[*row] for row in zip(*units, strict=True)],
        dtype="object",
        columns=range(len(units)),
    )


def list_shared(units: Units) -> list[list[object]]:
    """The ratings of units that two or more coders rated."""
    rated = [[value for value in unit if value is not None] for unit in units]
    return [unit for unit in rated if len(unit) > 1]


def is_defined(units: Units) -> bool:
    return len({value for unit in list_shared(units) for value in unit}) > 1


def draw_units(
    values: Sequence[object], *, coders: int
) -> st.SearchStrategy[list[tuple[object, ...]]]:
    unit = st.tuples(*[st.sampled_from(values)] * coders)
    return st.lists(unit, min_size=1, max_size=12)


NUMBERS = (1, 2, 4)
GAPPY = (*NUMBERS, None)


def apart_by_ratio(one: float, other: float) -> float:
    return ((one - other) / (one + other)) ** 2


@pytest.mark.parametrize(
    ("metric", "distance"),
    [
        ("nominal", binary_distance),
        ("interval", interval_distance),
        ("ratio", apart_by_ratio),
    ],
)
@pytest.mark.parametrize("coders", [2, 4])
@given(data=st.data())
def test_alpha(data, coders: int, metric: str, distance: Distance) -> None:
    units = data.draw(draw_units(GAPPY, coders=coders))
    assume(is_defined(units))
    alpha = krippendorff_alpha(to_ratings(units), metric=metric)
    assert alpha == pytest.approx(ask_nltk(units, distance).alpha(), abs=1e-9)


SETS = tuple(frozenset(each) for each in ("a", "b", "ab", "bc", "abc"))


@given(units=draw_units((*SETS, None), coders=3))
def test_alpha_of_sets(units) -> None:
    assume(is_defined(units))
    alpha = krippendorff_alpha(to_ratings(units), metric="masi")
    assert alpha == pytest.approx(ask_nltk(units, masi_distance).alpha(), abs=1e-9)


def test_sets_hold_anything() -> None:
    one, both, other = frozenset([1]), frozenset([1, 2]), frozenset([3])
    units = [(one, both), (both, both), (other, other), (one, one)]
    alpha = krippendorff_alpha(to_ratings(units), metric="masi")
    assert alpha == pytest.approx(ask_nltk(units, masi_distance).alpha())


@given(units=draw_units((frozenset(), *SETS, None), coders=2))
def test_alpha_of_sets_of_which_some_are_empty(units) -> None:
    """Two empty sets are the same set; NLTK's own distance divides by zero."""
    with pytest.raises(ZeroDivisionError):
        masi_distance(frozenset(), frozenset())

    def distance(one: frozenset[str], other: frozenset[str]) -> float:
        return masi_distance(one, other) if one or other else 0.0

    assume(is_defined(units))
    alpha = krippendorff_alpha(to_ratings(units), metric="masi")
    assert alpha == pytest.approx(ask_nltk(units, distance).alpha(), abs=1e-9)


@given(units=draw_units(NUMBERS, coders=2))
@example(units=[(1, 1), (1, 2), (1, 1)])
def test_two_coders_without_gaps(units) -> None:
    assume(is_defined(units))
    ratings, task = to_ratings(units), ask_nltk(units)
    assert percent_agreement(ratings) == pytest.approx(task.avg_Ao())
    assert cohen_kappa(ratings) == pytest.approx(task.kappa(), abs=1e-9)
    assert scott_pi(ratings) == pytest.approx(task.pi(), abs=1e-9)
    assert brennan_prediger(ratings) == pytest.approx(task.S(), abs=1e-9)


@given(units=draw_units(GAPPY, coders=2))
@example(units=[(1, 1), (2, 1), (2, 2), (4, None), (None, 4)])
def test_of_two_coders_only_the_units_count_that_both_rated(units) -> None:
    """NLTK expects units that both rated; ours leaves out the others itself."""
    assume(is_defined(units))
    ratings, task = to_ratings(units), ask_nltk(list_shared(units))
    assert cohen_kappa(ratings) == pytest.approx(task.kappa(), abs=1e-9)
    assert scott_pi(ratings) == pytest.approx(task.pi(), abs=1e-9)


@given(units=draw_units(NUMBERS, coders=4))
def test_many_coders_without_gaps(units) -> None:
    """NLTK's pi of many is Fleiss' kappa, its multi_kappa is Conger's."""
    assume(is_defined(units))
    ratings, task = to_ratings(units), ask_nltk(units)
    assert percent_agreement(ratings) == pytest.approx(task.avg_Ao())
    assert fleiss_kappa(ratings) == pytest.approx(task.pi(), abs=1e-9)
    assert conger_kappa(ratings) == pytest.approx(task.multi_kappa(), abs=1e-9)
    assert brennan_prediger(ratings) == pytest.approx(task.S(), abs=1e-9)


@pytest.mark.parametrize(
    ("weights", "distance"),
    [
        ("linear", lambda one, other: abs(one - other)),
        ("quadratic", interval_distance),
    ],
)
@given(units=draw_units(NUMBERS, coders=2))
def test_weighted_kappa(units, weights: str, distance: Distance) -> None:
    assume(is_defined(units))
    kappa = cohen_kappa(to_ratings(units), weights=weights)
    theirs = ask_nltk(units, distance).weighted_kappa()
    assert kappa == pytest.approx(theirs, abs=1e-9)


def test_s_counts_the_values_given_and_ours_those_that_could_be() -> None:
    units = [(1, 1), (1, 2), (2, 2), (2, 2)]
    ratings = to_ratings(units)
    assert brennan_prediger(ratings) == pytest.approx(ask_nltk(units).S())
    # (3/4 - 1/3) / (1 - 1/3), where NLTK takes 1/2 as long as nobody gives a third
    assert brennan_prediger(ratings, values=[1, 2, 3]) == pytest.approx(0.625)
    assert ask_nltk(units).S() == pytest.approx(0.5)


TWO = (cohen_kappa, scott_pi, brennan_prediger)


@pytest.mark.parametrize("units", [[(1, 1)], [(1, 1), (1, 1), (1, 1)]])
def test_where_one_value_was_given_nltk_says_one_and_we_that_it_is_undefined(
    units,
) -> None:
    task = ask_nltk(units)
    assert [task.alpha(), task.kappa(), task.pi(), task.S()] == [1, 1, 1, 1]
    for coefficient in (krippendorff_alpha, *TWO):
        assert math.isnan(coefficient(to_ratings(units))), coefficient.__name__


def test_a_lone_other_value_is_nothing_to_agree_on() -> None:
    units = [(1, 1), (1, 1), (2, None)]
    assert ask_nltk(units).alpha() == 1
    assert math.isnan(krippendorff_alpha(to_ratings(units)))


def test_where_no_unit_is_shared_nltk_fails_and_we_say_that_it_is_undefined() -> None:
    units = [(1, None), (None, 2)]
    with pytest.raises(ZeroDivisionError):
        ask_nltk(units).alpha()
    for coefficient in (krippendorff_alpha, *TWO):
        assert math.isnan(coefficient(to_ratings(units))), coefficient.__name__


def test_nltks_kappa_of_many_is_the_mean_of_every_two() -> None:
    """Conger's is not: the mean stands in our table of pairs."""
    units = [(1, 1, 2), (1, 2, 2), (2, 2, 2), (1, 1, 1), (2, 1, 4), (1, 1, 2)]
    ratings = to_ratings(units)
    each = [cohen_kappa(ratings.iloc[[*two]]) for two in combinations(range(3), 2)]
    assert ask_nltk(units).kappa() == pytest.approx(sum(each) / 3)
    assert conger_kappa(ratings) != pytest.approx(sum(each) / 3)
