"""What a sentence does with a word in it: denies, doubts, supposes or reports it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from evalkit.coding import assertion_words as known
from evalkit.coding.scopes import Mark, Sentence

if TYPE_CHECKING:
    import pandas as pd
    from spacy.tokens import Doc

LABELS = "negated hedged conditional counterfactual hearsay contrasted question".split()


class Assertion(NamedTuple):
    """What the sentence does with one span, and the words it went by."""

    start: int
    end: int
    negated: bool = False
    hedged: bool = False
    conditional: bool = False
    counterfactual: bool = False
    hearsay: bool = False
    contrasted: bool = False
    doubly_negated: bool = False
    question: bool = False
    because: str = ""


def assert_spans(doc: Doc, spans: Iterable[tuple[int, int]]) -> pd.DataFrame:
    """Say of each span whether its sentence denies, doubts or supposes it.

    One row a span, in the order given.

    >>> import spacy
    >>> doc = spacy.blank("en")("It did not help, but perhaps it was seen.")
    >>> assert_spans(doc, [(11, 15), (36, 40)])[["negated", "hedged", "because"]]
       negated  hedged  because
    0     True   False      not
    1    False    True  perhaps
    """
    import pandas as pd

    table = pd.DataFrame(read_spans(doc, spans), columns=list(Assertion._fields))
    kinds = dict.fromkeys(Assertion._fields[2:-1], "bool")
    return table.astype({"start": "int64", "end": "int64", **kinds, "because": "str"})


def propose(assertion: Assertion, *, trap: bool = False) -> tuple[str, str, str]:
    """Propose a stance, a certainty and a directness.

    >>> propose(Assertion(0, 4, negated=True, hearsay=True))
    ('contradicts', 'asserted', 'hearsay')
    """
    has = assertion
    told = "hearsay" if has.hearsay else ""
    doubt = "hedged" if has.hedged else "asserted"
    for holds, stance, certainty in (
        (trap, "neutral", "asserted"),
        (has.question, "neutral", "speculative"),
        # "could not have happened without it": it happened
        (has.counterfactual and has.doubly_negated, "supports", "asserted"),
        # "would not have gone": went
        (has.counterfactual and has.negated, "supports", "hedged"),
        (has.counterfactual, "neutral", "speculative"),
        (has.conditional, "qualifies", "speculative"),
        (has.doubly_negated, "qualifies", "hedged"),
        (has.negated, "contradicts", doubt),
        (has.contrasted, "qualifies", doubt),
    ):
        if holds:
            return stance, certainty, told
    return "supports", doubt, told


def is_counterfactual(doc: Doc) -> bool:
    """Tell whether any part of the text speaks of what is contrary to fact."""
    reading = _Reading(doc)
    return any(
        mark.label == "counterfactual"
        for sentence in range(len(reading.bounds) - 1)
        for mark in reading.marks(sentence)
    )


def read_spans(doc: Doc, spans: Iterable[tuple[int, int]]) -> list[Assertion]:
    """Say of each span what its sentence does with it; no table is made."""
    reading = _Reading(doc)
    return [reading.read(start, end) for start, end in spans]


class _Reading:
    """A document's words and sentences; a sentence is read when a span lies in it."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.bounds = [0]
        self._marks: dict[int, list[Mark]] = {}
        if doc.lang_ in known.LEXICA:
            self._take_words()

    def _take_words(self) -> None:
        words, starts, ends = self.words, self.starts, self.ends
        is_cut = self.doc.has_annotation("SENT_START")
        is_new = False
        for token in self.doc:
            word = token.lower_.replace("’", "'")
            is_new = is_new or bool(is_cut and token.is_sent_start)
            if word.isspace():
                is_new = is_new or (not is_cut and "\n\n" in word)
                continue
            is_closing = word in known.CLOSING and not is_cut
            if is_new and words and not is_closing:
                self.bounds.append(len(words))
            is_new = (is_new and is_closing) or (not is_cut and word in (".", "!", "?"))
            here = token.idx
            if word in "-–" and ends and here == ends[-1] and not token.whitespace_:
                word = "‐"  # inside a word: no clause ends here
            elif word.endswith("n't"):
                word = "not"
            words.append(known.SAME.get(word, word))
            starts.append(here)
            ends.append(here + len(token))
        self.bounds.append(len(words))

    def marks(self, sentence: int) -> list[Mark]:
        """Read a sentence, once."""
        if sentence not in self._marks:
            first, last = self.bounds[sentence], self.bounds[sentence + 1]
            read = Sentence(self.words[first:last], self.doc.lang_).marks
            self._marks[sentence] = [
                Mark(label, *(place + first for place in places))
                for label, *places in read
            ]
        return self._marks[sentence]

    def read(self, start: int, end: int) -> Assertion:
        """Gather the marks on the words that a span touches."""
        first = bisect_right(self.ends, start)
        last = max(bisect_left(self.starts, end), first + 1)
        found: list[Mark] = []
        if first < len(self.words):
            at = bisect_right(self.bounds, first) - 1
            for sentence in range(at, bisect_left(self.bounds, last)):
                found += [
                    mark
                    for mark in self.marks(sentence)
                    if mark.first < last
                    and mark.last > first
                    # "never" in "never alone" is the span's own, and denies nothing
                    and not first <= mark.at < last
                ]
        if not found:
            return Assertion(start, end)
        labels = [mark.label for mark in found]
        n_negators = labels.count("negated")
        has = {label: label in labels for label in LABELS}
        has["negated"] = n_negators % 2 == 1
        has["doubly_negated"] = n_negators > 0 and n_negators % 2 == 0
        because = "; ".join(self._quote({(mark.at, mark.to) for mark in found}))
        return Assertion(start, end, **has, because=because)

    def _quote(self, cues: set[tuple[int, int]]) -> Iterator[str]:
        """Give the cues' own words, leaving out a cue inside another."""
        text, read = self.doc.text, 0
        for at, to in sorted(cues, key=lambda cue: (cue[0], -cue[1])):
            if to > read:
                yield text[self.starts[at] : self.ends[to - 1]]
                read = to
