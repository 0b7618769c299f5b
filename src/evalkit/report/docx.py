"""The report's page as a Word document that an editor can go on working in."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import lxml.html
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from evalkit.report.docx_blocks import Blocks, Flow
from evalkit.report.docx_dress import dress, is_language, make
from evalkit.report.docx_links import Links
from evalkit.report.docx_runs import (
    TAB,
    Look,
    Piece,
    clean,
    field_runs,
    is_inline,
    reads_rtl,
    run,
    words_of,
)
from evalkit.report.docx_styles import (
    MARGINS,
    PAGE_HEIGHT,
    PAGE_WIDTH,
)
from evalkit.report.docx_words import Words

_ONE_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_ONE_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_LONGEST_PROPERTY, _LONGEST_FOOT = 255, 100
_DEEPEST = 120  # elements within elements; what lies deeper is read as plain text


def render_docx(
    page: str, *, pictures: Mapping[str, bytes], title: str, language: str
) -> bytes:
    """Make a Word document of the report's finished page.

    `pictures` leads from the id of a drawing's `<title>` to the drawing as PNG. A
    drawing without one is told by its alternative text. `language` is a code such as
    "en" or "en-GB"; `title` is for the footer and the document's properties. The same
    page gives the same bytes.
    """
    language, title = language if is_language(language) else "en", clean(title)
    root = _parse(page)
    rtl = reads_rtl(root, False)
    look = Look(rtl=rtl, language=language)
    document = Document()
    dress(document, language=language, rtl=rtl)
    blocks = Blocks(document, Links(document, root), pictures, language)
    _write_body(document, root, blocks, title=title, look=look)
    _set_page(document, blocks.words, title=title, rtl=rtl)
    _describe(document, title=title, language=language)
    saved = io.BytesIO()
    document.save(saved)
    return _without_times(saved.getvalue())


def _parse(page: str) -> Any:
    parser = lxml.html.HTMLParser(huge_tree=True, encoding="utf-8")
    text = clean(page)
    if not re.search("<body", text, re.IGNORECASE):
        text = f"<html><body>{text}</body></html>"
    root = lxml.html.document_fromstring(text.encode(), parser=parser)
    _flatten(root)
    return root


def _flatten(root: Any) -> None:
    waiting = [(root, 0)]
    while waiting:
        element, depth = waiting.pop()
        if depth < _DEEPEST:
            waiting.extend((child, depth + 1) for child in element)
        elif len(element):
            words = " ".join(element.itertext("*"))
            for child in list(element):
                element.remove(child)
            element.text = words
            element.tag = "span" if is_inline(element) else "div"


def _write_body(
    document: WordDocument, root: Any, blocks: Blocks, *, title: str, look: Look
) -> None:
    body: Any = document.element.body
    section = body.find(qn("w:sectPr"))
    body.remove(section)
    flow, start = Flow(body, look=look), root.find("body")
    if title and not any(words_of(named) for named in start.iter("h1")):
        blocks.title(flow, [Piece(title, look)])
    blocks.write(start, flow)
    if blocks.headings:
        after = blocks.contents_after
        at = 0 if after is None else body.index(after) + 1
        body.insert(at, _contents(blocks, look))
    if blocks.links.is_waiting or not len(body):
        blocks.paragraph(flow, "TableEnd", [])
    blocks.links.drop_dead(body)
    body.append(section)


def _contents(blocks: Blocks, look: Look) -> Any:
    """List the headings in a field, so that they read before it is updated."""
    inside = make("sdtContent")
    flow, plain = Flow(inside, look=look), Look(rtl=look.rtl)
    blocks.paragraph(flow, "TOCHeading", [Piece(blocks.contents_title, look)])
    for at, heading in enumerate(blocks.headings):
        line = blocks.paragraph(flow, f"TOC{heading.level}", [])
        if at == 0:
            line.extend(field_runs('TOC \\o "1-2" \\h \\z \\u', "")[:-1])
        link = make("hyperlink", anchor=heading.bookmark, history=1)
        link.append(run(Piece(f"{heading.words}{TAB}", plain), style=""))
        # Nobody knows the page before Word has set it: the number comes with an update.
        link.extend(field_runs(f"PAGEREF {heading.bookmark} \\h", ""))
        line.append(link)
    end = blocks.paragraph(flow, "TableEnd", [])
    end.append(make("r", make("fldChar", fldCharType="end")))
    gallery = make("docPartGallery", val="Table of Contents")
    kind = make("docPartObj", gallery, make("docPartUnique"))
    return make("sdt", make("sdtPr", make("id", val=1), kind), inside)


def _set_page(document: WordDocument, words: Words, *, title: str, rtl: bool) -> None:
    of_document = document.sections[0]
    section: Any = of_document._sectPr
    for child in list(section):
        section.remove(child)
    section.attrib.clear()
    section.extend(
        [
            make("pgSz", w=PAGE_WIDTH, h=PAGE_HEIGHT),
            make("pgMar", **MARGINS, header=567, footer=567, gutter=0),
            make("cols", space=708),
            make("titlePg"),
        ]
    )
    if rtl:
        section.append(make("bidi"))
    short = title[:_LONGEST_FOOT] + "…" * (len(title) > _LONGEST_FOOT)
    feet = ((of_document.first_page_footer, ""), (of_document.footer, short))
    for footer, said in feet:
        footer.is_linked_to_previous = False
        holder: Any = footer._element
        for child in list(holder):
            holder.remove(child)
        holder.append(_foot(words, said, rtl))


def _foot(words: Words, title: str, rtl: bool) -> Any:
    style, look = "Footer", Look(rtl=rtl)
    line = make(
        "p", make("pPr", make("pStyle", val=style), make("bidi") if rtl else None)
    )
    line.append(run(Piece(f"{title}{TAB}{words.page} ", look), style=style))
    line.extend(field_runs("PAGE", "1", style=style))
    line.append(run(Piece(f" {words.of} ", look), style=style))
    line.extend(field_runs("NUMPAGES", "1", style=style))
    return line


def _describe(document: WordDocument, *, title: str, language: str) -> None:
    about = document.core_properties
    about.title, about.language = title[:_LONGEST_PROPERTY], language
    about.author = about.last_modified_by = "evalkit"
    about.comments, about.revision = "", 1
    about.created = about.modified = _ONE_DATE


def _without_times(saved: bytes) -> bytes:
    """Write the parts again, in their order, each with the same date."""
    again = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved)) as parts,
        zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as fixed,
    ):
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, _ONE_ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(entry, parts.read(name))
    return again.getvalue()
