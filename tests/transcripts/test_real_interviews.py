"""Interviews that nobody here wrote, as they came."""

from __future__ import annotations

import gzip
import itertools
import json
from collections import Counter
from pathlib import Path

import pytest

from evalkit.errors import UnreadableError
from evalkit.transcripts.read import Transcript, read_transcripts

GOOD = """
srt/ascii.srt srt/gb2312.srt ttml/ttml_example.ttml ttml/ttml_example2.ttml
ttml/ttml_example_apple.ttml webvtt/captions_with_bom.vtt webvtt/comments.vtt
webvtt/cue_tags.vtt webvtt/metadata_headers.vtt webvtt/metadata_headers_multiline.vtt
webvtt/missing_caption_text.sbv webvtt/missing_caption_text.srt
webvtt/missing_caption_text.vtt webvtt/non_padded_timestamps.vtt webvtt/one_caption.srt
webvtt/one_caption.vtt webvtt/regions.vtt webvtt/sample.sbv webvtt/sample.srt
webvtt/sample.vtt webvtt/styles.vtt webvtt/styles_colours.srt webvtt/styles_colours.vtt
webvtt/styles_with_comments.vtt webvtt/two_captions.sbv webvtt/using_identifiers.vtt
webvtt/youtube_dl.vtt
""".split()
BAD = {
    "webvtt/empty.vtt": 0,
    "webvtt/invalid.vtt": 1,
    "webvtt/invalid_format.sbv": 1,
    "webvtt/invalid_format1.srt": 1,
    "webvtt/invalid_format2.srt": 1,
    "webvtt/invalid_format3.srt": 1,
    "webvtt/invalid_format4.srt": 2,
    "webvtt/invalid_timeframe.sbv": 7,
    "webvtt/invalid_timeframe.srt": 6,
    "webvtt/invalid_timeframe.vtt": 6,
    "webvtt/invalid_timeframe_in_cue_text.vtt": 7,
    "webvtt/missing_timeframe.sbv": 4,
    "webvtt/missing_timeframe.srt": 5,
    "webvtt/missing_timeframe.vtt": 6,
    "webvtt/no_captions.vtt": 0,
}


def read_one(path: Path) -> Transcript:
    (transcript,) = read_transcripts(path)
    for turn in transcript.turns:
        assert transcript.text[turn.start : turn.end].strip()
    return transcript


def roles_of(transcript: Transcript) -> Counter[str]:
    return Counter(turn.role for turn in transcript.turns)


def test_every_subtitle_is_read_or_refused(shared: Path):
    folder = shared / "subtitles"
    every = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.*")
        if "LICENSE" not in path.name
    }
    assert every == {*GOOD, *BAD}


@pytest.mark.parametrize("name", GOOD)
def test_well_formed_subtitles_are_read(name: str, shared: Path):
    transcript = read_one(shared / "subtitles" / name)
    assert all(turn.started_at is not None for turn in transcript.turns)
    assert "-->" not in transcript.text
    assert "<" not in transcript.text.replace("2 < 3", "")


@pytest.mark.parametrize(("name", "line"), BAD.items())
def test_ill_formed_subtitles_are_refused_with_their_line(
    name: str, line: int, shared: Path
):
    with pytest.raises(UnreadableError) as error:
        read_transcripts(shared / "subtitles" / name)
    assert error.value.line == line


def test_a_chinese_subtitle_is_decoded_and_the_guess_is_named(shared: Path):
    transcript = read_one(shared / "subtitles/srt/gb2312.srt")
    assert transcript.text.startswith("宇宙守护神")
    assert "gb18030" in transcript.warnings[0]


def test_captions_that_roll_are_read_once(shared: Path):
    transcript = read_one(shared / "subtitles/webvtt/youtube_dl.vtt")
    assert transcript.text == "yeah\nwhat\nthis will happen is I'm telling"


def test_french_craftspeople_have_roles_times_and_their_typography(shared: Path):
    files = sorted((shared / "artisans_fr/docx").glob("*.docx"))
    assert len(files) == 27
    totals: Counter[str] = Counter()
    for path in files:
        transcript = read_one(path)
        totals += roles_of(transcript)
        timed = [t.started_at for t in transcript.turns if t.speaker != "(bold)"]
        assert None not in timed
        restarts = sum(b < a for a, b in itertools.pairwise(timed))
        assert restarts <= 1, path.name  # two recordings in a file, a slip of the pen
    assert totals["interviewer"] > 480
    assert totals["respondent"] > 460
    assert totals["other"] == 1
    text = read_one(shared / "artisans_fr/docx" / files[-6].name).text
    assert " ?" in text or "\u00a0?" in text


def test_a_misspelt_researcher_still_asks(shared: Path):
    name = "Entretien 01 25.01.15 04_traitement_A.docx"
    transcript = read_one(shared / "artisans_fr/docx" / name)
    assert roles_of(transcript) == {"interviewer": 24, "respondent": 23}
    assert [each.speaker for each in transcript.unsure] == ["Checheur"]


def test_a_bold_question_inside_an_answer_is_set_apart(shared: Path):
    name = "Entretien 01 25.05.23_traitement_A.docx"
    transcript = read_one(shared / "artisans_fr/docx" / name)
    (apart,) = [t for t in transcript.turns if t.speaker == "(bold)"]
    assert transcript.text[apart.start : apart.end].startswith("2-Ok. Et dans cette")


def test_one_cell_holds_one_interview(shared: Path):
    transcripts = read_transcripts(shared / "creatives/creatives_transcripts.csv")
    assert len(transcripts) == 125
    assert transcripts[0].part == "creativity_0000"
    for transcript in transcripts:
        roles = roles_of(transcript)
        assert set(roles) == {"interviewer", "respondent"}
        assert abs(roles["interviewer"] - roles["respondent"]) <= 1
        assert transcript.unsure == ()


@pytest.mark.parametrize("number", range(1, 8))
def test_a_pdf_with_tabs_for_spaces_and_labels_on_their_own_line(
    number: int, shared: Path
):
    transcript = read_one(shared / f"pdpilot/transcripts/P{number}.pdf")
    assert "\t" not in transcript.text
    assert {"Dan", "Participant"} <= {turn.speaker for turn in transcript.turns}
    assert roles_of(transcript)["respondent"] > 40
    assert "Dan" in [each.speaker for each in transcript.unsure]
    assert not any(line.strip().isdigit() for line in transcript.text.split("\n"))


def test_three_hundred_long_interviews(shared: Path, tmp_path: Path):
    path = shared / "seenunseen/interviews.jsonl.gz"
    n_turns = n_lines = 0
    for line in gzip.decompress(path.read_bytes()).splitlines():
        interview = json.loads(line)
        file = tmp_path / f"{interview['document_id']}.txt"
        file.write_text(interview["text"], encoding="utf-8", newline="\n")
        transcript = read_one(file)
        assert transcript.text == interview["text"]
        n_turns += len(transcript.turns)
        n_lines += len([x for x in interview["text"].split("\n") if x.strip()])
        assert {"respondent", "other"} >= set(roles_of(transcript))
    assert n_turns == n_lines
