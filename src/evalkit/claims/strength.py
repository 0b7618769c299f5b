"""How strongly the evidence bears a claim: a printed rule, and what it hangs on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from evalkit.claims.ledger import CONTRADICTS, MIXED, QUALIFIES, SUPPORTS
from evalkit.tables import RATINGS

CONTESTED, STRONG, MODERATE = "contested", "strong", "moderate"
SINGLE, LIMITED = "single source", "limited"
UNSUPPORTED, NONE = "unsupported", "no evidence"


class Strong(BaseModel):
    """What a strong claim needs: so many supporters, from so many groups, …"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    supporters: int = Field(default=5, ge=1)
    groups: int = Field(default=3, ge=1)
    contradiction: float = Field(default=0.20, ge=0, le=1)
    a_group_without_stake: bool = True


class Moderate(BaseModel):
    """What a moderate claim needs: so many supporters, from so many groups."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    supporters: int = Field(default=3, ge=1)
    groups: int = Field(default=2, ge=1)


class Rule(BaseModel):
    """The rule by which claims are rated: evalkit's own, not a published standard.

    A claim that nobody supports is unsupported: there is nothing to contest. The weight
    of contradiction is (contradicts + (qualifies + mixed) / 2) / n: who says both, or
    says it with a reserve, counts half. Contested from `contested` on; strong and
    moderate as their tables say; else a single source, where one person supports it,
    or limited. `with_a_stake` names the groups that have a stake in the answer; while
    it names none, no group is known to be without.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    contested: float = Field(default=0.40, ge=0, le=1)
    strong: Strong = Strong()
    moderate: Moderate = Moderate()
    with_a_stake: tuple[str, ...] = ()


def rate_claims(
    evidence: pd.DataFrame, *, rule: Rule, claim_ids: Iterable[str] | None = None
) -> pd.DataFrame:
    """Rate each claim by its evidence, and find whose word the rating hangs on.

    One row a claim (of `claim_ids`, else of `evidence`): claim_id, n respondents,
    supports, qualifies, contradicts, mixed, strength, fragile_respondents and
    fragile_groups: each one alone would change the rating, were it left out.

    >>> evidence = pd.DataFrame({"claim_id": "K1", "respondent_id": ["P1", "P2"],
    ...     "group": ["nurse", "doctor"], "direction": ["supports", "qualifies"]})
    >>> rated = rate_claims(evidence, rule=Rule())
    >>> rated[["n", "supports", "qualifies", "strength", "fragile_groups"]]
       n  supports  qualifies       strength fragile_groups
    0  2         1          1  single source          nurse
    """
    wanted = evidence["claim_id"].unique() if claim_ids is None else claim_ids
    by_claim = dict(iter(evidence.groupby("claim_id")))
    rows = [_rate_claim(each, by_claim.get(each), rule) for each in wanted]
    return RATINGS.typed(pd.DataFrame(rows, columns=list(RATINGS.columns)))


def rate_counts(counts: Mapping[tuple[str, str], int], rule: Rule) -> str:
    """Rate one claim from how many people of each (group, direction) there are.

    >>> rate_counts({("nurse", "supports"): 2, ("doctor", "contradicts"): 2}, Rule())
    'contested'
    """
    said: Counter[str] = Counter()
    for (_, direction), number in counts.items():
        said[direction] += number
    n, supporters = said.total(), said[SUPPORTS]
    if not n:
        return NONE
    # Of people without a group nobody knows whether they are a group more.
    groups = {
        group for (group, d), k in counts.items() if d == SUPPORTS and k and group
    }
    without = groups - {*rule.with_a_stake} if rule.with_a_stake else set()
    if not supporters:
        return UNSUPPORTED
    against = (said[CONTRADICTS] + (said[QUALIFIES] + said[MIXED]) / 2) / n
    if against >= rule.contested:
        return CONTESTED
    if (
        supporters >= rule.strong.supporters
        and len(groups) >= rule.strong.groups
        and against <= rule.strong.contradiction
        and (without or not rule.strong.a_group_without_stake)
    ):
        return STRONG
    if supporters >= rule.moderate.supporters and len(groups) >= rule.moderate.groups:
        return MODERATE
    return SINGLE if supporters == 1 else LIMITED


def _rate_claim(
    claim_id: str, evidence: pd.DataFrame | None, rule: Rule
) -> dict[str, object]:
    people = (
        []
        if evidence is None
        else list(
            evidence[["respondent_id", "group", "direction"]].itertuples(index=False)
        )
    )
    counts = Counter((group, direction) for _, group, direction in people)
    strength = rate_counts(counts, rule)
    # People of one group who say the same are, left out, the same.
    flips = {
        each: rate_counts(counts - Counter([each]), rule) != strength for each in counts
    }
    groups = sorted({group for _, group, _ in people} - {""})
    fragile = [
        group
        for group in groups
        if strength
        != rate_counts({k: v for k, v in counts.items() if k[0] != group}, rule)
    ]
    said = Counter(direction for _, _, direction in people)
    return {
        "claim_id": claim_id,
        "n": len(people),
        **{each: said[each] for each in (SUPPORTS, QUALIFIES, CONTRADICTS, MIXED)},
        "strength": strength,
        "fragile_respondents": "; ".join(p for p, g, d in people if flips[g, d]),
        "fragile_groups": "; ".join(fragile),
    }
