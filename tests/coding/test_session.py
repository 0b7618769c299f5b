from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import evalkit
from evalkit.coding.codebook import read_codebook
from evalkit.coding.desk.session import Reading, Session
from evalkit.coding.log import append_events, place_in
from evalkit.errors import EvalkitError

Message = dict[str, Any]
Sit = Callable[..., Session]


@pytest.fixture
def sit(study: Path) -> Sit:
    """Somebody sits down at the desk, the study read as it stands now."""

    def sit(coder_id: str = "ana") -> Session:
        read = evalkit.read_study(study)
        reading = Reading(
            folder=study,
            title="Two villages",
            first_line="",
            documents=read.documents,
            turns=read.turns,
            texts=read.texts,
            hashes=read.hashes,
            names={"ana": "Ana"},
        )
        return Session(reading, coder_id)

    return sit


def place(session: Session, document_id: str, words: str) -> dict[str, int]:
    at = session.reading.texts[document_id].index(words)
    return {"start": at, "end": at + len(words)}


def add(
    session: Session,
    words: str,
    code_id: str,
    coding_id: str = "a",
    *,
    document_id: str = "P2",
    **more: Any,
) -> Message:
    where = place(session, document_id, words)
    event = {"event": "add", "coding_id": coding_id, "code_id": code_id}
    return {**event, **where, **more}


def act(act_id: str, *events: Message, document_id: str = "P2", **more: Any) -> Message:
    what = {"events": list(events), "label": f"label of {act_id}"} if events else {}
    return {"kind": "do", "id": act_id, "document_id": document_id, **what, **more}


def write_as(folder: Path, coder_id: str, words: str, code_id: str = "hope") -> None:
    """Another process codes, as another coder or as the same."""
    text = evalkit.read_study(folder).texts["P2"]
    at = text.index(words)
    event = {
        **{"event": "add", "coding_id": f"{coder_id}-{at}-{code_id}"},
        **{"document_id": "P2", "code_id": code_id, "memo": f"secret of {coder_id}"},
        **place_in(text, at, at + len(words)),
    }
    append_events(folder / "codings" / f"{coder_id}.jsonl", [event])


def correct(folder: Path, old: str, new: str, name: str = "P2.txt") -> None:
    path = folder / "transcripts" / name
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new), "utf-8")


def spans(codings: list[Message]) -> list[tuple[int, int, str]]:
    return [(each["start"], each["end"], each["code"]) for each in codings]


def open_both(session: Session) -> Session:
    for document_id in ("P1", "P2"):
        session.open(document_id)
    return session


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# What is shown


def test_a_document_is_told_in_characters(study: Path, sit: Sit):
    correct(study, "Hope. Only hope.", "Hope 𝄞 é. Only hope.")
    session = sit()
    session.do(act("1", add(session, "Only hope.", "hope")))
    told = session.open("P2")
    text = told["document"]["text"]
    assert text == session.reading.texts["P2"]
    turns = told["document"]["turns"]
    assert [text[turn["start"] : turn["end"]] for turn in turns] == [
        "Why?",
        "Hope 𝄞 é. Only hope.",
        "Only?",
        "Yes.",
    ]
    assert [turn["role"] for turn in turns[:2]] == ["interviewer", "respondent"]
    [coding] = told["codings"]
    assert text[coding["start"] : coding["end"]] == "Only hope."
    assert (coding["code"], coding["coder"], coding["status"]) == (
        "hope",
        "ana",
        "exact",
    )


def test_a_documents_answer_can_be_sent_as_json(study: Path, sit: Sit):
    session = sit()
    session.suggest(
        pd.DataFrame(
            {"document_id": ["P2"], "start": [8], "end": [13], "code_id": ["hope"]}
            | {"score": [0.5], "cue": [None], "stance": ["supports"]}
        )
    )
    session.do(act("1", add(session, "Hope.", "hope")))
    told = session.open("P2")
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["coder"] == {"id": "ana", "name": "Ana"}
    assert told["study"]["title"] == "Two villages"
    codes = {code["code_id"]: code for code in told["codebook"]["codes"]}
    assert codes["leaving.why"]["parent_id"] == "leaving"
    assert told["codebook"]["attributes"] == [
        {"name": "stance", "values": ["supports", "contradicts"]}
    ]


