"""Each planted fault stops the funder's report with a line of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from nbformat.v4 import new_output

import evalkit
from evalkit.errors import ProblemsError
from evalkit.report.build import check_leaks
from evalkit.report.gate import check_vanished
from evalkit.report.opened import Report
from evalkit.report.page import Block, Quoted
from evalkit.report.small_cells import HEARD, Counted
from evalkit.report.write_tables import list_tables, render_tables
from tests.report.planted import (
    PARAPHRASE,
    assert_stopped,
    code,
    edit,
    refuse,
    refuse_all,
    set_block,
    write_notebook,
)


def shown(kind: str, content: str) -> object:
    return new_output("display_data", {kind: content})


Made = Callable[[Report], object]
# What a cell gives -> what the line says.
CELLS: dict[str, tuple[Made, str]] = {
    "the wrong attribution": (
        lambda report: set_block(
            report, "We trust the water now.", attribution="one teacher"
        ),
        "is given to “one teacher”",
    ),
    "words of a passage that was refused": (
        lambda report: set_block(report, "half of the pipes."),
        "may not be quoted: its speaker refused",
    ),
    "words beside a permitted coding that were refused": (
        lambda report: set_block(report, "I saw children carry clean water"),
        "may not be quoted: its speaker did not agree",
    ),
    "words that are not of that passage": (
        lambda report: set_block(
            report, "We sold more at the market.",
            coding_id="c-D1-60-trust", attribution="one long-serving farmer",
        ),
        "does not stand in D1 in one person's words",
    ),
    "a coding that is not there": (
        lambda report: set_block(
            report, "We trust the water now.", coding_id="c-0", attribution=""
        ),
        "is no coded passage",
    ),
    "a paraphrase that nobody wrote": (
        lambda report: set_block(
            report, "I saw children carry", kind="paraphrase", claim_id="K1"
        ),
        "is no paraphrase that K1 has",
    ),
    "a paraphrase between quotation marks": (
        lambda report: Block(
            f"<blockquote>{PARAPHRASE}</blockquote>",
            quoted=(
                Quoted(PARAPHRASE, "c-D6-39-trust", "K1", "one official", "paraphrase"),
            ),
        ),
        "stands as a quotation that nobody checked",
    ),
    "context that holds a refused passage": (
        lambda report: set_block(
            report, "The ministry paid for half of the pipes", kind="context"
        ),
        "may not be quoted: its speaker refused",
    ),
    "context of a person who is asked each time": (
        lambda report: set_block(
            report, "My superior would rather I had", kind="context"
        ),
        "its speaker is asked for each passage",
    ),
    "a telephone number in a quotation": (
        lambda report: set_block(
            report, "Write to me at ana@example.org or call 079 123 45 67"
        ),
        "it holds a number like a telephone's",
    ),
    "an address in a quotation": (
        lambda report: set_block(
            report, "Write to me at ana@example.org or call 079 123 45 67"
        ),
        "it holds an address",
    ),
    "a quotation for a claim that nobody judged": (
        lambda report: set_block(
            report, "The committee met on Mondays", claim_id="K1"
        ),
        "nobody said whether",
    ),
    "a blockquote that it does not tell the gate of": (
        lambda report: Block("<blockquote>We trust the water now.</blockquote>"),
        "stands as a quotation that nobody checked",
    ),
    "an id in a block": (lambda report: Block("<td>P4</td>"), "it names P4"),
    "an id in a figure": (
        lambda report: Block(
            "<svg><title>A chart</title><text>D7</text><text>D8</text></svg>"
        ),
        "it names D7",
    ),
    "what is printed": (
        lambda report: new_output("stream", name="stdout", text="8 people"),
        "it prints what no block made",
    ),
    "a table of its own": (
        lambda report: shown("text/html", "<table><tr><td>1</td></tr></table>"),
        "it prints what no block made",
    ),
    "a picture of its own": (
        lambda report: shown("image/png", "iVBORw0KGgo="),
        "a picture has no alternative text",
    ),
    "a group of one": (
        lambda report: Block(
            "<p>…</p>", counted=(Counted(HEARD, "group", {"inspector": 1}),)
        ),
        "by group: “inspector” is 1 person",
    ),
    "a group that is found by subtraction": (
        lambda report: Block(
            "<p>…</p>",
            counted=(Counted(HEARD, "group", {"farmer": 3, "teacher": 3}),
                     Counted(HEARD, "years", {"long-serving": 5, "new": 4}),
                     Counted(HEARD, "group", {"official": 2})),
        ),
        "1 person is left out of the table, and found by subtraction",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", CELLS)
def test_a_cell_is_stopped_by(fault: str, opened: Report):
    make, says = CELLS[fault]
    assert_stopped(refuse(opened, "A heading.", make(opened)), says, place=2)


def test_what_is_told_in_our_words_is_not_of_one_person(opened: Report):
    told = Quoted(PARAPHRASE, "c-D6-39-trust", "K1", "one official", "paraphrase")
    problems = refuse(opened, "A heading.", Block("<p>…</p>", quoted=(told,)))
    assert "“one official” says is told in your words for 1 person" in str(problems)


def drop_evidence(folder: Path) -> None:
    edit(folder, "claims.yaml", "codes: [repairs]", "codes: [harvests]")
    edit(
        folder, "codebook.yaml", "  - {id: doubt", "  - {id: harvests}\n  - {id: doubt"
    )


def change(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: edit(folder, name, old, new)


def claim(old: str, new: str) -> Callable[[Path], None]:
    return change("claims.yaml", old, new)


# What is changed in the study -> where the line stands, and what it says.
STUDIES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a transcript that changed under a coding": (
        change("transcripts/D9.txt", "school kitchen", "nobody at all, in a year,"),
        r"codings/ana.jsonl:\d+", "a coding of D9 is orphaned",
    ),
    "words that stand twice": (
        change("transcripts/D9.txt", "R: The harvest fed the school kitchen through",
               "R: Yes. The harvest fed the school kitchen in May. And it is true: The "
               "harvest fed the school kitchen in June and right through"),
        r"codings/ana.jsonl:\d+", "is ambiguous: its words are found more than once",
    ),
    "words that changed a little": (
        change("transcripts/D4.txt", "The engineer knew each valve by",
               "The engineer knew every valve by"),
        r"codings/ana.jsonl:\d+", "a coding of D4 is close: its words changed since",
    ),
    "a claim whose last evidence was removed": (
        drop_evidence, r"claims.yaml:\d+", "K3 has no evidence",
    ),
    "a lesson without limits": (
        claim("    fails_when: nobody tests\n", ""),
        r"claims.yaml:\d+", "L1 is a lesson without limits",
    ),
    "a lesson that rests on nothing": (
        claim("    rests_on: [K1]\n    holds_when", "    holds_when"),
        r"claims.yaml:\d+", "L1 rests on nothing",
    ),
    "a recommendation to nobody": (
        claim("    to: the water office\n", ""),
        r"claims.yaml:\d+", "R1 does not say to whom",
    ),
    "a recommendation without urgency": (
        claim("    priority: high\n", ""),
        r"claims.yaml:\d+", "R1 does not say how urgent",
    ),
    "a recommendation that rests on nothing": (
        claim("    rests_on: [K1]\n    to:", "    to:"),
        r"claims.yaml:\d+", "R1 rests on nothing",
    ),
    "a recommendation on a claim without evidence": (
        lambda folder: (drop_evidence(folder),
                        edit(folder, "claims.yaml", "[K1]\n    to", "[K3]\n    to"))[0],
        r"claims.yaml:\d+", "R1 rests on K3, which has no evidence",
    ),
    "massively in a statement": (
        claim("Harvests grew.", "Harvests grew massively."),
        r"claims.yaml:\d+", "K2 says “massively”, and its evidence is moderate",
    ),
    "massive in a short form": (
        claim("short: Harvests", "short: Massive harvests"),
        r"claims.yaml:\d+", "K2 says “Massive”",
    ),
    "massively in a lesson on a weak claim": (
        claim("Wells that are tested are trusted.\n    rests_on: [K1]",
              "Tests matter massively.\n    rests_on: [K2]"),
        r"claims.yaml:\d+", "L1 says “massively”, and nothing strong is under it",
    ),
    "an id in a claim": (
        claim("Harvests grew.", "Harvests grew, as P9 says."),
        r"claims.yaml:\d+", "K2: it names P9",
    ),
    "an id in a rival explanation": (
        claim("by itself.]", "by itself (D4).]"), r"claims.yaml:\d+", "K1: it names D4",
    ),
    "an address in a recommendation": (
        claim("to: the water office", "to: ana@example.org"),
        r"claims.yaml:\d+", "R1: it holds an address",
    ),
    "a small group in a lesson": (
        claim("nobody tests", "one inspector comes"),
        r"claims.yaml:\d+", "L1: “inspector” describes 1 person",
    ),
    "a finding that answers no question": (
        claim("    question: Q1\n    statement: Harvests", "    statement: Harvests"),
        r"claims.yaml:\d+", "K2 answers no question",
    ),
    "a question that nobody answers": (
        change("study.toml", "Q2 =", 'Q3 = "And at what price?"\nQ2 ='),
        r"study.toml:7", "no claim answers the evaluation's question Q3",
    ),
    "an id in the title": (
        change("study.toml", "Two valleys", "Two valleys, and P4"),
        r"study.toml:1", "title: it names P4",
    ),
    "an id in an attribution": (
        change("study.toml", "one teacher", "one teacher like P7"),
        r"study.toml:\d+", "teachers: it names P7",
    ),
    "a report group of one": (
        change("study.toml", '["official", "inspector"]', '["official"]'),
        r"study.toml:\d+", "group “inspector” is 1 person, fewer than k = 3",
    ),
    "an unknown answer": (
        change("study.toml", "[strength]",
               '[preflight]\n"COREQ 99" = "Yes."\n\n[strength]'),
        r"study.toml", "'COREQ 99' is no item of a standard",
    ),
    "a verdict on another statement": (
        claim("Harvests grew.", "Harvests doubled."),
        r"verdicts.csv:\d+", "the statement changed since",
    ),
    "a verdict on other words": (
        change("verdicts.csv", "kitchen", "cellar"),
        r"verdicts.csv:\d+", "the words changed since",
    ),
    "a paraphrase that repeats five words": (
        change("verdicts.csv", PARAPHRASE, "They carry clean water home from it."),
        r"verdicts.csv:\d+", "the paraphrase for K1 repeats 5 words",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", STUDIES)
def test_a_study_is_stopped_by(fault: str, changing: Path):
    plant, where, says = STUDIES[fault]
    plant(changing)
    lines = refuse_all(changing)
    found = [line for line in lines if says in line]
    assert found, lines
    assert re.match(where + ":? ", found[0].split(says)[0] + " "), found
    assert ": " in found[0].split(says)[1], "no mend"


@pytest.mark.parametrize(
    ("verdict", "says"),
    [("no", "was judged not to bear out K2"), ("", "nobody said whether")],
)
def test_a_quotation_is_stopped_that_is_judged(verdict: str, says: str, changing: Path):
    rows = pd.read_csv(changing / "verdicts.csv", dtype="str", keep_default_na=False)
    here = rows["coding_id"].str.startswith("c-D9-")
    rows.loc[here, "bears_out"] = verdict
    rows = rows if verdict else rows[~here]
    rows.to_csv(changing / "verdicts.csv", index=False)
    report = evalkit.open_report(changing, audience="funder")
    source = "> “The harvest fed the school kitchen” — K2"
    assert_stopped(refuse(report, "A heading.", source), says, place=2)


def test_a_claim_that_stood_in_the_last_run_is_missed(opened: Report):
    before = opened.study.claims.statements.copy()
    assert check_vanished(opened, before) == []
    before.loc[0, "claim_id"] = "K8"
    (found,) = check_vanished(opened, before)
    assert str(found).startswith("claims.yaml: K8 stood in the last run and is gone")
    before.loc[0, "claim_id"] = "K9"
    assert check_vanished(opened, before) == [], "it was dropped, and the file says why"


def test_a_grave_statement_is_not_left_out(opened: Report):
    lines = [str(each) for each in refuse(opened, "All was well.")]
    assert [line for line in lines if "told of a harm or a wrong" in line]


def test_tables_that_single_somebody_out_together_are_stopped(changing: Path):
    edit(changing, "respondents.csv", "P8,teacher,long-serving", "P8,teacher,new")
    report = evalkit.open_report(changing, audience="funder")
    tables = [
        Block(
            "<p/>", counted=(Counted("who know K1", "report_group", {"farmers": 3}),)
        ),
        Block("<p/>", counted=(Counted("who know K1", "years", {"long-serving": 3}),)),
        Block(
            "<p/>", counted=(Counted(HEARD, "years", {"new": 5, "long-serving": 4}),)
        ),
    ]
    assert [each.place for each in refuse(report, *tables) if each.place] == []
    edit(changing, "respondents.csv", "P3,farmer,long-serving", "P3,farmer,new")
    report = evalkit.open_report(changing, audience="funder")
    tables[2] = Block(
        "<p/>", counted=(Counted(HEARD, "years", {"new": 6, "long-serving": 3}),)
    )
    says = "together they tell of “farmers” and “long-serving”, 2 people"
    assert_stopped(refuse(report, *tables), says, place=2)


SOLD = "my own brother sold the land behind my back in spring"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("claims.yaml", "The spring recovered by itself.", SOLD),
        ("codebook.yaml", "name: Trust}", f"name: Trust, definition: {SOLD}}}"),
    ],
)
def test_words_of_somebody_who_withdrew_are_found_in(
    file: str, old: str, new: str, changing: Path
):
    edit(changing, file, old, new)
    report = evalkit.open_report(changing, audience="funder")
    lines = [
        str(each)
        for each in check_leaks(report, render_tables(dict(list_tables(report))))
    ]
    assert lines
    assert all("words in a row of somebody who withdrew" in line for line in lines)


def test_words_of_somebody_who_withdrew_in_prose_stop_the_report(
    changing: Path, tmp_path: Path
):
    write_notebook(changing, [f"It is so: {SOLD}."])
    with pytest.raises(ProblemsError, match="somebody who withdrew"):
        evalkit.build_report(changing, tmp_path / "out", audience="funder")
    assert not (tmp_path / "out").exists()


def test_every_refusal_is_told_at_once_and_nothing_is_written(
    changing: Path, tmp_path: Path
):
    edit(changing, "claims.yaml", "Harvests grew.", "Harvests grew massively.")
    source = ["> “We trust the wine now.” — K1", "As P4 told us."]
    write_notebook(changing, source)
    code(changing, "D2", "I drink it myself.", "paid")
    with pytest.raises(ProblemsError) as error:
        evalkit.build_report(changing, tmp_path / "out", audience="funder")
    lines = [str(problem) for problem in error.value.problems]
    for says in ("K2 says “massively”", "“We trust the wine", "it names P4"):
        assert [line for line in lines if says in line], (says, lines)
    assert not (tmp_path / "out").exists()
