"""Portable documents: .pdf."""

from __future__ import annotations

import io
import re

from evalkit.errors import UnreadableError
from evalkit.transcripts.source import Source, normalise_line_ends

_PAGE_MARK = re.compile(r"\s*(?:page\s+)?\d+\s*(?:/|of|de|von)\s*\d+\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\d+\s*")


def parse_pdf(content: bytes) -> list[Source]:
    """Read the words of a PDF, line by line as they are printed.

    Page marks ("3/8") and columns of line numbers are printed, not said: they go.
    Where TABs stand for spaces, they become spaces.
    """
    import pypdf
    import pypdf.errors

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("it is encrypted", mend="save it without a password")
        pages = [page.extract_text() for page in reader.pages]
    except (pypdf.errors.PyPdfError, pypdf.errors.DependencyError) as error:
        raise UnreadableError(
            "the file is damaged or encrypted",
            mend="open it in a PDF reader, and print it to a new PDF",
        ) from error
    kept, last = [], 0
    for page in pages:
        words, last = drop_printed_marks(normalise_line_ends(page), last=last)
        kept.append(words)
    text = "\n".join(kept)
    if not text.strip():
        raise UnreadableError(
            "it holds pictures of pages, not words",
            mend="run text recognition (OCR) over it first",
        )
    if text.count("\t") > text.count(" "):
        text = re.sub(r"[ \t]+", " ", text)
    n_dropped = sum(page.count("\n") for page in pages) - sum(
        page.count("\n") for page in kept
    )
    warnings = (
        (f"{n_dropped} lines of page marks and line numbers were left out",)
        if n_dropped
        else ()
    )
    return [Source(text, warnings=warnings)]


def drop_printed_marks(page: str, *, last: int = 0) -> tuple[str, int]:
    r"""Take a page's mark and its margin of line numbers out of its text.

    Five numbers in a row, each one more, are a margin; so are fewer that go on from
    `last`, the last number of the page before, or end with it again. Returns the text
    and its own last number.

    >>> drop_printed_marks("2/5\nDan: 12 of them\n1\n2\n3\n4\n5")
    ('Dan: 12 of them', 5)
    """
    lines = page.split("\n")
    if lines and _PAGE_MARK.fullmatch(lines[0]):
        lines = lines[1:]
    if lines and _PAGE_MARK.fullmatch(lines[-1]):
        lines = lines[:-1]
    kept: list[str] = []
    at = 0
    while at < len(lines):
        run = at
        while run < len(lines) and _NUMBER.fullmatch(lines[run]):
            if run > at and int(lines[run]) != int(lines[run - 1]) + 1:
                break
            run += 1
        goes_on = (
            run > at and last and last in (int(lines[at]) - 1, int(lines[run - 1]))
        )
        if run - at >= 5 or goes_on:
            last = int(lines[run - 1])
            at = run
        else:
            kept.append(lines[at])
            at += 1
    return "\n".join(kept), last
