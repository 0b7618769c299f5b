from __future__ import annotations

import pandas as pd
import pytest

from evalkit.analysis.course import find_course
from evalkit.analysis.frequency import count_codes, count_speech, name_codes, roll_up
from evalkit.analysis.units import (
    cut_units,
    group_respondents,
    join_attributes,
    lay_codings,
)
from tests.analysis.test_units import make_codings, make_turns

TURNS = make_turns(
    ("A", "interviewer", "", "Why hope?"),
    ("A", "respondent", "P1", "Hope. Only hope."),
    ("A", "respondent", "P1", "And bread."),
    ("B", "respondent", "P2", "Yes, hope."),
    ("C", "respondent", "P3", "No."),
)
CODES = pd.DataFrame(
    {
        "code_id": ["hope", "hope.own", "bread"],
        "parent_id": ["", "hope", ""],
        "name": ["Hope", "Own hope", "Bread"],
    }
)
PEOPLE = pd.DataFrame(
    {"respondent_id": ["P1", "P2", "P3"], "group": ["farmer", "farmer", "teacher"]}
)


def two_coders() -> pd.DataFrame:
    """ana and bo both code P1's hope; ana also codes the question, and the bread."""
    codings = make_codings(
        ("ana-1", "A", 10, 26, "hope.own"),
        ("ana-2", "A", 27, 37, "bread"),
        ("ana-3", "A", 0, 9, "hope"),
        ("ana-4", "A", 10, 37, "hope"),
        ("bo-1", "A", 10, 15, "hope.own"),
        ("bo-2", "B", 0, 10, "hope"),
    )
    return codings.assign(coder_id=codings["coding_id"].str.split("-").str[0])


def coded() -> pd.DataFrame:
    return lay_codings(cut_units(TURNS), two_coders()).pipe(join_attributes, PEOPLE)


def test_a_person_counts_once_whoever_coded_them_and_a_coding_once():
    counts = count_codes(coded()).set_index("code_id")
    assert counts.loc["hope.own", ["n_respondents", "n_codings"]].to_list() == [1, 2]
    assert counts.loc["hope", ["n_respondents", "n_codings"]].to_list() == [2, 2]
    assert counts["n_people"].to_list() == [3, 3, 3]


def test_an_interviewers_words_are_not_counted():
    only = coded().query("coding_id == 'ana-3' or coding_id.isna()")
    assert count_codes(only).empty


def test_rolled_up_to_themes_people_still_count_once():
    counts = count_codes(roll_up(coded(), CODES)).set_index("code_id")
    assert counts.loc["hope", ["n_respondents", "n_codings"]].to_list() == [2, 4]
    assert counts.loc["bread", "share_respondents"] == pytest.approx(1 / 3)


def test_every_group_has_every_code_and_its_own_size():
    counts = count_codes(roll_up(coded(), CODES), by="group")
    rows = {
        (r.group, r.code_id): (r.n_respondents, r.n_people) for r in counts.itertuples()
    }
    assert rows == {
        ("farmer", "hope"): (2, 2),
        ("farmer", "bread"): (1, 2),
        ("teacher", "hope"): (0, 1),
        ("teacher", "bread"): (0, 1),
    }


def test_any_column_can_be_counted_by():
    counts = count_codes(coded(), by="coder_id")
    rows = {(r.coder_id, r.code_id): r.n_codings for r in counts.itertuples()}
    assert rows[("bo", "hope.own")] == 1
    assert rows[("bo", "bread")] == 0


def test_nothing_coded_gives_an_empty_table_with_its_columns():
    uncoded = lay_codings(cut_units(TURNS), make_codings())
    for by in (None, "respondent_id"):
        counts = count_codes(uncoded, by=by).pipe(name_codes, CODES)
        assert counts.empty
        assert "n_respondents" in counts


def test_a_code_that_the_codebook_does_not_have_is_refused():
    with pytest.raises(ValueError, match=r"'hope.own' is not in codes"):
        roll_up(coded(), CODES[CODES["code_id"].ne("hope.own")])


def test_groups_are_named_as_the_report_names_them():
    people = group_respondents(PEOPLE, {"farmers and teachers": ["farmer", "teacher"]})
    assert set(people["report_group"]) == {"farmers and teachers"}


def test_the_course_gives_each_coded_turn_its_share_of_the_way():
    course = find_course(roll_up(coded(), CODES))
    first = course[course["document_id"].eq("A") & course["code_id"].eq("bread")]
    assert first[["begins", "ends"]].to_numpy().tolist() == [[27 / 37, 1.0]]
    assert len(course[course["code_id"].eq("hope")]) == 4


def test_speech_is_counted_by_document_and_role():
    speech = count_speech(TURNS).set_index(["document_id", "role"])
    assert speech.loc[("A", "respondent"), ["n_turns", "n_words"]].to_list() == [2, 5]
    assert speech["minutes"].isna().all()
