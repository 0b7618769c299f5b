"""What would lead a reader to a person: ids, addresses, numbers, descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from evalkit.report.opened import Report

_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_DATE = r"(?!\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d(?!\d))"
_PHONE = re.compile(
    r"(?<![\w.,/-])"
    r"(?:(?:\+|00)[1-9](?:[ ()./-]{0,3}\d){6,13}"  # with the country's number
    rf"|{_DATE}\(?0[1-9](?:[ ()./-]{{0,2}}\d){{7,9}}"  # from within the country
    r"|\(?[2-9]\d\d\)?[ .-]{1,2}\d{3}[ .-]\d{4}"  # North America
    r"|[1-9]\d{8,11}"  # no separators at all
    r")(?![\w-])"
)
_CALLED = re.compile(
    r"\b(?:tel|phone|call|ring|mobile|whatsapp|signal)\b\W{0,3}(?:\w+\W{1,2}){0,2}"
    r"(\+?\d(?:[ ()./-]{0,2}\d){6,13})(?!\w)",
    re.IGNORECASE,
)
_NUMBERED = (
    r"(?:respondents?|interview(?:ee)?s?|participants?|documents?|transcripts?|no\.|#)"
)
_BROAD = {"other", "others", "unknown", "mixed", "none", "not recorded"}
_ARTICLE = r"(?:an?|one|the|our|this|that|another|un|une|le|la|l['’])"


def find_identifying(report: Report, said: str) -> Iterator[tuple[str, str]]:
    """Find what would lead to a person in words that are printed for outside.

    Yields what is wrong and how to mend it.
    """
    yield from find_ids(report, said)
    yield from find_contacts(said)
    yield from find_small_groups(report, said)


def find_ids(report: Report, said: str) -> Iterator[tuple[str, str]]:
    """Find ids of people and documents; claims may be called what they are called."""
    study = report.study
    ids = {*study.respondents["respondent_id"], *study.documents["document_id"]}
    ids -= {*study.claims.statements["claim_id"], *study.settings.questions, ""}
    groups = {*study.respondents["group"].str.casefold()}
    for each in sorted(ids):
        if each in said.casefold() or each.casefold() in said.casefold():
            pattern = _spell_id(each, groups)
            if pattern and re.search(pattern, said):
                yield f"it names {each}", "say it without the id"


def _spell_id(name: str, groups: set[str]) -> str:
    """Give the pattern of an id; "" for what is a word or a number like others."""
    exact = rf"(?<![^\W_]){re.escape(name)}(?![^\W_])"
    if name.isdigit():
        return rf"(?i:\b{_NUMBERED})\s*{name}(?!\w)"
    if any(letter.isdigit() for letter in name):
        return rf"(?i:{exact})" if len(name) > 2 else exact
    is_word = len(name) < 3 or name.casefold() in groups
    return "" if is_word or (name.isalpha() and name.islower()) else exact


def find_contacts(said: str) -> Iterator[tuple[str, str]]:
    """Find addresses and telephone numbers.

    >>> [what for what, _ in find_contacts("Write to ana@example.org, or 079 123 45 67")]
    ['it holds an address (ana…)', "it holds a number like a telephone's (079…)"]
    >>> [*find_contacts("From 01.02.2021 to 2023: 1 250 000 000 francs, 12 of 14.")]
    []
    """
    for found in _MAIL.finditer(said):
        yield f"it holds an address ({found[0][:3]}…)", "take it out"
    numbers = [found[0] for found in _PHONE.finditer(said)]
    numbers += [found[1] for found in _CALLED.finditer(said)]
    for begins in dict.fromkeys(number[:3] for number in numbers):
        yield f"it holds a number like a telephone's ({begins}…)", "take it out"


def find_small_groups(report: Report, said: str) -> Iterator[tuple[str, str]]:
    """Find descriptions of one person that fit fewer than k of the people heard."""
    for words, n in _list_descriptions(report).items():
        spelt = r"\s+".join(re.escape(word) for word in words.split())
        one = rf"\b{_ARTICLE}\s*(?:\b\w+\s+)?\b{spelt}\b"
        if re.search(one, said, re.IGNORECASE):
            what = f"“{words}” describes {n} {'person' if n == 1 else 'people'}"
            yield f"{what}, fewer than k = {report.k}", "say it of the report group"


def _list_descriptions(report: Report) -> dict[str, int]:
    """List what fits fewer than k people: groups, and attributes with a group's noun."""
    people = report.people
    settings = report.study.settings
    nouns = people["report_group"].map(
        lambda group: settings.attributions.get(group, "").removeprefix("one ")
    )
    known = [each for each in settings.describe_by if each in people]
    small: dict[str, int] = {}
    for noun in (people["group"], nouns):
        for n in range(len(known) + 1):
            for columns in combinations(known, n):
                rows = people[[*columns]].assign(noun=noun)
                small |= _count_small(rows.itertuples(index=False), report.k)
    return small


def _count_small(rows: Any, k: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        if all(row) and row[-1].casefold() not in _BROAD:
            counts[" ".join(row)] = counts.get(" ".join(row), 0) + 1
    return {words: n for words, n in counts.items() if n < k}
