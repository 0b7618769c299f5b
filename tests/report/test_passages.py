from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import evalkit
from evalkit.report.opened import Report, open_report
from evalkit.report.passages import (
    find_context,
    find_quotable,
    list_passages,
    split_words,
)
from evalkit.tables import list_rows
from tests.report.valley import CODED, FILES, code, judge_all, write, write_valley


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return open_report(write_valley(tmp_path_factory.mktemp("study") / "valley"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_valley(tmp_path / "valley")


def find(report: Report, words: str) -> dict[str, object]:
    rows = report.passages
    (row,) = list_rows(rows[rows["words"].eq(words)])
    return row


def may(report: Report, words: str) -> tuple[object, object]:
    row = find(report, words)
    return row["may_quote"], row["may_paraphrase"]


# --- which passages stand behind a claim ---


def test_each_counted_coding_that_bears_on_a_claim_is_one_row(valley: Report) -> None:
    rows = valley.passages
    assert not rows.duplicated(["claim_id", "coding_id"]).any()
    assert rows.index.to_list() == [*range(len(rows))]
    bearing = [
        (document, words)
        for coder, document, words, _, stance, _ in CODED
        if coder == "ana" and stance != "neutral" and "nobody" not in words
    ]
    found = rows[["document_id", "words"]].itertuples(index=False, name=None)
    assert sorted(found) == sorted(bearing)


def test_who_withdrew_and_coders_that_do_not_count_bear_nothing_out(
    valley: Report,
) -> None:
    assert not valley.passages["words"].str.contains("nobody").any()
    assert set(valley.passages["coder_id"]) == {"ana"}
    assert not valley.passages["respondent_id"].isin(["X7", ""]).any()


def test_a_stance_is_told_towards_the_claim(valley: Report) -> None:
    stances = valley.passages.set_index("words")["stance"].to_dict()
    assert stances["I doubt the pump."] == "supports"  # a doubt contradicted
    assert stances["I doubt it very much."] == "contradicts"  # a doubt supported
    assert stances["It is hardly clean."] == "contradicts"
    assert stances["I trust it now, all the same."] == "qualifies"


def test_what_a_person_counts_as_is_marked(valley: Report) -> None:
    """P3 contradicts in one interview, and qualifies in another."""
    rows = valley.passages[valley.passages["respondent_id"].eq("P3")]
    assert rows.set_index("words")["is_direction"].to_dict() == {
        "It is hardly clean.": True,
        "I doubt it very much.": True,
        "I trust it now, all the same.": False,
    }


def test_notes_are_marked(valley: Report) -> None:
    rows = valley.passages
    assert rows.loc[rows["is_note"], "document_id"].to_list() == ["D4"]


# --- which words may be printed ---


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("It is hardly clean.", (True, True)),
        # Somebody marked it not quotable: another coder, whose codings do not count.
        ("We trust the water now.", (False, True)),
        # Case by case: what they agreed to, and nothing around it.
        ("I trust the well.", (True, True)),
        ("My cousin is the guard there.", (False, True)),
        ("he trusts the water", (False, True)),  # paraphrase only
        ("I trust the water.", (False, False)),  # no
        # Words of two people are nobody's.
        ("It was not easy.\nFinn: I trust the figures.", (False, True)),
    ],
)
def test_a_passage_is_printed_as_its_speaker_agreed(
    valley: Report, words: str, expected: tuple[bool, bool]
) -> None:
    assert may(valley, words) == expected


def test_a_no_reaches_every_passage_that_shares_a_letter_with_it(folder: Path) -> None:
    code(folder, "bo", "D3", "clean. I", "paid", quotable="no")
    report = open_report(folder)
    assert not may(report, "It is hardly clean.")[0]
    assert not may(report, "I doubt it very much.")[0]
    assert may(report, "I trust it now, all the same.")[0]


def test_a_no_that_only_touches_a_passage_leaves_it(folder: Path) -> None:
    code(folder, "bo", "FG", " and ", "paid", quotable="no")
    report = open_report(folder)
    assert may(report, "we trust the water here")[0]  # it begins where that ends
    code(folder, "bo", "FG", "here.", "paid", quotable="no")
    assert not may(open_report(folder), "we trust the water here")[0]


@pytest.mark.parametrize("mark", ["No", "no ", "perhaps"])
def test_what_is_no_yes_is_a_no(folder: Path, mark: str) -> None:
    code(folder, "bo", "D3", "It is hardly", "paid", quotable=mark)
    assert not may(open_report(folder), "It is hardly clean.")[0]


def test_who_agreed_to_some_words_did_not_agree_to_others(folder: Path) -> None:
    path = folder / "transcripts" / "D2.txt"
    path.write_text(path.read_text().replace("I trust the well.", "I trust the wells."))
    report = open_report(folder)
    (status,) = report.study.anchors.query("quotation == 'I trust the well.'")["status"]
    assert status == "close"
    assert not may(report, "I trust the wells.")[0]


