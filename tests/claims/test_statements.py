import pandas as pd
import pytest

from evalkit.claims.statements import find_gaps, parse_claims
from evalkit.errors import ProblemsError

WHOLE = """\
# The claims.
claims:
  - id: K1
    question: Q1
    statement: It helped.
    codes: [a, b]
    against: [c]
    rivals:
      - It would have come anyway.
      - Others paid.
open_questions:
  - {id: K2, statement: Would more have helped?, codes: [d]}
lessons:
  - id: L1
    statement: Ask first.
    rests_on: [K1, K2]
    holds_when: there is time
    fails_when: there is none
recommendations:
  - {id: A1, to: the ministry, priority: high, statement: Ask., rests_on: [L1]}
"""
CODES = pd.DataFrame({"code_id": list("abcd")})


def test_every_section_is_read() -> None:
    claims = parse_claims(WHOLE)
    statements = claims.statements.set_index("claim_id")
    assert statements["kind"].to_dict() == {
        "K1": "finding",
        "K2": "question",
        "L1": "lesson",
        "A1": "recommendation",
    }
    assert statements.loc["K1", "rivals"] == "It would have come anyway.; Others paid."
    assert statements.loc["L1", "rests_on"] == "K1; K2"
    assert statements.loc["A1", "to"] == "the ministry"
    assert claims.links.to_numpy().tolist() == [
        ["K1", "a", "for"],
        ["K1", "b", "for"],
        ["K1", "c", "against"],
        ["K2", "d", "for"],
    ]
    assert claims.lines == {"K1": 3, "K2": 12, "L1": 14, "A1": 20}
    assert find_gaps(claims, CODES, {"Q1": "Did it help?"}) == []


def test_an_empty_file_claims_nothing() -> None:
    for content in ("", "# nothing yet\n", "claims:\n"):
        claims = parse_claims(content)
        assert claims.statements.empty
        assert claims.links.empty


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("- K1", 1, "begin it with `claims:`"),
        ("claims: yes", 1, "'claims' is no list"),
        ("claim: []", 1, "did you mean 'claims'?"),
        ("claims:\n  - It helped.", 2, "stands where a statement should"),
        ("claims:\n  - statement: It helped.", 2, "has no id"),
        ("claims:\n  - id: K1", 2, "K1 says nothing"),
        (
            "claims:\n  - {id: K1, statement: x}\n  - {id: K1, statement: y}",
            3,
            "K1 stands twice, first in line 2",
        ),
        ("claims:\n  - {id: K1, statement: x, code: [a]}", 2, "did you mean 'codes'?"),
        ("claims:\n  - {id: K1, statement: x, codes: a}", 2, "codes of K1 is no list"),
        (
            "claims:\n  - {id: K1, statement: x, codes: [a], against: [a]}",
            2,
            "'a' speaks both for and against K1",
        ),
        (
            "lessons:\n  - {id: L1, statement: x, rests_on: [K01]}",
            2,
            "L1 rests on 'K01', which is not here",
        ),
        ("claims:\n  - id: [K1", 2, "mend the YAML"),
        ("claims: false", 1, "'claims' is no list"),
        ("claims:\n  - {id: [K1, K2], statement: x}", 2, "is no text"),
        ("claims:\n  - {id: K1, statement: x, codes: [1.10]}", 2, "quotation marks"),
        ("lessons:\n  - {id: L1, statement: x, rests_on: [L1]}", 2, "rests on itself"),
        ("lessons:\n  - {id: L1, statement: 2026-02-30}", 0, "quotation marks"),
    ],
)
def test_each_mistake_is_named_with_its_line(
    content: str, line: int, said: str
) -> None:
    with pytest.raises(ProblemsError) as caught:
        parse_claims(content)
    assert [said in str(each) for each in caught.value.problems] == [True]
    place = f"claims.yaml:{line}: " if line else "claims.yaml: "
    assert str(caught.value.problems[0]).startswith(place)


