from __future__ import annotations

import json
from pathlib import Path

import pytest

import evalkit
from evalkit.coding.log import append_events, place_in
from evalkit.errors import EvalkitError
from evalkit.study.withdraw import (
    Withdrawal,
    list_remains,
    read_everybody,
    withdraw,
)

HEAD = "respondent_id,group,may_analyse,may_quote,attribute_as,withdrawn_on"
SAID = "We walked for nine days and slept in the school at the border"


@pytest.fixture
def talk(study: Path, tmp_path: Path) -> Path:
    """The small study, in which P2 says more, and a talk of three with A and B."""
    (study / "transcripts" / "P2.txt").write_text(
        f"I: Why?\nR: Hope. Only hope.\nI: And then?\nR: {SAID}.\n"
    )
    group = tmp_path / "FG.txt"
    group.write_text(
        "Moderator: Well?\nAna: It was cold.\nBea: We were all afraid that they would "
        "come back in winter.\nAna: Yes.\nBea: Yes.\n"
    )
    evalkit.add_documents(study, [group], may_analyse="yes", may_quote="yes")
    add(study / "respondents.csv", "A,,yes,yes,,\nB,,yes,yes,,\n")
    add(study / "speakers.csv", "FG,Ana,A,respondent\nFG,Bea,B,respondent\n")
    return study


def add(path: Path, text: str) -> None:
    path.write_bytes(path.read_bytes() + text.encode())


def code(study: Path, document_id: str, words: str, **more: str) -> None:
    text = read_text(study, document_id)
    start = text.index(words)
    event = {
        **{
            "event": "add",
            "coding_id": f"ana-{document_id}-{start}",
            "code_id": "hope",
        },
        **{"document_id": document_id, **place_in(text, start, start + len(words))},
        **more,
    }
    append_events(study / "codings" / "ana.jsonl", [event])


def read_text(study: Path, document_id: str) -> str:
    return evalkit.read_study(study).texts[document_id]


def rewrite(study: Path, text: str, encoding: str = "utf-8") -> Path:
    path = study / "respondents.csv"
    path.write_bytes(text.encode(encoding))
    return path


# Writing it down


def test_a_person_who_withdraws_is_in_no_table(talk: Path):
    code(talk, "P2", "Only hope")
    code(talk, "P1", "It was cold")
    done = withdraw(talk, "P2", on="2026-05-31")
    assert done == Withdrawal("P2", "2026-05-31", ("P2",), (), 1)
    read = evalkit.read_study(talk)
    assert "P2" not in {*read.documents["document_id"], *read.turns["document_id"]}
    assert read.codings["document_id"].to_list() == ["P1"]


def test_in_a_talk_of_several_the_document_stays_and_their_words_are_masked(
    talk: Path,
):
    code(talk, "FG", "We were all afraid")
    code(talk, "FG", "It was cold")
    done = withdraw(talk, "B", on="2026-05-31")
    assert done == Withdrawal("B", "2026-05-31", (), ("FG",), 1)
    assert "afraid" not in read_text(talk, "FG")


def test_withdrawing_twice_on_one_date_changes_nothing(talk: Path):
    withdraw(talk, "P2", on="2026-05-31")
    before = (talk / "respondents.csv").read_bytes()
    done = withdraw(talk, "P2", on="2026-05-31")
    assert (talk / "respondents.csv").read_bytes() == before
    assert done == Withdrawal("P2", "2026-05-31", (), (), 0)


