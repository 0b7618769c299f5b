"""OpenDocument texts: .odt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from evalkit.errors import UnreadableError
from evalkit.transcripts.package import open_package, parse_xml
from evalkit.transcripts.source import Source, SourceBuilder

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"

_PARAGRAPHS = (f"{_TEXT}p", f"{_TEXT}h")
# What is deleted lives in tracked-changes; comments and pictures' titles are not said.
_SKIPPED = frozenset(
    {
        f"{_TEXT}tracked-changes",
        f"{_TEXT}note-citation",
        f"{_TEXT}hidden-text",
        f"{_TEXT}script",
        f"{_TEXT}ruby-text",
        f"{_OFFICE}annotation",
        f"{_OFFICE}annotation-end",
        f"{_OFFICE}forms",
        f"{_SVG}title",
        f"{_SVG}desc",
    }
)
_SPACE = re.compile(r"[ \t\r\n]+")
_MOST_SPACES = 1000
_BOLD = frozenset({"bold", "700", "800", "900"})

Piece = tuple[str, bool]
StyleKey = tuple[str, str]  # a family and a name


def parse_odt(content: bytes) -> list[Source]:
    """Read an .odt: one paragraph a line, a table's row on one line with tabs.

    Footnotes stand at the end. Tracked insertions are kept, deletions left out.
    """
    package = open_package(content, needs="content.xml")
    members = package.namelist()
    if "META-INF/manifest.xml" in members:
        manifest = package.read("META-INF/manifest.xml").replace(b"\0", b"")  # UTF-16
        if b"encryption-data" in manifest:
            raise UnreadableError("it is encrypted", mend="save it without a password")
    root = parse_xml(package.read("content.xml"))
    body = root.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise UnreadableError("it is not a text document", mend="save it as .odt")
    styles = list(root.iter(f"{_STYLE}style"))
    if "styles.xml" in members:
        # Its automatic styles are those of headers, under names that recur here.
        common = parse_xml(package.read("styles.xml")).find(f"{_OFFICE}styles")
        styles += list(common.iter(f"{_STYLE}style")) if common is not None else []
    reader = _Reader(_find_bold(styles))
    builder = SourceBuilder()
    for line, is_bold in reader.read_blocks(body):
        builder.add(line, bold=is_bold)
    for note in reader.notes:  # which grows where a note has a note
        for line, is_bold in reader.read_blocks(note):
            builder.add(line, bold=is_bold)
    return [builder.build()]


def _find_bold(styles: list[Element]) -> dict[StyleKey, bool | None]:
    """Say if a style is bold, itself or by its parents; None if they say nothing."""
    weights: dict[StyleKey, bool | None] = {}
    parents: dict[StyleKey, StyleKey] = {}
    for style in styles:
        family = style.get(f"{_STYLE}family", "")
        key = family, style.get(f"{_STYLE}name", "")
        if key in parents:
            continue
        parents[key] = family, style.get(f"{_STYLE}parent-style-name", "")
        properties = style.find(f"{_STYLE}text-properties")
        weight = None if properties is None else properties.get(f"{_FO}font-weight")
        if weight is not None:
            weights[key] = weight in _BOLD
    for key in parents:
        line: dict[StyleKey, None] = {}  # a style may be its own ancestor
        while key in parents and key not in weights and key not in line:
            line[key] = None
            key = parents[key]
        weights.update(dict.fromkeys(line, weights.get(key)))
    return weights


@dataclass
class _Paragraph:
    pieces: list[Piece] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)
    is_hidden: bool = False


class _Reader:
    """Read lines, each with whether it is bold; the notes are left for later."""

    def __init__(self, bold: Mapping[StyleKey, bool | None]) -> None:
        self.bold = bold
        self.notes: list[Element] = []

    def read_blocks(self, element: Element) -> Iterator[Piece]:
        for child in element:
            if child.tag in _PARAGRAPHS:
                yield from self._read_paragraph(child)
            elif child.tag == f"{_TABLE}table-row":
                cells = [
                    "\n".join(line for line, _ in self.read_blocks(cell))
                    for cell in child.iterfind(f"{_TABLE}table-cell")
                ]
                yield "\t".join(cells), False
            elif child.tag not in _SKIPPED:
                yield from self.read_blocks(child)

    def _read_paragraph(self, element: Element) -> Iterator[Piece]:
        """Read a paragraph, then the boxes that hang on it."""
        paragraph = _Paragraph()
        self._read_inline(element, paragraph, bold=False)
        if paragraph.is_hidden:
            return
        self.notes += paragraph.notes
        words = _join(paragraph.pieces)
        if words.strip():
            yield (
                words,
                all(is_bold for piece, is_bold in paragraph.pieces if piece.strip()),
            )
        for box in paragraph.boxes:
            yield from self.read_blocks(box)

    def _read_inline(
        self, element: Element, paragraph: _Paragraph, *, bold: bool
    ) -> None:
        family = "paragraph" if element.tag in _PARAGRAPHS else "text"
        own = self.bold.get((family, element.get(f"{_TEXT}style-name", "")))
        bold = bold if own is None else own
        pieces = paragraph.pieces
        pieces.append((element.text or "", bold))
        for child in element:
            if child.tag == f"{_TEXT}s":
                pieces.append(("\x00" * _count_spaces(child), bold))
            elif child.tag == f"{_TEXT}tab":
                pieces.append(("\x01", bold))
            elif child.tag == f"{_TEXT}line-break":
                pieces.append(("\x02", bold))
            elif child.tag == f"{_TEXT}note":
                paragraph.notes += child.iterfind(f"{_TEXT}note-body")
            elif child.tag == f"{_TEXT}hidden-paragraph":
                paragraph.is_hidden |= child.get(f"{_TEXT}is-hidden") == "true"
            elif child.tag.startswith(_DRAW):
                paragraph.boxes.append(child)
            elif child.tag not in _SKIPPED:
                self._read_inline(child, paragraph, bold=bold)
            pieces.append((child.tail or "", bold))


def _count_spaces(element: Element) -> int:
    count = element.get(f"{_TEXT}c", "1")
    return min(int(count[:9]), _MOST_SPACES) if count.isdecimal() else 1


def _join(pieces: list[Piece]) -> str:
    """White space in the XML collapses; what the elements stand for stays.

    XML 1.0 has no control characters, so three of them can stand in for those.
    """
    collapsed = _SPACE.sub(" ", "".join(piece for piece, _ in pieces)).strip(" ")
    return collapsed.translate({0: " ", 1: "\t", 2: "\n"})
