from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.coding.log import (
    append_events,
    fold_events,
    parse_events,
    place_in,
    read_events,
)
from evalkit.errors import EvalkitError


def add(coding_id: str, **more: object) -> dict[str, object]:
    place = place_in("We left early, in the rain.", 3, 7)
    return {
        **{"event": "add", "coding_id": coding_id, "document_id": "P1"},
        **{"code_id": "leaving", "at": "2026-05-04T09:00:00.000Z", **place, **more},
    }


def fold(path: Path) -> dict[str, dict[str, object]]:
    return fold_events(read_events(path), file=path.name).codings


def test_what_is_appended_is_read_back_with_every_letter(tmp_path: Path):
    log = tmp_path / "codings" / "ana.jsonl"
    append_events(log, [add("a", memo="“Où ?” 𝄞\n\u2028שלום")])
    append_events(log, [add("b")])
    assert fold(log)["a"]["memo"] == "“Où ?” 𝄞\n\u2028שלום"
    assert list(fold(log)) == ["a", "b"]


def test_a_removed_coding_is_gone_and_its_lines_stay(tmp_path: Path):
    log = tmp_path / "ana.jsonl"
    append_events(log, [add("a"), add("b"), {"event": "remove", "coding_id": "a"}])
    assert list(fold(log)) == ["b"]
    assert len(log.read_text().splitlines()) == 3


def test_undoing_a_removal_adds_it_again(tmp_path: Path):
    log = tmp_path / "ana.jsonl"
    append_events(log, [add("a"), {"event": "remove", "coding_id": "a"}, add("a")])
    assert list(fold(log)) == ["a"]


def test_an_edit_changes_what_it_names_and_keeps_the_rest(tmp_path: Path):
    log = tmp_path / "ana.jsonl"
    edit = {"event": "edit", "coding_id": "a", "attributes": {"stance": "supports"}}
    append_events(log, [add("a", attributes={"certainty": "hedged"}, memo="m"), edit])
    coding = fold(log)["a"]
    assert coding["attributes"] == {"certainty": "hedged", "stance": "supports"}
    assert coding["memo"] == "m"


def test_a_line_that_a_merge_doubled_counts_once_and_a_clash_is_named():
    line, other = json.dumps(add("a")), json.dumps(add("a", code_id="hope"))
    once = fold_events(parse_events(f"{line}\n{line}\n", file="f"), file="f")
    assert (len(once.codings), once.problems) == (1, [])
    clash = fold_events(parse_events(f"{line}\n{other}\n", file="f"), file="f")
    assert str(clash.problems[0]).startswith("f:2: coding 'a' is added twice")
    assert clash.codings["a"]["code_id"] == "leaving"


def test_a_half_written_last_line_was_never_acknowledged(tmp_path: Path):
    log = tmp_path / "ana.jsonl"
    append_events(log, [add("a")])
    with log.open("ab") as file:
        file.write(b'{"event":"add","coding_id":"b","quota')
    assert list(fold(log)) == ["a"]
    append_events(log, [add("c")])
    assert list(fold(log)) == ["a", "c"]
    assert '"coding_id":"b"' in log.with_suffix(".torn").read_text()


def test_a_whole_last_line_without_its_end_is_kept(tmp_path: Path):
    log = tmp_path / "ana.jsonl"
    log.write_text(json.dumps(add("a")))
    append_events(log, [add("b")])
    assert list(fold(log)) == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"event":', "the line is no event"),
        ('{"event":"paint","coding_id":"a"}', "none of add, edit, remove, reject"),
        ('{"event":"add","coding_id":"a"}', "the event has no document_id"),
        ("[1, 2]", "none of add"),
        ('{"event":"edit","coding_id":"a","start":"5"}', "start is '5'"),
        ('{"event":"edit","coding_id":"a","attributes":[]}', "attributes is []"),
        ('{"event":"edit","coding_id":"a","memo":null}', "memo is None"),
    ],
)
def test_a_broken_line_is_an_error_with_its_number(line: str, words: str):
    content = f"{json.dumps(add('a'))}\n{line}\n{json.dumps(add('b'))}\n"
    with pytest.raises(EvalkitError, match=r"^codings/ana.jsonl:2: ") as error:
        list(parse_events(content, file="codings/ana.jsonl"))
    assert words in str(error.value)


def test_a_mark_at_the_start_of_a_log_hides_nothing(tmp_path: Path):
    log = tmp_path / "ana.jsonl"
    log.write_text(json.dumps(add("a")), encoding="utf-8-sig")
    assert list(fold(log)) == ["a"]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.integers(0, 2000))
def test_cut_at_any_byte_a_log_keeps_every_whole_line(ids: list[str], at: int):
    lines = [
        json.dumps({"event": "reject", **add(i)} | {"event": "reject"}) for i in ids
    ]
    content = "".join(f"{line}\n" for line in lines)[:at]
    whole = content.count("\n")
    n_read = len(list(parse_events(content, file="f")))
    assert whole <= n_read <= whole + 1


STREAM = """
import sys
from pathlib import Path
from evalkit.coding.log import append_events, place_in
text = "We left early, in the rain." * 40
for number in range(10_000):
    coding_id = f"{sys.argv[2]}-{number}"
    append_events(Path(sys.argv[1]), [{
        "event": "add", "coding_id": coding_id, "document_id": "P1",
        "code_id": "leaving", **place_in(text, number % 500, 501),
    }])
    print("saved", coding_id, flush=True)
"""


def test_killed_two_hundred_times_no_acknowledged_coding_is_lost(tmp_path: Path):
    """SIGKILL at any moment; two coders' windows at once on one log, every time."""
    log, chance, acknowledged = tmp_path / "ana.jsonl", random.Random(7), []
    for round_ in range(100):
        windows = [
            subprocess.Popen(
                [sys.executable, "-c", STREAM, str(log), f"{round_}{window}"],
                stdout=subprocess.PIPE,
                text=True,
            )
            for window in "ab"
        ]
        assert windows[0].stdout is not None
        windows[0].stdout.readline()
        time.sleep(chance.uniform(0, 0.02))
        for window in windows:
            window.send_signal(signal.SIGKILL)
        for window in windows:
            said = window.communicate()[0]
            acknowledged += re.findall(r"^saved (\S+)$", said, flags=re.MULTILINE)
            assert window.returncode == -signal.SIGKILL
    codings = fold(log)
    assert len(acknowledged) > 200
    assert set(acknowledged) <= set(codings)
    lines = [json.loads(line) for line in log.read_text().split("\n")[:-1]]
    assert len(lines) >= len(acknowledged)


def test_a_killed_kernel_loses_no_acknowledged_coding(tmp_path: Path):
    from jupyter_client.manager import start_new_kernel

    log, chance = tmp_path / "ana.jsonl", random.Random(11)
    code = STREAM.replace("sys.argv[1]", repr(str(log)))
    for round_ in range(4):
        manager, client = start_new_kernel(kernel_name="python3")
        try:
            client.execute(code.replace("sys.argv[2]", repr(f"k{round_}")))
            said, enough = "", chance.randint(2, 30)
            while said.count("saved") < enough:
                message = client.get_iopub_msg(timeout=60)
                said += message["content"].get("text", "")
            os.kill(manager.provisioner.process.pid, signal.SIGKILL)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
            manager.context.destroy(linger=0)
        acknowledged = re.findall(r"^saved (\S+)$", said, flags=re.MULTILINE)
        assert acknowledged
        assert set(acknowledged) <= set(fold(log))
