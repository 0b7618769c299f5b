"""What changed between two runs of a report, claim by claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from evalkit.claims.causes import Causes
from evalkit.claims.ledger import CONTRADICTS, MIXED, QUALIFIES, SUPPORTS
from evalkit.claims.reasons import CLAIMS, CONSENT, RULE, THINGS, Reason
from evalkit.claims.sides import Row, Tables, lay_side
from evalkit.claims.telling import (
    Change,
    Found,
    hide_codes,
    number_quotations,
    tell,
    tell_people,
    tell_rating,
)
from evalkit.tables import list_rows

_DIRECTIONS = (SUPPORTS, QUALIFIES, CONTRADICTS, MIXED)


def find_changes(
    before: Tables,
    after: Tables,
    *,
    inputs: tuple[Mapping[str, str], Mapping[str, str]],
    settings: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> pd.DataFrame:
    """Find what changed between two runs, and the causes of each change.

    `before` and `after` map the names of a run's tables to them, `inputs` are the
    manifests' path -> sha256, `settings` what they say of strength, k, report_groups
    and coders, and of people where they do; any may be missing.

    One row a change: kind (rating, count, quotation, statement, claim added, claim
    gone), claim_id ("" for the whole study), before, after, causes (consent, data,
    codings, codebook, rule, claims; "unexplained" where nothing is), because. Where a
    consent is among a claim's causes, its rows give ratings and numbers of quotations
    only, and no word of what changed besides.

    >>> runs = [{"statements": pd.DataFrame({"claim_id": ["K1"], "statement": text})}
    ...         for text in ("It helped.", "It helped a little.")]
    >>> found = find_changes(*runs, inputs=({}, {}), settings=({}, {}))
    >>> found[["kind", "claim_id", "causes", "because"]].iloc[0].to_list()
    ['statement', 'K1', 'claims', 'It was reworded in claims.yaml.']
    """
    is_internal = all({"evidence", "codings"} <= {*each} for each in (before, after))
    causes = Causes(lay_side(before), lay_side(after), inputs, settings, is_internal)
    a, b = (_by_claim(each, "statements") for each in (before, after))
    rated = [_by_claim(each, "claims") for each in (before, after)]
    printed = [_list_quotations(each) for each in (before, after)]
    rows = [*tell_people(causes)]
    for claim_id in [*b, *(each for each in a if each not in b)]:
        if claim_id not in a or claim_id not in b:
            rows.append(
                _tell_coming(claim_id, a.get(claim_id), b.get(claim_id), causes)
            )
            continue
        restated = _find_restated(a[claim_id], b[claim_id])
        ratings = rated[0].get(claim_id, {}), rated[1].get(claim_id, {})
        quoted = printed[0].get(claim_id, {}), printed[1].get(claim_id, {})
        is_restated = bool(restated) or "codes" not in b[claim_id]
        of_rating = [*_compare_ratings(claim_id, ratings, causes, is_restated)]
        of_quotations = [*_compare_quotations(claim_id, quoted, causes)]
        found = of_rating + of_quotations
        is_discreet = any(r.cause == CONSENT for each in found for r in each.reasons)
        texts = [_restate(claim_id, *each, causes) for each in restated]
        if is_discreet:
            rows += [hide_codes(each) for each in texts]
            rows += [
                tell_rating(each, causes, is_alone=not restated)
                for each in of_rating
                if each.kind == "rating"
            ]
            rows += number_quotations(of_quotations)
        else:
            rows += texts + [tell(each) for each in found]
    return pd.DataFrame(rows, columns=list(Change._fields), dtype="str")


def find_vanished(
    before: pd.DataFrame, after: pd.DataFrame, dropped: Mapping[str, str]
) -> list[str]:
    """Find the findings and open questions that went without a word.

    `before` and `after` are two runs' statements; `dropped` maps the id of one that is
    made no more to the reason.

    >>> before = pd.DataFrame({"claim_id": ["K1", "K2"], "kind": "finding"})
    >>> find_vanished(before, before.iloc[:0], {"K1": "merged into K3"})
    ['K2']
    """
    kept = {*after["claim_id"]} | {name for name, why in dropped.items() if why.strip()}
    asserted = before[before["kind"].isin(["finding", "question"])]
    return [str(name) for name in asserted["claim_id"] if name not in kept]


def _by_claim(tables: Tables, name: str) -> dict[str, Row]:
    rows = list_rows(tables[name]) if name in tables else []
    return {str(row["claim_id"]): row for row in rows}


def _list_quotations(tables: Tables) -> dict[str, dict[str, Row]]:
    """Map claim -> coding (its words, where no id is told) -> the quotation."""
    found: dict[str, dict[str, Row]] = {}
    for row in list_rows(tables["quotations"]) if "quotations" in tables else []:
        key = row.get("coding_id") or row["words"]
        found.setdefault(row["claim_id"], {})[key] = row
    return found


def _tell_coming(
    claim_id: str, was: Row | None, now: Row | None, causes: Causes
) -> Change:
    kind = "claim added" if was is None else "claim gone"
    what = "it was added to claims.yaml"
    if now is None:
        what = "it is not in claims.yaml any more"
    before, after = (str((each or {}).get("statement", "")) for each in (was, now))
    reasons, is_guess = _blame_claims(what, causes)
    return tell(Found(kind, claim_id, before, after, reasons, is_guess))


def _find_restated(was: Row, now: Row) -> list[tuple[str, str, str]]:
    """Find the columns of a statement that read otherwise: name, before, after."""
    return [
        (name, str(was[name]), str(now[name]))
        for name in now
        if name in was and str(was[name]) != str(now[name])
    ]


def _restate(claim_id: str, column: str, was: str, now: str, causes: Causes) -> Change:
    what = f"its {column.replace('_', ' ')} changed in claims.yaml"
    if column in ("statement", "short"):
        what = "it was reworded in claims.yaml"
    reasons, is_guess = _blame_claims(what, causes)
    if any(each.cause == CONSENT for each in reasons):
        was = now = ""
    return tell(Found("statement", claim_id, was, now, reasons, is_guess))


def _blame_claims(what: str, causes: Causes) -> tuple[list[Reason], bool]:
    a, b = causes.inputs
    if not (a or b) or a.get("claims.yaml") != b.get("claims.yaml"):
        return [Reason(CLAIMS, what)], False
    return causes.of_inputs(), True


def _compare_ratings(
    claim_id: str, ratings: tuple[Row, Row], causes: Causes, is_restated: bool
) -> Iterator[Found]:
    among = {*THINGS} if is_restated else {*THINGS} - {CLAIMS}
    if causes.is_internal:  # the evidence is known: only its rating is not
        among = {RULE} if all(ratings) else {RULE, CLAIMS}
    for kind, show, reasons in (
        ("rating", _show_rating, causes.of_rating),
        ("count", _show_counts, causes.of_evidence),
    ):
        before, after = (show(each) for each in ratings)
        if before != after:
            known = reasons(claim_id)
            found = known or causes.of_inputs(among=among)
            yield Found(kind, claim_id, before, after, found, not known)


def _show_rating(rating: Row) -> str:
    return str(rating.get("strength", ""))


def _show_counts(rating: Row) -> str:
    """Write a claim's counts in one line.

    >>> _show_counts({"n": "3", "supports": "2", "qualifies": "0", "mixed": "1"})
    '3: supports 2, mixed 1'
    """
    shown = [f"{d} {rating[d]}" for d in _DIRECTIONS if str(rating.get(d, "0")) != "0"]
    return ": ".join(filter(None, [str(rating.get("n", "")), ", ".join(shown)]))


def _compare_quotations(
    claim_id: str, quoted: tuple[Mapping[str, Row], Mapping[str, Row]], causes: Causes
) -> Iterator[Found]:
    a, b = quoted
    for key in [*b, *(each for each in a if each not in b)]:
        before, after = (_show_quotation(each.get(key)) for each in quoted)
        if before != after:
            coding_id = (b.get(key) or a[key]).get("coding_id", "")
            known = causes.of_quotation(claim_id, coding_id)
            found = known or causes.of_inputs()
            yield Found("quotation", claim_id, before, after, found, not known)


def _show_quotation(row: Row | None) -> str:
    if row is None:
        return ""
    who = row.get("attribution", "")
    return f"“{row['words']}”" + (f" ({who})" if who else "")
