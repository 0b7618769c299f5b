"""Somebody withdraws: their words are gone from all that is built, and it is said."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import evalkit
from evalkit.errors import ProblemsError
from evalkit.report.leaks import extract_text, find_leaks, read_secrets
from evalkit.report.runs import compare_runs, describe_changes
from evalkit.shingles import Runs
from evalkit.study.withdraw import withdraw

TOP = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The illustrative study before and after X15 withdrew, and what was built of it."""
    top = tmp_path_factory.mktemp("withdrawal")
    study = top / "advocates"
    shutil.copytree(
        TOP / "corpus" / "advocates",
        study,
        ignore=shutil.ignore_patterns("notebooks"),
    )
    people = study / "respondents.csv"
    people.write_text(re.sub(r"(X15,.*,)\S+", r"\1", people.read_text()))
    before, after, internal = top / "before", top / "after", top / "internal"
    evalkit.build_report(study, before, audience="funder")
    withdraw(study, "X15", on="2026-06-30")
    formats = ("html", "pdf", "docx")
    evalkit.build_report(study, after, audience="funder", to=formats, since=before)
    evalkit.build_report(study, internal)
    yield {"study": study, "before": before, "after": after, "internal": internal}


def rate(run: Path, claim_id: str) -> str:
    claims = pd.read_csv(run / "tables" / "claims.csv").set_index("claim_id")
    return str(claims.loc[claim_id, "strength"])


def test_a_rating_changes_and_the_page_says_that_a_withdrawal_did_it(runs):
    assert rate(runs["before"], "K06") == "contested"
    assert rate(runs["after"], "K06") == "moderate"
    changes = compare_runs(runs["before"], runs["after"])
    told = describe_changes(changes)
    ratings = changes[changes["kind"].eq("rating")]
    assert ratings[["claim_id", "before", "after"]].to_numpy().tolist() == [
        ["K06", "contested", "moderate"]
    ]
    assert ratings["causes"].to_list() == ["consent"]
    page = (runs["after"] / "report.html").read_text()
    assert "Since the last run" in page
    for each in (told, page):
        assert "withdr" in each
        assert "X15" not in each
        assert "relea" not in each.casefold()  # what X15 said of press releases


def test_nothing_of_theirs_is_in_any_output(runs):
    secrets = read_secrets(runs["study"])
    assert len(secrets.words) > 20
    built = {
        f"{name}/{path.relative_to(runs[name])}": path.read_bytes()
        for name in ("after", "internal")
        for path in runs[name].rglob("*")
        if path.is_file()
    }
    assert {"after/report.pdf", "after/report.docx", "internal/tables/turns.csv"} <= {
        *built
    }
    assert find_leaks(built, secrets.words, shared=secrets.shared) == []
    before = {"report.html": (runs["before"] / "report.html").read_bytes()}
    assert find_leaks(before, secrets.words, shared=secrets.shared) == []  # not quoted


def test_one_planted_run_of_eight_words_stops_every_report(runs, tmp_path: Path):
    study = Path(shutil.copytree(runs["study"], tmp_path / "advocates"))
    said = [
        event["quotation"]
        for event in map(
            json.loads, (study / "codings" / "ana.jsonl").read_text().splitlines()
        )
        if event["event"] == "add" and event["document_id"] == "X15"
    ]
    shared = Runs(read_secrets(study).shared)
    eight = next(
        " ".join(words.split()[:8])
        for words in said
        if len(words.split()) > 12 and not shared.stand_in([words])
    )
    claims = study / "claims.yaml"
    claims.write_text(
        claims.read_text().replace(
            "It was felt inside the hall and nowhere else.", f"Somebody said {eight}."
        )
    )
    for audience in ("internal", "funder"):
        with pytest.raises(ProblemsError) as refused:
            evalkit.build_report(study, tmp_path / audience, audience=audience)
        files = {problem.file for problem in refused.value.problems}
        assert "report.html" in files
        assert eight not in str(refused.value)
        assert not (tmp_path / audience).exists()


def test_a_funder_gets_no_id_of_a_person_document_or_coding(runs):
    study = evalkit.read_study(runs["study"])
    ids = {*study.respondents["respondent_id"], *study.documents["document_id"]}
    ids |= {*study.codings["coding_id"]}
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ids))})(?![\w-])")
    for path in sorted(runs["after"].rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            text = "\n".join(extract_text(path.name, path.read_bytes()))
            assert not pattern.findall(text), path.name
