from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import evalkit
from evalkit.coding.log import append_events, hash_text, place_in
from evalkit.errors import EvalkitError, ProblemsError
from evalkit.study.settings import parse_settings


def code(
    folder: Path, document_id: str, words: str, code_id: str, **marks: str
) -> None:
    text = evalkit.read_study(folder).texts[document_id]
    at = text.index(words)
    event = {
        **{"event": "add", "coding_id": f"c-{hash_text(words + code_id)[:8]}"},
        **{"document_id": document_id, "code_id": code_id, "attributes": marks},
        **place_in(text, at, at + len(words)),
    }
    append_events(folder / "codings" / "ana.jsonl", [event])


def lines_of(folder: Path) -> list[str]:
    return [str(problem) for problem in evalkit.read_study(folder).problems]


def append(path: Path, line: str) -> None:
    path.write_text(path.read_text() + line + "\n")


def test_a_study_is_read_into_tables_whose_words_stand_where_they_say(study: Path):
    code(study, "P2", "Only hope.", "hope", stance="supports")
    read = evalkit.read_study(study)
    assert read.problems == ()
    assert read.documents["respondent_id"].to_list() == ["P1", "P2"]
    own = read.turns[read.turns["role"].eq("respondent")]
    assert own["respondent_id"].to_list() == ["P1", "P2", "P2"]
    for table in (read.turns.rename(columns={"text": "quotation"}), read.codings):
        for row in table.itertuples():
            assert read.texts[row.document_id][row.start : row.end] == row.quotation
    assert read.codings["stance"].to_list() == ["supports"]
    assert read.coders["coder_id"].to_list() == ["ana"]


def test_a_folder_that_is_no_study_says_so(tmp_path: Path):
    with pytest.raises(EvalkitError, match=r"study.toml is missing.*evalkit new"):
        evalkit.read_study(tmp_path)


def test_a_new_study_is_never_made_over_something(study: Path):
    before = sorted(study.rglob("*"))
    with pytest.raises(EvalkitError, match="not empty"):
        evalkit.new_study(study, title="Again")
    assert sorted(study.rglob("*")) == before


def test_a_title_of_any_letters_is_kept(tmp_path: Path):
    title = 'A "title" \\ {with}\n: # all – sorts, é'
    folder = evalkit.new_study(tmp_path / "x", title=title)
    study = evalkit.read_study(folder)
    assert (study.settings.title, study.codebook.title) == (title, title)


def test_missing_consent_is_named_with_its_row_and_the_study_is_still_read(study: Path):
    people = study / "respondents.csv"
    people.write_text(people.read_text().replace("P2,,yes,yes", "P2,,,"))
    read = evalkit.read_study(study)
    assert [str(p) for p in read.problems] == [
        "respondents.csv:3: P2: may_analyse and may_quote not filled in: "
        "write yes or no, as the person agreed"
    ]
    assert set(read.turns["document_id"]) == {"P1", "P2"}


@pytest.mark.parametrize("how", ["P2,,no,no,,", "P2,,yes,yes,,2026-06-01"])
def test_who_said_no_or_withdrew_is_in_no_table_but_respondents(how: str, study: Path):
    code(study, "P2", "Only hope.", "hope")
    people = study / "respondents.csv"
    people.write_text(people.read_text().replace("P2,,yes,yes,,", how))
    read = evalkit.read_study(study)
    assert set(read.documents["document_id"]) == {"P1"}
    assert set(read.turns["document_id"]) == {"P1"}
    assert read.codings.empty
    assert read.anchors.empty
    assert "hope" not in str(read.texts)
    assert read.respondents["respondent_id"].to_list() == ["P1", "P2"]


