"""How strongly the evidence bears a claim: a printed rule, and what it hangs on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

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
    said = count_directions(counts)
    supporters = said[SUPPORTS]
    if not said.total():
        return NONE
    groups = _supporting_groups(counts)
    without = groups - {*rule.with_a_stake} if rule.with_a_stake else set()
    if not supporters:
        return UNSUPPORTED
    against = weigh(said)
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


class Condition(NamedTuple):
    """One condition of the rule, and whether the counts meet it (None: not applied)."""

    is_met: bool | None
    what: str
    counted: str
    needed: str


def explain_rating(
    counts: Mapping[tuple[str, str], int], rule: Rule
) -> list[Condition]:
    """Say which conditions of the rule a claim meets, as far as its rating asks them.

    A claim that nobody supports is told so; a contested one its weight of
    contradiction; a moderate one also what keeps it from strong; one below moderate
    what keeps it from there. A weight has the digits that tell it from its limit.

    >>> said = {("nurse", "supports"): 2, ("doctor", "contradicts"): 2}
    >>> explain_rating(said, Rule())[0]
    Condition(is_met=True, what='Weight of contradiction', counted='.50',
        needed='rule for contested: .40 or more')
    """
    strength, said = rate_counts(counts, rule), count_directions(counts)
    if not said.total():
        return []
    against, groups = weigh(said), _supporting_groups(counts)
    people = f"{said[SUPPORTS]} {'person' if said[SUPPORTS] == 1 else 'people'}"
    number = f"{len(groups)} group{'' if len(groups) == 1 else 's'}"

    def support(least: int, of: str = "") -> Condition:
        met = said[SUPPORTS] >= least
        return Condition(met, "Support", people, f"rule{of}: {least} or more")

    def spread(least: int, of: str = "") -> Condition:
        return Condition(
            len(groups) >= least, "From", number, f"rule{of}: {least} or more"
        )

    strong = rule.strong
    weight = _write_weight(against, limits=(rule.contested, strong.contradiction))
    if strength == UNSUPPORTED:
        return [
            support(1),
            Condition(None, "Weight of contradiction", weight, "not applied"),
        ]
    if strength == CONTESTED:
        limit = f"rule for contested: {write_limit(rule.contested)} or more"
        return [
            Condition(True, "Weight of contradiction", weight, limit),
            Condition(None, "Support", f"{people}, from {number}", "not applied"),
        ]
    limit = f"{write_limit(strong.contradiction)} or less"
    met = against <= strong.contradiction
    is_strong = strength == STRONG
    of = "" if is_strong else " for strong"
    for_strong = [
        support(strong.supporters, of),
        spread(strong.groups, of),
        Condition(met, "Weight of contradiction", weight, f"rule{of}: {limit}"),
    ]
    if strong.a_group_without_stake:
        without = groups - {*rule.with_a_stake} if rule.with_a_stake else set()
        what = "At least one group without a stake in the answer"
        for_strong.append(Condition(bool(without), what, "", ""))
    if is_strong:
        return for_strong
    of = " for moderate"
    for_moderate = [
        support(rule.moderate.supporters, of),
        spread(rule.moderate.groups, of),
    ]
    if strength == MODERATE:
        return [*for_moderate, *(each for each in for_strong if not each.is_met)]
    return for_moderate


def count_directions(counts: Mapping[tuple[str, str], int]) -> Counter[str]:
    """Count the people of each direction, whatever their group."""
    said: Counter[str] = Counter()
    for (_, direction), number in counts.items():
        said[direction] += number
    return said


def weigh(said: Mapping[str, int]) -> float:
    """Weigh contradiction: who contradicts, and half of who qualifies or does both.

    A share of all who spoke to it; NaN where nobody did.

    >>> weigh({"supports": 2, "contradicts": 1, "mixed": 1})
    0.375
    """
    n = sum(said.get(d, 0) for d in (SUPPORTS, QUALIFIES, CONTRADICTS, MIXED))
    half = said.get(QUALIFIES, 0) + said.get(MIXED, 0)
    return (said.get(CONTRADICTS, 0) + half / 2) / n if n else math.nan


_HALF_UP = 1e-9  # .125 is written .13, as a reader computes it


def _write_weight(weight: float, *, limits: tuple[float, ...]) -> str:
    """Write .396 where a limit is .40, not .40, which would seem to reach it."""
    digits, written = 2, f"{weight + _HALF_UP:.2f}"
    while any(
        _compare(float(written), limit) != _compare(weight, limit) for limit in limits
    ):
        digits += 1
        written = f"{weight:.{digits}f}"
    return written.lstrip("0")


def write_limit(limit: float) -> str:
    """Write a share as its threshold is set: `.40`, `.405`."""
    two = f"{limit:.2f}"
    return (two if float(two) == limit else f"{limit}").lstrip("0")


def _compare(number: float, limit: float) -> int:
    return (number > limit) - (number < limit)


def _supporting_groups(counts: Mapping[tuple[str, str], int]) -> set[str]:
    """Of people without a group nobody knows whether they are a group more."""
    return {group for (group, d), k in counts.items() if d == SUPPORTS and k and group}


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
