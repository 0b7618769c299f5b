"""Whole studies of interviews that nobody here wrote, by the commands a user types."""

from __future__ import annotations

import gzip
import html
import json
import re
from pathlib import Path

import pandas as pd

import evalkit
from tests.test_cli import run


def test_a_taguette_project_becomes_a_report(shared: Path, tmp_path: Path):
    files = sorted((shared / "serdif/odt").glob("*.odt"))
    assert run("new", "serdif", "--title", "Usability", cwd=tmp_path)[0] == 0
    consent = ["--may-analyse", "yes", "--may-quote", "yes"]
    assert run("add", "serdif", *files, *consent, cwd=tmp_path)[0] == 0
    project = shared / "serdif/taguette_shared.sqlite3"
    code, said, _ = run("import", "serdif", project, cwd=tmp_path)
    assert code == 0
    assert "22 codes added\n917 highlights, 1000 codings, 1000 of them new" in said
    with (tmp_path / "serdif/speakers.csv").open("a") as speakers:
        speakers.write("*,,,respondent\n")
    page_only = ["--audience", "internal", "--to", "html", "--out", "out"]
    code, said, errors = run("report", "serdif", *page_only, cwd=tmp_path)
    assert (code, errors) == (0, "")
    page = (tmp_path / "out/report.html").read_text("utf-8")
    quotations = re.findall(r"<blockquote><p>“(.*?)”</p>", page, re.S)
    assert len(quotations) > 30
    assert not [each for each in quotations if "MODERATOR" in each]
    codings = pd.read_csv(tmp_path / "out/tables/codings.csv")
    assert len(codings) == 1000
    themes = pd.read_csv(tmp_path / "out/tables/theme_frequency.csv")
    assert set(themes["n_people"]) == {9}


def test_french_interviews_become_a_study_without_a_problem(
    shared: Path, tmp_path: Path
):
    folder = evalkit.new_study(tmp_path / "artisans", title="Artisans")
    settings = folder / "study.toml"
    settings.write_text(settings.read_text().replace('"en"', '"fr"'))
    files = sorted((shared / "artisans_fr/docx").glob("*.docx"))
    added = evalkit.add_documents(folder, files, may_analyse="yes", may_quote="yes")
    assert (len(added.added), added.refused) == (27, [])
    study = evalkit.read_study(folder)
    assert all(problem.warning for problem in study.problems)
    assert len(study.problems) == 2  # a misspelt label, a bold question in an answer
    own = study.turns[study.turns["role"].eq("respondent")]
    assert own["respondent_id"].eq(own["document_id"]).all()
    for row in study.turns.itertuples():
        assert study.texts[row.document_id][row.start : row.end] == row.text
    sentences = evalkit.cut_units(study.turns, by="sentence", language="fr")
    assert len(sentences) > 3 * len(study.turns)


FRENCH = """\
codes:
  - id: metier
    name: Métier
    cues: ["{aimer} ce métier", "{aimer}", passion*, savoir-faire]
  - id: argent
    name: Argent
    cues: [rentable, "{gagner}", pas cher]
    traps: [gagner du temps]
"""


def test_french_interviews_are_searched_read_and_reported(shared: Path, tmp_path: Path):
    assert run("new", "artisans", "--title", "Artisans", cwd=tmp_path)[0] == 0
    folder = tmp_path / "artisans"
    settings = folder / "study.toml"
    settings.write_text(settings.read_text().replace('"en"', '"fr"'))
    (folder / "codebook.yaml").write_text(FRENCH)
    files = sorted((shared / "artisans_fr/docx").glob("*.docx"))[:14]
    consent = ["--may-analyse", "yes", "--may-quote", "yes"]
    assert run("add", "artisans", *files, *consent, cwd=tmp_path)[0] == 0
    code, said, _ = run("suggest", "artisans", "--out", "s.csv", cwd=tmp_path)
    assert code == 0
    assert "spacy.blank('fr')" in said
    found = pd.read_csv(tmp_path / "s.csv", keep_default_na=False)
    assert len(found) > 15
    assert found["cue"].str.contains("aim").any()
    assert {"supports", "contradicts"} <= set(found["stance"])
    study = evalkit.read_study(folder)
    for row in found.itertuples():
        assert study.texts[row.document_id][row.start : row.end] == row.quotation
    page_only = ["--audience", "internal", "--to", "html", "--out", "out"]
    assert run("report", "artisans", *page_only, cwd=tmp_path)[0] == 0
    page = (tmp_path / "out/report.html").read_text("utf-8")
    assert "spacy.blank('fr')" in html.unescape(page)


def test_three_hundred_interviews_become_a_study(shared: Path, tmp_path: Path):
    lines = gzip.decompress((shared / "seenunseen/interviews.jsonl.gz").read_bytes())
    files = []
    for line in lines.splitlines():
        interview = json.loads(line)
        files.append(tmp_path / f"{interview['document_id']}.txt")
        files[-1].write_text(interview["text"], encoding="utf-8", newline="\n")
    folder = evalkit.new_study(tmp_path / "podcast", title="Podcast")
    evalkit.add_documents(folder, files, may_analyse="yes", may_quote="yes")
    with (folder / "speakers.csv").open("a") as speakers:
        speakers.write("*,AMIT VARMA,,interviewer\n")
    study = evalkit.read_study(folder)
    assert len(study.documents) == 300
    roles = study.turns["role"].value_counts()
    assert roles["interviewer"] == 8627
    assert roles["respondent"] > 17_000
    assert {p.what.split(" ", 1)[1][:12] for p in study.problems if not p.warning} == {
        "nobody knows"
    }
