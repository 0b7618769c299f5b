"""Where the codebook's cue phrases stand in texts: every one, by one pass."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, product
from typing import Any

import ahocorasick_rs
import numpy as np
import pandas as pd

from evalkit.coding.codebook import FILE
from evalkit.coding.folding import fold, fold_letters, in_word, squeeze
from evalkit.errors import Problem, ProblemsError
from evalkit.tables import HITS, list_rows

_LEAST = 2  # letters that a wildcard needs beside its *
_MOST = 5000  # phrases that one cue may stand for
_LEMMA = re.compile(r"\{([^{}]*)\}")
_BRACES = re.compile(r"[{}]")
_TWO_SPACES = b"  "


class CueError(ValueError):
    """A cue that means nothing: what is wrong, and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


@dataclass(frozen=True)
class Cues:
    """Cues compiled for searching.

    `table` has one row a cue: code_id, phrase, kind (cue or trap), line. `owners` says
    which rows each searched phrase belongs to; `patterns` are spaCy token patterns, by
    row, which `find_hits` leaves to `evalkit.coding.components`.
    """

    table: pd.DataFrame
    owners: tuple[tuple[int, ...], ...]
    patterns: Mapping[int, list[dict[str, Any]]]
    _automaton: ahocorasick_rs.BytesAhoCorasick = field(repr=False)

    def find_hits(self, text: str) -> list[tuple[int, int, int]]:
        """Find every cue in a text, those that overlap as well: (start, end, row)."""
        folded = fold_letters(text)
        found = self._search(folded.content)
        if any(not phrase for phrase, _, _ in found):
            folded = squeeze(folded)
            found = self._search(folded.content)
        owners = self.owners
        hits = [
            (start, end, row)
            for phrase, start, end in folded.find_whole(found)
            for row in owners[phrase]
        ]
        if hits and not folded.is_plain:
            starts, ends, rows = np.array(hits).T
            starts, ends = folded.to_text(starts, ends)
            columns = (starts.tolist(), ends.tolist(), rows.tolist())
            hits = list(zip(*columns, strict=True))
        return sorted(hits)

    def _search(self, content: bytes) -> list[tuple[int, int, int]]:
        return self._automaton.find_matches_as_indexes(content, overlapping=True)


def compile_cues(
    cues: pd.DataFrame, texts: Iterable[str], *, language: str = "en"
) -> Cues:
    """Compile cues (code_id, phrase, kind, line) for searching `texts`.

    A phrase matches whole words, whatever their case, with any white space between
    them, and curly or straight apostrophes. `legitim*` and `*hood` are any word that
    begins or ends so, `{boost}` any form of the word, both as far as `texts` hold
    them; a list is a spaCy token pattern. What cannot be compiled raises
    `ProblemsError` with its line.

    >>> cues = pd.DataFrame({"code_id": "a", "phrase": ["legitim*", "no right"],
    ...                      "kind": "cue", "line": 1})
    >>> text = "It gave legitimacy. Nobody said we'd no\\nright."
    >>> [text[start:end] for start, end, _ in
    ...  compile_cues(cues, [text]).find_hits(text)]
    ['legitimacy', 'no\\nright']
    """
    words = _Vocabulary(texts, language)
    phrases: dict[bytes, list[int]] = {_TWO_SPACES: []}
    patterns: dict[int, list[dict[str, Any]]] = {}
    problems: list[Problem] = []
    for row, cue in enumerate(list_rows(cues)):
        try:
            if isinstance(cue["phrase"], list):
                patterns[row] = check_pattern(cue["phrase"])
                continue
            for phrase in expand(str(cue["phrase"]), words):
                owners = phrases.setdefault(fold(phrase).content, [])
                if row not in owners:
                    owners.append(row)
        except CueError as error:
            what = f"{cue['kind']} {str(cue['phrase'])!r} of {cue['code_id']!r}: "
            problems.append(Problem(FILE, cue["line"], what + error.what, error.mend))
    if problems:
        raise ProblemsError(problems)
    automaton = ahocorasick_rs.BytesAhoCorasick(
        list(phrases), implementation=ahocorasick_rs.Implementation.DFA
    )
    owned = tuple(tuple(rows) for rows in phrases.values())
    return Cues(cues.reset_index(drop=True), owned, patterns, automaton)


def find_cues(texts: Mapping[str, str], cues: Cues) -> pd.DataFrame:
    """Find the cues in each text: one row a hit (see `evalkit.tables.HITS`)."""
    # Arrays a document: 280,000 hits as tuples take twice the time and memory.
    found = {
        document_id: np.array(cues.find_hits(text), dtype="int64").reshape(-1, 3)
        for document_id, text in texts.items()
    }
    if not found:
        return HITS.empty()
    starts, ends, rows = np.concatenate(list(found.values())).T
    documents = pd.Series(list(found), dtype="str")
    numbers = np.repeat(np.arange(len(found)), [len(hits) for hits in found.values()])
    of_hit = cues.table[["code_id", "kind", "phrase"]].astype("str")
    hits = of_hit.take(rows).reset_index(drop=True)
    hits = hits.assign(
        document_id=documents.take(numbers).to_numpy(), start=starts, end=ends
    )
    return HITS.typed(hits[list(HITS.columns)])


