"""Word documents: .docx."""

from __future__ import annotations

import io
from html.parser import HTMLParser

from evalkit.transcripts.package import open_package, refuse_declarations
from evalkit.transcripts.source import Source, SourceBuilder

_BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "li"})


def parse_docx(content: bytes) -> list[Source]:
    """Read a .docx: one paragraph a line, a table's row on one line with tabs.

    mammoth keeps tracked insertions and content controls and leaves deletions out,
    where python-docx drops the first two.
    """
    import mammoth

    package = open_package(content, needs="word/document.xml")
    refuse_declarations(package)
    html = mammoth.convert_to_html(
        io.BytesIO(content), convert_image=lambda image: []
    ).value
    collector = _Paragraphs()
    collector.feed(html)
    collector.close()
    collector.flush()
    return [collector.builder.build()]


class _Paragraphs(HTMLParser):
    """Collect mammoth's small HTML as lines; bold counts only from end to end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = SourceBuilder()
        self.pieces: list[tuple[str, bool]] = []
        self.cells: list[str] = []
        self.row_depth = 0
        self.bold_depth = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "strong":
            self.bold_depth += 1
        elif tag == "br":
            self.pieces.append(("\n", True))
        elif tag == "tr":
            self.row_depth += 1
        elif tag in _BLOCKS and not self.row_depth:
            self.flush()

    def handle_endtag(self, tag: str) -> None:
        if tag == "strong":
            self.bold_depth -= 1
        elif tag in ("td", "th"):
            self.cells.append("".join(piece for piece, _ in self.pieces).strip("\n"))
            self.pieces = []
        elif tag == "tr":
            self.row_depth -= 1
            self.builder.add("\t".join(self.cells))
            self.cells = []
        elif tag in _BLOCKS:
            if self.row_depth:
                self.pieces.append(("\n", True))
            else:
                self.flush()

    def handle_data(self, text: str) -> None:
        self.pieces.append((text, self.bold_depth > 0))

    def flush(self) -> None:
        """End the paragraph under way; empty ones leave no line."""
        paragraph = "".join(piece for piece, _ in self.pieces)
        bold = all(is_bold for piece, is_bold in self.pieces if piece.strip())
        self.pieces = []
        if paragraph.strip():
            self.builder.add(paragraph, bold=bold)
