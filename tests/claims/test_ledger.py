import pandas as pd
import pytest

from evalkit.analysis.units import cut_units, lay_codings
from evalkit.claims.ledger import find_evidence, list_without_stance, widen_links

LINKS = pd.DataFrame({"claim_id": ["K1"], "code_id": ["a"], "side": ["for"]})
PEOPLE = pd.DataFrame({"respondent_id": ["P2", "P1"], "group": ["nurse", "doctor"]})


def lay(*marks: tuple[str, str, str]) -> pd.DataFrame:
    """Codings by (respondent, code, stance), each on its own."""
    return pd.DataFrame(
        [(f"c{at}", *mark) for at, mark in enumerate(marks)],
        columns=["coding_id", "respondent_id", "code_id", "stance"],
    )


@pytest.mark.parametrize(
    ("stances", "direction"),
    [
        ("supports", "supports"),
        ("supports supports neutral", "supports"),
        ("supports qualifies", "qualifies"),
        ("qualifies contradicts", "contradicts"),
        ("supports contradicts", "mixed"),
        ("supports qualifies contradicts", "mixed"),
    ],
)
def test_a_person_counts_once_and_by_the_least_favourable(
    stances: str, direction: str
) -> None:
    coded = lay(*(("P1", "a", stance) for stance in stances.split()))
    evidence = find_evidence(coded, LINKS, PEOPLE)
    assert evidence["direction"].to_list() == [direction]
    n_said = len([each for each in stances.split() if each != "neutral"])
    assert evidence["n_codings"].to_list() == [n_said]


def test_against_turns_a_stance_round() -> None:
    links = LINKS.assign(side="against")
    coded = lay(("P1", "a", "supports"), ("P2", "a", "contradicts"))
    evidence = find_evidence(coded, links, PEOPLE)
    assert evidence["respondent_id"].to_list() == ["P2", "P1"]
    assert evidence["direction"].to_list() == ["supports", "contradicts"]
    hedged = find_evidence(lay(("P1", "a", "qualifies")), links, PEOPLE)
    assert hedged["direction"].to_list() == ["qualifies"]


def test_neutral_unsaid_and_unlinked_codings_are_no_evidence() -> None:
    coded = lay(("P1", "a", "neutral"), ("P1", "a", ""), ("P1", "b", "supports"))
    assert find_evidence(coded, LINKS, PEOPLE).empty
    assert find_evidence(coded.drop(columns="stance"), LINKS, PEOPLE).empty


def test_what_nobody_we_listened_to_said_is_no_evidence() -> None:
    coded = lay(("", "a", "supports"), ("P9", "a", "supports"))
    assert find_evidence(coded, LINKS, PEOPLE).empty


def test_a_coding_over_two_turns_of_one_person_is_one_coding() -> None:
    turns = pd.DataFrame(
        {
            "document_id": "A",
            "turn": [1, 2],
            "speaker": "R",
            "role": "respondent",
            "respondent_id": "P1",
            "start": [0, 10],
            "end": [9, 20],
        }
    )
    codings = pd.DataFrame(
        {
            "coding_id": ["x"],
            "document_id": "A",
            "start": [2],
            "end": [15],
            "code_id": "a",
            "stance": "supports",
        }
    )
    laid = lay_codings(cut_units(turns), codings)
    assert len(laid) == 2
    assert find_evidence(laid, LINKS, PEOPLE)["n_codings"].to_list() == [1]


def test_a_named_code_stands_for_those_below_unless_they_are_named_themselves() -> None:
    codes = pd.DataFrame(
        {
            "code_id": ["a", "a.b", "a.b.c", "a.d", "e"],
            "parent_id": ["", "a", "a.b", "a", ""],
        }
    )
    links = pd.DataFrame(
        {"claim_id": "K1", "code_id": ["a", "a.b"], "side": ["for", "against"]}
    )
    assert widen_links(links, codes).to_numpy().tolist() == [
        ["K1", "a", "for"],
        ["K1", "a.b", "against"],
        ["K1", "a.b.c", "against"],
        ["K1", "a.d", "for"],
    ]
    assert widen_links(links.head(0), codes).empty


def test_codings_that_do_not_say_how_they_bear_are_listed() -> None:
    codings = pd.DataFrame(
        {
            "coder_id": ["ana", "ana", "bo", "bo"],
            "code_id": ["a", "a", "a", "b"],
            "stance": ["", None, "supports", ""],
        }
    )
    assert list_without_stance(codings, LINKS) == [("ana", "a", 2)]
    assert list_without_stance(codings.drop(columns="stance"), LINKS) == [
        ("ana", "a", 2),
        ("bo", "a", 1),
    ]