def test_a_document_that_is_not_there_is_refused(sit: Sit):
    session = sit()
    with pytest.raises(EvalkitError, match="no document 'P3'"):
        session.open("P3")


@pytest.mark.parametrize("ask", ["do", "show", "compare"])
def test_whatever_is_asked_of_a_document_that_is_not_there_is_refused(
    sit: Sit, ask: str
):
    session = sit()
    memo = {"event": "memo", "about": "document", "of": "P3", "memo": "m"}
    asks: dict[str, Callable[[], Any]] = {
        "do": lambda: session.do(act("1", memo, document_id="P3")),
        "show": lambda: session.show("P3", []),
        "compare": lambda: session.compare("P3", "ana", "bo"),
    }
    with pytest.raises(EvalkitError, match="P3"):
        asks[ask]()
    assert not (session.own.path).exists()


def test_opening_writes_nothing(study: Path, sit: Sit):
    before = files_of(study)
    session = sit()
    session.open("P1")
    session.look(["P1", "P2"])
    session.compare("P1", "ana", "bo")
    assert files_of(study) == before


def test_how_far_each_document_is_is_told(sit: Sit):
    session = sit()
    end = session.reading.texts["P2"].index("Only?") + len("Only?")
    told = session.do(
        act("1", {"event": "read", "end": end}, add(session, "Yes.", "hope"))
    )
    p1, p2 = told["documents"]
    assert (p1["n_turns"], p1["n_read"], p1["n_codings"]) == (2, 0, 0)
    assert (p2["n_turns"], p2["n_read"], p2["n_codings"]) == (4, 3, 1)
    assert told["read"] == end


# Other coders


def test_others_codings_are_nowhere_until_they_are_asked_for(study: Path, sit: Sit):
    write_as(study, "bo", "Only hope.", "leaving.why")
    session = sit()
    session.do(act("1", add(session, "Hope.", "hope")))
    told = session.open("P2")
    assert [each["id"] for each in told["coders"]] == ["bo"]
    rest = json.dumps({**told, "codebook": {}, "document": {}})
    assert "secret" not in rest
    assert "leaving.why" not in rest
    assert told["documents"][1]["n_codings"] == 1
    shown = session.show("P2", ["bo"])
    assert [coding["memo"] for coding in shown["codings"]] == ["secret of bo"]
    again = session.open("P2")
    assert again["shown"] == ["bo"]
    assert [coding["coder"] for coding in again["codings"]] == ["ana", "bo"]
    assert session.show("P2", [])["codings"] == []
    assert "secret" not in json.dumps(session.open("P2"))


def test_showing_in_one_document_shows_nothing_in_another(study: Path, sit: Sit):
    write_as(study, "bo", "Only hope.")
    session = sit()
    session.show("P1", ["bo"])
    assert session.open("P2")["codings"] == []


def test_a_coder_who_is_not_there_is_not_shown(sit: Sit):
    session = sit()
    assert session.show("P2", ["../ana", "nobody", "ana"])["shown"] == []


def test_what_another_coder_added_since_is_there_when_asked_again(
    study: Path, sit: Sit
):
    write_as(study, "bo", "Only hope.")
    session = sit()
    session.show("P2", ["bo"])
    write_as(study, "bo", "Yes.")
    assert len(session.show("P2", ["bo"])["codings"]) == 2


def test_opened_again_a_document_has_what_shown_coders_added_since(
    study: Path, sit: Sit
):
    write_as(study, "bo", "Only hope.")
    session = sit()
    session.show("P2", ["bo"])
    write_as(study, "bo", "Yes.")
    assert len(session.open("P2")["codings"]) == 2


# What is done


def test_an_act_is_on_the_disk_when_it_is_answered(study: Path, sit: Sit):
    session = sit()
    told = session.do(act("1", add(session, "Only hope.", "hope", memo="m")))
    assert spans(told["set"]) == [
        (*place(session, "P2", "Only hope.").values(), "hope")
    ]
    assert (told["act"], told["gone"], told["label"]) == ("1", [], "label of 1")
    assert told["history"] == {"undo": {"id": "1", "label": "label of 1"}, "redo": None}
    [row] = evalkit.read_study(study).codings.itertuples()
    assert (row.quotation, row.coder_id) == ("Only hope.", "ana")
    undone = session.do(act("2", undo=""))
    assert (undone["set"], undone["gone"]) == ([], ["a"])
    assert undone["history"]["redo"]["id"] == "1"
    assert evalkit.read_study(study).codings.empty
    redone = session.do(act("3", redo=True))
    assert [coding["id"] for coding in redone["set"]] == ["a"]


