"""Everything published, taken together, describes no fewer than k people."""

from __future__ import annotations

import pandas as pd
import pytest

from evalkit.report.small_cells import HEARD, Counted, find_small, merge_small


def people(**columns: str) -> pd.DataFrame:
    """Give one row a letter: who belongs where."""
    return pd.DataFrame({name: [*letters] for name, letters in columns.items()})


NINE = people(group="aaaabbbcc", mode="vvvvvvppp")


def test_a_category_of_exactly_k_is_not_small():
    assert find_small([Counted(HEARD, "mode", {"v": 6, "p": 3})], NINE, k=3) == []


def test_a_category_of_fewer_than_k_is():
    found = find_small([Counted("who know", "group", {"c": 1, "a": 4})], NINE, k=3)
    assert found[0] == "by group: “c” is 2 people"


def test_what_a_table_leaves_out_is_found_by_subtraction():
    found = find_small([Counted(HEARD, "group", {"a": 4, "b": 3})], NINE, k=3)
    assert found == [
        "by group: 2 people are left out of the table, and found by subtraction"
    ]
    assert find_small([Counted(HEARD, "group", {"a": 4})], NINE, k=3) == []


def test_two_tables_of_parts_are_read_as_one():
    parts = [Counted(HEARD, "group", {"a": 4}), Counted("else", "group", {"b": 3})]
    assert find_small(parts, NINE, k=3) == [
        "by group: 2 people are left out of the table, and found by subtraction"
    ]


def test_two_tables_that_must_overlap_in_fewer_than_k_are_found():
    heard = people(group="aaaaaabb", mode="vpppppvv")
    by_group = Counted(HEARD, "group", {"a": 6, "b": 2})
    by_mode = Counted(HEARD, "mode", {"v": 3, "p": 5})
    for one in (by_group, by_mode):
        assert find_small([one], heard, k=2) == []
    assert find_small([by_group, by_mode], heard, k=2) == [
        "people heard by group and by mode: together they tell of “a” and “v”, 1 person"
    ]


def test_three_tables_that_must_overlap_are_found():
    heard = people(a="xxxxxxxy", b="xxxxxxyx", c="xxxxxyxx")
    tables = [Counted(HEARD, by, {"x": 7}) for by in "abc"]
    found = find_small(tables, heard, k=6)
    assert [each for each in found if "by a and by b and by c" in each]


def test_tables_of_different_things_are_not_crossed():
    heard = people(group="aaaaaabb", mode="vpppppvv")
    tables = [
        Counted("who know K1", "group", {"a": 6, "b": 2}),
        Counted("who know K2", "mode", {"v": 3, "p": 5}),
    ]
    assert find_small(tables, heard, k=2) == []


def test_a_merged_group_less_what_it_is_made_of_is_found():
    heard = people(group="aaabccc", report_group="AAAACCC")
    merged = Counted(HEARD, "report_group", {"A": 4, "C": 3})
    assert find_small([merged], heard, k=3) == []
    found = find_small([merged, Counted(HEARD, "group", {"a": 3, "c": 3})], heard, k=3)
    assert "by group and by report_group: 1 person of “A” is found by subtraction" in (
        found
    )


def test_a_count_within_a_group_may_be_small():
    assert find_small([Counted("who know", "mode", {"v": 1, "p": 1})], NINE, k=3) == []


def test_nobody_is_nothing_to_hide():
    nobody = NINE.iloc[:0]
    assert find_small([], NINE, k=3) == []
    assert find_small([Counted(HEARD, "mode", {})], nobody, k=3) == []


def test_each_line_is_told_once():
    small = Counted(HEARD, "group", {"c": 2, "a": 4, "b": 3})
    assert len(find_small([small, small], NINE, k=3)) == 1


@pytest.mark.parametrize(
    ("groups", "merged"),
    [
        ("aaabbb", {"a": 3, "b": 3}),
        ("aaabbbc", {"other": 4, "b": 3}),
        ("aaaabc", {"any": 6}),
        ("aaaabcd", {"a": 4, "other": 3}),
        ("", {}),
    ],
)
def test_small_categories_are_merged_until_nothing_is_found_by_subtraction(
    groups: str, merged: dict[str, int]
):
    sizes = merge_small(people(group=groups), "group", k=3).value_counts().to_dict()
    assert sorted(sizes.values()) == sorted(merged.values())
    assert ("other" in sizes) == ("other" in merged)


def test_what_is_not_recorded_is_a_category():
    known = merge_small(people(group="aaa").assign(group=["a", "", ""]), "group", k=1)
    assert known.to_list() == ["a", "not recorded", "not recorded"]
