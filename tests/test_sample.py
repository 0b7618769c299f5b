"""The committed funder's report is what the illustrative study gives today."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

import evalkit

TOP = Path(__file__).parents[1]
SAMPLE = TOP / "reports" / "sample"
AGAIN = "build it anew: make sample"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    evalkit.build_report(TOP / "corpus" / "advocates", out, audience="funder")
    return out


def without_versions(text: str) -> str:
    return re.sub(r"\d+\.\d+\.\d+", "…", text)


def test_its_page_and_tables_are_built_again_alike(built: Path):
    tables = sorted(path.name for path in (SAMPLE / "tables").iterdir())
    assert tables == sorted(path.name for path in (built / "tables").iterdir())
    for name in ("report.html", *(f"tables/{each}" for each in tables)):
        here, again = ((top / name).read_text("utf-8") for top in (SAMPLE, built))
        assert without_versions(here) == without_versions(again), f"{name}: {AGAIN}"


def test_its_manifest_is_of_these_inputs(built: Path):
    here, again = (
        json.loads((top / "manifest.json").read_text()) for top in (SAMPLE, built)
    )
    assert here["inputs"] == again["inputs"], AGAIN
    assert here["settings"] == again["settings"]
    assert {"report.html", "report.pdf", "report.docx"} <= {*here["outputs"]}


def headings() -> list[str]:
    page = (SAMPLE / "report.html").read_text("utf-8")
    main = page[page.index("<main") : page.index("</main>")]
    found = re.findall(r"<h[23][^>]*>(.*?)</h[23]>", main, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", each)) for each in found]


def test_the_pdf_and_the_word_document_hold_the_same_parts():
    assert len(headings()) > 30
    pdf = PdfReader(SAMPLE / "report.pdf")
    printed = re.sub(r"\s+", "", "".join(page.extract_text() for page in pdf.pages))
    written = {
        each.text
        for each in docx.Document(str(SAMPLE / "report.docx")).paragraphs
        if each.style.name.startswith("Heading")
    }
    for heading in headings():
        assert re.sub(r"\s+", "", heading) in printed, AGAIN
        assert heading in written, AGAIN
