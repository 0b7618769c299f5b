"""What an honest evaluator writes does not stop the report."""

from __future__ import annotations

from pathlib import Path

import pytest

import evalkit
from evalkit.report.gate import check_study
from evalkit.report.opened import Report
from evalkit.report.page import Block
from evalkit.report.prose import read_prose
from evalkit.report.small_cells import HEARD, Counted
from tests.report.planted import (
    CLAIMS,
    GRAVE,
    edit,
    refuse,
    refuse_all,
    set_block,
    write_notebook,
)

NBSP, THIN, SHY = "\u00a0", "\u202f", "\u00ad"

PROSE = {
    "the words as they are": "> “We trust the water now.” — K1",
    "straight marks": '> "We trust the water now." — K1',
    "French marks": f"> «{NBSP}We trust the water now.{NBSP}» — K1",
    "single marks": "> ‘We trust the water now.’ — K1",
    "German marks": "> „We trust the water now.“ — K1",
    "no marks": "> We trust the water now. — K1",
    "no dash": "> “We trust the water now.” K1",
    "a double hyphen": "> “We trust the water now.” -- K1",
    "the claim in brackets": "> “We trust the water now.” (K1)",
    "the document too": "> “The committee met on Mondays” — K3, D4",
    "the person too": "> “The committee met on Mondays” — K3; P4",
    "who is coded for the claim": "> “The committee met on Mondays” — K3",
    "the second of a person's two documents": "> “The pump broke twice” — K3, P1",
    "no claim": "> “We trust the water now.”",
    "no full stop": "> “We trust the water now” — K1",
    "a full stop that is not there": "> “We trust the water.” — K1",
    "a comma for the full stop": "“We trust the water now,” many said.",
    "a small first letter": "Many said that “we trust the water now” too.",
    "a first letter in brackets": "> “[w]e trust the water now.” — K1",
    "an ellipsis": "> “Our samples were … but March.” — K1",
    "three dots": "> “The engineer knew ... its name” — K3",
    "three dots with spaces": "> “The engineer knew . . . its name” — K3",
    "an ellipsis in brackets": "> “The engineer knew […] its name” — K3",
    "dots in brackets": "> “The engineer knew [...] its name” — K3",
    "an ellipsis at the end": "> “The engineer knew each valve …” — K3",
    "an ellipsis at the beginning": "> “… knew each valve by its name” — K3",
    "an ellipsis that stands in the transcript": "“that we had is gone… I drink it”",
    "a sentence that denies, left out whole": (
        "> “said “it is sweet” and drank. […] Nobody paid.” — K1"
    ),
    "a word in brackets": "> “The engineer knew each [tap] by its name” — K3",
    "a word added in brackets": "> “We trust the water [of the well] now.” — K1",
    "a line's break": "> “We trust\n> the water now.” — K1",
    "a line's break within a sentence": "He said “we trust\nthe water now” again.",
    "a straight quotation over two lines": 'He said "we trust\nthe water now" too.',
    "the claim on a line of its own": "> “We trust the water now.”\n>\n> — K1",
    "several spaces": "> “We  trust   the water now.” — K1",
    "a non-breaking space": f"> “We{NBSP}trust the{THIN}water now.” — K1",
    "a soft hyphen": f"> “We trust the wa{SHY}ter now.” — K1",
    "a word that a line's end broke, whole": "“believe it at first; the reservation”",
    "a word broken at another line": "> “We trust the wa-\n> ter now.” — K1",
    "a longer dash for a hyphen": "“drank. The well–known spring was”",
    "a hyphen for a dash": "“my brother at the well - nobody”",
    "an em dash for a dash": "“my brother at the well — nobody”",
    "an apostrophe of another shape": "> “My mother's sister said” — K1",
    "a quotation in a quotation": "> “My mother’s sister said “it is sweet”” — K1",
    "other marks within": "> “My mother’s sister said ‘it is sweet’” — K1",
    "French within": "> “Ils disent «l’eau est bonne» ici”",
    "straight within": '“Ils disent "l\'eau est bonne" ici”',
    "from right to left": "> “מים טובים מאוד יש לנו עכשיו”",
    "marks of direction": "> “\u200fמים טובים מאוד\u200f יש לנו עכשיו”",
    "an accent composed": "> “Le caf\u00e9 est meilleur 💧”",
    "emphasis": "> “We *trust* the **water** now.” — K1",
    "an entity": "> “My mother&rsquo;s sister said” — K1",
    "a term": "What they call “clean water” is another “way of life”.",
    "a term in single marks": "A ‘theory of change’ was drawn, in the '90s; farmers' too.",
    "an inch": 'A pipe of 5" and one of 6" were laid, by what is known.',
    "code": 'Write `"a b c d e"` or:\n\n```\nx = "no word of it"\n```',
    "an element's attribute": '<span class="a b c d e">Clean water.</span>',
    "a link's title": '[The map](#map "A map of the two valleys").',
    "a picture with its words": "![Wells a year](data:image/png;base64,AAAA)",
    "braces": "A set {a, b} and {note: see below} are nothing to count.",
    "a count": "{K2: supports} people, {K2: who supports}; {K2: n}; {K2: strength}.",
    "a count with spaces": "{ K2 : who  supports }.",
    "ids of claims": "K1 and K2 answer Q1, and L1 follows; see also R1 and K4.",
    "words like ids": "P40, XP4, D12a, B12, COVID-19, 4P and the D-day are no ids.",
    "numbers": "In 2019–2023, 1,250 of 3 400 people (37 %), 12.5 km, 3/4, No. 4.",
    "dates": "From 12.05.2021 14:30 to 2022-01-15 10:00, and 2019/2020/2021.",
    "money": "1 250 000 000 francs, $250,000,000 and 0.00012500000 per cent.",
    "an ISBN and a DOI": "ISBN 978-3-16-148410-0, doi 10.1177/1098214018809123.",
    "a handle without a domain": "Ask @valleys or me@work.",
    "officials": "The official report, official figures, official or not.",
    "the noun of a group of exactly k": "One official and one teacher disagreed.",
    "a small group's name for a thing": "The inspector general’s office, an inspector’s hut.",
    "a strong claim's intensifier": "K1: trust grew massively.",
    "a denied intensifier": "K2 grew, though not massively, and never a decisive one.",
    "an intensifier left open": "Whether the change in K2 was decisive is open.",
    "an intensifier in a quotation": "K2: “We trust the water now.”",
    "essential medicines": "K2 let them buy essential medicines; it proved hard.",
    "no claim beside an intensifier": "The valley is extremely steep.",
    "an intensifier far from the weak claim": "K1 is massive.\n\nK2 is not.",
}  # fmt: skip


