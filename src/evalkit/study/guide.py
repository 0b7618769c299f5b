"""The interview guide: which of its questions were put in which interview."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evalkit.errors import Problem, ProblemsError
from evalkit.tables import find_unknown, list_rows, suggest
from evalkit.yaml_text import join_text, load_yaml

FILE = "guide.yaml"
ASKED_FILE = "asked.csv"
_KEYS = {"id", "ask", "claims"}


@dataclass(frozen=True)
class Guide:
    """What `guide.yaml` says.

    `questions` has one row a question: question_id, ask. `links` one row a question
    and claim that it asks about: question_id, claim_id. `lines` maps a question's id to
    its line.
    """

    version: str
    questions: pd.DataFrame
    links: pd.DataFrame
    lines: Mapping[str, int]


def parse_guide(content: str) -> Guide:
    """Parse a guide written in YAML; every mistake is named with its line.

    >>> parse_guide("questions: [{id: G1, ask: And then?, claims: [K1]}]").links
      question_id claim_id
    0          G1       K1
    """
    root = load_yaml(content, file=FILE)
    root = {"questions": None} if root is None else root
    problems: list[Problem] = []
    written: Any = root.get("questions", "") if isinstance(root, dict) else ""
    if not isinstance(written, list | None):
        problems.append(Problem(FILE, 1, "it holds no list of questions", _MEND))
        written = None
    if isinstance(root, dict):
        problems += _find_odd_keys(root, {"version", "questions"}, 1)
    questions: dict[str, str] = {}
    links: list[tuple[str, str]] = []
    lines: dict[str, int] = {}
    for at, entry in enumerate(written or []):
        line = written.lc.item(at)[0] + 1
        named = entry if isinstance(entry, dict) else {}
        cells = [named.get("id"), named.get("ask")]
        question_id, ask = (join_text(cell) for cell in cells)
        claims = named.get("claims")
        items = claims if isinstance(claims, list) else []
        is_plain = not any(isinstance(cell, list | dict) for cell in (*cells, *items))
        if not (question_id and ask and is_plain and isinstance(claims, list | None)):
            what = f"{str(entry)[:40]!r} is no question"
            problems.append(Problem(FILE, line, what, _MEND))
        elif any(isinstance(each, float) for each in (cells[0], *items)):
            what = f"an id of {question_id} is a number: 1.10 would be 1.1"
            mend = 'put it in quotation marks: "1.10"'
            problems.append(Problem(FILE, line, what, mend))
        elif question_id in questions:
            what = f"{question_id} stands twice, first in line {lines[question_id]}"
            problems.append(Problem(FILE, line, what, "give one another id"))
        else:
            questions[question_id], lines[question_id] = ask, line
            links += [(question_id, join_text(each)) for each in items if each]
        problems += _find_odd_keys(named, _KEYS, line)
    if problems:
        raise ProblemsError(problems)
    version = root.get("version") if isinstance(root, dict) else ""
    return Guide(
        version=join_text(version),
        questions=pd.DataFrame(
            [*questions.items()], columns=["question_id", "ask"], dtype="str"
        ),
        links=pd.DataFrame(
            links, columns=["question_id", "claim_id"], dtype="str"
        ).drop_duplicates(ignore_index=True),
        lines=lines,
    )


_MEND = "write `questions:` and `- {id: G1, ask: …, claims: [K1]}` below it"


def _find_odd_keys(
    named: Mapping[Any, Any], known: set[str], line: int
) -> Iterator[Problem]:
    for key in named:
        if key not in known:
            mend = suggest(str(key), sorted(known), "nothing; take it out")
            yield Problem(FILE, line, f"{str(key)!r} is not known", mend)


def check_guide(
    guide: Guide,
    asked: pd.DataFrame,
    *,
    claim_ids: list[str],
    documents: pd.Series,
    turns: pd.DataFrame,
    texts: Mapping[str, str],
) -> list[Problem]:
    """List what guide and asked.csv refer to that is not there.

    The `words` of a row are the interviewer's, and stand in one turn of the document
    that is no respondent's; where nobody asks aloud (notes), anywhere once. White
    space, and whether marks are curly, make no difference. Where nothing is recorded of
    a document, its people would count as not asked: a warning.
    """
    problems = []
    for question_id, claim_id in guide.links.itertuples(index=False):
        if claim_id not in claim_ids:
            what = f"claim {claim_id!r} of {question_id} is unknown"
            mend = suggest(claim_id, claim_ids, "claims.yaml")
            problems.append(Problem(FILE, guide.lines[question_id], what, mend))
    if guide.questions.empty and len(asked):
        what = "it says where questions were put, and there is no guide"
        return [*problems, Problem(ASKED_FILE, 0, what, f"write, or mend, {FILE}")]
    for column, known, of in (
        ("document_id", documents, "interviews.csv"),
        ("question_id", guide.questions["question_id"], FILE),
    ):
        problems += find_unknown(asked[column], known, file=ASKED_FILE, of=of)
    own: dict[str, list[str]] = {}
    others = turns[turns["respondent_id"].eq("") & turns["text"].str.strip().ne("")]
    for each in list_rows(others):
        own.setdefault(each["document_id"], []).append(_fold(each["text"]))
    for row, each in zip(asked.index, list_rows(asked), strict=True):
        document, words = each["document_id"], each["words"]
        if not words or document not in texts:
            continue
        n, where = _count_places(_fold(words), own.get(document), texts[document])
        if n != 1:
            found = f"in {n} {where}" if n else "nowhere"
            what = f"“{words[:60]}” stands {found} in {document} as a question"
            mend = "copy some words of the interviewer that stand there once"
            problems.append(Problem(ASKED_FILE, int(row) + 2, what, mend))
    bare = [each for each in texts if each not in {*asked["document_id"]}]
    if len(asked) and bare:
        some = f"{', '.join(bare[:3])}{' and more' if len(bare) > 3 else ''}"
        what = f"nothing is recorded of {some}: its people count as not asked"
        mend = "add a row for each question that was put there"
        problems.append(Problem(ASKED_FILE, 0, what, mend, warning=True))
    return problems


def _count_places(words: str, own: list[str] | None, text: str) -> tuple[int, str]:
    """Count the turns of who asks that hold the words; without any, the places."""
    if own:
        return sum(words in each for each in own), "turns"
    return _fold(text).count(words), "places"


def _fold(words: str) -> str:
    straight = unicodedata.normalize("NFC", words).translate(_STRAIGHT)
    return " ".join(straight.split())


_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\xad": None})


def list_asked(
    guide: Guide, asked: pd.DataFrame, turns: pd.DataFrame
) -> pd.DataFrame | None:
    """List whom each claim was put to; None where nobody recorded it.

    A question is put to everyone who speaks in the document. One row a claim and
    respondent: claim_id, respondent_id.
    """
    if asked.empty or guide.links.empty:
        return None
    present = turns.loc[turns["respondent_id"].ne(""), ["document_id", "respondent_id"]]
    put = asked.merge(guide.links, on="question_id")
    put = put.merge(present.drop_duplicates(), on="document_id")
    return put[["claim_id", "respondent_id"]].drop_duplicates(ignore_index=True)
