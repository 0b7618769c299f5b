from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.analysis.independence import adjust_holm, compare_groups, compute_tail


def make_coded(code_id: str = "a", **groups: tuple[int, int]) -> pd.DataFrame:
    """People by group: how many raise the code, of how many; each alone, one unit."""
    rows = [
        (f"{group}{i}", f"{group}{i}", group, code_id if i < n_raise else None)
        for group, (n_raise, n_people) in groups.items()
        for i in range(n_people)
    ]
    columns = ["document_id", "respondent_id", "group", "code_id"]
    return pd.DataFrame(rows, columns=columns)


def compare(coded: pd.DataFrame) -> dict[str, object]:
    (row,) = compare_groups(coded, by="group").to_dict("records")
    return row


# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4, upper critical values.
CRITICAL = {
    1: (2.706, 3.841, 5.024, 6.635, 10.828),
    2: (4.605, 5.991, 7.378, 9.210, 13.816),
    3: (6.251, 7.815, 9.348, 11.345, 16.266),
    10: (15.987, 18.307, 20.483, 23.209, 29.588),
    99: (117.407, 123.225, 128.422, 134.642, 148.230),
    100: (118.498, 124.342, 129.561, 135.807, 149.449),
}
LEVELS = (0.10, 0.05, 0.025, 0.01, 0.001)


@pytest.mark.parametrize("df", CRITICAL)
def test_the_tail_agrees_with_a_printed_table_to_its_last_digit(df: int):
    for printed, level in zip(CRITICAL[df], LEVELS, strict=True):
        low, high = (compute_tail(printed + half, df) for half in (0.0005, -0.0005))
        assert low <= level <= high


def test_the_tail_begins_at_one_and_survives_huge_numbers():
    assert compute_tail(0, 1) == compute_tail(0, 7) == 1
    assert compute_tail(1e6, 3) == 0
    assert compute_tail(2000, 2000) == pytest.approx(0.4958, abs=1e-4)


@given(st.floats(0, 500), st.floats(0, 500), st.integers(1, 300))
def test_the_tail_never_rises_and_is_a_probability(a: float, b: float, df: int):
    near, far = sorted((a, b))
    assert 0 <= compute_tail(far, df) <= compute_tail(near, df) * (1 + 1e-9) <= 1 + 1e-8


@given(st.floats(0.01, 500), st.integers(1, 300))
def test_the_tail_is_longer_with_more_degrees_of_freedom(x: float, df: int):
    assert compute_tail(x, df) <= compute_tail(x, df + 1) * (1 + 1e-9)


def test_what_is_no_chi_square_has_no_tail():
    for chi_square, df in ((-1.0, 2), (1.0, 0)):
        with pytest.raises(ValueError, match="no chi-square"):
            compute_tail(chi_square, df)


def test_four_groups_agree_with_fleiss():
    """Fleiss 1981, smokers in four groups; R prints 12.6, df 3, p 0.005585."""
    row = compare(make_coded(a=(83, 86), b=(90, 93), c=(129, 136), d=(70, 82)))
    assert f"{row['chi_square']:.1f}" == "12.6"
    assert (row["df"], row["n_groups"]) == (3, 4)
    assert f"{row['p']:.6f}" == "0.005585"
    assert (row["n_respondents"], row["n_people"]) == (372, 397)


def test_three_groups_agree_with_agresti():
    """Agresti 2007, p. 39: gender by party; printed 30.070149, p 2.953589e-07."""
    parties = {"dem": (762, 1246), "ind": (327, 566), "rep": (468, 945)}
    row = compare(make_coded(**parties))
    assert f"{row['chi_square']:.6f}" == "30.070149"
    assert f"{row['p']:.6e}" == "2.953589e-07"
    assert row["verdict"].startswith("p < 0.001,")


def test_two_groups_agree_with_faraway_without_a_correction():
    """Faraway 2006, 4.4 (Appleton et al. 1996): printed 9.121, df 1, p 0.002527."""
    row = compare(make_coded(no=(230, 732), yes=(139, 582)))
    assert f"{row['chi_square']:.3f}" == "9.121"
    assert f"{row['p']:.6f}" == "0.002527"
    assert row["cramers_v"] == pytest.approx(math.sqrt(9.121 / 1314), abs=1e-4)


def test_a_difference_that_is_total_has_v_of_one():
    row = compare(make_coded(a=(20, 20), b=(0, 20)))
    assert (row["cramers_v"], row["chi_square"]) == (1.0, 40.0)


def test_too_few_people_get_words_and_no_number():
    row = compare(make_coded(a=(3, 4), b=(1, 4), c=(2, 3), d=(1, 3)))
    numbers = [row[c] for c in ("chi_square", "p", "p_holm", "cramers_v")]
    assert all(map(math.isnan, numbers))
    assert row["least_expected"] == 1.5
    assert row["verdict"] == (
        "expected counts too small: 8 of 8 below 5; with 14 people in 4 groups "
        "no chi-square can be had"
    )


