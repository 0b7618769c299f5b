from __future__ import annotations

import itertools
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.analysis.cooccurrence import (
    count_pairs,
    pair_in_units,
    pair_overlapping,
    pair_within,
)
from evalkit.analysis.frequency import roll_up
from evalkit.analysis.units import cut_units, lay_codings
from evalkit.tables import CODINGS, TURNS

COLUMNS = "document_id respondent_id coding_a coding_b code_a code_b".split()


def make_turns(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Turns from (document_id, respondent_id, words), a character apart."""
    made, at = [], {}
    for document_id, who, words in rows:
        start, turn = at.get(document_id, (0, 1))
        end = start + len(words)
        at[document_id] = (end + 1, turn + 1)
        role = "respondent" if who else "interviewer"
        made.append((document_id, turn, "x", role, who, start, end, None, words))
    return TURNS.typed(pd.DataFrame(made, columns=list(TURNS.columns)))


def make_codings(*rows: tuple[str, str, int, int, str, str]) -> pd.DataFrame:
    columns = ["coding_id", "document_id", "start", "end", "code_id", "coder_id"]
    return CODINGS.typed(pd.DataFrame(list(rows), columns=columns))


def lay(turns: pd.DataFrame, codings: pd.DataFrame, by: str = "turn") -> pd.DataFrame:
    return lay_codings(cut_units(turns, by=by), codings)  # type: ignore[arg-type]


def ids(pairs: pd.DataFrame) -> list[tuple[str, str]]:
    return sorted(zip(pairs["coding_a"], pairs["coding_b"], strict=True))


# A: P1 at 0-24, the interviewer at 25-29, P2 at 30-43; B: P1 again.
TURNS_AB = make_turns(
    ("A", "P1", "Hope came late. It came."),
    ("A", "", "Why?"),
    ("A", "P2", "Nobody knows."),
    ("B", "P1", "Hope again."),
)


def test_codings_on_one_turn_are_a_pair_in_the_order_of_their_codes():
    codings = make_codings(
        ("x", "A", 0, 4, "hope", "ana"), ("y", "A", 19, 23, "fear", "ana")
    )
    pairs = pair_in_units(lay(TURNS_AB, codings))
    assert pairs.columns.to_list() == COLUMNS
    assert pairs.to_numpy().tolist() == [["A", "P1", "y", "x", "fear", "hope"]]


def test_codings_in_two_sentences_of_a_turn_meet_by_turn_only():
    codings = make_codings(
        ("x", "A", 0, 4, "hope", "ana"), ("y", "A", 19, 23, "fear", "ana")
    )
    assert len(pair_in_units(lay(TURNS_AB, codings))) == 1
    assert pair_in_units(lay(TURNS_AB, codings, "sentence")).empty


def test_codings_that_share_many_units_are_one_pair():
    codings = make_codings(
        ("x", "A", 0, 24, "hope", "ana"), ("y", "A", 0, 24, "fear", "ana")
    )
    assert len(pair_in_units(lay(TURNS_AB, codings, "sentence"))) == 1


def test_the_same_code_twice_is_no_pair():
    codings = make_codings(
        ("x", "A", 0, 9, "hope", "ana"), ("y", "A", 5, 14, "hope", "ana")
    )
    assert pair_in_units(lay(TURNS_AB, codings)).empty
    assert pair_overlapping(codings, TURNS_AB).empty
    assert pair_within(codings, TURNS_AB, n_words=9).empty


def test_two_coders_do_not_pair_with_one_another():
    codings = make_codings(
        ("x", "A", 0, 9, "hope", "ana"), ("y", "A", 5, 14, "fear", "ben")
    )
    assert pair_in_units(lay(TURNS_AB, codings)).empty
    assert pair_overlapping(codings, TURNS_AB).empty
    assert pair_within(codings, TURNS_AB, n_words=9).empty


def test_a_coding_that_ends_where_the_next_begins_does_not_overlap_it():
    touching = make_codings(
        ("x", "A", 0, 5, "hope", "ana"), ("y", "A", 5, 9, "fear", "ana")
    )
    assert pair_overlapping(touching, TURNS_AB).empty
    sharing = touching.assign(end=[6, 9])
    assert ids(pair_overlapping(sharing, TURNS_AB)) == [("y", "x")]


def test_a_long_coding_overlaps_all_that_lie_in_it_and_they_not_each_other():
    codings = make_codings(
        ("in", "A", 5, 9, "b", "ana"),
        ("out", "A", 0, 24, "a", "ana"),
        ("last", "A", 19, 24, "c", "ana"),
    )
    pairs = pair_overlapping(codings, TURNS_AB)
    assert ids(pairs) == [("out", "in"), ("out", "last")]


def test_words_in_two_documents_are_never_near():
    codings = make_codings(
        ("x", "A", 0, 4, "hope", "ana"), ("y", "B", 0, 4, "fear", "ana")
    )
    assert pair_overlapping(codings, TURNS_AB).empty
    assert pair_within(codings, TURNS_AB, n_words=999).empty


@pytest.mark.parametrize(("n_words", "n_pairs"), [(0, 0), (2, 0), (3, 1), (99, 1)])
def test_codings_meet_with_at_most_n_words_between_them(n_words: int, n_pairs: int):
    # Between “Hope” and the last “came.” stand: came, late., It
    codings = make_codings(
        ("y", "A", 19, 24, "fear", "ana"), ("x", "A", 0, 4, "hope", "ana")
    )
    pairs = pair_within(codings, TURNS_AB, n_words=n_words)
    assert ids(pairs) == [("y", "x")] * n_pairs


def test_the_interviewers_words_between_count_too():
    turns = make_turns(("A", "P1", "Hope."), ("A", "", "Why that?"), ("A", "P1", "So."))
    codings = make_codings(
        ("x", "A", 0, 5, "hope", "ana"), ("y", "A", 16, 19, "fear", "ana")
    )
    assert pair_within(codings, turns, n_words=1).empty
    assert len(pair_within(codings, turns, n_words=2)) == 1


def test_half_a_word_between_is_no_word():
    codings = make_codings(
        ("x", "A", 0, 2, "hope", "ana"), ("y", "A", 7, 9, "fear", "ana")
    )
    assert len(pair_within(codings, TURNS_AB, n_words=0)) == 1


def test_a_negative_number_of_words_is_refused():
    with pytest.raises(ValueError, match="-1"):
        pair_within(make_codings(), TURNS_AB, n_words=-1)


def test_words_of_two_people_are_no_pair_and_an_interviewers_are_nobodys():
    codings = make_codings(
        ("p1", "A", 16, 24, "a", "ana"),
        ("why", "A", 25, 29, "b", "ana"),
        ("also", "A", 25, 28, "c", "ana"),
        ("p2", "A", 30, 43, "d", "ana"),
    )
    assert pair_overlapping(codings, TURNS_AB).empty
    assert pair_within(codings, TURNS_AB, n_words=9).empty
    assert pair_in_units(lay(TURNS_AB, codings)).empty


def test_a_pair_is_each_persons_whose_words_both_codings_hold():
    codings = make_codings(
        ("both", "A", 16, 43, "a", "ana"),
        ("all", "A", 0, 43, "b", "ana"),
        ("p2", "A", 30, 43, "c", "ana"),
    )
    for pairs in (
        pair_in_units(lay(TURNS_AB, codings)),
        pair_overlapping(codings, TURNS_AB),
        pair_within(codings, TURNS_AB, n_words=0),
    ):
        met = pairs[["code_a", "code_b", "respondent_id"]]
        assert len(met.drop_duplicates()) == len(met)
        assert set(met.itertuples(index=False, name=None)) == {
            *(("a", "b", "P1"), ("a", "b", "P2"), ("a", "c", "P2"), ("b", "c", "P2"))
        }


def test_a_person_counts_once_in_two_interviews_and_for_two_coders():
    codings = make_codings(
        ("1", "A", 0, 4, "hope", "ana"),
        ("2", "A", 0, 4, "fear", "ana"),
        ("3", "A", 0, 4, "hope", "ben"),
        ("4", "A", 0, 4, "fear", "ben"),
        ("5", "B", 0, 4, "hope", "ana"),
        ("6", "B", 0, 4, "fear", "ana"),
        ("7", "A", 30, 36, "fear", "ana"),
    )
    counts = count_pairs(pair_overlapping(codings, TURNS_AB), lay(TURNS_AB, codings))
    assert counts.to_numpy().tolist() == [["fear", "hope", 1, 2, 3, 2, 0.5]]
    assert counts.columns.to_list() == [
        *("code_a", "code_b", "n_respondents", "n_documents", "n_pairs"),
        *("n_either", "share"),
    ]


def test_people_who_have_both_codes_far_apart_are_among_those_who_have_either():
    turns = make_turns(*[("A", f"P{at}", "Hope and fear.") for at in range(3)])
    codings = make_codings(
        ("1", "A", 0, 14, "hope", "ana"),
        ("2", "A", 9, 13, "fear", "ana"),
        ("3", "A", 15, 19, "hope", "ana"),
        ("4", "A", 24, 28, "fear", "ana"),
        ("5", "A", 30, 34, "hope", "ana"),
    )
    counts = count_pairs(pair_overlapping(codings, turns), lay(turns, codings))
    assert counts.loc[0, ["n_respondents", "n_either"]].to_list() == [1, 3]
    assert counts.loc[0, "share"] == pytest.approx(1 / 3)


def test_counts_are_ordered_by_people_then_pairs_then_codes():
    pairs = pd.DataFrame(
        [
            ("A", "P1", "1", "2", "a", "b"),
            ("A", "P1", "1", "3", "a", "c"),
            ("A", "P1", "4", "3", "a", "c"),
            ("A", "P1", "2", "3", "b", "c"),
            ("A", "P1", "5", "6", "c", "d"),
            ("B", "P2", "7", "8", "c", "d"),
        ],
        columns=COLUMNS,
    )
    coded = pd.DataFrame(
        {"respondent_id": "P1", "coding_id": "1", "code_id": ["a", "b", "c", "d"]}
    )
    counts = count_pairs(pairs, coded)
    both = list(zip(counts["code_a"], counts["code_b"], strict=True))
    assert both == [("c", "d"), ("a", "c"), ("a", "b"), ("b", "c")]
    assert counts["n_pairs"].to_list() == [2, 2, 1, 1]


def test_a_complete_count_has_zeros_for_codes_that_never_meet():
    codings = make_codings(
        ("1", "A", 0, 4, "hope", "ana"),
        ("2", "A", 0, 4, "fear", "ana"),
        ("3", "A", 30, 36, "home", "ana"),
        ("4", "A", 25, 29, "the interviewer's", "ana"),
    )
    coded = lay(TURNS_AB, codings)
    counts = count_pairs(pair_in_units(coded), coded, complete=True)
    assert counts[
        ["code_a", "code_b", "n_respondents", "n_either"]
    ].to_numpy().tolist() == [
        ["fear", "hope", 1, 1],
        ["fear", "home", 0, 2],
        ["home", "hope", 0, 2],
    ]
    assert counts["share"].to_list() == [1.0, 0.0, 0.0]
    assert counts.dtypes["n_pairs"] == "int64"


def test_codes_rolled_up_to_one_theme_no_longer_come_together():
    codes = pd.DataFrame({"code_id": ["t", "t.a", "t.b"], "parent_id": ["", "t", "t"]})
    codings = make_codings(
        ("x", "A", 0, 9, "t.a", "ana"), ("y", "A", 5, 14, "t.b", "ana")
    )
    assert len(pair_overlapping(codings, TURNS_AB)) == 1
    assert pair_overlapping(roll_up(codings, codes), TURNS_AB).empty


def test_pairs_of_codes_that_are_not_in_coded_are_refused():
    codings = make_codings(
        ("x", "A", 0, 9, "hope", "ana"), ("y", "A", 5, 14, "fear", "ana")
    )
    pairs = pair_overlapping(codings, TURNS_AB)
    with pytest.raises(ValueError, match="'hope' is not in coded"):
        count_pairs(pairs, lay(TURNS_AB, codings.iloc[1:]))


@pytest.mark.parametrize("complete", [False, True])
def test_without_codings_or_turns_there_is_nothing(complete: bool):
    for turns in (TURNS_AB, make_turns()):
        coded = lay(turns, make_codings())
        for pairs in (
            pair_in_units(coded),
            pair_overlapping(make_codings(), turns),
            pair_within(make_codings(), turns, n_words=5),
        ):
            assert pairs.empty
            assert pairs.columns.to_list() == COLUMNS
            counts = count_pairs(pairs, coded, complete=complete)
            assert counts.empty
            assert "share" in counts


def test_letters_outside_the_basic_plane_are_one_character():
    turns = make_turns(("A", "P1", "😀 سلام عليكم 👩‍🌾"))
    codings = make_codings(
        ("x", "A", 0, 1, "a", "ana"),
        ("y", "A", 7, 12, "b", "ana"),
        ("z", "A", 0, 16, "c", "ana"),
    )
    assert ids(pair_overlapping(codings, turns)) == [("x", "z"), ("y", "z")]
    assert ids(pair_within(codings, turns, n_words=1))[0] == ("x", "y")
    assert ("x", "y") not in ids(pair_within(codings, turns, n_words=0))


SPANS = st.tuples(
    st.sampled_from("AB"),
    st.integers(0, 30),
    st.integers(0, 12),
    st.sampled_from("abc"),
    st.sampled_from(["ana", "ben"]),
)
SAID = st.lists(
    st.tuples(
        st.sampled_from("AB"),
        st.sampled_from(["", "P1", "P2"]),
        st.text("ab ", max_size=12),
    ),
    max_size=6,
)


def pair_by_hand(
    spans: list[tuple[str, int, int, str, str]], turns: pd.DataFrame, n_words: int
) -> set[tuple[str, ...]]:
    """Pair all with all; `n_words` -1: only those that share a character."""
    found = set()
    for (i, one), (j, other) in itertools.permutations(enumerate(spans), 2):
        if one[0] != other[0] or one[4] != other[4] or one[3] >= other[3]:
            continue
        own = turns[turns["document_id"].eq(one[0])].to_dict("records")
        first, second = sorted([(one[1], one[1] + one[2]), (other[1], sum(other[1:3]))])
        n_between = sum(
            turn["start"] + word.start() >= first[1]
            and turn["start"] + word.end() <= second[0]
            for turn in own
            for word in re.finditer(r"\S+", turn["text"])
        )
        near = second[0] < first[1] if n_words < 0 else n_between <= n_words
        for who in {turn["respondent_id"] for turn in own} - {""} if near else ():
            holds = [
                any(
                    max(turn["start"], start) < min(turn["end"], start + length)
                    for turn in own
                    if turn["respondent_id"] == who
                )
                for _, start, length, *_ in (one, other)
            ]
            if all(holds):
                found.add((one[0], who, str(i), str(j), one[3], other[3]))
    return found


@given(st.lists(SPANS, max_size=9), SAID, st.integers(0, 4))
def test_the_sweep_finds_what_comparing_all_with_all_finds(spans, said, n_words):
    turns = make_turns(*said)
    spans = [(*span[:2], span[2] + 1, *span[3:]) for span in spans]
    codings = make_codings(
        *[
            (str(at), document, start, start + length, code, coder)
            for at, (document, start, length, code, coder) in enumerate(spans)
        ]
    )
    over = pair_overlapping(codings, turns)
    near = pair_within(codings, turns, n_words=n_words)
    for pairs, limit in ((over, -1), (near, n_words)):
        found = [tuple(row) for row in pairs.to_numpy().tolist()]
        assert len(found) == len(set(found))
        assert set(found) == pair_by_hand(spans, turns, limit)
