from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import evalkit
from evalkit.report.facts import list_facts
from evalkit.report.opened import PICTURES, Report, open_report
from evalkit.report.preflight import list_facts as list_names
from evalkit.study.suggest import find_traps
from evalkit.tables import list_rows
from tests.report.valley import FILES, write, write_valley

TABLES = (
    *("people", "coded", "links", "evidence", "ratings", "positions"),
    *("by_group", "passages", "counter_evidence", "scenarios"),
)


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return open_report(write_valley(tmp_path_factory.mktemp("study") / "valley"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_valley(tmp_path / "valley")


def change(folder: Path, name: str, old: str, new: str) -> Report:
    assert old in FILES[name]
    write(folder, name, FILES[name].replace(old, new))
    return open_report(folder)


def withdraw(folder: Path, *people: str) -> Report:
    text = FILES["respondents.csv"]
    for each in people:
        text = re.sub(rf"(?m)^({each},.*),$", r"\1,2026-06-01", text)
    write(folder, "respondents.csv", text)
    return open_report(folder)


# --- who is to read it ---


def test_a_report_is_for_the_team_or_for_a_funder(valley: Report) -> None:
    assert valley.is_internal
    assert not open_report(valley.study, audience="funder").is_internal
    with pytest.raises(ValueError, match="not 'public'"):
        open_report(valley.study, audience="public")  # type: ignore[arg-type]


def test_pictures_are_wanted_only_while_a_word_document_is_built(
    valley: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not valley.with_pictures
    monkeypatch.setenv(PICTURES, "1")
    assert valley.with_pictures


# --- people ---


def test_people_are_those_who_were_heard_each_once(valley: Report) -> None:
    assert valley.people["respondent_id"].to_list() == [f"P{n}" for n in range(1, 7)]
    assert valley.people["attribution"].to_list() == [
        *("one farmer", "one farmer", "one farmer", "one of the official"),
        *("one respondent", "one of the official"),
    ]


def test_an_attribute_that_fits_too_few_describes_nobody(folder: Path) -> None:
    """One new farmer and two of long standing: no class of them has three."""
    text = FILES["respondents.csv"].replace("P2,farmer,long", "P2,farmer,new")
    write(folder, "respondents.csv", text.replace("P3,farmer,long", "P3,farmer,new"))
    people = open_report(folder).people.set_index("respondent_id")["attribution"]
    assert people["P1"] == "one new farmer"  # attribute_as is role
    assert people["P2"] == "one farmer"  # attribute_as is group
    write(folder, "respondents.csv", FILES["respondents.csv"])
    people = open_report(folder).people.set_index("respondent_id")["attribution"]
    assert people["P1"] == "one farmer"


# --- the tables of the claims ---


def test_a_person_in_two_documents_and_in_a_talk_of_several_counts_once(
    valley: Report,
) -> None:
    assert not valley.evidence.duplicated(["claim_id", "respondent_id"]).any()
    evidence = valley.evidence.query("claim_id == 'K1'")
    said = evidence.set_index("respondent_id")["direction"].to_dict()
    assert said == {
        **dict.fromkeys(["P1", "P2", "P4", "P5", "P6"], "supports"),
        "P3": "contradicts",
    }
    n_codings = evidence.set_index("respondent_id")["n_codings"]
    assert n_codings.loc[["P1", "P3"]].to_list() == [4, 3]


def test_positions_say_who_was_asked_and_said_nothing(valley: Report) -> None:
    rows = valley.positions.query("claim_id == 'K2'").set_index("respondent_id")
    assert rows["position"].to_dict() == {
        "P1": "supports",
        **dict.fromkeys(["P2", "P4", "P5"], "not asked"),
        **dict.fromkeys(["P3", "P6"], "asked, silent"),
    }
    k1 = valley.positions.query("claim_id == 'K1'").set_index("respondent_id")
    assert not k1.loc["P6", "was_asked"]  # who said so in a talk about something else


def test_each_claim_has_a_row_a_group_that_adds_up_to_its_rating(
    valley: Report,
) -> None:
    rows = valley.by_group
    assert rows["claim_id"].to_list() == ["K1", "K1", "K3", "K3", "K2", "K2"]
    assert rows["n_people"].to_list() == [3] * 6
    sides = ["supports", "qualifies", "mixed", "contradicts"]
    assert rows.loc[:1, sides].to_numpy().tolist() == [[2, 0, 0, 1], [3, 0, 0, 0]]
    totals = rows.groupby("claim_id")[sides].sum()
    rated = valley.ratings.set_index("claim_id")[sides]
    pd.testing.assert_frame_equal(totals, rated.loc[totals.index], check_names=False)


def test_as_counted_is_what_the_report_rates(valley: Report) -> None:
    tried = valley.scenarios[valley.scenarios["scenario"].eq("as counted")]
    columns = ["claim_id", "n", "supports", "contradicts", "mixed", "strength"]
    pd.testing.assert_frame_equal(
        tried[columns].reset_index(drop=True), valley.ratings[columns]
    )
    bo = valley.scenarios.query("scenario == 'only coder bo' and claim_id == 'K1'")
    assert bo[["n", "supports", "contradicts"]].to_numpy().tolist() == [[3, 1, 2]]


def test_counter_evidence_is_found_for_each_claim(valley: Report) -> None:
    rows = valley.counter_evidence[["claim_id", "kind", "respondent_id", "words"]]
    assert sorted(rows.itertuples(index=False, name=None)) == [
        ("K1", "contradicts", "P3", "I doubt it very much."),
        ("K1", "contradicts", "P3", "It is hardly clean."),
        ("K1", "qualifies", "P3", "I trust it now, all the same."),
        ("K2", "asked, silent", "P3", ""),
        ("K2", "asked, silent", "P6", ""),
    ]


def test_groups_that_disagree_are_found(folder: Path, valley: Report) -> None:
    assert valley.divided == []
    report = withdraw(folder, "P1", "P2")
    assert report.divided == ["K1"]


# --- traps ---


def test_traps_are_found_in_the_words_of_people_who_are_here(valley: Report) -> None:
    (found,) = list_rows(find_traps(valley.study))
    assert (found["respondent_id"], found["document_id"]) == ("P6", "FG")
    text = valley.study.texts["FG"]
    assert text[found["start"] : found["end"]] == found["words"] == "trust the figures"


def test_a_trap_that_no_coder_read_speaks_against_its_claim(folder: Path) -> None:
    report = change(folder, "codebook.yaml", "trust the figures", "doubt the price")
    rows = report.counter_evidence.query("kind == 'trap'")
    assert rows[["claim_id", "respondent_id", "words"]].to_numpy().tolist() == [
        ["K1", "P6", "doubt the price"]
    ]


@pytest.mark.parametrize("traps", ["", "    traps: ['{']\n"])
def test_without_traps_or_with_broken_ones_nothing_is_found(
    folder: Path, traps: str
) -> None:
    old = FILES["codebook.yaml"].split("name: Trust\n")[1].split("\n")[0] + "\n"
    report = change(folder, "codebook.yaml", old, traps)
    assert find_traps(report.study).empty
    assert not report.counter_evidence["kind"].eq("trap").any()


def test_documents_of_several_languages_are_all_searched(folder: Path) -> None:
    text = FILES["interviews.csv"].replace("voice,", "language,voice,")
    text = text.replace(",FG.txt,,", ",FG.txt,,fr-CH,")
    text = re.sub(r"(?m)^(D\w+,\S+?,P\d),", r"\1,,", text)
    write(folder, "interviews.csv", text)
    report = change(folder, "codebook.yaml", "trust nobody", "I trust the wa*")
    found = find_traps(report.study)
    assert {*found["document_id"]} == {"D5", "FG"}


def test_one_broken_trap_does_not_silence_the_others(folder: Path) -> None:
    report = change(folder, "codebook.yaml", "trust nobody", "'trust {'")
    assert find_traps(report.study)["words"].to_list() == ["trust the figures"]


# --- empty and small studies ---


@pytest.mark.parametrize(
    "gone",
    [
        *("claims.yaml", "guide.yaml", "asked.csv", "codebook.yaml"),
        *("codings/ana.jsonl", "codings/bo.jsonl", "speakers.csv"),
    ],
)
def test_every_table_is_there_whatever_file_is_not(folder: Path, gone: str) -> None:
    whole = open_report(folder)
    (folder / gone).unlink()
    report = open_report(folder)
    for name in TABLES:
        found, expected = getattr(report, name), getattr(whole, name)
        if gone != "codebook.yaml":  # which says what attributes there are
            assert [*found] == [*expected], name
    assert isinstance(report.divided, list)


def test_a_new_study_has_every_table_and_no_row(tmp_path: Path) -> None:
    report = open_report(evalkit.new_study(tmp_path / "bare", title="Bare"))
    for name in TABLES:
        assert getattr(report, name).empty, name
    assert report.divided == []
    assert find_traps(report.study).empty


def test_where_everybody_withdrew_claims_are_without_evidence(folder: Path) -> None:
    report = withdraw(folder, *(f"P{n}" for n in range(1, 7)))
    assert report.people.empty
    assert set(report.ratings["strength"]) == {"no evidence"}
    assert report.by_group.empty
    assert set(report.scenarios["strength"]) == {"no evidence"}


def test_one_person_is_a_study_too(folder: Path) -> None:
    report = withdraw(folder, "P1", "P2", "P4", "P5", "P6")
    assert report.people["attribution"].to_list() == ["one respondent"]
    assert report.by_group["n_people"].to_list() == [1, 1, 1]
    assert report.ratings["strength"].to_list() == [
        *("unsupported", "no evidence", "no evidence")
    ]


# --- facts for the reporting standards ---


def test_facts_are_those_that_the_standards_ask_for(valley: Report) -> None:
    facts = list_facts(valley)
    assert {*facts} == {*list_names()}
    assert facts["sample_size"] == "6 people"
    assert facts["collected"] == "2026-04-01 to 2026-04-03"
    assert facts["withdrawals"] == "1 person withdrew or is left out"
    assert facts["consent"]
    assert facts["rivals"] == ""
    assert facts["limits_of_lessons"] == "1 of 1"


def test_what_is_not_there_is_not_told(folder: Path, tmp_path: Path) -> None:
    bare = list_facts(open_report(evalkit.new_study(tmp_path / "bare", title="Bare")))
    assert bare["consent"] == ""
    assert bare["collected"] == ""
    assert bare["findings_by_question"] == ""
    assert bare["withdrawals"] == "none"
    report = change(folder, "respondents.csv", "P1,farmer,new,yes", "P1,farmer,new,")
    assert list_facts(report)["consent"] == ""


def test_who_was_not_interviewed_yet_did_not_withdraw(folder: Path) -> None:
    text = f"{FILES['respondents.csv']}P8,farmer,new,yes,yes,role,\n"
    write(folder, "respondents.csv", f"{text}P9,farmer,new,no,,,\n")
    facts = list_facts(open_report(folder))
    assert facts["withdrawals"] == "2 people withdrew or are left out"


def test_one_day_of_interviews_is_one_date(folder: Path) -> None:
    text = re.sub(r"2026-04-0\d", "2026-04-02", FILES["interviews.csv"])
    write(folder, "interviews.csv", text)
    assert list_facts(open_report(folder))["collected"] == "2026-04-02"
