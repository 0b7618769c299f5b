"""Places in running text that read like a speaker's label, and which are believed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from evalkit.tables import NOT_A_SPEAKER
from evalkit.transcripts.labels import (
    is_nobody,
    known_role,
    looks_like_a_name,
    nearly_known_role,
)
from evalkit.transcripts.source import Source, parse_time

_GAP = "[ \\t\\xa0\\u202f\\u200b\\u200e\\u200f]"
_TIME = rf"\d{{1,2}}(?:{_GAP}?:{_GAP}?\d{{2}}){{1,2}}(?:[.,]\d{{1,3}})?"
_STAMP = rf"[\[(<]?{_TIME}(?:{_GAP}*[-–—>]+{_GAP}*{_TIME})?[\])>]?"
# Accents may stand by themselves (macOS writes them so).
_NAME = r"[^\W\d_][\w\u0300-\u036f .'’\-&/()#·]{0,39}?"
_LABEL = re.compile(
    rf"""
    (?:^{_GAP}*(?P<line_before>{_STAMP}){_GAP}*\n+)?
    ^{_GAP}*(?:(?P<before>{_STAMP}){_GAP}*(?:[-–]{_GAP}*)?)?
    (?:[>*-]{_GAP}+)?(?:\#{{1,6}}{_GAP}+)?(?:\*\*|__|\*|_)?
    (?:
      \[(?P<bracket>{_NAME})\]{_GAP}*:?(?:\*\*|__)?
        (?:{_GAP}*(?P<bracket_time>{_STAMP}))?{_GAP}*(?:[:：]|(?P<bracket_end>$))?
    | (?P<timed>{_NAME}){_GAP}+(?P<timed_time>{_STAMP})(?:\*\*|__)?{_GAP}*$
    | (?P<colon>{_NAME})(?:\*\*|__)?
        (?:{_GAP}*(?P<colon_time>{_STAMP}))?{_GAP}*
        (?:[:：](?!\d)|(?<!\d)[:：])(?:\*\*|__)?
    | (?P<cell>{_NAME}){_GAP}*\t(?=\S)
    | (?P<alone>{_NAME})(?:\*\*|__)?{_GAP}*$
    )
    """,
    re.MULTILINE | re.VERBOSE,
)
# The commonest form of all, `Name: words`, which the other would find as well.
_PLAIN = re.compile(rf"({_NAME}){_GAP}*[:：](?!\d)(?:\*\*|__)?")
_FORMS = ("bracket", "colon", "timed", "cell", "alone")


class Label(NamedTuple):
    """A place that reads like a speaker's label."""

    speaker: str
    form: str
    start: int
    text_start: int
    started_at: float | None
    certain: bool  # a time or a bracket says that it is no part of the speech


@dataclass(frozen=True)
class Unsure:
    """What a person has to say about a document's speakers."""

    speaker: str
    what: str


@cache
def fold_exactly(label: str) -> str:
    """Labels are the same whatever their case and the white space around them."""
    return " ".join(label.casefold().split())


def find_labels(text: str) -> Iterator[Label]:
    """Find every place that reads like a label, believable or not."""
    at, last = 0, len(text)
    plain, any_form, find = _PLAIN.match, _LABEL.match, text.find
    while at < last:
        match = plain(text, at)
        if match is not None:
            end = match.end()
            yield Label(_name(match[1]), "colon", at, end, None, False)
        else:
            match = any_form(text, at)
            if match is None:
                at = find("\n", at) + 1 or last
                continue
            end = match.end()
            yield _read_label(match)
        at = end if text[end - 1] == "\n" else find("\n", end) + 1 or last


def _read_label(match: re.Match[str]) -> Label:
    form = next(name for name in _FORMS if match[name])
    times = ("line_before", "before", "bracket_time", "colon_time", "timed_time")
    stamp = next((match[name] for name in times if match[name]), "")
    first = re.search(_TIME, stamp)
    time = parse_time(re.sub(_GAP, "", first[0])) if first else None
    certain = form == "timed" or (form in ("bracket", "alone") and bool(stamp))
    if form == "bracket" and not stamp and match["bracket_end"] is None:
        certain = match[0].rstrip().endswith((":", "："))
    name = _name(match[form])
    return Label(name, form, match.start(), match.end(), time, certain)


@cache
def _name(label: str) -> str:
    return " ".join(label.strip(" .-").split())


def believe_labels(
    labels: list[Label], source: Source, listed: Mapping[str, str]
) -> tuple[list[Label], list[Unsure]]:
    """Keep the labels that recur, are well known or are listed; name lone ones."""
    bold_starts = {start for start, _ in source.bold}
    times_seen: Counter[str] = Counter()
    for speaker, n in Counter(map(itemgetter(0), labels)).items():
        times_seen[fold_exactly(speaker)] += n
    known = {name for name in times_seen if known_role(name)}
    set_off = any(x.form != "alone" and known_role(x.speaker) for x in labels)
    verdicts: dict[tuple[str, str, bool, bool], str] = {}
    believed: list[Label] = []
    lone: list[Unsure] = []
    for label in labels:
        speaker, form, start, _, _, certain = label
        is_bold = start in bold_starts
        kind = (speaker, form, certain, is_bold)
        verdict = verdicts.get(kind)
        if verdict is None:
            name = fold_exactly(speaker)
            verdict = verdicts[kind] = _judge(
                label,
                listed.get(name),
                recurs=times_seen[name] > 1,
                is_bold=is_bold,
                beside=set_off if form == "alone" else len(known) > 1,
            )
        if verdict == "believed":
            believed.append(label)
        elif verdict == "lone":
            lone.append(Unsure(speaker, "stands once, like a speaker's name"))
    return believed, lone


def _judge(
    label: Label, listed: str | None, *, recurs: bool, is_bold: bool, beside: bool
) -> str:
    """Say of a label that it is believed, lone (to be named) or nobody.

    `beside`: other known labels stand beside it (for one alone on its line: labels of
    another form, so that a word alone is a broken line).
    """
    speaker, form = label.speaker, label.form
    if listed is not None:
        return "nobody" if listed == NOT_A_SPEAKER else "believed"
    if is_nobody(speaker):
        return "nobody"
    is_bare = form == "alone" and not is_bold and not label.certain
    if is_bare and (beside or not known_role(speaker)):
        return "nobody"
    if form == "bracket" and not label.certain and _is_aside(speaker):
        return "nobody"
    if known_role(speaker):
        return "believed" if len(speaker) > 2 or recurs or beside else "nobody"
    if nearly_known_role(speaker) and form in ("bracket", "colon"):
        return "believed"
    if not looks_like_a_name(speaker):
        return "nobody"
    if recurs and (label.certain or form in ("colon", "cell", "alone")):
        return "believed"
    return "lone" if form == "colon" or label.certain else "nobody"


def _is_aside(speaker: str) -> bool:
    """`[unclear] and then` is a transcriber's aside, not a speaker."""
    return known_role(speaker) == "other"
