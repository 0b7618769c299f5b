"""A transcript's file read into documents and their turns."""

from __future__ import annotations

import hashlib
import lzma
import struct
import xml.parsers.expat
import xml.sax
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evalkit.errors import UnreadableError
from evalkit.transcripts.label_lines import Unsure
from evalkit.transcripts.opendocument import parse_odt
from evalkit.transcripts.pdf import parse_pdf
from evalkit.transcripts.plain import parse_plain
from evalkit.transcripts.rtf import parse_rtf
from evalkit.transcripts.sheets import parse_csv, parse_xlsx
from evalkit.transcripts.source import LARGEST, Source
from evalkit.transcripts.speakers import Turn, find_turns
from evalkit.transcripts.subtitles import parse_sbv, parse_srt, parse_ttml, parse_vtt
from evalkit.transcripts.word import parse_docx

PARSERS: Mapping[str, Callable[[bytes], list[Source]]] = {
    ".docx": parse_docx,
    ".odt": parse_odt,
    ".rtf": parse_rtf,
    ".txt": parse_plain,
    ".md": parse_plain,
    ".pdf": parse_pdf,
    ".vtt": parse_vtt,
    ".srt": parse_srt,
    ".sbv": parse_sbv,
    ".ttml": parse_ttml,
    ".csv": parse_csv,
    ".xlsx": parse_xlsx,
}

# What other people's parsers raise on a damaged file, bugs of ours apart.
_DAMAGED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    MemoryError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    xml.parsers.expat.ExpatError,
    xml.sax.SAXException,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Transcript:
    """One document as it was read: `text[turn.start:turn.end]` are a turn's words."""

    part: str
    text: str
    sha256: str
    turns: tuple[Turn, ...]
    unsure: tuple[Unsure, ...]
    warnings: tuple[str, ...]


def read_sources(path: Path) -> tuple[list[Source], str]:
    """Read a file's documents and its sha256; `UnreadableError` says why not."""
    if path.stat().st_size > LARGEST:
        raise UnreadableError(
            f"it is larger than {LARGEST // 1_000_000} MB",
            mend="a transcript is never that large; check where it came from",
        )
    content = path.read_bytes()
    return parse_sources(content, suffix=path.suffix), hashlib.sha256(
        content
    ).hexdigest()


def parse_sources(content: bytes, *, suffix: str) -> list[Source]:
    """Read a file's bytes in the format that its name's ending says.

    >>> parse_sources(b"", suffix=".txt")
    Traceback (most recent call last):
    evalkit.errors.UnreadableError: the file is empty: export it again
    """
    parse = PARSERS.get(suffix.casefold())
    if parse is None:
        raise UnreadableError(
            f"{suffix or 'a file without an ending'} is not read",
            mend=f"save it as one of {' '.join(PARSERS)}",
        )
    if not content.strip():
        raise UnreadableError("the file is empty", mend="export it again")
    try:
        sources = parse(content)
    except UnreadableError:
        raise
    except _DAMAGED as error:
        raise UnreadableError(
            f"the file is damaged ({type(error).__name__})",
            mend="open it in the program that made it, and save it anew",
        ) from error
    if not any(source.text.strip() for source in sources):
        raise UnreadableError("it holds no words", mend="export it again")
    return sources


def read_transcripts(
    path: Path, *, listed: Mapping[str, str] | None = None
) -> list[Transcript]:
    """Read every document of a file, with its turns.

    `listed` gives the roles of labels that a person has listed for this document.
    """
    sources, sha256 = read_sources(path)
    return [find_speakers(source, sha256=sha256, listed=listed) for source in sources]


def find_speakers(
    source: Source, *, sha256: str, listed: Mapping[str, str] | None = None
) -> Transcript:
    """Make a transcript of a source: who speaks, and what is unsure about it."""
    found = find_turns(source, listed=listed)
    return Transcript(
        source.part,
        source.text,
        sha256,
        tuple(found.turns),
        tuple(found.unsure),
        source.warnings,
    )