def test_an_act_sent_twice_is_done_once(study: Path, sit: Sit):
    session = sit()
    sent = act("1", add(session, "Only hope.", "hope"))
    first = session.do(sent)
    content = files_of(study)
    for again in (session, sit()):
        assert again.do(sent)["set"] == first["set"]
        assert files_of(study) == content
    session.do(act("2", undo="1"))
    content = files_of(study)
    assert session.do(act("2", undo="1"))["history"]["undo"] is None
    assert files_of(study) == content


BAD_SPANS = [(-1, 3), (3, 3), (5, 3), (0, 10_000), (10_000, 10_001)]


@pytest.mark.parametrize(("start", "end"), BAD_SPANS)
@pytest.mark.parametrize("kind", ["add", "edit", "reject"])
def test_words_outside_the_text_are_refused(
    study: Path, sit: Sit, kind: str, start: int, end: int
):
    session = sit()
    session.do(act("1", add(session, "Only hope.", "hope")))
    before = files_of(study)
    event = {"event": kind, "coding_id": "b" if kind == "add" else "a"}
    event |= {"code_id": "leaving", "start": start, "end": end}
    with pytest.raises(EvalkitError, match="not in the transcript"):
        session.do(act("2", event))
    assert files_of(study) == before
    assert session.open("P2")["history"]["undo"]["id"] == "1"


def test_the_same_code_on_the_same_words_is_refused(study: Path, sit: Sit):
    session = sit()
    session.do(act("1", add(session, "Only hope.", "hope")))
    session.do(act("2", add(session, "Only hope.", "leaving", "b")))
    session.do(act("3", add(session, "hope.", "hope", "c")))
    before = files_of(study)
    twice = [
        add(session, "Only hope.", "hope", "d"),
        {"event": "edit", "coding_id": "b", "code_id": "hope"},
        {"event": "edit", "coding_id": "c", **place(session, "P2", "Only hope.")},
    ]
    for n, event in enumerate(twice):
        with pytest.raises(EvalkitError, match="Ana has already put Hope on exactly"):
            session.do(act(f"again-{n}", event))
    assert files_of(study) == before
    session.do(act("4", {"event": "edit", "coding_id": "a", "memo": "m"}))
    other = sit("bo")
    other.do(act("5", add(other, "Only hope.", "hope", "e")))


def test_the_same_code_on_the_same_words_is_refused_after_a_correction(
    study: Path, sit: Sit
):
    session = sit()
    session.do(act("1", add(session, "Only hope.", "hope")))
    correct(study, "Why?", "But why, then?")
    session = sit()
    with pytest.raises(EvalkitError, match="already put Hope"):
        session.do(act("2", add(session, "Only hope.", "hope", "b")))


def test_where_a_coding_stood_before_a_correction_is_free(study: Path, sit: Sit):
    session = sit()
    where = place(session, "P2", "Only hope.")
    session.do(act("1", add(session, "Only hope.", "hope")))
    correct(study, "Why?", "But why, then?")
    session = sit()
    event = {"event": "add", "coding_id": "b", "code_id": "hope", **where}
    assert len(session.do(act("2", event))["set"]) == 1


def test_a_coding_that_is_gone_is_not_edited_nor_removed(study: Path, sit: Sit):
    session = sit()
    session.do(act("1", add(session, "Only hope.", "hope")))
    gone = {"event": "remove", "coding_id": "a"}
    append_events(study / "codings" / "ana.jsonl", [gone])
    before = files_of(study)
    for n, event in enumerate([gone, {"event": "edit", "coding_id": "a", "memo": "m"}]):
        with pytest.raises(EvalkitError, match="This coding is gone"):
            session.do(act(f"again-{n}", event))
    assert files_of(study) == before


