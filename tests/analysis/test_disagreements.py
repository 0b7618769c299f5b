"""Where coders differ, and what settling it would do."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.analysis.agreement import krippendorff_alpha
from evalkit.analysis.disagreements import count_disagreements, find_disagreements
from evalkit.analysis.ratings import cut_characters, list_worked, rate_code
from evalkit.tables import list_rows

TEN = pd.DataFrame(
    {"document_id": "A", "unit": range(1, 11), "start": range(0, 100, 10)}
).assign(end=lambda units: units["start"] + 10)


def coding(
    coding_id: str, start: int, end: int, code_id: str = "hope", stance: str = ""
) -> dict[str, Any]:
    """A coding of ana's (a…) or bo's (b…)."""
    return {
        "coding_id": coding_id,
        "document_id": "A",
        "start": start,
        "end": end,
        "code_id": code_id,
        "coder_id": {"a": "ana", "b": "bo", "c": "cy"}[coding_id[0]],
        "quotation": f"words of {coding_id}",
        "stance": stance,
    }


def frame(*codings: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(codings)


SHARED = (coding("a0", 90, 99), coding("b0", 90, 99))


def find(*codings: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    return list_rows(find_disagreements(frame(*SHARED, *codings), TEN, **options))


def test_what_both_read_alike_is_no_disagreement() -> None:
    assert find() == []
    assert (
        find(coding("a1", 0, 5, stance="yes"), coding("b1", 0, 5, stance="yes")) == []
    )


def test_a_coding_the_other_does_not_have_was_missed() -> None:
    for coding_id, other in (("a1", "bo"), ("b1", "ana")):
        (row,) = find(coding(coding_id, 0, 5))
        assert (row["kind"], row["coding_id"]) == ("missed", coding_id)
        assert (row["other_coding_id"], row["other_code_id"]) == ("", "")
        assert row["other_coder_id"] == other
        assert row["quotation"] == f"words of {coding_id}"


def test_other_ends_are_a_boundary_and_gain_nothing_within_a_unit() -> None:
    (row,) = find(coding("a1", 0, 5), coding("b1", 0, 8))
    assert (row["kind"], row["start"], row["end"]) == ("boundary", 0, 8)
    assert row["gain"] == 0
    (row,) = find(coding("a1", 0, 12), coding("b1", 0, 8))
    assert row["gain"] > 0


def test_another_code_on_the_same_words_is_one_disagreement() -> None:
    (row,) = find(coding("a1", 0, 5), coding("b1", 0, 5, "fear"))
    assert row["kind"] == "different code"
    assert (row["code_id"], row["other_code_id"]) == ("hope", "fear")


def test_another_stance_is_told_in_words() -> None:
    (row,) = find(
        coding("a1", 0, 5, stance="supports"),
        coding("b1", 0, 5, stance="qualifies"),
        coding("a2", 20, 25, stance="supports"),
        coding("b2", 20, 25, stance="supports"),
    )
    assert row["kind"] == "different stance"
    assert row["differs"] == "stance: supports / qualifies"
    # Two pairs of which one differs: alpha 0. Settled as the one reads it nothing but
    # "supports" is left, which gains nothing; as the other does, alpha is 1.
    assert row["gain"] == pytest.approx(0.5)


def test_another_stance_outweighs_other_ends() -> None:
    ana, bo = coding("a1", 0, 5, stance="yes"), coding("b1", 0, 8, stance="no")
    (row,) = find(ana, bo)
    assert row["kind"] == "different stance"


def test_what_was_decided_says_so() -> None:
    decisions = pd.DataFrame({"coding_ids": [("a1", "b1")], "outcome": ["other"]})
    decisions["reason"] = "it is shorter"
    (row,) = find(coding("a1", 0, 5), coding("b1", 0, 8), decisions=decisions)
    assert row["outcome"] == "one reading"  # whose, the decision does not say
    assert row["decided_because"] == "it is shorter"


def test_only_documents_that_both_worked_on_are_compared() -> None:
    alone = coding("a9", 0, 5) | {"document_id": "B"}
    assert find(alone) == []
    worked = list_worked(frame(*SHARED, alone))
    worked.loc[len(worked)] = ["bo", "B"]  # read, and nothing found
    units = pd.concat([TEN, TEN.assign(document_id="B")], ignore_index=True)
    (row,) = list_rows(find_disagreements(frame(*SHARED, alone), units, worked=worked))
    assert (row["kind"], row["document_id"]) == ("missed", "B")


def test_every_two_of_three_coders_are_compared() -> None:
    codings = (*SHARED, coding("c0", 90, 99), coding("a1", 0, 5))
    rows = list_rows(find_disagreements(frame(*codings), TEN))
    assert [row["other_coder_id"] for row in rows] == ["bo", "cy"]


def test_an_empty_table_gives_an_empty_table() -> None:
    found = find_disagreements(frame(*SHARED).iloc[:0], TEN)
    assert found.empty
    assert found.columns[0] == "document_id"


def test_counts_by_code_and_kind_count_another_code_for_both() -> None:
    found = find_disagreements(
        frame(
            *SHARED,
            coding("a1", 0, 5),
            coding("b1", 0, 5, "fear"),
            coding("a2", 50, 60),
        ),
        TEN,
    )
    counts = count_disagreements(found).set_index("code_id")
    assert counts.loc["hope"].to_dict() == {"different code": 1, "missed": 1}
    assert counts.loc["fear"].to_dict() == {"different code": 1, "missed": 0}


def measure(
    codings: pd.DataFrame, code_ids: set[str], units: pd.DataFrame
) -> dict[str, float]:
    worked = pd.DataFrame({"coder_id": ["ana", "bo"], "document_id": "A"})
    return {
        code_id: krippendorff_alpha(
            rate_code(codings, units, code_id=code_id, worked=worked)
        )
        for code_id in code_ids
    }


def settle(codings: pd.DataFrame, row: dict[str, Any], keep: str) -> pd.DataFrame:
    """Let both read it as `keep` does: the other's goes, a copy takes its place."""
    pair = [row["coding_id"], row["other_coding_id"]]
    kept = codings[codings["coding_id"].isin(pair) & codings["coder_id"].eq(keep)]
    other = {"ana": "bo", "bo": "ana"}[keep]
    gone = codings["coding_id"].isin(pair) & codings["coder_id"].eq(other)
    copy = kept.assign(coder_id=other, coding_id=f"copy of {keep}")
    return pd.concat([codings[~gone], copy])