def test_without_the_mark_in_the_codebook_only_a_plain_yes_counts(folder: Path) -> None:
    write(
        folder,
        "codebook.yaml",
        FILES["codebook.yaml"].replace('  quotable: ["yes", "no"]\n', ""),
    )
    report = open_report(folder)
    assert may(report, "It is hardly clean.")[0]
    assert not may(report, "I trust the well.")[0]


def test_of_nobodys_codings_none_is_quotable(valley: Report) -> None:
    own = pd.DataFrame({"coding_id": [], "may_quote": []}, dtype="str")
    assert find_quotable(valley.study, own).empty


# --- verdicts ---


def test_a_verdict_stands_with_its_passage_and_judged_ones_come_first(
    folder: Path,
) -> None:
    coding_id = find(open_report(folder), "he trusts the water")["coding_id"]
    write(
        folder,
        "verdicts.csv",
        "claim_id,coding_id,bears_out,paraphrase,statement,words\n"
        f"K1,{coding_id},partly,Trust.,People trust the water.,he trusts  the water\n",
    )
    first = list_rows(open_report(folder).passages)[0]
    assert (first["coding_id"], first["bears_out"]) == (coding_id, "partly")
    assert (first["paraphrase"], first["stale"]) == ("Trust.", "")


def test_unjudged_passages_have_no_verdict_and_are_not_stale(valley: Report) -> None:
    assert valley.passages[["bears_out", "paraphrase", "stale"]].eq("").all(axis=None)


def test_a_verdict_on_another_wording_is_stale(folder: Path) -> None:
    judge_all(folder)
    assert open_report(folder).passages["stale"].eq("").all()
    write(
        folder,
        "claims.yaml",
        FILES["claims.yaml"].replace("People trust", "All trust"),
    )
    rows = open_report(folder).passages
    stale = rows.groupby("claim_id")["stale"].agg(set).to_dict()
    assert stale == {"K1": {"statement"}, "K2": {""}}


def test_a_verdict_given_twice_does_not_double_a_passage(folder: Path) -> None:
    judge_all(folder)
    path = folder / "verdicts.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1].replace(",yes,", ",no,")]) + "\n")
    report = open_report(folder)
    assert any("stands twice" in each.what for each in report.study.problems)
    assert not report.passages.duplicated(["claim_id", "coding_id"]).any()
    assert set(report.passages["bears_out"]) == {"yes", ""}


# --- what stands around a passage ---


def context(report: Report, words: str) -> tuple[str, str]:
    return find_context(report.study, find(report, words))


def test_context_is_the_rest_of_the_passages_sentences(valley: Report) -> None:
    assert context(valley, "We paid") == ("", ", and we trust the water here.")
    assert context(valley, "we trust the water here") == ("We paid, and ", ".")
    assert context(valley, "It is hardly clean.") == ("", "")


def test_refused_words_are_no_context(folder: Path) -> None:
    code(folder, "bo", "FG", "here", "paid", quotable="no")
    assert context(open_report(folder), "We paid") == ("", "")


def test_words_of_two_people_have_no_context(valley: Report) -> None:
    words = "It was not easy.\nFinn: I trust the figures."
    assert context(valley, words) == ("", "")


# --- for the leak test ---


def test_what_was_said_is_split_into_what_may_be_printed_and_what_may_not(
    valley: Report,
) -> None:
    refused, free = split_words(valley.study)
    assert "I trust the well. My cousin is the guard there." in refused
    assert "We trust the water now." in refused
    assert "I trust the water." in refused
    assert "He said that he trusts the water. Why the pump? He did not say." in refused
    assert " It is clean. I doubt the pump." in free
    assert "I trust the well." in free  # case by case, and agreed
    assert "And the water?" in free
    assert not any("nobody" in each for each in [*refused, *free])  # who withdrew


def test_a_yes_to_a_passage_frees_no_words_of_who_said_no(folder: Path) -> None:
    for document_id, words in (("D5", "I trust the water."), ("D4", "trusts the")):
        code(folder, "bo", document_id, words, "paid", quotable="yes")
    free = split_words(open_report(folder).study)[1]
    assert "I trust the water." not in free
    assert "trusts the" not in free


def test_a_yes_under_somebodys_no_frees_nothing(folder: Path) -> None:
    code(folder, "bo", "D2", "well. My", "paid", quotable="no")
    assert "I trust the well." not in split_words(open_report(folder).study)[1]


# --- nothing there ---


def test_without_claims_codings_or_people_there_are_no_passages(
    folder: Path, tmp_path: Path
) -> None:
    columns = [*open_report(folder).passages]
    (folder / "claims.yaml").unlink()
    assert open_report(folder).passages.empty
    write(folder, "claims.yaml", FILES["claims.yaml"])
    for log in (folder / "codings").iterdir():
        log.unlink()
    report = open_report(folder)
    assert report.passages.empty
    assert [*report.passages] == columns
    bare = open_report(evalkit.new_study(tmp_path / "bare", title="Bare"))
    assert bare.passages.empty
    assert split_words(bare.study) == ([], [])
    again = list_passages(bare.study, bare.coded, bare.links, bare.evidence)
    assert again.empty
