"""Where coders differ: what to talk about first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import pandas as pd

from evalkit.analysis.ratings import list_worked
from evalkit.analysis.settling import Ledger, Paired
from evalkit.pairing import compare_codings
from evalkit.tables import CODINGS, list_rows

MISSED, BOUNDARY, OTHER_CODE = "missed", "boundary", "different code"
STANCE = "stance"
COLUMNS = {
    "document_id": "str",
    "start": "int64",
    "end": "int64",
    "kind": "str",
    "code_id": "str",
    "other_code_id": "str",
    "differs": "str",
    "coder_id": "str",
    "other_coder_id": "str",
    "coding_id": "str",
    "other_coding_id": "str",
    "quotation": "str",
    "other_quotation": "str",
    "gain": "float64",
    "outcome": "str",
    "decided_because": "str",
}
# Which of the two readings was taken, the consensus shows: a decision does not name it.
_OUTCOMES = {
    **dict.fromkeys(("one", "other"), "one reading"),
    **{"part": "a part", "none": "no code", "else": "another code"},
}


def find_disagreements(
    codings: pd.DataFrame,
    units: pd.DataFrame,
    *,
    attributes: Iterable[str] = (STANCE,),
    worked: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Find the passages on which two coders differ, the most telling first.

    `units` are those on which agreement is measured; `attributes` those of codings that
    count; `worked` as in `measure_by_code`; `decisions` as a study's.

    One row a disagreement of two coders: document_id, start and end (of both codings),
    kind ("missed": one of them has no such coding here; "different code"; "different
    stance", whatever the ends; "boundary"; or "different" in another attribute),
    code_id, other_code_id, differs (the attributes, in words), coder_id,
    other_coder_id, coding_id, other_coding_id, quotation and other_quotation (where one
    missed it, `other_` columns but the coder are empty), gain, outcome ("" where
    nothing was decided; "one reading", "a part", "both", "no code", "another code") and
    decided_because, the reason given.

    gain is how much the alphas of these two coders would rise, added up over codes (on
    the units) and attributes (on the passages of one code that both have), were this
    one settled: the mean of settling it as the one and as the other reads it, where a
    way that leaves nothing to measure gains nothing. A boundary within a unit neither.
    """
    worked = list_worked(codings) if worked is None else worked
    decided = {} if decisions is None else _name_decisions(decisions)
    names = [name for name in attributes if name in codings]
    rows: list[dict[str, Any]] = []
    for one, other in combinations(sorted(worked["coder_id"].unique()), 2):
        shared = _find_shared(worked, one, other)
        own = codings[codings["document_id"].isin(shared)]
        every = list(_pair_all(own, one, other, names))
        ledger = Ledger.fill(own, units[units["document_id"].isin(shared)], one, other)
        for paired in every:
            ledger.take_in(paired, names)
        for paired in every:
            pair = paired[0]
            if pair.kind == "same":
                continue
            ids = tuple(sorted(each for each in (pair.one, pair.other) if each))
            row = _describe(paired, one, other)
            row["gain"] = ledger.measure_gain(paired, names)
            rows.append({**row, **decided.get(ids, _UNDECIDED)})
    found = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    return found.sort_values(
        ["gain", "document_id", "start", "end", "coding_id", "other_coding_id"],
        ascending=[False, True, True, True, True, True],
        ignore_index=True,
    )


def count_disagreements(found: pd.DataFrame) -> pd.DataFrame:
    """Count disagreements by code and kind: one row a code, one column a kind.

    A passage that bears another code for the other counts for both codes.
    """
    other = found[found["other_code_id"].ne("") & found["kind"].eq(OTHER_CODE)]
    both = pd.concat([found, other.assign(code_id=other["other_code_id"])])
    counts = pd.crosstab(both["code_id"], both["kind"]).reset_index()
    counts.columns.name = None
    return counts


def _find_shared(worked: pd.DataFrame, one: str, other: str) -> set[str]:
    by_coder = worked.groupby("coder_id")["document_id"].agg(set)
    shared: set[str] = by_coder[one] & by_coder[other]
    return shared


_UNDECIDED = {"outcome": "", "decided_because": ""}


def _name_decisions(decisions: pd.DataFrame) -> dict[tuple[str, ...], dict[str, str]]:
    return {
        row["coding_ids"]: {
            "outcome": _OUTCOMES.get(row["outcome"], row["outcome"]),
            "decided_because": row["reason"],
        }
        for row in list_rows(decisions)
    }


def _pair_all(
    codings: pd.DataFrame, one: str, other: str, attributes: list[str]
) -> Iterator[Paired]:
    """Pair the codings of two coders, document by document, with both rows."""
    nothing = dict.fromkeys([*CODINGS.columns, *attributes], "")
    for _, rows in codings.groupby("document_id", sort=True):
        both = [_list_marked(rows, coder_id, attributes) for coder_id in (one, other)]
        by_id = {row["coding_id"]: row for side in both for row in side}
        for pair in compare_codings(*both):
            yield pair, by_id.get(pair.one, nothing), by_id.get(pair.other, nothing)


def _list_marked(
    rows: pd.DataFrame, coder_id: str, attributes: list[str]
) -> list[dict[str, Any]]:
    own = rows[rows["coder_id"].eq(coder_id)].fillna({name: "" for name in attributes})
    return [
        {**row, "attributes": {name: row[name] for name in attributes}}
        for row in list_rows(own)
    ]


def _describe(paired: Paired, one: str, other: str) -> dict[str, Any]:
    """Tell a pair; who has a coding comes first."""
    pair, ours, theirs = paired
    if not ours["coding_id"]:
        ours, theirs, one, other = theirs, ours, other, one
    # Another stance is another piece of evidence, wherever the passage ends.
    named = STANCE if STANCE in pair.differs else next(iter(pair.differs), "")
    kinds = {
        "other code": OTHER_CODE,
        "bounds differ": f"different {STANCE}" if named == STANCE else BOUNDARY,
        "attributes differ": f"different {named}",
    }
    said = [
        f"{name}: {ours[name] or 'nothing'} / {theirs[name] or 'nothing'}"
        for name in pair.differs
    ]
    return {
        "document_id": ours["document_id"],
        "start": pair.start,
        "end": pair.end,
        "kind": kinds.get(pair.kind, MISSED),
        "code_id": ours["code_id"],
        "other_code_id": theirs["code_id"],
        "differs": "; ".join(said),
        "coder_id": one,
        "other_coder_id": other,
        "coding_id": ours["coding_id"],
        "other_coding_id": theirs["coding_id"],
        "quotation": ours["quotation"],
        "other_quotation": theirs["quotation"],
    }
