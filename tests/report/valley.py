"""A small study: six people heard, one of them twice, and one who withdrew."""

from __future__ import annotations

import csv
from pathlib import Path

import evalkit
from evalkit.coding.log import append_events, place_in

TRANSCRIPTS = {
    "D1": "I: And the water?\nR: We trust the water now. It is clean. I doubt the pump.\n",
    "D2": "I: And the water?\nR: I trust the well. My cousin is the guard there.\n",
    "D3": "I: And the water?\nR: It is hardly clean. I doubt it very much.\n",
    "D3b": "I: You wanted to add something?\nR: I trust it now, all the same.\n",
    "D4": "He said that he trusts the water. Why the pump? He did not say.\n",
    "D5": "I: And the water?\nR: I trust the water.\n",
    "FG": "Moderator: Who paid?\nAda: We paid, and we trust the water here.\n"
    "Xenia: We trust nobody who sold us the bad water in spring.\n"
    "Ada: It was not easy.\nFinn: I trust the figures. I doubt the price.\n",
}
FILES = {
    "study.toml": """\
title = "A valley"
k = 3
describe_by = ["years"]
[questions]
Q1 = "What did the well change?"
[attributions]
farmer = "one farmer"
[strength]
moderate = { supporters = 2, groups = 1 }
with_a_stake = ["farmer"]
[coders]
bo = { counts = false }
""",
    "respondents.csv": """\
respondent_id,group,years,may_analyse,may_quote,attribute_as,withdrawn_on
P1,farmer,new,yes,yes,role,
P2,farmer,long,yes,case by case,group,
P3,farmer,long,yes,yes,role,
P4,official,new,yes,paraphrase only,group,
P5,official,new,yes,no,none,
P6,official,new,yes,yes,group,
X7,farmer,new,yes,yes,group,2026-05-01
""",
    "interviews.csv": """\
document_id,file,respondent_id,voice,collected_on
D1,D1.txt,P1,verbatim,2026-04-02
D2,D2.txt,P2,verbatim,2026-04-03
D3,D3.txt,P3,verbatim,
D3b,D3b.txt,P3,verbatim,2026-04-01
D4,D4.txt,P4,notes,2026-04-02
D5,D5.txt,P5,verbatim,2026-04-02
FG,FG.txt,,verbatim,2026-04-02
""",
    "speakers.csv": """\
document_id,speaker,respondent_id,role
FG,Ada,P1,respondent
FG,Xenia,X7,respondent
FG,Finn,P6,respondent
FG,Moderator,,interviewer
""",
    "codebook.yaml": """\
title: Wells
version: 1.0.0
attributes:
  stance: [supports, contradicts, qualifies, neutral]
  quotable: ["yes", "no"]
  certainty: [sure, speculative]
  grave: ["yes"]
codes:
  - id: trust
    name: Trust
    traps: [trust nobody, trust the figures, "it's easy"]
  - {id: doubt, name: Doubt}
  - {id: paid, name: Who paid}
  - {id: harm, name: Harm}
""",
    "claims.yaml": """\
claims:
  - {id: K1, question: Q1, statement: People trust the water., short: Trust,
     codes: [trust], against: [doubt]}
  - {id: K3, question: Q1, statement: Nobody was harmed., codes: [harm]}
open_questions:
  - {id: K2, statement: Who paid?, codes: [paid]}
lessons:
  - {id: L1, statement: Test it., rests_on: [K1], holds_when: a, fails_when: b}
""",
    "guide.yaml": """\
questions:
  - {id: G1, ask: And the water?, claims: [K1]}
  - {id: G2, ask: Who paid?, claims: [K2]}
""",
    "asked.csv": "document_id,question_id,words\n"
    "D1,G1,And the water?\nD2,G1,\nD3,G1,\nD3b,G2,\nD4,G1,Why the pump?\nD5,G1,\n"
    "FG,G2,Who paid?\n",
}
# coder, document, words, code, stance, other marks
CODED = [
    ("ana", "D1", "We trust the water now.", "trust", "supports", {}),
    ("ana", "D1", "It is clean.", "trust", "neutral", {}),
    ("ana", "D1", "I doubt the pump.", "doubt", "contradicts", {}),
    ("ana", "D2", "I trust the well.", "trust", "supports", {"quotable": "yes"}),
    ("ana", "D2", "My cousin is the guard there.", "trust", "supports", {}),
    ("ana", "D3", "It is hardly clean.", "trust", "contradicts", {}),
    ("ana", "D3", "I doubt it very much.", "doubt", "supports", {}),
    ("ana", "D3b", "I trust it now, all the same.", "trust", "qualifies", {}),
    ("ana", "D4", "he trusts the water", "trust", "supports", {}),
    ("ana", "D5", "I trust the water.", "trust", "supports", {}),
    ("ana", "FG", "we trust the water here", "trust", "supports",
     {"certainty": "speculative"}),
    ("ana", "FG", "We paid", "paid", "supports", {}),
    ("ana", "FG", "We trust nobody who sold us", "trust", "contradicts", {}),
    ("ana", "FG", "It was not easy.\nFinn: I trust the figures.", "trust", "supports",
     {}),
    ("bo", "D5", "I trust the water.", "trust", "contradicts", {}),
    ("bo", "D1", "We trust the water now.", "trust", "supports", {"quotable": "no"}),
    ("bo", "FG", "I doubt the price.", "doubt", "supports", {}),
]  # fmt: skip


def write_valley(folder: Path) -> Path:
    """Write the study."""
    for name, text in TRANSCRIPTS.items():
        write(folder, f"transcripts/{name}.txt", text)
    for name, text in FILES.items():
        write(folder, name, text)
    for coder, document_id, words, code_id, stance, marks in CODED:
        code(folder, coder, document_id, words, code_id, stance=stance, **marks)
    return folder


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def code(
    folder: Path, coder: str, document_id: str, words: str, code_id: str, **marks: str
) -> str:
    """Code a passage; gives the coding's id."""
    text = (folder / "transcripts" / f"{document_id}.txt").read_text("utf-8")
    at = text.index(words)
    coding_id = f"{coder}-{document_id}-{at}-{code_id}"
    event = {
        **{"event": "add", "coding_id": coding_id, "at": "2026-05-02T10:00:00Z"},
        **{"document_id": document_id, "code_id": code_id, "attributes": marks},
        **place_in(text, at, at + len(words)),
    }
    append_events(folder / "codings" / f"{coder}.jsonl", [event])
    return coding_id


def judge_all(folder: Path, bears_out: str = "yes") -> None:
    """Give one verdict on every passage of K1."""
    study = evalkit.read_study(folder)
    with (folder / "verdicts.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow("claim_id coding_id bears_out paraphrase statement words".split())
        for coding in study.counted.itertuples():
            if coding.code_id in ("trust", "doubt"):
                said = "K1", coding.coding_id, bears_out, ""
                rows.writerow([*said, "People trust the water.", coding.quotation])
