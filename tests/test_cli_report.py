"""The commands report, judge, withdraw and diff, on small copied studies."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import evalkit
from evalkit import cli
from tests.report.valley import FILES, judge_all, write, write_valley

Run = Callable[..., tuple[int, str, str]]


def run_apart(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "evalkit", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as a shell would: its exit code, and what it says."""

    def run(*arguments: object, answers: str = "") -> tuple[int, str, str]:
        if arguments[0] == "report":  # a kernel's sockets would outlive it here
            done = run_apart(*arguments)
            return done.returncode, done.stdout, done.stderr
        monkeypatch.setattr(sys, "argv", ["evalkit", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        code = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 0
        said, errors = capsys.readouterr()
        return code, said, errors

    return run


@pytest.fixture
def valley(tmp_path: Path) -> Path:
    return write_valley(tmp_path / "valley")


def write_notebook(folder: Path) -> None:
    """Write a report that is quickly built."""
    first = new_code_cell('STUDY = ""')
    first.metadata["tags"] = ["parameters"]
    cells = [first, new_markdown_cell("# Two villages\n\nNobody claims anything.")]
    nbformat.write(new_notebook(cells=cells), folder / "report.ipynb")


def list_files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- report ---


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a small study."""
    folder = evalkit.new_study(tmp_path_factory.mktemp("s") / "empty", title="Empty")
    write_notebook(folder)
    out = folder.parent / "run"
    arguments = ("--out", out, "--to", "html", "--audience", "internal")
    assert run_apart("report", folder, *arguments).returncode == 0
    return out


def test_the_teams_report_is_built_and_the_funders_refused_line_by_line(
    run: Run, study: Path, tmp_path: Path
) -> None:
    write_notebook(study)
    out = tmp_path / "out" / "villages"
    code, said, errors = run("report", study, "--out", out, "--to", "html")
    internal = tmp_path / "out" / "villages-internal"
    assert (code, said) == (1, f"{internal / 'report.html'}\n")
    assert errors == (
        "study.toml: group “all respondents” is 2 people, fewer than k = 3: merge it "
        "with another under [report_groups]\n"
    )
    assert not out.exists()
    assert (internal / "manifest.json").is_file()


def test_one_audience_goes_where_out_says(
    run: Run, study: Path, tmp_path: Path
) -> None:
    write_notebook(study)
    out = tmp_path / "out"
    arguments = ("--out", out, "--to", "html", "--audience", "internal")
    code, said, errors = run("report", study, *arguments)
    assert (code, said, errors) == (0, f"{out / 'report.html'}\n", "")
    assert not (tmp_path / "out-internal").exists()


def test_what_is_wrong_with_a_study_is_told_once_and_nothing_is_written(
    run: Run, valley: Path, tmp_path: Path
) -> None:
    write(valley, "guide.yaml", "questions: 3\n")
    write(valley, "verdicts.csv", 'claim_id,coding_id\n"K1\n')
    before = list_files(valley)
    code, said, errors = run("report", valley, "--out", tmp_path / "out")
    assert (code, said) == (1, "")
    lines = errors.splitlines()
    assert len(lines) == len(set(lines))
    for begins in ("guide.yaml:1: ", "asked.csv: ", "verdicts.csv: a quoted cell"):
        assert [each for each in lines if each.startswith(begins)], begins
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out-internal").exists()
    assert list_files(valley) == before


def test_an_earlier_run_that_is_none_is_refused_before_anything_is_written(
    run: Run, study: Path, tmp_path: Path
) -> None:
    write_notebook(study)
    out = tmp_path / "out"
    code, said, errors = run("report", study, "--out", out, "--since", tmp_path / "no")
    assert (code, said) == (1, "")
    assert "no manifest.json: name the folder" in errors
    assert errors.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--audience", "public"),
        ("--to", "odt"),
        ("--ot", "x"),
    ],
)
def test_a_command_that_is_wrong_ends_with_2(
    run: Run, study: Path, arguments: tuple[str, ...]
) -> None:
    code, _, errors = run("report", study, *arguments)
    assert code == 2
    assert arguments[0] in errors


def test_a_folder_that_is_no_study_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    commands = (
        ("report", "other", "--out", tmp_path / "out"),
        ("judge", "other", "--by", "ana"),
        ("withdraw", "other", "P1", "--on", "2026-05-31"),
    )
    for name, folder, *more in commands:
        code, _, errors = run(name, tmp_path / folder, *more)
        assert code == 1, name
        assert errors.count("\n") == 1, errors
    assert list_files(tmp_path) == {}


# --- judge ---


def read_verdicts(folder: Path) -> list[dict[str, str]]:
    with (folder / "verdicts.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_answer_is_saved_at_once_and_the_rest_waits(
    run: Run, valley: Path
) -> None:
    answers = "maybe\nY\nSaid anew.\ns\n p \nn\nq\n"
    code, said, errors = run("judge", valley, "--by", "ana", answers=answers)
    assert (code, errors) == (0, "")
    assert said.startswith(
        "11 passages to judge; y yes, p partly, n no, s skip, q quit"
    )
    assert "1 of 11 · K1: People trust the water." in said
    rows = read_verdicts(valley)
    assert [row["bears_out"] for row in rows] == ["yes", "partly", "no"]
    assert {row["by"] for row in rows} == {"ana"}
    code, said, _ = run("judge", valley, "--by", "bo", answers="q\n")
    assert (code, said.splitlines()[0][:20]) == (0, "8 passages to judge;")
    assert read_verdicts(valley) == rows
    assert not [x for x in evalkit.read_study(valley).problems if not x.warning]


def test_the_name_is_asked_for(run: Run, valley: Path) -> None:
    code, said, _ = run("judge", valley, "--claim", "K2", answers="Bo\ny\n")
    assert code == 0
    assert "Your name" in said
    assert [row["by"] for row in read_verdicts(valley)] == ["Bo"]


def test_who_lets_nothing_be_quoted_is_paraphrased(run: Run, valley: Path) -> None:
    """Every passage of P4 and of P2 that may not be quoted asks for other words."""
    answers = "y\nIn other words\n" * 11
    code, said, _ = run(
        "judge", valley, "--by", "ana", "--claim", "K1", answers=answers
    )
    assert "These words may not be quoted" in said
    by_words = {row["words"]: row for row in read_verdicts(valley)}
    notes = by_words["he trusts the water"]
    assert (notes["bears_out"], notes["paraphrase"]) == ("yes", "In other words")
    assert by_words["It is hardly clean."]["paraphrase"] == ""
    assert code == 0


def test_an_answer_that_never_comes_leaves_what_was_saved(
    run: Run, valley: Path
) -> None:
    code, _, errors = run("judge", valley, "--by", "ana", answers="y\nSo.\nn\n")
    assert code == 1
    assert "Traceback" not in errors
    assert [row["bears_out"] for row in read_verdicts(valley)] == ["yes", "no"]


def test_where_all_is_judged_nothing_is_asked(run: Run, valley: Path) -> None:
    judge_all(valley)
    before = list_files(valley)
    code, said, _ = run("judge", valley, "--by", "ana", "--claim", "K1")
    assert (code, said.splitlines()[0][:21]) == (0, "0 passages to judge; ")
    assert list_files(valley) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'claim_id,coding_id\n"K1,x\n', "verdicts.csv: a quoted cell is not closed"),
        (b"claim_id;coding_id\r\nK1;x;yes\r\n", "verdicts.csv:2: 3 cells where"),
        (b"\xef\xbb\xbfclaim_id\xff\n", "verdicts.csv:1: the bytes are not UTF-8"),
        (b"a,b\n", "verdicts.csv:1: no column claim_id, coding_id"),
    ],
)
def test_verdicts_that_cannot_be_read_are_left_alone(
    run: Run, valley: Path, content: bytes, said: str
) -> None:
    (valley / "verdicts.csv").write_bytes(content)
    before = list_files(valley)
    code, printed, errors = run("judge", valley, "--by", "ana", answers="y\n")
    assert (code, printed) == (1, "")
    assert errors.startswith(said)
    assert list_files(valley) == before


def test_verdicts_as_a_spreadsheet_saved_them_are_kept(run: Run, valley: Path) -> None:
    judge_all(valley)
    path = valley / "verdicts.csv"
    rows = read_verdicts(valley)
    out = io.StringIO(newline="")
    saved = csv.DictWriter(out, [*rows[0]], delimiter=";", lineterminator="\r\n")
    saved.writeheader()
    saved.writerows(rows)
    path.write_bytes(out.getvalue().encode("utf-8-sig"))
    code, _, _ = run("judge", valley, "--by", "ana", answers="y\n")
    assert code == 0
    kept = evalkit.read_study(valley).verdicts
    assert len(kept) == len(rows) + 1
    assert kept["bears_out"].eq("yes").all()
    assert path.read_bytes().startswith(b"\xef\xbb\xbfclaim_id;coding_id;")


def test_an_unknown_claim_and_claims_that_cannot_be_read_are_named(
    run: Run, valley: Path
) -> None:
    code, _, errors = run("judge", valley, "--by", "ana", "--claim", "K11")
    assert (code, errors) == (
        1,
        "claims.yaml: there is no claim 'K11': did you mean 'K1'?\n",
    )
    write(valley, "claims.yaml", "claims: 3\n")
    code, _, errors = run("judge", valley, "--by", "ana")
    assert code == 1
    assert errors.startswith("claims.yaml:1: 'claims' is no list")


# --- withdraw ---


def test_who_withdraws_is_gone_and_what_remains_is_listed(
    run: Run, valley: Path
) -> None:
    before = list_files(valley)
    code, said, errors = run("withdraw", valley, "P3", "--on", "2026-06-01")
    assert (code, errors) == (0, "")
    assert said.startswith(
        "P3 is withdrawn as of 2026-06-01.\n3 codings leave, with D3, D3b.\n"
    )
    assert "  transcripts/D3.txt: delete the file: nobody else is in it\n" in said
    assert said.endswith("build them anew and tell who has them.\n")
    after = list_files(valley)
    assert [name for name in after if after[name] != before[name]] == [
        "respondents.csv"
    ]
    assert b"P3,farmer,long,yes,yes,role,2026-06-01\n" in after["respondents.csv"]


@pytest.mark.parametrize(
    ("who", "on", "said"),
    [
        ("P33", "2026-06-01", "respondent_id 'P33' is unknown: did you mean 'P3'?"),
        ("P3", "2026-02-30", "'2026-02-30' is no date: write one such as 2026-05-31"),
        ("P3", "1 June", "'1 June' is no date"),
        ("P3", "", "'' is no date"),
        ("", "2026-06-01", "respondent_id '' is unknown"),
    ],
)
def test_a_wrong_name_or_date_changes_nothing(
    run: Run, valley: Path, who: str, on: str, said: str
) -> None:
    before = list_files(valley)
    code, printed, errors = run("withdraw", valley, who, "--on", on)
    assert (code, printed) == (1, "")
    assert said in errors
    assert errors.count("\n") == 1
    assert list_files(valley) == before


def test_without_a_date_nobody_is_withdrawn(run: Run, valley: Path) -> None:
    before = list_files(valley)
    assert run("withdraw", valley, "P3")[0] == 2
    assert list_files(valley) == before


# --- diff ---


def test_two_equal_runs_differ_in_nothing(
    run: Run, built: Path, tmp_path: Path
) -> None:
    out = tmp_path / "changes.csv"
    code, said, errors = run("diff", built, built, "--out", out)
    assert (code, said, errors) == (0, "Nothing changed.\n", "")
    assert out.read_text() == "kind,claim_id,before,after,causes,because\n"


def test_a_change_is_told_and_written(run: Run, built: Path, tmp_path: Path) -> None:
    later = Path(shutil.copytree(built, tmp_path / "later"))
    statements = later / "tables" / "statements.csv"
    head = statements.read_text().splitlines()[0]
    cells = {"claim_id": "K1", "kind": "finding", "statement": "It helped."}
    row = ",".join(cells.get(name, "") for name in head.split(","))
    statements.write_text(f"{head}\n{row}\n")
    code, said, _ = run("diff", built, later, "--out", tmp_path / "c.csv")
    assert code == 0
    assert "K1" in said
    (found,) = csv.DictReader(io.StringIO((tmp_path / "c.csv").read_text()))
    assert (found["claim_id"], found["after"]) == ("K1", "It helped.")


def test_a_folder_that_is_no_run_is_named_and_nothing_is_written(
    run: Run, built: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    broken = Path(shutil.copytree(built, tmp_path / "broken"))
    (broken / "manifest.json").write_text("{")
    bare = Path(shutil.copytree(built, tmp_path / "bare"))
    (bare / "tables" / "claims.csv").unlink()
    out = tmp_path / "changes.csv"
    for name, said in (
        ("nowhere", "nowhere: no manifest.json"),
        ("file", ""),
        ("broken", "manifest.json:1: broken JSON"),
        ("bare", "no tables/claims.csv: build the report again"),
    ):
        for pair in ((built, tmp_path / name), (tmp_path / name, built)):
            code, printed, errors = run("diff", *pair, "--out", out)
            assert (code, printed) == (1, ""), name
            assert said in errors
            assert errors.count("\n") == 1, errors
    assert not out.exists()
    assert run("diff", built)[0] == 2


# --- as a program ---


def test_no_mistake_shows_a_traceback(valley: Path, tmp_path: Path) -> None:
    write(valley, "verdicts.csv", '"')
    for arguments in (
        ("judge", valley, "--by", "ana"),
        ("diff", valley, tmp_path / "no"),
        ("withdraw", valley, "P3", "--on", "never"),
        ("report", tmp_path / "no"),
    ):
        done = run_apart(*arguments)
        assert done.returncode == 1, arguments
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        assert done.stderr.count("\n") == 1
    assert FILES["respondents.csv"] == (valley / "respondents.csv").read_text()