spans = st.tuples(
    st.sampled_from("ab"),
    st.integers(0, 95),
    st.integers(1, 30),
    st.sampled_from(["hope", "fear"]),
)


WHOLE = pd.DataFrame({"document_id": ["A"], "turn": 1, "start": 0, "end": 100}).assign(
    speaker="R", role="respondent", respondent_id="P1"
)


@pytest.mark.parametrize("by", ["turn", "character"])
@settings(max_examples=60)
@given(drawn=st.lists(spans, max_size=8))
def test_a_gain_is_what_alphas_rise_when_it_is_settled(by, drawn) -> None:
    codings = frame(
        *SHARED,
        *(
            coding(f"{who}{at}", start, min(start + length, 100), code_id)
            for at, (who, start, length, code_id) in enumerate(drawn, start=1)
        ),
    )
    cut, units = TEN, TEN
    if by == "character":
        cut = cut_characters(WHOLE, codings)
        units = TEN.iloc[[0]].loc[[0] * 100].assign(start=range(100), end=range(1, 101))
    for row in list_rows(find_disagreements(codings, cut)):
        named = {row["code_id"], row["other_code_id"]} - {""}
        before = measure(codings, named, units)
        rises = []
        for keep in ("ana", "bo"):
            after = measure(settle(codings, row, keep), named, units)
            rise = sum(
                after[c] - (0 if math.isnan(before[c]) else before[c]) for c in named
            )
            rises.append(0 if math.isnan(rise) else rise)
        assert row["gain"] == pytest.approx(sum(rises) / 2), row
