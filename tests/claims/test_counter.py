from __future__ import annotations

import pandas as pd

from evalkit.claims.counter import (
    find_counter_evidence,
    find_divided,
    find_grave,
    find_unheard,
)
from evalkit.claims.ledger import list_positions
from evalkit.tables import EVIDENCE, list_rows

LINKS = pd.DataFrame({"claim_id": ["K1"], "code_id": ["a"], "side": ["for"]})
PEOPLE = pd.DataFrame({"respondent_id": ["P1", "P2"], "group": "nurse"})
NOBODY_ASKED = list_positions(EVIDENCE.empty(), PEOPLE, claim_ids=["K1", "K2"])
_PLACE = ["respondent_id", "document_id", "start", "end", "words"]


def passages(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame([*rows], columns=["claim_id", "stance", *_PLACE])


def traps(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame([*rows], columns=["code_id", *_PLACE])


def name(found: pd.DataFrame) -> list[tuple[str, str, str]]:
    return [(r["claim_id"], r["kind"], r["respondent_id"]) for r in list_rows(found)]


SUPPORT = ("K1", "supports", "P1", "A", 10, 30, "it helped a lot, really")


def test_what_contradicts_or_qualifies_is_found_and_support_is_not() -> None:
    said = passages(
        SUPPORT,
        ("K2", "contradicts", "P2", "B", 0, 5, "It no"),
        ("K1", "qualifies", "P1", "A", 40, 50, "at times"),
    )
    found = find_counter_evidence(said, NOBODY_ASKED, traps(), LINKS)
    assert name(found) == [("K1", "qualifies", "P1"), ("K2", "contradicts", "P2")]
    assert found["words"].to_list() == ["at times", "It no"]


def test_a_trap_is_found_unless_it_lies_in_a_passage_that_a_coder_read() -> None:
    inside = ("a", "P1", "A", 13, 19, "helped")
    outside = ("a", "P1", "A", 60, 66, "helped")
    beyond = ("a", "P1", "A", 13, 33, "helped a lot, really, yes")
    elsewhere = ("a", "P2", "B", 13, 19, "helped")
    other_code = ("b", "P1", "A", 80, 86, "helped")
    hits = traps(inside, beyond, outside, elsewhere, other_code)
    found = find_counter_evidence(passages(SUPPORT), NOBODY_ASKED, hits, LINKS)
    assert found[["kind", "document_id", "start", "end"]].to_numpy().tolist() == [
        ["trap", "A", 13, 33],
        ["trap", "A", 60, 66],
        ["trap", "B", 13, 19],
    ]


def test_a_trap_of_two_codes_of_one_claim_is_one_place() -> None:
    links = pd.DataFrame(
        {"claim_id": ["K1", "K1", "K2"], "code_id": ["a", "b", "b"], "side": "for"}
    )
    hits = traps(("a", "P1", "A", 1, 4, "hit"), ("b", "P1", "A", 1, 4, "hit"))
    found = find_counter_evidence(passages(), NOBODY_ASKED, hits, links)
    assert name(found) == [("K1", "trap", "P1"), ("K2", "trap", "P1")]


def test_a_passage_of_another_claim_does_not_read_a_trap_away() -> None:
    links = pd.DataFrame({"claim_id": ["K2"], "code_id": ["a"], "side": ["for"]})
    hits = traps(("a", "P1", "A", 13, 19, "helped"))
    found = find_counter_evidence(passages(SUPPORT), NOBODY_ASKED, hits, links)
    assert name(found) == [("K2", "trap", "P1")]


def test_who_was_asked_and_said_nothing_is_found_and_who_was_not_is_not() -> None:
    asked = pd.DataFrame({"claim_id": ["K1"], "respondent_id": ["P2"]})
    rows = list_positions(EVIDENCE.empty(), PEOPLE, claim_ids=["K1"], asked=asked)
    found = find_counter_evidence(passages(), rows, traps(), LINKS)
    assert name(found) == [("K1", "asked, silent", "P2")]
    assert found["words"].to_list() == [""]


def test_where_nothing_speaks_against_a_claim_there_is_no_row() -> None:
    for said in (passages(), passages(SUPPORT)):
        found = find_counter_evidence(said, NOBODY_ASKED, traps(), LINKS)
        assert found.empty
        assert [*found] == ["claim_id", "kind", *_PLACE]
    nobody = NOBODY_ASKED.head(0)
    assert find_counter_evidence(passages(), nobody, traps(), LINKS.head(0)).empty


def by_group(*rows: tuple[str, int, int, int, int]) -> pd.DataFrame:
    columns = ["claim_id", "supports", "qualifies", "contradicts", "mixed"]
    return pd.DataFrame([*rows], columns=columns)


def test_groups_disagree_only_where_one_leans_each_way() -> None:
    rows = by_group(
        ("K1", 2, 0, 0, 0),
        ("K1", 0, 0, 0, 1),  # who says both does not support
        ("K2", 2, 0, 0, 0),
        ("K2", 1, 0, 1, 0),  # a draw leans nowhere
        ("K3", 1, 0, 0, 0),
        ("K3", 0, 3, 0, 0),  # a reserve is no no
        ("K4", 2, 2, 0, 0),  # half of them with a reserve
        ("K4", 0, 0, 2, 0),
        ("K5", 3, 1, 1, 0),
        ("K5", 1, 0, 2, 0),
    )
    assert find_divided(rows) == ["K1", "K5"]
    assert find_divided(rows.head(0)) == []


def test_who_stands_behind_no_claim_is_listed() -> None:
    evidence = pd.DataFrame({"claim_id": ["K1"], "respondent_id": ["P1"]})
    assert find_unheard(evidence, PEOPLE) == ["P2"]
    assert find_unheard(EVIDENCE.empty(), PEOPLE) == ["P1", "P2"]
    assert find_unheard(evidence, PEOPLE.head(0)) == []


def test_what_is_grave_is_found_and_a_codebook_without_the_mark_has_none() -> None:
    codings = pd.DataFrame(
        {"coding_id": list("abcd"), "grave": ["yes", "", None, " Yes "]}
    )
    assert find_grave(codings)["coding_id"].to_list() == ["a", "d"]
    assert find_grave(codings[["coding_id"]]).empty
    assert find_grave(codings.head(0)).empty
