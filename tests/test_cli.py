from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest


def run(*arguments: object, cwd: Path | None = None) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "evalkit", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_from_nothing_to_a_report(tmp_path: Path):
    """The way of somebody who has two transcripts and no Python."""
    one, two = tmp_path / "Anna K.txt", tmp_path / "Bo.vtt"
    one.write_text("I: Why?\nR: Hope.\nI: Only?\nR: Only that.\n")
    two.write_text(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Interviewer>Why?</v><v Bo>So.</v>\n"
    )
    assert run("new", "villages", "--title", 'Two "villages"', cwd=tmp_path)[0] == 0
    code, said, _ = run("add", "villages", one, two, cwd=tmp_path)
    assert (code, said.splitlines()) == (
        0,
        ["added Anna-K", "added Bo", "2 added, 0 refused"],
    )
    code, said, _ = run("check", "villages", cwd=tmp_path)
    assert code == 1
    assert said.splitlines()[0].startswith("respondents.csv:2: Anna-K: may_analyse and")
    assert said.splitlines()[-1] == "2 problems, 0 warnings"
    code, _, errors = run("report", "villages", cwd=tmp_path)
    assert code == 1
    assert errors.count("\n") == 2
    people = tmp_path / "villages" / "respondents.csv"
    people.write_text(people.read_text().replace(",,,,", ",,yes,no,"))
    code, said, _ = run("check", "villages", cwd=tmp_path)
    assert (code, said) == (0, "0 problems, 0 warnings\n")
    code, said, errors = run("report", "villages", "--to", "html", cwd=tmp_path)
    assert code == 1  # for a funder two people are too few, and the team gets theirs
    assert errors.startswith("study.toml: group “all respondents” is 2 people")
    assert (tmp_path / "reports/villages-internal/report.html").is_file()
    assert (tmp_path / "reports/villages-internal/tables/turns.csv").is_file()
    assert not (tmp_path / "reports/villages").exists()
    code, said, _ = run(
        "tables", "villages", "--out", "t", "--format", "xlsx", cwd=tmp_path
    )
    assert (code, said) == (0, "27 tables in t\n")


def test_a_refused_file_is_named_and_the_exit_code_says_so(study: Path, tmp_path: Path):
    bad = tmp_path / "bad.docx"
    bad.write_bytes(b"PK\x03\x04 broken")
    code, said, errors = run("add", study, bad)
    assert code == 1
    assert said == "0 added, 1 refused\n"
    assert errors.startswith("bad.docx: the file is damaged")
    assert errors.count("\n") == 1


def test_anchors_are_shown_and_confirmed(study: Path, tmp_path: Path):
    from tests.study.test_study import code as put

    put(study, "P1", "It was cold.", "hope")
    transcript = study / "transcripts" / "P1.txt"
    transcript.write_text("A line on top.\n" + transcript.read_text())
    code, said, _ = run("anchors", study, "--out", tmp_path / "a.csv")
    assert code == 0
    assert said.splitlines() == [
        "codings/ana.jsonl:1: moved: “It was cold.”",
        "1 moved",
    ]
    assert "moved" in (tmp_path / "a.csv").read_text()
    code, said, _ = run("anchors", study, "--confirm", "moved")
    assert said.splitlines() == ["1 codings confirmed in their new places", "1 exact"]


def give_cues(study: Path, cues: str) -> None:
    (study / "codebook.yaml").write_text(
        f"codes:\n  - id: hope\n    cues:\n      - {cues}\n"
    )


def test_suggestions_are_written_as_a_table(study: Path, tmp_path: Path):
    give_cues(study, "hope")
    out = tmp_path / "out" / "s.csv"
    code, said, errors = run("suggest", study, "--out", out, "--jobs", "2")
    assert (code, errors) == (0, "")
    assert said.startswith("2 suggestions for 1 codes in ")
    assert "spaCy" in said
    lines = out.read_text().splitlines()
    assert lines[0].startswith("suggestion_id,document_id,start,end,code_id,")
    assert len(lines) == 3
    again = tmp_path / "again.csv"
    assert run("suggest", study, "--out", again)[0] == 0
    assert again.read_bytes() == out.read_bytes()


