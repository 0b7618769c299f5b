"""The interview guide: which of its questions were put in which interview."""

from __future__ import annotations

from collections.abc import Mapping
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
    root = {} if root is None else root
    problems: list[Problem] = []
    written: Any = root.get("questions") if isinstance(root, dict) else None
    if root and not isinstance(written, list):
        problems.append(Problem(FILE, 1, "it holds no list of questions", _MEND))
    questions: dict[str, str] = {}
    links: list[tuple[str, str]] = []
    lines: dict[str, int] = {}
    for at, entry in enumerate(written if isinstance(written, list) else []):
        line = written.lc.item(at)[0] + 1
        named = entry if isinstance(entry, dict) else {}
        question_id, ask = join_text(named.get("id")), join_text(named.get("ask"))
        claims = named.get("claims") or []
        if not (question_id and ask and isinstance(claims, list)):
            what = f"{str(entry)[:40]!r} is no question"
            problems.append(Problem(FILE, line, what, _MEND))
        elif question_id in questions:
            what = f"{question_id} stands twice, first in line {lines[question_id]}"
            problems.append(Problem(FILE, line, what, "give one another id"))
        else:
            questions[question_id], lines[question_id] = ask, line
            links += [(question_id, str(claim)) for claim in claims]
        for key in {*named} - _KEYS:
            mend = suggest(str(key), _KEYS, "nothing; take it out")
            problems.append(Problem(FILE, line, f"{str(key)!r} is not known", mend))
    if problems:
        raise ProblemsError(problems)
    version = root.get("version") if isinstance(root, dict) else ""
    return Guide(
        version=join_text(version),
        questions=pd.DataFrame(
            [*questions.items()], columns=["question_id", "ask"], dtype="str"
        ),
        links=pd.DataFrame(links, columns=["question_id", "claim_id"], dtype="str"),
        lines=lines,
    )


_MEND = "write `questions:` and `- {id: G1, ask: …, claims: [K1]}` below it"


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
    that is no respondent's; where nobody asks aloud (notes), anywhere once.
    """
    problems = []
    for question_id, claim_id in guide.links.itertuples(index=False):
        if claim_id not in claim_ids:
            what = f"claim {claim_id!r} of {question_id} is unknown"
            mend = suggest(claim_id, claim_ids, "claims.yaml")
            problems.append(Problem(FILE, guide.lines[question_id], what, mend))
    for column, known, of in (
        ("document_id", documents, "interviews.csv"),
        ("question_id", guide.questions["question_id"], FILE),
    ):
        problems += find_unknown(asked[column], known, file=ASKED_FILE, of=of)
    own = {
        document: [text for text in words if text]
        for document, words in turns[turns["respondent_id"].eq("")]
        .groupby("document_id")["text"]
        .agg(list)
        .items()
    }
    for row, each in zip(asked.index, list_rows(asked), strict=True):
        document, words = each["document_id"], each["words"]
        if not words or document not in texts:
            continue
        n = sum(words in text for text in own.get(document, ()))
        n = n or (0 if own.get(document) else texts[document].count(words))
        if n != 1:
            where = "nowhere" if not n else f"in {n} turns"
            what = f"“{words[:60]}” stands {where} in {document} as a question"
            mend = "copy some words of the interviewer that stand there once"
            problems.append(Problem(ASKED_FILE, int(row) + 2, what, mend))
    return problems


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
