"""One run of a report laid out by id, to be compared with another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evalkit.claims.ledger import widen_links
from evalkit.tables import list_rows

Row = Mapping[str, Any]
Tables = Mapping[str, pd.DataFrame]
_NOTHING = pd.DataFrame()


@dataclass(frozen=True)
class Side:
    """One run, looked up by id; only codings that count are among its `codings`."""

    evidence: Mapping[str, Mapping[str, tuple[str, str]]]
    codings: Mapping[str, Row]
    uncounted: frozenset[str]
    people: Mapping[str, frozenset[str]]
    documents: Mapping[str, Row]
    anchors: Mapping[str, Row]
    codes: Mapping[str, Row]
    respondents: Mapping[str, Row]
    named: Mapping[str, frozenset[tuple[str, str]]]
    links: pd.DataFrame

    def counts(self, respondent_id: str) -> bool:
        """Say whether a person agreed to be analysed and has not withdrawn."""
        row = self.respondents.get(respondent_id, {})
        may = str(row.get("may_analyse", "")).strip().casefold()
        return may == "yes" and not row.get("withdrawn_on")

    def list_documents(self, respondent_id: str) -> set[str]:
        """List the interviews that a person gave alone."""
        found = self.documents.items()
        return {d for d, row in found if row.get("respondent_id") == respondent_id}

    def widen(self, links: pd.DataFrame) -> dict[str, dict[str, str]]:
        """Map claim -> code -> side, with the codes below those that are named."""
        found: dict[str, dict[str, str]] = {}
        codes = pd.DataFrame([*self.codes.values()], columns=["code_id", "parent_id"])
        for row in list_rows(widen_links(links, codes)):
            found.setdefault(row["claim_id"], {})[row["code_id"]] = row["side"]
        return found


def lay_side(tables: Tables) -> Side:
    """Lay one run's tables out by id; a table that is not there counts as empty."""

    def by(name: str, key: str) -> dict[str, Row]:
        return {str(row[key]): row for row in list_rows(tables.get(name, _NOTHING))}

    evidence: dict[str, dict[str, tuple[str, str]]] = {}
    for row in list_rows(tables.get("evidence", _NOTHING)):
        said = (row["group"], row["direction"])
        evidence.setdefault(row["claim_id"], {})[row["respondent_id"]] = said
    silent = {
        name
        for name, row in by("coders", "coder_id").items()
        if str(row["counts"]).casefold() == "false"
    }
    codings, documents = by("codings", "coding_id"), by("documents", "document_id")
    links = _list_links(tables)
    named: dict[str, set[tuple[str, str]]] = {}
    for row in list_rows(links):
        named.setdefault(row["claim_id"], set()).add((row["code_id"], row["side"]))
    return Side(
        evidence=evidence,
        codings={c: r for c, r in codings.items() if r["coder_id"] not in silent},
        uncounted=frozenset(c for c, r in codings.items() if r["coder_id"] in silent),
        people=_find_people(codings, documents, tables.get("turns", _NOTHING)),
        documents=documents,
        anchors=by("anchors", "coding_id"),
        codes=by("codes", "code_id"),
        respondents=by("respondents", "respondent_id"),
        named={claim: frozenset(pairs) for claim, pairs in named.items()},
        links=links,
    )


def _list_links(tables: Tables) -> pd.DataFrame:
    """List the codes that claims name themselves: one row a claim and code."""
    statements = tables.get("statements", _NOTHING)
    if "codes" not in statements and "links" in tables:
        return tables["links"][["claim_id", "code_id", "side"]]
    rows = [
        (row["claim_id"], code, side)
        for row in list_rows(statements)
        for column, side in (("codes", "for"), ("against", "against"))
        for code in str(row.get(column) or "").split("; ")
        if code
    ]
    return pd.DataFrame(rows, columns=["claim_id", "code_id", "side"], dtype="str")


def _find_people(
    codings: Mapping[str, Row], documents: Mapping[str, Row], turns: pd.DataFrame
) -> dict[str, frozenset[str]]:
    """Find whose words each coding lies on; a document's one respondent is among."""
    spoken: dict[str, list[tuple[int, int, str]]] = {}
    for row in list_rows(turns):
        turn = (int(row["start"]), int(row["end"]), row["respondent_id"])
        spoken.setdefault(row["document_id"], []).append(turn)
    owners = {name: str(row["respondent_id"]) for name, row in documents.items()}
    starts, ends = {}, {}
    for document_id, in_order in spoken.items():
        in_order.sort()
        starts[document_id] = [turn[0] for turn in in_order]
        ends[document_id] = [turn[1] for turn in in_order]
    found = {}
    for coding_id, coding in codings.items():
        document_id = coding["document_id"]
        first = bisect_right(ends.get(document_id, []), int(coding["start"]))
        last = bisect_left(starts.get(document_id, []), int(coding["end"]))
        touched = spoken.get(document_id, [])[first:last]
        owner = owners.get(document_id, "")
        found[coding_id] = frozenset({turn[2] for turn in touched} | {owner}) - {""}
    return found
