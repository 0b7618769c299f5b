from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.analysis.causal import (
    count_links,
    count_threads,
    find_threads,
    pair_causes,
)
from evalkit.analysis.units import cut_units, lay_codings
from evalkit.errors import EvalkitError
from evalkit.tables import CODINGS, TURNS


def make_coded(*rows: tuple[str, str, str, str], **others: object) -> pd.DataFrame:
    """One unit of P1 coded by ana, from (coding_id, code_id, causal, sign)."""
    columns = ["coding_id", "code_id", "causal", "sign"]
    coded = pd.DataFrame(list(rows), columns=columns)
    place = {"document_id": "A", "unit": 1, "respondent_id": "P1", "coder_id": "ana"}
    return coded.assign(**{**place, **others})


def make_links(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Links from (respondent_id, cause, effect, sign), each of codings of its own."""
    links = pd.DataFrame(
        list(rows), columns=["respondent_id", "cause", "effect", "sign"]
    )
    return links.assign(
        document_id="A",
        unit=1,
        coder_id="ana",
        cause_coding=[f"c{n}" for n in range(len(links))],
        effect_coding=[f"e{n}" for n in range(len(links))],
        stance="",
    )


def name(links: pd.DataFrame) -> list[tuple[str, str]]:
    return [*zip(links["cause_coding"], links["effect_coding"], strict=True)]


# --- pairing ---


def test_every_cause_on_a_unit_is_paired_with_every_effect():
    coded = make_coded(
        *[("a", "rain", "cause", ""), ("b", "seed", "cause", "")],
        *[("c", "yield", "effect", "+"), ("d", "debt", "effect", "-")],
        ("e", "mood", "", ""),
    )
    links = pair_causes(coded)
    assert name(links) == [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")]
    assert links["sign"].to_list() == ["+", "-", "+", "-"]
    assert links[["cause", "effect"]].iloc[1].to_list() == ["rain", "debt"]


def test_a_link_says_where_it_was_told_and_whose_it_is():
    coded = make_coded(("a", "rain", "cause", ""), ("b", "yield", "effect", "+"))
    (link,) = pair_causes(coded.assign(stance=["supports", "qualifies"])).to_dict(
        "records"
    )
    assert link == {
        **{"document_id": "A", "unit": 1, "respondent_id": "P1", "coder_id": "ana"},
        **{"cause": "rain", "effect": "yield"},
        **{
            "cause_coding": "a",
            "effect_coding": "b",
            "sign": "+",
            "stance": "qualifies",
        },
    }


def test_a_code_is_not_its_own_cause():
    coded = make_coded(("a", "rain", "cause", ""), ("b", "rain", "effect", ""))
    assert pair_causes(coded).empty


@pytest.mark.parametrize(
    "apart",
    [
        {"unit": [1, 2]},
        {"document_id": ["A", "B"]},
        {"respondent_id": ["P1", "P2"]},
        {"coder_id": ["ana", "ben"]},
        {"respondent_id": ""},
        {"respondent_id": None},
    ],
)
def test_a_link_is_of_one_unit_one_person_and_one_coder(apart: dict[str, object]):
    coded = make_coded(("a", "rain", "cause", ""), ("b", "yield", "effect", ""))
    assert len(pair_causes(coded)) == 1
    assert pair_causes(coded.assign(**apart)).empty


def test_another_attribute_may_say_what_is_cause_and_effect():
    coded = make_coded(("a", "rain", "cause", ""), ("b", "yield", "effect", ""))
    renamed = coded.rename(columns={"causal": "part"})
    assert name(pair_causes(renamed, by="part")) == [("a", "b")]
    with pytest.raises(EvalkitError, match=r"attribute 'causal': add causal: \[cause"):
        pair_causes(renamed)


def test_without_signs_and_stances_both_are_empty():
    coded = make_coded(("a", "rain", "cause", ""), ("b", "yield", "effect", ""))
    links = pair_causes(coded.drop(columns="sign"))
    assert links[["sign", "stance"]].to_numpy().tolist() == [["", ""]]


def test_a_sign_that_is_neither_plus_nor_minus_is_refused():
    coded = make_coded(("a", "rain", "cause", ""), ("b", "yield", "effect", "up"))
    with pytest.raises(EvalkitError, match=r"coding 'b' has the sign 'up': write one"):
        pair_causes(coded)


def test_codings_laid_over_turns_become_links():
    text = "Rain came. We ate."
    turns = pd.DataFrame(
        [
            ("A", 1, "I", "interviewer", "", 0, 4, None, "Why?"),
            ("A", 2, "R", "respondent", "P1", 5, 23, None, text),
        ],
        columns=list(TURNS.columns),
    )
    codings = pd.DataFrame(
        [
            ("x", "A", 5, 9, "rain", "ana"),
            ("y", "A", 16, 22, "food", "ana"),
            ("z", "A", 0, 4, "debt", "ana"),
        ],
        columns=[*CODINGS.columns][:6],
    )
    codings = CODINGS.typed(codings).assign(causal=["cause", "effect", "effect"])
    by_turn = lay_codings(cut_units(TURNS.typed(turns)), codings)
    assert name(pair_causes(by_turn)) == [("x", "y")]
    by_sentence = lay_codings(cut_units(TURNS.typed(turns), by="sentence"), codings)
    assert pair_causes(by_sentence).empty
    nothing = lay_codings(cut_units(TURNS.typed(turns)), codings[:0])
    assert count_links(pair_causes(nothing)).empty


# --- counting ---


def test_a_person_counts_once_and_each_pair_of_codings_once():
    links = make_links(
        *[("P1", "rain", "yield", "+"), ("P1", "rain", "yield", "-")],
        *[("P2", "rain", "yield", "+"), ("P2", "seed", "yield", "")],
    )
    # A coding over two sentences is laid on both.
    links = pd.concat([links, links[:1].assign(unit=2)])
    assert count_links(links).to_numpy().tolist() == [
        ["rain", "yield", 2, 3, 2, 1, 0, 2, 1.0],
        ["seed", "yield", 1, 1, 0, 0, 0, 2, 0.5],
    ]


def test_the_columns_say_what_is_counted():
    assert count_links(make_links()).columns.to_list() == [
        *["cause", "effect", "n_sources", "n_citations", "n_positive", "n_negative"],
        *["n_denied", "n_people", "share_sources"],
    ]


def test_rain_to_yield_is_not_yield_to_rain():
    links = make_links(("P1", "rain", "yield", ""), ("P1", "yield", "rain", ""))
    counts = count_links(links)
    assert counts[["cause", "n_citations"]].to_numpy().tolist() == [
        ["rain", 1],
        ["yield", 1],
    ]


def test_a_passage_of_two_people_is_one_citation_of_two_sources():
    links = make_links(("P1", "rain", "yield", "+"))
    links = pd.concat([links, links.assign(respondent_id="P2", unit=2)])
    (row,) = count_links(links).to_dict("records")
    assert (row["n_sources"], row["n_citations"], row["n_positive"]) == (2, 1, 1)


def test_who_denies_an_effect_is_no_source_of_it():
    links = make_links(("P1", "rain", "yield", "+"), ("P2", "rain", "yield", "+"))
    counts = count_links(links.assign(stance=["supports", "contradicts"]))
    assert counts[["n_sources", "n_citations", "n_positive"]].to_numpy().tolist() == [
        [1, 1, 1]
    ]
    assert counts[["n_denied", "n_people"]].to_numpy().tolist() == [[1, 2]]


PEOPLE = pd.DataFrame(
    {"respondent_id": ["P1", "P2", "P3", "P4"], "group": ["f", "t", "t", ""]}
)


def test_the_share_is_of_all_who_were_heard_where_they_are_given():
    links = make_links(("P1", "rain", "yield", ""), ("P9", "rain", "yield", ""))
    counts = count_links(links, PEOPLE)
    assert counts[["n_sources", "n_people"]].to_numpy().tolist() == [[1, 4]]
    assert counts["share_sources"].to_list() == [0.25]


def test_by_group_every_link_has_a_row_for_every_group():
    links = make_links(
        *[("P1", "rain", "yield", "+"), ("P2", "seed", "yield", "")],
        *[("P3", "seed", "yield", ""), ("P4", "seed", "debt", "")],
    )
    counts = count_links(links, PEOPLE, by="group")
    columns = ["group", "cause", "effect", "n_sources", "n_people", "share_sources"]
    assert counts[columns].to_numpy().tolist() == [
        ["f", "rain", "yield", 1, 1, 1.0],
        ["f", "seed", "yield", 0, 1, 0.0],
        ["t", "seed", "yield", 2, 2, 1.0],
        ["t", "rain", "yield", 0, 2, 0.0],
    ]


def test_a_group_is_of_the_respondents_given():
    with pytest.raises(ValueError, match="whose 'group'"):
        count_links(make_links(), by="group")
    twice = pd.concat([PEOPLE, PEOPLE])
    with pytest.raises(EvalkitError, match="stands twice"):
        count_links(make_links(("P1", "a", "b", "")), twice)


def test_no_links_give_the_same_columns():
    full = count_links(make_links(("P1", "a", "b", "")), PEOPLE, by="group")
    empty = count_links(make_links(), PEOPLE, by="group")
    assert empty.empty
    assert empty.columns.to_list() == full.columns.to_list()


# --- threads ---

# Methods vector, section 2.6: what five people tell of A, M and Z.
VECTOR = make_links(
    *[("s1", "A", "M", ""), ("s1", "M", "Z", ""), ("s2", "A", "M", "")],
    *[("s3", "M", "Z", ""), ("s4", "A", "Z", ""), ("s5", "A", "M", "")],
)


def test_only_own_links_make_a_thread():
    assert count_threads(VECTOR, start="A", end="Z") == 2
    assert find_threads(VECTOR, start="A", end="Z").to_numpy().tolist() == [
        ["s1", "A → M → Z", 2],
        ["s4", "A → Z", 1],
    ]


def test_the_vector_counted_link_by_link():
    counts = count_links(VECTOR)[["cause", "effect", "n_sources", "n_citations"]]
    assert counts.to_numpy().tolist() == [
        ["A", "M", 3, 3],
        ["M", "Z", 2, 2],
        ["A", "Z", 1, 1],
    ]


def test_a_thread_has_a_direction():
    assert count_threads(VECTOR, start="Z", end="A") == 0
    assert count_threads(VECTOR, start="A", end="unheard of") == 0


def test_the_path_is_the_shortest_and_then_the_first_by_the_alphabet():
    links = make_links(
        *[("P1", a, b, "") for a, b in ("AX", "XZ", "AB", "BZ", "AC", "CD", "DZ")]
    )
    for rows in (links, links[::-1]):
        assert find_threads(rows, start="A", end="Z")["path"].to_list() == ["A → B → Z"]


def test_a_circle_ends():
    links = make_links(*[("P1", a, b, "") for a, b in ("AB", "BC", "CA", "CB")])
    assert count_threads(links, start="A", end="Z") == 0
    assert count_threads(links, start="A", end="C") == 1


def test_from_a_code_to_itself_leads_a_circle_only():
    links = make_links(("P1", "A", "B", ""), ("P1", "B", "A", ""), ("P2", "A", "B", ""))
    threads = find_threads(links, start="A", end="A")
    assert threads.to_numpy().tolist() == [["P1", "A → B → A", 2]]


def test_a_denied_link_leads_nowhere_and_nobody_is_no_source():
    links = make_links(("P1", "A", "M", ""), ("P1", "M", "Z", ""))
    assert count_threads(links, start="A", end="Z") == 1
    denied = links.assign(stance=["", "contradicts"])
    assert count_threads(denied, start="A", end="Z") == 0
    assert count_threads(links.assign(respondent_id=""), start="A", end="Z") == 0


def test_no_threads_give_the_same_columns():
    none = find_threads(make_links(), start="A", end="Z")
    assert (
        none.dtypes.to_dict()
        == find_threads(VECTOR, start="A", end="Z").dtypes.to_dict()
    )


TOLD = st.lists(
    st.tuples(
        st.sampled_from("pqr"),
        st.sampled_from("ABCDZ"),
        st.sampled_from("ABCDZ"),
        st.just(""),
    ),
    max_size=14,
).map(lambda rows: make_links(*rows))


def reach(links: pd.DataFrame, start: str) -> set[str]:
    """What is reached from a code in at least one step, step by step."""
    steps = set(zip(links["cause"], links["effect"], strict=True))
    reached: set[str] = set()
    while True:
        more = {b for a, b in steps if a == start or a in reached}
        if more <= reached:
            return reached
        reached |= more


@given(TOLD)
def test_threads_are_of_those_whose_own_links_reach_the_end(links: pd.DataFrame):
    for end in "AZ":
        own = [
            p for p, rows in links.groupby("respondent_id") if end in reach(rows, "A")
        ]
        found = find_threads(links, start="A", end=end)
        assert found["respondent_id"].to_list() == own
        pooled = links["respondent_id"].nunique() if end in reach(links, "A") else 0
        assert count_threads(links, start="A", end=end) == len(own) <= pooled


@given(TOLD)
def test_each_step_of_a_path_is_a_link_of_its_teller(links: pd.DataFrame):
    for thread in find_threads(links, start="A", end="Z").itertuples():
        own = links[links["respondent_id"].eq(thread.respondent_id)]
        steps = set(zip(own["cause"], own["effect"], strict=True))
        codes = thread.path.split(" → ")
        assert set(itertools.pairwise(codes)) <= steps
        assert (codes[0], codes[-1], len(codes) - 1) == ("A", "Z", thread.n_links)


@given(TOLD, st.permutations("ABCDZ"), st.randoms())
def test_names_and_the_order_of_rows_make_no_difference(links, names, chance):
    other = dict(zip("ABCDZ", names, strict=True))
    people = {"p": "x", "q": "b", "r": "m"}
    turned = links.assign(
        cause=links["cause"].map(other),
        effect=links["effect"].map(other),
        respondent_id=links["respondent_id"].map(people),
        coder_id="ben",
    ).take(chance.sample(range(len(links)), len(links)))
    before = find_threads(links, start="A", end="Z")
    after = find_threads(turned, start=other["A"], end=other["Z"])
    lengths = dict(
        zip(before["respondent_id"].map(people), before["n_links"], strict=True)
    )
    assert lengths == dict(zip(after["respondent_id"], after["n_links"], strict=True))


@given(TOLD)
def test_groups_add_up(links: pd.DataFrame):
    people = pd.DataFrame({"respondent_id": [*"pqr"], "group": ["a", "b", "b"]})
    whole = count_links(links, people).set_index(["cause", "effect"])
    parts = count_links(links, people, by="group").groupby(["cause", "effect"])
    for column in ("n_sources", "n_citations", "n_people"):
        assert parts[column].sum().to_dict() == whole[column].to_dict()
    assert whole["n_sources"].le(whole["n_citations"]).all()
