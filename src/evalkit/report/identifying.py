"""What would lead a reader to a person: ids, addresses, numbers, descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from evalkit.report.opened import Report
from evalkit.tables import list_rows

_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_DATE = r"(?!\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d(?!\d))"
_PHONE = re.compile(
    r"(?<![\w.,/-])"
    r"(?:(?:\+|00 ?)[1-9](?:[ ()./-]{0,3}\d){6,13}"  # with the country's number
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
# “The campaign” may be a thing; one that speaks is a person.
_ONE = r"(?:one|another|un|une)"
_ARTICLE = r"(?:an?|the|our|this|that|le|la|l['’])"
_SAYS = (
    r"(?:said|says|told|tells|reported|argued|thought|felt|described|recalled|explained|"
    r"confirmed|noted|stated|believed|admitted|complained|insisted|remembered|who)"
)
_BY = r"(?:according\s+to|(?:told|said|reported)\s+by|words\s+of|voice\s+of|selon)"


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
        if each.casefold() in said.casefold():
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

    >>> [what for what, _ in find_contacts("To ana@example.org or 079 123 45 67")]
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
        if re.search(_describe_one(words), said, re.IGNORECASE):
            what = f"“{words}” describes {n} {'person' if n == 1 else 'people'}"
            yield f"{what}, fewer than k = {report.k}", "say it of the report group"


def _describe_one(words: str) -> str:
    """Give the pattern of one person who is called so."""
    spelt = r"\s+".join(re.escape(word) for word in words.split())
    noun = rf"(?:\b\w+\s+)?\b{spelt}\b"
    a_noun = rf"\b{_ARTICLE}\s*{noun}"
    return rf"\b{_ONE}\s+{noun}|{a_noun}\s+(?:\w+\s+){{0,2}}{_SAYS}\b|{_BY}\s+{a_noun}"


def _list_descriptions(report: Report) -> dict[str, int]:
    """List what fits fewer than k people: groups, with and without attributes."""
    people = report.people
    settings = report.study.settings
    known = [each for each in settings.describe_by if each in people]
    fits: dict[str, set[str]] = {}
    for row in list_rows(people):
        noun = settings.attributions.get(row["report_group"], "").removeprefix("one ")
        for name in {row["group"], noun} - {""}:
            for n in range(len(known) + 1):
                for columns in combinations(known, n):
                    if not all(row[each] for each in columns):
                        continue
                    words = " ".join([*(row[each] for each in columns), name])
                    fits.setdefault(words, set()).add(row["respondent_id"])
    return {
        words: len(who)
        for words, who in fits.items()
        if len(who) < report.k and words.casefold() not in _BROAD
    }
