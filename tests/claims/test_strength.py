from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.claims.strength import (
    Moderate,
    Rule,
    Strong,
    rate_claims,
    rate_counts,
)
from evalkit.tables import EVIDENCE

HERE = Path(__file__).parent
WORDS = {"S": "supports", "Q": "qualifies", "C": "contradicts", "M": "mixed"}
GROUPS = {
    **dict.fromkeys(("I01", "I02", "I03"), "advocate"),
    **dict.fromkeys(("I04", "I05", "I06", "I07"), "diplomat"),
    **dict.fromkeys(("I08", "I09", "I14", "X15"), "campaign"),
    **dict.fromkeys(("I10", "I11", "I12"), "official"),
    "I13": "observer",
}
RULE = Rule(with_a_stake=("advocate", "campaign"))


def read_matrix() -> pd.DataFrame:
    """The reference matrix as evidence: one row a respondent and claim."""
    matrix = pd.read_csv(HERE / "expected_matrix.csv", dtype=str)
    cells = matrix.melt("claim_id", var_name="respondent_id", value_name="letter")
    cells = cells.dropna().sort_values(["claim_id", "respondent_id"])
    return cells.assign(
        direction=cells["letter"].map(WORDS),
        group=cells["respondent_id"].map(GROUPS),
        n_codings=1,
    )[list(EVIDENCE.columns)].reset_index(drop=True)


def read_ratings() -> pd.DataFrame:
    return pd.read_csv(HERE / "expected_ratings.csv", keep_default_na=False)


def test_the_reference_matrix_is_rated_as_the_reference_prints_it() -> None:
    rated = rate_claims(read_matrix(), rule=RULE)
    pd.testing.assert_frame_equal(rated, read_ratings(), check_dtype=False)


def test_a_critic_who_leaves_lifts_a_contested_claim_to_moderate() -> None:
    evidence = read_matrix()
    critic = {
        "claim_id": "K06",
        "respondent_id": "X15",
        "group": "campaign",
        "direction": "contradicts",
        "n_codings": 1,
    }
    with_critic = pd.concat([evidence, pd.DataFrame([critic])], ignore_index=True)
    before = rate_claims(with_critic, rule=RULE).set_index("claim_id").loc["K06"]
    after = rate_claims(evidence, rule=RULE).set_index("claim_id").loc["K06"]
    assert (before["n"], before["strength"]) == (6, "contested")
    assert (after["n"], after["strength"]) == (5, "moderate")
    assert "X15" in before["fragile_respondents"]


@pytest.mark.parametrize(
    ("said", "strength"),
    [
        ("", "no evidence"),
        ("aS", "single source"),
        ("aS bC", "contested"),
        ("aS aS", "limited"),
        ("aS aS aS", "limited"),  # one group
        ("aS aS bS", "moderate"),
        ("aS aS bS bS bS", "moderate"),  # two groups
        ("aS aS bS bS cS", "strong"),
        ("aS aS bS bS cS cC", "strong"),  # 1/6 against
        ("aS aS bS cS cS aQ bQ cC", "moderate"),  # 2/8 against
        ("aS bS cS aC bC", "contested"),  # exactly .40
        ("aS bS cS aM bM cM", "moderate"),  # mixed people weigh a half: .25
        ("aQ bQ", "unsupported"),
    ],
)
def test_each_step_of_the_rule(said: str, strength: str) -> None:
    counts = Counter((each[0], WORDS[each[1]]) for each in said.split())
    assert rate_counts(counts, Rule(with_a_stake=("a", "b"))) == strength


def test_a_claim_that_only_groups_with_a_stake_support_is_not_strong() -> None:
    counts = Counter({(group, "supports"): 2 for group in "abc"})
    assert rate_counts(counts, Rule(with_a_stake=("a", "b"))) == "strong"
    assert rate_counts(counts, Rule(with_a_stake=("a", "b", "c"))) == "moderate"
    assert rate_counts(counts, Rule()) == "moderate"  # nobody said who has one
    lenient = Rule(strong=Strong(a_group_without_stake=False))
    assert rate_counts(counts, lenient) == "strong"


def test_every_threshold_of_the_rule_is_read() -> None:
    counts = Counter({("a", "supports"): 2, ("b", "contradicts"): 1})
    assert rate_counts(counts, Rule()) == "limited"
    assert rate_counts(counts, Rule(contested=0.3)) == "contested"
    low = Moderate(supporters=2, groups=1)
    assert rate_counts(counts, Rule(moderate=low)) == "moderate"
    strong = Strong(
        supporters=2, groups=1, contradiction=0.34, a_group_without_stake=False
    )
    assert rate_counts(counts, Rule(strong=strong)) == "strong"
    assert rate_counts(
        counts, Rule(strong=strong.model_copy(update={"groups": 2}))
    ) == ("limited")
    assert (
        rate_counts(
            counts, Rule(strong=strong.model_copy(update={"contradiction": 0.3}))
        )
        == "limited"
    )


def test_people_without_a_group_are_no_group_more() -> None:
    counts = {("a", "supports"): 2, ("b", "supports"): 2, ("", "supports"): 1}
    assert rate_counts(counts, RULE) == "moderate"


def test_a_claim_that_nobody_spoke_to_is_rated_too() -> None:
    rated = rate_claims(EVIDENCE.empty(), rule=RULE, claim_ids=["K1"])
    assert rated.iloc[0].to_list()[:2] == ["K1", 0]
    assert rated["strength"].to_list() == ["no evidence"]


PEOPLE = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(WORDS))))


@given(PEOPLE)
def test_fragile_is_whoever_alone_changes_the_rating(
    said: list[tuple[str, str]],
) -> None:
    evidence = pd.DataFrame(
        [
            ("K1", f"P{at:02}", group, WORDS[letter], 1)
            for at, (group, letter) in enumerate(said)
        ],
        columns=list(EVIDENCE.columns),
    )
    rule = Rule(with_a_stake=("a",))

    def rate(rows: pd.DataFrame) -> str:
        return str(rate_claims(rows, rule=rule, claim_ids=["K1"])["strength"].iloc[0])

    whole = rate_claims(evidence, rule=rule, claim_ids=["K1"]).iloc[0]
    for column, fragile in (
        ("respondent_id", whole["fragile_respondents"]),
        ("group", whole["fragile_groups"]),
    ):
        flips = [
            each
            for each in sorted(evidence[column].unique())
            if rate(evidence[evidence[column].ne(each)]) != whole["strength"]
        ]
        assert fragile == "; ".join(flips)
