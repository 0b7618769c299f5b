from __future__ import annotations

import pandas as pd
import pytest

from evalkit.claims.ledger import list_positions
from evalkit.tables import EVIDENCE, POSITIONS

PEOPLE = pd.DataFrame(
    {"respondent_id": ["P1", "P2", "007"], "group": ["nurse", "", "nurse"]}
)
SAID = EVIDENCE.typed(
    pd.DataFrame(
        {
            "claim_id": ["K1", "K2"],
            "respondent_id": ["P1", "007"],
            "group": "nurse",
            "direction": ["supports", "mixed"],
            "n_codings": [2, 1],
        }
    )
)


def put(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame([*pairs], columns=["claim_id", "respondent_id"], dtype="str")


def test_everybody_stands_somewhere_on_each_claim() -> None:
    asked = put(("K1", "P1"), ("K1", "P2"), ("K2", "P1"))
    rows = list_positions(SAID, PEOPLE, claim_ids=["K2", "K1"], asked=asked)
    assert rows["claim_id"].to_list() == ["K2"] * 3 + ["K1"] * 3
    assert rows["respondent_id"].to_list() == ["P1", "P2", "007"] * 2
    assert rows["position"].to_list() == [
        *("asked, silent", "not asked", "mixed"),
        *("supports", "asked, silent", "not asked"),
    ]


def test_who_speaks_to_it_unasked_is_heard_all_the_same() -> None:
    rows = list_positions(SAID, PEOPLE, claim_ids=["K2"], asked=put(("K1", "P1")))
    volunteered = rows[rows["respondent_id"].eq("007")].iloc[0]
    assert (volunteered["position"], volunteered["was_asked"]) == ("mixed", False)


def test_where_nobody_recorded_it_nobody_is_said_to_be_silent() -> None:
    rows = list_positions(SAID, PEOPLE, claim_ids=["K1"])
    assert rows["position"].to_list() == [
        "supports",
        "did not speak to it",
        "did not speak to it",
    ]
    assert rows["was_asked"].isna().all()


def test_that_nothing_about_a_claim_was_put_is_not_that_nobody_knows() -> None:
    rows = list_positions(SAID, PEOPLE, claim_ids=["K1"], asked=put())
    assert rows["position"].to_list() == ["supports", "not asked", "not asked"]
    assert rows["was_asked"].to_list() == [False, False, False]


@pytest.mark.parametrize("asked", [None, put(), put(("K1", "P1"))])
@pytest.mark.parametrize(
    ("people", "claim_ids"), [(PEOPLE, []), (PEOPLE.head(0), ["K1"])]
)
def test_without_people_or_claims_there_are_no_positions(
    asked: pd.DataFrame | None, people: pd.DataFrame, claim_ids: list[str]
) -> None:
    rows = list_positions(EVIDENCE.empty(), people, claim_ids=claim_ids, asked=asked)
    pd.testing.assert_frame_equal(rows, POSITIONS.empty(), check_index_type=False)


def test_attributes_of_people_do_not_come_along() -> None:
    people = PEOPLE.assign(position="head nurse", direction="north")
    rows = list_positions(SAID, people, claim_ids=["K1"])
    assert [*rows] == list(POSITIONS.columns)
    assert rows["position"].iloc[0] == "supports"
