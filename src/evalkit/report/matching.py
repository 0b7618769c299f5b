"""Whether words stand in a text, as a careful quotation may shorten them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

_SAME = {
    **dict.fromkeys("‘’‚‛′`´“”„‟″«»\"'", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
}
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# A word that a line's end breaks, or two that a hyphen joins there: nobody can tell.
_BROKEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010][ \t]*\r?\n\s*(?=[^\W\d_])")
_GAP = re.compile(r"\s*(?:\[(?P<put>[^\]\n]{0,60})\]|\.{3}|\. \. \.)\s*")
_CAPITAL = re.compile(r"\[(\w)\](?=\w)")  # [W]e: a letter's case was changed
_FAR = 400  # characters that a gap leaves out, at most
_TIGHT = ";:!?»"  # a space before these is a matter of taste
_NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|nothing|none|nor|neither|without|hardly|barely|scarcely|"
    r"cannot|ne|n'|pas|jamais|rien|personne|aucune?)\b|n't\b",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"(?:^|[^\w])(?:non|un|anti|ex|half|pseudo)-$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])['\s]+")


@dataclass(frozen=True)
class Match:
    """Where words stand in a text, and what the quotation leaves out of it.

    `turned` says whether what is left out, or put in, could turn a sentence round.
    """

    start: int
    end: int
    left_out: tuple[str, ...] = ()
    turned: bool = False


def find_words(words: str, text: str) -> list[Match]:
    """Find where `words` stand in `text`, each place once.

    White space, the shape of quotation marks, hyphens and dashes, soft hyphens, how an
    accent is composed, the case of the first letter and a word broken at a line's end
    make no difference; `…` and `[…]` may leave out up to 400 characters, and words in
    brackets may stand for others. Everything else is letter for letter, from the
    beginning of a word to the end of one.

    >>> [(m.start, m.end, m.left_out)
    ...  for m in find_words("It “was” … dark", 'It "was"  very dark')]
    [(0, 19, ('very',))]
    >>> find_words("can", "It cannot be")
    []
    """
    if all(unicodedata.category(each)[0] in "PZC" for each in words):
        return []
    for broken, joint in product(("", "-"), ("", "-")):
        folded, places = _fold(text, broken)
        found = _find_folded(_fold(words, joint)[0].strip(), folded)
        if found:
            return [_place(each, text, places) for each in found]
        if not _BROKEN.search(text) and not _BROKEN.search(words):
            break
    return []


def fold(text: str) -> str:
    r"""Fold what makes no difference between a text and a quotation of it.

    >>> fold("a  reser-\nvation \u201cmade\u201d\u2026")
    "a reservation 'made'..."
    """
    return _fold(text, "")[0]


@dataclass(frozen=True)
class _Found:
    spans: tuple[tuple[int, int], ...]
    left_out: tuple[str, ...] = ()
    turned: bool = False


def _place(found: _Found, text: str, places: tuple[int, ...]) -> Match:
    end = places[found.spans[-1][1] - 1] + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return Match(places[found.spans[0][0]], end, found.left_out, found.turned)


@lru_cache(maxsize=1 << 14)
def _fold(text: str, broken: str) -> tuple[str, tuple[int, ...]]:
    """Give the folded text, and the place in `text` of each of its characters."""
    letters: list[str] = []
    places: list[int] = []
    for at, character in _walk(text, broken):
        if character == " " and (not letters or letters[-1] == " "):
            continue
        if character in _TIGHT and letters and letters[-1] == " ":
            letters.pop()
            places.pop()
        for letter in _SAME.get(character, character):
            letters.append(letter)
            places.append(at)
    return "".join(letters), tuple(places)


def _walk(text: str, broken: str) -> Iterator[tuple[int, str]]:
    """Yield each letter with its accents composed; a run of white space is spaces."""
    breaks = {found.start(): found.end() for found in _BROKEN.finditer(text)}
    at, after_guillemet = 0, False
    while at < len(text):
        if at in breaks:
            if broken:
                yield at, broken
            at = breaks[at]
            continue
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        character = text[at]
        if character.isspace():
            if not after_guillemet:
                yield at, " "
        elif not _INVISIBLE.match(character):
            after_guillemet = character == "«"
            if end > at + 1:
                for letter in unicodedata.normalize("NFC", text[at:end]):
                    yield at, letter
            else:
                yield at, character
        at = end


def _find_folded(words: str, text: str) -> list[_Found]:
    """Find folded words: as they are, without a last stop, then with their gaps."""
    for each in dict.fromkeys([words, words.rstrip(".,;:!? ")]):
        whole = [_Found((span,)) for span in _find_whole(each, text)]
        if whole:
            return whole
    pieces, put = _cut(_CAPITAL.sub(r"\1", words))
    if not pieces:
        return []
    last = pieces[-1].rstrip(".,;:!?")
    found = [*_find_pieces(pieces, put, text)]
    if not found and last and last != pieces[-1]:
        found = [*_find_pieces([*pieces[:-1], last], put, text)]
    return found


def _cut(words: str) -> tuple[list[str], list[str]]:
    """Cut words at their gaps; what brackets put in before each piece but the first."""
    pieces: list[str] = []
    put: list[str] = []
    at, within = 0, ""
    for gap in [*_GAP.finditer(words), None]:
        piece = words[at : gap.start() if gap else len(words)].strip()
        if piece:
            put += [within] if pieces else []
            pieces.append(piece)
            within = ""
        if gap:
            within += f" {gap['put'] or ''}"
            at = gap.end()
    return pieces, put


def _find_pieces(pieces: list[str], put: list[str], text: str) -> Iterator[_Found]:
    for first in _find_whole(pieces[0], text):
        spans = [first]
        for piece in pieces[1:]:
            follows = next(_find_whole(piece, text, spans[-1][1]), None)
            if follows is None or follows[0] - spans[-1][1] > _FAR:
                break
            spans.append(follows)
        else:
            gaps = [(a, b) for (_, a), (b, _) in pairwise(spans)]
            yield _Found(
                tuple(spans),
                tuple(text[a:b].strip() for a, b in gaps),
                any(
                    _denies(text, a, b) != bool(_NEGATION.search(within))
                    for (a, b), within in zip(gaps, put, strict=True)
                ),
            )


def _denies(text: str, start: int, end: int) -> bool:
    """Say whether what is left out denies what is kept: whole sentences do not."""
    before = text[:start].rstrip(" '")
    begins = not before or before[-1] in ".!?"
    sentences = _SENTENCE_END.split(text[start:end].strip())
    for at, sentence in enumerate(sentences):
        is_whole = (at > 0 or begins) and sentence.rstrip("'").endswith((".", "!", "?"))
        if not is_whole and _NEGATION.search(sentence):
            return True
    return False


def _find_whole(piece: str, text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    if not piece:
        return
    first = f"(?i:{re.escape(piece[0])})"
    for found in re.compile(first + re.escape(piece[1:])).finditer(text, start):
        if not _is_inside(text, *found.span()):
            yield found.span()


def _is_inside(text: str, start: int, end: int) -> bool:
    """Say whether a span begins or ends within a word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if _is_letter(text[start]) and (
        _is_letter(before) or _PREFIX.search(text[max(start - 8, 0) : start])
    ):
        return True
    if after == "'" and text[end : end + 2][1:].isalnum():
        return _is_letter(text[end - 1])
    return _is_letter(after) and (
        _is_letter(text[end - 1]) or unicodedata.category(after).startswith("M")
    )


def _is_letter(character: str) -> bool:
    return bool(character) and (
        character.isalnum() or unicodedata.category(character).startswith("M")
    )
