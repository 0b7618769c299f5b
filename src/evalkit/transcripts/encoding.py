"""Which characters a text file's bytes stand for."""

from __future__ import annotations

import codecs

from evalkit.errors import UnreadableError
from evalkit.transcripts.source import normalise_line_ends

_MARKS = (  # the longer marks first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What programs have written by default in the last thirty years; without this list a
# French letter is taken for a printer's or for Icelandic.
_LIKELY = """
cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 iso8859_2 iso8859_15
mac_roman koi8_r gb18030 big5 shift_jis euc_jp euc_kr
""".split()


def decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    r"""Decode bytes by their mark, as UTF-8, as UTF-16, or by a guess that is named.

    Returns the text, line ends normalised, and the warnings (one, where it guessed).

    >>> decode("\ufeffé\r\n".encode("utf-16-le"))
    ('é\n', ())
    """
    text, warnings = _decode(content)
    if "\0" in text:
        raise UnreadableError(
            "this is not a text file", mend="export the transcript as text"
        )
    return normalise_line_ends(text), warnings


def _decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _decode_strictly(content[len(mark) :], name), ()
    name = _utf16_without_mark(content)
    if name:
        return _decode_strictly(content, name), ()
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _guess(content)


def _decode_strictly(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableError(
            f"the bytes are not {name.upper()}, as the file's mark says",
            mend="save it as UTF-8",
            line=line,
        ) from error


def _utf16_without_mark(content: bytes) -> str:
    """Latin text in UTF-16 has a zero in every second byte."""
    sample = content[:4000]
    if len(sample) < 4:
        return ""
    half = len(sample) // 2
    zeros_first, zeros_second = sample[0::2].count(0), sample[1::2].count(0)
    if zeros_second > 0.4 * half and zeros_first == 0:
        return "utf-16-le"
    if zeros_first > 0.4 * half and zeros_second == 0:
        return "utf-16-be"
    return ""


def _guess(content: bytes) -> tuple[str, tuple[str, ...]]:
    import charset_normalizer

    matches = charset_normalizer.from_bytes(content, cp_isolation=_LIKELY)
    best = next((x for x in matches if x.encoding == "cp1252"), matches.best())
    if best is None or b"\0" in content:
        raise UnreadableError(
            "this is not a text file in any known encoding", mend="save it as UTF-8"
        )
    warning = f"the encoding was guessed: {best.encoding}; look at the letters"
    return content.decode(best.encoding), (f"{warning}, or save it as UTF-8",)
