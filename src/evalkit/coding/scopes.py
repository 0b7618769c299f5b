"""How far a sentence's denials, doubts and suppositions reach."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

from evalkit.coding import assertion_words as known
from evalkit.coding.assertion_words import is_past

REACH = 16  # words: few scopes are longer, and an unpunctuated turn has no end
# cues that mark what follows and no more: labels, how many words, whether a phrase
# only, which a new subject ends
SIMPLE: dict[str, tuple[tuple[str, ...], int, bool]] = {
    "trap": ((), 0, False),
    "deny": (("negated",), REACH, False),
    "fail": (("negated",), 8, False),
    "lack": (("negated",), 5, True),
    "without": (("negated",), 10, True),
    "hardly": (("negated", "hedged"), 8, False),
    "hedge": (("hedged",), REACH, False),
    "contrast": (("contrasted",), 8, True),
    "regret": (("counterfactual",), REACH, False),
}


class Mark(NamedTuple):
    """A label on the words from `first` to before `last`, by a cue at `at` to `to`."""

    label: str
    first: int
    last: int
    at: int
    to: int


class Sentence:
    """One sentence, read from left to right; the cues leave marks."""

    def __init__(self, words: list[str], language: str) -> None:
        self.words = words
        self.lexicon = known.LEXICA[language]
        self.marks: list[Mark] = []
        self.end = self.asked = len(words)
        self._set_aside_tag()
        cues = known.index_cues(language)
        at = 0
        while at < self.end:
            to = at + 1
            for phrase, kind in cues.get(words[at], ()):
                if len(phrase) == 1 or words[at : at + len(phrase)] == phrase:
                    to = at + len(phrase)
                    self._read(kind, at, to)
                    break
            at = to
        self._suppose()

    def _read(self, kind: str, at: int, to: int) -> None:
        if kind in SIMPLE:
            labels, reach, is_phrase = SIMPLE[kind]
            last = self.forward(to, reach, is_phrase=is_phrase) if labels else to
            for label in labels:
                self._mark(label, to, last, at, to)
        else:
            READERS[kind](self, at, to)

    def _mark(self, label: str, first: int, last: int, at: int, to: int) -> None:
        first = self._pass_aside(first)
        if first < last:
            self.marks.append(Mark(label, first, last, at, to))

    def _word(self, at: int) -> str:
        return self.words[at] if 0 <= at < self.end else ""

    # where scopes end

    def forward(self, at: int, reach: int = REACH, *, is_phrase: bool = False) -> int:
        """Find the word before which a scope ends that opens at `at`."""
        words, lexicon = self.words, self.lexicon
        i = self._pass_aside(at)
        last = min(self.end, i + reach)
        while i < last:
            word = words[i]
            close = self._close(i, known.BRACKETS.get(word, ""))
            if close > i:
                i = close
            elif (
                (word in lexicon.stops and (i > at or not word.isalpha()))
                or (word == "," and not self._lists_on(i))
                or (word in lexicon.ands and self._adds_clause(i + 1))
                or (is_phrase and i > at and word in lexicon.subjects)
            ):
                return i
            i += 1
        return last

    def backward(self, at: int) -> int:
        """Find where the clause that stands before a word begins."""
        lexicon = self.lexicon
        first = max(at - REACH, 0)
        while at > first:
            word = self.words[at - 1]
            if word in lexicon.stops or word in lexicon.ands or word in known.LINKS:
                break
            at -= 1
        return at

    def _pass_aside(self, at: int) -> int:
        """Find where "did not, however, ..." or "never," said he, "..." goes on."""
        if self._word(at) != ",":
            return at
        if self._word(at + 1) in known.QUOTES:
            close = self._close(at + 1, known.QUOTES[self.words[at + 1]])
            return close + 1 if close > at + 1 else at
        close = self._close(at, ",")
        is_aside = known.PARENTHETICAL.issuperset(self.words[at + 1 : close])
        return close + 1 if close > at and is_aside else at

    def _close(self, at: int, mark: str) -> int:
        """Find where a short aside closes, or stay."""
        if not mark:
            return at
        last = min(at + 7, self.end)
        return next((i for i in range(at + 1, last) if self.words[i] == mark), at)

    def _lists_on(self, comma: int) -> bool:
        """Tell a list's comma ("no time, money or staff") from a clause's."""
        lexicon = self.lexicon
        if self._word(comma + 1) in known.JOINS:  # "no time, money, and staff"
            is_last = "," in self.words[max(comma - 3, 0) : comma]
            return is_last and not self._adds_clause(comma + 2)
        for i in range(comma + 1, min(comma + 5, self.end)):
            word = self.words[i]
            if word in lexicon.ors:
                return word != "nor"
            if word in known.JOINS and self.words[i - 1] == ",":
                return True
            if word in lexicon.subjects or word in lexicon.stops:
                return False
            if word in lexicon.auxiliaries and i > comma + 1:
                return False
        return False

    def _opens_clause(self, at: int) -> bool:
        word = self._word(at)
        return word in self.lexicon.subjects or word in self.lexicon.auxiliaries

    def _adds_clause(self, at: int) -> bool:
        """Tell "and the staff left" from "and the staff"."""
        if self._opens_clause(at) or self._word(at + 1) in self.lexicon.auxiliaries:
            return True
        if self._word(at) in known.DETERMINERS:
            for word in self.words[at + 2 : at + 5]:
                if word in known.LINKS or word in self.lexicon.stops:
                    return False
                if word in known.PARTICIPLES or word in known.PAST or is_past(word):
                    return True
        return False

    def _is_light(self, at: int) -> bool:
        word = self._word(at)
        return not word.isalpha() or (
            word in known.SMALL or word in self.lexicon.stops or self._opens_clause(at)
        )

    # questions

    def _set_aside_tag(self) -> None:
        """Leave ", isn't it?" unread, and mark what is asked."""
        words = self.words
        last = self.end
        while last and words[last - 1] in known.CLOSING:
            last -= 1
        is_asked = "?" in words[last:]
        tag = self._find_tag(last)
        if tag < last:
            self.end = tag
        elif is_asked:
            clauses = [i + 1 for i in range(last) if words[i] in ("but", ";", ":")]
            self.asked = clauses[-1] if clauses else 0
            self._mark("question", self.asked, last, last, len(words))

    def _find_tag(self, last: int) -> int:
        words = self.words
        if last > 2 and words[last - 1] in known.TAGS and words[last - 2] == ",":
            return last - 2
        if last > 3 and words[last - 1] in self.lexicon.subjects:
            is_denied = words[last - 2] == "not"
            at = last - 2 - is_denied
            has_comma = words[at - 1] == ","
            if words[at] in self.lexicon.auxiliaries and (has_comma or is_denied):
                return at - has_comma
        return last

    # what the cues do

    def _read_not(self, at: int, to: int) -> None:
        if self._is_idle(at):
            return
        verb = self._pass_light(to)
        head, after, before = self._word(verb), self._word(verb + 1), self._word(at - 1)
        is_unsure = head in known.UNSURE and after in known.OPENS_COMPLEMENT
        is_amazed = head in known.RAISING and after in ("how", "what")
        is_known = head in known.FACTIVE and self._is_factive(verb + 1)
        if is_unsure or is_amazed or is_known:
            self._mark("negated", to, verb + 1, at, to)
            if is_unsure or after in ("if", "whether"):
                self._mark("hedged", verb + 1, self.forward(verb + 2), at, verb + 1)
            return
        last = self.forward(to)
        self._mark("negated", to, last, at, to)
        if head in known.RAISING:
            self._mark("hedged", verb + 1, last, at, verb + 1)
        if self._word(to) in known.PARTIAL:
            self._mark("hedged", to, last, at, to)
        if self._is_contrasted(at, to, last):
            self._mark("contrasted", to, last, at, to)
        if before in known.BE and (is_past(head) or head in known.PARTICIPLES):
            self._mark("negated", self.backward(at - 1), at - 1, at, to)
        elif before in known.OLD_VERBS:  # "I know not"
            self._mark("negated", at - 1, at, at, to)

    def _is_idle(self, at: int) -> bool:
        """Tell a negator that denies nothing: in "who wouldn't?", or said again."""
        words = self.words
        if at > self.asked and (
            (at - 1 == self.asked and words[at - 1] in self.lexicon.auxiliaries)
            or self._word(at - 2) in ("who", "why")
        ):
            return True
        for n in (2, 3):
            again = at + 1 + (self._word(at + 1) in known.BREAKS)
            said = words[max(at - n + 1, 0) : at + 1]
            if len(said) == n and said == words[again : again + n]:
                return True
        return False

    def _is_factive(self, at: int) -> bool:
        """Tell "did not know it helped" from "did not know any of them"."""
        word = self._word(at)
        if word in known.OPENS_COMPLEMENT or word in known.OPENS_OBJECT:
            return word in known.OPENS_COMPLEMENT
        for word in self.words[at + 1 : self.forward(at)]:
            if word in known.LINKS:
                break
            if word in self.lexicon.auxiliaries or is_past(word):
                return True
        return False

    def _is_contrasted(self, at: int, to: int, last: int) -> bool:
        """Tell "not X but Y", "X, but not Y" and "it's not that X"."""
        if self._word(at - 1) == "but":
            return True
        if self._word(to) == "that" and self._word(at - 1) in known.BE:
            return self._word(to + 1) in known.OPENS_COMPLEMENT | {"the"}
        if self._word(last) == "but":
            return self._word(last + 1) not in known.OPENS_COMPLEMENT
        return self._word(last + 1) == "but" and self._word(last + 2) in known.CORRECTS

    def _read_no(self, at: int, to: int) -> None:
        after = self._word(to)  # in "no, wait" and "no it did" it is an answer
        is_noun = after[:1].isalnum() and not self._opens_clause(to)
        if is_noun or after in known.QUOTES:
            self._read_nothing(at, to)

    def _read_nothing(self, at: int, to: int) -> None:
        """Deny what follows, and the verb whose object this is."""
        last = self.forward(to)
        self._mark("negated", to, last, at, to)
        if last <= to and self.words[at] == "none":
            self._mark("negated", self.backward(at), at, at, to)
        elif not self._is_light(at - 1):
            self._mark("negated", at - 1, at, at, to)

    def _read_absent(self, at: int, to: int) -> None:
        if not known.MODALS.isdisjoint(self.words):
            self._mark("negated", to, self.forward(to, is_phrase=True), at, to)

    def _read_could(self, at: int, to: int) -> None:
        if self._word(to) != "not":  # "could not" is inability, not doubt
            self._mark("hedged", to, self.forward(to), at, to)

    def _read_can(self, at: int, to: int) -> None:
        if self._word(at - 1) not in ("i", "we"):  # they know what they can do
            self._read_could(at, to)

    def _read_kind(self, at: int, to: int) -> None:
        if self._opens_clause(at - 1):
            self._mark("hedged", to, self.forward(to), at, to)

    def _read_if(self, at: int, to: int) -> None:
        last = self._end_if(to)
        self._mark("conditional", to, last, at, to)
        then = last + (self._word(last) == ",")
        if self._word(then) == "then":
            self._mark("conditional", then + 1, self.forward(then + 1), at, to)

    def _end_if(self, at: int) -> int:
        """End an if-clause; "if you want it you should" has no comma."""
        last = self.forward(at)
        for i in range(at + 2, last):
            if (
                self.words[i] in self.lexicon.subjects
                and self.words[i] != "who"
                and self.words[i - 1] not in known.LINKS
                and self._word(i + 1) in self.lexicon.auxiliaries
            ):
                return i
        return last

    def _read_wish(self, at: int, to: int) -> None:
        last = self.forward(to)
        if self._has_past(to, last):
            self._mark("counterfactual", to, last, at, to)

    def _read_perhaps(self, at: int, to: int) -> None:
        self._mark_clause("hedged", at, to)

    def _read_told(self, at: int, to: int) -> None:
        is_own = self.words[at] in ("said", "says") and self._word(at - 1) in (
            "i",
            "we",
        )
        if self._word(to) != "to" and not is_own:  # "I was told to come" is an order
            self._mark_clause("hearsay", at, to)

    def _mark_clause(self, label: str, at: int, to: int) -> None:
        """Mark the clause after a cue, or before it: "it helped, they say"."""
        first = to + (self._word(to) == ",")
        last = self.forward(first)
        if last <= first:
            first, last = self.backward(at - (self._word(at - 1) == ",")), at
        self._mark(label, first, last, at, to)

    def _read_reported(self, at: int, to: int) -> None:
        last = min(to + 2 * REACH, self.end)
        self._mark("hearsay", self.backward(at), last, at, to)

    def _read_pas(self, at: int, to: int) -> None:
        """French: the verb that "ne" opens, or the word before, is denied too."""
        if self._word(at - 1) in known.ARTICLES_FR:
            return
        near = self.words[max(at - 5, 0) : at]
        first = at - len(near) + near.index("ne") + 1 if "ne" in near else at - 1
        self._mark("negated", max(first, 0), self.forward(to), at, to)

    def _read_ne(self, at: int, to: int) -> None:
        if "ne" in self.words[max(at - 5, 0) : at]:
            self._read_pas(at, to)
        elif "ne" in self.words[to : to + 2] and (
            self._word(at - 1) not in known.ARTICLES_FR
        ):
            self._mark("negated", to, self.forward(to), at, to)

    # contrary to fact

    def _suppose(self) -> None:
        """Mark "would have been", "if it were, it would" and "had it been"."""
        words = self.words
        modals = [at for at in range(self.end) if words[at] in known.MODALS]
        if not modals:
            return
        ifs = [at for at in range(self.end) if self._opens_if(at)]
        done = [(at, to) for at in modals if (to := self._perfect(at))]
        for at, to in done:
            if self._word(at - 1) != "who" and (words[at] != "might" or ifs):
                self._mark("counterfactual", at + 1, self.forward(to), at, to)
        for at in ifs:
            last = self._end_if(at + 1)
            for then in self._near(at, modals) if self._has_past(at, last) else ():
                if not at < then < last and words[then] not in ("might", "should"):
                    end = self.forward(then + 1)
                    self._mark("counterfactual", at + 1, last, at, at + 1)
                    self._mark("counterfactual", then + 1, end, at, at + 1)
        self._cancel([at for at, _ in done])

    def _near(self, at: int, places: list[int]) -> list[int]:
        """Give the places near a word: a turn without full stops is no sentence."""
        first = bisect_left(places, at - 2 * REACH)
        return places[first : bisect_left(places, at + 2 * REACH)]

    def _cancel(self, done: list[int]) -> None:
        """Read "could not have happened without X" as two denials: X was there."""
        denials = {mark.at: mark for mark in self.marks if mark.label == "negated"}
        nots = [
            at
            for at, mark in sorted(denials.items())
            if self.words[at : mark.to] in (["not"], ["never"])
            and not known.MODALS.isdisjoint(self.words[max(at - 2, 0) : at + 2])
        ]
        for mark in denials.values():
            if " ".join(self.words[mark.at : mark.to]) not in known.ABSENT:
                continue
            if near := self._near(mark.at, nots):
                other = denials[near[0]]
                last = min(other.last, mark.at) if other.at < mark.at else other.last
                self._mark("negated", other.first, last, mark.at, mark.to)
                if not other.first <= mark.first < other.last:
                    self._mark("negated", *mark[1:3], other.at, other.to)
                self._mark("counterfactual", *other[1:])
                self._mark("counterfactual", *mark[1:])
            elif self._near(mark.at, done):
                at = self.marks.index(mark)
                self.marks[at] = mark._replace(label="counterfactual")

    def _opens_if(self, at: int) -> bool:
        word, before = self.words[at], self._word(at - 1)
        if word in ("had", "were"):  # "had I known"
            opens = not before or before in (",", "and", "but")
            return opens and self._word(at + 1) in self.lexicon.subjects
        return word == "if" and before not in known.NO_IF

    def _has_past(self, first: int, last: int) -> bool:
        return any(
            is_past(word) or word in known.PAST for word in self.words[first:last]
        )

    def _perfect(self, modal: int) -> int:
        """Find the participle of "would (not) have (ever) been", or 0."""
        at = self._pass_light(modal + 1)
        if self._word(at) not in known.PERFECT:
            return 0
        at = self._pass_light(at + 1)
        word = self._word(at)
        is_done = word.endswith("en") or is_past(word) or word in known.PARTICIPLES
        return at if is_done else 0

    def _pass_light(self, at: int) -> int:
        while self._word(at) in known.LIGHT or self._word(at).endswith("ly"):
            at += 1
        return at


READERS: dict[str, Callable[[Sentence, int, int], None]] = {
    name.removeprefix("_read_"): reader
    for name, reader in vars(Sentence).items()
    if name.startswith("_read_")
}
