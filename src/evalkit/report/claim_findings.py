"""What a chart of claims shows, said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evalkit.report.claim_counts import (
    CONTRADICTS,
    DIRECTIONS,
    LOOKS,
    MIXED,
    QUALIFIES,
    SUPPORTS,
    join,
)

_NUMBERS = (
    *("nobody", "one", "two", "three", "four", "five", "six", "seven", "eight"),
    *("nine", "ten", "eleven", "twelve", "thirteen", "fourteen"),
)


def tell_claim(
    counts: Mapping[str, int], n_groups: int, n_backing: int, only: str
) -> str:
    """Say the finding of one claim's evidence; `only` names a group that is alone."""
    n, n_support = sum(counts.values()), counts[SUPPORTS]
    n_against = counts[CONTRADICTS]
    if not n:
        return "Nobody spoke to this claim in any group"
    if n_against > n_support > 0:
        return (
            "More people contradict it than support it,"
            f" {spell(n_against)} to {spell(n_support)}"
        )
    if not n_support:
        outright = " outright" if counts[MIXED] else ""
        return f"Nobody supports it{outright}; {_tell_reserves(counts)}"
    dissent = _tell_dissent(counts)
    if n_support == 1:
        return f"One person supports it; {dissent}"
    if n_groups > 1 and n_backing == n_groups:
        return f"Every group has a supporter; {dissent}"
    if n_groups > 1 and n_backing == 1:
        if only and len(only.split()) <= 5 and len(only) <= 40:
            return f"Only {only} support it; {dissent}"
        return f"Only one group supports it; {dissent}"
    if n_groups > 1:
        which = f"{spell(n_backing).capitalize()} of {spell(n_groups)} groups"
        return f"{which} have a supporter; {dissent}"
    if n_support == n:
        return f"All {spell(n)} people who spoke to it support it"
    which = f"{spell(n_support).capitalize()} of {spell(n)}"
    return f"{which} people who spoke to it support it; {dissent}"


def _tell_dissent(counts: Mapping[str, int]) -> str:
    for direction in (CONTRADICTS, MIXED):
        if counts[direction]:
            return _count_verb(counts[direction], direction)
    return "nobody contradicts it"


def _tell_reserves(counts: Mapping[str, int]) -> str:
    said = [
        _count_verb(counts[each], each) + ("" if each == MIXED else " it")
        for each in (CONTRADICTS, MIXED, QUALIFIES)
        if counts[each]
    ]
    return join(said)


def _count_verb(n: int, direction: str) -> str:
    look = LOOKS[direction]
    return f"{spell(n)} {look.one if n == 1 else look.many}"


def tell_answers(answers: Mapping[str, int], n: int) -> str:
    """Say what people answer to an open question."""
    silent, unasked = answers["silent"], answers["not_asked"]
    rest = "everybody was asked"
    if silent:
        rest = f"{spell(silent)} stayed silent"
    if unasked:
        part = "half" if unasked * 2 == n else f"{spell(unasked)} of {spell(n)}"
        rest = f"{part} {'was' if unasked == 1 else 'were'} not asked"
    if not n or unasked == n:
        return "Nobody has been asked this question yet"
    if n == silent + unasked:
        return f"Nobody has answered this question; {rest}"
    if not answers[SUPPORTS] + answers[CONTRADICTS]:
        return f"Nobody is plainly for or against it; {rest}"
    n_for, against = answers[SUPPORTS], spell(answers[CONTRADICTS])
    verb = "is" if n_for < 2 else "are"
    return f"{spell(n_for).capitalize()} {verb} for, {against} against; {rest}"


def tell_matrix(
    cells: Mapping[tuple[str, str], Mapping[str, int]],
    claims: Sequence[str],
    groups: Sequence[str],
) -> str:
    """Say what a matrix of claims and groups shows."""
    none = dict.fromkeys(DIRECTIONS, 0)
    rows = [[cells.get((claim, group), none) for group in groups] for claim in claims]
    if not any(any(cell.values()) for row in rows for cell in row):
        return "Nobody spoke to any of these claims"
    n = sum(all(cell[SUPPORTS] for cell in row) for row in rows)
    doubted = sum(any(c[CONTRADICTS] + c[MIXED] for c in row) for row in rows)
    which = f"{spell(n, 'no').capitalize()} of {spell(len(rows))} claims have"
    if n == len(rows):
        which = "Every claim has"
    if not n:
        which = "No claim has"
    where = " in every group" if len(groups) > 1 else ""
    verb = "is" if doubted < 2 else "are"
    return f"{which} a supporter{where}; {spell(doubted, 'none')} {verb} contradicted"


def tell_strengths(strengths: Sequence[str]) -> str:
    """Say how many claims rest on strong evidence."""
    claims = [each for each in strengths if each != "open question"]
    if not claims:
        return "No claim has been rated so far"
    n, contested = claims.count("strong"), claims.count("contested")
    verb = "rests" if n == 1 else "rest"
    which = f"{spell(n).capitalize()} of {spell(len(claims))} claims {verb}"
    if not n:
        which = "No claim rests"
    tail = f"; {spell(contested)} {'is' if contested == 1 else 'are'} contested"
    return f"{which} on strong evidence{tail if contested else ''}"


def spell(n: int, none: str = "nobody") -> str:
    """Write a small number as a word."""
    return (none, *_NUMBERS[1:])[n] if n < len(_NUMBERS) else str(n)


def begin_name(name: str) -> str:
    """Begin a name as a sentence begins; in a finding it stays as it is."""
    return name[:1].upper() + name[1:]