def test_suggest_says_what_keeps_it_from_work(study: Path, tmp_path: Path):
    code, _, errors = run("suggest", study, "--out", tmp_path / "s.csv")
    assert (code, errors) == (1, "codebook.yaml: no code has `cues:`: write some\n")
    give_cues(study, '"* hope"')
    code, _, errors = run("suggest", study, "--out", tmp_path / "s.csv")
    assert code == 1
    assert errors.startswith("codebook.yaml:4: cue '* hope' of 'hope': a * alone")
    give_cues(study, "hope")
    (study / "study.toml").write_text('pipeline = "xx_gone"\n')
    code, _, errors = run("suggest", study, "--out", tmp_path / "s.csv")
    assert (code, errors.count("\n")) == (1, 1)
    assert "pipeline 'xx_gone' is not installed" in errors
    assert not (tmp_path / "s.csv").exists()


def test_check_names_cues_that_do_not_do_their_work(study: Path):
    give_cues(study, "zebra")
    code, said, _ = run("check", study)
    assert code == 0
    assert said.startswith("codebook.yaml:4: warning: cue 'zebra' of 'hope' finds")
    give_cues(study, '"{"')
    assert run("check", study)[0] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["suggest", "nowhere", "--out", "s.csv"], 1, "no study here"),
        (["suggest", "nowhere", "--out", "s.xlsx"], 2, "write FILE.csv"),
        (["suggest", "nowhere", "--out", "s.csv", "--jobs", "0"], 2, "--jobs"),
        (["check", "nowhere"], 1, "no study here (study.toml is missing)"),
        (["report", "nowhere", "--to", "odt"], 2, "--to"),
        (["report", "nowhere", "--audience", "press"], 2, "--audience"),
        (["report", "nowhere"], 1, "no study here"),
        (["import", "nowhere", "x.qdpx"], 2, "only Taguette"),
        (["import", "nowhere", "x.sqlite3"], 2, "no such file"),
        (["paint"], 2, "No such command"),
        (["new", "x"], 2, "--title"),
    ],
)
def test_mistakes_get_a_line_and_an_exit_code(
    arguments: list[str], code: int, words: str, tmp_path: Path
):
    got, _, errors = run(*arguments, cwd=tmp_path)
    assert (got, words in " ".join(errors.split())) == (code, True), errors


def test_a_broken_codebook_is_one_line_not_a_traceback(study: Path):
    (study / "codebook.yaml").write_text("codes:\n  - id: a\n   name: b\n")
    for command in (["check", study], ["report", study], ["tables", study, "-o", "x"]):
        code, _, errors = run(*command)
        assert code == 1
        assert errors.startswith("codebook.yaml:3: ")


def test_the_command_line_and_the_package_load_nothing_heavy():
    heavy = "{'pandas', 'spacy', 'matplotlib', 'nbconvert', 'numpy'}"
    for code in ("import evalkit", "import evalkit.cli", "import evalkit.coding.log"):
        check = f"{code}; import sys; print({heavy} & set(sys.modules))"
        done = subprocess.run(
            [sys.executable, "-c", check], capture_output=True, text=True, check=True
        )
        assert done.stdout == "set()\n", code


def test_agreement_needs_two_coders_and_a_csv(tmp_path: Path) -> None:
    run("new", "villages", "--title", "T", cwd=tmp_path)
    code, _, errors = run("agreement", "villages", "--out", "a.csv", cwd=tmp_path)
    assert code == 1
    assert "no document was coded by two people: let somebody else" in errors
    assert not (tmp_path / "a.csv").exists()
    code, _, errors = run("agreement", "villages", "--out", "a.xlsx", cwd=tmp_path)
    assert code == 2
    assert "write FILE.csv" in errors


def test_agreement_is_written_by_code_with_intervals(tmp_path: Path, top: Path) -> None:
    study = top / "corpus" / "advocates"
    command = ["agreement", str(study), "--out", "a.csv", "--disagreements", "d.csv"]
    code, said, _ = run(*command, "--by", "turn", cwd=tmp_path)
    assert code == 0
    assert said.startswith("ana, bo: 5 documents in common; of 46 codes 34 reach")
    table = pd.read_csv(tmp_path / "a.csv").set_index("code_id")
    morale = table.loc["contrib.morale"]
    assert morale["alpha_low"] < morale["alpha"] <= morale["alpha_high"]
    kinds = pd.read_csv(tmp_path / "d.csv")["kind"]
    assert {"missed", "boundary", "different code", "different stance"} <= {*kinds}
    run(*command, "--among", "coded", cwd=tmp_path)
    fewer = pd.read_csv(tmp_path / "a.csv").set_index("code_id")
    assert fewer.loc["contrib.morale", "n_units"] < morale["n_units"]
    assert fewer.loc["contrib.morale", "units"] == "units that somebody coded"
