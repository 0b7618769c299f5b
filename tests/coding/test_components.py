from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import spacy

from evalkit.errors import EvalkitError

CODEBOOK = """\
codes:
  - id: morale
    cues: [kept us going, "{boost} morale", motivat*, [{LOWER: gave}, {LOWER: heart}]]
    traps: [did not boost morale]
"""
SAID = "It never kept us going. They boosted morale, I was told. It gave heart."


@pytest.fixture
def nlp(tmp_path: Path):
    """Somebody's pipeline with both components, by their names alone."""
    path = tmp_path / "codebook.yaml"
    path.write_text(CODEBOOK)
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("evalkit_cues", config={"codebook": str(path)})
    pipeline.add_pipe("evalkit_assertion")
    return pipeline


def read(doc) -> list[tuple[str, str, str, bool, bool]]:
    return [
        (
            *(span.text, span.label_, span.id_),
            *(span._.assertion.negated, span._.assertion.hearsay),
        )
        for span in doc.spans["cues"]
    ]


EXPECTED = [
    ("kept us going", "morale", "kept us going", True, False),
    ("boosted morale", "morale", "{boost} morale", False, True),
    (
        *("gave heart", "morale", "[{'LOWER': 'gave'}, {'LOWER': 'heart'}]"),
        *(False, False),
    ),
]


def test_cues_and_what_the_sentence_does_with_them_are_on_the_doc(nlp):
    doc = nlp(SAID)
    assert read(doc) == EXPECTED
    assert list(doc.spans["traps"]) == []
    trapped = nlp("It did not boost morale.")
    assert [span.text for span in trapped.spans["traps"]] == ["did not boost morale"]


def test_a_saved_pipeline_needs_the_codebook_no_more(nlp, tmp_path: Path):
    nlp.to_disk(tmp_path / "pipeline")
    (tmp_path / "codebook.yaml").unlink()
    assert read(spacy.load(tmp_path / "pipeline")(SAID)) == EXPECTED


def test_bytes_carry_it_too(nlp, tmp_path: Path):
    data = nlp.to_bytes()
    (tmp_path / "codebook.yaml").unlink()
    other = spacy.util.load_model_from_config(nlp.config).from_bytes(data)
    assert read(other(SAID)) == EXPECTED


def test_a_wildcard_finds_words_that_come_later(nlp):
    nlp("Nothing here.")
    doc = nlp("It motivated us.")
    assert [span.text for span in doc.spans["cues"]] == ["motivated"]


def test_a_documents_assertions_travel_with_it(nlp):
    doc = nlp(SAID)
    copy = spacy.tokens.Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert read(copy) == EXPECTED


def test_a_used_pipeline_can_be_copied_and_sent(nlp):
    nlp(SAID)
    copy = pickle.loads(pickle.dumps(nlp.get_pipe("evalkit_cues")))
    doc = copy(nlp.make_doc(SAID))
    assert [span.text for span in doc.spans["cues"]] == [row[0] for row in EXPECTED]


def test_spans_of_any_other_name_are_read(nlp):
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    asserter = pipeline.add_pipe("evalkit_assertion", config={"spans_key": "mine"})
    doc = pipeline.make_doc("It never helped.")
    doc.spans["mine"] = [doc[2:3]]
    (span,) = asserter(pipeline.get_pipe("sentencizer")(doc)).spans["mine"]
    assert span._.assertion.negated


def test_without_a_codebook_it_says_what_to_do():
    pipeline = spacy.blank("en")
    pipeline.add_pipe("evalkit_cues")
    with pytest.raises(EvalkitError, match="no cues"):
        pipeline("So.")


def test_a_cue_that_ends_inside_a_token_takes_the_whole_token(nlp):
    doc = nlp("They kept us going-ish.")
    (span,) = doc.spans["cues"]
    assert span.text.startswith("kept us going")
