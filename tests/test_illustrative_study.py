from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import evalkit

STUDY = Path(__file__).parents[1] / "corpus" / "advocates"


@pytest.fixture(scope="module")
def read():
    return evalkit.read_study(STUDY)


def test_it_is_clean(read):
    assert read.problems == ()


def test_it_says_at_once_that_it_is_invented(read):
    assert len(read.documents) == 4
    for path in (STUDY / "transcripts").iterdir():
        if path.suffix in (".vtt", ".csv"):
            assert "Illustrative: invented person and words." in path.read_text()[:200]
    for document_id in ("I03", "I04"):
        first = read.texts[document_id].split("\n")[0]
        assert first == "Illustrative: invented person and words."
    assert "invented" in (STUDY / "study.toml").read_text().split("\n")[0]
    assert "invented" in (STUDY / "codebook.yaml").read_text().split("\n")[0]


def test_four_formats_have_their_speakers(read):
    suffixes = {Path(file).suffix for file in read.documents["file"]}
    assert suffixes == {".odt", ".docx", ".vtt", ".csv"}
    own = read.turns[read.turns["role"].eq("respondent")]
    assert (own["respondent_id"] == own["document_id"]).all()
    assert own.groupby("document_id").size().min() > 20


def test_a_note_inside_speech_is_no_turn(read):
    (turn,) = [t for t in read.turns["text"] if "\nNote: " in t]
    assert read.turns.loc[read.turns["text"].eq(turn), "role"].item() == "respondent"


def test_the_tracked_change_is_read_as_it_was_meant(read):
    assert "the price of herring" in read.texts["I04"]
    assert "cost of herring" not in read.texts["I04"]


def test_interviewers_are_not_coded_and_every_coding_stands(read):
    assert read.anchors["status"].eq("exact").all()
    assert len(read.codings) == 154
    contributions = read.codings[read.codings["code_id"].str.startswith("contrib.")]
    assert contributions[["stance", "certainty"]].ne("").all().all()


def test_the_examples_of_the_codebook_were_said(read):
    texts = [" ".join(text.split()) for text in read.texts.values()]
    examples = [each for each in read.codes["example"] if each]
    assert len(examples) > 30
    for example in examples:
        assert any(" ".join(example.split()) in text for text in texts), example


def test_the_binary_transcripts_can_be_made_again(tmp_path: Path):
    script = Path(__file__).parent / "illustrative" / "make_transcripts.py"
    spec = importlib.util.spec_from_file_location("make_transcripts", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make_all(tmp_path)
    for name in ("I03.odt", "I04.docx"):
        made = (tmp_path / name).read_bytes()
        assert made == (STUDY / "transcripts" / name).read_bytes(), name
