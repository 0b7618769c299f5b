"""What speaks against each claim, and whom a count could bury."""

from __future__ import annotations

import pandas as pd

from evalkit.claims.ledger import CONTRADICTS, MIXED, QUALIFIES, SILENT, SUPPORTS

GRAVE = "grave"  # the segment attribute that marks a harm or a wrong somebody tells of
_COLUMNS = ["claim_id", "kind", "respondent_id", "document_id", "start", "end", "words"]


def find_counter_evidence(
    passages: pd.DataFrame,
    positions: pd.DataFrame,
    traps: pd.DataFrame,
    links: pd.DataFrame,
) -> pd.DataFrame:
    """Find what speaks against each claim, or should have spoken for it and does not.

    `passages` has one row a claim and coding with its `stance` towards the claim;
    `traps` one row a place where a trap phrase of a code stands (`code_id`,
    respondent_id, document_id, start, end, words). One row a finding: claim_id, kind
    ("contradicts", "qualifies", "trap": a phrase that looks like support and is none;
    "asked, silent"), respondent_id, document_id, start, end, words (empty for a
    silence). A trap that lies in a passage of the claim was read by its coder, and is
    left out.
    """
    against = passages[passages["stance"].isin([CONTRADICTS, QUALIFIES])]
    found = against.assign(kind=against["stance"]).reindex(columns=_COLUMNS)
    near = traps.merge(links[["claim_id", "code_id"]], on="code_id")
    if len(near):
        read = near.merge(
            passages, on=["claim_id", "document_id"], suffixes=("", "_read")
        )
        inside = read["start"].ge(read["start_read"]) & read["end"].le(read["end_read"])
        key = ["claim_id", "document_id", "start", "end"]
        seen = {*read.loc[inside, key].itertuples(index=False, name=None)}
        unread = [row not in seen for row in near[key].itertuples(index=False)]
        near = near[unread].assign(kind="trap").drop_duplicates(key)
    silent = positions[positions["position"].eq(SILENT)].assign(
        kind=SILENT, document_id="", start=0, end=0, words=""
    )
    parts = [found, near.reindex(columns=_COLUMNS), silent.reindex(columns=_COLUMNS)]
    filled = [part for part in parts if len(part)]
    if not filled:
        return found.reset_index(drop=True)
    rows = pd.concat(filled, ignore_index=True)
    order = pd.Categorical(rows["claim_id"], positions["claim_id"].unique()).codes
    return (
        rows.assign(order=order)
        .sort_values("order", kind="stable", ignore_index=True)
        .drop(columns="order")
    )


def find_divided(by_group: pd.DataFrame) -> list[str]:
    """Find the claims on which groups disagree.

    `by_group` has one row a claim and group with supports, qualifies, contradicts and
    mixed. In one group more people support than do not, in another more contradict
    (or say both) than support.

    >>> rows = pd.DataFrame({"claim_id": "K1", "supports": [2, 0], "qualifies": 0,
    ...                      "contradicts": [0, 1], "mixed": 0})
    >>> find_divided(rows)
    ['K1']
    """
    against = by_group[CONTRADICTS] + by_group[MIXED]
    reserved = against + by_group[QUALIFIES]
    leans = by_group.assign(
        yes=by_group[SUPPORTS].gt(reserved), no=against.gt(by_group[SUPPORTS])
    )
    sides = leans.groupby("claim_id", sort=False)[["yes", "no"]].any()
    return [str(each) for each in sides.index[sides["yes"] & sides["no"]]]


def find_unheard(evidence: pd.DataFrame, people: pd.DataFrame) -> list[str]:
    """Find the respondents whose words stand behind no claim."""
    heard = ~people["respondent_id"].isin(evidence["respondent_id"])
    return people.loc[heard, "respondent_id"].to_list()


def find_grave(codings: pd.DataFrame) -> pd.DataFrame:
    """Find the codings marked `grave: yes`: one person's word is enough to be told."""
    if GRAVE not in codings:
        return codings.iloc[:0]
    return codings[codings[GRAVE].astype("str").str.strip().str.casefold().eq("yes")]
