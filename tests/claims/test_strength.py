import math
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.claims.strength import (
    Condition,
    Moderate,
    Rule,
    Strong,
    explain_rating,
    rate_claims,
    rate_counts,
    weigh,
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


# --- the rule, explained ---

COUNTS = st.dictionaries(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", ""]), st.sampled_from([*WORDS.values()])
    ),
    st.integers(min_value=0, max_value=25),
    max_size=12,
)
RULES = st.builds(
    Rule,
    contested=st.sampled_from([0.0, 0.333, 0.40, 0.405, 0.5, 1.0]),
    strong=st.builds(
        Strong,
        supporters=st.integers(1, 6),
        groups=st.integers(1, 4),
        contradiction=st.sampled_from([0.0, 0.125, 0.20, 0.3, 1.0]),
        a_group_without_stake=st.booleans(),
    ),
    moderate=st.builds(
        Moderate, supporters=st.integers(1, 6), groups=st.integers(1, 4)
    ),
    with_a_stake=st.sampled_from([(), ("a",), ("a", "b", "c", "d")]),
)
STAKE = "At least one group without a stake in the answer"


def read_condition(each: Condition) -> bool:
    """Whether what is printed of a condition meets what is printed beside it."""
    needed = each.needed.split(": ")[1]
    number, limit = float(each.counted.split()[0]), float(needed.split()[0])
    return number >= limit if needed.endswith("or more") else number <= limit


@given(COUNTS, RULES)
def test_an_explanation_agrees_with_the_rating_and_with_its_own_numbers(
    counts: dict[tuple[str, str], int], rule: Rule
) -> None:
    strength = rate_counts(counts, rule)
    conditions = explain_rating(counts, rule)
    assert bool(conditions) == (strength != "no evidence")
    for each in conditions:
        if each.is_met is not None and each.what != STAKE:
            assert read_condition(each) == each.is_met, each
    met = {each.needed.partition(":")[0]: [] for each in conditions}
    for each in conditions:
        met[each.needed.partition(":")[0]].append(each.is_met)
    if strength == "strong":
        asks_stake = rule.strong.a_group_without_stake
        assert [each.is_met for each in conditions] == [True] * (3 + asks_stake)
    elif strength == "contested":
        assert [each.is_met for each in conditions] == [True, None]
    elif strength == "unsupported":
        assert [(each.what, each.is_met) for each in conditions][:1] == [
            ("Support", False)
        ]
    elif strength == "moderate":
        assert met["rule for moderate"] == [True, True]
        rest = [each for each in conditions if "moderate" not in each.needed]
        assert rest
        assert not any(each.is_met for each in rest)
    elif conditions:
        assert {each.needed.partition(":")[0] for each in conditions} == {
            "rule for moderate"
        }
        assert not all(met["rule for moderate"])


@given(COUNTS, RULES)
def test_a_claim_is_strong_only_where_every_condition_of_strong_holds(
    counts: dict[tuple[str, str], int], rule: Rule
) -> None:
    """The rule once more, in the words of the README, and not as it is programmed."""
    said = [(g, d) for (g, d), n in counts.items() for _ in range(n)]
    backers = [g for g, d in said if d == "supports"]
    groups = {*backers} - {""}
    against = sum({"contradicts": 2, "supports": 0}.get(d, 1) for _, d in said)
    weight = Fraction(against, 2 * len(said)) if said else Fraction(0)
    needs = rule.strong
    is_strong = (
        float(weight) < rule.contested
        and len(backers) >= needs.supporters
        and len(groups) >= needs.groups
        and float(weight) <= needs.contradiction
        and (
            not needs.a_group_without_stake
            or bool(rule.with_a_stake and groups - {*rule.with_a_stake})
        )
    )
    assert (rate_counts(counts, rule) == "strong") == is_strong


@pytest.mark.parametrize(
    ("said", "rule", "counted", "needed", "is_met"),
    [
        ("3C 2S", {}, ".60", "rule for contested: .40 or more", True),
        ("2C 3S", {}, ".40", "rule for contested: .40 or more", True),
        # 19/48 is .396: it would seem to reach the limit, in two digits.
        ("19C 29S", {}, ".396", "rule for strong: .20 or less", False),
        # 15/74 is .2027: not .20 or less.
        ("15C 59S", {}, ".203", "rule for strong: .20 or less", False),
        ("1C 4S", {}, ".20", "rule for strong: .20 or less", None),
        (
            "2C 3S",
            {"contested": 0.395},
            ".40",
            "rule for contested: .395 or more",
            True,
        ),
        ("1C", {"contested": 1.0}, "1.00", "not applied", None),
    ],
)
def test_a_weight_has_the_digits_that_tell_it_from_its_limit(
    said: str, rule: dict[str, float], counted: str, needed: str, is_met: bool | None
) -> None:
    counts = {
        (g, WORDS[x[-1]]): int(x[:-1]) for g, x in zip("ab", said.split(), strict=False)
    }
    found = {
        each.what: each
        for each in explain_rating(
            counts, Rule(**rule, moderate=Moderate(supporters=3, groups=1))
        )
    }
    weight = found.get("Weight of contradiction")
    if is_met is None and needed != "not applied":
        assert weight is None  # met, and no reason why it is not strong
        return
    assert weight == (is_met, "Weight of contradiction", counted, needed)


def test_what_nobody_supports_is_explained_by_that_and_not_as_contested() -> None:
    conditions = explain_rating({("a", "qualifies"): 3}, Rule())
    assert conditions[0] == (False, "Support", "0 people", "rule: 1 or more")
    assert [each.is_met for each in conditions] == [False, None]


def test_one_is_written_as_one() -> None:
    conditions = explain_rating({("a", "supports"): 1}, Rule())
    assert [each.counted for each in conditions] == ["1 person", "1 group"]


def test_who_does_both_weighs_half_and_nobody_weighs_nothing_known() -> None:
    assert weigh({"supports": 1, "mixed": 1, "qualifies": 1, "contradicts": 1}) == 0.5
    assert math.isnan(weigh({}))
    assert math.isnan(weigh({"neutral": 3}))
