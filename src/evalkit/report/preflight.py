"""What four reporting standards ask of a report, and where this one stands.

The items, in our words, and the standards' full references are in `standards.toml`:
the UNEG quality checklist for evaluation reports (2010), the OECD-DAC quality standards
for development evaluation (2010, section 3), COREQ (Tong, Sainsbury & Craig 2007) and
SRQR (O'Brien, Harris, Beckman, Reed & Cook 2014).
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, NamedTuple

import pandas as pd

from evalkit.errors import Problem
from evalkit.tables import suggest

FILE = "study.toml"
FROM_THE_DATA, BY_A_PERSON, MISSING = "from the data", "by a person", "missing"
_COLUMNS = ["standard", "number", "item", "status", "what"]
_LACKS = "lacks"
_BLANK = " \t\r\n.…"  # what a person leaves who copies the line and writes nothing


class Item(NamedTuple):
    """What a standard asks: its number there, in our words.

    `facts` are what a program can say to it; `besides` is what they leave to a person.
    """

    standard: str
    number: str
    item: str
    facts: tuple[str, ...] = ()
    besides: str = ""

    @property
    def name(self) -> str:
        """The name by which a person answers it, such as `COREQ 8`."""
        return f"{self.standard} {self.number}"


def list_items() -> list[Item]:
    """List every item, in the standards' order.

    >>> [item.name for item in list_items()][:2]
    ['UNEG 1.1', 'UNEG 1.2']
    """
    return [
        Item(
            standard,
            entry["number"],
            entry["item"],
            _names(entry.get("fact", [])),
            entry.get("besides", ""),
        )
        for standard, section in _read_standards().items()
        if standard != _LACKS
        for entry in section["items"]
    ]


def list_sources() -> dict[str, str]:
    """Give each standard's full reference, as a report cites it."""
    return {
        standard: section["source"]
        for standard, section in _read_standards().items()
        if standard != _LACKS
    }


def list_facts() -> dict[str, str]:
    """Give each fact's name, and what a study lacks while the fact is unknown."""
    return dict(_read_standards()[_LACKS])


def fill_preflight(
    facts: Mapping[str, str], answers: Mapping[str, str]
) -> pd.DataFrame:
    """Answer the standards' items from a study's `facts` and people's `answers`.

    One row an item: standard, number, item, status (`from the data`, `by a person` or
    `missing`) and what: the words that answer it, or what to write and where. Facts go
    by the names of `list_facts`, answers by an item's name. A person's answer goes
    before a fact; where a standard asks for more than the facts can say, both are
    shown. An empty text is none. A name that is no fact's raises ValueError.

    >>> table = fill_preflight({"sample_size": "14 people"}, {"COREQ 4": "Two women"})
    >>> table.loc[table["standard"].eq("COREQ") & table["number"].isin(["4", "12"]),
    ...     ["number", "status", "what"]].values.tolist()
    [['4', 'by a person', 'Two women'], ['12', 'from the data', '14 people']]
    """
    lacks = list_facts()
    strange = sorted(set(facts) - set(lacks))
    if strange:
        raise ValueError(f"no item asks for {', '.join(strange)}")
    rows = [
        (item.standard, item.number, item.item, *_answer(item, facts, answers, lacks))
        for item in list_items()
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def find_unknown_answers(answers: Mapping[str, str]) -> list[Problem]:
    """List the answers in study.toml to items that no standard has.

    >>> print(*find_unknown_answers({"SRQR 8": "Whoever was willing."}))
    study.toml: [preflight] 'SRQR 8' is no item of a standard: did you mean 'SRQR S8'?
    """
    known = [item.name for item in list_items()]
    return [
        Problem(
            FILE,
            0,
            f"[preflight] {name!r} is no item of a standard",
            suggest(" ".join(name.upper().split()), known, "nothing; take it out"),
        )
        for name in answers
        if name not in known
    ]


@functools.cache
def _read_standards() -> dict[str, Any]:
    source = files("evalkit.report") / "standards.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _names(fact: str | list[str]) -> tuple[str, ...]:
    return (fact,) if isinstance(fact, str) else tuple(fact)


def _join(texts: Iterable[str]) -> str:
    *first, last = [*texts] or [""]
    return "; ".join([*(text.removesuffix(".") for text in first), last])


def _answer(
    item: Item,
    facts: Mapping[str, str],
    answers: Mapping[str, str],
    lacks: Mapping[str, str],
) -> tuple[str, str]:
    """Say how the item stands, and in which words."""
    answer = answers.get(item.name, "").strip()
    known = {name: facts.get(name, "").strip() for name in item.facts}
    told = _join(known.values()) if all(known.values()) else ""
    if answer.strip(_BLANK):
        both = told and item.besides
        return BY_A_PERSON, f"{answer} (from the data: {told})" if both else answer
    place = f'{FILE}, under [preflight]: "{item.name}" = "…"'
    if told and item.besides:
        return FROM_THE_DATA, f"{told} (to add: {item.besides}; {place})"
    if told:
        return FROM_THE_DATA, told
    missing = [lacks[name] for name, text in known.items() if not text]
    if missing:
        return MISSING, f"{'; '.join(missing)}. Mend that, or write in {place}"
    return MISSING, f"write in {place}"