def test_in_a_group_only_the_words_of_who_withdrew_are_gone(
    study: Path, tmp_path: Path
):
    group = tmp_path / "FG.txt"
    group.write_text(
        "Moderator: Well?\nAna: It was cold.\nBea: We were afraid.\nAna: Yes.\nBea: Yes."
    )
    evalkit.add_documents(study, [group])
    append(study / "respondents.csv", "A,,yes,yes,,\nB,,yes,yes,,2026-06-01")
    append(study / "speakers.csv", "FG,Ana,A,respondent\nFG,Bea,B,respondent")
    people = study / "respondents.csv"
    people.write_text(people.read_text().replace("FG,,,,,\n", "FG,,yes,yes,,\n"))
    people.write_text(
        people.read_text().replace("B,,yes,yes,,2026-06-01", "B,,yes,yes,,")
    )
    code(study, "FG", "It was cold.", "hope")
    code(study, "FG", "We were afraid.", "hope")
    assert len(evalkit.read_study(study).codings) == 2
    people.write_text(
        people.read_text().replace("B,,yes,yes,,", "B,,yes,yes,,2026-06-01")
    )
    read = evalkit.read_study(study)
    assert read.codings["quotation"].to_list() == ["It was cold."]
    assert "afraid" not in str(read.texts) + read.turns.to_csv() + read.anchors.to_csv()
    assert "It was cold." in read.texts["FG"]


def test_two_respondents_without_a_row_in_speakers_are_a_problem(
    study: Path, tmp_path: Path
):
    group = tmp_path / "FG.txt"
    group.write_text("Moderator: Well?\nAna: Cold.\nBea: Yes.\nAna: Yes.\nBea: Yes.")
    evalkit.add_documents(study, [group], may_analyse="yes", may_quote="yes")
    assert [line.split(": ")[1:3] for line in lines_of(study)] == [
        ["FG", "nobody knows which respondent 'Ana' is"],
        ["FG", "nobody knows which respondent 'Bea' is"],
    ]


def test_what_is_unsure_is_listed_and_a_row_in_speakers_settles_it(
    study: Path, tmp_path: Path
):
    for name in ("X1", "X2"):
        file = tmp_path / f"{name}.txt"
        file.write_text("Dan: Why?\nUser: So.\nDan: And?\nUser: Well.")
        evalkit.add_documents(study, [file], may_analyse="yes", may_quote="yes")
    (line,) = lines_of(study)
    assert line.startswith("speakers.csv: warning: X1 and 1 more: 'Dan': may ask")
    append(study / "speakers.csv", "*,Dan,,interviewer")
    assert lines_of(study) == []


