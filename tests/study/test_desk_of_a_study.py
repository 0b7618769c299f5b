from __future__ import annotations

import json
import os
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import evalkit
from evalkit.coding.desk.widget import Desk
from evalkit.coding.log import append_events, place_in
from evalkit.errors import EvalkitError


def sit(folder: Path, document_id: str = "", coder: str = "ana", **more: Any) -> Desk:
    return evalkit.coding_desk(
        evalkit.read_study(folder), document_id, coder=coder, **more
    )


def code(folder: Path, words: str, *, coder: str = "ana", **more: Any) -> None:
    text = evalkit.read_study(folder).texts["P2"]
    at = text.index(words)
    event = {"event": "add", "coding_id": f"{coder}-{at}", "document_id": "P2"}
    event |= {"code_id": "hope", **place_in(text, at, at + len(words)), **more}
    append_events(folder / "codings" / f"{coder}.jsonl", [event])


def read_to_the_end(folder: Path, document_id: str) -> None:
    end = len(evalkit.read_study(folder).texts[document_id])
    event = {"event": "read", "document_id": document_id, "end": end}
    append_events(folder / "codings" / "ana.jsonl", [event])


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(folder.rglob("*"))
    }


def state_of(desk: Desk) -> dict[str, Any]:
    """What a page is told that opens the desk."""
    asked: dict[str, Any] = desk.get_state("_first")["_first"]
    if asked["kind"] == "who":
        return asked
    (state,) = desk._find_answers({"kind": "open"}, "a page")
    return state


class Page(HTMLParser):
    """What a browser would make of HTML: its elements, and its words."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


# What is refused


@pytest.mark.parametrize(
    "coder",
    [
        *("a/b", "../ana", "..", ".", " ", "ana ", "-ana", ".ana", "_ana"),
        *("a\\b", "a b", "ana\n", "a:b", "a*", "a\0b"),
    ],
    ids=repr,
)
def test_a_coder_whose_name_can_be_no_file_is_refused(study: Path, coder: str):
    before = files_of(study)
    with pytest.raises(EvalkitError, match="write a short name") as error:
        sit(study, coder=coder)
    assert repr(coder) in str(error.value)
    assert files_of(study) == before


@pytest.mark.parametrize("coder", ["ana", "Ana", "a.b", "a-b_2", "אנה", "2", "Zoë"])
def test_a_short_name_in_any_script_is_taken(study: Path, coder: str):
    assert sit(study, coder=coder).coder == coder


@pytest.mark.parametrize("kind", ["cues", "model"])
def test_nobody_codes_as_a_program(study: Path, kind: str):
    settings = study / "study.toml"
    settings.write_text(f'{settings.read_text()}\n[coders.cues]\nkind = "{kind}"\n')
    with pytest.raises(EvalkitError, match="coder 'cues' is no person"):
        sit(study, coder="cues")
    assert sit(study, coder="ana").coder == "ana"


def test_nobody_codes_in_the_log_of_what_was_agreed(study: Path):
    """Decisions of two coders stand in consensus.jsonl: it is nobody's own log."""
    with pytest.raises(EvalkitError, match="consensus"):
        sit(study, coder="consensus")


def test_a_person_in_the_settings_has_a_name_at_the_desk(study: Path):
    settings = study / "study.toml"
    settings.write_text(f'{settings.read_text()}\n[coders.ana]\nname = "Ana Lima"\n')
    assert state_of(sit(study))["coder"] == {"id": "ana", "name": "Ana Lima"}


def test_an_unknown_document_is_refused_with_a_proposal(study: Path):
    with pytest.raises(EvalkitError, match=r"document 'P22' is unknown: did you mean"):
        sit(study, "P22")


def test_a_person_who_withdrew_has_no_document_at_the_desk(study: Path):
    people = study / "respondents.csv"
    people.write_text(
        people.read_text().replace("P2,,yes,yes,,", "P2,,yes,yes,,2026-06-01")
    )
    with pytest.raises(EvalkitError, match="document 'P2' is unknown"):
        sit(study, "P2")
    assert "hope" not in json.dumps(state_of(sit(study))["document"]).casefold()


def test_a_study_without_transcripts_says_how_to_add_one(tmp_path: Path):
    folder = evalkit.new_study(tmp_path / "new", title="New")
    with pytest.raises(EvalkitError, match="no transcript yet: `evalkit add`"):
        sit(folder)


def test_a_codebook_that_broke_since_is_an_error_with_its_line(study: Path):
    read = evalkit.read_study(study)
    (study / "codebook.yaml").write_text("codes:\n  - id: a\n   name: b\n")
    with pytest.raises(EvalkitError, match=r"^codebook\.yaml:3"):
        evalkit.coding_desk(read, coder="ana")


def test_a_log_that_is_broken_is_an_error_with_its_line(study: Path):
    read = evalkit.read_study(study)
    code(study, "Only hope.")
    with (study / "codings" / "ana.jsonl").open("a") as log:
        log.write("<<<<<<< ours\n{}\n")
    with pytest.raises(EvalkitError, match=r"^codings/ana\.jsonl:2"):
        evalkit.coding_desk(read, coder="ana")