def test_only_respondents_csv_changes_and_only_one_cell(talk: Path):
    before = {p: p.read_bytes() for p in talk.rglob("*") if p.is_file()}
    withdraw(talk, "P2", on="2026-05-31")
    after = {p: p.read_bytes() for p in talk.rglob("*") if p.is_file()}
    changed = talk / "respondents.csv"
    expected = before[changed].replace(b"P2,,yes,yes,,", b"P2,,yes,yes,,2026-05-31")
    assert after == before | {changed: expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "respondent_id;group;may_analyse;may_quote;withdrawn_on\r\n"
            'P1;"a;b";yes;yes;\r\n\r\n P2 ;"x ""y""";yes;yes;\r\n',
            "respondent_id;group;may_analyse;may_quote;withdrawn_on\r\n"
            'P1;"a;b";yes;yes;\r\n\r\n P2 ;"x ""y""";yes;yes;2026-05-31\r\n',
        ),
        (
            '"respondent_id","withdrawn_on","may_analyse","note, long"\n'
            '"P1","","yes","two\r\nlines"\n"P2","","yes","a"',
            '"respondent_id","withdrawn_on","may_analyse","note, long"\n'
            '"P1","","yes","two\r\nlines"\n"P2","2026-05-31","yes","a"',
        ),
        (
            "respondent_id\tmay_analyse\twithdrawn_on\nP2\tyes\nP1\tyes\t\n",
            "respondent_id\tmay_analyse\twithdrawn_on\nP2\tyes\t2026-05-31\nP1\tyes\t\n",
        ),
        (
            "respondent_id,group,may_analyse,withdrawn_on\nP2\nP1,Élan,yes, \n",
            "respondent_id,group,may_analyse,withdrawn_on\nP2,,,2026-05-31\nP1,Élan,yes, \n",
        ),
        (
            "respondent_id,may_analyse\nP1,yes\n\n,,\nP2,yes,\nP3\n",
            "respondent_id,may_analyse,withdrawn_on\nP1,yes,\n\n,,\nP2,yes,2026-05-31\nP3,,\n",
        ),
        (
            '"respondent_id","may_analyse"\r"P1","yes"\r"P2","yes"\r',
            '"respondent_id","may_analyse","withdrawn_on"\r"P1","yes",""\r'
            '"P2","yes","2026-05-31"\r',
        ),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_every_other_cell_keeps_its_bytes(
    text: str, expected: str, encoding: str, study: Path
):
    path = rewrite(study, text, encoding)
    withdraw(study, "P2", on="2026-05-31")
    assert path.read_bytes() == expected.encode(encoding)
    assert {*evalkit.read_study(study).documents["document_id"]} == {"P1"}


def test_an_old_encoding_is_kept_and_a_name_in_it_is_found(study: Path):
    villages = "Genève, Zürich, Orléans, Besançon, Compiègne, Châlons, Nîmes"
    text = f'{HEAD}\nP1,,yes,yes,,\nÉva,"{villages}",yes,yes,,\n'
    path = rewrite(study, text, "cp1252")
    withdraw(study, "Éva", on="2026-05-31")
    expected = text.replace("yes,,\nÉva", "yes,,\nÉva")[:-1] + "2026-05-31\n"
    assert path.read_bytes() == expected.encode("cp1252")


@pytest.mark.parametrize(
    ("respondent_id", "on", "message"),
    [
        ("P22", "2026-05-31", "'P22' is unknown: did you mean 'P2'?"),
        ("", "2026-05-31", "respondent_id '' is unknown"),
        ("P2", "31.05.2026", "'31.05.2026' is no date: write one such as 2026-05-31"),
        ("P2", "2026-02-30", "'2026-02-30' is no date"),
        ("P2", "20260530", "'20260530' is no date"),
        ("P2", "", "'' is no date"),
        ("P1", "2026-05-31", "respondents.csv:2: P1 withdrew already, on 2026-01-02"),
        ("P3", "2026-05-31", "respondents.csv:5: respondent_id 'P3' stands twice"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_written(
    respondent_id: str, on: str, message: str, study: Path
):
    rows = "P1,,yes,yes,,2026-01-02\nP2,,yes,yes,,\nP3,,yes,yes,,\nP3,,yes,yes,,\n"
    path = rewrite(study, f"{HEAD}\n{rows}")
    before = path.read_bytes()
    with pytest.raises(EvalkitError, match=r"^[^\n]+$") as raised:
        withdraw(study, respondent_id, on=on)
    assert message in str(raised.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [None, b"", b"\xff\xfea", f'{HEAD}\n"P2,,'.encode(), b"a\0b\n"]
)
def test_a_table_that_cannot_be_read_is_left_alone(content: bytes | None, study: Path):
    path = study / "respondents.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EvalkitError, match=r"^respondents\.csv[^\n]+$"):
        withdraw(study, "P2", on="2026-05-31")
    assert (path.read_bytes() if path.exists() else None) == content


# Everybody's words


def test_the_words_of_who_is_gone_are_read_and_the_others_apart(talk: Path):
    withdraw(talk, "B", on="2026-05-31")
    everybody = read_everybody(talk)
    assert everybody.gone == ("B",)
    (words,) = everybody.join_words(everybody.gone)
    assert words.startswith("We were all afraid") and words.endswith("Yes.")
    others = everybody.join_others(everybody.gone)
    assert "afraid" not in str(others)
    assert {"Well?", "It was cold. Yes."} <= {*others}


def test_in_a_document_that_leaves_what_nobody_is_said_to_have_said_is_theirs(
    talk: Path,
):
    (talk / "transcripts" / "P2.txt").write_text(
        "I: Why?\nAna: Hope.\nI: Only?\nBea: Yes.\nI: So?\nAna: No.\nI: And?\nBea: So.\n"
    )
    everybody = read_everybody(talk)
    assert everybody.find_alone(["P2"]) == ["P2"]
    said = " ".join(everybody.join_words(["P2"]))
    assert {*said.split()} == {"Hope.", "Yes.", "No.", "So."}
    assert "Why?" not in str(everybody.join_others(["P2"]))


# What remains


def test_what_remains_is_listed_file_by_file(talk: Path):
    code(talk, "P1", "It was cold")
    code(talk, "P2", "Only hope")
    code(talk, "P2", "nine days", memo="strong")
    memo = {"event": "memo", "about": "document", "of": "P2", "memo": "Look again."}
    edit = {"event": "edit", "coding_id": "ana-P2-11", "memo": "x"}
    append_events(talk / "codings" / "ana.jsonl", [memo, edit])
    (talk / "verdicts.csv").write_text(
        "claim_id,coding_id,bears_out,paraphrase,statement,words,by,on\n"
        "K1,ana-P1-28,yes,,x,It was cold,,\nK1,ana-P2-11,yes,,x,Only hope,,\n"
    )
    ids = evalkit.read_study(talk).codings["coding_id"].to_list()
    (talk / "verdicts.csv").write_text(
        (talk / "verdicts.csv").read_text().replace("ana-P2-11", ids[1])
    )
    withdraw(talk, "P2", on="2026-05-31")
    assert list_remains(talk, "P2") == [
        "transcripts/P2.txt: delete the file: nobody else is in it",
        "codings/ana.jsonl: close the desk, and delete lines 2-4",
        "verdicts.csv: delete row 3, which quote them",
    ]


def test_a_coding_beside_their_words_carries_them_too(talk: Path):
    code(talk, "FG", "Yes.")
    code(talk, "P1", "It was cold")
    assert list_remains(talk, "B") == [
        "transcripts/FG.txt: others speak in it too: take out their 2 turns, and look "
        "at `evalkit anchors` then",
        "codings/ana.jsonl: close the desk, and delete line 1",
    ]


def write_notebook(path: Path, source: str, html: str) -> None:
    output = {
        "output_type": "display_data",
        "data": {"text/html": [html[:30], html[30:]]},
    }
    cell = {"cell_type": "code", "source": [source], "outputs": [output]}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"cells": [cell], "nbformat": 4}))


