"""The report's page as a tagged PDF."""

from __future__ import annotations

import base64
import logging
import re

from evalkit.errors import EvalkitError

MISSING = (
    "report.pdf: the PDF needs Pango, which is not installed here: install it (Debian: "
    "apt install libpango-1.0-0 libpangoft2-1.0-0; macOS: brew install pango), or "
    "leave --to pdf out"
)
_CONTENTS = re.compile(r'<nav class="toc".*?</nav>', re.DOTALL)
_ENTRY = re.compile(r'<a href="#([^"]+)">(.*?)</a>', re.DOTALL)
_DECORATION = re.compile(r'<svg(?=[^>]*\saria-hidden="true")[^>]*>.*?</svg>', re.DOTALL)
_VIEW = re.compile(r'\sviewbox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"', re.IGNORECASE)
_CLASS = re.compile(r'\sclass="([^"]*)"')
_XMLNS = 'xmlns="http://www.w3.org/2000/svg"'


def can_render_pdf() -> bool:
    """Say whether the libraries that a PDF needs are here."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


def render_pdf(page: str) -> bytes:
    """Render a page as PDF/UA-1: tagged, with bookmarks, language and title.

    The same page gives the same bytes, and nothing is fetched. Where Pango is missing,
    `EvalkitError` says so.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise EvalkitError(MISSING) from error
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    written: bytes = HTML(
        string=_name_bookmarks(_DECORATION.sub(_paint, page)),
        url_fetcher=URLFetcher(allowed_protocols=["data"]),
    ).write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=b"evalkit")
    return written


def _name_bookmarks(page: str) -> str:
    """Name each heading's bookmark as the contents list names it."""
    contents = _CONTENTS.search(page)
    for anchor, words in _ENTRY.findall(contents[0]) if contents else ():
        named = f' data-bookmark="{words.replace(chr(34), "&quot;")}"'
        page = page.replace(f' id="{anchor}"', f' id="{anchor}"{named}', 1)
    return page


def _paint(found: re.Match[str]) -> str:
    """Paint a drawing that says nothing as a ground, lest it be read as a figure."""
    drawing = found[0]
    head = drawing[: drawing.index(">")]
    view, named = _VIEW.search(head), _CLASS.search(head)
    if view is None:
        return ""
    if " xmlns=" not in head:
        drawing = drawing.replace("<svg", f"<svg {_XMLNS}", 1)
    # A parser of HTML may have written the name in small letters; SVG knows it not.
    drawing = _VIEW.sub(f' viewBox="0 0 {view[1]} {view[2]}"', drawing, count=1)
    ground = base64.b64encode(drawing.encode()).decode()
    return (
        f'<i class="drawn {named[1] if named else ""}" style="'
        f"padding-bottom:{float(view[2]) / float(view[1]):.1%};"
        f'background-image:url(data:image/svg+xml;base64,{ground})"></i>'
    )