# What is opened


def test_without_a_document_the_first_that_is_not_read_is_opened(study: Path):
    assert sit(study).document_id == "P1"
    read_to_the_end(study, "P1")
    assert sit(study).document_id == "P2"
    assert sit(study, coder="bo").document_id == "P1"
    read_to_the_end(study, "P2")
    assert sit(study).document_id == "P1"
    assert sit(study, "P2").document_id == "P2"


def test_opening_the_desk_writes_nothing_to_the_disk(study: Path):
    code(study, "Only hope.", coder="bo")
    before = files_of(study)
    desk = sit(study, "P2")
    desk._repr_mimebundle_()
    state_of(desk)
    assert files_of(study) == before


def test_a_folder_that_cannot_be_written_can_still_be_opened(study: Path):
    (study / "codings").rmdir()
    desk = sit(study, "P2")
    assert state_of(desk)["codings"] == []
    assert not (study / "codings").exists()


def test_a_relative_folder_still_holds_after_a_change_of_folder(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(study.parent)
    desk = sit(Path(study.name), "P2")
    key = state_of(desk)["study"]["key"]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    memo = {"event": "memo", "about": "document", "of": "P2", "memo": "m"}
    act = {"kind": "do", "id": "1", "document_id": "P2", "label": "Memo"}
    desk._answer(desk, {**act, "events": [memo]}, [])
    assert (study / "codings" / "ana.jsonl").is_file()
    assert os.listdir(tmp_path / "elsewhere") == []
    assert state_of(desk)["study"]["key"] == key


def test_a_page_that_is_loaded_again_gets_what_stands_now(study: Path):
    desk = sit(study, "P2")
    assert state_of(desk)["codings"] == []
    code(study, "Only hope.")
    assert [coding["code"] for coding in state_of(desk)["codings"]] == ["hope"]


def test_an_invented_study_says_so_in_its_first_line(advocates: Path, study: Path):
    assert "nvented" in state_of(sit(advocates))["document"]["first_line"]
    assert state_of(sit(study))["document"]["first_line"] == ""


def test_what_the_page_asks_is_answered_and_what_is_refused_says_why(
    study: Path, monkeypatch: pytest.MonkeyPatch
):
    desk = sit(study, "P2")
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(desk, "send", lambda message: sent.append(message))
    desk._answer(desk, {"kind": "open", "page": "p", "document_id": "P1"}, [])
    assert (sent[-1]["kind"], sent[-1]["page"]) == ("state", "p")
    assert desk.document_id == "P1"
    bad = {"event": "add", "coding_id": "a", "code_id": "hope", "start": 0, "end": 999}
    act = {"kind": "do", "page": "p", "id": "1", "document_id": "P2", "label": "x"}
    desk._answer(desk, {**act, "events": [bad]}, [])
    assert {k: sent[-1][k] for k in ("kind", "page", "act", "document_id")} == {
        **{"kind": "refused", "page": "p", "act": "1", "document_id": "P2"}
    }
    desk._answer(desk, {"kind": "open", "page": "p", "document_id": "P9"}, [])
    assert sent[-1]["kind"] == "refused"
    assert desk.document_id == "P1"
    (study / "codings").rmdir()
    (study / "codings").write_text("no folder")
    desk._answer(desk, {**act, "events": [{**bad, "end": 3}]}, [])
    assert sent[-1]["kind"] == "failed"


# Where there is no desk


def test_a_desk_is_told_in_one_line(study: Path):
    assert repr(sit(study, "P2")) == "Desk('P2', coder='ana')"


def bundle_of(desk: Desk) -> dict[str, Any]:
    bundle = desk._repr_mimebundle_()
    shown: dict[str, Any] = bundle[0] if isinstance(bundle, tuple) else bundle
    return shown


def test_without_a_desk_the_transcript_is_read_with_its_codings(study: Path):
    code(study, "Only hope.", memo="Twice!", attributes={"stance": "supports"})
    bundle = bundle_of(sit(study, "P2"))
    assert bundle["text/plain"] == "Desk('P2', coder='ana')"
    page = Page(bundle["text/html"])
    for words in ("Hope. ", "Only hope.", "Twice!", "supports", "P2", "1 coding"):
        assert words in page.words
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_without_a_desk_nothing_of_a_transcript_is_taken_for_html(study: Path):
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)> & \"'"
    path = study / "transcripts" / "P2.txt"
    path.write_text(path.read_text().replace("Hope.", evil))
    book = study / "codebook.yaml"
    book.write_text(book.read_text().replace("name: Hope", "name: '<b id=e>Hope'"))
    settings = study / "study.toml"
    settings.write_text(f'{settings.read_text()}\n[coders.ana]\nname = "<i>Ana"\n')
    code(study, evil, memo="</li><svg onload=alert(3)>", attributes={"stance": "<u>"})
    content = bundle_of(sit(study, "P2"))["text/html"]
    page = Page(content)
    assert not {"script", "img", "svg", "u"} & {*page.tags}
    assert "<img src=x" not in content
    assert "alert(1)" in page.words
    for words in ("<b id=e>Hope", "<i>Ana", "<u>", "<svg onload=alert(3)>"):
        assert words in page.words


