"""Whether words stand in a text, as a careful quotation may shorten them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_BROKEN = re.compile(r"-[ \t]*\n\s*")  # a word that a line's end breaks
_GAP = re.compile(r"\s*(?:\[[^\]\n]{0,60}\]|\.\s?\.\s?\.|…)\s*")
_FAR = 400  # characters that a gap leaves out, at most
_NOT = re.compile(
    r"\b(?:not|no|never|nobody|nothing|none|nor|neither|without|hardly|barely|scarcely|"
    r"cannot|ne|pas|jamais|rien|personne|aucune?)\b|n't\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Match:
    """Where words stand in a text, and what the quotation leaves out of it."""

    start: int
    end: int
    left_out: tuple[str, ...] = ()

    @property
    def drops_a_negation(self) -> bool:
        """Whether what is left out could turn the sentence round."""
        return any(_NOT.search(fold(words)[0]) for words in self.left_out)


def find_words(words: str, text: str) -> list[Match]:
    """Find where `words` stand in `text`, each place once.

    White space, the shape of quotation marks, hyphens and dashes, soft hyphens and a
    word broken at a line's end make no difference; `…` and `[…]` may leave out up to
    400 characters, and a word in brackets may stand for others. Everything else is
    letter for letter, from the beginning of a word to the end of one.

    >>> [(m.start, m.end, m.left_out) for m in find_words("It “was” … dark", 'It "was"  very dark')]
    [(0, 19, ('very',))]
    >>> find_words("can", "It cannot be")
    []
    """
    folded, places = fold(text)
    pieces = [fold(piece)[0].strip() for piece in _GAP.split(words)]
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        return []
    found = _find_pieces(pieces, folded)
    bare = pieces[-1].rstrip(".,;:!?")
    if not found and bare != pieces[-1] and bare:
        found = _find_pieces([*pieces[:-1], bare], folded)
    return [
        Match(
            places[spans[0][0]],
            places[spans[-1][1] - 1] + 1,
            tuple(
                folded[a:b].strip()
                for (_, a), (b, _) in zip(spans, spans[1:], strict=False)
            ),
        )
        for spans in found
    ]


def fold(text: str) -> tuple[str, list[int]]:
    """Fold what makes no difference between a text and a quotation of it.

    Gives the folded text, and the place in `text` of each of its characters.

    >>> fold("a  well-\\nknown \\u201cplace\\u201d")[0]
    'a wellknown "place"'
    """
    skipped = {
        at
        for found in _BROKEN.finditer(text)
        if found.start() > 0 and text[found.start() - 1].isalpha()
        for at in range(found.start(), found.end())
    }
    letters: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text.translate(_SAME)):
        if at in skipped or _INVISIBLE.match(character):
            continue
        if character.isspace():
            if letters and letters[-1] != " ":
                letters.append(" ")
                places.append(at)
            continue
        letters.append(character)
        places.append(at)
    return "".join(letters), places


def _find_pieces(pieces: list[str], text: str) -> list[list[tuple[int, int]]]:
    found = []
    for first in _find_whole(pieces[0], text, 0):
        spans = [first]
        for piece in pieces[1:]:
            after = spans[-1][1]
            follows = next(iter(_find_whole(piece, text, after)), None)
            if follows is None or follows[0] - after > _FAR:
                break
            spans.append(follows)
        else:
            found.append(spans)
    return found


def _find_whole(piece: str, text: str, start: int) -> list[tuple[int, int]]:
    before = r"(?<!\w)" if piece[0].isalnum() else ""
    after = r"(?!\w|'\w)" if piece[-1].isalnum() else ""
    pattern = re.compile(before + re.escape(piece) + after)
    return [found.span() for found in pattern.finditer(text, start)]