def test_one_expected_count_below_one_is_too_many():
    many = {"a": (50, 100), "b": (50, 100), "c": (1, 1), "d": (50, 100)}
    row = compare(make_coded(**many, e=(50, 100), f=(50, 100)))
    assert row["least_expected"] < 1
    assert "2 of 12 below 5, 2 of them below 1;" in row["verdict"]
    assert math.isnan(row["p"])


def test_a_fifth_of_the_expected_counts_may_be_below_five_and_no_more():
    large = {"a": (20, 40), "b": (20, 40), "c": (20, 40), "d": (20, 40)}
    fifth = compare(make_coded(**large, e=(4, 8)))
    assert fifth["least_expected"] == 4
    assert fifth["p"] == pytest.approx(1)
    more = compare(make_coded(**{**large, "d": (4, 8)}, e=(4, 8)))
    assert "4 of 10 below 5;" in more["verdict"]
    assert math.isnan(more["p"])


def test_of_four_expected_counts_one_below_five_is_too_many():
    row = compare(make_coded(a=(3, 10), b=(7, 20)))
    assert "1 of 4 below 5;" in row["verdict"]


def test_an_expected_count_of_five_is_enough():
    assert not math.isnan(compare(make_coded(a=(7, 10), b=(3, 10)))["p"])
    assert math.isnan(compare(make_coded(a=(6, 9), b=(3, 9)))["p"])


def test_a_person_counts_once_however_much_they_say():
    coded = make_coded(a=(9, 20), b=(12, 20))
    talkative = pd.concat([coded, coded[coded["group"].eq("a")]], ignore_index=True)
    assert compare(talkative) == compare(coded)


def test_people_heard_together_are_not_independent():
    coded = make_coded(a=(9, 20), b=(12, 20))
    row = compare(coded.replace({"document_id": {"a1": "a0", "b3": "a0"}}))
    assert math.isnan(row["p"])
    assert row["verdict"] == (
        "3 people were heard together: not independent; with 40 people in 2 groups "
        "no chi-square can be had"
    )


def test_both_reasons_are_told():
    coded = make_coded(a=(2, 4), b=(2, 4)).replace({"document_id": {"a1": "a0"}})
    verdict = compare(coded)["verdict"]
    assert "expected counts too small" in verdict
    assert "2 people were heard together" in verdict


def test_what_everybody_raises_and_a_single_group_give_nothing_to_compare():
    everybody = compare(make_coded(a=(20, 20), b=(20, 20)))
    assert everybody["verdict"] == "nothing to compare: everybody raises it"
    single = compare(make_coded(a=(10, 20)))
    assert single["verdict"] == "nothing to compare: all are of one group"
    assert math.isnan(everybody["p"]) and math.isnan(single["p"])


def test_interviewers_and_people_without_a_group_are_left_out():
    coded = make_coded(a=(9, 20), b=(12, 20))
    others = make_coded(x=(3, 5)).assign(group=["", None, "", "", ""])
    asking = make_coded(a=(1, 1)).assign(respondent_id="")
    assert compare(pd.concat([coded, others, asking])) == compare(coded)


def test_a_person_of_two_groups_is_a_mistake():
    coded = make_coded(a=(1, 2), b=(1, 2)).replace({"respondent_id": {"b1": "a1"}})
    with pytest.raises(ValueError, match="two values of 'group'"):
        compare_groups(coded, by="group")


def test_several_codes_are_several_chances():
    """Only the codes that can be tested count as tests."""
    codes = {
        "a": ((5, 20), (15, 20)),
        "b": ((7, 20), (13, 20)),
        "c": ((1, 20), (0, 20)),
    }
    frames = [make_coded(c, a=first, b=second) for c, (first, second) in codes.items()]
    rows = compare_groups(pd.concat(frames), by="group").set_index("code_id")
    assert rows["p_holm"]["a"] == pytest.approx(2 * rows["p"]["a"])
    assert rows["p_holm"]["b"] == rows["p"]["b"]
    assert math.isnan(rows["p_holm"]["c"])
    assert rows["verdict"]["a"] == (
        "p = 0.0016, p = 0.0031 for 2 codes tested (Holm): so seldom would chance deal "
        "these people so unevenly; of others it says nothing unless they were drawn at "
        "random"
    )


def test_holm_steps_down_and_never_turns_the_order():
    assert adjust_holm([0.01, 0.04, 0.03, 0.005]).round(9).tolist() == [
        *(0.03, 0.06, 0.06, 0.02)
    ]
    assert adjust_holm([0.6, 0.7]).tolist() == [1, 1]


def test_no_codings_give_no_rows():
    rows = compare_groups(make_coded(a=(0, 5), b=(0, 5)), by="group")
    assert rows.empty
    assert {"p", "p_holm", "verdict"} <= set(rows)
