"""The one door to spaCy: character offsets come out of it, no `Doc` travels further."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from evalkit.errors import EvalkitError

Spans = list[tuple[int, int]]
BLANK = "blank"
_NOT_HERE = (
    "study.toml: pipeline {!r} is not installed: install it with pip, or leave it out"
)


def cut_sentences(texts: Iterable[str], *, language: str = "en") -> list[Spans]:
    """Cut each text into sentences: (start, end) in characters, white space left out.

    By spaCy's rule-based sentencizer whatever pipelines are installed, so that units
    do not depend on the machine.

    >>> cut_sentences(["We left. Why? "])
    [[(0, 8), (9, 13)]]
    """
    pipeline = _sentencizer(language)
    return [_spans(document) for document in pipeline.pipe(texts)]


def load_pipeline(name: str = BLANK, *, language: str = "en") -> Any:
    """Load spaCy's pipeline of that name; "blank" is the language's own tokeniser.

    The blank one cuts sentences by rule and needs nothing installed.
    """
    return _sentencizer(language) if name in ("", BLANK) else _load_model(name)


def describe_pipeline(name: str = BLANK, *, language: str = "en") -> str:
    """Name a pipeline and its version, for the record and for the cache.

    >>> describe_pipeline(language="fr").split(",")[0]
    "spacy.blank('fr')"
    """
    from importlib.metadata import PackageNotFoundError, version

    named = f"spacy.blank({language!r})"
    if name not in ("", BLANK):
        try:
            named = f"{name} {version(name)}"
        except PackageNotFoundError:
            raise EvalkitError(_NOT_HERE.format(name)) from None
    return f"{named}, spaCy {version('spacy')}"


def check_token_pattern(pattern: list[Any]) -> None:
    """Raise what spaCy raises where `pattern` is no token pattern."""
    import spacy
    from spacy.matcher import Matcher

    Matcher(spacy.blank("en").vocab, validate=True).add("cue", [pattern])


@cache
def _load_model(name: str) -> Any:
    import spacy

    try:
        return spacy.load(name)
    except (OSError, TypeError, ValueError) as error:
        raise EvalkitError(_NOT_HERE.format(name)) from error


@cache
def _sentencizer(language: str) -> Any:
    import spacy

    try:
        pipeline = spacy.blank(language)
    except ImportError as error:
        raise EvalkitError(
            f"study.toml: language {language!r} is not one that spaCy knows: "
            "write a code such as en, fr or de (there, or in interviews.csv)"
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
