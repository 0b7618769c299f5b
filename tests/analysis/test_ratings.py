"""Codings as ratings, worked by hand on two short documents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.analysis.agreement import krippendorff_alpha
from evalkit.analysis.ratings import (
    cut_characters,
    list_worked,
    place_codings,
    rate_attribute,
    rate_code,
    rate_sets,
)
from evalkit.tables import CODINGS, TURNS


def code(*rows: tuple[str, int, int, str, str] | tuple[str, int, int, str, str, str]):
    """Codings: document, start, end, coder, code, and a stance where there is one."""
    columns = ["document_id", "start", "end", "coder_id", "code_id", "stance"]
    made = pd.DataFrame([[*row, ""][:6] for row in rows], columns=columns)
    ids = [f"coding {number}" for number in range(len(made))]
    made.insert(0, "coding_id", ids)
    return CODINGS.typed(made).astype({"stance": "str"})


def speak(*rows: tuple[str, int, int]) -> pd.DataFrame:
    """Turns: document, start, end; the respondent's every second."""
    made = pd.DataFrame(rows, columns=["document_id", "start", "end"])
    turn = made.groupby("document_id").cumcount() + 1
    asks = turn % 2 == 1
    made = made.assign(
        turn=turn,
        speaker=np.where(asks, "I", "R"),
        role=np.where(asks, "interviewer", "respondent"),
        respondent_id=np.where(asks, "", "P1"),
        started_at=np.nan,
        text="",
    )
    return TURNS.typed(made)


# Between the turns stand the speakers' labels: no words that could be coded.
TURN_ROWS = speak(("A", 3, 9), ("A", 12, 20), ("B", 0, 5))
BOTH_ON_A = [("A", 3, 9, "ana", "hope"), ("A", 12, 20, "bo", "hope")]


def spans(units: pd.DataFrame) -> list[tuple[str, int, int]]:
    columns = ["document_id", "start", "end"]
    return [*units[columns].itertuples(index=False, name=None)]


def test_turns_are_cut_where_a_coding_begins_or_ends() -> None:
    units = cut_characters(TURN_ROWS, code(("A", 5, 14, "ana", "hope")))
    assert spans(units) == [
        ("A", 3, 5),
        ("A", 5, 9),
        ("A", 12, 14),
        ("A", 14, 20),
        ("B", 0, 5),
    ]
    assert units["unit"].tolist() == [1, 2, 3, 4, 1]
    assert units["turn"].tolist() == [1, 1, 2, 2, 1]
    assert units["speaker"].tolist() == ["I", "I", "R", "R", "I"]
    assert units["n_characters"].tolist() == [2, 4, 2, 6, 5]


def test_without_codings_the_runs_are_the_turns() -> None:
    units = cut_characters(TURN_ROWS, code(*BOTH_ON_A)[:0])
    assert spans(units) == spans(TURN_ROWS)
    assert units["n_characters"].tolist() == [6, 8, 5]
    studied = CODINGS.typed(pd.DataFrame(columns=list(CODINGS.columns)))
    pd.testing.assert_frame_equal(cut_characters(TURN_ROWS, studied), units)
    bare = pd.DataFrame(columns=["document_id", "start", "end"])
    pd.testing.assert_frame_equal(cut_characters(TURN_ROWS, bare), units)


def test_without_turns_there_are_no_runs() -> None:
    units = cut_characters(TURN_ROWS[:0], code(*BOTH_ON_A))
    assert units.empty
    assert "n_characters" in units


def test_codings_at_the_edges_of_a_turn_cut_nothing() -> None:
    units = cut_characters(TURN_ROWS, code(*BOTH_ON_A, ("B", 0, 5, "bo", "hope")))
    assert spans(units) == spans(TURN_ROWS)


def test_two_codings_on_the_same_span_cut_once() -> None:
    twice = code(("B", 1, 3, "ana", "hope"), ("B", 1, 3, "bo", "fear"))
    units = cut_characters(TURN_ROWS, twice)
    assert spans(units)[2:] == [("B", 0, 1), ("B", 1, 3), ("B", 3, 5)]