def test_one_event_that_is_refused_refuses_the_whole_act(study: Path, sit: Sit):
    session = sit()
    before = files_of(study)
    bad = {"event": "edit", "coding_id": "x", "memo": "m"}
    code = {"event": "code", "code_id": "new", "name": "New"}
    with pytest.raises(EvalkitError, match="gone"):
        session.do(act("1", code, add(session, "Hope.", "new"), bad))
    assert files_of(study) == before


# Suggestions


def test_suggestions_with_four_columns_are_enough(sit: Sit):
    session = sit()
    rows = {"document_id": ["P2", "P2", "P1"], "start": [8, 14, 0], "end": [13, 24, 1]}
    session.suggest(pd.DataFrame({**rows, "code_id": ["hope", "hope", "leaving"]}))
    told = session.open("P2")["suggestions"]
    assert spans(told) == [(8, 13, "hope"), (14, 24, "hope")]
    assert len({each["id"] for each in told}) == 2
    assert {each["coder"] for each in told} == {"suggested"}


def test_suggestions_that_are_nowhere_are_left_out(sit: Sit):
    session = sit()
    rows = {"document_id": ["P2", "P2", "P9"], "start": [8, -1, 0], "end": [900, 3, 1]}
    session.suggest(pd.DataFrame({**rows, "code_id": ["hope"] * 3}))
    assert session.open("P2")["suggestions"] == []


def test_suggestions_with_blanks_are_told_without_them(sit: Sit):
    session = sit()
    nothing = float("nan")
    session.suggest(
        pd.DataFrame(
            {"document_id": ["P2", "P2"], "start": [8, 14], "end": [13, 24]}
            | {"code_id": ["hope", "hope"], "suggestion_id": [None, nothing]}
            | {"coder_id": [nothing, "cues"], "score": [nothing, 0.5]}
            | {"stance": ["", "supports"], "cue": [None, "only"]}
        )
    )
    one, other = session.open("P2")["suggestions"]
    assert one["id"] != other["id"]
    assert (one["coder"], other["coder"]) == ("suggested", "cues")
    assert ("score" in one, "cue" in one, one["attributes"]) == (False, False, {})
    assert (other["score"], other["cue"]) == (0.5, "only")
    assert other["attributes"] == {"stance": "supports"}


def test_a_suggestion_that_could_not_be_placed_is_left_out(sit: Sit):
    session = sit()
    rows = {"document_id": ["P2", "P2"], "start": [None, 8], "end": [None, 13]}
    frame = pd.DataFrame({**rows, "code_id": ["hope", "hope"]})
    session.suggest(frame.astype({"start": "Int64", "end": "Int64"}))
    assert spans(session.open("P2")["suggestions"]) == [(8, 13, "hope")]


def test_the_suggestions_of_a_study_are_offered_as_they_are(study: Path, sit: Sit):
    book = study / "codebook.yaml"
    book.write_text(book.read_text() + "  - {id: only, name: Only, cues: [only]}\n")
    suggested = evalkit.suggest_study(evalkit.read_study(study))
    session = sit()
    session.suggest(suggested)
    told = session.open("P2")["suggestions"]
    text = session.reading.texts["P2"]
    assert told
    assert all("only" in text[s["start"] : s["end"]].casefold() for s in told)


def test_a_rejected_suggestion_is_found_again_in_a_corrected_transcript(
    study: Path, sit: Sit
):
    session = sit()
    where = place(session, "P2", "Only hope.")
    reject = {"event": "reject", "code_id": "hope", **where}
    assert spans(session.do(act("1", reject))["rejected"]) == [
        (*where.values(), "hope")
    ]
    correct(study, "Why?", "But why, then?")
    session = sit()
    moved = place(session, "P2", "Only hope.")
    assert moved != where
    assert spans(session.open("P2")["rejected"]) == [(*moved.values(), "hope")]


def test_what_was_rejected_before_a_correction_can_be_taken_back(study: Path, sit: Sit):
    session = sit()
    where = place(session, "P2", "Only hope.")
    session.do(act("1", {"event": "reject", "code_id": "hope", **where}))
    correct(study, "Why?", "But why, then?")
    session = sit()
    [told] = session.open("P2")["rejected"]
    back = {
        "event": "unreject",
        "code_id": "hope",
        **place(session, "P2", "Only hope."),
    }
    assert (back["start"], back["end"]) == (told["start"], told["end"])
    assert session.do(act("2", back))["rejected"] == []
    assert sit().open("P2")["rejected"] == []