BROKEN = [
    ("interviews.csv", "P1,P1.txt,P1", "P1,P1.txt,P9", "interviews.csv:2: respondent_id 'P9' is unknown: add it to respondents.csv"),
    ("interviews.csv", "P2,P2.txt", "P1,P2.txt", "interviews.csv:3: document_id 'P1' stands twice: keep one of them"),
    ("interviews.csv", "P2.txt", "P3.txt", "transcripts/P3.txt: the file is missing"),
    ("interviews.csv", "document_id", "doc", "interviews.csv:1: no column document_id: add it"),
    ("respondents.csv", "P1,,yes,yes", "P1,,perhaps,yes", "respondents.csv:2: may_analyse is 'perhaps': write one of: yes, no"),
    ("respondents.csv", "P1,,yes", ",,yes", "respondents.csv:2: respondent_id is empty"),
    ("respondents.csv", "P2,,yes,yes,,", "\n\nP2,,yes,,,", "respondents.csv:5: P2: may_quote not filled in"),
    ("interviews.csv", "P2,P2.txt,P2", "\nP2,P2.txt,P9", "interviews.csv:4: respondent_id 'P9' is unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), BROKEN)
def test_a_mistake_in_a_table_is_named_with_its_row(
    file: str, old: str, new: str, expected: str, study: Path
):
    path = study / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert any(line.startswith(expected) for line in lines_of(study)), lines_of(study)


def test_unknown_codes_documents_and_values_are_named_with_their_line(study: Path):
    code(study, "P1", "It was cold.", "hopes", stance="maybe")
    log = study / "codings" / "ana.jsonl"
    log.write_text(log.read_text().replace('"P1"', '"P7"'))
    found = lines_of(study)
    assert (
        "codings/ana.jsonl:1: code_id 'hopes' is unknown: did you mean 'hope'?" in found
    )
    assert any("document_id 'P7' is unknown" in line for line in found)
    assert any("stance is 'maybe': write one of: supports" in line for line in found)


def test_a_coding_of_the_interviewers_words_is_named(study: Path):
    code(study, "P1", "And then?", "hope")
    assert any("lie on no respondent's words" in line for line in lines_of(study))


def test_a_file_that_nobody_registered_is_named(study: Path):
    shutil.copy(study / "transcripts" / "P1.txt", study / "transcripts" / "P8.txt")
    assert lines_of(study)[0].startswith("transcripts/P8.txt: warning: the file is not")


def test_a_spreadsheets_semicolons_are_read(study: Path):
    for name in ("respondents.csv", "interviews.csv"):
        path = study / name
        path.write_bytes(path.read_text().replace(",", ";").encode("utf-8-sig"))
    assert evalkit.read_study(study).problems == ()


def test_adding_twice_adds_once_and_a_changed_file_is_not_written_over(
    study: Path, tmp_path: Path
):
    again = evalkit.add_documents(study, [tmp_path / "P1.txt"])
    assert (again.added, again.known) == ([], ["P1.txt"])
    (tmp_path / "P1.txt").write_text("I: Other\nR: words.")
    refused = evalkit.add_documents(study, [tmp_path / "P1.txt"]).refused
    assert "another transcript of that name" in str(refused[0])
    assert "We left early" in (study / "transcripts" / "P1.txt").read_text()


def test_a_file_that_cannot_be_read_is_refused_and_the_others_are_added(
    study: Path, tmp_path: Path
):
    (tmp_path / "bad.vtt").write_text("no subtitles")
    (tmp_path / "ok.txt").write_text("I: Why?\nR: So.")
    added = evalkit.add_documents(
        study, [tmp_path / "bad.vtt", tmp_path / "ok.txt", tmp_path / "gone.txt"]
    )
    assert added.added == ["ok"]
    assert [p.file for p in added.refused] == ["bad.vtt", "gone.txt"]
    assert not (study / "transcripts" / "bad.vtt").exists()


def test_a_sheet_of_interviews_gives_a_document_each(study: Path, tmp_path: Path):
    sheet = tmp_path / "all.csv"
    sheet.write_text('interview_id,text\na b,"I: Why?\nR: So."\nc,"I: Ja?\nR: Nein."\n')
    added = evalkit.add_documents(study, [sheet], may_analyse="yes", may_quote="no")
    assert added.added == ["a-b", "c"]
    read = evalkit.read_study(study)
    assert read.problems == ()
    assert read.texts["c"] == "I: Ja?\nR: Nein."


def test_own_columns_and_rows_of_a_table_survive_an_addition(
    study: Path, tmp_path: Path
):
    people = study / "respondents.csv"
    rows = people.read_text().splitlines()
    rows = [rows[0] + ",age"] + [f"{row},4{n}" for n, row in enumerate(rows[1:])]
    people.write_text("\n".join(rows) + "\n")
    (tmp_path / "P3.txt").write_text("I: Why?\nR: So.")
    evalkit.add_documents(study, [tmp_path / "P3.txt"])
    assert people.read_text().splitlines()[1:] == [*rows[1:], "P3,,,,,,"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('title = "T\n', "study.toml:1: "),
        ('title = "T"\nk = 0\n', "study.toml:2: k: "),
        ('title = "T"\n\ntitel = "x"\n', "study.toml:3: 'titel' is not a setting: did you mean 'title'?"),
        ('small_cells = "some"\n', "study.toml:1: small_cells: "),
    ],
)  # fmt: skip
def test_a_mistake_in_the_settings_is_named_with_its_line(content: str, expected: str):
    with pytest.raises(ProblemsError) as error:
        parse_settings(content)
    assert str(error.value).startswith(expected)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("P2,,yes,yes,,", "P2,a, b,yes,yes,,x", "respondents.csv:3: 7 cells where"),
        ("P2,,yes", 'P2,"a,yes', "respondents.csv: a quoted cell is not closed"),
        ("withdrawn_on", "withdrawn on", "did you mean 'withdrawn_on'?"),
        ("may_analyse", "May analyse", "did you mean 'may_analyse'?"),
        ("group,", "group,group,", "two columns are named 'group'"),
    ],
)
def test_without_everybodys_consent_nothing_is_read(
    old: str, new: str, expected: str, study: Path
):
    people = study / "respondents.csv"
    people.write_text(people.read_text().replace(old, new))
    with pytest.raises(ProblemsError) as error:
        evalkit.read_study(study)
    assert expected in str(error.value)


