"""Rich text: .rtf."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from evalkit.errors import UnreadableError
from evalkit.transcripts.source import Source, SourceBuilder

_TOKEN = re.compile(
    rb"\\(?P<word>([A-Za-z]+)(-?[0-9]+)?) ?"
    rb"|\\'(?P<escape>[0-9A-Fa-f]{2})"
    rb"|\\(?P<symbol>.)"
    rb"|(?P<brace>[{}])"
    rb"|(?P<plain>[^\\{}\r\n\0\x80-\xff]+)"
    rb"|(?P<raw>[\x80-\xff]+)"
    rb"|[\r\n\0]+",
    re.DOTALL,
)
_BLANK = b"\xef\xbb\xbf\0 \t\r\n"
_WORDS_AFTER = re.compile(rb"[0-9A-Za-z\x80-\xff]")
# What was not said, and what is said a second time for older readers.
_SKIPPED = frozenset(
    """
    fonttbl colortbl stylesheet info pict object objdata generator listtable
    listoverridetable rsidtbl themedata colorschememapping datastore latentstyles
    xmlnstbl fldinst annotation atnid atnauthor atndate atnref comment bkmkstart
    bkmkend header headerl headerr headerf footer footerl footerr footerf listtext
    pntext pntxta pntxtb nonshppict nonesttables shprslt sp xe tc tcn NeXTGraphic
    """.split()
)
_STARRED = frozenset("shpinst shptxt do dptxbxtext nesttableprops footnote".split())
_PARAGRAPH_ENDS = frozenset("par sect page column".split())
_CHARACTERS = {
    "emdash": "\u2014",
    "endash": "\u2013",
    "bullet": "\u2022",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "zwj": "\u200d",
    "zwnj": "\u200c",
    "ltrmark": "\u200e",
    "rtlmark": "\u200f",
}
_SYMBOLS = {b"~": "\xa0", b"_": "\u2011", b"-": "\xad", b"\t": "\t"}
_MACHINES = {"mac": 10000, "pc": 437, "pca": 850}
_PAGES = {936: "gb18030", 10000: "mac_roman", 10007: "mac_cyrillic", 65001: "utf-8"}
_CHARSETS = dict(
    zip(
        (0, 77, 128, 129, 134, 136, 161, 162, 163, 177, 178, 186, 204, 222, 238),
        (1252, 10000, 932, 949, 936, 950, 1253, 1254, 1258, 1255, 1256, 1257, 1251)
        + (874, 1250),
        strict=True,
    )
)


def parse_rtf(content: bytes) -> list[Source]:
    r"""Read rich text: one paragraph a line, a table's row on one line with tabs.

    Footnotes stand at the end. Tracked insertions are kept; deletions, hidden text
    and what stands around the words (headers, comments, pictures) are left out.

    >>> parse_rtf(rb"{\rtf1\ansi I: caf\'e9\par R: Yes{\deleted  no}.}")[0].text
    'I: café\nR: Yes.'
    """
    start = len(content) - len(content.lstrip(_BLANK))
    if not content.startswith(b"{\\rtf", start):
        raise UnreadableError(
            "it does not begin as rich text does", mend="save it as .rtf anew", line=1
        )
    reader = _Reader(content, start + 1)
    reader.read()
    builder = SourceBuilder()
    unreadable = reader.unreadable
    for line, bold in reader.lines + reader.notes:
        paragraph = _mend(line)
        unreadable += paragraph.count("\ufffd") - line.count("\ufffd")
        if paragraph.strip():
            builder.add(paragraph, bold=bold)
    warning = f"{unreadable} letters could not be read; look for \ufffd"
    return [builder.build(warnings=(warning,) if unreadable else ())]


class _Flow:
    """A run of paragraphs on its way to lines: the document, a note or a text box."""

    def __init__(self, lines: list[tuple[str, bool]]) -> None:
        self.lines = lines
        self.pieces: list[tuple[str, bool]] = []
        self.cells: list[str] = []

    def take(self) -> tuple[str, bool]:
        text = "".join(piece for piece, _ in self.pieces)
        bold = all(is_bold for piece, is_bold in self.pieces if piece.strip())
        self.pieces = []
        return text, bold

    def end_paragraph(self) -> None:
        self.end_row()
        self.lines.append(self.take())

    def end_cell(self) -> None:
        self.cells.append(self.take()[0].strip("\n"))

    def end_row(self) -> None:
        if self.cells:
            self.lines.append(("\t".join(self.cells), False))
        self.cells = []


class _State(NamedTuple):
    """What a group's end puts back; `fallback` is how much follows a `\\u`."""

    flow: _Flow
    font: int | None = None
    fallback: int = 1
    bold: bool = False
    hidden: bool = False
    deleted: bool = False
    skipped: bool = False
    in_table: bool = False


class _Reader:
    def __init__(self, content: bytes, position: int) -> None:
        self.content, self.position = content, position
        self.lines: list[tuple[str, bool]] = []
        self.notes: list[tuple[str, bool]] = []
        self.state = _State(_Flow(self.lines))
        self.stack = [self.state]
        self.raw_encoding = _raw_encoding(content)
        self.page = "cp1252"
        self.fonts: dict[int | None, str] = {}
        self.default_font: int | None = None
        self.bytes = bytearray()
        self.to_skip = 0
        self.starred = False
        self.unreadable = 0

    def read(self) -> None:
        while self.stack:
            token = _TOKEN.match(self.content, self.position)
            if token is None:
                raise _damaged("it breaks off", self.content.rstrip(_BLANK))
            self.position = token.end()
            kind = token.lastgroup
            if kind == "plain":
                self.read_bytes(token[0])
            elif kind == "escape":
                self.read_bytes(bytes.fromhex(token["escape"].decode()))
            elif kind == "raw" and not self.raw_encoding:
                self.read_bytes(token[0])
            elif kind == "symbol" and token["symbol"] in b"\\{}":
                self.read_bytes(token["symbol"])
            elif kind is not None:
                self.flush()
                self.read_mark(kind, token)
        self.state.flow.end_paragraph()
        if after := _WORDS_AFTER.search(self.content, self.position):
            what = "words follow its end"
            raise _damaged(what, self.content[: after.start()])

    def read_mark(self, kind: str, token: re.Match[bytes]) -> None:
        starred, self.starred = self.starred, False
        if kind == "word":
            number = int(token[3][:9]) if token[3] else None
            self.read_word(token[2].decode(), number, starred=starred)
        elif kind == "raw":
            self.say(self.after_skipping(token[0].decode(self.raw_encoding)))
        elif kind == "symbol":
            self.read_symbol(token["symbol"])
        else:
            self.to_skip = 0
            if token[0] == b"{":
                self.stack.append(self.state)
            else:
                flow, self.state = self.state.flow, self.stack.pop()
                if flow is not self.state.flow:
                    flow.end_paragraph()
