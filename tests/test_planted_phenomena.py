"""What the helpers make of each planted phenomenon, those they get wrong included."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

import evalkit
from evalkit.coding.assertion import LABELS, read_spans
from evalkit.nlp import load_pipeline

HERE = Path(__file__).parent / "illustrative"
# planted -> what the helper should find on some word of the passage
EXPECTED = {
    "plain negation": "negated",
    "double negation": "doubly_negated",
    "hedge": "hedged",
    "hearsay": "hearsay",
    "conditional": "conditional",
    "counterfactual": "counterfactual",
    "contrast": "contrasted",
}
_ALL = [*LABELS, "doubly_negated"]


def read_whole() -> evalkit.study.Study:
    return evalkit.read_study(Path(__file__).parents[1] / "corpus" / "advocates")


@pytest.fixture(scope="module")
def study():
    return read_whole()


def propose(study, phenomena: pd.DataFrame) -> pd.DataFrame:
    """Give each planted passage what is found on its words: one row a passage."""
    nlp = load_pipeline("blank")
    rows = []
    for row in phenomena.itertuples():
        turn = study.turns[
            study.turns["document_id"].eq(row.document_id)
            & study.turns["start"].le(row.start)
            & study.turns["end"].gt(row.start)
        ]
        if turn.empty:
            continue
        start, words = turn["start"].item(), turn["text"].item()
        doc = nlp(words)
        tokens = [
            (t.idx, t.idx + len(t.text))
            for t in doc
            if t.is_alpha and row.start <= t.idx + start < row.end
        ]
        found = {
            label
            for each in read_spans(doc, tokens)
            for label in _ALL
            if getattr(each, label)
        }
        said = " ".join(label for label in _ALL if label in found)
        rows.append((row.phenomenon, row.document_id, row.start, said))
    columns = ["phenomenon", "document_id", "start", "found"]
    return pd.DataFrame(rows, columns=columns)


def test_what_is_found_in_each_planted_passage_is_what_was_found_last(study):
    """A change of the rules shows here, passage by passage, for better or worse.

    Run this file as a program to write the list anew.
    """
    phenomena = pd.read_csv(HERE / "phenomena.csv")
    planted = phenomena[phenomena["phenomenon"].isin([*EXPECTED, "sarcasm"])]
    found = propose(study, planted)
    known = pd.read_csv(HERE / "assertions.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(found, known)


@pytest.mark.parametrize(
    ("phenomenon", "share"),
    [
        ("plain negation", 0.85),
        ("double negation", 0.5),
        ("hedge", 0.8),
        ("hearsay", 0.75),
        ("conditional", 0.8),
        ("counterfactual", 0.8),
    ],
)
def test_most_of_what_was_planted_is_seen(phenomenon: str, share: float):
    known = pd.read_csv(HERE / "assertions.csv", keep_default_na=False)
    rows = known[known["phenomenon"].eq(phenomenon)]
    seen = rows["found"].str.split().map(lambda labels: EXPECTED[phenomenon] in labels)
    assert seen.mean() >= share


def test_every_trap_that_a_respondent_says_is_proposed_as_neutral(study):
    phenomena = pd.read_csv(HERE / "phenomena.csv")
    traps = phenomena[phenomena["phenomenon"].eq("trap")]
    suggestions = evalkit.suggest_study(study)
    own = study.turns[study.turns["role"].eq("respondent")]
    n_checked = 0
    for row in traps.itertuples():
        said = own["document_id"].eq(row.document_id)
        said &= own["start"].le(row.start) & own["end"].ge(row.end)
        lying = suggestions[
            suggestions["document_id"].eq(row.document_id)
            & suggestions["start"].le(row.start)
            & suggestions["end"].ge(row.end)
        ]
        trapped = lying[lying["reason"].str.contains("trap")]
        assert trapped.empty != said.any(), row.words
        # another cue of the code, outside the trap, may speak for itself
        alone = trapped[~trapped["reason"].str.contains(": (?!inside|a trap)")]
        assert alone["stance"].eq("neutral").all()
        n_checked += bool(said.any())
    assert n_checked > 50


def test_no_cue_in_an_interviewers_turn_is_suggested(study):
    phenomena = pd.read_csv(HERE / "phenomena.csv")
    asked = phenomena[phenomena["phenomenon"].eq("interviewer cue")]
    suggestions = evalkit.suggest_study(study)
    for row in asked.itertuples():
        lying = suggestions["document_id"].eq(row.document_id)
        lying &= suggestions["start"].lt(row.end) & suggestions["end"].gt(row.start)
        assert not lying.any()


def test_sarcasm_is_missed_as_the_documentation_says(study):
    suggestions = evalkit.suggest_codings(
        study.turns[study.turns["document_id"].eq("I06")],
        evalkit.coding.codebook.parse_codebook(
            "codes: [{id: morale, cues: [splendid]}]"
        ),
    )
    (row,) = suggestions[suggestions["quotation"].str.contains("Splendid")].to_dict(
        "records"
    )
    assert row["stance"] == "supports"
    page = (Path(__file__).parents[1] / "docs" / "coding-helpers.md").read_text()
    assert "Sarcasm is missed" in page


if __name__ == "__main__":
    planted = pd.read_csv(HERE / "phenomena.csv")
    planted = planted[planted["phenomenon"].isin([*EXPECTED, "sarcasm"])]
    result = propose(read_whole(), planted)
    result.to_csv(
        HERE / "assertions.csv",
        index=False,
        lineterminator="\n",
        quoting=csv.QUOTE_MINIMAL,
    )
    labels = result["phenomenon"].map(EXPECTED).fillna("nothing")
    pairs = zip(labels, result["found"].str.split(), strict=True)
    seen = pd.Series([label in found for label, found in pairs])
    print(seen.groupby(result["phenomenon"]).agg(["sum", "size"]))
