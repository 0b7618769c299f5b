"""Text folded for searching, every place in it traceable to the text as it stands."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

_ASCII = bytes(range(128))
_SPACES = "".join(chr(c) for c in range(128) if chr(c).isspace())
_FOLD = bytes.maketrans(
    (string.ascii_uppercase + _SPACES).encode(),
    (string.ascii_lowercase + " " * len(_SPACES)).encode(),
)
_APOSTROPHES = frozenset("’‘ʼ＇′")
_SOFT_HYPHEN = "\xad"
_JOINERS = frozenset("\u200c\u200d")
# What a byte is to a word: nothing, a part of it, or part of a letter to look up.
_NO, _YES, _LOOK = 0, 1, 2
_EDGES = bytes(
    _LOOK if code > 127 else _YES if chr(code).isalnum() or chr(code) == "_" else _NO
    for code in range(256)
)
_TWO_SPACES = re.compile(rb" {2,}")


@dataclass(frozen=True)
class Folded:
    """A text folded for searching, in UTF-8.

    Letters are caseless, every apostrophe is `'`, a run of white space is one space,
    accents are composed, soft hyphens are gone. `to_text` leads a place of `content`
    back to the text.
    """

    content: bytes
    _spaces: Places | None = None  # place in `content` -> before squeezing
    _letters: Places | None = None  # -> character, where not all are ASCII
    _starts: Places | None = None  # -> first and last character of the
    _ends: Places | None = None  # text, where folding changed their number

    def to_text(self, starts: Any, ends: Any) -> tuple[Any, Any]:
        """Lead a span of bytes, or arrays of them, back to characters of the text."""
        if self._spaces is not None:
            starts, ends = self._spaces[starts], self._spaces[ends - 1] + 1
        if self._letters is not None:
            starts = self._letters.searchsorted(starts)
            ends = self._letters.searchsorted(ends)
        if self._starts is not None and self._ends is not None:
            starts, ends = self._starts[starts], self._ends[ends - 1]
        return starts, ends

    @property
    def is_plain(self) -> bool:
        """Say whether places in `content` are places in the text."""
        return self._spaces is None and self._letters is None

    def find_whole(
        self, found: Iterable[tuple[int, int, int]]
    ) -> list[tuple[int, int, int]]:
        """Find the (number, start, end) that begin and end where words do."""
        # The byte after the last is also the one before the first, by index -1.
        edges = self.content.translate(_EDGES) + bytes([_NO])
        return [
            each
            for each in found
            if not (edge := edges[each[1] - 1] | edges[each[2]])
            or (edge == _LOOK and self._is_whole(each[1], each[2]))
        ]

    def _is_whole(self, start: int, end: int) -> bool:
        return not (
            (start > 0 and self._in_word(start - 1))
            or (end < len(self.content) and self._in_word(end))
        )

    def _in_word(self, at: int) -> bool:
        first = at
        while self.content[first] & 0xC0 == 0x80:
            first -= 1
        return in_word(self.content[first : first + 4].decode("utf-8", "replace")[0])


@cache
def in_word(character: str) -> bool:
    """Say whether a character is part of a word, marks on a letter included.

    >>> [in_word(c) for c in ("a", "é", "\u0301", "_", "-", "'")]
    [True, True, True, True, False, False]
    """
    return (
        character.isalnum()
        or character == "_"
        or character in _JOINERS
        or unicodedata.category(character).startswith("M")
    )


def fold(text: str) -> Folded:
    """Fold a text for searching.

    >>> folded = fold("It’s  NOT")
    >>> start, end = folded.to_text(5, 8)
    >>> folded.content, "It’s  NOT"[start:end]
    (b"it's not", 'NOT')
    """
    return squeeze(fold_letters(text))


def fold_letters(text: str) -> Folded:
    """Fold a text, but leave runs of white space as long as they are (see `squeeze`).

    Most texts have none, and looking for one takes as long as looking for all cues.
    """
    if text.isascii():
        return Folded(text.encode("ascii").translate(_FOLD))
    content = text.encode("utf-8", "surrogatepass")
    odd = content.translate(None, _ASCII)
    content = content.translate(_FOLD)
    characters = set(odd.decode("utf-8", "surrogatepass"))
    if any(map(_changes_length, characters)) or (
        any(map(_composes, characters)) and not _is_composed(text)
    ):
        return _fold_clusters(text)
    for character in characters:
        folded = _fold_one(character.casefold())
        if folded != character:
            content = content.replace(
                character.encode("utf-8", "surrogatepass"), folded.encode("utf-8")
            )
    return Folded(content, _letters=_find_letters(content))


def squeeze(folded: Folded) -> Folded:
    """Make every run of white space one space."""
    if not _TWO_SPACES.search(folded.content):
        return folded
    codes = np.frombuffer(folded.content, dtype=np.uint8)
    is_space = codes == ord(" ")
    kept = np.ones(len(codes), dtype=bool)
    kept[1:] = ~(is_space[1:] & is_space[:-1])
    places = np.flatnonzero(kept)
    return Folded(
        codes[places].tobytes(), places, folded._letters, folded._starts, folded._ends
    )


def _find_letters(content: bytes) -> Places:
    codes = np.frombuffer(content, dtype=np.uint8)
    return np.flatnonzero((codes & 0xC0) != 0x80)


@cache
def _fold_one(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    return " " if character.isspace() else character


@cache
def _changes_length(character: str) -> bool:
    """Say whether a character is not folded to one character."""
    return character == _SOFT_HYPHEN or len(character.casefold()) != 1


@cache
def _joins_on(character: str) -> bool:
    """Say whether a character may be one letter with the character before it."""
    return (
        unicodedata.category(character).startswith("M")
        or "\u1160" <= character <= "\u11ff"  # the later parts of a Korean syllable
    )


@cache
def _composes(character: str) -> bool:
    return _joins_on(character) or not unicodedata.is_normalized("NFC", character)


def _is_composed(text: str) -> bool:
    """Say whether a text is composed and stays so in lower case: J̌ does not, ǰ is."""
    return unicodedata.is_normalized("NFC", text) and unicodedata.is_normalized(
        "NFC", text.casefold()
    )


def _fold_clusters(text: str) -> Folded:
    """Fold a text letter by letter, where a letter may become none, one or many."""
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _find_clusters(text):
        start, end = match.span()
        if (cluster := match.group()).isascii():
            folded.append(cluster)
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            composed = _fold_cluster(cluster)
            folded.append(composed)
            starts.extend([start] * len(composed))
            ends.extend([end] * len(composed))
    content = "".join(folded).encode("utf-8", "surrogatepass").translate(_FOLD)
    letters = _find_letters(content)
    return Folded(content, None, letters, np.array(starts), np.array(ends))


def _find_clusters(text: str) -> Iterable[re.Match[str]]:
    """Cut a text into ASCII, soft hyphens, spaces, and letters with their marks."""
    marks = "\u0301" + "".join(filter(_joins_on, set(text)))
    cluster = (
        f"[\0-\x7f]+(?![{_SOFT_HYPHEN}{marks}])"
        f"|{_SOFT_HYPHEN}+|\\s|.(?:{_SOFT_HYPHEN}*[{marks}])*"
    )
    return re.finditer(cluster, text, re.DOTALL)


@lru_cache(maxsize=10_000)
def _fold_cluster(cluster: str) -> str:
    # Decomposed before, or ᾳ with an accent would differ by how it was typed.
    letter = unicodedata.normalize("NFD", cluster.replace(_SOFT_HYPHEN, ""))
    composed = unicodedata.normalize("NFC", letter.casefold())
    return "".join(map(_fold_one, composed))
