"""A report speaks of a person as closely as leaves them one of k."""

from __future__ import annotations

import pandas as pd
import pytest

from evalkit.report.attribution import NOBODY_NEARER, attribute_people

NOUNS = {"diplomats": "one diplomat"}


def speak(
    *people: tuple[str, str, str], k: int = 3, by: tuple[str, ...] = ("years",)
) -> list[str]:
    """Give the attribution of people of (group, attribute_as, years)."""
    rows = pd.DataFrame(people, columns=["report_group", "attribute_as", "years"])
    rows = rows.assign(respondent_id=[f"P{at}" for at in range(len(rows))])
    spoken = attribute_people(rows, k=k, nouns=NOUNS, describe_by=by)
    assert spoken["respondent_id"].to_list() == rows["respondent_id"].to_list()
    return spoken["attribution"].to_list()


OLD = ("diplomats", "role", "old")
NEW = ("diplomats", "role", "new")


def test_k_people_are_described_by_what_they_share():
    assert speak(OLD, OLD, OLD) == ["one old diplomat"] * 3


def test_an_attribute_that_leaves_fewer_than_k_describes_nobody():
    assert speak(OLD, OLD, OLD, NEW) == ["one diplomat"] * 4
    assert speak(*[OLD] * 3, *[NEW] * 3)[-1] == "one new diplomat"


def test_fewer_than_k_are_one_respondent():
    assert speak(OLD, OLD) == [NOBODY_NEARER] * 2
    assert speak(OLD, OLD, k=2) == ["one old diplomat"] * 2


@pytest.mark.parametrize(
    ("agreed", "said"),
    [
        ("role", "one old diplomat"),
        ("name", "one old diplomat"),
        ("group", "one diplomat"),
        ("", "one diplomat"),
        ("one old ambassador", "one diplomat"),
        ("none", NOBODY_NEARER),
    ],
)
def test_nobody_is_described_more_closely_than_they_agreed(agreed: str, said: str):
    assert speak(OLD, OLD, OLD, ("diplomats", agreed, "old"))[-1] == said


def test_what_an_attribute_does_not_say_is_left_out():
    blank = ("diplomats", "role", "")
    assert speak(*[OLD] * 3, *[blank] * 3)[-1] == "one diplomat"


def test_a_group_without_a_noun_is_named_as_a_group():
    assert speak(*[("others", "role", "old")] * 3) == ["one of the others"] * 3


def test_people_without_a_group_are_one_respondent():
    assert speak(*[("all respondents", "role", "old")] * 3) == [NOBODY_NEARER] * 3


def test_an_attribute_that_is_unknown_is_not_used():
    assert speak(OLD, OLD, OLD, by=("rank",)) == ["one diplomat"] * 3


def test_nobody_is_nobody():
    assert speak() == []
