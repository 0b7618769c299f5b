"""The one door to spaCy: character offsets come out of it, no `Doc` travels further."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

Spans = list[tuple[int, int]]


def cut_sentences(texts: Iterable[str], *, language: str = "en") -> list[Spans]:
    """Cut each text into sentences: (start, end) in characters, white space left out.

    By spaCy's rule-based sentencizer whatever pipelines are installed, so that units
    do not depend on the machine.

    >>> cut_sentences(["We left. Why? "])
    [[(0, 8), (9, 13)]]
    """
    pipeline = _sentencizer(language)
    return [_spans(document) for document in pipeline.pipe(texts)]


def describe_pipeline(language: str) -> str:
    """Name what cuts sentences, for a report's record."""
    import spacy

    return f"spacy.blank({language!r}) with sentencizer, spaCy {spacy.__version__}"


@cache
def _sentencizer(language: str) -> Any:
    import spacy

    from evalkit.errors import EvalkitError

    try:
        pipeline = spacy.blank(language)
    except ImportError as error:
        raise EvalkitError(
            f"study.toml: language {language!r} is not one that spaCy knows: "
            "write a code such as en, fr or de"
        ) from error
    pipeline.add_pipe("sentencizer")
    pipeline.max_length = 100_000_000
    return pipeline


def _spans(document: Any) -> Spans:
    spans = []
    for sentence in document.sents:
        words = sentence.text
        start = sentence.start_char + len(words) - len(words.lstrip())
        end = start + len(words.strip())
        if start < end:
            spans.append((start, end))
    return spans
