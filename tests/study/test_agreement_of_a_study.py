"""Who is compared with whom in a study, and what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import evalkit
from evalkit.coding.log import append_events, place_in
from evalkit.study.agreement import (
    cut_study,
    list_compared,
    list_disagreements,
    measure_coders,
    summarise,
)


def code(
    folder: Path, document_id: str, words: str, *, coder: str = "ana", **more: Any
) -> None:
    text = evalkit.read_study(folder).texts[document_id]
    at = text.index(words)
    event = {"event": "add", "coding_id": f"{coder}-{document_id}-{at}"}
    event |= {"document_id": document_id, "code_id": "hope"}
    event |= {**place_in(text, at, at + len(words)), **more}
    append_events(folder / "codings" / f"{coder}.jsonl", [event])


def read_to(folder: Path, document_id: str, end: int, *, coder: str) -> None:
    event = {"event": "read", "document_id": document_id, "end": end}
    append_events(folder / "codings" / f"{coder}.jsonl", [event])


@pytest.fixture
def coded(study: Path) -> Path:
    """ana and bo on P2, whose respondent takes two turns."""
    code(study, "P2", "Hope", attributes={"stance": "supports"})
    code(study, "P2", "Hope", coder="bo", attributes={"stance": "supports"})
    code(study, "P2", "Yes")
    return study


def rows_of(study: Path, of: str, **options: Any) -> pd.DataFrame:
    measured = measure_coders(evalkit.read_study(study), **options)
    return measured[measured["of"].eq(of)].set_index("code_id")


def test_one_coder_alone_is_compared_with_nobody(study: Path) -> None:
    code(study, "P2", "Hope")
    read = evalkit.read_study(study)
    measured = measure_coders(read)
    assert measured.empty
    assert list_compared(read) == []
    assert list_disagreements(read).empty
    code(study, "P2", "Hope", coder="bo")
    both = measure_coders(evalkit.read_study(study))
    assert both.columns.to_list() == measured.columns.to_list()


def test_only_what_respondents_said_is_compared(coded: Path) -> None:
    hope = rows_of(coded, "code").loc["hope"]
    assert (hope["n_units"], hope["n_documents"], hope["n_coded"]) == (2, 1, 2)
    assert hope["percent"] == 0.5
    letters = len("Hope. Only hope.") + len("Yes.")
    by_character = rows_of(coded, "code", by="character").loc["hope"]
    assert by_character["n_units"] == letters
    by_sentence = rows_of(coded, "code", by="sentence").loc["hope"]
    assert (by_sentence["n_units"], by_sentence["unit"]) == (3, "sentence")


def test_a_document_read_to_the_end_counts_though_nothing_was_coded(
    coded: Path,
) -> None:
    code(coded, "P1", "We left early")
    whole = evalkit.read_study(coded).texts["P1"]
    assert rows_of(coded, "code").loc["hope", "n_documents"] == 1
    read_to(coded, "P1", 3, coder="bo")
    assert rows_of(coded, "code").loc["hope", "n_documents"] == 1
    read_to(coded, "P1", len(whole), coder="bo")
    assert rows_of(coded, "code").loc["hope", "n_documents"] == 2


def test_what_a_coder_has_not_read_yet_is_not_absent(coded: Path) -> None:
    whole = rows_of(coded, "code").loc["hope"]
    assert whole["n_units"] == 2
    text = evalkit.read_study(coded).texts["P2"]
    read_to(coded, "P2", text.index("Only hope"), coder="bo")
    hope = rows_of(coded, "code").loc["hope"]
    assert hope["n_units"] == 1  # the turn in which bo stopped
    assert hope["percent"] == 1
    assert list_disagreements(evalkit.read_study(coded)).empty


def test_a_passage_outside_respondents_words_is_told(coded: Path) -> None:
    code(coded, "P2", "Only?")
    said = rows_of(coded, "code").loc["hope", "warning"]
    assert said.startswith("1 of 4 passages are not in respondents' words")


def test_programs_and_the_consensus_are_not_compared(coded: Path) -> None:
    settings = coded / "study.toml"
    settings.write_text(settings.read_text() + '\n[coders]\nrobo = { kind = "cues" }\n')
    before = measure_coders(evalkit.read_study(coded))
    code(coded, "P2", "Only", coder="robo")
    code(coded, "P2", "Only", coder="consensus")
    read = evalkit.read_study(coded)
    assert list_compared(read) == ["ana", "bo"]
    pd.testing.assert_frame_equal(measure_coders(read), before)


def test_a_theme_is_its_codes_together(coded: Path) -> None:
    code(coded, "P2", "Only hope", code_id="leaving.why")
    code(coded, "P2", "Only hope", coder="bo", code_id="leaving")
    themes, codes = rows_of(coded, "theme"), rows_of(coded, "code")
    assert themes.index.to_list() == ["leaving", "hope"]
    assert themes.loc["leaving", "alpha"] == 1
    assert codes.loc["leaving.why", "alpha"] < 0.1
    assert codes.loc["leaving", "n_coded"] == 1  # put as such by bo


def test_a_code_that_only_holds_others_has_no_row(coded: Path) -> None:
    codes = rows_of(coded, "code")
    assert codes.index.to_list() == ["leaving.why", "hope"]
    assert codes.loc["leaving.why", "reason"].startswith("nobody put the code on")
    assert pd.isna(codes.loc["leaving.why", "alpha"])


def test_codebook_and_attributes_have_their_rows(coded: Path) -> None:
    measured = measure_coders(evalkit.read_study(coded))
    whole = measured[measured["of"].eq("codebook")].iloc[0]
    assert whole["name"] == "all codes together"
    assert whole["percent"] == 0.5
    stance = measured[measured["attribute"].eq("stance")].iloc[0]
    assert (stance["of"], stance["n_units"]) == ("attribute", 1)
    assert stance["reason"].startswith("only one value was given")


def test_the_line_counts_what_the_table_holds(coded: Path) -> None:
    said = summarise(measure_coders(evalkit.read_study(coded)))
    assert said == (
        "1 document in common; of 2 codes 0 reach alpha .800, 0 more .667, 1 do not, "
        "1 cannot be measured"
    )


def test_what_was_decided_is_in_the_list(coded: Path) -> None:
    (row,) = list_disagreements(evalkit.read_study(coded)).to_dict("records")
    assert (row["kind"], row["quotation"], row["outcome"]) == ("missed", "Yes", "")
    decided = {"event": "decide", "document_id": "P2", "outcome": "one"}
    decided |= {"coding_ids": [row["coding_id"]], "reason": "it answers"}
    append_events(coded / "codings" / "consensus.jsonl", [decided])
    read = evalkit.read_study(coded)
    assert read.decisions["reason"].to_list() == ["it answers"]
    assert list_disagreements(read)["outcome"].to_list() == ["one reading"]


def test_a_decision_goes_with_its_codings(coded: Path) -> None:
    (row,) = list_disagreements(evalkit.read_study(coded)).to_dict("records")
    decided = {"event": "decide", "document_id": "P2", "outcome": "one"}
    decided |= {"coding_ids": [row["coding_id"]], "reason": "it answers"}
    append_events(coded / "codings" / "consensus.jsonl", [decided])
    people = coded / "respondents.csv"
    evalkit.withdraw(coded, "P2", on="2026-05-31")
    assert "2026-05-31" in people.read_text()
    read = evalkit.read_study(coded)
    assert read.decisions.empty
    assert read.reads.empty


def test_units_of_characters_cover_what_respondents_said(coded: Path) -> None:
    read = evalkit.read_study(coded)
    ends = {name: len(text) for name, text in read.texts.items()}
    units = cut_study(read, read.codings, by="character", ends=ends)
    own = read.turns[read.turns["role"].eq("respondent")]
    assert units["n_characters"].sum() == (own["end"] - own["start"]).sum()


def test_the_illustrative_coders_agree_where_they_should(top: Path) -> None:
    """bo reads encounters as changed views, and misses arguments: planted so."""
    measured = measure_coders(evalkit.read_study(top / "corpus" / "advocates"))
    codes = measured[measured["of"].eq("code")].set_index("code_id")
    assert codes["n_documents"].eq(5).all()
    least = codes["alpha"].nsmallest(4).index.to_list()
    assert "mech.encounter" in least
    assert "contrib.humanitarian_argument" in least
    assert codes.loc["partic.strategy_gap", "alpha"] > 0.9
    whole = measured[measured["of"].eq("codebook")].iloc[0]
    assert 0.75 < whole["alpha_low"] < whole["alpha"] < whole["alpha_high"] < 0.85
