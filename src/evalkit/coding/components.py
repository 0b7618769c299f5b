"""The coding helpers as components of anybody's spaCy pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span

from evalkit.coding.assertion import Assertion, read_spans
from evalkit.coding.codebook import read_codebook
from evalkit.coding.cues import Cues, compile_cues
from evalkit.errors import EvalkitError

CUES, TRAPS = "cues", "traps"
_FIELDS = ["code_id", "phrase", "kind"]
# What a token pattern may ask for that only a trained pipeline knows.
_TRAINED = {"LEMMA", "POS", "TAG", "DEP", "MORPH", "ENT_TYPE", "ENT_IOB"}

_KNOWING = ("tagger", "morphologizer", "lemmatizer", "ner")


class CueFinder:
    """Put the codebook's cues into `doc.spans["cues"]`, its traps into "traps".

    Each span's label is the code, its id the cue as the codebook has it.
    """

    def __init__(self, nlp: Language, table: pd.DataFrame) -> None:
        self._nlp, self._table = nlp, table
        self._seen: set[str] = set()
        self._cues: Cues | None = None
        self._matcher: Matcher | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Find the cues in a document."""
        if self._table.empty:
            raise EvalkitError(
                'evalkit_cues: no cues: config={"codebook": "codebook.yaml"}'
            )
        cues = self._compile(doc.text)
        groups: dict[str, list[Span]] = {CUES: [], TRAPS: []}
        for start, end, row in cues.find_hits(doc.text):
            span = doc.char_span(start, end, alignment_mode="expand")
            self._add(groups, span.start, span.end, doc, row)
        for (start, end), row in find_patterns(self._matcher, doc):
            span = doc.char_span(start, end)
            self._add(groups, span.start, span.end, doc, row)
        for name, spans in groups.items():
            doc.spans[name] = sorted(spans, key=lambda each: (each.start, each.end))
        return doc

    def to_bytes(self, *, exclude: Any = ()) -> bytes:
        """Give the cues as bytes, as spaCy asks."""
        return self._table[_FIELDS].to_json(orient="split").encode()

    def from_bytes(self, data: bytes, *, exclude: Any = ()) -> CueFinder:
        """Take the cues from bytes, as spaCy asks."""
        import json

        kept = json.loads(data)
        self._table = pd.DataFrame(kept["data"], columns=kept["columns"]).assign(line=0)
        self._cues = None
        self._seen = set()
        return self

    def to_disk(self, path: Path, *, exclude: Any = ()) -> None:
        """Write the cues, as spaCy asks."""
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: Path, *, exclude: Any = ()) -> CueFinder:
        """Read the cues, as spaCy asks."""
        return self.from_bytes(Path(path).read_bytes())

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what cannot be sent to another process; it is made again."""
        return self.__dict__ | {"_cues": None, "_matcher": None, "_seen": set()}

    def _compile(self, text: str) -> Cues:
        """Compile anew where a text brings words that a wildcard may stand for."""
        words = set(text.split())
        is_open = any(
            isinstance(phrase, str) and ("*" in phrase or "{" in phrase)
            for phrase in self._table["phrase"]
        )
        if self._cues is None or (is_open and not words <= self._seen):
            self._seen |= words
            self._cues = compile_cues(
                self._table, [" ".join(self._seen)], language=self._nlp.lang
            )
            self._matcher = make_matcher(self._cues, self._nlp)
        return self._cues

    def _add(
        self, groups: dict[str, list[Span]], first: int, last: int, doc: Doc, row: int
    ) -> None:
        code_id, phrase, kind = self._table[_FIELDS].iloc[row]
        span = Span(doc, first, last, label=code_id, span_id=str(phrase))
        groups[TRAPS if kind == "trap" else CUES].append(span)


def make_matcher(cues: Cues, nlp: Language) -> Matcher | None:
    """Make spaCy's matcher of the cues that are token patterns; None without any.

    A pattern that asks for what the pipeline does not know (lemmas, parts of speech)
    raises `EvalkitError`.
    """
    if not cues.patterns:
        return None
    matcher = Matcher(nlp.vocab)
    for row, pattern in cues.patterns.items():
        asked = {str(key).upper() for token in pattern for key in token} & _TRAINED
        if asked and not any(map(nlp.has_pipe, _KNOWING)):
            code_id = cues.table["code_id"].iloc[row]
            raise EvalkitError(
                f"codebook.yaml: a token pattern of {code_id!r} asks for "
                f"{', '.join(sorted(asked))}, which {nlp.lang!r} without a trained "
                "pipeline has not: install one and name it in study.toml, or use LOWER"
            )
        matcher.add(str(row), [pattern])
    return matcher


def find_patterns(
    matcher: Matcher | None, doc: Doc
) -> Iterator[tuple[tuple[int, int], int]]:
    """Find the cues that are token patterns: the span in characters, the cue's row."""
    for key, first, last in matcher(doc) if matcher is not None else ():
        span = doc[first:last]
        yield (span.start_char, span.end_char), int(doc.vocab.strings[key])


class Asserter:
    """Say of each span of `doc.spans[spans_key]` what its sentence does with it.

    The answer is the span's `_.assertion`, an `Assertion`.
    """

    def __init__(self, spans_key: str) -> None:
        self._spans_key = spans_key
        if not Span.has_extension("assertion"):
            Span.set_extension("assertion", getter=_get_assertion)

    def __call__(self, doc: Doc) -> Doc:
        """Read the sentences of a document's spans."""
        group = doc.spans.get(self._spans_key, ())
        spans = [(span.start_char, span.end_char) for span in group]
        kept = doc.user_data.setdefault("evalkit_assertion", {})
        for each in read_spans(doc, spans):
            kept[f"{each.start}:{each.end}"] = tuple(each)
        return doc


def _get_assertion(span: Span) -> Assertion | None:
    kept = span.doc.user_data.get("evalkit_assertion", {})
    found = kept.get(f"{span.start_char}:{span.end_char}")
    return None if found is None else Assertion._make(found)


@Language.factory("evalkit_cues", default_config={"codebook": ""})  # type: ignore[untyped-decorator]
def make_cues(nlp: Language, name: str, codebook: str) -> CueFinder:
    """Make the component that finds cues; `codebook` is the path of codebook.yaml.

    A pipeline that was saved keeps its cues, and needs the file no more.
    """
    path = Path(codebook)
    table = (
        read_codebook(path).cues
        if codebook and path.is_file()
        else pd.DataFrame(columns=[*_FIELDS, "line"])
    )
    return CueFinder(nlp, table)


@Language.factory("evalkit_assertion", default_config={"spans_key": CUES})  # type: ignore[untyped-decorator]
def make_assertion(nlp: Language, name: str, spans_key: str) -> Asserter:
    """Make the component that reads the sentences of `doc.spans[spans_key]`."""
    return Asserter(spans_key)