@pytest.mark.parametrize("written", PROSE)
def test_prose_is_not_stopped_by(written: str, opened: Report):
    assert [str(each) for each in refuse(opened, PROSE[written], GRAVE)] == []


CELLS = {
    "a block": lambda report: set_block(
        report, "We trust the water now.", claim_id="K1"
    ),
    "a passage over a broken word": lambda report: set_block(
        report, "We could hardly believe it at first; the reservation"
    ),
    "context": lambda report: set_block(
        report, "We trust the water now.", kind="context"
    ),
    "groups of exactly k": lambda report: Block(
        "<p>3</p>",
        counted=(
            Counted(
                HEARD, "report_group", {"farmers": 3, "officials": 3, "teachers": 3}
            ),
        ),
    ),
    "small counts within a group": lambda report: Block(
        "<p>1</p>",
        counted=(Counted("who support K3", "report_group", {"farmers": 1}),),
    ),
    "a drawing with a title": lambda report: Block(
        "<svg><title>Eight people trust it</title><text>8</text></svg>"
    ),
    "a mark that says nothing": lambda report: Block('<svg aria-hidden="true"></svg>'),
    "a cell that prints nothing": lambda report: Block(""),
    "long numbers": lambda report: Block("<code>sha 123456789012345</code>"),
}


