from __future__ import annotations

import pandas as pd
import pytest

from evalkit.analysis.framework import (
    NOT_ASKED,
    SAID,
    SILENT,
    UNKNOWN,
    build_framework,
    count_coverage,
    find_asked_codes,
    spread_framework,
)
from evalkit.analysis.frequency import roll_up
from evalkit.analysis.units import cut_units, lay_codings
from tests.analysis.test_units import make_codings, make_turns

PEOPLE = pd.DataFrame({"respondent_id": ["P2", "P1", "P3"]})
CODES = pd.DataFrame({"code_id": ["hope", "bread"], "name": ["Hope", "Daily bread"]})
ASKED = pd.DataFrame(
    {"code_id": ["hope", "hope", "bread"], "respondent_id": ["P1", "P3", "P3"]}
)


def make_coded(*rows: tuple[str, int, str, str | None, str | None, str | None]):
    columns = "document_id unit respondent_id coding_id code_id quotation".split()
    return pd.DataFrame(list(rows), columns=columns)


# P1 is asked about hope, P3 about both, P2 about nothing; nobody asked P1 about bread.
CODED = make_coded(
    ("A", 1, "", "q", "bread", "Why hope?"),
    ("A", 2, "P1", "x", "hope", "Hope."),
    ("A", 4, "P1", "y", "hope", "Only hope."),
    ("A", 4, "P1", "z", "bread", "And bread."),
    ("B", 2, "P2", None, None, None),
    ("C", 2, "P3", "w", "hope", "None."),
)


def build(coded: pd.DataFrame = CODED, asked: pd.DataFrame | None = ASKED):
    return build_framework(coded, people=PEOPLE, codes=CODES, asked=asked)


def read_cells(matrix: pd.DataFrame, column: str) -> dict[tuple[str, str], object]:
    return matrix.set_index(["respondent_id", "code_id"])[column].to_dict()


def test_every_person_meets_every_code_in_the_order_given():
    rows = build()[["respondent_id", "name"]].to_numpy().tolist()
    assert rows == [
        [person, name] for person in PEOPLE["respondent_id"] for name in CODES["name"]
    ]


def test_nothing_said_and_not_asked_are_kept_apart():
    states = read_cells(build(), "state")
    assert states["P3", "bread"] == SILENT
    assert states["P2", "bread"] == states["P2", "hope"] == NOT_ASKED


def test_what_is_said_unasked_is_said():
    matrix = build()
    assert read_cells(matrix, "state")["P1", "bread"] == SAID
    assert read_cells(matrix, "was_asked")["P1", "bread"] is False


def test_where_nobody_recorded_the_questions_silence_is_of_no_known_kind():
    matrix = build(asked=None)
    assert set(matrix["state"]) == {SAID, UNKNOWN}
    assert matrix["was_asked"].isna().all()
    nobody = build(asked=ASKED.iloc[:0])
    assert set(nobody["state"]) == {SAID, NOT_ASKED}


def test_passages_stand_in_the_order_of_the_interview():
    assert read_cells(build(), "quotations")["P1", "hope"] == ("Hope.", "Only hope.")


def test_a_passage_coded_twice_stands_once():
    two_coders = pd.concat(
        [CODED, make_coded(("A", 2, "P1", "bo", "hope", "Hope."))], ignore_index=True
    )
    matrix = build(two_coders)
    assert read_cells(matrix, "quotations")["P1", "hope"] == ("Hope.", "Only hope.")
    assert read_cells(matrix, "coding_ids")["P1", "hope"] == ("x", "y", "bo")
    assert read_cells(matrix, "n_codings")["P1", "hope"] == 3


def test_a_coding_over_two_turns_counts_once():
    over = pd.concat(
        [CODED, make_coded(("C", 4, "P3", "w", "hope", "None."))], ignore_index=True
    )
    matrix = build(over)
    assert read_cells(matrix, "n_codings")["P3", "hope"] == 1
    assert read_cells(matrix, "quotations")["P3", "hope"] == ("None.",)


def test_the_same_words_said_again_later_are_another_passage():
    again = pd.concat(
        [CODED, make_coded(("A", 6, "P1", "v", "hope", "Hope."))], ignore_index=True
    )
    said = read_cells(build(again), "quotations")["P1", "hope"]
    assert said == ("Hope.", "Only hope.", "Hope.")


def test_an_interviewers_words_and_those_of_people_not_shown_are_nobodys():
    strangers = CODED.replace({"respondent_id": {"P3": "P9"}})
    matrix = build(strangers)
    assert matrix["n_codings"].sum() == 3
    assert "P9" not in set(matrix["respondent_id"])


def test_a_study_without_codings_is_all_silence():
    matrix = build(CODED.iloc[[4]])
    assert read_cells(matrix, "state")["P1", "hope"] == SILENT
    assert matrix["n_codings"].to_list() == [0] * 6
    assert set(matrix["quotations"]) == {()}


