from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import evalkit
from evalkit.errors import Problem, ProblemsError
from evalkit.study.guide import Guide, check_guide, list_asked, parse_guide
from evalkit.tables import ASKED, TURNS

GUIDE = """\
version: "1.0"
questions:
  - id: G1
    ask: And then?
    claims: [K1, K2]
  - {id: G2, ask: "Anything else?"}
"""


def lay_turns(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Turns as (document, respondent or "" for who asks, words)."""
    columns = ["document_id", "respondent_id", "text"]
    return TURNS.typed(
        pd.DataFrame([*rows], columns=columns).assign(turn=1, start=0, end=1)
    )


def lay_asked(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return ASKED.typed(pd.DataFrame([*rows], columns=list(ASKED.columns)))


TALK = lay_turns(
    ("A", "", "And then,\nwhat did you do?"),
    ("A", "P1", "You ask: and what now? We left."),
    ("A", "", "Why’s that?  Say it again."),
    ("A", "", "Qu’est-ce que l’État a fait\xa0?"),
    ("B", "P1", "What was done? It was cold."),
    ("B", "P2", "Yes, cold. Yes."),
)


def find(asked: pd.DataFrame, guide: Guide | None = None) -> list[Problem]:
    texts = TALK.groupby("document_id")["text"].agg("\n".join).to_dict()
    return check_guide(
        guide or parse_guide(GUIDE),
        asked,
        claim_ids=["K1", "K2"],
        documents=pd.Series(["A", "B", "X"]),
        turns=TALK,
        texts=texts,
    )


# --- guide.yaml ---


def test_a_guide_is_questions_and_the_claims_they_ask_about() -> None:
    guide = parse_guide(GUIDE)
    assert guide.version == "1.0"
    assert guide.questions.to_numpy().tolist() == [
        ["G1", "And then?"],
        ["G2", "Anything else?"],
    ]
    assert guide.links.to_numpy().tolist() == [["G1", "K1"], ["G1", "K2"]]
    assert guide.lines == {"G1": 3, "G2": 6}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "# nothing yet\n",
        "questions:\n",
        "questions: []\n",
        "version: 2\nquestions:",
    ],
)
def test_an_empty_guide_asks_nothing(content: str) -> None:
    guide = parse_guide(content)
    assert guide.questions.empty
    assert guide.links.empty
    assert [*guide.questions, *guide.links] == [
        *("question_id", "ask", "question_id", "claim_id")
    ]


def test_numbers_are_ids_and_a_claim_named_twice_is_one() -> None:
    guide = parse_guide("questions: [{id: 7, ask: Why?, claims: [1, 1, '01']}]")
    assert guide.links.to_numpy().tolist() == [["7", "1"], ["7", "01"]]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("- id: G1", 1, "it holds no list of questions"),
        ("Why?", 1, "it holds no list of questions"),
        ("false", 1, "it holds no list of questions"),
        ("version: 1", 1, "it holds no list of questions"),
        ("questions: G1", 1, "it holds no list of questions"),
        ("questions: {id: G1, ask: Why?}", 1, "it holds no list of questions"),
        ("questions:\n  - Why?", 2, "'Why?' is no question"),
        ("questions:\n  -", 2, "'None' is no question"),
        ("questions:\n  - {id: G1}", 2, "is no question"),
        ("questions:\n  - {ask: Why?}", 2, "is no question"),
        ("questions:\n  - {id: ' ', ask: Why?}", 2, "is no question"),
        ("questions:\n  - {id: [G1], ask: Why?}", 2, "is no question"),
        ("questions:\n  - {id: G1, ask: {a: b}}", 2, "is no question"),
        ("questions:\n  - {id: G1, ask: Why?, claims: K1}", 2, "is no question"),
        ("questions:\n  - {id: G1, ask: Why?, claims: 0}", 2, "is no question"),
        ("questions:\n  - {id: G1, ask: Why?, claims: [[K1]]}", 2, "is no question"),
        ("questions:\n  - {id: 1.10, ask: Why?}", 2, "1.10 would be 1.1"),
        ("questions:\n  - {id: G1, ask: Why?, claims: [1.10]}", 2, "1.10 would be 1.1"),
        (
            "questions:\n  - {id: G1, ask: a}\n  - {id: G1, ask: b}",
            3,
            "G1 stands twice, first in line 2",
        ),
        (
            "questions:\n  - {id: G1, ask: Why?, claim: [K1]}",
            2,
            "did you mean 'claims'",
        ),
        ("versoin: 1\nquestions: []", 1, "did you mean 'version'?"),
        ("questions:\n  - {id: G1, ask: [Why?", 2, "mend the YAML"),
        ("questions: []\nquestions: []", 2, "mend the YAML"),
    ],
)
def test_each_mistake_of_a_guide_is_named_with_its_line(
    content: str, line: int, said: str
) -> None:
    with pytest.raises(ProblemsError) as caught:
        parse_guide(content)
    (problem,) = caught.value.problems
    assert (problem.file, problem.place) == ("guide.yaml", line)
    assert said in str(problem)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ProblemsError) as caught:
        parse_guide("x: 1\nquestions:\n  - G1\n  - {id: G2, ask: a, b: c, d: e}\n")
    assert [each.place for each in caught.value.problems] == [1, 3, 4, 4]


# --- asked.csv ---


@pytest.mark.parametrize(
    "words",
    [
        "And then, what did you do?",  # a line break in the transcript
        "Why’s that?",
        "Why's that? Say",  # a straight apostrophe, and one space for two
        "Qu’est-ce que l’État a fait ?",
        "Qu'est-ce que l'E\u0301tat a fait\xa0?",  # in two characters
        "",
    ],
)
def test_words_are_found_as_somebody_types_them(words: str) -> None:
    asked = lay_asked(("A", "G1", words), ("B", "G1", ""))
    assert find(asked) == []


@pytest.mark.parametrize(
    ("document", "words", "said"),
    [
        ("A", "What was done?", "stands nowhere in A"),
        ("A", "and what now?", "stands nowhere in A"),  # the respondent says it
        ("A", "that", "stands nowhere"),
        ("A", "a", "stands in 3 turns in A"),
        ("B", "Yes", "stands in 2 places in B"),
        ("B", "And then", "stands nowhere in B"),
    ],
)
def test_words_that_nobody_asked_there_once_are_named(
    document: str, words: str, said: str
) -> None:
    if words == "that":
        words = "that that"
    others = [(each, "G1", "") for each in "AB" if each != document]
    (problem,) = find(lay_asked(*others, (document, "G2", words)))
    assert said in problem.what
    assert (problem.file, problem.place, problem.warning) == ("asked.csv", 3, False)


def test_where_nobody_asks_aloud_words_stand_anywhere_once() -> None:
    assert find(lay_asked(("A", "G1", ""), ("B", "G1", "What was done?"))) == []


def test_what_is_unknown_is_named_with_its_row() -> None:
    guide = parse_guide("questions: [{id: G1, ask: a, claims: [K3, K1]}]")
    asked = lay_asked(("A", "G1", ""), ("C", "G1", "x"), ("B", "G9", ""))
    found = [(each.file, each.place, each.what) for each in find(asked, guide)]
    assert found == [
        ("guide.yaml", 1, "claim 'K3' of G1 is unknown"),
        ("asked.csv", 3, "document_id 'C' is unknown"),
        ("asked.csv", 4, "question_id 'G9' is unknown"),
    ]


def test_a_document_that_left_with_its_person_is_no_mistake() -> None:
    asked = lay_asked(("A", "G1", ""), ("B", "G1", ""), ("X", "G1", "gone words"))
    assert find(asked) == []


def test_without_a_guide_asked_csv_is_one_problem_and_not_one_a_row() -> None:
    asked = lay_asked(("A", "G1", ""), ("A", "G2", ""))
    (problem,) = find(asked, parse_guide(""))
    assert str(problem) == (
        "asked.csv: it says where questions were put, and there is no guide: "
        "write, or mend, guide.yaml"
    )


def test_a_document_of_which_nothing_is_recorded_is_a_warning() -> None:
    (problem,) = find(lay_asked(("A", "G1", "")))
    assert problem.warning
    assert problem.what.startswith("nothing is recorded of B: its people count as not")
    assert (
        find(lay_asked()) == []
    )  # nothing recorded at all: nobody is said to be silent


# --- who was asked ---


def test_a_question_is_put_to_everyone_who_speaks_there_once() -> None:
    asked = lay_asked(("A", "G1", "x"), ("B", "G1", "y"), ("B", "G2", ""))
    put = list_asked(parse_guide(GUIDE), asked, TALK)
    assert put is not None
    assert sorted(put.itertuples(index=False, name=None)) == [
        *(("K1", "P1"), ("K1", "P2"), ("K2", "P1"), ("K2", "P2"))
    ]


def test_nobody_knows_who_was_asked_where_it_was_not_recorded() -> None:
    guide = parse_guide(GUIDE)
    assert list_asked(guide, lay_asked(), TALK) is None
    assert list_asked(parse_guide(""), lay_asked(("A", "G1", "")), TALK) is None
    without = parse_guide("questions: [{id: G1, ask: a}]")
    assert list_asked(without, lay_asked(("A", "G1", "")), TALK) is None


def test_a_question_that_asks_about_no_claim_is_put_to_nobody() -> None:
    put = list_asked(parse_guide(GUIDE), lay_asked(("A", "G2", "")), TALK)
    assert put is not None
    assert put.empty
    assert [*put] == ["claim_id", "respondent_id"]


# --- in a study ---

CLAIMS = "claims:\n  - {id: K1, statement: Hope., codes: [hope]}\n"


@pytest.fixture
def guided(study: Path) -> Path:
    (study / "claims.yaml").write_text(CLAIMS)
    codebook = study / "codebook.yaml"
    codebook.write_text(
        codebook.read_text().replace("[supports,", "[supports, qualifies,")
    )
    (study / "guide.yaml").write_text(
        "questions: [{id: G1, ask: Why?, claims: [K1]}]\n"
    )
    (study / "asked.csv").write_text(
        "document_id,question_id,words\nP1,G1,And then?\nP2,G1,Only?\n"
    )
    return study


def errors(folder: Path) -> list[str]:
    read = evalkit.read_study(folder)
    return [str(each) for each in read.problems if not each.warning]


def test_asked_csv_as_a_spreadsheet_saves_it_is_read(guided: Path) -> None:
    (guided / "asked.csv").write_bytes(
        "\ufeffdocument_id;question_id;words\r\nP1;G1;And then?\r\n".encode()
    )
    assert errors(guided) == []
    asked = evalkit.read_study(guided).asked
    assert asked.to_numpy().tolist() == [["P1", "G1", "And then?"]]


def test_who_withdrew_was_asked_nothing(guided: Path) -> None:
    people = guided / "respondents.csv"
    rows = people.read_text().splitlines()
    assert rows[2].startswith("P2,")
    names = rows[0].split(",")
    cells = rows[2].split(",")
    cells[names.index("withdrawn_on")] = "2026-05-31"
    people.write_text("\n".join([*rows[:2], ",".join(cells), ""]))
    read = evalkit.read_study(guided)
    assert errors(guided) == []
    assert read.asked["document_id"].to_list() == ["P1"]
    put = list_asked(read.guide, read.asked, read.turns)
    assert put is not None
    assert put["respondent_id"].to_list() == ["P1"]


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("guide.yaml", b"questions: \xff", "guide.yaml: it is not UTF-8"),
        ("guide.yaml", b"Why?", "guide.yaml:1: it holds no list of questions"),
        ("asked.csv", b"document_id,words\nP1,x\n", "asked.csv:1: no column question"),
        (
            "asked.csv",
            b'document_id,question_id,words\nP1,G1,"And\n',
            "asked.csv: a quoted cell is not closed",
        ),
        (
            "asked.csv",
            b"document_id,question_id,words\nP1,G1,Only?\n",
            "asked.csv:2: “Only?” stands nowhere in P1",
        ),
    ],
)
def test_what_cannot_be_read_is_one_line_each(
    guided: Path, file: str, content: bytes, said: str
) -> None:
    (guided / file).write_bytes(content)
    found = errors(guided)
    assert [each for each in found if each.startswith(said)]
    assert len(found) == (2 if file == "guide.yaml" else 1)