@pytest.mark.parametrize(
    ("old", "new", "said", "warning"),
    [
        ("codes: [a, b]", "codes: [a, bb]", "code 'bb' of K1 is unknown", False),
        ("question: Q1", "question: Q2", "question 'Q2' of K1 is unknown", False),
        ("    fails_when: there is none\n", "", "L1: a lesson without its", True),
        ("    rests_on: [K1, K2]\n", "", "L1: it rests on nothing", True),
        ("to: the ministry, ", "", "A1: nobody is addressed", True),
        (
            "    codes: [a, b]\n    against: [c]\n",
            "",
            "K1: no code stands for it",
            True,
        ),
    ],
)
def test_what_is_left_open_is_listed(
    old: str, new: str, said: str, warning: bool
) -> None:
    claims = parse_claims(WHOLE.replace(old, new))
    found = find_gaps(claims, CODES, {"Q1": "Did it help?"})
    assert [(said in str(each), each.warning) for each in found] == [(True, warning)]


def test_a_short_title_is_read_and_only_claims_and_questions_have_one() -> None:
    claims = parse_claims("claims:\n  - {id: K1, statement: It helped., short: Help}")
    assert claims.statements["short"].to_list() == ["Help"]
    assert parse_claims(WHOLE).statements["short"].eq("").all()
    with pytest.raises(ProblemsError, match="'short' of L1 is not known"):
        parse_claims("lessons:\n  - {id: L1, statement: Ask., short: Ask}")
    with pytest.raises(ProblemsError, match="short of K1 is no text"):
        parse_claims("claims:\n  - {id: K1, statement: x, short: [a]}")


def test_what_was_dropped_says_why() -> None:
    claims = parse_claims(
        f"{WHOLE}dropped:\n  - {{id: K9, reason: merged into K1}}\n"
        "  - id: 10\n    reason: |\n      nobody\n      said so\n"
    )
    assert claims.dropped == {"K9": "merged into K1", "10": "nobody\nsaid so"}
    assert "K9" not in claims.lines
    assert parse_claims("dropped: {id: K9, reason: x}").dropped == {"K9": "x"}
    for nothing in ("dropped:\n", "dropped: []\n", ""):
        assert parse_claims(nothing).dropped == {}


@pytest.mark.parametrize(
    ("entries", "line", "said"),
    [
        ("\n  - K9", 2, "'K9' does not say what was dropped, and why"),
        ("\n  - {id: K8, reason: x}\n  - {id: K9}", 3, "does not say what was dropped"),
        ("\n  - {reason: x}", 2, "does not say what was dropped"),
        ("\n  - {id: K9, reason: }", 2, "does not say what was dropped"),
        ("\n  - {id: K9, reason: '  '}", 2, "does not say what was dropped"),
        ("\n  - {id: K9, reason: x, on: may}", 2, "does not say what was dropped"),
        ("\n  - {id: [K8, K9], reason: x}", 2, "does not say what was dropped"),
        ("\n  - {id: 1.10, reason: x}", 2, "does not say what was dropped"),
        ("\n  - {id: K9, reason: {a: b}}", 2, "does not say what was dropped"),
        ("\n  - ", 2, "does not say what was dropped"),
        (" K9", 1, "does not say what was dropped"),
        (" false", 1, "does not say what was dropped"),
        (
            "\n  - {id: K9, reason: x}\n  - {id: K9, reason: y}",
            3,
            "K9 is dropped twice",
        ),
        (
            "\n  - {id: K9, reason: x}\nclaims:\n  - {id: K9, statement: y}",
            4,
            "K9 is dropped, and stands here all the same",
        ),
    ],
)
def test_an_entry_of_dropped_that_says_too_little_is_named(
    entries: str, line: int, said: str
) -> None:
    with pytest.raises(ProblemsError) as caught:
        parse_claims(f"dropped:{entries}")
    (problem,) = caught.value.problems
    assert (problem.place, said in problem.what) == (line, True), problem
