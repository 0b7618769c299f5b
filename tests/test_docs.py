"""What the documentation says is done here, word for word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from evalkit.cli import app


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", path.read_text("utf-8"), re.M | re.S
    )


def run(command: list[str], cwd: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_readmes_first_forty_lines_show_the_way(top: Path):
    lines = (top / "README.md").read_text("utf-8").splitlines()[:40]
    first = "\n".join(lines)
    assert "make report" in first
    assert "make test" in first
    picture = re.search(r"!\[.{20,}\]\((.*?)\)", first)
    assert (top / picture[1]).is_file()
    (code,) = re.findall(r"```python\n(.*?)```", first, re.S)
    assert len([line for line in code.splitlines() if line.strip()]) <= 8


def test_the_readmes_python_gives_the_finding_it_says(top: Path):
    (code,) = blocks(top / "README.md", "python")
    expected = re.search(r"# (.*)\n$", code)[1]
    assert run([sys.executable, "-c", code], top) == expected + "\n"


def test_every_command_is_in_the_readme(top: Path):
    readme = (top / "README.md").read_text("utf-8")
    for command in app.registered_commands:
        name = command.name or command.callback.__name__
        assert f"`evalkit {name}" in readme, name


def test_every_setting_is_in_the_readme(top: Path):
    from evalkit.study.settings import Settings

    readme = (top / "README.md").read_text("utf-8")
    for name in Settings.model_fields:
        assert re.search(rf"`\[?{name}\]?`", readme), name


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(page: str, top: Path):
    for path in [top / page, *(top / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), (path.name, link)


def test_the_pages_on_a_study_of_ones_own_work_as_written(top: Path, tmp_path: Path):
    (tmp_path / "P1.txt").write_text("I: Why?\nR: Because of the bus, in the end.\n")
    (tmp_path / "P2.vtt").write_text(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Interviewer>Why?</v><v Bo>So.</v>\n"
    )
    (tmp_path / "P3.txt").write_text("I: Why?\nR: I will not say.\n")
    page = top / "docs" / "begin-a-study.md"
    *first, last = blocks(page, "sh")
    for block in first:
        run(["bash", "-ec", block], tmp_path)
    people = tmp_path / "villages" / "respondents.csv"
    people.write_text(people.read_text().replace(",,,,", ",villager,yes,yes,"))
    (yaml,) = blocks(page, "yaml")
    (tmp_path / "villages" / "codebook.yaml").write_text(yaml)
    (python,) = blocks(page, "python")
    run([sys.executable, "-c", python], tmp_path)
    run(["bash", "-ec", last], tmp_path)
    assert (tmp_path / "report" / "report.html").is_file()
    assert (tmp_path / "tables" / "codings.xlsx").is_file()
    transcript = tmp_path / "villages" / "transcripts" / "P1.txt"
    transcript.write_text("On top.\n" + transcript.read_text())
    claims = top / "docs" / "claims.md"
    (yaml,) = blocks(claims, "yaml")
    (tmp_path / "villages" / "claims.yaml").write_text(yaml)
    settings = tmp_path / "villages" / "study.toml"
    asked = 'Q1 = "Why did they leave?"\n'
    settings.write_text(settings.read_text() + asked + "".join(blocks(claims, "toml")))
    run(["evalkit", "check", "villages"], tmp_path)
    (python,) = blocks(claims, "python")
    assert "K1" in run([sys.executable, "-c", python], tmp_path)
    helpers = top / "docs" / "coding-helpers.md"
    book = tmp_path / "villages" / "codebook.yaml"
    (cues,) = blocks(helpers, "yaml")
    book.write_text(book.read_text() + textwrap.indent(cues, " " * 8) + "")
    book.write_text(book.read_text().replace("- kept us going ", "- the bus "))
    (suggest,) = blocks(helpers, "sh")
    run(["bash", "-ec", suggest], tmp_path)
    assert "the bus" in (tmp_path / "suggestions.csv").read_text()
    measure, component = blocks(helpers, "python")
    assert "leaving.road" in run([sys.executable, "-c", measure], tmp_path)
    said = run([sys.executable, "-c", component], tmp_path)
    assert "the bus leaving.road" in said
    assert "negated=True" in said
    show, confirm = blocks(top / "docs" / "correct-a-transcript.md", "sh")
    assert "moved" in run(["bash", "-ec", show], tmp_path)
    assert run(["bash", "-ec", confirm], tmp_path).endswith("1 exact\n")


def test_every_block_is_in_the_page_on_reports(top: Path):
    from evalkit.report import blocks as called

    page = (top / "docs" / "report.md").read_text("utf-8")
    for name in called.__all__:
        assert f"`{name}(report" in page, name


def test_the_page_on_reports_is_written_as_the_program_reads_it(top: Path):
    import evalkit
    from evalkit.report.prose import read_prose
    from evalkit.study.settings import parse_settings

    page = top / "docs" / "report.md"
    (python,) = blocks(page, "python")
    run([sys.executable, "-c", python], top)
    for toml in blocks(page, "toml"):
        parse_settings(toml)
    report = evalkit.open_report(top / "corpus" / "advocates", audience="funder")
    (prose,) = blocks(page, "markdown")
    block, mistakes = read_prose(report, prose)
    assert not mistakes
    assert "most of the eight who spoke to it: six for it, one against" in block.html
    assert [each.attribution for each in block.quoted] == ["one diplomat"]


def test_the_page_on_claims_has_a_guide_that_is_one(top: Path):
    from evalkit.study.guide import parse_guide

    (guide,) = blocks(top / "docs" / "claims.md", "yml")
    (asked,) = blocks(top / "docs" / "claims.md", "csv")
    assert parse_guide(guide).links["claim_id"].to_list() == ["K1", "K2"]
    assert asked.splitlines()[0] == "document_id,question_id,words"


def test_the_page_on_agreement_works_as_written(top: Path, tmp_path: Path):
    page = top / "docs" / "agreement.md"
    shutil.copytree(top / "corpus" / "advocates", tmp_path / "corpus" / "advocates")
    (command,) = blocks(page, "sh")
    said = run(["bash", "-ec", command], tmp_path)
    assert "ana, bo: 5 documents in common" in said
    columns = (tmp_path / "agreement.csv").read_text().splitlines()[0].split(",")
    named = re.findall(r"^\| ([a-z_0-9, ]+) \|", page.read_text("utf-8"), re.M)
    names = {name for row in named for name in row.split(", ")} - {"column"}
    assert names <= {*columns}
    for ending in re.findall(r"`(_\w+)`", page.read_text("utf-8")):
        assert f"alpha{ending}" in columns
    assert (tmp_path / "talk.csv").is_file()
    (python,) = blocks(page, "python")
    said = run([sys.executable, "-c", python], tmp_path)
    assert said.startswith("0.91\n")
    assert "Agile coordination" in said


def test_the_page_on_patterns_works_as_written(top: Path):
    page = top / "docs" / "patterns.md"
    (python,) = blocks(page, "python")
    said = run([sys.executable, "-c", python], top)
    assert "contrib.diplomat_views" in said
    assert "listen" in said


@pytest.mark.parametrize("page", ["agreement.md", "patterns.md"])
def test_what_a_page_calls_is_there(page: str, top: Path):
    import evalkit

    text = (top / "docs" / page).read_text("utf-8")
    verbs = "build|compare|count|draw|find|measure|pair|plot|show|sort|spread|try"
    called = re.findall(rf"`((?:{verbs})_\w+)", text)
    assert called
    for name in called:
        assert hasattr(evalkit, name), name
