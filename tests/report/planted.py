"""A small study to plant faults in: nine people in three groups, four claims."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import evalkit
from evalkit.coding.log import append_events, place_in
from evalkit.errors import Problem
from evalkit.report.build import read_cells
from evalkit.report.exporter import collect_cells
from evalkit.report.gate import check_cells, check_study
from evalkit.report.opened import Report
from evalkit.report.page import MIME, Block, Quoted

NOTEBOOK = "report.ipynb"
BLOCKS = ("header", "summary", "findings", "lessons", "recommendations", "method")

SETTINGS = """\
title = "Two valleys"
k = 3
describe_by = ["years"]

[questions]
Q1 = "What did the wells change?"
Q2 = "What made them last?"

[report_groups]
"farmers" = ["farmer"]
"officials" = ["official", "inspector"]
"teachers" = ["teacher"]

[attributions]
"farmers" = "one farmer"
"officials" = "one official"
"teachers" = "one teacher"

[strength]
with_a_stake = ["farmer"]
"""

PEOPLE = """\
respondent_id,group,years,may_analyse,may_quote,attribute_as,withdrawn_on
P1,farmer,long-serving,yes,yes,role,
P2,farmer,long-serving,yes,yes,role,
P3,farmer,long-serving,yes,yes,role,
P4,official,new,yes,yes,role,
P5,official,long-serving,yes,case by case,group,
P6,inspector,new,yes,paraphrase only,group,
P7,teacher,new,yes,yes,group,
P8,teacher,long-serving,yes,no,none,
P9,teacher,new,yes,yes,group,
X10,farmer,new,yes,yes,group,2026-05-01
"""

TRANSCRIPTS = {
    "D1": """\
I: What did the well change for you and for your family?
R: We trust the water now. My mother’s sister said “it is sweet” and drank. The
well-known spring was no longer safe, and I would not call it clean. Nobody paid.
I: And the harvest, if you think of the last two years?
R: The harvest grew a little in the dry months. We sold more at the market.
""",
    "D1b": """\
I: You wanted to add something about the pump that broke?
R: The pump broke twice, and my cousin mended it with a bicycle chain.
""",
    "D2": """\
I: What did the well change for you and for your family?
R: The water is good and we give it to the children. We could hardly believe it at
first; the reser-
vation that we had is gone… I drink it myself.
I: And the harvest?
R: Our harvest cannot be counted in sacks; it grew, they say. It was not easy then.
""",
    "D3": """\
I: Do people drink from it?
R: Everybody in my street drinks from the well. Ils disent « l’eau est bonne » ici.
מים טובים מאוד יש לנו עכשיו. Le cafe\u0301 est meilleur 💧 depuis le puits.
I: Was there anything that hurt you?
R: A guard hit my brother at the well – nobody asked him why.
""",
    "D4": """\
I: What do your figures say?
R: Our samples were clean in every month but March. The engineer knew each valve by
its name and wrote it down. The committee met on Mondays, as far as I remember.
I: Who paid for it?
R: The ministry paid for half of the pipes.
""",
    "D5": """\
I: What do your figures say?
R: The complaints about bad water stopped within a year. My superior would rather I had
said nothing about the contract with the builder.
""",
    "D6": """\
I: What did you see on your visits?
R: I saw children carry clean water home from the new well every single day.
""",
    "D7": """\
I: Did it change anything in your school?
R: The pupils come to school with clean water in their bottles. The pupils come earlier
than before. Write to me at ana@example.org or call 079 123 45 67 if you wish.
""",
    "D8": """\
I: Did it change anything in your school?
R: I tell the pupils that the water is safe to drink. The harvest fed the school too.
""",
    "D9": """\
I: Did it change anything in your school?
R: The harvest fed the school kitchen through the winter. The committee met on Mondays,
as far as I remember.
""",
    "D10": """\