# Two coders


def test_where_two_coders_differ_is_told_and_decided_in_a_log_of_its_own(
    study: Path, sit: Sit
):
    write_as(study, "bo", "Only hope.", "leaving")
    session = sit()
    session.do(act("1", add(session, "Only hope.", "hope")))
    own = (study / "codings" / "ana.jsonl").read_bytes()
    told = session.compare("P2", "ana", "bo")
    [pair] = told["pairs"]
    assert (pair["kind"], pair["one"]) == ("other code", "a")
    assert told["decided"] == []
    ids = [pair["one"], pair["other"]]
    decide = {"event": "decide", "coding_ids": ids, "outcome": "one", "reason": "clear"}
    agreed = add(session, "Only hope.", "hope", "agreed")
    done = session.do(act("2", decide, agreed, consensus=True))
    assert (done["consensus"], [c["coder"] for c in done["set"]]) == (
        True,
        ["consensus"],
    )
    lines = (study / "codings" / "consensus.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["by"] for line in lines] == ["ana", "ana"]
    assert (study / "codings" / "ana.jsonl").read_bytes() == own
    again = sit("bo").compare("P2", "ana", "bo")
    assert again["decided"] == [
        {"coding_ids": ids, "outcome": "one", "reason": "clear"}
    ]
    assert [coding["id"] for coding in again["consensus"]] == ["agreed"]
    assert again["history"]["undo"]["id"] == "2"
    session.do(act("3", undo="", consensus=True))
    assert session.compare("P2", "ana", "bo")["decided"] == []
    assert len(session.open("P2")["codings"]) == 1


def test_a_decision_that_is_none_is_refused(study: Path, sit: Sit):
    session = sit()
    before = files_of(study)
    decide = {"event": "decide", "coding_ids": ["a", "b"], "outcome": "perhaps"}
    with pytest.raises(EvalkitError, match="'perhaps' is no decision"):
        session.do(act("1", decide, consensus=True))
    assert files_of(study) == before


def test_comparing_reads_what_both_wrote_since(study: Path, sit: Sit):
    write_as(study, "bo", "Only hope.")
    session = sit()
    assert len(session.compare("P2", "ana", "bo")["pairs"]) == 1
    write_as(study, "bo", "Yes.")
    assert len(session.compare("P2", "ana", "bo")["pairs"]) == 2


# Corrected transcripts


def test_a_lost_coding_is_listed_and_placed_anew(study: Path, sit: Sit):
    session = sit()
    session.do(act("1", add(session, "Only hope.", "hope", memo="m")))
    correct(study, "Only hope.", "Nothing besides.")
    session = sit()
    told = session.open("P2")
    assert told["codings"] == []
    [lost] = told["lost"]
    assert (lost["id"], lost["quotation"], lost["memo"]) == ("a", "Only hope.", "m")
    assert lost["status"] == "orphaned"
    where = place(session, "P2", "Nothing besides.")
    done = session.do(act("2", {"event": "edit", "coding_id": "a", **where}))
    assert spans(done["set"]) == [(*where.values(), "hope")]
    again = sit().open("P2")
    assert (again["lost"], spans(again["codings"])) == ([], spans(done["set"]))
    study_now = evalkit.read_study(study)
    assert study_now.codings["quotation"].to_list() == ["Nothing besides."]
    assert session.do(act("3", undo=""))["gone"] == ["a"]
    assert [each["id"] for each in session.open("P2")["lost"]] == ["a"]


# What changes outside


def test_nothing_new_is_told_when_nothing_changed(study: Path, sit: Sit):
    session = open_both(sit())
    session.do(act("1", add(session, "Hope.", "hope")))
    assert session.look(["P1", "P2"]) == []


def test_a_coding_of_ones_own_from_elsewhere_is_told_to_all_open_documents(
    study: Path, sit: Sit
):
    session = open_both(sit())
    write_as(study, "ana", "Yes.")
    told = session.look(["P1", "P2"])
    assert [(each["kind"], each["document"]["id"]) for each in told] == [
        ("state", "P1"),
        ("state", "P2"),
    ]
    assert len(told[1]["codings"]) == 1
    assert session.look(["P1", "P2"]) == []


def test_what_came_from_elsewhere_just_before_an_act_is_told(study: Path, sit: Sit):
    session = open_both(sit())
    write_as(study, "ana", "Yes.")
    done = session.do(act("1", add(session, "Hope.", "hope")))
    told = session.look(["P2"])
    ids = {coding["id"] for coding in done["set"]}
    ids |= {coding["id"] for each in told for coding in each["codings"]}
    assert len(ids) == 2


def test_what_came_from_elsewhere_is_told_though_another_page_opened_first(
    study: Path, sit: Sit
):
    """Two pages share a session; one is loaded again before the other was told."""
    session = open_both(sit())
    write_as(study, "ana", "Yes.")
    session.open("P1")
    assert "P2" in [each["document"]["id"] for each in session.look(["P1", "P2"])]


def test_a_shown_coders_new_coding_is_told_in_all_open_documents(study: Path, sit: Sit):
    write_as(study, "bo", "Only hope.")
    session = open_both(sit())
    session.show("P1", ["bo"])
    session.show("P2", ["bo"])
    write_as(study, "bo", "Yes.")
    told = session.look(["P1", "P2"])
    of_p2 = [each for each in told if each["document_id"] == "P2"]
    assert [(each["kind"], each["changed"]) for each in of_p2] == [("others", ["bo"])]
    assert len(of_p2[0]["codings"]) == 2
    assert session.look(["P1", "P2"]) == []


def test_a_coder_who_is_not_shown_is_not_told_of(study: Path, sit: Sit):
    session = open_both(sit())
    write_as(study, "bo", "Only hope.")
    assert session.look(["P1", "P2"]) == []


def test_a_codebook_changed_by_hand_is_told_once(study: Path, sit: Sit):
    session = open_both(sit())
    book = study / "codebook.yaml"
    book.write_text(book.read_text() + "  - {id: work, name: Work}\n")
    [told] = session.look(["P1", "P2"])
    assert told["kind"] == "codebook"
    assert "work" in [code["code_id"] for code in told["codebook"]["codes"]]
    assert session.look(["P1", "P2"]) == []


# New codes

NEW = {"event": "code", "code_id": "work", "name": "Work", "definition": "Paid work."}


def test_a_new_code_and_its_coding_are_one_act_and_undone_as_one(study: Path, sit: Sit):
    book = study / "codebook.yaml"
    before = book.read_bytes()
    session = open_both(sit())
    new = {**NEW, "parent_id": "leaving"}
    done = session.do(act("1", new, add(session, "Hope.", "work")))
    assert [coding["code"] for coding in done["set"]] == ["work"]
    told = {code["code_id"]: code for code in done["codebook"]["codes"]}
    assert (told["work"]["parent_id"], told["work"]["definition"]) == (
        "leaving",
        "Paid work.",
    )
    with_code = book.read_bytes()
    assert "work" in read_codebook(book).lines
    undone = session.do(act("2", undo=""))
    assert undone["gone"] == ["a"]
    assert "work" not in [code["code_id"] for code in undone["codebook"]["codes"]]
    assert book.read_bytes() == before
    session.do(act("3", redo=True))
    assert book.read_bytes() == with_code
    assert session.look(["P2"]) == []
    assert evalkit.read_study(study).problems == ()


def refuses_to_undo(session: Session, folder: Path, of: str = "") -> None:
    before = files_of(folder)
    with pytest.raises(EvalkitError, match="Work is on other words"):
        session.do(act("undo", undo=of))
    assert files_of(folder) == before
    assert not session.own.has_act("undo")


def test_a_new_code_that_another_coder_uses_stays(study: Path, sit: Sit):
    session = sit()
    session.do(act("1", NEW, add(session, "Hope.", "work")))
    write_as(study, "bo", "Yes.", "work")
    refuses_to_undo(session, study)


def test_a_new_code_that_another_coder_began_to_use_since_stays(study: Path, sit: Sit):
    write_as(study, "bo", "Hope.")
    session = sit()
    session.show("P2", ["bo"])
    session.do(act("1", NEW, add(session, "Hope.", "work")))
    write_as(study, "bo", "Yes.", "work")
    refuses_to_undo(session, study)


def test_a_new_code_without_a_coding_that_another_coder_uses_once_stays(
    study: Path, sit: Sit
):
    session = sit()
    session.do(act("1", NEW))
    write_as(study, "bo", "Yes.", "work")
    refuses_to_undo(session, study)


def test_a_new_code_whose_own_coding_is_gone_stays_where_another_coder_uses_it(
    study: Path, sit: Sit
):
    session = sit()
    session.do(act("1", NEW, add(session, "Hope.", "work")))
    session.do(act("2", {"event": "remove", "coding_id": "a"}))
    write_as(study, "bo", "Yes.", "work")
    refuses_to_undo(session, study, of="1")


def test_a_new_code_with_two_codings_of_its_own_act_is_undone(study: Path, sit: Sit):
    book = (study / "codebook.yaml").read_bytes()
    session = sit()
    two = [add(session, "Hope.", "work"), add(session, "Yes.", "work", "b")]
    session.do(act("1", NEW, *two))
    session.do(act("2", undo=""))
    assert (study / "codebook.yaml").read_bytes() == book


def test_a_code_that_is_there_already_is_refused_and_nothing_is_coded(
    study: Path, sit: Sit
):
    session = sit()
    before = files_of(study)
    taken = {**NEW, "code_id": "hope"}
    with pytest.raises(EvalkitError, match="a code 'hope' already"):
        session.do(act("1", taken, add(session, "Hope.", "hope")))
    assert files_of(study) == before


def test_of_two_new_codes_none_is_made_where_one_is_refused(study: Path, sit: Sit):
    session = sit()
    before = files_of(study)
    with pytest.raises(EvalkitError, match="a code 'hope' already"):
        session.do(act("1", NEW, {**NEW, "code_id": "hope"}))
    assert files_of(study) == before


def test_a_new_code_is_not_in_the_codebook_where_the_log_cannot_be_written(
    study: Path, sit: Sit, monkeypatch: pytest.MonkeyPatch
):
    from evalkit.coding.desk import acts

    session = sit()
    before = files_of(study)

    def fail(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(acts, "append_events", fail)
        with pytest.raises(EvalkitError, match="no space left"):
            session.do(act("1", NEW, add(session, "Hope.", "work")))
    assert files_of(study) == before
    session.do(act("1", NEW, add(session, "Hope.", "work")))


def test_a_code_that_was_taken_out_by_hand_does_not_block_undoing(
    study: Path, sit: Sit
):
    book = (study / "codebook.yaml").read_bytes()
    session = sit()
    session.do(act("1", NEW, add(session, "Hope.", "work")))
    (study / "codebook.yaml").write_bytes(book)
    session.do(act("2", undo=""))
    assert session.own.folded.codings == {}
    assert (study / "codebook.yaml").read_bytes() == book


# People who withdrew


def withdraw(folder: Path, respondent_id: str) -> None:
    people = folder / "respondents.csv"
    rows = people.read_text()
    row = f"{respondent_id},,yes,yes,,"
    assert row in rows
    people.write_text(rows.replace(row, f"{row}2026-06-01"))


@pytest.fixture
def group(study: Path) -> Path:
    """A talk of Ana and Bea, both with consent."""
    (study / "transcripts" / "FG.txt").write_text(
        "Moderator: Well?\nAna: Cold.\nBea: The secret of the old mill.\nAna: Yes.\n"
        "Bea: So we said.\nAna: Yes.\nModerator: Thanks.\n"
    )
    for name, lines in {
        "interviews.csv": "FG,FG.txt,\n",
        "respondents.csv": "A,,yes,yes,,\nB,,yes,yes,,\n",
        "speakers.csv": "FG,Ana,A,respondent\nFG,Bea,B,respondent\n",
    }.items():
        path = study / name
        path.write_text(path.read_text() + lines)
    return study


def test_somebody_who_withdrew_is_not_at_the_desk(study: Path, sit: Sit):
    session = sit()
    session.do(act("1", add(session, "Only hope.", "hope", memo="of P2")))
    withdraw(study, "P2")
    session = sit()
    told = json.dumps(session.open("P1"))
    assert "P2" not in told
    assert "Only hope" not in told
    with pytest.raises(EvalkitError):
        session.open("P2")


def test_in_a_talk_of_several_the_words_of_one_who_withdrew_are_nowhere(
    group: Path, sit: Sit
):
    session = sit()
    words = "The secret of the old mill."
    session.do(
        act("1", add(session, words, "hope", document_id="FG"), document_id="FG")
    )
    session.do(
        act(
            "2",
            {"event": "reject", "code_id": "leaving", **place(session, "FG", words)},
            document_id="FG",
        )
    )
    withdraw(group, "B")
    session = sit()
    told = session.open("FG")
    assert "Cold." in told["document"]["text"]
    assert "secret" not in json.dumps(told)
    assert "secret" not in json.dumps(session.compare("FG", "ana", "bo"))


def test_beside_one_who_withdrew_the_others_codings_stay_where_they_are(
    group: Path, sit: Sit
):
    session = sit()
    at = session.reading.texts["FG"].rindex("Yes.")
    event = {"event": "add", "coding_id": "a", "code_id": "hope"}
    event |= {"start": at, "end": at + 4}
    session.do(act("1", event, document_id="FG"))
    withdraw(group, "B")
    assert evalkit.read_study(group).codings["start"].to_list() == [at]
    told = sit().open("FG")
    assert (spans(told["codings"]), told["lost"]) == ([(at, at + 4, "hope")], [])


def test_what_is_coded_beside_one_who_withdrew_is_found_by_the_study(
    group: Path, sit: Sit
):
    withdraw(group, "B")
    session = sit()
    at = session.reading.texts["FG"].index("Yes.")
    event = {"event": "add", "coding_id": "a", "code_id": "hope"}
    event |= {"start": at, "end": at + 4}
    session.do(act("1", event, document_id="FG"))
    read = evalkit.read_study(group)
    assert read.codings["start"].to_list() == [at]
    assert read.anchors["status"].to_list() == ["exact"]


def test_an_act_on_a_coding_of_another_document_is_refused(study: Path, sit: Sit):
    session = sit()
    session.do(act("1", add(session, "Only hope.", "hope")))
    memo = {"event": "edit", "coding_id": "a", "memo": "In the wrong place."}
    with pytest.raises(EvalkitError, match="gone"):
        session.do(act("2", memo, document_id="P1"))
    with pytest.raises(EvalkitError, match="gone"):
        session.do(act("3", {"event": "remove", "coding_id": "a"}, document_id="P1"))
    codings = evalkit.read_study(study).codings
    assert codings[["document_id", "memo"]].to_numpy().tolist() == [["P2", ""]]


def test_one_code_goes_on_the_same_words_once_in_an_act_too(study: Path, sit: Sit):
    session = sit()
    twice = [add(session, "Only hope.", "hope", each) for each in ("a", "b")]
    with pytest.raises(EvalkitError, match="exactly these words"):
        session.do(act("1", *twice))
    assert evalkit.read_study(study).codings.empty


def test_a_decision_made_anew_takes_out_what_the_one_before_put_in(
    study: Path, sit: Sit
):
    write_as(study, "bo", "Only hope.", "leaving")
    session = sit()
    session.do(act("1", add(session, "Only hope.", "hope")))
    [pair] = session.compare("P2", "ana", "bo")["pairs"]
    ids = sorted([pair["one"], pair["other"]])
    source = f"adjudicated: {', '.join(ids)}"
    for n, (outcome, code_id) in enumerate([("one", "hope"), ("other", "leaving")]):
        decide = {"event": "decide", "coding_ids": ids, "outcome": outcome}
        agreed = add(session, "Only hope.", code_id, f"c{n}", source=source)
        session.do(act(f"d{n}", decide, agreed, consensus=True))
    agreed = session.compare("P2", "ana", "bo")["consensus"]
    assert [coding["code"] for coding in agreed] == ["leaving"]
    session.do(act("u", undo="", consensus=True))
    agreed = session.compare("P2", "ana", "bo")["consensus"]
    assert [coding["code"] for coding in agreed] == ["hope"]
    log = (study / "codings" / "consensus.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["by"] for line in log} == {"ana"}
