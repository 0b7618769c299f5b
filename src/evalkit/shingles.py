"""Runs of consecutive words, found again wherever they were copied to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

RUN = 8  # words in a row that are no coincidence

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile("['’‘ʼ‛′`]")
_HYPHEN_AT_LINE_END = re.compile(r"(?<=\w)[-‐\N{SOFT HYPHEN}]\s*\n\s*(?=\w)")
_UNSEEN = ("Mn", "Mc", "Me", "Cf")  # marks on letters, and what directs or joins them


def split_words(text: str) -> list[str]:
    r"""Split a text into its words: letters and digits, without case and accents.

    An apostrophe does not end a word, nor does a soft hyphen, nor a hyphen at a line's
    end.

    >>> split_words("We didn’t go – we re-\nturned, en été!")
    ['we', 'didnt', 'go', 'we', 'returned', 'en', 'ete']
    """
    joined = _HYPHEN_AT_LINE_END.sub("", text)
    return _WORD.findall(_fold(_APOSTROPHES.sub("", joined)))


def cut_runs(texts: Iterable[str], *, n: int = RUN) -> set[str]:
    """Cut texts into every run of `n` consecutive words, written without spaces.

    A text of fewer words gives none. In a script without spaces between words, a
    stretch up to the next punctuation counts as a word.

    >>> sorted(cut_runs(["It was cold, yes."], n=3))
    ['itwascold', 'wascoldyes']
    """
    if n < 1:
        raise ValueError(f"a run of {n} words")
    runs = set()
    for text in texts:
        words = split_words(text)
        runs |= {"".join(words[at : at + n]) for at in range(len(words) - n + 1)}
    return runs


class Runs:
    r"""The runs of `n` words in `texts` that are not also in `shared`, to be found.

    A run is compared by its letters, and has to begin and end where a word does. So it
    is found even if a word was divided (by an element, a hyphen, the end of a line), an
    apostrophe changed, or an accent composed anew.

    >>> runs = Runs(["It was cold, and nobody came."], n=3, shared=["it WAS cold"])
    >>> list(runs.find_in("It was cold. Nobody came."))
    []
    >>> list(runs.find_in("It was old, and no-\nbody ca me."))
    ['andnobodycame']
    """

    def __init__(
        self, texts: Iterable[str], *, n: int = RUN, shared: Iterable[str] = ()
    ) -> None:
        self.n = n
        self._runs = cut_runs(texts, n=n)
        self._index()
        for text in shared:
            self._runs.difference_update(list(self.find_in(text)))
        self._index()

    def __len__(self) -> int:
        return len(self._runs)

    def find_in(self, text: str) -> Iterator[str]:
        """Yield the runs that stand in a text, in its order."""
        if not self._runs:
            return
        words = _WORD.findall(_fold(text))
        letters = "".join(words)
        ends, end = set(), 0
        for word in words:
            end += len(word)
            ends.add(end)
        start = 0
        for word in words:
            for length in self._lengths.get(letters[start : start + self.n], ()):
                run = letters[start : start + length]
                if start + length in ends and run in self._runs:
                    yield run
            start += len(word)

    def stand_in(self, texts: Iterable[str]) -> bool:
        """Say whether any run stands in any of the texts."""
        return any(True for text in texts for _ in self.find_in(text))

    def _index(self) -> None:
        # By what a run begins with (a letter a word, at least): its possible lengths.
        self._lengths: dict[str, set[int]] = {}
        for run in self._runs:
            self._lengths.setdefault(run[: self.n], set()).add(len(run))


def _fold(text: str) -> str:
    if text.isascii():
        return text.casefold()
    folded = unicodedata.normalize("NFKD", text).casefold()
    folded = unicodedata.normalize("NFKD", folded)
    for character in set(folded):
        if unicodedata.category(character) in _UNSEEN:
            folded = folded.replace(character, "")
    return folded