def test_notebooks_are_looked_through(talk: Path):
    marked = SAID.replace("nine", "<b>ni</b>ne")
    write_notebook(talk / "report.ipynb", "show()", f"<p>{marked}</p>")
    write_notebook(talk / "notebooks" / "a.ipynb", SAID.upper(), "<p>Nothing.</p>")
    write_notebook(talk / "notebooks" / "b.ipynb", "show()", "<p>Nothing.</p>")
    write_notebook(talk / "notebooks" / "c.ipynb", "show()", " ".join(SAID.split()[:7]))
    (talk / "notebooks" / "d.ipynb").write_text(f"no notebook: {SAID}")
    assert list_remains(talk, "P2")[1:] == [
        "notebooks/a.ipynb: its cells hold their words: take them out",
        "notebooks/d.ipynb: its cells hold their words: take them out",
        "report.ipynb: its outputs hold their words: run it again, or clear its outputs",
    ]


def test_other_files_are_looked_through_whatever_their_format(talk: Path):
    import docx

    (talk / "memos" / "thoughts.md").write_text(f"P2 says: {SAID}!")
    (talk / "old.html").write_text(f"<p>{SAID[:12]}<mark>{SAID[12:]}</mark></p>")
    (talk / "memos" / "about P1.md").write_text("We left early, and it was very cold.")
    document = docx.Document()
    document.add_paragraph().add_run(SAID[:20])
    document.paragraphs[0].add_run(SAID[20:])
    document.save(str(talk / "transcripts" / "P2 old.docx"))
    assert list_remains(talk, "P2")[1:] == [
        "memos/thoughts.md: it holds their words: take them out",
        "old.html: it holds their words: take them out",
        "transcripts/P2 old.docx: it holds their words: take them out",
    ]


def test_what_somebody_else_said_too_is_theirs_as_well(talk: Path):
    add(talk / "transcripts" / "P1.txt", f"I: Go on.\nR: {SAID}.\n")
    (talk / "memos" / "thoughts.md").write_text(f"P1 says: {SAID}!")
    assert len(list_remains(talk, "P2")) == 1


def test_where_nothing_is_left_nothing_is_listed(talk: Path):
    withdraw(talk, "P2", on="2026-05-31")
    (talk / "transcripts" / "P2.txt").unlink()
    assert list_remains(talk, "P2") == []


def test_git_keeps_what_is_deleted(talk: Path):
    (talk / ".git").mkdir()
    assert list_remains(talk, "P2")[-1].startswith("git: what is deleted stays in its")


def test_of_somebody_unknown_nothing_is_said(talk: Path):
    with pytest.raises(EvalkitError, match="'P22' is unknown: did you mean 'P2'"):
        list_remains(talk, "P22")
