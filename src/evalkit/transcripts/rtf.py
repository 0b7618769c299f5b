"""Rich text: .rtf."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from evalkit.errors import UnreadableError
from evalkit.transcripts.source import Source, SourceBuilder, normalise_line_ends

_TOKEN = re.compile(
    rb"\\(?P<word>([A-Za-z]+)(-?[0-9]+)?) ?|\\'(?P<escape>[0-9A-Fa-f]{2})"
    rb"|\\(?P<plain>[\\{}])|\\(?P<symbol>.)|(?P<brace>[{}])"
    rb"|(?P<text>[^\\{}\r\n\0\x80-\xff]+)"
    rb"|(?P<raw>[\x80-\xff]+)|[\r\n\0]+",
    re.DOTALL,
)
_WORDS = re.compile(rb"[0-9A-Za-z\x80-\xff]")
_BLANK = b"\xef\xbb\xbf\0 \t\r\n"
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
_ASIDES = frozenset("footnote shptxt dptxbxtext".split())
_STARRED = _ASIDES | frozenset("shpinst do nesttableprops".split())
_CHARACTERS = dict(
    pair.split(":")
    for pair in "emdash:— endash:– bullet:• lquote:‘ rquote:’ ldblquote:“ rdblquote:” "
    "emspace:\u2003 enspace:\u2002 zwj:\u200d zwnj:\u200c ltrmark:\u200e "
    "rtlmark:\u200f".split(" ")
)
_SYMBOLS = {b"~": "\xa0", b"_": "\u2011", b"-": "\xad", b"\t": "\t", b"'": "\ufffd"}
_BREAKS = {"line": "\n", "lbr": "\n", "nestrow": "\n", "tab": "\t", "nestcell": "\t"}
_SWITCHES = frozenset("b v deleted mvf intbl".split())
_UNSAID = frozenset("skipped v deleted mvf".split())  # mvf: it stands where it went
_MACHINES = {"mac": "10000", "pc": "437", "pca": "850"}
_PAGES = {
    "0": "cp1252",
    "936": "gb18030",
    "10000": "mac_roman",
    "10007": "mac_cyrillic",
}
_CHARSETS = dict(
    pair.split(":")
    for pair in "0:1252 77:10000 128:932 129:949 134:936 136:950 161:1253 162:1254 "
    "163:1258 177:1255 178:1256 186:1257 204:1251 222:874 238:1250".split()
)


def parse_rtf(content: bytes) -> list[Source]:
    r"""Read rich text: one paragraph a line, a table's row on one line with tabs.

    Footnotes stand at the end. Tracked insertions are kept; deletions, hidden text,
    and what stands around the words (headers, comments, pictures) are left out.

    >>> parse_rtf(rb"{\rtf1\ansi I: caf\'e9\par R: Yes{\deleted  no}.}")[0].text
    'I: café\nR: Yes.'
    """
    start = len(content) - len(content.lstrip(_BLANK))
    if not content.startswith(b"{\\rtf", start):
        what, mend = "it does not begin as rich text does", "save it as .rtf anew"
        raise UnreadableError(what, mend=mend, line=1)
    reader = _Reader(content, start + 1)
    reader.read()
    builder, unreadable = SourceBuilder(), 0
    for line, bold in reader.lines + reader.notes:
        # Letters beyond the first 65,536 were written in two halves.
        halves = line.replace("\0", "").encode("utf-16-le", "surrogatepass")
        paragraph = normalise_line_ends(halves.decode("utf-16-le", "replace"))
        unreadable += paragraph.count("\ufffd")
        if paragraph.strip():
            builder.add(paragraph, bold=bold)
    warning = f"letters could not be read, and stand as \ufffd: {unreadable}"
    return [builder.build(warnings=(warning,) if unreadable else ())]


class _Flow:
    """Paragraphs on their way to lines: the document's, a note's or a text box's."""

    def __init__(self, lines: list[tuple[str, bool]]) -> None:
        self.lines, self.cells = lines, list[str]()
        self.pieces: list[tuple[str, bool]] = []

    def end_paragraph(self) -> None:
        self.end_row()
        bold = all(is_bold for piece, is_bold in self.pieces if piece.strip())
        self.lines.append(("".join(piece for piece, _ in self.pieces), bold))
        self.pieces = []

    def end_cell(self) -> None:
        cell = "".join(piece for piece, _ in self.pieces).strip("\n")
        self.cells.append(cell.replace("\t\n", "\n"))
        self.pieces = []

    def end_row(self) -> None:
        self.lines.append(("\t".join(self.cells), False))
        self.cells = []


class _State(NamedTuple):
    """What a group's end puts back; `fallback` letters follow a `u` for old readers."""

    flow: _Flow
    font: int | None = None
    fallback: int = 1
    on: frozenset[str] = frozenset()

    @property
    def is_said(self) -> bool:
        return self.on.isdisjoint(_UNSAID)


