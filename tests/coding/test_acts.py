from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.coding.desk import acts
from evalkit.coding.desk.acts import CoderLog
from evalkit.coding.log import append_events, place_in
from evalkit.errors import EvalkitError

TEXT = "We left early, in the rain. Nobody knew where to go."
BOUNDED = settings(derandomize=True, deadline=None, max_examples=80, database=None)
PLACE = ("start", "end", "quotation", "before", "after", "text_sha256")

Event = dict[str, Any]
State = dict[str, Any]


def add(coding_id: str, start: int = 3, **more: Any) -> Event:
    return {
        **{"event": "add", "coding_id": coding_id, "code_id": "leaving"},
        **place_in(TEXT, start, start + 4),
        **more,
    }


def edit(coding_id: str, **changes: Any) -> Event:
    return {"event": "edit", "coding_id": coding_id, **changes}


def remove(coding_id: str) -> Event:
    return {"event": "remove", "coding_id": coding_id}


def rejection(kind: str = "reject", start: int = 3) -> Event:
    return {"event": kind, "code_id": "leaving", **place_in(TEXT, start, start + 4)}


def memo(text: str, about: str = "document", of: str = "P1") -> Event:
    return {"event": "memo", "about": about, "of": of, "memo": text}


def decide(outcome: str, **more: Any) -> Event:
    return {"event": "decide", "coding_ids": ["a", "b"], "outcome": outcome, **more}


def state(log: CoderLog) -> State:
    """What a log says, without times and acts; what is blank is not there."""
    folded = log.folded
    return {
        "codings": {
            coding_id: {
                **{name: coding[name] for name in ("document_id", "code_id", *PLACE)},
                "memo": coding.get("memo", ""),
                "source": coding.get("source", ""),
                "attributes": {
                    name: value
                    for name, value in coding.get("attributes", {}).items()
                    if value
                },
            }
            for coding_id, coding in folded.codings.items()
        },
        "rejected": set(folded.rejected),
        "memos": {k: each["memo"] for k, each in folded.memos.items() if each["memo"]},
        "read": {name: end for name, end in folded.read.items() if end},
        "decided": {
            key: (each["outcome"], each.get("reason", ""))
            for key, each in folded.decided.items()
            if each["outcome"]
        },
    }


def histories(log: CoderLog, *documents: str) -> list[Any]:
    return [
        [
            [(act.act_id, act.label, act.events, act.inverse) for act in each]
            for each in (log.history(name).done, log.history(name).undone)
        ]
        for name in documents or ("P1", "P2")
    ]


def labels(log: CoderLog, document_id: str = "P1") -> tuple[list[str], list[str]]:
    history = log.history(document_id)
    return [a.label for a in history.done], [a.label for a in history.undone]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "codings" / "ana.jsonl"


@pytest.fixture
def log(path: Path) -> CoderLog:
    return CoderLog(path)


def test_a_log_that_is_not_there_is_empty_and_is_not_made_by_looking(path: Path):
    log = CoderLog(path)
    log.refresh()
    assert (state(log)["codings"], labels(log)) == ({}, ([], []))
    assert not path.parent.exists()


def test_an_act_is_on_the_disk_when_do_returns(log: CoderLog, path: Path):
    log.do("act-1", "P1", "Coded", [add("a", memo="“Où ?” 𝄞\u2028")])
    [line] = path.read_text("utf-8").split("\n")[:-1]
    written = json.loads(line)
    assert written["memo"] == "“Où ?” 𝄞\u2028"
    assert (written["act"], written["label"]) == ("act-1", "Coded")
    assert (written["document_id"], written["quotation"]) == ("P1", "left")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", written["at"])


def test_undoing_appends_the_inverse_and_rewrites_nothing(log: CoderLog, path: Path):
    log.do("act-1", "P1", "Coded", [add("a")])
    before = path.read_bytes()
    log.undo("act-2", "P1")
    log.redo("act-3", "P1")
    content = path.read_bytes()
    assert content.startswith(before)
    undone, redone = map(json.loads, content[len(before) :].splitlines())
    assert (undone["event"], undone["undoes"]) == ("remove", "act-1")
    assert (redone["event"], redone["redoes"]) == ("add", "act-1")