def test_codes_that_were_not_rolled_up_do_not_pass_for_silence():
    unrolled = CODED.replace({"code_id": {"hope": "hope.own", "bread": "bread.own"}})
    with pytest.raises(ValueError, match="roll_up"):
        build(unrolled)


def test_codes_of_people_who_are_not_shown_are_no_mistake():
    others = make_coded(("A", 2, "P9", "x", "hope.own", "Hope."))
    assert set(build(others)["n_codings"]) == {0}


def test_codings_laid_over_turns_make_a_matrix_of_themes():
    turns = make_turns(
        ("A", "interviewer", "", "Why?"),
        ("A", "respondent", "P1", "Hope. Bread."),
        ("B", "respondent", "P2", "No."),
    )
    codings = make_codings(
        ("x", "A", 5, 10, "hope.own"), ("y", "A", 5, 10, "hope.false")
    ).assign(quotation="Hope.")
    tree = pd.DataFrame(
        {
            "code_id": ["hope", "hope.own", "hope.false"],
            "parent_id": ["", "hope", "hope"],
        }
    )
    coded = lay_codings(cut_units(turns), codings).pipe(roll_up, tree)
    matrix = build_framework(coded, people=PEOPLE, codes=CODES)
    assert read_cells(matrix, "quotations")["P1", "hope"] == ("Hope.",)
    assert read_cells(matrix, "n_codings")["P1", "hope"] == 2
    assert read_cells(matrix, "state")["P2", "hope"] == UNKNOWN


def test_who_was_asked_of_a_claim_was_asked_of_its_codes_once():
    asked = pd.DataFrame({"claim_id": ["K1", "K2"], "respondent_id": ["P1", "P1"]})
    links = pd.DataFrame({"claim_id": ["K1", "K2", "K3"], "code_id": ["a", "a", "b"]})
    found = find_asked_codes(asked, links)
    assert found is not None
    assert found.to_numpy().tolist() == [["a", "P1"]]
    assert find_asked_codes(None, links) is None


def test_coverage_tells_who_was_asked_and_who_said_something():
    counts = count_coverage(build()).set_index("code_id")
    assert counts.loc["hope"].to_dict() == {
        **{"name": "Hope", "n_people": 3, "n_asked": 2, "n_said": 2, "n_unasked": 0},
        **{"n_nothing": 0, "n_not_asked": 1, "share_said": 1.0},
    }
    assert counts.loc["bread"].to_dict() == {
        **{"name": "Daily bread", "n_people": 3, "n_asked": 1, "n_said": 1},
        **{"n_unasked": 1, "n_nothing": 1, "n_not_asked": 1, "share_said": 0.0},
    }


def test_coverage_adds_up_to_the_people():
    counts = count_coverage(build())
    parts = counts[["n_said", "n_nothing", "n_not_asked"]].sum(axis=1)
    assert parts.eq(counts["n_people"]).all()
    assert list(counts["code_id"]) == list(CODES["code_id"])


def test_the_share_of_nobody_asked_is_undefined():
    counts = count_coverage(build(asked=ASKED.iloc[:2]))
    assert counts["n_asked"].to_list() == [2, 0]
    assert counts["share_said"].isna().to_list() == [False, True]


def test_coverage_counts_no_silence_that_nobody_recorded():
    counts = count_coverage(build(asked=None))
    assert counts["n_said"].to_list() == [2, 1]
    unknown = ["n_asked", "n_unasked", "n_nothing", "n_not_asked", "share_said"]
    assert counts[unknown].isna().all(axis=None)


def test_a_spreadsheet_holds_numbered_passages_and_both_silences():
    wide = spread_framework(build())
    assert wide.columns.to_list() == ["respondent_id", "Hope", "Daily bread"]
    assert wide["respondent_id"].to_list() == ["P2", "P1", "P3"]
    assert wide["Hope"].to_list() == [
        NOT_ASKED,
        "1. “Hope.”\n2. “Only hope.”",
        "1. “None.”",
    ]
    assert wide["Daily bread"].to_list() == [NOT_ASKED, "1. “And bread.”", "—"]


def test_a_passage_is_one_line_of_its_cell():
    broken = CODED.replace({"quotation": {"Hope.": "Ho\nho"}})
    assert spread_framework(build(broken))["Hope"][1].splitlines()[0] == "1. “Ho ho”"


def test_a_spreadsheet_says_where_nobody_knows_who_was_asked():
    wide = spread_framework(build(asked=None))
    assert wide["Hope"][0] == "— (not known if asked)"


def test_two_codes_of_one_name_are_two_columns():
    codes = CODES.assign(name="Hope")
    matrix = build_framework(CODED, people=PEOPLE, codes=codes)
    assert spread_framework(matrix).columns.to_list() == [
        *("respondent_id", "Hope (hope)", "Hope (bread)")
    ]
    assert len(count_coverage(matrix)) == 2