class _Reader:
    def __init__(self, content: bytes, position: int) -> None:
        self.content, self.position = content, position
        self.lines: list[tuple[str, bool]] = []
        self.notes: list[tuple[str, bool]] = []
        self.state = _State(_Flow(self.lines))
        self.stack = [self.state]
        is_utf8 = content.decode("utf-8", "ignore").encode() == content
        self.byte_kinds = ("plain", "text") if is_utf8 else ("plain", "text", "raw")
        self.page, self.fonts = "cp1252", dict[int | None, str]()
        self.default_font: int | None = None
        self.bytes, self.to_skip, self.starred = bytearray(), 0, False

    def read(self) -> None:
        while self.stack:
            token = _TOKEN.match(self.content, self.position)
            if token is None:
                raise _damaged("it breaks off", self.content.rstrip(_BLANK))
            self.position, kind = token.end(), token.lastgroup
            if kind == "escape":
                self.read_bytes(bytes.fromhex(token["escape"].decode()))
            elif kind and kind in self.byte_kinds:
                self.read_bytes(token[kind])
            elif kind:
                self.flush()
                self.read_mark(kind, token)
        self.state.flow.end_paragraph()
        if after := _WORDS.search(self.content, self.position):
            raise _damaged("words follow its end", self.content[: after.start()])

    def read_bytes(self, letters: bytes) -> None:
        """Put bytes by: two may make one letter, however each of them is written."""
        self.bytes += letters[self.to_skip :]
        self.to_skip = max(self.to_skip - len(letters), 0)

    def flush(self) -> None:
        if self.bytes:
            font = self.default_font if self.state.font is None else self.state.font
            self.say(self.bytes.decode(self.fonts.get(font, self.page), "replace"))
            self.bytes.clear()

    def say(self, letters: str) -> None:
        if self.state.is_said:
            self.state.flow.pieces.append((letters, "b" in self.state.on))

    def stand_in(self, letters: str) -> None:
        """Say letters, unless they are the fallback of a `u` before them."""
        dropped, self.to_skip = self.to_skip, max(self.to_skip - len(letters), 0)
        self.say(letters[dropped:])

    def read_mark(self, kind: str, token: re.Match[bytes]) -> None:
        starred, self.starred = self.starred, token[0] == rb"\*"
        if kind == "raw":
            self.stand_in(token[0].decode("utf-8"))
        elif kind == "word":
            number = int((token[3] or b"1")[:9])
            self.read_word(token[2].decode(), number, starred=starred)
        elif kind == "symbol":
            self.stand_in(_SYMBOLS.get(token["symbol"], ""))
            if token["symbol"] in b"\r\n":
                self.to_skip = 0
                self.end_paragraph()
        elif token[0] == b"{":
            self.to_skip = 0
            self.stack.append(self.state)
        else:
            self.to_skip = 0
            flow, self.state = self.state.flow, self.stack.pop()
            if flow is not self.state.flow:
                flow.end_paragraph()

    def read_word(self, word: str, number: int, *, starred: bool) -> None:
        if word in _CHARACTERS:
            return self.stand_in(_CHARACTERS[word])
        # By the standard any word may be the fallback of a `u`; but where a program
        # wrote none, that would lose the end of the paragraph.
        self.to_skip = max(self.to_skip - 1, 0) if word == "bin" else 0
        state = self.state
        if word == "bin":
            self.position += max(number, 0)
        elif word in _SKIPPED or (starred and word not in _STARRED):
            self.state = state._replace(on=state.on | {"skipped"})
        elif word == "f":
            self.state = state._replace(font=number)
        elif word == "deff":
            self.default_font = number
        elif word == "fcharset" and str(number) in _CHARSETS:
            self.fonts[state.font] = _page(_CHARSETS[str(number)])
        elif word in _MACHINES or word == "ansicpg":
            self.page = _page(_MACHINES.get(word, str(number)))
        elif word == "u":
            code = number % 0x10000 if number < 0 else number
            self.say(chr(code) if code <= 0x10FFFF else "\ufffd")
            self.to_skip = state.fallback
        elif "skipped" not in state.on:
            self.read_structure(word)
            self.read_format(word, number)

    def read_format(self, word: str, number: int) -> None:
        state = self.state
        if word in _SWITCHES:
            on = state.on | {word} if number else state.on - {word}
            self.state = state._replace(on=on)
        elif word == "plain":
            self.state = state._replace(font=None, on=state.on & {"intbl"})
        elif word == "pard":
            self.state = state._replace(on=state.on - {"intbl"})
        elif word == "uc":
            self.state = state._replace(fallback=max(number, 0))
        elif word in _ASIDES:
            flow = _Flow(self.notes if word == "footnote" else state.flow.lines)
            unsaid = {"skipped"} if not state.is_said else set[str]()
            self.state = _State(flow, state.font, state.fallback, frozenset(unsaid))

    def read_structure(self, word: str) -> None:
        flow = self.state.flow
        if word in _BREAKS:
            self.say(_BREAKS[word])
        elif word in ("par", "sect", "page", "column"):
            self.end_paragraph()
        elif word == "cell":
            flow.end_cell()
        elif word == "row":
            if any(piece.strip() for piece, _ in flow.pieces):
                flow.end_cell()
            flow.end_row()

    def end_paragraph(self) -> None:
        if "intbl" in self.state.on:
            self.say("\n")
        elif self.state.on.isdisjoint(("skipped", "deleted", "mvf")):
            self.state.flow.end_paragraph()


def _damaged(what: str, before: bytes) -> UnreadableError:
    mend = "open it in the program that made it, and save it anew"
    line = before.count(b"\n") + 1
    return UnreadableError(f"the file is damaged ({what})", mend=mend, line=line)


def _page(number: str) -> str:
    """Name a code page's codec; of a page that is not known only ASCII is read."""
    try:
        return codecs.lookup(_PAGES.get(number, f"cp{number}")).name
    except LookupError:
        return "ascii"