@pytest.mark.parametrize("made", CELLS)
def test_a_cell_is_not_stopped_by(made: str, opened: Report):
    lines = refuse(opened, CELLS[made](opened), GRAVE)
    assert [str(each) for each in lines] == []


def test_the_study_as_it_stands_is_not_stopped(opened: Report):
    assert check_study(opened) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("study.toml", "k = 3", "k = 2"),
        ("study.toml", "[strength]", '[preflight]\n"COREQ 4" = "Two."\n[strength]'),
        ("claims.yaml", "Harvests grew.", "Harvests  grew."),
        ("claims.yaml", "short: Harvests", "short: Harvests, if not massive ones"),
        ("claims.yaml", "short: Trust", "short: Massive trust"),
        ("transcripts/D9.txt", "I: Did it", "I: Good morning to you all. Did it"),
        ("verdicts.csv", "We trust the water now.", "We trust  the water now."),
        ("verdicts.csv", "found the new supply", "found children at the new well"),
        ("respondents.csv", "P9,teacher,new", "P9,teacher,"),
    ],
)
def test_a_study_is_not_stopped_by(file: str, old: str, new: str, changing: Path):
    edit(changing, file, old, new)
    assert refuse_all(changing) == []


def test_ids_that_are_numbers_or_words_are_not_found_in_prose(changing: Path):
    for old, new in (("P4", "12"), ("P7", "mayor"), ("P9", "official")):
        for file in ("respondents.csv", "interviews.csv"):
            edit(changing, file, f"{old},", f"{new},")
    cells = "We heard 12 people in 2012.", "The mayor’s office is official."
    assert refuse_all(changing, *cells) == []
    (line,) = refuse_all(changing, "Interview 12 says so.")
    assert "it names 12" in line


def test_a_common_phrase_of_somebody_who_withdrew_may_stand(
    changing: Path, tmp_path: Path
):
    said = "we trust the water now, all of us who stayed here"
    path = changing / "transcripts" / "D9.txt"
    path.write_text(path.read_text("utf-8") + f"I: So {said}?\nR: Yes.\n", "utf-8")
    write_notebook(changing, [f"They put it so: {said}."])
    evalkit.build_report(changing, tmp_path / "out", audience="funder")


def test_the_report_is_built_and_says_what_prose_says(changing: Path, tmp_path: Path):
    source = ["> “We trust\n> the water now.” — K1", "{K1: who supports} agree."]
    write_notebook(changing, source)
    evalkit.build_report(changing, tmp_path / "out", audience="funder")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "<p>“We trust the water now.”</p>" in page
    assert "One long-serving farmer · supports" in page
    assert "all of the eight who spoke to it agree" in page
    for person in ("P1", "P8", "X10"):
        assert f">{person}<" not in page


def test_the_team_sees_what_is_missing_instead_of_being_stopped(changing: Path):
    statement = "  - {id: K8, question: Q1, statement: So be it massively., codes: [a]}"
    (changing / "claims.yaml").write_text(
        CLAIMS.replace("open_questions:", f"{statement}\nopen_questions:"), "utf-8"
    )
    assert refuse_all(changing, "As P4 says, by K2, massively.") != []
    cells = "As P4 says, by K2, massively.", "> “The ministry paid for half” — K4"
    assert refuse_all(changing, *cells, audience="internal") == []
    (line,) = refuse_all(changing, "> “We trust the wine.” — K1", audience="internal")
    assert line.startswith("report.ipynb:1: “We trust the wine.” stands in no")


def test_a_cell_that_is_read_gives_what_it_quotes(opened: Report):
    block, mistakes = read_prose(opened, "> “We trust … now.” — K1")
    assert mistakes == []
    (quoted,) = block.quoted
    assert (quoted.words, quoted.claim_id, quoted.edits) == (
        "We trust … now.", "K1", "1 left out",
    )  # fmt: skip
    assert quoted.attribution == "one long-serving farmer"
    assert quoted.where == ""
