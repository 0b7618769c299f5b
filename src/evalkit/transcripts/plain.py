"""Running text: .txt, .md and .rtf."""

from __future__ import annotations

from evalkit.errors import UnreadableError
from evalkit.transcripts.encoding import decode
from evalkit.transcripts.source import Source, normalise_line_ends


def parse_plain(content: bytes) -> list[Source]:
    r"""Read a text file as it stands, Markdown's marks included.

    >>> parse_plain(b"I: And then?\r\n")[0].text
    'I: And then?\n'
    """
    text, warnings = decode(content)
    return [Source(text, warnings=warnings)]


def parse_rtf(content: bytes) -> list[Source]:
    r"""Read rich text; its formatting goes.

    >>> parse_rtf(rb"{\rtf1\ansi I: caf\'e9\par R: Yes.}")[0].text
    'I: café\nR: Yes.'
    """
    from striprtf.striprtf import rtf_to_text

    if not content.lstrip().startswith(b"{\\rtf"):
        raise UnreadableError(
            "it does not begin as rich text does", mend="save it as .rtf anew", line=1
        )
    if not content.rstrip(b"\0 \r\n\t").endswith(b"}"):
        raise UnreadableError(
            "the file is damaged (it breaks off)",
            mend="open it in the program that made it, and save it anew",
            line=content.count(b"\n") + 1,
        )
    text = rtf_to_text(content.decode("latin-1"))
    return [Source(normalise_line_ends(text))]
