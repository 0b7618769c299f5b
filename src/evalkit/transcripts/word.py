"""Word documents: .docx."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser

from evalkit.transcripts.package import open_package, refuse_declarations
from evalkit.transcripts.source import Source, SourceBuilder
from evalkit.transcripts.word_xml import rewrite_words

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
    html = mammoth.convert_to_html(
        rewrite_words(package),
        convert_image=lambda image: [],
        style_map="r[style-name='Strong'] => strong",
        include_default_style_map=False,
        include_embedded_style_map=False,
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
            # `[1]` links both ways, and a note's arrow back to it.
            target = dict(attrs).get("href") or ""
            back = target.startswith(("#footnote-ref-", "#endnote-ref-"))
            self.in_mark = back or (target != "" and "id" in dict(attrs))
        elif tag == "tr":
            self.flush()
            self.rows.append([])
        elif tag in ("td", "th"):
            self.before_cells.append(self.pieces)
            self.pieces = []
        elif tag in _BLOCKS:
            self.in_notes = self.in_notes or tag == "li"
            self.flush()

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
            self.flush()

    def handle_data(self, text: str) -> None:
        if not self.in_mark:
            self.pieces.append((text, self.bold_depth > 0))

    def flush(self) -> None:
        """End the paragraph under way, or a cell's line; empty ones leave none."""
        if self.rows:
            if self.pieces and not self.pieces[-1][0].endswith("\n"):
                self.pieces.append(("\n", True))
            return
        paragraph = "".join(piece for piece, _ in self.pieces).strip("\n")
        bold = all(is_bold for piece, is_bold in self.pieces if piece.strip())
        self.pieces = []
        if paragraph.strip():
            paragraph = paragraph.strip() if self.in_notes else paragraph
            self.builder.add(paragraph, bold=bold)
