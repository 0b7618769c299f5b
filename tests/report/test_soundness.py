"""What the report says of agreement and saturation."""

from __future__ import annotations

from pathlib import Path

import pytest

import evalkit
from evalkit.report.blocks.soundness import soundness
from evalkit.report.facts import list_facts
from evalkit.report.write_tables import list_tables
from tests.report.valley import write_valley


@pytest.mark.parametrize("audience", ["internal", "funder"])
def test_both_figures_stand_in_the_method(top: Path, audience: str) -> None:
    report = evalkit.open_report(top / "corpus" / "advocates", audience=audience)
    html = soundness(report).html
    assert "Do the coders agree, and is it enough?" in html
    assert html.count("<svg") == 2
    assert "Two people coded 5 of 16 transcripts" in html
    assert "by interview 6" in html
    assert ("disagreements.csv" in html) == (audience == "internal")
    for coder in ("ana", "bo"):
        assert f">{coder}<" not in html


@pytest.fixture
def valley(tmp_path: Path) -> Path:
    """A small study that one person coded."""
    folder = write_valley(tmp_path / "valley")
    (folder / "codings" / "bo.jsonl").unlink()
    return folder


def test_where_one_person_coded_nothing_is_said(valley: Path) -> None:
    report = evalkit.open_report(valley)
    assert report.agreement.empty
    assert soundness(report).html == ""
    facts = list_facts(report)
    assert facts["agreement"] == facts["saturation"] == ""
    assert not {"agreement", "saturation"} & {name for name, _ in list_tables(report)}


def test_saturation_is_asked_for_in_the_settings(valley: Path) -> None:
    settings = valley / "study.toml"
    settings.write_text("saturation = true\n" + settings.read_text())
    report = evalkit.open_report(valley)
    html = soundness(report).html
    assert "Is it enough?" in html
    assert html.count("<svg") == 1
    assert list_facts(report)["saturation"]


def test_a_funder_gets_no_count_of_passages(top: Path) -> None:
    report = evalkit.open_report(top / "corpus" / "advocates", audience="funder")
    tables = dict(list_tables(report))
    assert not {"disagreements", "decisions", "reads"} & {*tables}
    assert not [name for name in tables["agreement"] if "coded" in name]
    assert list_facts(report)["agreement"].startswith("alpha .")