@pytest.mark.parametrize("said", ["No", "perhaps", "NO "])
def test_what_is_no_clear_yes_is_a_no(said: str, study: Path):
    people = study / "respondents.csv"
    people.write_text(people.read_text().replace("P2,,yes", f"P2,,{said}"))
    assert set(evalkit.read_study(study).turns["document_id"]) == {"P1"}


def test_of_two_rows_of_a_person_the_no_wins(study: Path):
    append(study / "respondents.csv", "P2,,no,no,,")
    read = evalkit.read_study(study)
    assert set(read.turns["document_id"]) == {"P1"}
    assert any("'P2' stands twice" in str(problem) for problem in read.problems)


def test_a_withdrawal_without_a_date_is_named(study: Path):
    people = study / "respondents.csv"
    people.write_text(people.read_text().replace("P2,,yes,yes,,", "P2,,yes,yes,,maybe"))
    assert "withdrawn_on of P2 is 'maybe'" in lines_of(study)[0]


def test_a_lost_passage_of_somebody_who_withdrew_is_not_shown(study: Path):
    group = study / "transcripts" / "FG.txt"
    group.write_text(
        "Moderator: Well?\nAna: Cold.\nBea: The secret.\nAna: Yes.\nBea: So."
    )
    append(study / "interviews.csv", "FG,FG.txt,")
    append(study / "respondents.csv", "A,,yes,yes,,\nB,,yes,yes,,")
    append(study / "speakers.csv", "FG,Ana,A,respondent\nFG,Bea,B,respondent")
    code(study, "FG", "The secret.", "hope")
    people = study / "respondents.csv"
    people.write_text(
        people.read_text().replace("B,,yes,yes,,", "B,,yes,yes,,2026-06-01")
    )
    group.write_text(group.read_text().replace("The secret.", "[…]"))
    read = evalkit.read_study(study)
    assert read.anchors["status"].to_list() == ["orphaned"]
    shown = read.anchors.to_csv() + str(read.problems) + read.speakers.to_csv()
    assert "secret" not in shown
    assert "Bea" not in shown


def test_consent_given_to_add_is_written_whatever_columns_there_were(
    study: Path, tmp_path: Path
):
    (study / "respondents.csv").write_text("respondent_id;group\nP1;a\nP2;b\n")
    (tmp_path / "P3.txt").write_text("I: Why?\nR: So.")
    evalkit.add_documents(study, [tmp_path / "P3.txt"], may_analyse="no")
    lines = (study / "respondents.csv").read_text().splitlines()
    assert lines[0].startswith("respondent_id;group;may_analyse;may_quote")
    assert lines[3] == "P3;;no;;;"


def test_a_file_with_a_hash_in_its_name_is_found(study: Path, tmp_path: Path):
    (tmp_path / "Interview #3.txt").write_text("I: Why?\nR: So.")
    evalkit.add_documents(
        study, [tmp_path / "Interview #3.txt"], may_analyse="yes", may_quote="yes"
    )
    assert lines_of(study) == []


def test_one_coding_in_two_logs_is_a_problem(study: Path):
    code(study, "P1", "It was cold.", "hope")
    log = study / "codings" / "ana.jsonl"
    shutil.copy(log, log.with_name("ana (copy).jsonl"))
    assert any("stands in codings/ana (copy).jsonl too" in x for x in lines_of(study))
