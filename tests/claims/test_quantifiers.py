from __future__ import annotations

from fractions import Fraction

import pytest

from evalkit.claims.quantifiers import SCALE, count_people, quantify, spell

PAIRS = [(n, of) for of in range(1, 41) for n in range(of + 1)]


def is_true(word: str, n: int, of: int) -> bool:
    """Whether `word` is true of n of `of`, read as SCALE prints it."""
    share = Fraction(n, of)
    return {
        "none": n == 0,
        "one": n == 1 < of,
        "the one person": n == of == 1,
        "all": n == of > 1,
        "a few": share < Fraction(25, 100),
        "some": Fraction(25, 100) <= share <= Fraction(50, 100),
        "most": share > Fraction(50, 100),
        "nearly all": share >= Fraction(85, 100),
    }[word]


def test_the_scale_is_printed_as_it_is_tested() -> None:
    for said in (
        "“A few” means under 25% of them",
        "“some” 25 to 50%",
        "“most” more than 50%",
        "“nearly all” 85% or more",
    ):
        assert said in SCALE


def test_every_word_is_true_by_the_printed_scale() -> None:
    wrong = [
        (n, of, quantify(n, of))
        for n, of in PAIRS
        if not is_true(quantify(n, of), n, of)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("n", "of", "word"),
    [
        (9, 37, "a few"),  # 24.3%
        (10, 40, "some"),  # 25% exactly
        (20, 40, "some"),  # 50% exactly
        (2, 4, "some"),
        (20, 39, "most"),  # 51.3%
        (102, 202, "most"),  # 50.5%: a majority is never “some”
        (101, 201, "most"),  # 50.2%
        (33, 39, "most"),  # 84.6%, which is not 85% or more
        (17, 20, "nearly all"),  # 85% exactly
        (34, 40, "nearly all"),
        (39, 40, "nearly all"),
        (1, 40, "one"),
        (1, 2, "one"),
        (2, 40, "a few"),
        (0, 0, "none"),
        (0, 40, "none"),
        (40, 40, "all"),
        (1, 1, "the one person"),
    ],
)
def test_each_limit_of_the_scale(n: int, of: int, word: str) -> None:
    assert quantify(n, of) == word


def test_words_only_grow_with_the_number() -> None:
    order = ["none", "one", "a few", "some", "most", "nearly all", "all"]
    for of in range(2, 41):
        places = [order.index(quantify(n, of)) for n in range(of + 1)]
        assert places == sorted(places), of


@pytest.mark.parametrize(("n", "of"), [(3, 2), (-1, 2), (1, 0)])
def test_more_people_than_there_are_is_a_callers_bug(n: int, of: int) -> None:
    with pytest.raises(ValueError, match=f"{n} of {of} people"):
        quantify(n, of)


def test_numbers_up_to_twelve_are_words() -> None:
    assert [spell(n) for n in (0, 1, 12, 13)] == ["0", "one", "twelve", "13"]
    assert [count_people(n) for n in (0, 1, 2, 13)] == [
        *("0 people", "one person", "two people", "13 people")
    ]
