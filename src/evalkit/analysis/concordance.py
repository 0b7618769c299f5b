"""Every place where a word or phrase is said, with the words around it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import permutations
from typing import Literal

import pandas as pd

from evalkit.errors import EvalkitError

_OF_TURN = ["document_id", "turn", "respondent_id", "role"]
_APOSTROPHES = "'’‘ʼ＇′"
_ACCENTS = "\u0300-\u036f"  # what may be typed apart from its letter
_JOINERS = "\u200c\u200d"
_MOST_ACCENTS = 4  # on one letter; more of them are found as they are typed only


def find_concordance(
    turns: pd.DataFrame, phrase: str, *, n_words: int = 8
) -> pd.DataFrame:
    """Find where a word or phrase is said: keyword in context.

    One row a hit: document_id, turn, respondent_id, role, start, end (characters of
    the document's text), left, keyword, right: the text as it stands, up to `n_words`
    words (what white space parts) on either side, within the turn. Hits do not overlap.
    Give the turns that you want searched: `turns[turns["role"].eq("respondent")]`.

    The phrase is found in whole words and in any case. White space in it is any white
    space, an apostrophe any apostrophe, an accent is found however it was typed; `*` at
    either end of a word is any letters, none included. All else is itself. In a script
    that does not part its words, write `*` on both sides. A phrase without anything but
    `*` raises `EvalkitError`.

    >>> turns = pd.DataFrame({"document_id": ["A"], "turn": [1], "role": "respondent",
    ...     "respondent_id": "P1", "start": [4], "text": ["We trust them, I trusted"]})
    >>> hits = find_concordance(turns, "TRUST*", n_words=2)
    >>> hits[["start", "left", "keyword", "right"]]
       start      left  keyword     right
    0      7       We     trust   them, I
    1     21  them, I   trusted
    """
    if n_words < 0:
        raise ValueError(f"n_words is {n_words}")
    texts = turns["text"].to_list()
    letter = _spell_any_letter(texts)
    pattern = re.compile(_spell_phrase(phrase, letter), re.IGNORECASE)
    found = [
        (at, *match.span())
        for at, text in enumerate(texts)
        for match in pattern.finditer(text)
    ]
    hits = turns[_OF_TURN].take([at for at, _, _ in found]).reset_index(drop=True)
    begins = turns["start"].to_list()
    follows = re.compile(rf"\S*(?:\s+\S+){{0,{n_words}}}")
    context = [
        (
            *(begins[at] + start, begins[at] + end),
            _cut_left(texts[at][:start], n_words),
            texts[at][start:end],
            follows.match(texts[at], end)[0],  # type: ignore[index]
        )
        for at, start, end in found
    ]
    columns = ["start", "end", "left", "keyword", "right"]
    kinds = {c: "int64" if c in ("start", "end") else "str" for c in columns}
    return hits.join(pd.DataFrame(context, columns=columns).astype(kinds))


def sort_concordance(
    hits: pd.DataFrame, *, by: Literal["left", "right", "place"]
) -> pd.DataFrame:
    """Sort hits by the words around them, or back to the order of the interviews.

    One row a row of `hits`. "left" looks at the word before the keyword, then at the
    one before that; "right" at the words after it; case and punctuation make no
    difference. Hits with the same words keep their order.

    >>> hits = pd.DataFrame({"left": ["we do ", "They ", "I “Do” "]})
    >>> sort_concordance(hits, by="left")["left"].to_list()
    ['I “Do” ', 'we do ', 'They ']
    """
    if by == "place":
        place = ["document_id", "turn", "start"]
        return hits.sort_values(place, kind="stable", ignore_index=True)
    if by not in ("left", "right"):
        raise ValueError(f"by is 'left', 'right' or 'place', not {by!r}")
    step = -1 if by == "left" else 1
    # é stands after e, however it was typed.
    folded = [unicodedata.normalize("NFD", words.casefold()) for words in hits[by]]
    other = re.compile(f"(?!{_spell_any_letter(folded)})\\S")
    keys = [other.sub("", words).split()[::step] for words in folded]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return hits.take(order).reset_index(drop=True)


def _cut_left(before: str, n_words: int) -> str:
    """Keep the last words; what touches the keyword (a bracket) is none of them."""
    touches = before[-1:].strip() != ""
    parts = before.rsplit(maxsplit=n_words + touches)
    is_cut = len(parts) > n_words + touches
    return before[len(parts[0]) :].lstrip() if is_cut else before


# --- the phrase as a pattern: the text stays as it is, so offsets are its own ---


def _spell_phrase(phrase: str, letter: str) -> str:
    words = unicodedata.normalize("NFC", phrase).split()
    if not "".join(words).strip("*"):
        raise EvalkitError(f"phrase {phrase!r} has no letters: write what to look for")
    if any(re.match(f"[{_ACCENTS}]", word.strip("*")) for word in words):
        raise EvalkitError(f"phrase {phrase!r} has an accent without its letter")
    return r"\s+".join(_spell_word(word, letter) for word in words)


def _spell_word(word: str, letter: str) -> str:
    """Spell a word of the phrase; a `*` alone is any word."""
    if not word.strip("*"):
        return f"(?<!{letter}){letter}+(?!{letter})"
    stem = word.strip("*")
    before = f"{letter}*" if word.startswith("*") else ""
    # Or trust* would find an accented t where it was typed in two parts only.
    after = f"(?![{_ACCENTS}]){letter}*" if word.endswith("*") else ""
    is_open = before or re.match(r"\w", stem)
    # An accent ends a word as the letter below it does.
    is_close = after or re.match(letter, stem[-1])
    return "".join(
        [
            f"(?<!{letter})" if is_open else "",
            before,
            *(_spell_letter(each) for each in re.findall(rf".[{_ACCENTS}]*", stem)),
            after,
            f"(?!{letter})" if is_close else "",
        ]
    )


@cache
def _spell_letter(letter: str) -> str:
    """Spell a letter in each way in which its accents can be typed."""
    if letter in _APOSTROPHES:
        return f"[{_APOSTROPHES}]"
    apart = unicodedata.normalize("NFD", letter)
    base, accents = apart[0], apart[1:]
    ways = {letter, apart}
    if len(accents) <= _MOST_ACCENTS:
        for order in map("".join, permutations(accents)):
            for n_joined in range(len(order) + 1):
                joined = unicodedata.normalize("NFC", base + order[:n_joined])
                ways.add(joined + order[n_joined:])
    same = [way for way in ways if unicodedata.normalize("NFD", way) == apart]
    spelled = sorted(map(re.escape, same))
    return spelled[0] if len(spelled) == 1 else f"(?:{'|'.join(spelled)})"


def _spell_any_letter(texts: Iterable[str]) -> str:
    r"""Spell any part of a word: `\w` has no marks on letters."""
    # Only those that stand in the texts: to look for all takes 15 times as long.
    marks = sorted(filter(_is_mark, set().union(*texts)))
    return rf"[\w{''.join(marks)}]"


def _is_mark(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character)[0] == "M"
