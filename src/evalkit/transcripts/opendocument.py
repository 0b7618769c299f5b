"""OpenDocument texts: .odt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from evalkit.errors import UnreadableError
from evalkit.transcripts.package import open_package, parse_xml
from evalkit.transcripts.source import Source, SourceBuilder

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"

_PARAGRAPHS = (f"{_TEXT}p", f"{_TEXT}h")
# What is deleted lives in tracked-changes; comments and pictures' titles are not said.
_SKIPPED = frozenset(
    {
        f"{_TEXT}tracked-changes",
        f"{_OFFICE}annotation",
        f"{_OFFICE}annotation-end",
        f"{_TEXT}note-citation",
        f"{_SVG}title",
        f"{_SVG}desc",
    }
)
_SPACE = re.compile(r"[ \t\r\n]+")

Piece = tuple[str, bool]


def parse_odt(content: bytes) -> list[Source]:
    """Read an .odt: one paragraph a line, a table's row on one line with tabs.

    Footnotes stand at the end. Tracked insertions are kept, deletions left out.
    """
    package = open_package(content, needs="content.xml")
    if "META-INF/manifest.xml" in package.namelist() and (
        b"encryption-data" in package.read("META-INF/manifest.xml")
    ):
        raise UnreadableError("it is encrypted", mend="save it without a password")
    root = parse_xml(package.read("content.xml"))
    body = root.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise UnreadableError("it is not a text document", mend="save it as .odt")
    reader = _Reader(_bold_styles(root))
    reader.read_blocks(body)
    for note in body.iter(f"{_TEXT}note-body"):
        reader.read_blocks(note)
    return [reader.builder.build()]


def _bold_styles(root: Element) -> frozenset[str]:
    return frozenset(
        style.get(f"{_STYLE}name", "")
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iter(f"{_STYLE}text-properties")
        if properties.get(f"{_FO}font-weight") == "bold"
    )


class _Reader:
    def __init__(self, bold_styles: frozenset[str]) -> None:
        self.builder = SourceBuilder()
        self.bold_styles = bold_styles

    def read_blocks(self, element: Element) -> None:
        for child in element:
            if child.tag in _PARAGRAPHS:
                pieces = list(self.read_paragraph(child))
                paragraph = _join(pieces)
                bold = all(is_bold for piece, is_bold in pieces if piece.strip())
                if paragraph.strip():
                    self.builder.add(paragraph, bold=bold)
            elif child.tag == f"{_TABLE}table-row":
                cells = [
                    "\n".join(
                        _join(list(self.read_paragraph(paragraph)))
                        for paragraph in cell.iter()
                        if paragraph.tag in _PARAGRAPHS
                    )
                    for cell in child.iter(f"{_TABLE}table-cell")
                ]
                self.builder.add("\t".join(cells))
            elif child.tag not in _SKIPPED:
                self.read_blocks(child)

    def read_paragraph(self, element: Element) -> Iterator[Piece]:
        """Yield the words of a paragraph, each with whether they are bold."""
        return self._read_inline(element, bold=False)

    def _read_inline(self, element: Element, *, bold: bool) -> Iterator[Piece]:
        bold = bold or element.get(f"{_TEXT}style-name", "") in self.bold_styles
        yield element.text or "", bold
        for child in element:
            if child.tag == f"{_TEXT}s":
                yield "\x00" * int(child.get(f"{_TEXT}c", "1")), bold
            elif child.tag == f"{_TEXT}tab":
                yield "\x01", bold
            elif child.tag == f"{_TEXT}line-break":
                yield "\x02", bold
            elif child.tag not in _SKIPPED and child.tag != f"{_TEXT}note":
                yield from self._read_inline(child, bold=bold)
            yield child.tail or "", bold


def _join(pieces: list[Piece]) -> str:
    """White space in the XML collapses; what the elements stand for stays.

    XML 1.0 has no control characters, so three of them can stand in for those.
    """
    collapsed = _SPACE.sub(" ", "".join(piece for piece, _ in pieces)).strip(" ")
    return collapsed.translate({0: " ", 1: "\t", 2: "\n"})
