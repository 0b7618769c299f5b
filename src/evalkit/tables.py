"""Every table's columns, key and references."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evalkit.errors import EvalkitError, Problem


@dataclass(frozen=True)
class Table:
    """A table's schema: column -> pandas dtype, the key, and what refers where.

    Columns that are not named here (attributes) are kept as text.

    >>> pets = Table("pets", {"pet_id": "str", "legs": "Int64"}, key=("pet_id",))
    >>> pets.check(pd.DataFrame({"pet_id": ["a", "b"], "legs": [4, 2]})).dtypes["legs"]
    Int64Dtype()
    """

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    required: tuple[str, ...] = ()
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def empty(self) -> pd.DataFrame:
        """Return the table without rows, typed."""
        return pd.DataFrame(
            {name: pd.Series(dtype=kind) for name, kind in self.columns.items()}
        )

    def typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return `frame` with every column of the schema, typed, in its order."""
        present = frame.reindex(
            columns=[*self.columns, *(c for c in frame if c not in self.columns)]
        )
        texts = [c for c, kind in self.columns.items() if kind == "str"]
        present[texts] = present[texts].astype("str").fillna("")
        return present.astype({c: k for c, k in self.columns.items() if k != "str"})

    def find_problems(self, frame: pd.DataFrame, *, file: str = "") -> list[Problem]:
        """List what is wrong with the rows of `frame`, read from `file` (row 1: names).

        One `Problem` a fault: a missing column, an empty or repeated key, a value
        that is not one of the allowed ones.
        """
        file = file or self.name
        twice = frame.columns[frame.columns.duplicated()]
        if len(twice):
            what = f"two columns are named {twice[0]!r}"
            return [Problem(file, 1, what, "rename one of them in the first line")]
        for column in frame.columns.difference(list(self.columns)):
            folded = "_".join(str(column).casefold().split())
            near = difflib.get_close_matches(folded, self.columns, n=1, cutoff=0.85)
            if near and near[0] not in frame:
                what = f"column {column!r} is not known"
                return [Problem(file, 1, what, f"did you mean {near[0]!r}?")]
        missing = [c for c in (*self.key, *self.required) if c not in frame]
        if missing:
            names = ", ".join(missing)
            return [Problem(file, 1, f"no column {names}", "add it to the first line")]
        found = []
        for row in frame.index[frame[self.key[0]].eq("")]:
            found.append(Problem(file, row + 2, f"{self.key[0]} is empty", "fill it"))
        repeated = frame[list(self.key)].duplicated() & frame[self.key[0]].ne("")
        for row in frame.index[repeated]:
            value = ", ".join(frame.loc[row, list(self.key)].astype("str"))
            what = f"{' and '.join(self.key)} {value!r} stands twice"
            found.append(Problem(file, row + 2, what, "keep one of them"))
        for column, values in self.allowed.items():
            if column not in frame:
                continue
            wrong = ~frame[column].isin([*values, ""])
            for row in frame.index[wrong]:
                value = frame.loc[row, column]
                mend = f"write one of: {', '.join(values)}"
                found.append(Problem(file, row + 2, f"{column} is {value!r}", mend))
        return found

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return `frame` typed, or raise with the first thing that is wrong."""
        problems = self.find_problems(frame)
        if problems:
            raise EvalkitError(str(problems[0]))
        return self.typed(frame)


def find_unknown(
    values: pd.Series, known: Iterable[str], *, file: str, of: str
) -> list[Problem]:
    """List the rows of `values` that refer to nothing known; empty is no reference."""
    known = [str(each) for each in known]
    wrong = values[~values.isin([*known, ""])]
    return [
        Problem(file, row + 2, f"{values.name} {v!r} is unknown", suggest(v, known, of))
        for row, v in zip(wrong.index.to_list(), wrong, strict=True)
    ]


def suggest(value: str, known: Iterable[str], of: str) -> str:
    """Say what the writer probably meant.

    >>> suggest("contrib.moral", ["contrib.morale", "mech"], of="codebook.yaml")
    "did you mean 'contrib.morale'?"
    """
    near = difflib.get_close_matches(value, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else f"add it to {of}"


def list_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a table's rows as dictionaries, for code that goes row by row.

    >>> list_rows(pd.DataFrame({"a": [1, 2]}))
    [{'a': 1}, {'a': 2}]
    """
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


MASK = "▒"  # in a text shared with others, the words of somebody who is gone
YES_NO = ("yes", "no")
# "case by case" and "after review": each passage that its coding marks `quotable: yes`.
MAY_QUOTE = (*YES_NO, "case by case", "after review", "paraphrase only")
BY_PASSAGE = ("case by case", "after review")
QUOTABLE = "quotable"  # the segment attribute that says so
ROLES = ("respondent", "interviewer", "interpreter", "other")
NOT_A_SPEAKER = "not_a_speaker"

