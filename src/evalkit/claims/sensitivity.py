"""What each rating would be if something had been chosen otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from evalkit.claims.ledger import find_evidence
from evalkit.claims.strength import Rule, rate_claims

AS_COUNTED = "as counted"
# attribute of a passage -> the scenario, and which of its values are left out
_PASSAGES = {
    "elicitation": {
        "without prompted passages": {"prompted", "leading_question"},
        "without leading questions": {"leading_question"},
    },
    "directness": {"without second-hand passages": {"second_hand", "hearsay"}},
    "certainty": {"without speculation": {"speculative"}},
}
_STEP = 0.05  # of a share; a number of people or groups is moved by one


def try_scenarios(
    coded: pd.DataFrame,
    links: pd.DataFrame,
    people: pd.DataFrame,
    *,
    rule: Rule,
    counting: Iterable[str],
    claim_ids: Iterable[str],
) -> pd.DataFrame:
    """Rate each claim under other coders, other passages and other thresholds.

    `coded` is every coder's codings laid over units, with `coder_id`; `counting` are
    the coders that the report counts. One row a claim and scenario, the first being
    "as counted": claim_id, scenario, n, supports, qualifies, contradicts, mixed,
    strength, differs (from the strength as counted).
    """
    claim_ids = [*claim_ids]
    own = coded[coded["coder_id"].notna() & coded["code_id"].isin(links["code_id"])]
    counted = own[own["coder_id"].isin([*counting])]
    as_counted = find_evidence(counted, links, people)
    tables = []
    for scenario, rows, its_rule in _list_scenarios(own, counted, rule):
        evidence = as_counted
        if rows is not counted:
            evidence = find_evidence(rows, links, people)
        rated = rate_claims(evidence, rule=its_rule, claim_ids=claim_ids)
        rated = rated.drop(columns=["fragile_respondents", "fragile_groups"])
        tables.append(rated.assign(scenario=scenario))
    tried = pd.concat(tables, ignore_index=True)
    first = tables[0].set_index("claim_id")["strength"]
    tried["differs"] = tried["strength"].ne(tried["claim_id"].map(first))
    place = pd.Categorical(tried["claim_id"], claim_ids)
    tried = tried.assign(place=place.codes).sort_values("place", kind="stable")
    columns = ["claim_id", "scenario", *(c for c in tried if c not in _ASIDE)]
    return tried[columns].reset_index(drop=True)


_ASIDE = ("claim_id", "scenario", "place")


def _list_scenarios(
    own: pd.DataFrame, counted: pd.DataFrame, rule: Rule
) -> Iterator[tuple[str, pd.DataFrame, Rule]]:
    yield AS_COUNTED, counted, rule
    coders = sorted(own["coder_id"].unique())
    if len(coders) > 1:
        for coder in coders:
            yield f"only coder {coder}", own[own["coder_id"].eq(coder)], rule
        yield "all coders", own, rule
    for attribute, scenarios in _PASSAGES.items():
        if attribute in counted:
            for name, values in scenarios.items():
                yield name, counted[~counted[attribute].isin(values)], rule
    for name, its_rule in _move_thresholds(rule):
        if its_rule != rule:
            yield name, counted, its_rule


def _move_thresholds(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for step in (-_STEP, _STEP):
        limit = round(min(max(rule.contested + step, 0), 1), 4)
        name = f"with “contested” from {limit:.2f}"
        yield name, rule.model_copy(update={"contested": limit})
    for part in ("strong", "moderate"):
        table = getattr(rule, part)
        for field in ("supporters", "groups"):
            for step in (-1, 1):
                number = getattr(table, field) + step
                if number >= 1:
                    moved = table.model_copy(update={field: number})
                    name = f"with “{part}” from {number} {field}"
                    yield name, rule.model_copy(update={part: moved})
    for step in (-_STEP, _STEP):
        limit = round(min(max(rule.strong.contradiction + step, 0), 1), 4)
        moved = rule.strong.model_copy(update={"contradiction": limit})
        name = f"with “strong” up to contradiction {limit:.2f}"
        yield name, rule.model_copy(update={"strong": moved})
