"""Who says so: each respondent's word on each claim, from codings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from evalkit.tables import EVIDENCE, POSITIONS, list_rows

STANCE = "stance"
SUPPORTS, QUALIFIES, CONTRADICTS, MIXED = (
    *("supports", "qualifies", "contradicts"),
    "mixed",
)
NEUTRAL = "neutral"
SILENT, NOT_ASKED, UNKNOWN = "asked, silent", "not asked", "did not speak to it"
_TURNED = {SUPPORTS: CONTRADICTS, CONTRADICTS: SUPPORTS}


def find_evidence(
    coded: pd.DataFrame, links: pd.DataFrame, people: pd.DataFrame
) -> pd.DataFrame:
    """Find each respondent's word on each claim.

    `coded` has one row a unit and coding (`lay_codings`), `links` one row a claim and
    code (`Claims.links`, `widen_links`), `people` one a respondent with its `group`.

    One row a respondent and claim: claim_id, respondent_id, group, direction
    (supports, qualifies, contradicts, mixed), n_codings. A person counts once for a
    claim, however much they say: mixed where they both support and contradict it, else
    the least favourable of what they say. A coding that is neutral or has no stance is
    no evidence. Claims stand in the order of `links`, respondents in that of `people`.

    >>> coded = pd.DataFrame({"coding_id": ["x", "y"], "respondent_id": "P1",
    ...                       "code_id": ["a", "b"], "stance": "supports"})
    >>> links = pd.DataFrame({"claim_id": "K1", "code_id": ["a", "b"],
    ...                       "side": ["for", "against"]})
    >>> people = pd.DataFrame({"respondent_id": ["P1"], "group": ["nurse"]})
    >>> find_evidence(coded, links, people)
      claim_id respondent_id  group direction  n_codings
    0       K1            P1  nurse     mixed          2
    """
    if STANCE not in coded:
        return EVIDENCE.empty()
    said = coded[["coding_id", "respondent_id", "code_id", STANCE]].drop_duplicates()
    said = said.merge(links, on="code_id").merge(
        people[["respondent_id", "group"]], on="respondent_id"
    )
    towards = said[STANCE].mask(said["side"].eq("against"), said[STANCE].map(_turn))
    said = said.assign(
        supports=towards.eq(SUPPORTS),
        qualifies=towards.eq(QUALIFIES),
        contradicts=towards.eq(CONTRADICTS),
    )
    said = said[said[[SUPPORTS, QUALIFIES, CONTRADICTS]].any(axis=1)]
    if said.empty:
        return EVIDENCE.empty()
    rows = said.groupby(["claim_id", "respondent_id", "group"], as_index=False).agg(
        n_codings=("coding_id", "nunique"),
        supports=(SUPPORTS, "any"),
        qualifies=(QUALIFIES, "any"),
        contradicts=(CONTRADICTS, "any"),
    )
    direction = rows["qualifies"].map({True: QUALIFIES, False: SUPPORTS})
    direction = direction.mask(rows["contradicts"], CONTRADICTS)
    direction = direction.mask(rows["contradicts"] & rows["supports"], MIXED)
    order = [
        pd.Categorical(rows[column], table[column].drop_duplicates()).codes
        for column, table in (("claim_id", links), ("respondent_id", people))
    ]
    rows = rows.assign(direction=direction, claim=order[0], person=order[1])
    rows = rows.sort_values(["claim", "person"], ignore_index=True)
    return EVIDENCE.typed(rows[list(EVIDENCE.columns)])


def list_positions(
    evidence: pd.DataFrame,
    people: pd.DataFrame,
    *,
    claim_ids: Iterable[str],
    asked: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List where each respondent stands on each claim, silence included.

    `asked` has one row a claim and a respondent to whom it was put; None where nobody
    recorded what was asked. One row a claim and respondent: claim_id, respondent_id,
    group, position (a direction; else "asked, silent", "not asked", or "did not speak
    to it" where nobody knows), was_asked (missing where nobody knows).

    >>> people = pd.DataFrame({"respondent_id": ["P1", "P2"], "group": "nurse"})
    >>> asked = pd.DataFrame({"claim_id": ["K1"], "respondent_id": ["P2"]})
    >>> rows = list_positions(EVIDENCE.empty(), people, claim_ids=["K1"], asked=asked)
    >>> rows["position"].to_list()
    ['not asked', 'asked, silent']
    """
    pairs = pd.DataFrame({"claim_id": [*claim_ids]}, dtype="str").merge(
        people[["respondent_id", "group"]], how="cross"
    )
    key = ["claim_id", "respondent_id"]
    rows = pairs.merge(evidence[[*key, "direction"]], on=key, how="left")
    position, was_asked = rows["direction"].fillna(UNKNOWN), None
    if asked is not None:
        put = {*asked[key].itertuples(index=False, name=None)}
        was_asked = [pair in put for pair in rows[key].itertuples(index=False)]
        silent = pd.Series(was_asked, rows.index).map({True: SILENT, False: NOT_ASKED})
        position = rows["direction"].fillna(silent)
    rows = rows.assign(position=position, was_asked=was_asked)
    return POSITIONS.typed(rows[list(POSITIONS.columns)])


def widen_links(links: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Let a code that a claim names stand for every code below it.

    One row a claim and code, as in `links`; a code that the claim names itself keeps
    its own side.

    >>> codes = pd.DataFrame({"code_id": ["a", "a.b"], "parent_id": ["", "a"]})
    >>> links = pd.DataFrame({"claim_id": ["K1"], "code_id": ["a"], "side": ["for"]})
    >>> widen_links(links, codes)["code_id"].to_list()
    ['a', 'a.b']
    """
    parents = dict(zip(codes["code_id"], codes["parent_id"], strict=True))
    rows = []
    for claim_id, named in links.groupby("claim_id", sort=False):
        sides = dict(zip(named["code_id"], named["side"], strict=True))
        for code_id in parents:
            nearest = _climb(code_id, parents, sides)
            if nearest:
                rows.append((claim_id, code_id, sides[nearest]))
    return pd.DataFrame(rows, columns=["claim_id", "code_id", "side"], dtype="str")


def list_without_stance(
    codings: pd.DataFrame, links: pd.DataFrame
) -> list[tuple[str, str, int]]:
    """List (coder_id, code_id, n) of codings that bear on a claim but say not how."""
    bearing = codings[codings["code_id"].isin(links["code_id"])]
    if STANCE in bearing:
        bearing = bearing[bearing[STANCE].isna() | bearing[STANCE].eq("")]
    counts = bearing.groupby(["coder_id", "code_id"]).size().reset_index(name="n")
    return [
        (row["coder_id"], row["code_id"], int(row["n"])) for row in list_rows(counts)
    ]


def _turn(stance: object) -> object:
    return _TURNED.get(stance, stance) if isinstance(stance, str) else stance


def _climb(code_id: str, parents: Mapping[str, str], sides: Mapping[str, str]) -> str:
    while code_id and code_id not in sides:
        code_id = parents.get(code_id, "")
    return code_id
