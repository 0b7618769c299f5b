from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import evalkit
from tests.conftest import missing


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = Path(__file__).parents[2]
    out = tmp_path_factory.mktemp("report")
    return evalkit.build_report(top / "corpus" / "advocates", out)[0]


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_asks_nothing_and_complains_of_nothing(
    width: int, scheme: str, page: Path, browser: Any
):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    tab = context.new_page()
    requests, complaints = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(page.as_uri())
    assert requests == [page.as_uri()]
    assert complaints == []
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    cut_off = tab.evaluate(
        """() => [...document.querySelectorAll('figure.chart svg')]
          .filter(svg => svg.checkVisibility())
          .flatMap(svg => [...svg.querySelectorAll('text')].filter(text => {
             const a = text.getBoundingClientRect(), b = svg.getBoundingClientRect();
             return a.left < b.left - 1 || a.right > b.right + 1 ||
                    a.top < b.top - 2 || a.bottom > b.bottom + 2; })
          .map(text => text.textContent))"""
    )
    assert cut_off == []
    overlapping = tab.evaluate(
        """() => [...document.querySelectorAll('figure.chart svg')]
          .filter(svg => svg.checkVisibility())
          .flatMap(svg => { const all = [...svg.querySelectorAll('text')]
             .map(t => [t.textContent, t.getBoundingClientRect()]);
             return all.flatMap(([s, a], i) => all.slice(i + 1)
               .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 &&
                                  a.top < b.bottom - 4 && b.top < a.bottom - 4)
               .map(([t]) => s + ' / ' + t)); })"""
    )
    assert overlapping == []
    context.close()


def test_the_printed_page_has_numbers_and_no_stranded_heading(
    page: Path, browser: Any, tmp_path: Path
):
    if shutil.which("pdftotext") is None:
        missing("pdftotext (poppler-utils)")
    tab = browser.new_page()
    tab.goto(page.as_uri())
    pdf = tmp_path / "report.pdf"
    tab.pdf(path=str(pdf), prefer_css_page_size=True, print_background=True)
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    pages = text.rstrip("\f\n").split("\f")
    headings = set(re.findall(r"<h2[^>]*>(.*?)</h2>", page.read_text("utf-8")))
    for number, words in enumerate(pages, start=1):
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        assert lines[-1] == f"{number} of {len(pages)}"
        assert lines[-2] not in headings
    assert "Annex: the codebook" in text
    assert "Legitimacy of the process" in text  # folded on screen, open in print