def expand(phrase: str, words: _Vocabulary) -> Iterator[str]:
    """Give every phrase that a cue stands for, folded."""
    folded = _fold_text(phrase).strip()
    if not any(map(str.isalnum, folded)):
        raise CueError("it holds no word", "write a phrase, or take it out")
    outside_and_lemmas = _LEMMA.split(folded)
    if _BRACES.search("".join(outside_and_lemmas[::2])):
        raise CueError(
            "a brace is open or empty", "write {boost} for any form of boost"
        )
    pieces: list[Sequence[str]] = []
    for at, part in enumerate(outside_and_lemmas):
        if at % 2:
            pieces.append(words.find_forms(part))
        else:
            pieces += [
                words.find_like(piece) if "*" in piece else [piece]
                for piece in _cut_wild(part)
            ]
    n = 1
    for choices in pieces:
        n *= len(choices)
    if n > _MOST:
        raise CueError(f"it stands for {n:,} phrases", "write it more narrowly")
    return ("".join(chosen) for chosen in product(*pieces))


def check_pattern(pattern: list[Any]) -> list[dict[str, Any]]:
    """Return a spaCy token pattern, or say what is wrong with it."""
    from spacy.errors import MatchPatternError

    from evalkit.nlp import check_token_pattern

    plain = [dict(token) if isinstance(token, dict) else token for token in pattern]
    try:
        check_token_pattern(plain)
    except (MatchPatternError, ValueError, re.error) as error:
        what = " ".join(str(error).split())
        mend = "write it as spaCy does: [{LOWER: boost}, {LOWER: morale}]"
        raise CueError(f"no token pattern ({what[:120]})", mend) from error
    return plain


class _Vocabulary:
    """The words of the texts, looked at only when a cue asks for some of them."""

    def __init__(self, texts: Iterable[str], language: str) -> None:
        self._texts, self._language = texts, language
        self._written: dict[str, set[str]] = {}  # a word folded -> as the texts have it
        self._sorted: list[str] | None = None
        self._reversed: list[str] = []
        self._forms: dict[str, list[str]] = {}

    def find_like(self, piece: str) -> list[str]:
        """Find the words that `piece` stands for, * being any letters or none."""
        parts = piece.split("*")
        if sum(len(part) for part in parts) < _LEAST:
            mend = "write more of the word"
            raise CueError("a * alone is every word", mend)
        words = self._words()
        if parts[0]:
            at = bisect_left(words, parts[0])
            begin = words[at : bisect_left(words, parts[0] + "\U0010ffff")]
        elif parts[-1]:
            tail = parts[-1][::-1]
            at = bisect_left(self._reversed, tail)
            end = bisect_left(self._reversed, tail + "\U0010ffff")
            begin = [word[::-1] for word in self._reversed[at:end]]
        else:
            begin = words
        whole = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
        return sorted(word for word in begin if whole.fullmatch(word))

    def find_forms(self, lemma: str) -> list[str]:
        """Find the words that are a form of `lemma`, itself included."""
        lemma = lemma.strip()
        if not lemma or not all(map(in_word, lemma)):
            mend = "write {boost} for any form of boost"
            raise CueError("braces hold one word", mend)
        if not self._forms:
            lemmatize = _lemmatizer(self._language)
            for word in self._words():
                for written in self._written[word]:
                    self._forms.setdefault(lemmatize(written), []).append(word)
        return sorted({lemma, *self._forms.get(lemma, ())})

    def _words(self) -> list[str]:
        if self._sorted is None:
            chunks: set[str] = set()
            for text in self._texts:
                chunks.update(text.split())
            for chunk in chunks:
                for word, written in _cut_words(chunk):
                    self._written.setdefault(word, set()).add(written)
            self._sorted = sorted(self._written)
            self._reversed = sorted(word[::-1] for word in self._written)
        return self._sorted


def _fold_text(text: str) -> str:
    return fold(text).content.decode("utf-8", "surrogatepass")


def _cut_words(text: str) -> Iterator[tuple[str, str]]:
    """Cut a text into words: folded, and as they stand."""
    folded = fold(text)
    end = 0
    for is_word, letters in groupby(
        folded.content.decode("utf-8", "surrogatepass"), in_word
    ):
        word = "".join(letters)
        start, end = end, end + len(word.encode("utf-8", "surrogatepass"))
        if is_word:
            yield word, text[slice(*folded.to_text(start, end))]


def _cut_wild(phrase: str) -> list[str]:
    """Cut a phrase into words, * being a letter, and what is between them."""
    cut = groupby(phrase, lambda letter: letter == "*" or in_word(letter))
    return ["".join(letters) for _, letters in cut]


def _lemmatizer(language: str) -> Callable[[str], str]:
    import simplemma

    try:
        simplemma.lemmatize("a", lang=language)
    except ValueError as error:
        mend = "write the forms out, each as a cue"
        raise CueError(f"no word forms are known for {language!r}", mend) from error

    def lemmatize(word: str) -> str:
        # As written: dictionaries know Häuser and λόγους, not häuser and λόγουσ.
        word = unicodedata.normalize("NFC", word.replace("\xad", ""))
        if word.isupper():
            word = word.capitalize()
        return _fold_text(simplemma.lemmatize(word, lang=language))

    return lemmatize
