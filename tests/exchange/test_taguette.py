from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

import evalkit
from evalkit.errors import EvalkitError
from evalkit.exchange.taguette import parse_taguette_html, read_taguette

SCHEMA = """
CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE documents (id INTEGER PRIMARY KEY, name TEXT, filename TEXT, contents TEXT);
CREATE TABLE tags (id INTEGER PRIMARY KEY, path TEXT, description TEXT);
CREATE TABLE highlights (id INTEGER PRIMARY KEY, document_id INTEGER,
  start_offset INTEGER, end_offset INTEGER, snippet TEXT);
CREATE TABLE highlight_tags (highlight_id INTEGER, tag_id INTEGER);
INSERT INTO projects VALUES (1, 'T');
INSERT INTO tags VALUES (1, 'Chaleur', 'D1'), (2, 'Hope', 'D2');
"""


def make_project(path: Path, html: str, quotations: list[str]) -> Path:
    content = parse_taguette_html(html).encode()
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA)
        database.execute("INSERT INTO documents VALUES (1, 'P1', 'P1.txt', ?)", [html])
        for number, quotation in enumerate(quotations, start=1):
            start = content.index(quotation.encode())
            row = (number, start, start + len(quotation.encode()))
            database.execute("INSERT INTO highlights VALUES (?, 1, ?, ?, '')", row)
            database.execute(
                "INSERT INTO highlight_tags VALUES (?, ?)", (number, 1 + number % 2)
            )
    database.close()
    return path


def test_offsets_are_bytes_of_the_text_of_the_html(tmp_path: Path):
    html = "<p>L&rsquo;été «&nbsp;à&nbsp;»</p>\n<p>𝄞 chaud &amp; long</p>"
    path = make_project(tmp_path / "t.sqlite3", html, ["été", "chaud & long"])
    project = read_taguette(path)
    assert project.highlights["quotation"].to_list() == ["été", "chaud & long"]
    assert project.highlights["start"].to_list() == [2, 14]
    assert project.highlights["before"].iloc[0] == "L’"


def test_what_is_not_found_is_listed_and_kept(study: Path, tmp_path: Path):
    html = "<p>I: And then?</p>\n<p>R: We  left\nearly. It was very cold. Nobody came back for us.</p>"
    quotations = ["We  left\nearly.", "It was very cold.", "Nobody came back for us."]
    project = read_taguette(make_project(tmp_path / "t.sqlite3", html, quotations))
    imported = evalkit.import_project(study, project, coder_id="bo")
    assert imported.anchors["status"].to_list() == ["moved", "orphaned", "orphaned"]
    assert imported.codes == ["chaleur"]
    log = (study / "codings" / "bo.jsonl").read_text()
    assert "Nobody came back for us." in log
    read = evalkit.read_study(study)
    assert len(read.anchors) == 3
    assert any("is orphaned: “Nobody came back" in p.what for p in read.problems)
    again = evalkit.import_project(study, project, coder_id="bo")
    assert not again.anchors["logged"].any()
    assert (study / "codings" / "bo.jsonl").read_text() == log


def test_transcripts_that_are_not_in_the_study_are_asked_for(
    study: Path, tmp_path: Path
):
    path = make_project(tmp_path / "t.sqlite3", "<p>x</p>", ["x"])
    with sqlite3.connect(path) as database:
        database.execute("UPDATE documents SET name = 'P7', filename = 'P7.odt'")
    database.close()
    with pytest.raises(EvalkitError, match=r"P7.odt.*`evalkit add` them first"):
        evalkit.import_project(study, read_taguette(path))


def test_a_file_that_is_no_project_is_refused(tmp_path: Path):
    path = tmp_path / "t.sqlite3"
    path.write_bytes(b"not a database, at all, in any way" * 40)
    with pytest.raises(EvalkitError, match=r"t.sqlite3: not a Taguette project"):
        read_taguette(path)


def test_an_import_killed_anywhere_is_finished_by_the_next(study: Path, tmp_path: Path):
    words = [f"word{n} and{n}." for n in range(400)]
    (study / "transcripts" / "P1.txt").write_text("I: And?\nR: " + " ".join(words))
    path = make_project(tmp_path / "t.sqlite3", f"<p>{' '.join(words)}</p>", words)
    command = [sys.executable, "-m", "evalkit", "import", str(study), str(path)]
    for wait in (0.4, 0.6, 0.7, 0.8, 0.9):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(wait)
        running.send_signal(signal.SIGKILL)
        running.wait()
        evalkit.read_study(study)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    read = evalkit.read_study(study)
    assert read.codings["quotation"].sort_values().to_list() == sorted(words)


def test_a_real_project_is_found_again_word_for_word(shared: Path, tmp_path: Path):
    folder = evalkit.new_study(tmp_path / "serdif", title="Usability")
    added = evalkit.add_documents(
        folder,
        sorted((shared / "serdif/odt").glob("*.odt")),
        may_analyse="yes",
        may_quote="yes",
    )
    assert len(added.added) == 9
    project = read_taguette(shared / "serdif/taguette_shared.sqlite3")
    imported = evalkit.import_project(folder, project)
    anchors = imported.anchors
    assert (len(imported.codes), anchors["highlight"].nunique()) == (22, 917)
    assert len(anchors) == 1000
    assert anchors["status"].isin(["exact", "moved"]).sum() >= 990
    read = evalkit.read_study(folder)
    assert len(read.codings) == 1000
    for row in read.codings.itertuples():
        assert read.texts[row.document_id][row.start : row.end] == row.quotation
    log = (folder / "codings" / "taguette.jsonl").read_text("utf-8").splitlines()
    starts = defaultdict(list)
    for line, theirs in zip(log, project.highlights["start"], strict=True):
        event = json.loads(line)
        starts[event["document_id"]].append((theirs, event["start"]))
    for pairs in starts.values():
        assert [ours for _, ours in sorted(pairs)] == sorted(ours for _, ours in pairs)


def test_two_projects_of_one_coder_do_not_hide_each_other(study: Path, tmp_path: Path):
    html = "<p>I: And then?</p>\n<p>R: We left early. It was cold.</p>"
    first = make_project(tmp_path / "a.sqlite3", html, ["We left early."])
    second = make_project(tmp_path / "b.sqlite3", html, ["It was cold."])
    for path in (first, second, first):
        evalkit.import_project(study, read_taguette(path), coder_id="ana")
    quoted = evalkit.read_study(study).codings["quotation"]
    assert quoted.to_list() == ["We left early.", "It was cold."]


def test_highlights_without_a_tag_are_counted(study: Path, tmp_path: Path):
    path = make_project(
        tmp_path / "t.sqlite3", "<p>We left early.</p>", ["We left early."]
    )
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM highlight_tags")
    database.close()
    imported = evalkit.import_project(study, read_taguette(path))
    assert (imported.n_without_code, len(imported.anchors)) == (1, 0)