def test_a_coding_on_a_label_or_in_another_document_cuts_nothing() -> None:
    apart = code(("A", 9, 12, "ana", "hope"), ("C", 0, 4, "ana", "hope"))
    assert spans(cut_characters(TURN_ROWS, apart)) == spans(TURN_ROWS)


def test_turns_that_touch_stay_apart() -> None:
    turns = speak(("A", 0, 4), ("A", 4, 9))
    units = cut_characters(turns, code(("A", 2, 6, "ana", "hope")))
    assert spans(units) == [("A", 0, 2), ("A", 2, 4), ("A", 4, 6), ("A", 6, 9)]
    assert units["turn"].tolist() == [1, 1, 2, 2]


def test_a_coder_worked_where_they_have_a_coding() -> None:
    codings = code(
        ("B", 0, 2, "bo", "hope"), ("A", 3, 5, "bo", "hope"), ("B", 3, 5, "bo", "fear")
    )
    worked = list_worked(pd.concat([codings, code(("B", 0, 1, "ana", "fear"))]))
    assert worked.to_numpy().tolist() == [["ana", "B"], ["bo", "A"], ["bo", "B"]]
    assert list_worked(codings[:0]).empty


def test_a_coding_stands_once_on_each_unit_it_touches() -> None:
    codings = code(("A", 5, 14, "ana", "hope"), ("B", 4, 5, "bo", "fear"))
    placed = place_codings(codings, TURN_ROWS)
    assert placed["unit_row"].tolist() == [0, 1, 2]
    assert placed["coder_id"].tolist() == ["ana", "ana", "bo"]
    assert placed["code_id"].tolist() == ["hope", "hope", "fear"]
    assert not {"start", "end"} & {*placed.columns}
    assert place_codings(codings[:0], TURN_ROWS).empty


def test_the_row_of_a_unit_is_its_place_whatever_the_index_says() -> None:
    units = TURN_ROWS.iloc[::-1]
    placed = place_codings(code(("A", 3, 5, "ana", "hope")), units)
    assert placed["unit_row"].tolist() == [2]


def test_a_code_is_there_or_not_where_the_coder_worked() -> None:
    """Bo never opened B: missing, and not zero."""
    codings = code(*BOTH_ON_A, ("B", 0, 2, "ana", "fear"))
    rated = rate_code(codings, TURN_ROWS, code_id="hope")
    assert rated.index.tolist() == ["ana", "bo"]
    assert rated.loc["ana"].tolist() == [1, 0, 0]
    assert rated.loc["bo"].tolist()[:2] == [0, 1]
    assert np.isnan(rated.loc["bo", 2])


def test_who_worked_without_a_coding_rated_all_units_absent() -> None:
    pairs = [(who, where) for who in ("ana", "bo", "cy") for where in ("A", "B")]
    worked = pd.DataFrame(pairs, columns=["coder_id", "document_id"])
    rated = rate_code(code(*BOTH_ON_A), TURN_ROWS, code_id="hope", worked=worked)
    assert rated.loc["cy"].tolist() == [0, 0, 0]
    assert rated.loc["bo"].tolist() == [0, 1, 0]
    assert rate_sets(code(*BOTH_ON_A), TURN_ROWS, worked=worked).loc[
        "cy"
    ].tolist() == 3 * [frozenset()]


def test_what_lies_outside_the_documents_worked_on_is_missing() -> None:
    """Bo left a coding in B without having read it; cy is not asked."""
    codings = code(*BOTH_ON_A, ("B", 0, 2, "bo", "hope"), ("A", 3, 5, "cy", "hope"))
    worked = pd.DataFrame({"coder_id": ["ana", "bo"], "document_id": ["A", "A"]})
    rated = rate_code(codings, TURN_ROWS, code_id="hope", worked=worked)
    assert rated.index.tolist() == ["ana", "bo"]
    assert rated[2].isna().all()
    sets = rate_sets(codings, TURN_ROWS, worked=worked)
    assert sets.index.tolist() == ["ana", "bo"]
    assert sets[2].tolist() == [None, None]
    assert sets[0].tolist() == [{"hope"}, frozenset()]


