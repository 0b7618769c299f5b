"""Running text: .txt and .md."""

from __future__ import annotations

from evalkit.transcripts.encoding import decode
from evalkit.transcripts.source import Source


def parse_plain(content: bytes) -> list[Source]:
    r"""Read a text file as it stands, Markdown's marks included.

    >>> parse_plain(b"I: And then?\r\n")[0].text
    'I: And then?\n'
    """
    text, warnings = decode(content)
    return [Source(text, warnings=warnings)]
