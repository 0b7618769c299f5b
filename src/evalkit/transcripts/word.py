"""Word documents: .docx."""

from __future__ import annotations

import gc
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, ParseError, tostring

from evalkit.errors import UnreadableError
from evalkit.transcripts.package import open_package, parse_xml, refuse_declarations
from evalkit.transcripts.source import Source, SourceBuilder

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CHOICES = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_PREFIXES = {
    _WORD: "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    _CHOICES: "mc",
}
_REWRITTEN = re.compile(r"word/(?:document|footnotes|endnotes)\d*\.xml")
# mammoth reads through a smart tag to what it holds.
_READ_AS = {
    **dict.fromkeys("w:fldSimple w:dir w:bdo w:ruby w:rubyBase".split(), "smartTag"),
    "w:cr": "br",
    "w:ptab": "tab",
    "m:r": "r",
    "m:t": "t",
}
_HOLDERS = frozenset(
    "w:body w:tc w:txbxContent w:sdtContent w:customXml w:footnote w:endnote".split()
)
_STYLES = "r[style-name='Strong'] => strong"
_BLOCKS = frozenset({"p", "li"})

Piece = tuple[str, bool]


def parse_docx(content: bytes) -> list[Source]:
    """Read a .docx: one paragraph a line, a table's row on one line with tabs.

    mammoth keeps tracked insertions and content controls and leaves deletions out,
    where python-docx drops the first two. Notes stand at the end.
    """
    import mammoth

    package = open_package(content, needs="word/document.xml")
    refuse_declarations(package)
    with _without_garbage_collection():
        html = mammoth.convert_to_html(
            _rewrite(package),
            convert_image=lambda image: [],
            style_map=_STYLES,
            include_default_style_map=False,
            include_embedded_style_map=False,
        ).value
    collector = _Paragraphs()
    collector.feed(html)
    collector.close()
    collector.flush()
    return [collector.builder.build()]


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Save the half of mammoth's time that goes into looking through its trees."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _rewrite(package: zipfile.ZipFile) -> io.BytesIO:
    """Copy the package, its words put where mammoth reads them."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as rewritten:
        for name in dict.fromkeys(package.namelist()):
            part = package.read(name)
            if _REWRITTEN.fullmatch(name):
                try:
                    root = parse_xml(part)
                except ParseError as error:
                    raise UnreadableError(
                        f"the file is damaged ({name} is not well-formed XML)",
                        mend="open it in the program that made it, and save it anew",
                    ) from error
                _mend(root)
                part = tostring(root, encoding="utf-8", xml_declaration=True)
            rewritten.writestr(name, part)
    return copy


def _mend(root: Element) -> None:
    # ElementTree renames the prefixes that this attribute would name.
    root.attrib.pop(f"{{{_CHOICES}}}Ignorable", None)
    for element in list(root.iter()):
        name = _name(element.tag)
        if name in _READ_AS or name.startswith("m:"):
            _rename(element, _READ_AS.get(name, "smartTag"))
        elif name == "w:br":
            element.attrib.clear()  # a page's or a column's end parts words too
        elif name == "w:sdtPr":
            element.clear()  # mammoth puts a checkbox in its text's place
        elif name == "mc:AlternateContent":
            _choose(element)
        elif name in ("w:drawing", "w:pict"):
            boxes = list(_find_boxes(element))
            if boxes:
                _rename(element, "pict")
                element[:] = boxes
        elif name in _HOLDERS:
            _keep_last_marks(element)
            if name == "w:tc" and element.find("{*}tcPr/{*}cellDel") is not None:
                _rename(element, "del")


@lru_cache(maxsize=1000)
def _name(tag: str) -> str:
    namespace, _, name = tag.removeprefix("{").rpartition("}")
    return f"{_PREFIXES.get(namespace, '')}:{name}"


def _rename(element: Element, name: str) -> None:
    element.tag = f"{{{_WORD}}}{name}"


def _choose(element: Element) -> None:
    """Leave the fallback, the only one that mammoth reads, or put a choice there."""
    fallback = element.find("{*}Fallback")
    if fallback is not None and any(
        _name(inner.tag) in ("w:t", "m:t") for inner in fallback.iter()
    ):
        element[:] = [fallback]
        return
    _rename(element, "smartTag")
    element[:] = list(element.find("{*}Choice") or ())


def _find_boxes(element: Element) -> Iterator[Element]:
    for child in element:
        if _name(child.tag) == "w:txbxContent":
            yield child
        else:
            yield from _find_boxes(child)


def _keep_last_marks(holder: Element) -> None:
    """Keep a deleted paragraph mark where no paragraph follows to be joined."""
    following = ""
    for child in reversed(holder):
        name = _name(child.tag)
        if name.endswith(("Start", "End", "proofErr")):
            continue
        if name == "w:p" and following != "w:p":
            mark = child.find("{*}pPr/{*}rPr/{*}del")
            if mark is not None:
                _rename(mark, "ins")
        following = name


class _Paragraphs(HTMLParser):
    """Collect mammoth's small HTML as lines; bold counts only from end to end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = SourceBuilder()
        self.pieces: list[Piece] = []
        self.rows: list[list[str]] = []  # under way, the outermost first
        self.before_cells: list[list[Piece]] = []
        self.bold_depth = 0
        self.in_notes = False
        self.in_mark = False

    def handle_starttag(
        self, tag: str, attrs: Sequence[tuple[str, str | None]]
    ) -> None:
        if tag == "strong":
            self.bold_depth += 1
        elif tag == "br":
            self.pieces.append(("\n", True))
        elif tag == "a":
            self.in_mark = _is_note_mark(dict(attrs))
        elif tag == "tr":
            self.end_block()
            self.rows.append([])
        elif tag in ("td", "th"):
            self.before_cells.append(self.pieces)
            self.pieces = []
        elif tag in _BLOCKS:
            self.in_notes = self.in_notes or tag == "li"
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        if tag == "strong":
            self.bold_depth -= 1
        elif tag == "a":
            self.in_mark = False
        elif tag in ("td", "th"):
            cell = "".join(piece for piece, _ in self.pieces).strip("\n")
            self.rows[-1].append(cell)
            self.pieces = self.before_cells.pop()
        elif tag == "tr":
            row = self.rows.pop()
            if self.rows:
                self.pieces += [("\t".join(row), True), ("\n", True)]
            elif row:
                self.builder.add("\t".join(row))
        elif tag in _BLOCKS:
            if self.rows:
                self.pieces.append(("\n", True))
            else:
                self.flush()

    def handle_data(self, text: str) -> None:
        if not self.in_mark:
            self.pieces.append((text, self.bold_depth > 0))

    def end_block(self) -> None:
        """End what stands before a block; in a cell, a line."""
        if not self.rows:
            self.flush()
        elif self.pieces and not self.pieces[-1][0].endswith("\n"):
            self.pieces.append(("\n", True))

    def flush(self) -> None:
        """End the paragraph under way; empty ones leave no line."""
        paragraph = "".join(piece for piece, _ in self.pieces).strip("\n")
        bold = all(is_bold for piece, is_bold in self.pieces if piece.strip())
        self.pieces = []
        if paragraph.strip():
            paragraph = paragraph.strip() if self.in_notes else paragraph
            self.builder.add(paragraph, bold=bold)


def _is_note_mark(attributes: dict[str, str | None]) -> bool:
    """Tell `[1]`, which links both ways, and a note's link back to it."""
    target = attributes.get("href") or ""
    links_back = target.startswith(("#footnote-ref-", "#endnote-ref-"))
    return links_back or ("id" in attributes and bool(target))