def test_a_coding_that_ends_where_a_unit_starts_does_not_touch_it() -> None:
    touching = speak(("A", 0, 4), ("A", 4, 9))
    codings = code(("A", 0, 4, "ana", "hope"), ("A", 4, 5, "bo", "hope"))
    rated = rate_code(codings, touching, code_id="hope")
    assert rated.to_numpy().tolist() == [[1, 0], [0, 1]]


def test_a_coding_over_two_units_marks_both_and_twice_is_once() -> None:
    codings = code(
        ("A", 8, 13, "ana", "hope"),
        ("A", 3, 4, "ana", "hope"),
        ("A", 3, 4, "bo", "hope"),
    )
    rated = rate_code(codings, TURN_ROWS[:2], code_id="hope")
    assert rated.to_numpy().tolist() == [[1, 1], [1, 0]]


def test_a_code_that_nobody_used_is_absent_everywhere() -> None:
    rated = rate_code(code(*BOTH_ON_A), TURN_ROWS[:2], code_id="doubt")
    assert rated.to_numpy().tolist() == [[0, 0], [0, 0]]


def test_without_codings_there_are_no_coders() -> None:
    nothing = code(*BOTH_ON_A)[:0]
    assert rate_code(nothing, TURN_ROWS, code_id="hope").shape == (0, 3)
    assert rate_sets(nothing, TURN_ROWS).shape == (0, 3)
    assert rate_attribute(nothing, TURN_ROWS, attribute="stance").empty


def test_the_codes_of_a_unit_are_a_set() -> None:
    codings = code(
        ("A", 3, 5, "ana", "hope"),
        ("A", 6, 9, "ana", "fear"),
        ("A", 4, 5, "ana", "hope"),
        ("A", 8, 14, "bo", "fear"),
        ("B", 0, 1, "bo", "hope"),
    )
    sets = rate_sets(codings, TURN_ROWS)
    assert sets.loc["ana"].tolist() == [{"hope", "fear"}, frozenset(), None]
    assert sets.loc["bo"].tolist() == [{"fear"}, {"fear"}, {"hope"}]
    assert all(isinstance(each, frozenset) for each in sets.loc["bo"])


STANCES = code(
    ("A", 3, 5, "ana", "hope", "supports"),
    ("A", 3, 9, "bo", "hope", "contradicts"),
    ("A", 3, 9, "bo", "fear", "supports"),
    ("A", 12, 14, "ana", "hope", "supports"),
    ("A", 12, 14, "bo", "hope", ""),
    ("B", 0, 4, "bo", "hope", "qualifies"),
)


def test_an_attribute_is_rated_where_a_coder_said_something() -> None:
    rated = rate_attribute(STANCES, TURN_ROWS, attribute="stance")
    assert rated.columns.names == ["document_id", "unit_row", "code_id"]
    assert rated.columns.tolist() == [
        ("A", 0, "fear"),
        ("A", 0, "hope"),
        ("A", 1, "hope"),
        ("B", 2, "hope"),
    ]
    assert rated.loc["ana"].tolist()[1:3] == ["supports", "supports"]
    assert rated.loc["bo"].tolist()[:2] == ["supports", "contradicts"]
    assert rated.loc["ana"].isna().tolist() == [True, False, False, True]
    assert rated.loc["bo"].isna().tolist() == [False, False, True, False]


def test_two_values_of_one_coder_are_a_value_of_their_own() -> None:
    more = code(
        ("A", 7, 8, "ana", "hope", "contradicts"),
        ("A", 8, 9, "ana", "hope", "supports"),
        ("A", 5, 6, "bo", "hope", "contradicts"),
    )
    codings = pd.concat([STANCES, more], ignore_index=True)
    rated = rate_attribute(codings, TURN_ROWS, attribute="stance")
    assert rated.loc["ana", ("A", 0, "hope")] == "contradicts + supports"
    assert rated.loc["bo", ("A", 0, "hope")] == "contradicts"


