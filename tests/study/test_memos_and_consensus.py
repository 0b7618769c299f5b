from __future__ import annotations

from pathlib import Path

import evalkit
from evalkit.coding.log import append_events, place_in


def put(study: Path, coder: str, coding_id: str, words: str, **more: str) -> None:
    text = evalkit.read_study(study).texts["P2"]
    start = text.index(words)
    append_events(
        study / "codings" / f"{coder}.jsonl",
        [
            {
                "event": "add",
                "coding_id": coding_id,
                "document_id": "P2",
                "code_id": "hope",
                **place_in(text, start, start + len(words)),
                **more,
            }
        ],
    )


def test_memos_on_codes_and_documents_are_a_table_and_an_empty_one_is_none(
    study: Path,
):
    memo = {"event": "memo", "about": "code", "of": "hope", "at": "2026-06-01T10:00Z"}
    append_events(
        study / "codings" / "ana.jsonl",
        [
            {**memo, "memo": "Hope for what?"},
            {**memo, "about": "document", "of": "P1", "memo": "Short."},
            {**memo, "about": "document", "of": "P2", "memo": "Gone soon."},
            {**memo, "about": "document", "of": "P2", "memo": ""},
        ],
    )
    memos = evalkit.read_study(study).memos
    assert memos[["about", "of", "coder_id", "memo"]].to_numpy().tolist() == [
        ["code", "hope", "ana", "Hope for what?"],
        ["document", "P1", "ana", "Short."],
    ]


def test_a_memo_on_a_document_goes_with_the_person_who_withdrew(study: Path):
    memo = {"event": "memo", "about": "document", "of": "P1", "memo": "She was tired."}
    append_events(study / "codings" / "ana.jsonl", [memo])
    people = study / "respondents.csv"
    text = people.read_text()
    people.write_text(text.replace("P1,,yes", "P1,,no"))
    assert people.read_text() != text
    assert evalkit.read_study(study).memos.empty


def test_where_a_coding_came_from_stands_in_the_codings(study: Path):
    put(study, "ana", "a1", "Only hope.", source="cues: cues-1")
    put(study, "ana", "a2", "Hope.")
    sources = evalkit.read_study(study).codings.set_index("coding_id")["source"]
    assert sources.to_dict() == {"a1": "cues: cues-1", "a2": ""}


def test_a_consensus_that_counts_beside_what_was_compared_is_named(study: Path):
    put(study, "ana", "a1", "Hope.")
    assert not evalkit.read_study(study).problems
    put(study, "consensus", "c1", "Hope.")
    (problem,) = evalkit.read_study(study).problems
    assert problem.warning
    assert "P2: what ana coded is counted beside the consensus" in str(problem)
    settings = study / "study.toml"
    settings.write_text(settings.read_text() + "\n[coders]\nana = { counts = false }\n")
    assert not evalkit.read_study(study).problems