DOCUMENTS = Table(
    "documents",
    {
        "document_id": "str",
        "title": "str",
        "kind": "str",
        "respondent_id": "str",
        "collected_on": "str",
        "mode": "str",
        "voice": "str",
        "language": "str",
        "round": "str",
        "file": "str",
        "sha256": "str",
    },
    key=("document_id",),
    required=("file",),
)
RESPONDENTS = Table(
    "respondents",
    {
        "respondent_id": "str",
        "group": "str",
        "may_analyse": "str",
        "may_quote": "str",
        "attribute_as": "str",
        "withdrawn_on": "str",
    },
    key=("respondent_id",),
    allowed={"may_analyse": YES_NO, "may_quote": MAY_QUOTE},
)
SPEAKERS = Table(
    "speakers",
    {"document_id": "str", "speaker": "str", "respondent_id": "str", "role": "str"},
    key=("document_id", "speaker"),
    allowed={"role": (*ROLES, NOT_A_SPEAKER)},
)
TURNS = Table(
    "turns",
    {
        "document_id": "str",
        "turn": "int64",
        "speaker": "str",
        "role": "str",
        "respondent_id": "str",
        "start": "int64",
        "end": "int64",
        "started_at": "float64",
        "text": "str",
    },
    key=("document_id", "turn"),
    allowed={"role": ROLES},
)
CODES = Table(
    "codes",
    {
        "code_id": "str",
        "parent_id": "str",
        "name": "str",
        "definition": "str",
        "include": "str",
        "exclude": "str",
        "example": "str",
    },
    key=("code_id",),
)
CODERS = Table(
    "coders",
    {"coder_id": "str", "name": "str", "kind": "str", "counts": "bool"},
    key=("coder_id",),
)
CODINGS = Table(
    "codings",
    {
        "coding_id": "str",
        "document_id": "str",
        "start": "int64",
        "end": "int64",
        "code_id": "str",
        "coder_id": "str",
        "quotation": "str",
        "memo": "str",
        "at": "str",
        "source": "str",
    },
    key=("coding_id",),
)
MEMOS = Table(
    "memos",
    {"about": "str", "of": "str", "coder_id": "str", "memo": "str", "at": "str"},
    key=("about", "of", "coder_id"),
    allowed={"about": ("code", "document")},
)
READS = Table(
    "reads",
    {"coder_id": "str", "document_id": "str", "end": "int64"},
    key=("coder_id", "document_id"),
)
DECISIONS = Table(
    "decisions",
    {
        "document_id": "str",
        "coding_ids": "object",
        "outcome": "str",
        "reason": "str",
        "coder_id": "str",
        "at": "str",
    },
    key=("document_id", "coding_ids"),
)
ANCHORS = Table(
    "anchors",
    {
        "coding_id": "str",
        "coder_id": "str",
        "line": "int64",
        "document_id": "str",
        "status": "str",
        "logged_start": "int64",
        "start": "Int64",
        "end": "Int64",
        "similarity": "float64",
        "quotation": "str",
        "found": "str",
    },
    key=("coding_id",),
)
HITS = Table(
    "hits",
    {
        "document_id": "str",
        "start": "int64",
        "end": "int64",
        "code_id": "str",
        "kind": "str",
        "phrase": "str",
    },
    key=("document_id",),
)
SUGGESTIONS = Table(
    "suggestions",
    {
        "suggestion_id": "str",
        "document_id": "str",
        "start": "int64",
        "end": "int64",
        "code_id": "str",
        "coder_id": "str",
        "quotation": "str",
        "cue": "str",
        "stance": "str",
        "certainty": "str",
        "directness": "str",
        "reason": "str",
    },
    key=("suggestion_id",),
)
CLAIMS = Table(
    "claims",
    {
        "claim_id": "str",
        "kind": "str",
        "question": "str",
        "statement": "str",
        "short": "str",
        "codes": "str",
        "against": "str",
        "rivals": "str",
        "rests_on": "str",
        "holds_when": "str",
        "fails_when": "str",
        "outside_evidence": "str",
        "to": "str",
        "priority": "str",
    },
    key=("claim_id",),
)
EVIDENCE = Table(
    "evidence",
    {
        "claim_id": "str",
        "respondent_id": "str",
        "group": "str",
        "direction": "str",
        "n_codings": "int64",
    },
    key=("claim_id", "respondent_id"),
    allowed={"direction": ("supports", "qualifies", "contradicts", "mixed")},
)
POSITIONS = Table(
    "positions",
    {
        "claim_id": "str",
        "respondent_id": "str",
        "group": "str",
        "position": "str",
        "was_asked": "boolean",
    },
    key=("claim_id", "respondent_id"),
)
ASKED = Table(
    "asked",
    {
        "document_id": "str",
        "question_id": "str",
        "words": "str",
    },
    key=("document_id", "question_id", "words"),
    required=("words",),
)
VERDICTS = Table(
    "verdicts",
    {
        "claim_id": "str",
        "coding_id": "str",
        "bears_out": "str",
        "paraphrase": "str",
        "statement": "str",
        "words": "str",
        "by": "str",
        "on": "str",
    },
    key=("claim_id", "coding_id"),
    required=("bears_out", "statement", "words"),
    allowed={"bears_out": ("yes", "partly", "no")},
)
RATINGS = Table(
    "ratings",
    {
        "claim_id": "str",
        "n": "int64",
        "supports": "int64",
        "qualifies": "int64",
        "contradicts": "int64",
        "mixed": "int64",
        "strength": "str",
        "fragile_respondents": "str",
        "fragile_groups": "str",
    },
    key=("claim_id",),
)
