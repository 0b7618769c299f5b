from __future__ import annotations

import time
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.pairing import Pair, compare_codings

BOUNDED = settings(derandomize=True, deadline=None, max_examples=300, database=None)
SWAPPED = {"only one": "only other", "only other": "only one"}


def coding(
    coding_id: str, start: int, end: int, code_id: str = "morale", **attributes: str
) -> dict[str, Any]:
    return {
        **{"coding_id": coding_id, "start": start, "end": end, "code_id": code_id},
        **{"attributes": attributes, "memo": f"memo of {coding_id}"},
    }


@st.composite
def codings(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A coder's codings, crowded enough that they compete; ids in any order."""
    ids = draw(st.lists(st.sampled_from("abcdefghij"), unique=True))
    made = []
    for coding_id in ids:
        start = draw(st.integers(0, 12))
        end = start + draw(st.integers(1, 8))
        stance = draw(st.sampled_from(["", "supports", "qualifies"]))
        code_id = draw(st.sampled_from(["morale", "money"]))
        made.append(coding(coding_id, start, end, code_id, stance=stance))
    return made


def test_the_same_code_on_the_same_words_is_the_same():
    one, other = (
        coding("a", 3, 9, stance="supports"),
        coding("b", 3, 9, stance="supports"),
    )
    assert compare_codings([one], [other]) == [Pair("same", "a", "b", 3, 9, ())]


def test_an_attribute_left_out_and_an_empty_one_are_the_same():
    one, other = (
        coding("a", 3, 9, stance="", tone="plain"),
        coding("b", 3, 9, tone="plain"),
    )
    assert compare_codings([one], [other]) == [Pair("same", "a", "b", 3, 9, ())]


def test_attributes_that_differ_are_named_in_order():
    one = coding("a", 3, 9, tone="plain", stance="supports", certainty="hedged")
    other = coding("b", 3, 9, stance="qualifies", certainty="hedged")
    assert compare_codings([one], [other]) == [
        Pair("attributes differ", "a", "b", 3, 9, ("stance", "tone"))
    ]


def test_one_shared_character_of_the_same_code_is_a_difference_of_bounds():
    one, other = coding("a", 0, 10, stance="supports"), coding("b", 9, 40)
    assert compare_codings([one], [other]) == [
        Pair("bounds differ", "a", "b", 0, 40, ("stance",))
    ]


def test_another_code_on_half_of_what_both_cover_is_a_pair():
    one, other = coding("a", 0, 10), coding("b", 5, 10, "money", stance="supports")
    assert compare_codings([one], [other]) == [
        Pair("other code", "a", "b", 0, 10, ("stance",))
    ]


def test_another_code_on_a_word_inside_a_long_passage_is_not_a_pair():
    assert compare_codings([coding("a", 0, 11)], [coding("b", 5, 10, "money")]) == [
        Pair("only one", "a", "", 0, 11, ()),
        Pair("only other", "", "b", 5, 10, ()),
    ]


def test_a_coding_that_ends_where_the_other_starts_does_not_touch_it():
    assert compare_codings([coding("a", 5, 9)], [coding("b", 0, 5)]) == [
        Pair("only other", "", "b", 0, 5, ()),
        Pair("only one", "a", "", 5, 9, ()),
    ]


def test_the_same_code_is_paired_before_another_code_that_fits_better():
    one = [coding("a", 0, 10)]
    other = [coding("b", 0, 10, "money"), coding("c", 8, 20)]
    assert compare_codings(one, other) == [
        Pair("only other", "", "b", 0, 10, ()),
        Pair("bounds differ", "a", "c", 0, 20, ()),
    ]


def test_of_a_code_put_twice_on_overlapping_words_the_nearer_one_is_paired():
    one = [coding("a", 0, 10), coding("b", 4, 12)]
    assert compare_codings(one, [coding("c", 4, 11)]) == [
        Pair("only one", "a", "", 0, 10, ()),
        Pair("bounds differ", "b", "c", 4, 12, ()),
    ]


def test_of_two_that_fit_as_well_the_first_in_the_text_is_paired():
    one = [coding("a", 10, 15), coding("b", 0, 5)]
    assert compare_codings(one, [coding("c", 0, 15)]) == [
        Pair("bounds differ", "b", "c", 0, 15, ()),
        Pair("only one", "a", "", 10, 15, ()),
    ]


def test_of_a_code_put_twice_on_the_same_words_the_one_with_like_attributes_is_paired():
    one = [coding("a", 0, 5, stance="qualifies"), coding("b", 0, 5, stance="supports")]
    assert compare_codings(one, [coding("c", 0, 5, stance="supports")]) == [
        Pair("only one", "a", "", 0, 5, ()),
        Pair("same", "b", "c", 0, 5, ()),
    ]


def test_two_coders_may_use_the_same_ids():
    one, other = [coding("x", 0, 5), coding("y", 9, 12)], [coding("y", 0, 5)]
    assert compare_codings(one, other) == [
        Pair("same", "x", "y", 0, 5, ()),
        Pair("only one", "y", "", 9, 12, ()),
    ]


def test_nobody_coded_anything():
    assert compare_codings([], []) == []


@BOUNDED
@given(codings(), codings())
def test_every_coding_is_in_exactly_one_pair(one, other):
    pairs = compare_codings(one, other)
    assert Counter(p.one for p in pairs if p.one) == Counter(
        c["coding_id"] for c in one
    )
    assert Counter(p.other for p in pairs if p.other) == Counter(
        c["coding_id"] for c in other
    )
    assert pairs == sorted(pairs, key=lambda p: (p.start, p.end, p.one, p.other))


@BOUNDED
@given(codings(), codings(), st.randoms(use_true_random=False))
def test_the_order_of_the_codings_does_not_matter(one, other, chance):
    pairs = compare_codings(one, other)
    assert compare_codings(chance.sample(one, len(one)), other[::-1]) == pairs


@BOUNDED
@given(codings(), codings())
def test_swapping_the_coders_swaps_their_names_and_nothing_else(one, other):
    swapped = [
        p._replace(kind=SWAPPED.get(p.kind, p.kind), one=p.other, other=p.one)
        for p in compare_codings(other, one)
    ]
    assert sorted(swapped) == sorted(compare_codings(one, other))


@BOUNDED
@given(codings())
def test_a_coder_agrees_with_themselves(one):
    pairs = compare_codings(one, one)
    assert [(p.kind, p.one) for p in pairs] == [("same", p.other) for p in pairs]


def test_two_thousand_codings_each_are_compared_in_a_second():
    def many(name: str) -> list[dict[str, Any]]:
        shift = len(name)
        made = [
            coding(f"{name}{i}", 150 * i + shift, 150 * i + 300) for i in range(1999)
        ]
        return [*made, coding(name, 0, 300_000)]

    start = time.perf_counter()
    pairs = compare_codings(many("a"), many("bb"))
    assert time.perf_counter() - start < 1
    assert {p.kind for p in pairs} == {"same", "bounds differ"}
    assert len(pairs) == 2000
