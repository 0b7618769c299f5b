"""What the sentences around cues say of them: read by spaCy once, and then kept."""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from evalkit.coding.assertion import Assertion, read_spans
from evalkit.files import show_progress
from evalkit.nlp import BLANK, describe_pipeline, load_pipeline

CACHE = "EVALKIT_CACHE"  # the environment's word on where the cache is, if anywhere
_VERSION = "2"  # of the assertions: one more whenever they would come out otherwise
# All that an assertion's yes-or-no answers can be, so that a number says them.
_FLAGS = list(product((False, True), repeat=len(Assertion._fields) - 3))
_NUMBERS = {flags: number for number, flags in enumerate(_FLAGS)}

Span = tuple[int, int]


class Reading(NamedTuple):
    """A sentence's span in its text, and what it says of a span in it."""

    start: int
    end: int
    assertion: Assertion


class Passages(NamedTuple):
    """A document's goes at speaking, and the spans to be read in each."""

    texts: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]


Readings = dict[tuple[int, Span], Reading]  # (number of the text, span) -> its reading


def read_passages(
    passages: Mapping[str, Passages], *, language: str = "en", jobs: int = 1
) -> dict[str, Readings]:
    """Read the sentences around spans: by document, text and span.

    What was read before, of the same texts by the same version of spaCy, is taken from
    the cache (in the platform's cache folder, or where the variable EVALKIT_CACHE
    says); an entry that is damaged is read anew. `jobs` processes share the rest.
    """
    cache = _Cache(f"{_VERSION} {describe_pipeline(BLANK, language=language)}")
    found: dict[str, Readings] = {}
    left: dict[str, Passages] = {}
    for document_id, each in passages.items():
        known = cache.read(each.texts)
        wanted = {
            (number, span) for number, spans in enumerate(each.spans) for span in spans
        }
        found[document_id] = {key: known[key] for key in wanted & known.keys()}
        if wanted - known.keys():
            missing = tuple(
                tuple(span for span in spans if (number, span) not in known)
                for number, spans in enumerate(each.spans)
            )
            left[document_id] = Passages(each.texts, missing)
    done = _read_all(left.values(), language, jobs)
    progress = show_progress(
        zip(left.items(), done, strict=True), doing="Reading", n=len(left)
    )
    for (document_id, each), readings in progress:
        found[document_id] |= readings
        cache.write(each.texts, cache.read(each.texts) | readings)
    return found


def _read_all(
    passages: Iterable[Passages], language: str, jobs: int
) -> Iterator[Readings]:
    rows = [(each, language) for each in passages]
    if jobs < 2 or len(rows) < 2:
        for row in rows:
            yield _read_one(row)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        try:
            yield from pool.map(_read_one, rows, chunksize=4)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _read_one(row: tuple[Passages, str]) -> Readings:
    passages, language = row
    readings: Readings = {}
    numbers = [number for number, spans in enumerate(passages.spans) if spans]
    docs = load_pipeline(BLANK, language=language).pipe(
        passages.texts[number] for number in numbers
    )
    for number, doc in zip(numbers, docs, strict=True):
        spans = passages.spans[number]
        sentences = _find_sentences(spans, doc)
        for sentence, assertion in zip(sentences, read_spans(doc, spans), strict=True):
            span = (assertion.start, assertion.end)
            readings[number, span] = Reading(*sentence, assertion)
    return readings


def _find_sentences(spans: Sequence[Span], doc: Any) -> Iterator[Span]:
    """Find the sentence around each span; around one across several, all of them."""
    sentences = []
    for each in doc.sents:
        words = each.text
        end = each.start_char + len(words.rstrip())
        sentences.append((min(end, each.end_char - len(words.lstrip())), end))
    starts = [start for start, _ in sentences]
    for start, end in spans:
        first = max(bisect_right(starts, start) - 1, 0)
        last = max(bisect_right(starts, end - 1) - 1, 0)
        yield min(sentences[first][0], start), max(sentences[last][1], end)


class _Cache:
    """A file a document, named by its texts and by what read them."""

    def __init__(self, described: str) -> None:
        self._described = described
        self._folder = _find_folder()

    def read(self, texts: Sequence[str]) -> Readings:
        try:
            rows = json.loads(self._path(texts).read_bytes())
            return {
                (number, (start, end)): Reading(
                    first, last, Assertion._make((start, end, *_FLAGS[flags], because))
                )
                for number, start, end, first, last, flags, because in rows
            }
        except (OSError, ValueError, TypeError, IndexError):
            return {}  # none yet, or damaged

    def write(self, texts: Sequence[str], readings: Readings) -> None:
        rows = [
            (number, *span, *each[:2], _NUMBERS[each.assertion[2:-1]], each[2].because)
            for (number, span), each in sorted(readings.items())
        ]
        path = self._path(texts)
        beside = path.with_suffix(f".{os.getpid()}")
        try:  # in a piece, but without waiting for the disk: it may be lost
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(rows, separators=(",", ":")))
            beside.replace(path)
        except OSError:
            return  # a cache that cannot be written costs time, and nothing else

    def _path(self, texts: Sequence[str]) -> Path:
        content = "\0".join([self._described, *texts])
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / digest[:2] / f"{digest}.json"


def _find_folder() -> Path:
    said = os.environ.get(CACHE)
    if said:
        return Path(said)
    from platformdirs import user_cache_path

    return user_cache_path("evalkit") / "readings"
