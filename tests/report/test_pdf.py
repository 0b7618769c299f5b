"""The report as a PDF that can be read aloud, found one's way in, and built again."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import evalkit
from evalkit.errors import EvalkitError
from evalkit.report.pdf import render_pdf
from tests.conftest import missing

pypdf = pytest.importorskip("pypdf")
TITLE = "What the advocates brought to the treaty process (illustrative)"


@pytest.fixture(scope="module", autouse=True)
def pango() -> None:
    try:
        import weasyprint  # noqa: F401
    except ImportError:
        missing("WeasyPrint")
    except OSError:
        missing("Pango")


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Path]:
    """The illustrative report for a funder: the page, and the PDF of it."""
    study = Path(__file__).parents[2] / "corpus" / "advocates"
    out = tmp_path_factory.mktemp("report")
    evalkit.build_report(study, out, audience="funder", to=("html", "pdf"))
    return out / "report.html", out / "report.pdf"


@pytest.fixture(scope="module")
def pdf(written: tuple[Path, Path]) -> Any:
    return pypdf.PdfReader(written[1])


@pytest.fixture(scope="module")
def sheets(pdf: Any) -> list[str]:
    """The words of each sheet of the PDF, on one line."""
    return [" ".join(each.extract_text().split()) for each in pdf.pages]


def walk(element: Any) -> Iterator[Any]:
    """The elements of a PDF's structure, in the order they are read in."""
    element = element.get_object()
    if not isinstance(element, dict):
        return
    if "/S" in element:
        yield element
    within = element.get("/K", [])
    for each in within if isinstance(within, list) else [within]:
        if not isinstance(each, int):
            yield from walk(each)


def find(pdf: Any, *names: str) -> list[Any]:
    root = pdf.trailer["/Root"]["/StructTreeRoot"]
    return [each for each in walk(root) if each["/S"] in names]


def list_bookmarks(bookmarks: list[Any], depth: int = 2) -> Iterator[tuple[int, str]]:
    for each in bookmarks:
        if isinstance(each, list):
            yield from list_bookmarks(each, depth + 1)
        else:
            yield depth, each.title


def set_page(main: str, language: str = "en") -> str:
    """A page as small as a page can be."""
    return (
        f'<!doctype html><html lang="{language}"><head><title>Short</title></head>'
        f"<body><main>{main}</main></body></html>"
    )


def test_the_pdf_says_that_it_is_tagged_and_in_which_language(pdf: Any) -> None:
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == TITLE
    told = pdf.xmp_metadata.rdf_root.toxml()
    assert 'pdfuaid:part="1"' in told
    assert TITLE in told


def test_headings_nest_without_gaps(pdf: Any) -> None:
    headings = find(pdf, *(f"/H{level}" for level in range(1, 7)))
    levels = [int(each["/S"][2:]) for each in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_table_has_header_cells(pdf: Any) -> None:
    tables = find(pdf, "/Table")
    assert len(tables) > 10
    for each in tables:
        assert any(cell["/S"] == "/TH" for cell in walk(each))


def test_every_figure_tells_what_it_shows_and_no_mark_is_a_figure(
    written: tuple[Path, Path], pdf: Any
) -> None:
    page = written[0].read_text("utf-8")
    told = [str(each.get("/Alt", "")) for each in find(pdf, "/Figure")]
    titles = re.findall(r'role="img"[^>]*><title[^>]*>(.*?)</title>', page)
    assert told == [unescape(each) for each in titles]
    assert all(told)
    assert page.count('aria-hidden="true" class="mark"') > 10


def test_the_bookmarks_are_the_contents_list(
    written: tuple[Path, Path], pdf: Any
) -> None:
    page = written[0].read_text("utf-8")
    contents = re.findall(r'<li class="l(\d)"><a href="#[^"]+">(.*?)</a>', page)
    assert list(list_bookmarks(pdf.outline)) == [
        (int(level), unescape(words)) for level, words in contents
    ]


def test_pages_are_numbered_and_carry_the_title(sheets: list[str]) -> None:
    assert 20 < len(sheets) < 45
    for number, words in enumerate(sheets, start=1):
        assert f"{number} of {len(sheets)}" in words
        assert TITLE in words


def test_the_contents_list_gives_the_pages(pdf: Any, sheets: list[str]) -> None:
    for bookmark in pdf.outline:
        if not isinstance(bookmark, list):
            number = pdf.get_destination_page_number(bookmark) + 1
            assert f"{bookmark.title} {number}" in sheets[0]


def test_no_page_is_nearly_empty(pdf: Any, sheets: list[str]) -> None:
    drawn = {element["/Pg"].indirect_reference for element in find(pdf, "/Figure")}
    for sheet, words in zip(pdf.pages[:-1], sheets, strict=False):
        assert len(words) > 400 or sheet.indirect_reference in drawn


def test_what_is_folded_on_screen_is_printed_and_printed_once(
    written: tuple[Path, Path], sheets: list[str]
) -> None:
    page, text = written[0].read_text("utf-8"), " ".join(sheets)
    assert "Legitimacy of the process" in text
    again = re.findall(r'<li class="again"><q class="said">(.*?)</q>', page)
    assert again
    for words in again:
        start = " ".join(unescape(words).split()[:6])
        assert text.count(start) == page.count(f"<p>“{words[:40]}")


def test_the_same_page_gives_the_same_bytes(written: tuple[Path, Path]) -> None:
    page, pdf = written
    assert render_pdf(page.read_text("utf-8")) == pdf.read_bytes()


def test_a_mark_that_says_nothing_is_no_figure() -> None:
    circle = '<circle cx="8" cy="8" r="7"></circle>'
    mark = f'<svg aria-hidden="true" class="mark" viewBox="0 0 16 16">{circle}</svg>'
    shown = f'<svg role="img" viewBox="0 0 9 9"><title>A disc</title>{circle}</svg>'
    written = render_pdf(set_page(f"<h1>Marks</h1><p>{mark}Strong</p>{shown}"))
    opened = pypdf.PdfReader(BytesIO(written))
    assert [each["/Alt"] for each in find(opened, "/Figure")] == ["A disc"]


def test_nothing_is_fetched(tmp_path: Path) -> None:
    beside = tmp_path / "beside.svg"
    beside.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><text>secret</text></svg>'
    )
    asked = f'<h1>Asked</h1><img alt="beside" src="{beside.as_uri()}">'
    text = pypdf.PdfReader(BytesIO(render_pdf(set_page(asked)))).pages[0].extract_text()
    assert "Asked" in text
    assert "secret" not in text


def test_a_missing_pango_is_told_in_one_line_that_says_how_to_mend_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class NoPango:
        def find_spec(self, name: str, *_: object) -> None:
            if name.split(".")[0] == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [each for each in sys.modules if each.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    with pytest.raises(EvalkitError, match=r"^report\.pdf: .*Pango.*--to pdf") as told:
        render_pdf(set_page("<h1>Asked</h1>"))
    assert "\n" not in str(told.value)
