"""The report's page as people meet it: small screens, dark, keys, zoom, paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import evalkit
from tests.conftest import missing

AUDIENCES = ["funder", "internal"]
INTERNAL = "Internal: contains ids"
RULES = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
    "runOnly": {
        "type": "tag",
        "values": [
            *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
            "best-practice",
        ],
    },
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The illustrative report, built once for each audience."""
    study = Path(__file__).parents[2] / "corpus" / "advocates"
    out = tmp_path_factory.mktemp("report")
    return {
        audience: evalkit.build_report(study, out / audience, audience=audience)[0]
        for audience in AUDIENCES
    }


def unfold(tab: Any) -> None:
    """Open all that is folded."""
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


def find_violations(tab: Any) -> list[str]:
    """What axe finds in the page: the rule, and the first elements with the reason."""
    found = tab.evaluate(
        "async rules => (await axe.run(document, rules)).violations", RULES
    )
    return [
        f"{each['id']}: {' '.join(met['target'])} | {met['failureSummary']}"
        for each in found
        for met in each["nodes"][:3]
    ]


@pytest.mark.parametrize("width", [400, 640, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_page_fits_asks_nothing_and_complains_of_nothing(
    audience: str, scheme: str, width: int, pages: dict[str, Path], browser: Any
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    tab = context.new_page()
    requests, complaints = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(pages[audience].as_uri())
    assert requests == [pages[audience].as_uri()]
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
    unfold(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    cells_that_touch = tab.evaluate(
        """() => [...document.querySelectorAll('main td, main th')].filter(cell => {
            const next = cell.nextElementSibling;
            if (!next || !cell.textContent || !next.textContent) return false;
            const [a, b] = [cell, next].map(each => {
              const range = document.createRange(); range.selectNodeContents(each);
              return range.getBoundingClientRect(); });
            return a.width && b.width && a.right > b.left - 3; })
          .map(cell => cell.textContent + ' / ' + cell.nextElementSibling.textContent)"""
    )
    assert cells_that_touch == []
    context.close()


@pytest.mark.parametrize("folded", [True, False], ids=["folded", "open"])
@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_axe_finds_nothing(
    audience: str,
    scheme: str,
    width: int,
    folded: bool,
    pages: dict[str, Path],
    browser: Any,
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    context.set_default_timeout(180_000)
    tab = context.new_page()
    tab.goto(pages[audience].as_uri())
    if not folded:
        unfold(tab)
    tab.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    assert find_violations(tab) == []
    context.close()


@pytest.mark.parametrize("audience", AUDIENCES)
def test_tab_reaches_every_link_and_fold_and_shows_where_it_is(
    audience: str, pages: dict[str, Path], browser: Any
) -> None:
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.emulate_media(reduced_motion="reduce")
    tab.goto(pages[audience].as_uri())
    there = tab.evaluate(
        """() => [...document.querySelectorAll('a[href], summary, [tabindex="0"]')]
          .filter(each => each.checkVisibility())
          .map((each, n) => (each.dataset.n = n, each.textContent))"""
    )
    assert len(there) > 100
    for n, words in enumerate(there):
        tab.keyboard.press("Tab")
        at = tab.evaluate(
            """() => { const at = document.activeElement, style = getComputedStyle(at);
              const box = at.getClientRects()[0];
              const top = document.elementFromPoint(
                box.left + Math.min(box.width / 2, 40),
                (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2);
              return {n: at.dataset.n, ring: parseFloat(style.outlineWidth),
                drawn: style.outlineStyle, seen: at.contains(top)}; }"""
        )
        assert at == {"n": str(n), "ring": 3, "drawn": "solid", "seen": True}, words


@pytest.mark.parametrize("audience", AUDIENCES)
def test_headings_have_no_gaps_and_the_contents_lead_to_them(
    audience: str, pages: dict[str, Path]
) -> None:
    page = pages[audience].read_text("utf-8")
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", page)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    contents = re.search(r'<nav class="toc".*?</nav>', page, re.DOTALL)
    assert contents
    linked = re.findall(r'href="#([^"]+)"', contents[0])
    headed = re.findall(r'<h[23][^>]*\sid="([^"]+)"', page)
    apart = ("contents", "h-stamp")
    assert linked == [each for each in headed if each not in apart]
    anywhere = set(re.findall(r'\sid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anywhere


def test_the_page_works_without_a_script(pages: dict[str, Path], browser: Any) -> None:
    page = pages["funder"].read_text("utf-8")
    assert "<script" not in page
    assert not re.search(r"<[^>]+\son\w+=", page)
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto(pages["funder"].as_uri())
    assert tab.locator("details[open]").count() == 0
    tab.locator("article summary").first.press("Enter")
    assert tab.locator("details[open] q").first.is_visible()


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_page_for_the_team_cannot_be_taken_for_another(
    audience: str, pages: dict[str, Path], browser: Any
) -> None:
    tab = browser.new_page(viewport={"width": 400, "height": 900})
    tab.goto(pages[audience].as_uri())
    tab.evaluate("window.scrollTo({top: 9000, behavior: 'instant'})")
    ribbon = tab.evaluate(
        "getComputedStyle(document.querySelector('.page'), '::before').content"
    )
    assert (INTERNAL in ribbon) == (audience == "internal")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_printed_page_has_numbers_and_no_stranded_heading(
    audience: str, pages: dict[str, Path], browser: Any, tmp_path: Path
) -> None:
    if shutil.which("pdftotext") is None:
        missing("pdftotext (poppler-utils)")
    tab = browser.new_page()
    tab.emulate_media(color_scheme="dark")  # paper is white all the same
    tab.goto(pages[audience].as_uri())
    pdf = tmp_path / "report.pdf"
    tab.pdf(path=str(pdf), prefer_css_page_size=True, print_background=True)
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    printed = text.rstrip("\f\n").split("\f")
    page = pages[audience].read_text("utf-8")
    headings = set(re.findall(r"<h[234][^>]*>(.*?)</h[234]>", page))
    for number, words in enumerate(printed, start=1):
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        assert lines[-1].endswith(f"{number} of {len(printed)}")
        assert (INTERNAL in lines[-1]) == (audience == "internal")
        assert lines[-2] not in headings
    assert "Annex: the codebook" in text
    assert "What respondents say the involvement" in text  # folded on screen
    shades = tab.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--paper')"
    )
    assert shades == "#14181d"
    tab.emulate_media(media="print")
    shades = tab.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--paper')"
    )
    assert shades == "#ffffff"
