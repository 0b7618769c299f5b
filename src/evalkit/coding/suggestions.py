"""Passages that the codebook's cues propose for coding, and how they seem to bear."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

import pandas as pd

from evalkit.coding.assertion import Assertion, propose
from evalkit.coding.codebook import Codebook
from evalkit.coding.cues import Cues, compile_cues
from evalkit.coding.readings import Passages, Reading, Readings, read_passages
from evalkit.nlp import load_pipeline
from evalkit.tables import SUGGESTIONS

CODER = "cues"
_BETWEEN = "\0"  # no word and no space: no phrase reaches over it
_SURE = ("asserted", "hedged", "speculative")


class _Found(NamedTuple):
    """A cue found in a go at speaking: its number, the span in it, the cue's row."""

    number: int
    span: tuple[int, int]
    cue: int


def suggest_codings(
    turns: pd.DataFrame,
    codebook: Codebook,
    *,
    language: str = "en",
    pipeline: str = "",
    jobs: int = 1,
) -> pd.DataFrame:
    """Suggest codings from the codebook's cues, in respondents' words only.

    One row a sentence and code (`evalkit.tables.SUGGESTIONS`): the sentence's span and
    quotation, the cues that were found in it, the stance, certainty and directness
    that the sentence proposes, and the reason, which names the words it went by. A cue
    inside one of its code's traps, and a trap alone, propose stance neutral. Nothing
    of this is a coding until a person accepts it. `pipeline` is what the cues that are
    token patterns are matched with; `jobs` processes share the reading.
    """
    own = turns[turns["role"].eq("respondent") & turns["respondent_id"].ne("")]
    cues = compile_cues(codebook.cues, own["text"], language=language)
    found: dict[str, list[_Found]] = {}
    passages: dict[str, Passages] = {}
    goes = {str(name): rows for name, rows in own.groupby("document_id", sort=False)}
    find_patterns = _pattern_finder(cues, language=language, pipeline=pipeline)
    for document_id, rows in goes.items():
        texts = tuple(rows["text"])
        found[document_id] = [*_find(cues, texts), *find_patterns(texts)]
        spans: list[set[tuple[int, int]]] = [set() for _ in texts]
        for each in found[document_id]:
            spans[each.number].add(each.span)
        passages[document_id] = Passages(texts, tuple(tuple(sorted(s)) for s in spans))
    readings = read_passages(passages, language=language, jobs=jobs)
    suggested = [
        suggestion
        for document_id, rows in goes.items()
        for suggestion in _suggest(
            document_id, rows, found[document_id], readings[document_id], cues
        )
    ]
    return SUGGESTIONS.typed(pd.DataFrame(suggested, columns=list(SUGGESTIONS.columns)))


def _find(cues: Cues, texts: tuple[str, ...]) -> Iterator[_Found]:
    """Find the cues in each text, all of a document's in one pass."""
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    for start, end, cue in cues.find_hits(_BETWEEN.join(texts)):
        number = bisect_right(starts, start) - 1
        yield _Found(number, (start - starts[number], end - starts[number]), cue)


def _pattern_finder(
    cues: Cues, *, language: str, pipeline: str
) -> Callable[[tuple[str, ...]], Iterator[_Found]]:
    """Make what finds the cues that are token patterns: spaCy has to read all words."""
    if not cues.patterns:
        return lambda texts: iter(())
    from evalkit.coding.components import find_patterns, make_matcher

    nlp = load_pipeline(pipeline, language=language)
    matcher = make_matcher(cues, nlp)

    def find(texts: tuple[str, ...]) -> Iterator[_Found]:
        for number, doc in enumerate(nlp.pipe(texts)):
            for span, cue in find_patterns(matcher, doc):
                yield _Found(number, span, cue)

    return find


