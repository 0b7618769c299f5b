from __future__ import annotations

import json
from pathlib import Path

import evalkit
from evalkit.coding.anchors import AnchorText, find_anchor
from evalkit.coding.log import append_events, hash_text, place_in

TEXT = (
    "I: What happened then?\n"
    "R: We left before the rain came, all of us, with the two carts.\n"
    "I: And afterwards?\n"
    "R: Nobody wrote to us for a year. Then the letter came, in the spring.\n"
    "I: Yes?\n"
    "R: Yes. It was short. Yes.\n"
)


def anchor(quotation: str, changed: str, *, nth: int = 0) -> tuple[str, str]:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(quotation, start + 1)
    coding = place_in(TEXT, start, start + len(quotation))
    found = find_anchor(coding, AnchorText(changed, sha256=hash_text(changed)))
    words = "" if found.start is None else changed[found.start : found.end]
    return found.status, words


def test_untouched_words_are_exact_also_in_a_text_that_changed_elsewhere():
    quotation = "We left before the rain came"
    assert anchor(quotation, TEXT) == ("exact", quotation)
    assert anchor(quotation, TEXT.replace("short", "brief")) == ("exact", quotation)


def test_a_paragraph_on_top_moves_a_coding():
    quotation = "Nobody wrote to us for a year."
    assert anchor(quotation, "A new paragraph.\n" + TEXT) == ("moved", quotation)


def test_a_typo_mended_inside_is_a_close_match_with_the_new_words():
    changed = TEXT.replace("before the rain came", "before the rains came")
    status, words = anchor("We left before the rain came, all of us", changed)
    assert (status, words) == ("close", "We left before the rains came, all of us")


def test_a_deleted_passage_is_orphaned():
    changed = TEXT.replace("Nobody wrote to us for a year. ", "")
    assert anchor("Nobody wrote to us for a year. ", changed) == ("orphaned", "")


def test_a_deleted_passage_is_not_put_on_one_like_it_elsewhere():
    passage = "We waited at the river for three days and nobody came to fetch us."
    text = f"R: I say it first. {passage} That was it.\n{TEXT}"
    coding = place_in(text, text.index(passage), text.index(passage) + len(passage))
    like_it = passage.replace("three days", "four days")
    changed = text.replace(f"{passage} ", "") + f"R: Another year. {like_it}\n"
    found = find_anchor(coding, AnchorText(changed, sha256=hash_text(changed)))
    assert found.status == "orphaned"


def test_white_space_that_changed_is_no_change_of_words():
    changed = "New.\n" + TEXT.replace("with the two carts", "with  the\ntwo carts")
    quotation = "all of us, with the two carts."
    assert anchor(quotation, changed) == ("moved", "all of us, with  the\ntwo carts.")


def test_a_short_word_said_three_times_keeps_its_own_place():
    changed = "A new paragraph.\n" + TEXT
    for nth in range(3):
        status, words = anchor("Yes", changed, nth=nth)
        assert (status, words) == ("moved", "Yes")


def test_a_short_word_whose_place_is_gone_is_not_put_elsewhere():
    changed = "R: We spoke of other things. Yes, he said, of other things.\n"
    assert anchor("Yes", changed, nth=2)[0] == "orphaned"


def test_equal_words_in_equal_surroundings_are_ambiguous():
    passage = "R: Yes, I think that it was the right thing to do at that time.\n" * 3
    coding = place_in(passage, 3 + len(passage) // 3, 3 + len(passage) // 3 + 25)
    changed = "New.\n" + passage * 2
    found = find_anchor(coding, AnchorText(changed, sha256=hash_text(changed)))
    assert found.status == "ambiguous"
    assert found.start is None


def test_a_quotation_that_does_not_stand_at_its_offsets_is_looked_for():
    coding = {**place_in(TEXT, 26, 54), "start": 0, "end": 28}
    found = find_anchor(coding, AnchorText(TEXT, sha256=hash_text(TEXT)))
    assert found[:3] == ("moved", 26, 54)


def test_a_corrected_transcript_gives_a_table_and_loses_nothing(study: Path):
    """The three corrections of a transcript, through a study's folder."""
    transcript = study / "transcripts" / "P1.txt"
    transcript.write_text(
        "I: And then?\nR: We left before dawn, in the rain. It was cold. "
        "Nobody had told the children where we were going to sleep.\n"
    )
    text = transcript.read_text()
    log = study / "codings" / "ana.jsonl"
    for number, words in enumerate(
        [
            "It was cold.",
            "left before dawn, in the rain.",
            "Nobody had told the children",
        ]
    ):
        at = text.index(words)
        place = place_in(text, at, at + len(words))
        event = {"event": "add", "coding_id": f"c{number}", "document_id": "P1"}
        append_events(log, [{**event, "code_id": "leaving.why", **place}])
    logged = log.read_bytes()
    corrected = "Recorded in May.\n\n" + text.replace(
        "dawn, in the rain", "dawn in the rain"
    )
    transcript.write_text(
        corrected.replace(
            "Nobody had told the children where we were going to sleep.", ""
        )
    )
    read = evalkit.read_study(study)
    status = dict(zip(read.anchors["coding_id"], read.anchors["status"], strict=True))
    assert status == {"c0": "moved", "c1": "close", "c2": "orphaned"}
    assert log.read_bytes() == logged
    for row in read.codings.itertuples():
        assert read.texts[row.document_id][row.start : row.end] == row.quotation
    assert [p.place for p in read.problems if "orphaned" in p.what] == [3]
    assert evalkit.confirm_anchors(study, statuses=["moved", "close"]) == 2
    again = evalkit.read_study(study)
    status = dict(zip(again.anchors["coding_id"], again.anchors["status"], strict=True))
    assert status == {"c0": "exact", "c1": "exact", "c2": "orphaned"}
    assert log.read_bytes().startswith(logged)
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events == ["add", "add", "add", "edit", "edit"]
