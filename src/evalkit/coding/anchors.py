"""Where a coding's words stand in a text that may have changed since."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

CLOSE = 80.0  # of 100: how alike a changed passage has to be
_SHORT = 20  # characters; a shorter quotation also needs its surroundings
_WIDE_ENOUGH = 8  # characters of context that say it is the same place

_SPACE = re.compile(r"\s+")


class Anchor(NamedTuple):
    """Where a quotation was found: `status`, span and likeness (1.0 word for word)."""

    status: str
    start: int | None
    end: int | None
    similarity: float


ORPHANED = Anchor("orphaned", None, None, 0.0)


class AnchorText:
    """A document's text, made ready for looking passages up in it."""

    def __init__(self, text: str, *, sha256: str) -> None:
        self.text = text
        self.sha256 = sha256

    @cached_property
    def squeezed(self) -> tuple[str, list[int]]:
        """The text with runs of white space as one space, and where each came from."""
        return squeeze(self.text)


def squeeze(text: str) -> tuple[str, list[int]]:
    r"""Make every run of white space one space; give each character's old offset.

    >>> squeeze("a \n b")
    ('a b', [0, 1, 4, 5])
    """
    pieces, offsets, at = [], [], 0
    for match in _SPACE.finditer(text):
        pieces += [text[at : match.start()], " "]
        offsets += [*range(at, match.start()), match.start()]
        at = match.end()
    pieces.append(text[at:])
    offsets += [*range(at, len(text)), len(text)]
    return "".join(pieces), offsets


def find_anchor(coding: Mapping[str, Any], where: AnchorText) -> Anchor:
    """Find a coding's quotation: its place, else with context, alone, or nearly.

    Exact: it stands where it stood. Moved: the same words elsewhere (white space
    aside). Close: the words differ a little between the same surroundings.
    Ambiguous: it could be any of several. Orphaned: it is not there any more.

    >>> text = AnchorText("New. We left early.", sha256="")
    >>> find_anchor({"quotation": "We left early.", "start": 0, "end": 14}, text)
    Anchor(status='moved', start=5, end=19, similarity=1.0)
    """
    quotation: str = coding["quotation"]
    start, end = coding.get("start", -1), coding.get("end", -1)
    stands = 0 <= start < end and where.text[start:end] == quotation
    same_text = coding.get("text_sha256") == where.sha256 != ""
    if stands and (same_text or _has_context(coding, where.text, start, end)):
        return Anchor("exact", start, end, 1.0)
    wanted = _Wanted(coding)
    if not wanted.quotation:
        return ORPHANED
    text, offsets = where.squeezed
    found = _find_again(wanted, text) or _find_close(wanted, text)
    if found.start is None or found.end is None:
        return found
    first, last = offsets[found.start], offsets[found.end - 1] + 1
    if found.status == "moved" and (first, last) == (start, end) and stands:
        return Anchor("exact", first, last, 1.0)
    return Anchor(found.status, first, last, found.similarity)


class _Wanted:
    """What is looked for, with white space squeezed as in the text."""

    def __init__(self, coding: Mapping[str, Any]) -> None:
        self.quotation = _SPACE.sub(" ", coding["quotation"]).strip()
        self.before = _SPACE.sub(" ", coding.get("before", ""))
        self.after = _SPACE.sub(" ", coding.get("after", ""))


def _has_context(coding: Mapping[str, Any], text: str, start: int, end: int) -> bool:
    before, after = coding.get("before", ""), coding.get("after", "")
    return bool(before or after) and (
        text[:start].endswith(before) and text.startswith(after, end)
    )


def _find_again(wanted: _Wanted, text: str) -> Anchor | None:
    """Find the same words: with the same surroundings, else the only ones."""
    places = _find_all(wanted.quotation, text)
    if not places:
        return None
    size = len(wanted.quotation)
    fits = [_measure_context(wanted, text, at, at + size) for at in places]
    full = min(len(wanted.before.strip()) + len(wanted.after.strip()), 2 * 32)
    best = max(fits)
    best_places = [at for at, fit in zip(places, fits, strict=True) if fit == best]
    believable = best >= min(_WIDE_ENOUGH, full) if full else len(places) == 1
    if len(places) == 1 and (size >= _SHORT or believable):
        return Anchor("moved", places[0], places[0] + size, 1.0)
    if (
        len(places) > 1
        and len(best_places) == 1
        and best >= max(_WIDE_ENOUGH, full / 2)
    ):
        return Anchor("moved", best_places[0], best_places[0] + size, 1.0)
    return Anchor("ambiguous", None, None, 1.0) if len(places) > 1 else None


def _find_all(quotation: str, text: str) -> list[int]:
    places, at = [], text.find(quotation)
    while at >= 0:
        places.append(at)
        at = text.find(quotation, at + 1)
    return places


def _measure_context(wanted: _Wanted, text: str, start: int, end: int) -> int:
    """Count the characters around a place that are as they were."""
    before, after = wanted.before.rstrip(), wanted.after.lstrip()
    found_before = text[max(0, start - 40) : start].rstrip()
    found_after = text[end : end + 40].lstrip()
    n_before = _count_same(reversed(before), reversed(found_before))
    return n_before + _count_same(after, found_after)


def _count_same(one: Any, other: Any) -> int:
    n = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        n += 1
    return n


def _find_close(wanted: _Wanted, text: str) -> Anchor:
    """Find what stands between the old surroundings; else the only passage alike."""
    from rapidfuzz import fuzz

    before, after = wanted.before.strip(), wanted.after.strip()
    if len(before) >= _WIDE_ENOUGH and len(after) >= _WIDE_ENOUGH:
        ends = [at + len(before) for at in _find_all(before, text)]
        if len(ends) == 1:
            limit = ends[0] + 2 * len(wanted.quotation) + 60
            stop = text.find(after, ends[0], limit + len(after))
            passage = text[ends[0] : max(stop, ends[0])]
            start = ends[0] + len(passage) - len(passage.lstrip())
            passage = passage.strip()
            alike = fuzz.ratio(wanted.quotation, passage)
            if alike >= CLOSE:
                return Anchor("close", start, start + len(passage), alike / 100)
            if stop >= 0:  # the surroundings stand, the words do not: deleted
                return ORPHANED
    return _find_alike(wanted.quotation, text)


def _find_alike(quotation: str, text: str) -> Anchor:
    from rapidfuzz import fuzz

    if len(quotation) < _SHORT:
        return ORPHANED
    best = fuzz.partial_ratio_alignment(quotation, text, score_cutoff=CLOSE)
    if best is None or best.dest_end - best.dest_start < len(quotation) / 2:
        return ORPHANED
    start, end = _widen_to_words(text, best.dest_start, best.dest_end)
    alike = fuzz.ratio(quotation, text[start:end])
    if alike < CLOSE:
        return ORPHANED
    rest = text[:start] + "\0" * (end - start) + text[end:]
    if fuzz.partial_ratio(quotation, rest, score_cutoff=CLOSE) >= best.score - 5:
        return Anchor("ambiguous", None, None, alike / 100)
    return Anchor("close", start, end, alike / 100)


def _widen_to_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and not text[start - 1].isspace() and not text[start].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace() and not text[end - 1].isspace():
        end += 1
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return start, start + len(words.strip())