I: And you?
R: I left the valley because my own brother sold the land behind my back in spring. We
trust the water now, all of us who stayed here.
""",
}

# document, words, code, marks
CODED = [
    ("D1", "We trust the water now.", "trust", {}),
    ("D1", "My mother’s sister said “it is sweet” and drank.", "trust", {}),
    ("D1", "The harvest grew a little in the dry months.", "harvest", {}),
    ("D1", "I would not call it clean. Nobody paid.", "paid", {}),
    ("D1b", "The pump broke twice, and my cousin mended it", "repairs", {}),
    ("D2", "The water is good and we give it to the children.", "trust", {}),
    ("D2", "We could hardly believe it at\nfirst; the reser-\nvation", "doubt", {}),
    ("D2", "is gone… I drink it myself.", "doubt", {}),
    ("D2", "it grew, they say. It was not easy then.", "harvest", {}),
    ("D3", "Everybody in my street drinks from the well.", "trust", {}),
    ("D3", "Ils disent « l’eau est bonne » ici.", "doubt", {}),
    ("D3", "מים טובים מאוד יש לנו עכשיו. Le cafe\u0301 est meilleur 💧", "doubt", {}),
    ("D3", "A guard hit my brother at the well – nobody", "harm", {"grave": "yes"}),
    ("D4", "Our samples were clean in every month but March.", "trust", {}),
    ("D4", "The engineer knew each valve by\nits name and wrote", "repairs", {}),
    ("D4", "The committee met on Mondays, as far as I remember.", "repairs", {}),
    ("D4", "The ministry paid for half", "paid", {}),
    ("D4", "half of the pipes.", "doubt", {"quotable": "no"}),
    ("D5", "The complaints about bad water stopped within a year.", "trust",
     {"quotable": "yes"}),
    ("D5", "My superior would rather I had\nsaid nothing", "doubt", {}),
    ("D6", "I saw children carry clean water home from the new well", "trust", {}),
    ("D7", "The pupils come to school with clean water", "trust", {}),
    ("D7", "The pupils come earlier\nthan before.", "doubt", {"quotable": "no"}),
    ("D7", "Write to me at ana@example.org or call 079 123 45 67", "doubt", {}),
    ("D8", "I tell the pupils that the water is safe to drink.", "trust", {}),
    ("D8", "The harvest fed the school too.", "harvest", {}),
    ("D9", "The harvest fed the school kitchen", "harvest", {}),
    ("D9", "The committee met on Mondays,\nas far as I remember.", "doubt", {}),
]  # fmt: skip

CLAIMS = """\
claims:
  - id: K1
    question: Q1
    statement: People trust the water.
    short: Trust in the water
    codes: [trust]
    rivals: [The spring recovered by itself.]
  - id: K2
    question: Q1
    statement: Harvests grew.
    short: Harvests
    codes: [harvest]
  - id: K3
    question: Q2
    statement: Repairs were made in the valley.
    short: Repairs
    codes: [repairs]
open_questions:
  - id: K4
    question: Q2
    statement: Who paid?
    codes: [paid]
lessons:
  - id: L1
    statement: Wells that are tested are trusted.
    rests_on: [K1]
    holds_when: results are shown
    fails_when: nobody tests
recommendations:
  - id: R1
    statement: Go on testing.
    rests_on: [K1]
    to: the water office
    priority: high
dropped:
  - {id: K9, reason: merged into K1}
"""

CODEBOOK = """\
title: Wells
version: 1.0.0
attributes:
  stance: [supports, contradicts, qualifies]
  quotable: ["yes", "no"]
  grave: ["yes"]
codes:
  - {id: trust, name: Trust}
  - {id: harvest, name: Harvest}
  - {id: repairs, name: Repairs}
  - {id: paid, name: Who paid}
  - {id: doubt, name: Doubt}
  - {id: harm, name: Harm}
"""
PARAPHRASE = "An inspector’s visits found the new supply in daily use."
_CLAIM_OF = {"trust": "K1", "harvest": "K2", "repairs": "K3", "paid": "K4"}


def write_study(folder: Path) -> Path:
    """Write the study: a report for a funder can be built of it as it stands."""
    (folder / "transcripts").mkdir(parents=True)
    (folder / "codings").mkdir()
    for name, text in TRANSCRIPTS.items():
        (folder / "transcripts" / f"{name}.txt").write_text(text, encoding="utf-8")
    rows = [f"{name},{name}.txt,{_whose(name)},verbatim" for name in TRANSCRIPTS]
    rows = ["document_id,file,respondent_id,voice", *rows]
    (folder / "interviews.csv").write_text("\n".join(rows) + "\n")
    for name, text in (
        ("study.toml", SETTINGS),
        ("respondents.csv", PEOPLE),
        ("claims.yaml", CLAIMS),
        ("codebook.yaml", CODEBOOK),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    for document_id, words, code_id, marks in CODED:
        code(folder, document_id, words, code_id, **marks)
    write_verdicts(folder)
    write_notebook(folder, [])
    return folder


def _whose(document_id: str) -> str:
    number = document_id.removesuffix("b").removeprefix("D")
    return "X10" if number == "10" else f"P{number}"


def code(folder: Path, document_id: str, words: str, code_id: str, **marks: str) -> str:
    """Code a passage for ana; gives the coding's id."""
    text = (folder / "transcripts" / f"{document_id}.txt").read_text("utf-8")
    at = text.index(words)
    coding_id = f"c-{document_id}-{at}-{code_id}"
    event = {
        **{"event": "add", "coding_id": coding_id, "at": "2026-05-02T10:00:00Z"},
        **{"document_id": document_id, "code_id": code_id},
        "attributes": {"stance": "supports", **marks},
        **place_in(text, at, at + len(words)),
    }
    append_events(folder / "codings" / "ana.jsonl", [event])
    return coding_id


