"""What a format family makes of a file's bytes: text, and marks that lie on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LARGEST = 200_000_000  # bytes, after unpacking

_TIME = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?")


@dataclass(frozen=True)
class Voice:
    """A span whose speaker the format itself names ("" where it does not).

    A cue `joins_previous`: it goes on with what the same speaker was saying.
    """

    start: int
    end: int
    speaker: str = ""
    started_at: float | None = None
    joins_previous: bool = False


@dataclass(frozen=True)
class Source:
    """One document's text, with what the format said about it.

    `part` is the document's name inside a file that holds several. `bold` are the
    spans of paragraphs set in bold from end to end; `voices` are there where the
    format is made of speakers or cues.
    """

    text: str
    part: str = ""
    bold: tuple[tuple[int, int], ...] = ()
    voices: tuple[Voice, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass
class SourceBuilder:
    """Put a source together, paragraph by paragraph."""

    parts: list[str] = field(default_factory=list)
    bold: list[tuple[int, int]] = field(default_factory=list)
    voices: list[Voice] = field(default_factory=list)
    length: int = 0

    def add(
        self,
        paragraph: str,
        *,
        bold: bool = False,
        speaker: str | None = None,
        started_at: float | None = None,
        joins_previous: bool = False,
    ) -> None:
        """Add one paragraph on a line of its own."""
        start = self.length + (1 if self.parts else 0)
        end = start + len(paragraph)
        self.parts.append(paragraph)
        self.length = end
        if bold and paragraph.strip():
            self.bold.append((start, end))
        if speaker is not None:
            self.voices.append(Voice(start, end, speaker, started_at, joins_previous))

    def build(self, *, part: str = "", warnings: tuple[str, ...] = ()) -> Source:
        """Join the paragraphs with line feeds."""
        text = "\n".join(self.parts)
        return Source(text, part, tuple(self.bold), tuple(self.voices), warnings)


def normalise_line_ends(text: str) -> str:
    r"""Make every line end a `\n` and drop a byte order mark; nothing else changes.

    >>> normalise_line_ends("\ufeffa\r\nb\rc")
    'a\nb\nc'
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def parse_time(text: str) -> float | None:
    """Read a time of day or of a recording as seconds; None where it is not one.

    >>> parse_time("1:02:03.5"), parse_time("0:11"), parse_time("soon")
    (3723.5, 11.0, None)
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + float(f"0.{fraction or 0}")
