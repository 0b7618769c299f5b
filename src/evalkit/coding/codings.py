"""The codings table: a coder's log, folded, each coding found in today's text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from evalkit.coding.anchors import AnchorText, find_anchor
from evalkit.coding.log import Folded, hash_text
from evalkit.errors import Problem
from evalkit.tables import ANCHORS, CODINGS, DECISIONS, MEMOS, READS, list_rows, suggest

_MENDS = {
    "close": "read it; if it is still meant, `evalkit anchors --confirm close`",
    "ambiguous": "code it again in its right place, and remove this one",
    "orphaned": "code it again or remove it: its words are not in the text",
}


class Codings(NamedTuple):
    """The codings that stand, and where each of the logs' codings was found.

    `table` is CODINGS with a column an attribute: `text[start:end] == quotation`.
    `anchors` is ANCHORS: one row a coding of the log, the lost ones included.
    """

    table: pd.DataFrame
    anchors: pd.DataFrame


def find_codings(
    logs: Mapping[str, Folded],
    texts: Mapping[str, str],
    *,
    attributes: Iterable[str] = (),
) -> Codings:
    """Find every coding of the `logs` (by coder) in the `texts` (by document).

    A coding of a document that is not in `texts` is left out of both tables.
    """
    places = {
        document_id: AnchorText(text, sha256=hash_text(text))
        for document_id, text in texts.items()
    }
    attributes = list(attributes)
    rows: list[tuple[object, ...]] = []
    anchors: list[tuple[object, ...]] = []
    for coder_id, folded in logs.items():
        for coding_id, coding in folded.codings.items():
            document_id = coding["document_id"]
            where = places.get(document_id)
            if where is None:
                continue
            status, start, end, similarity = find_anchor(coding, where)
            line = folded.lines[coding_id]
            found = "" if start is None else where.text[start:end]
            anchors.append(
                (
                    *(coding_id, coder_id, line, document_id, status),
                    *(coding["start"], start, end, similarity),
                    *(coding["quotation"], found),
                )
            )
            if start is None:
                continue
            marks = coding.get("attributes", {})
            rows.append(
                (
                    *(coding_id, document_id, start, end, coding["code_id"], coder_id),
                    *(found, coding.get("memo", ""), coding.get("at", "")),
                    coding.get("source", ""),
                    *(marks.get(name, "") for name in attributes),
                )
            )
    columns = [*CODINGS.columns, *attributes]
    table = CODINGS.typed(pd.DataFrame(rows, columns=columns))
    table[attributes] = table[attributes].astype("str").fillna("")
    order = ["document_id", "start", "end", "coder_id", "code_id", "coding_id"]
    return Codings(
        table.sort_values(order, ignore_index=True),
        ANCHORS.typed(pd.DataFrame(anchors, columns=list(ANCHORS.columns))),
    )


def list_memos(logs: Mapping[str, Folded]) -> pd.DataFrame:
    """List coders' memos on codes and documents (MEMOS); those emptied are left out."""
    rows = [
        (about, of, coder_id, event["memo"], event.get("at", ""))
        for coder_id, folded in logs.items()
        for (about, of), event in folded.memos.items()
        if event["memo"]
    ]
    return MEMOS.typed(pd.DataFrame(rows, columns=list(MEMOS.columns)))


def list_reads(logs: Mapping[str, Folded]) -> pd.DataFrame:
    """List how far each coder read, as they said themselves (READS)."""
    rows = [
        (coder_id, document_id, end)
        for coder_id, folded in logs.items()
        for document_id, end in folded.read.items()
    ]
    return READS.typed(pd.DataFrame(rows, columns=list(READS.columns)))


def list_decisions(logs: Mapping[str, Folded]) -> pd.DataFrame:
    """List what was decided between two readings; those taken back are left out.

    One row a decision: document_id, coding_ids (a tuple of the two, or the one),
    outcome ("one", "other", …), reason, coder_id (whose log holds it) and at.
    """
    rows = [
        (
            *(event["document_id"], tuple(sorted(event["coding_ids"]))),
            *(event["outcome"], event.get("reason", ""), coder_id, event.get("at", "")),
        )
        for coder_id, folded in logs.items()
        for event in folded.decided.values()
        if event["outcome"]
    ]
    return DECISIONS.typed(pd.DataFrame(rows, columns=list(DECISIONS.columns)))


def find_lost(anchors: pd.DataFrame) -> list[Problem]:
    """List the codings whose words changed or are gone, each with its line."""
    return [
        Problem(
            f"codings/{row['coder_id']}.jsonl",
            row["line"],
            f"coding {row['coding_id']} is {row['status']}: "
            f"{_shorten(row['quotation'])}",
            _MENDS[row["status"]],
            warning=row["status"] == "close",
        )
        for row in list_rows(anchors[anchors["status"].isin(list(_MENDS))])
    ]


def find_unknown_marks(
    logs: Mapping[str, Folded],
    *,
    codes: Iterable[str],
    attributes: Mapping[str, tuple[str, ...]],
    documents: Iterable[str],
) -> list[Problem]:
    """List the codings that name a document, code or attribute value unknown here."""
    codes, documents = list(codes), list(documents)
    known_codes, known_documents = set(codes), set(documents)
    problems = []
    logged: dict[str, str] = {}
    for coder_id, folded in logs.items():
        for coding_id, coding in folded.codings.items():
            at = (f"codings/{coder_id}.jsonl", folded.lines[coding_id])
            other = logged.setdefault(coding_id, coder_id)
            if other != coder_id:
                what = f"coding {coding_id!r} stands in codings/{other}.jsonl too"
                mend = "give it another coding_id, or take the copied log away"
                problems.append(Problem(*at, what, mend))
            code_id, document_id = coding["code_id"], coding["document_id"]
            if code_id not in known_codes:
                mend = suggest(code_id, codes, "codebook.yaml")
                problems.append(Problem(*at, f"code_id {code_id!r} is unknown", mend))
            if document_id not in known_documents:
                what = f"document_id {document_id!r} is unknown"
                mend = suggest(document_id, documents, "interviews.csv")
                problems.append(Problem(*at, what, mend))
            for name, value in coding.get("attributes", {}).items():
                if name not in attributes:
                    what = f"attribute {name!r} is unknown"
                    mend = suggest(name, attributes, "codebook.yaml")
                    problems.append(Problem(*at, what, mend))
                elif value and attributes[name] and value not in attributes[name]:
                    mend = f"write one of: {', '.join(attributes[name])}"
                    problems.append(Problem(*at, f"{name} is {value!r}", mend))
    return problems


def _shorten(quotation: str, width: int = 50) -> str:
    words = " ".join(quotation.split())
    return f"“{words}”" if len(words) <= width else f"“{words[: width - 1]}…”"