def write_verdicts(folder: Path) -> None:
    """Judge every passage of a claim to bear it out."""
    study = evalkit.read_study(folder)
    stated = study.claims.statements.set_index("claim_id")["statement"]
    with (folder / "verdicts.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow("claim_id coding_id bears_out paraphrase statement words".split())
        for coding in study.codings.itertuples():
            claim = _CLAIM_OF.get(str(coding.code_id))
            said = PARAPHRASE if coding.document_id == "D6" else ""
            if claim:
                judged = claim, coding.coding_id, "yes", said
                rows.writerow([*judged, stated[claim], coding.quotation])


def write_notebook(folder: Path, cells: Iterable[str]) -> None:
    """Write the study's own short notebook; `# …` and `>` are Markdown, else Python."""
    first = new_code_cell('STUDY = ""\nAUDIENCE = ""\nSINCE = ""')
    first.metadata["tags"] = ["parameters"]
    opened = "report = evalkit.open_report(STUDY, audience=AUDIENCE)"
    second = new_code_cell(f"import evalkit\nfrom evalkit import blocks\n{opened}")
    calls = [new_code_cell(f"blocks.{name}(report)") for name in BLOCKS]
    own = [new_markdown_cell(cell) for cell in cells]
    notebook = new_notebook(cells=[first, second, *calls, *own])
    nbformat.write(notebook, folder / NOTEBOOK)


# --- what a fault is planted in, and how it is found ---


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Change words of a file of the study, which stand there."""
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text, (name, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def quote(report: Report, words: str, **changed: str) -> Quoted:
    """Say of words that they are the coding's that begins with them."""
    rows = report.study.codings
    named = rows["quotation"].str.contains(words[:20], regex=False)
    row = rows[named | rows["coding_id"].eq(changed.get("coding_id"))].iloc[0]
    turns = report.study.turns
    whose = turns[turns["document_id"].eq(row["document_id"])]["respondent_id"].max()
    people = report.people.set_index("respondent_id")["attribution"]
    given = {"coding_id": row["coding_id"], "attribution": people[whose], **changed}
    return Quoted(" ".join(words.split()), **given)


def set_block(report: Report, words: str, **changed: str) -> Block:
    """Set words as a block does."""
    quoted = quote(report, words, **changed)
    html = f"<figure><blockquote><p>“{quoted.words}”</p></blockquote></figure>"
    return Block(html, quoted=(quoted,))


def refuse(report: Report, *cells: Any) -> list[Problem]:
    """List what the gate says of cells: Markdown, a block, or a raw output."""
    notebook = new_notebook(cells=[_set_cell(cell) for cell in cells])
    mistakes = read_cells(notebook, report, file=NOTEBOOK)
    printed = collect_cells(notebook)
    return [*mistakes, *check_cells(report, printed, file=NOTEBOOK)]


def _set_cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return new_markdown_cell(cell)
    if isinstance(cell, Block):
        shown = cell._repr_mimebundle_()
        assert MIME in shown
        cell = new_output("execute_result", shown)
    return new_code_cell("…", outputs=[cell])


GRAVE = Block('<h3 id="grave">Told by one person</h3>')


def refuse_all(folder: Path, *cells: Any, audience: str = "funder") -> list[str]:
    """List every line with which the gate stops a study and these cells."""
    report = evalkit.open_report(folder, audience=audience)  # type: ignore[arg-type]
    problems = [*check_study(report), *refuse(report, *cells, GRAVE)]
    return [str(problem) for problem in problems]


def copy_of(original: Path, folder: Path) -> Path:
    """Copy the study, to change it."""
    return Path(shutil.copytree(original, folder))


def assert_stopped(problems: list[Problem], says: str, *, place: int) -> None:
    """Assert that a line of the notebook's says so, where, and how to mend it."""
    found = [each for each in problems if says in each.what]
    assert found, [str(each) for each in problems]
    assert found[0].file == "report.ipynb"
    assert found[0].place == place
    assert len(found[0].mend) > 8
