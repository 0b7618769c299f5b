from __future__ import annotations

import pandas as pd
import pytest

from evalkit.claims.sensitivity import AS_COUNTED, try_scenarios
from evalkit.claims.strength import Moderate, Rule, Strong

LINKS = pd.DataFrame({"claim_id": ["K1"], "code_id": ["a"], "side": ["for"]})
PEOPLE = pd.DataFrame(
    {"respondent_id": ["P1", "P2", "P3"], "group": ["nurse", "doctor", "nurse"]}
)
COLUMNS = ["coding_id", "coder_id", "respondent_id", "code_id", "stance"]


def lay(*marks: str, **attributes: list[str]) -> pd.DataFrame:
    """Codings as "coder person stance", and a unit that nobody coded."""
    rows = []
    for at, mark in enumerate(marks):
        coder, person, stance = mark.split()
        rows.append((f"c{at}", coder, person, "a", stance))
    coded = pd.DataFrame(rows, columns=COLUMNS).assign(**attributes)
    uncoded = pd.DataFrame({"respondent_id": ["P1"]})
    return pd.concat([coded, uncoded], ignore_index=True)


def attempt(
    coded: pd.DataFrame,
    *,
    rule: Rule = Rule(),  # noqa: B008
    counting: tuple[str, ...] = ("ana",),
) -> pd.DataFrame:
    tried = try_scenarios(
        coded, LINKS, PEOPLE, rule=rule, counting=counting, claim_ids=["K0", "K1"]
    )
    return tried[tried["claim_id"].eq("K1")].set_index("scenario")


TWO = lay("ana P1 supports", "ana P2 supports", "bo P1 contradicts", "bo P3 supports")


def test_claims_stand_in_order_and_each_begins_as_counted() -> None:
    tried = try_scenarios(
        TWO, LINKS, PEOPLE, rule=Rule(), counting=["ana"], claim_ids=["K1", "K0"]
    )
    assert tried["claim_id"].drop_duplicates().to_list() == ["K1", "K0"]
    first = tried.drop_duplicates("claim_id")
    assert first["scenario"].to_list() == [AS_COUNTED, AS_COUNTED]
    assert not first["differs"].any()
    assert not tried.duplicated(["claim_id", "scenario"]).any()
    assert [*tried] == [
        *("claim_id", "scenario", "n", "supports", "qualifies", "contradicts"),
        *("mixed", "strength", "differs"),
    ]
    nobody = tried[tried["claim_id"].eq("K0")]
    assert set(nobody["strength"]) == {"no evidence"}
    assert not nobody["differs"].any()


def test_each_coder_is_tried_alone_and_all_together() -> None:
    tried = attempt(TWO)
    counts = ["n", "supports", "contradicts", "mixed", "strength", "differs"]
    assert tried.loc[AS_COUNTED, counts].to_list() == [2, 2, 0, 0, "limited", False]
    assert tried.loc["only coder ana", "n"] == 2
    assert tried.loc["only coder bo", counts].to_list() == [
        *(2, 1, 1, 0, "contested", True)
    ]
    assert tried.loc["all coders", counts].to_list() == [3, 2, 0, 1, "limited", False]


def test_of_one_coder_there_is_nothing_to_compare() -> None:
    tried = attempt(lay("ana P1 supports"))
    assert not [name for name in tried.index if "coder" in name]


@pytest.mark.parametrize(
    ("attribute", "value", "scenarios"),
    [
        ("elicitation", "prompted", ["without prompted passages"]),
        (
            "elicitation",
            "leading_question",
            ["without prompted passages", "without leading questions"],
        ),
        ("directness", "second_hand", ["without second-hand passages"]),
        ("directness", "hearsay", ["without second-hand passages"]),
        ("certainty", "speculative", ["without speculation"]),
    ],
)
def test_passages_of_a_weaker_kind_are_left_out(
    attribute: str, value: str, scenarios: list[str]
) -> None:
    coded = lay(
        *("ana P1 supports", "ana P2 supports", "ana P3 supports"),
        **{attribute: [value, "", "plain"]},
    )
    tried = attempt(coded)
    assert tried.loc[AS_COUNTED, "strength"] == "moderate"
    without = tried[tried.index.str.startswith("without")]
    assert without.index[without["n"].eq(2)].to_list() == scenarios
    assert without.loc[scenarios, "differs"].all()


def test_what_no_codebook_marks_is_no_scenario() -> None:
    assert not attempt(TWO).index.str.startswith("without").any()


def test_every_threshold_is_moved_a_step_each_way_and_the_limits_hold() -> None:
    rule = Rule(
        contested=0.02,
        strong=Strong(supporters=1, groups=2, contradiction=1.0),
        moderate=Moderate(supporters=3, groups=1),
    )
    names = [each for each in attempt(TWO, rule=rule).index if "with “" in each]
    assert names == [
        "with “contested” from 0.00",
        "with “contested” from 0.07",
        "with “strong” from 2 supporters",
        "with “strong” from 1 groups",
        "with “strong” from 3 groups",
        "with “moderate” from 2 supporters",
        "with “moderate” from 4 supporters",
        "with “moderate” from 2 groups",
        "with “strong” up to contradiction 0.95",
    ]  # what would be the rule as it is, is none


def test_a_moved_threshold_is_what_rates() -> None:
    coded = lay("ana P1 supports", "ana P2 supports", "ana P3 contradicts")
    rule = Rule(contested=0.35, moderate=Moderate(supporters=3, groups=2))
    tried = attempt(coded, rule=rule)
    assert tried.loc[AS_COUNTED, "strength"] == "limited"
    assert tried.index[tried["differs"]].to_list() == [
        "with “contested” from 0.30",
        "with “moderate” from 2 supporters",
    ]
    assert tried.loc["with “moderate” from 2 supporters", "strength"] == "moderate"


def test_without_claims_or_codings_nothing_fails() -> None:
    none = try_scenarios(
        TWO, LINKS, PEOPLE, rule=Rule(), counting=["ana"], claim_ids=[]
    )
    assert none.empty
    uncoded = TWO.tail(1)
    assert uncoded["coder_id"].isna().all()
    tried = attempt(uncoded, counting=())
    assert set(tried["strength"]) == {"no evidence"}
