from __future__ import annotations

import tomllib
from collections import Counter

import pandas as pd
import pytest

from evalkit.report.preflight import (
    fill_preflight,
    find_unknown_answers,
    list_facts,
    list_items,
    list_sources,
)


def stands(table: pd.DataFrame, name: str) -> tuple[str, str]:
    """The status and the words of one item."""
    row = table[(table["standard"] + " " + table["number"]).eq(name)]
    (found,) = row[["status", "what"]].itertuples(index=False, name=None)
    return found


def test_every_item_of_the_four_standards_is_there_once_and_in_order() -> None:
    items = list_items()
    assert Counter(item.standard for item in items) == {
        "UNEG": 41,
        "OECD-DAC": 11,
        "COREQ": 32,
        "SRQR": 21,
    }
    assert len({item.name for item in items}) == len(items)
    numbers = {
        standard: [item.number for item in items if item.standard == standard]
        for standard in list_sources()
    }
    assert numbers["COREQ"] == [str(n) for n in range(1, 33)]
    assert numbers["SRQR"] == [f"S{n}" for n in range(1, 22)]
    assert numbers["OECD-DAC"] == [f"3.{n}" for n in range(5, 16)]
    last = {number.split(".")[0]: number.split(".")[1] for number in numbers["UNEG"]}
    assert last == dict(zip("12345678", "45476465", strict=True))


def test_items_are_short_and_told_apart() -> None:
    items = list_items()
    assert [i.name for i in items if not 3 <= len(i.item.split()) <= 10] == []
    assert max(Counter(item.item for item in items).values()) == 1


def test_every_fact_is_asked_for_and_says_what_a_study_lacks_without_it() -> None:
    asked = {name for item in list_items() for name in item.facts}
    assert asked == {*list_facts()}
    assert all(list_facts().values())


def test_what_is_left_to_a_person_goes_with_facts_only() -> None:
    assert all(item.facts for item in list_items() if item.besides)


def test_each_standard_is_cited_with_its_year() -> None:
    years = {"UNEG": "2010", "OECD-DAC": "2010", "COREQ": "2007", "SRQR": "2014"}
    sources = list_sources()
    assert [*sources] == [*years]
    assert all(f"({year})" in sources[name] for name, year in years.items())


def test_one_row_an_item_even_when_nothing_is_known() -> None:
    table = fill_preflight({}, {})
    assert [*table] == ["standard", "number", "item", "status", "what"]
    assert len(table) == len(list_items())
    assert {*table["status"]} == {"missing"}
    assert table.index.equals(pd.RangeIndex(len(table)))
    assert not table.isna().any().any()


def test_a_fact_answers_every_item_that_asks_for_it_alone() -> None:
    table = fill_preflight({"findings_by_question": "12 findings on 3 questions"}, {})
    filled = table[table["status"].eq("from the data")]
    assert (filled["standard"] + " " + filled["number"]).to_list() == [
        "UNEG 5.2",
        "COREQ 31",
        "SRQR S16",
    ]
    assert {*filled["what"]} == {"12 findings on 3 questions"}


def test_an_item_needs_all_of_its_facts() -> None:
    half = {"sample_size": "14 people", "groups": " "}
    status, what = stands(fill_preflight(half, {}), "SRQR S12")
    assert status == "missing"
    assert "respondents.csv has nothing in group" in what
    assert "nobody" not in what
    whole = {"sample_size": "14 people", "groups": "five groups"}
    assert stands(fill_preflight(whole, {}), "SRQR S12") == (
        "from the data",
        "14 people; five groups",
    )


def test_an_item_says_everything_that_it_lacks() -> None:
    _, what = stands(fill_preflight({}, {}), "UNEG 5.1")
    assert what.startswith(
        "codings/ holds no coder's log; codebook.yaml has no codes or no version. "
    )


def test_a_missing_answer_of_a_person_says_the_line_to_write() -> None:
    status, what = stands(fill_preflight({}, {}), "COREQ 8")
    assert status == "missing"
    assert what == 'write in study.toml, under [preflight]: "COREQ 8" = "…"'


def test_the_line_to_write_is_toml_and_names_the_item() -> None:
    table = fill_preflight({}, {})
    for name, what in zip(
        table["standard"] + " " + table["number"], table["what"], strict=True
    ):
        line = what.partition("under [preflight]: ")[2]
        assert tomllib.loads(f"[preflight]\n{line}") == {"preflight": {name: "…"}}


def test_a_person_goes_before_a_fact() -> None:
    facts = {"sample_size": "14 people"}
    table = fill_preflight(facts, {"COREQ 12": "Fourteen, of whom two by letter."})
    assert stands(table, "COREQ 12") == (
        "by a person",
        "Fourteen, of whom two by letter.",
    )


@pytest.mark.parametrize("empty", ["", "  \n", "…", "..."])
def test_an_empty_answer_is_none(empty: str) -> None:
    table = fill_preflight({"sample_size": "14"}, {"COREQ 12": empty, "COREQ 8": empty})
    assert stands(table, "COREQ 12") == ("from the data", "14")
    assert stands(table, "COREQ 8")[0] == "missing"


def test_an_empty_fact_is_missing() -> None:
    status, what = stands(fill_preflight({"title": " "}, {}), "SRQR S1")
    assert status == "missing"
    assert what.startswith("study.toml has no title. ")


def test_an_item_that_asks_for_more_than_the_facts_says_what_is_left() -> None:
    facts = {"consent": "14 of 14 agreed.", "privacy": "k = 3."}
    status, what = stands(fill_preflight(facts, {}), "SRQR S9")
    assert status == "from the data"
    assert what.startswith("14 of 14 agreed; k = 3. (to add: an ethics board's")
    assert '"SRQR S9" = "…"' in what


def test_a_person_adds_to_such_an_item_and_the_facts_stay() -> None:
    facts = {"consent": "14 of 14 agreed", "privacy": "k = 3"}
    table = fill_preflight(facts, {"SRQR S9": "The board of X approved it."})
    assert stands(table, "SRQR S9") == (
        "by a person",
        "The board of X approved it. (from the data: 14 of 14 agreed; k = 3)",
    )
    alone = fill_preflight({}, {"SRQR S9": "The board of X approved it."})
    assert stands(alone, "SRQR S9") == ("by a person", "The board of X approved it.")


def test_a_fact_that_nobody_asks_for_is_the_callers_bug() -> None:
    with pytest.raises(ValueError, match="sample_sise"):
        fill_preflight({"sample_sise": "14"}, {})


def test_an_answer_to_no_item_is_a_problem_with_the_likely_name() -> None:
    answers = {"COREQ 8": "None.", "coreq 9": "Thematic.", "DAC 3.14": "Nowhere."}
    lower, short = find_unknown_answers(answers)
    assert (lower.file, lower.warning) == ("study.toml", False)
    assert "'coreq 9'" in lower.what
    assert lower.mend == "did you mean 'COREQ 9'?"
    assert short.mend == "did you mean 'OECD-DAC 3.14'?"


def test_an_answer_to_every_item_is_no_problem() -> None:
    answers = {item.name: "Told on page 3." for item in list_items()}
    assert find_unknown_answers(answers) == []
    assert {*fill_preflight({}, answers)["status"]} == {"by a person"}