def test_an_attribute_left_out_is_as_good_as_empty() -> None:
    gap = STANCES.assign(stance=STANCES["stance"].replace("", None).astype("object"))
    pd.testing.assert_frame_equal(
        rate_attribute(gap, TURN_ROWS, attribute="stance"),
        rate_attribute(STANCES, TURN_ROWS, attribute="stance"),
    )
    none = STANCES.assign(stance=np.nan)
    assert rate_attribute(none, TURN_ROWS, attribute="stance").empty


@st.composite
def draw_study(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two documents of a few turns each, and codings anywhere in them."""
    turns = []
    for document_id in "AB":
        at = 0
        for _ in range(draw(st.integers(1, 3))):
            start = at + draw(st.integers(0, 2))
            at = start + draw(st.integers(1, 6))
            turns.append((document_id, start, at))
    codings = draw(
        st.lists(
            st.tuples(
                st.sampled_from("AB"),
                st.integers(0, 20),
                st.integers(1, 8),
                st.sampled_from(["ana", "bo", "cy"]),
                st.sampled_from(["hope", "fear"]),
            ),
            max_size=8,
        )
    )
    return speak(*turns), code(*((d, s, s + n, *who) for d, s, n, *who in codings))


def list_characters(turns: pd.DataFrame) -> list[tuple[str, int]]:
    return [(d, at) for d, start, end in spans(turns) for at in range(start, end)]


@given(study=draw_study())
def test_runs_are_what_one_unit_a_character_would_be(study) -> None:
    """Each coder's rating of each character, found by looking at every coding."""
    turns, codings = study
    units = cut_characters(turns, codings)
    rated = rate_code(codings, units, code_id="hope")
    spread = np.repeat(rated.to_numpy(), units["n_characters"], axis=1)
    characters = list_characters(turns)
    assert list_characters(units) == characters
    rows = [*codings.itertuples(index=False)]
    for coder_id, given_by_runs in zip(rated.index, spread, strict=True):
        theirs = [row for row in rows if row.coder_id == coder_id]
        worked = {row.document_id for row in theirs}
        for (document_id, at), value in zip(characters, given_by_runs, strict=True):
            if document_id not in worked:
                assert np.isnan(value)
                continue
            assert value == any(
                row.document_id == document_id
                and row.code_id == "hope"
                and row.start <= at < row.end
                for row in theirs
            )


@given(study=draw_study())
def test_the_sets_hold_each_code_where_the_code_is_rated(study) -> None:
    turns, codings = study
    sets = rate_sets(codings, turns)
    for code_id in ("hope", "fear"):
        rated = rate_code(codings, turns, code_id=code_id)
        assert rated.index.tolist() == sets.index.tolist()
        for coder_id in sets.index:
            for each, value in zip(
                sets.loc[coder_id], rated.loc[coder_id], strict=True
            ):
                if each is None:
                    assert np.isnan(value)
                else:
                    assert (code_id in each) == (value == 1)


@given(study=draw_study())
def test_the_characters_sum_up_to_the_turns(study) -> None:
    turns, codings = study
    units = cut_characters(turns, codings)
    summed = units.groupby(["document_id", "turn"])["n_characters"].sum()
    long = turns.set_index(["document_id", "turn"])
    assert summed.to_dict() == (long["end"] - long["start"]).to_dict()
    assert (units["end"] - units["start"]).eq(units["n_characters"]).all()
    assert units["n_characters"].gt(0).all()


def test_sets_are_rated_for_masi() -> None:
    """What they are made for: half a unit's codes shared is not nothing shared."""
    codings = code(
        ("A", 3, 5, "ana", "hope"),
        ("A", 3, 5, "bo", "hope"),
        ("A", 6, 9, "bo", "fear"),
    )
    sets = rate_sets(codings, TURN_ROWS[:2])
    # Ratings: {hope}, {hope, fear}, {}, {}: one pair 2/3 apart of two; any two of four:
    # 2/3 once, 1 four times, 0 once.
    expected = 1 - (2 / 3 / 2) / ((2 / 3 + 4) / 6)
    assert krippendorff_alpha(sets, metric="masi") == pytest.approx(expected)