def test_without_a_desk_other_coders_stay_unseen(study: Path):
    code(study, "Only hope.", coder="bo", memo="secret")
    assert "secret" not in bundle_of(sit(study, "P2"))["text/html"]


def test_a_note_above_the_desk_says_how_to_get_it_back_and_is_escaped(
    study: Path, monkeypatch: pytest.MonkeyPatch
):
    interviews = study / "interviews.csv"
    interviews.write_text(interviews.read_text().replace("P2,", "P<2>,", 1))
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    sit(study, "P<2>")._ipython_display_()
    note, desk = shown
    assert "P&lt;2&gt;" in note["text/html"]
    assert "Shift+Enter" in note["text/html"]
    assert "Hope. Only hope." in Page(desk["text/html"]).words


# Who codes


def asked(study: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Desk, list[Any]]:
    desk = sit(study, "P2", coder="")
    sent: list[Any] = []
    monkeypatch.setattr(desk, "send", sent.append)
    return desk, sent


def test_without_a_coder_the_desk_asks_and_tells_nothing_yet(study: Path):
    code(study, "Only hope.", memo="secret")
    settings = study / "study.toml"
    settings.write_text(
        f'{settings.read_text()}\n[coders.ana]\nname = "Ana Lima"\n'
        '[coders.cues]\nkind = "cues"\n'
    )
    code(study, "Yes.", coder="cues")
    code(study, "Yes.", coder="consensus")
    before = files_of(study)
    desk = sit(study, "P2", coder="")
    assert state_of(desk) == {
        "kind": "who",
        "coders": [{"id": "ana", "name": "Ana Lima"}],
    }
    bundle = desk._repr_mimebundle_()
    assert "secret" not in str(bundle)
    assert desk.coder == ""
    assert files_of(study) == before


def test_who_says_a_name_at_the_desk_codes(
    study: Path, monkeypatch: pytest.MonkeyPatch
):
    desk, sent = asked(study, monkeypatch)
    desk.suggest(suggestions())
    desk._answer(desk, {"kind": "start", "page": "p", "coder": "bo"}, [])
    assert (sent[-1]["kind"], sent[-1]["coder"]["id"]) == ("state", "bo")
    assert len(sent[-1]["suggestions"]) == 1
    assert (desk.coder, state_of(desk)["document"]["id"]) == ("bo", "P2")


@pytest.mark.parametrize("name", ["../bo", "", "consensus", "a b"])
def test_a_name_that_can_be_no_file_is_refused_at_the_desk_too(
    study: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    desk, sent = asked(study, monkeypatch)
    desk._answer(desk, {"kind": "start", "page": "p", "coder": name}, [])
    assert [each["kind"] for each in sent] == ["refused"]
    assert desk.coder == ""


def test_who_began_first_keeps_her_log(study: Path, monkeypatch: pytest.MonkeyPatch):
    """Two pages ask who codes; the second one's answer takes nothing from the first."""
    desk, _ = asked(study, monkeypatch)
    desk._answer(desk, {"kind": "start", "page": "p", "coder": "ana"}, [])
    desk._answer(desk, {"kind": "start", "page": "q", "coder": "bo"}, [])
    memo = {"event": "memo", "about": "document", "of": "P2", "memo": "ana's"}
    act = {"kind": "do", "page": "p", "id": "1", "document_id": "P2", "label": "Memo"}
    desk._answer(desk, {**act, "events": [memo]}, [])
    assert not (study / "codings" / "bo.jsonl").exists()


# Suggestions


def suggestions(**more: list[Any]) -> pd.DataFrame:
    rows = {"document_id": ["P2"], "start": [6], "end": [11], "code_id": ["hope"]}
    return pd.DataFrame({**rows, **more})


@pytest.mark.parametrize("missing", ["document_id", "start", "end", "code_id"])
def test_a_table_without_a_column_is_refused_by_its_name(study: Path, missing: str):
    desk = sit(study, "P2")
    with pytest.raises(EvalkitError, match=f"suggestions: no column {missing}"):
        desk.suggest(suggestions().drop(columns=missing))
    assert state_of(desk)["suggestions"] == []


@pytest.mark.parametrize("missing", ["document_id", "start", "end", "code_id"])
def test_the_desk_is_not_opened_with_suggestions_that_lack_a_column(
    study: Path, missing: str
):
    with pytest.raises(EvalkitError, match=f"no column {missing}"):
        sit(study, "P2", suggestions=suggestions().drop(columns=missing))


def test_suggestions_are_offered_at_once_or_later(study: Path):
    early = sit(study, "P2", suggestions=suggestions(reason=["a word"]))
    late = sit(study, "P2")
    late.suggest(suggestions(reason=["a word"]))
    for desk in (early, late):
        [told] = state_of(desk)["suggestions"]
        assert (told["start"], told["end"], told["reason"]) == (6, 11, "a word")
    late.suggest(suggestions().iloc[:0])
    assert state_of(late)["suggestions"] == []