def _suggest(
    document_id: str,
    rows: pd.DataFrame,
    found: list[_Found],
    readings: Readings,
    cues: Cues,
) -> Iterator[tuple[object, ...]]:
    code_of = cues.table["code_id"].to_list()
    is_trap = cues.table["kind"].eq("trap").to_list()
    starts, texts = rows["start"].to_list(), rows["text"].to_list()
    groups: dict[tuple[int, int, int, str], list[_Found]] = {}
    traps: dict[tuple[int, str], dict[tuple[int, int], str]] = {}
    for each in found:
        reading = readings[each.number, each.span]
        key = (each.number, reading.start, reading.end, code_of[each.cue])
        groups.setdefault(key, []).append(each)
        if is_trap[each.cue]:
            words = texts[each.number][slice(*each.span)]
            traps.setdefault((each.number, key[3]), {})[each.span] = words
    order = {code: at for at, code in enumerate(dict.fromkeys(code_of))}
    for key in sorted(groups, key=lambda key: (*key[:3], order[key[3]])):
        number, first, last, code_id = key
        text, hits = texts[number], _drop_nested(groups[key], is_trap)
        around = traps.get((number, code_id), {})
        weighed = _weigh(
            [
                (readings[number, hit.span], text, _find_trap(hit.span, around))
                for hit in hits
                if not is_trap[hit.cue]
            ],
            [text[slice(*hit.span)] for hit in hits if is_trap[hit.cue]],
        )
        start, end = starts[number] + first, starts[number] + last
        named = f"{document_id}:{start}:{end}:{code_id}".encode()
        yield (
            f"{CODER}-{hashlib.sha256(named).hexdigest()[:12]}",
            document_id,
            start,
            end,
            code_id,
            CODER,
            text[first:last],
            "; ".join(dict.fromkeys(_tidy(text[slice(*hit.span)]) for hit in hits)),
            *weighed,
        )


def _drop_nested(hits: list[_Found], is_trap: list[bool]) -> list[_Found]:
    """Drop cues that only say again what a longer cue of their code says."""
    return [
        hit
        for hit in hits
        if not any(
            other.span != hit.span
            and is_trap[other.cue] == is_trap[hit.cue]
            and other.span[0] <= hit.span[0]
            and hit.span[1] <= other.span[1]
            for other in hits
        )
    ]


def _weigh(
    hits: list[tuple[Reading, str, str]], traps: list[str]
) -> tuple[str, str, str, str]:
    """Weigh what a sentence says at each of a code's cues: stance, certainty, …

    Where the cues differ, it qualifies; the most doubtful of them says how surely.
    """
    proposed = [
        propose(reading.assertion, trap=bool(trap)) for reading, _, trap in hits
    ]
    free = [each for each, (_, _, trap) in zip(proposed, hits, strict=True) if not trap]
    stances = {stance for stance, _, _ in free} or {"neutral"}
    stance = stances.pop() if len(stances) == 1 else "qualifies"
    certainty = max((sure for _, sure, _ in free), key=_SURE.index, default="")
    directness = max((told for _, _, told in free), default="")
    reasons = [
        f"{_tidy(text[slice(*reading.assertion[:2])])}: "
        + (f"inside the trap “{_tidy(trap)}”" if trap else _explain(reading.assertion))
        for reading, text, trap in hits
    ]
    inside = {trap for _, _, trap in hits}
    reasons += [f"{_tidy(trap)}: a trap" for trap in traps if trap not in inside]
    return stance, certainty, directness, "; ".join(dict.fromkeys(reasons))


def _find_trap(span: tuple[int, int], traps: Mapping[tuple[int, int], str]) -> str:
    """Give the words of the trap that a cue stands in, "" where it stands in none."""
    around = (
        words
        for (start, end), words in traps.items()
        if start <= span[0] and span[1] <= end
    )
    return next(around, "")


def _explain(assertion: Assertion) -> str:
    flags = assertion._asdict()
    said = [name.replace("_", " ") for name, value in flags.items() if value is True]
    because = f" ({assertion.because})" if assertion.because else ""
    return f"{', '.join(said) or 'affirmed'}{because}"


def _tidy(words: str) -> str:
    return " ".join(words.split())