KINDS: dict[str, tuple[list[Event], list[Event]]] = {
    "add": ([], [add("b", 15, attributes={"stance": "for"})]),
    "edit of the code": ([], [edit("a", code_id="hope")]),
    "edit of the bounds": ([], [edit("a", **place_in(TEXT, 0, 13))]),
    "edit of an attribute": ([], [edit("a", attributes={"stance": "against"})]),
    "edit of a new attribute": ([], [edit("a", attributes={"tone": "dry"})]),
    "edit of the memo": ([], [edit("a", memo="Why so early?")]),
    "two edits at once": ([], [edit("a", memo="x"), edit("a", code_id="hope")]),
    "remove": ([], [remove("a")]),
    "add and remove at once": ([], [add("b", 15), remove("a")]),
    "reject": ([], [rejection()]),
    "unreject": ([rejection()], [rejection("unreject")]),
    "memo": ([], [memo("Tired.")]),
    "another memo": ([memo("Tired.")], [memo("Very tired.")]),
    "memo on a code": ([], [memo("Too wide?", "code", "leaving")]),
    "read": ([], [{"event": "read", "end": 20}]),
    "read on": ([{"event": "read", "end": 20}], [{"event": "read", "end": 30}]),
    "code": ([], [{"event": "code", "code_id": "new", "name": "New"}]),
    "uncode": ([], [{"event": "uncode", "code_id": "new", "name": "New"}]),
    "decide": ([], [decide("one", reason="clearer")]),
    "decide anew": (
        [decide("one", reason="clearer")],
        [decide("other", reason="on second thoughts")],
    ),
    "decide without a reason": ([decide("one", reason="clearer")], [decide("none")]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_act_is_undone_and_done_again(log: CoderLog, kind: str):
    first, events = KINDS[kind]
    kept = add("a", memo="m", attributes={"stance": "for"})
    log.do("act-1", "P1", "first", [kept, *first])
    before = state(log)
    log.do("act-2", "P1", kind, events)
    after = state(log)
    assert (after != before) or "code" in events[0]["event"]
    for turn in range(2):
        assert log.undo(f"undo-{turn}", "P1").act_id == "act-2"
        assert state(log) == before
        assert labels(log) == (["first"], [kind])
        assert log.redo(f"redo-{turn}", "P1").act_id == "act-2"
        assert state(log) == after
        assert labels(log) == (["first", kind], [])
    assert state(CoderLog(log.path)) == after
    assert histories(CoderLog(log.path)) == histories(log)
    assert CoderLog(log.path).folded.problems == []


def test_undoing_a_new_code_names_it_and_gives_it_back_whole(log: CoderLog):
    code = {"event": "code", "code_id": "n", "name": "New", "definition": "D"}
    log.do("act-1", "P1", "New code", [code, add("a", code_id="n")])
    act = log.undo("act-2", "P1")
    assert [each["event"] for each in act.inverse] == ["remove", "uncode"]
    again = log.redo("act-3", "P1")
    assert {k: again.events[0][k] for k in code} == code


def test_an_edit_of_a_coding_imported_without_surroundings_is_undone(path: Path):
    bare = {k: v for k, v in add("a").items() if k in ("event", "coding_id", "code_id")}
    bare |= {"document_id": "P1", "start": 3, "end": 7, "quotation": "left"}
    append_events(path, [bare])
    log = CoderLog(path)
    log.do("act-1", "P1", "Bounds", [edit("a", **place_in(TEXT, 0, 13))])
    log.undo("act-2", "P1")
    found = CoderLog(path).folded.codings["a"]
    assert (found["start"], found["end"], found["quotation"]) == (3, 7, "left")


def test_rejecting_what_is_rejected_and_undoing_leaves_it_rejected(log: CoderLog):
    log.do("act-1", "P1", "Reject", [rejection()])
    before = state(log)
    log.do("act-2", "P1", "Reject", [rejection()])
    log.undo("act-3", "P1")
    assert state(log) == before


def test_who_decided_is_still_known_when_it_is_done_again(log: CoderLog):
    log.do("act-1", "P1", "Decided", [decide("one", by="ana")])
    log.undo("act-2", "P1")
    log.redo("act-3", "P1")
    [decided] = log.folded.decided.values()
    assert decided.get("by") == "ana"


def test_a_new_act_forgets_what_was_undone_in_its_document_only(log: CoderLog):
    log.do("act-1", "P1", "one", [add("a")])
    log.do("act-2", "P2", "two", [add("b")])
    log.undo("act-3", "P1")
    log.undo("act-4", "P2")
    log.do("act-5", "P1", "three", [add("c")])
    assert labels(log, "P1") == (["three"], [])
    assert labels(log, "P2") == ([], ["two"])


def test_undoing_stays_in_its_document(log: CoderLog):
    log.do("act-1", "P1", "one", [add("a")])
    log.do("act-2", "P2", "two", [add("b")])
    log.undo("act-3", "P1")
    assert list(log.folded.codings) == ["b"]
    with pytest.raises(EvalkitError, match="Nothing to undo"):
        log.undo("act-4", "P1")
    with pytest.raises(EvalkitError, match="Nothing to redo"):
        log.redo("act-5", "P2")


def test_an_earlier_act_is_undone_by_its_id(log: CoderLog):
    log.do("act-1", "P1", "one", [add("a")])
    log.do("act-2", "P1", "two", [add("b", 15)])
    log.undo("act-3", "P1", of="act-1")
    assert list(log.folded.codings) == ["b"]
    assert labels(log) == (["two"], ["one"])
    with pytest.raises(EvalkitError, match="Nothing to undo"):
        log.undo("act-4", "P1", of="act-1")


def test_an_edit_of_what_an_earlier_undoing_took_away_leaves_a_clean_log(
    log: CoderLog,
):
    log.do("act-1", "P1", "Coded", [add("a")])
    log.do("act-2", "P1", "Memo", [edit("a", memo="m")])
    log.undo("act-3", "P1", of="act-1")
    with suppress(EvalkitError):
        log.undo("act-4", "P1")
    assert CoderLog(log.path).folded.problems == []


def test_an_act_that_is_in_the_log_is_known(log: CoderLog):
    assert not log.has_act("act-1")
    log.do("act-1", "P1", "one", [add("a")])
    log.undo("act-2", "P1")
    log.redo("act-3", "P1")
    for known in (log, CoderLog(log.path)):
        assert [known.has_act(f"act-{n}") for n in (1, 2, 3, 4)] == [
            True,
            True,
            True,
            False,
        ]


def test_acts_of_other_programs_cannot_be_undone(path: Path):
    append_events(path, [{**add("a"), "document_id": "P1"}])
    log = CoderLog(path)
    assert labels(log) == ([], [])
    with pytest.raises(EvalkitError, match="Nothing to undo"):
        log.undo("act-1", "P1")
    log.do("act-2", "P1", "Memo", [edit("a", memo="m")])
    log.undo("act-3", "P1")
    assert state(log)["codings"]["a"]["memo"] == ""


# Two at one log


def test_what_another_process_wrote_in_between_is_kept_and_seen(
    log: CoderLog, path: Path
):
    log.do("act-1", "P1", "one", [add("a")])
    append_events(path, [{**add("b", 15), "document_id": "P1"}])
    log.do("act-2", "P1", "two", [add("c", 22)])
    assert list(log.folded.codings) == ["a", "b", "c"]
    assert labels(log) == (["one", "two"], [])
    lines = path.read_text("utf-8").splitlines()
    assert [json.loads(line)["coding_id"] for line in lines] == ["a", "b", "c"]


def test_looking_again_reads_only_where_another_process_wrote(
    log: CoderLog, path: Path
):
    log.do("act-1", "P1", "one", [add("a")])
    known = log.n_loads
    log.refresh()
    assert log.n_loads == known
    append_events(path, [{**add("b", 15), "document_id": "P1"}])
    log.refresh()
    assert list(log.folded.codings) == ["a", "b"]
    log.refresh()
    assert log.n_loads == known + 1


def test_what_another_process_writes_right_after_an_act_is_seen(
    log: CoderLog, path: Path, monkeypatch: pytest.MonkeyPatch
):
    log.do("act-1", "P1", "one", [add("a")])

    def append_then_another(path: Path, events: Any) -> int:
        ended = append_events(path, events)
        append_events(path, [{**add("c", 22), "document_id": "P1"}])
        return ended

    monkeypatch.setattr(acts, "append_events", append_then_another)
    log.do("act-2", "P1", "two", [add("b", 15)])
    log.refresh()
    assert list(log.folded.codings) == ["a", "b", "c"]


def test_another_process_may_undo_and_this_one_redo(log: CoderLog, path: Path):
    log.do("act-1", "P1", "one", [add("a")])
    CoderLog(path).undo("act-2", "P1")
    log.refresh()
    assert labels(log) == ([], ["one"])
    log.redo("act-3", "P1")
    assert list(CoderLog(path).folded.codings) == ["a"]


@pytest.mark.parametrize(
    "event", [edit("a", memo="m"), edit("a", code_id="hope")], ids=["memo", "code"]
)
def test_undoing_an_edit_of_a_coding_that_another_process_removed_harms_nothing(
    log: CoderLog, path: Path, event: Event
):
    log.do("act-1", "P1", "Coded", [add("a"), add("b", 15)])
    log.do("act-2", "P1", "Edited", [event])
    append_events(path, [remove("a")])
    log.refresh()
    with suppress(EvalkitError):
        log.undo("act-3", "P1")
    again = CoderLog(path)
    assert list(again.folded.codings) == ["b"]
    assert again.folded.problems == []


def test_undoing_a_coding_that_another_process_removed_harms_nothing(
    log: CoderLog, path: Path
):
    log.do("act-1", "P1", "Coded", [add("a")])
    append_events(path, [remove("a")])
    log.refresh()
    with suppress(EvalkitError):
        log.undo("act-2", "P1")
    assert CoderLog(path).folded.codings == {}
    assert CoderLog(path).folded.problems == []


def test_an_act_that_changed_nothing_does_not_stop_undoing_those_before(
    log: CoderLog, path: Path
):
    """Both processes sent the same coding: the second line changes nothing."""
    log.do("act-1", "P1", "Coded", [add("a")])
    log.do("act-2", "P1", "Coded again", [add("a")])
    for n in range(2):
        with suppress(EvalkitError):
            log.undo(f"undo-{n}", "P1")
    assert CoderLog(path).folded.codings == {}


def test_a_log_that_somebody_broke_is_an_error_until_it_is_mended(
    log: CoderLog, path: Path
):
    log.do("act-1", "P1", "one", [add("a")])
    log.do("act-2", "P1", "two", [add("b", 15)])
    whole = path.read_text("utf-8")
    path.write_text(whole.replace("\n", "\n<<<<<<< ours\n", 1), "utf-8")
    for _ in range(2):
        with pytest.raises(EvalkitError, match=r"ana\.jsonl:2"):
            log.refresh()
    path.write_text(whole, "utf-8")
    log.refresh()
    assert list(log.folded.codings) == ["a", "b"]


def test_an_act_in_a_line_without_a_document_is_an_error_or_no_act(path: Path):
    append_events(path, [{**add("a"), "document_id": "P1"}])
    append_events(path, [{**remove("a"), "act": "x"}])
    with suppress(EvalkitError):
        assert CoderLog(path).folded.codings == {}


def test_a_log_that_was_deleted_is_empty(log: CoderLog, path: Path):
    log.do("act-1", "P1", "one", [add("a")])
    path.unlink()
    log.refresh()
    assert log.folded.codings == {}
    log.do("act-2", "P1", "two", [add("b")])
    assert list(CoderLog(path).folded.codings) == ["b"]


def test_a_disk_that_is_full_is_an_error_with_its_reason(
    log: CoderLog, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(acts, "append_events", fail)
    with pytest.raises(EvalkitError, match="no space left on device") as error:
        log.do("act-1", "P1", "one", [add("a")])
    assert isinstance(error.value.__cause__, OSError)
    assert not log.has_act("act-1")
    assert (log.folded.codings, labels(log)) == ({}, ([], []))


def test_a_torn_last_line_is_set_aside_and_the_log_goes_on(log: CoderLog, path: Path):
    log.do("act-1", "P1", "one", [add("a")])
    with path.open("ab") as file:
        file.write(b'{"event":"add","coding_id":"b","quota')
    again = CoderLog(path)
    again.do("act-2", "P1", "two", [add("c", 15)])
    assert list(again.folded.codings) == ["a", "c"]
    again.undo("act-3", "P1")
    assert state(CoderLog(path)) == state(again)
    assert histories(CoderLog(path)) == histories(again)
    assert again.folded.lines == CoderLog(path).folded.lines


STREAM = """
import sys
from pathlib import Path
from evalkit.coding.desk.acts import CoderLog
from evalkit.coding.log import place_in
text = "We left early, in the rain. " * 40
log = CoderLog(Path(sys.argv[1]))
for number in range(10_000):
    name = f"{sys.argv[2]}-{number}"
    add = {"event": "add", "coding_id": name, "code_id": "leaving"}
    add |= place_in(text, number % 500, 501)
    memo = {"event": "edit", "coding_id": name, "memo": "m" * 3000}
    log.do(f"do-{name}", "P1", name, [add, memo])
    log.undo(f"undo-{name}", "P1")
    log.redo(f"redo-{name}", "P1")
    print("saved", name, flush=True)
"""


def test_killed_in_the_middle_of_acts_a_new_log_knows_all_that_was_saved(
    path: Path,
):
    chance, saved = random.Random(5), []
    for round_ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", STREAM, str(path), f"r{round_}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(chance.uniform(0, 0.03))
        process.send_signal(signal.SIGKILL)
        said = first + process.communicate()[0]
        saved += re.findall(r"^saved (\S+)$", said, flags=re.MULTILINE)
        # A kill may also fall between two bytes: the half line was never acknowledged.
        with path.open("ab") as file:
            file.write(b'{"event":"add","coding_id":"torn' * (round_ % 2))
        log = CoderLog(path)
        log.do(f"after-{round_}", "P1", "after", [memo(str(round_))])
        log.undo(f"undo-after-{round_}", "P1")
    log = CoderLog(path)
    assert len(saved) >= 12
    assert set(saved) <= set(log.folded.codings)
    assert set(saved) <= set(labels(log)[0])
    assert log.folded.problems == []


# Laws

STEP = st.tuples(
    st.sampled_from("do do do do undo redo back reload".split()),
    st.sampled_from(["P1", "P2"]),
    st.sampled_from(
        "add edit-code edit-place edit-marks edit-memo remove reject unreject memo "
        "memo-code read code decide both".split()
    ),
    st.integers(0, 5),
)


class Coder:
    """Somebody who codes at random, and only what can be coded."""

    def __init__(self, path: Path) -> None:
        self.log = CoderLog(path)
        self.n = 0

    def take(self, step: tuple[str, str, str, int]) -> None:
        verb, document_id, kind, pick = step
        history = self.log.history(document_id)
        self.n += 1
        if verb == "undo" and history.done:
            self.log.undo(f"act-{self.n}", document_id)
        elif verb == "redo" and history.undone:
            self.log.redo(f"act-{self.n}", document_id)
        elif verb == "reload":
            before = state(self.log), histories(self.log)
            self.log = CoderLog(self.log.path)
            assert (state(self.log), histories(self.log)) == before
        elif verb in ("do", "back"):
            events = self.choose(document_id, kind, pick)
            if not events:
                return
            before = state(self.log), histories(self.log, document_id)[0][0]
            self.log.do(f"act-{self.n}", document_id, kind, events)
            if verb == "back":
                self.log.undo(f"back-{self.n}", document_id)
                now = state(self.log), histories(self.log, document_id)[0][0]
                assert now == before

    def choose(self, document_id: str, kind: str, pick: int) -> list[Event]:
        standing = [
            coding_id
            for coding_id, coding in self.log.folded.codings.items()
            if coding["document_id"] == document_id
        ]
        new = add(f"coding-{self.n}", pick * 4, attributes={"stance": "for"})
        a = standing[pick % len(standing)] if standing else ""
        key = (document_id, pick, pick + 4, "leaving")
        is_rejected = key in self.log.folded.rejected
        chosen: dict[str, Callable[[], list[Event]]] = {
            "add": lambda: [new],
            "edit-code": lambda: [edit(a, code_id=f"code-{pick}")],
            "edit-place": lambda: [edit(a, **place_in(TEXT, pick, pick + 9))],
            "edit-marks": lambda: [edit(a, attributes={f"mark-{pick % 3}": str(pick)})],
            "edit-memo": lambda: [edit(a, memo=f"memo {pick}")],
            "remove": lambda: [remove(a)],
            "both": lambda: [remove(a), new],
            "reject": lambda: [] if is_rejected else [rejection("reject", pick)],
            "unreject": lambda: [rejection("unreject", pick)] if is_rejected else [],
            "memo": lambda: [memo(f"memo {pick}", "document", document_id)],
            "memo-code": lambda: [memo(f"memo {pick}", "code", f"{document_id}.x")],
            "read": lambda: [{"event": "read", "end": pick}],
            "code": lambda: [{"event": "code", "code_id": f"c{self.n}", "name": "C"}],
            "decide": lambda: [decide("one" if pick % 2 else "other")],
        }
        needs_one = kind.startswith("edit") or kind in ("remove", "both")
        return chosen[kind]() if standing or not needs_one else []


@BOUNDED
@given(st.lists(STEP, max_size=25))
def test_all_undone_and_all_done_again_is_as_it_was(
    steps: list[tuple[str, str, str, int]],
):
    with TemporaryDirectory() as folder:
        coder = Coder(Path(folder) / "ana.jsonl")
        for step in steps:
            coder.take(step)
        documents = ("P1", "P2")
        wanted = state(coder.log)
        undone = {}
        for name in documents:
            undone[name] = len(coder.log.history(name).done)
            for n in range(undone[name]):
                coder.log.undo(f"undo-{name}-{n}", name)
        assert state(coder.log) == state(CoderLog(Path(folder) / "none.jsonl"))
        coder.take(("reload", "P1", "add", 0))
        for name in documents:
            for n in range(undone[name]):
                coder.log.redo(f"redo-{name}-{n}", name)
        assert state(coder.log) == wanted
        assert CoderLog(coder.log.path).folded.problems == []


def test_acts_that_a_merge_mixed_line_by_line_are_undone_each_by_itself(tmp_path: Path):
    path = tmp_path / "ana.jsonl"
    place = {"document_id": "P1", "start": 0, "end": 2, "quotation": "We"}
    added = {"event": "add", "code_id": "hope", **place}
    append_events(
        path,
        [
            {**added, "coding_id": "a1", "act": "A", "label": "A"},
            {**added, "coding_id": "b1", "act": "B", "label": "B"},
            {**added, "coding_id": "a2", "act": "A", "label": "A"},
        ],
    )
    log = CoderLog(path)
    log.undo("u", "P1", "B")
    assert sorted(log.folded.codings) == ["a1", "a2"]
