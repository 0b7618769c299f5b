from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.analysis.units import (
    cut_units,
    find_own_words,
    join_attributes,
    lay_codings,
)
from evalkit.errors import EvalkitError
from evalkit.tables import CODINGS, TURNS


def make_turns(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Turns from (document_id, role, respondent_id, words), a character apart."""
    made, at = [], {}
    for document_id, role, respondent_id, words in rows:
        start, turn = at.get(document_id, (0, 1))
        end = start + len(words)
        at[document_id] = (end + 1, turn + 1)
        made.append(
            (document_id, turn, role[0], role, respondent_id, start, end, None, words)
        )
    return TURNS.typed(pd.DataFrame(made, columns=list(TURNS.columns)))


def make_codings(*rows: tuple[str, str, int, int, str]) -> pd.DataFrame:
    columns = ["coding_id", "document_id", "start", "end", "code_id"]
    return CODINGS.typed(pd.DataFrame(list(rows), columns=columns))


TURNS_AB = make_turns(
    ("A", "interviewer", "", "Why?"),
    ("A", "respondent", "P1", "Hope. Only hope."),
    ("B", "respondent", "P2", "Yes."),
)


def test_units_by_turn_are_the_turns():
    units = cut_units(TURNS_AB)
    assert units["unit"].to_list() == [1, 2, 1]
    assert units[["start", "end"]].to_numpy().tolist() == [[0, 4], [5, 21], [0, 4]]


def test_units_by_sentence_lie_in_their_turn():
    units = cut_units(TURNS_AB, by="sentence")
    own = units[units["turn"].eq(2)]
    assert own[["start", "end"]].to_numpy().tolist() == [[5, 10], [11, 21]]
    assert own["unit"].to_list() == [2, 3]
    assert own["respondent_id"].to_list() == ["P1", "P1"]


def test_no_turns_give_no_units():
    for by in ("turn", "sentence"):
        assert len(cut_units(TURNS.empty(), by=by)) == 0
    assert len(lay_codings(cut_units(TURNS.empty()), CODINGS.empty())) == 0


def test_a_coding_that_ends_where_a_unit_starts_does_not_touch_it():
    units = cut_units(TURNS_AB, by="sentence")
    laid = lay_codings(units, make_codings(("x", "A", 5, 11, "a")))
    assert laid.loc[laid["coding_id"].notna(), "unit"].to_list() == [2]


def test_a_turn_without_words_bears_no_coding():
    turns = make_turns(("A", "respondent", "P1", "Yes"), ("A", "respondent", "P2", ""))
    laid = lay_codings(cut_units(turns), make_codings(("x", "A", 0, 9, "a")))
    assert laid["coding_id"].fillna("").to_list() == ["x", ""]


def test_a_coding_across_turns_lies_on_each_and_one_elsewhere_on_none():
    codings = make_codings(("x", "A", 3, 6, "a"), ("y", "Z", 0, 9, "a"))
    laid = lay_codings(cut_units(TURNS_AB), codings)
    touched = laid[laid["coding_id"].notna()]
    assert touched[["coding_id", "unit"]].to_numpy().tolist() == [["x", 1], ["x", 2]]
    assert len(laid) == 3


def test_a_label_between_two_turns_of_one_person_is_not_their_word():
    turns = make_turns(
        ("A", "respondent", "P1", "Hope."), ("A", "respondent", "P1", "No.")
    )
    turns.loc[1, ["start", "end"]] = [9, 12]
    codings = CODINGS.typed(
        pd.DataFrame(
            {"coding_id": ["x"], "document_id": "A", "start": [0], "end": [12]}
        ).assign(code_id="a", quotation="Hope.\nR: No.")
    )
    assert find_own_words(turns, codings).empty


def test_units_that_overlap_are_refused():
    units = pd.DataFrame(
        {"document_id": "A", "unit": [1, 2], "start": [0, 3], "end": [5, 9]}
    )
    with pytest.raises(ValueError, match="overlap"):
        lay_codings(units, CODINGS.empty())


SPANS = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(0, 40), st.integers(1, 15)), max_size=8
)


@given(SPANS, SPANS)
def test_laying_agrees_with_looking_at_every_pair(cuts, spans):
    units = []
    for document_id in "AB":
        edges = sorted({at for d, at, _ in cuts if d == document_id})
        units += [(document_id, a, b) for a, b in itertools.pairwise(edges)]
    frame = pd.DataFrame(units, columns=["document_id", "start", "end"])
    frame = frame.assign(unit=range(len(frame))).sample(frac=1, random_state=1)
    codings = make_codings(
        *((f"c{n}", d, at, at + size, "a") for n, (d, at, size) in enumerate(spans))
    )
    laid = lay_codings(frame.reset_index(drop=True), codings)
    got = {
        (r.unit, r.coding_id) for r in laid.itertuples() if r.coding_id == r.coding_id
    }
    expected = {
        (number, f"c{n}")
        for number, (document_id, start, end) in enumerate(units)
        for n, (d, at, size) in enumerate(spans)
        if d == document_id and at < end and at + size > start
    }
    assert got == expected
    assert set(laid["unit"]) == set(range(len(units)))
    assert len(laid) == len(expected) + len(units) - len({u for u, _ in expected})


def test_attributes_of_a_person_named_twice_are_refused():
    people = pd.DataFrame({"respondent_id": ["P1", "P1"], "group": ["a", "b"]})
    with pytest.raises(EvalkitError, match="'P1' stands twice"):
        join_attributes(cut_units(TURNS_AB), people)


def test_a_passage_with_somebody_elses_words_is_nobodys_own():
    text = "Why? Hope. Only hope."
    spans = {"own": (5, 21), "with the question": (0, 10), "inside": (11, 15)}
    codings = CODINGS.typed(
        pd.DataFrame(
            [(name, "A", s, e, "a", text[s:e]) for name, (s, e) in spans.items()],
            columns=[
                "coding_id",
                "document_id",
                "start",
                "end",
                "code_id",
                "quotation",
            ],
        )
    )
    own = find_own_words(TURNS_AB, codings)
    assert own["coding_id"].to_list() == ["inside", "own"]
    assert set(own["respondent_id"]) == {"P1"}
