"""Who speaks where: labels found in running text, or given by the format."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from evalkit.transcripts.labels import (
    is_misspelt,
    is_nobody,
    known_role,
    looks_like_a_name,
    nearly_known_role,
)
from evalkit.transcripts.source import Source, parse_time

BOLD = "(bold)"
NOT_A_SPEAKER = "not_a_speaker"

_GAP = "[ \\t\\xa0\\u202f\\u200b\\u200e\\u200f]"
_TIME = rf"\d{{1,2}}(?:{_GAP}?:{_GAP}?\d{{2}}){{1,2}}(?:[.,]\d{{1,3}})?"
_STAMP = rf"[\[(<]?{_TIME}(?:{_GAP}*[-–—>]+{_GAP}*{_TIME})?[\])>]?"
_NAME = r"[^\W\d_][\w .'’\-&/()#·]{0,39}?"
_LABEL = re.compile(
    rf"""
    (?:^{_GAP}*(?P<line_before>{_STAMP}){_GAP}*\n+)?
    ^{_GAP}*(?:(?P<before>{_STAMP}){_GAP}*(?:[-–]{_GAP}*)?)?
    (?:\#{{1,6}}{_GAP}+)?(?:\*\*|__)?
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
_FORMS = ("bracket", "colon", "timed", "cell", "alone")


class Turn(NamedTuple):
    """One go at speaking: `text[start:end]`, without its label."""

    speaker: str
    role: str
    start: int
    end: int
    started_at: float | None


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


class Found(NamedTuple):
    """A document's turns, and what is unsure about them."""

    turns: list[Turn]
    unsure: list[Unsure]


class _Go(NamedTuple):
    """A go at speaking whose role is not settled."""

    speaker: str
    start: int
    end: int
    started_at: float | None


def find_turns(source: Source, *, listed: Mapping[str, str] | None = None) -> Found:
    """Find the turns of a document.

    `listed` gives the role of labels that a person has listed (`speakers.csv`):
    those are believed, or (`not_a_speaker`) never.

    >>> found = find_turns(Source("I: And then?\\nR: We left.\\nNote: it rained."))
    >>> [(turn.speaker, turn.role) for turn in found.turns]
    [('I', 'interviewer'), ('R', 'respondent')]
    """
    listed = {fold_exactly(label): role for label, role in (listed or {}).items()}
    if any(voice.speaker for voice in source.voices):
        goes, lone = _follow_voices(source), list[Unsure]()
    else:
        labels, lone = _believe(list(_find_labels(source.text)), source, listed)
        goes = list(_cut(source, labels))
        lone += _find_words_before(source, labels, goes)
    goes, odd_bold = _set_bold_apart(goes, source, listed)
    goes = list(_trim(goes, source.text))
    roles, unsure = _settle_roles(goes, source, listed)
    turns = [
        Turn(speaker, roles[speaker], start, end, time)
        for speaker, start, end, time in goes
    ]
    return Found(turns, unsure + odd_bold + lone)


@cache
def fold_exactly(label: str) -> str:
    """Labels are the same whatever their case and the white space around them."""
    return " ".join(label.casefold().split())


def _find_labels(text: str) -> Iterator[Label]:
    at, last = 0, len(text)
    while at < last:
        match = _LABEL.match(text, at)
        if match is None:
            at = text.find("\n", at) + 1 or last
            continue
        yield _read_label(match)
        at = match.end()
        if text[at - 1] != "\n":
            at = text.find("\n", at) + 1 or last


def _read_label(match: re.Match[str]) -> Label:
    form = match.lastgroup or ""
    if form == "colon" and match["before"] is None and match["line_before"] is None:
        name = _name(match["colon"])
        return Label(name, form, match.start(), match.end(), None, False)
    form = next(name for name in _FORMS if match[name])
    times = ("line_before", "before", "bracket_time", "colon_time", "timed_time")
    stamp = next((match[name] for name in times if match[name]), "")
    first = re.search(_TIME, stamp)
    time = parse_time(re.sub(_GAP, "", first[0])) if first else None
    certain = form == "timed" or (form == "bracket" and bool(stamp))
    if form == "bracket" and not stamp and match["bracket_end"] is None:
        certain = match[0].rstrip().endswith((":", "："))
    name = _name(match[form])
    return Label(name, form, match.start(), match.end(), time, certain)


@cache
def _name(label: str) -> str:
    return " ".join(label.strip(" .-").split())


def _believe(
    labels: list[Label], source: Source, listed: Mapping[str, str]
) -> tuple[list[Label], list[Unsure]]:
    """Keep the labels that recur, are well known or are listed; name lone ones."""
    bold_starts = {start for start, _ in source.bold}
    times_seen = Counter(fold_exactly(label.speaker) for label in labels)
    known = {name for name in times_seen if known_role(name)}
    set_off = any(x.form != "alone" and known_role(x.speaker) for x in labels)
    verdicts: dict[tuple[str, str, bool, bool], str] = {}
    believed: list[Label] = []
    lone: list[Unsure] = []
    for label in labels:
        is_bold = label.start in bold_starts
        kind = (label.speaker, label.form, label.certain, is_bold)
        verdict = verdicts.get(kind)
        if verdict is None:
            name = fold_exactly(label.speaker)
            verdict = _judge(
                label,
                listed.get(name, None),
                recurs=times_seen[name] > 1,
                is_bold=is_bold,
                beside=set_off if label.form == "alone" else len(known) > 1,
            )
            verdicts[kind] = verdict
        if verdict == "believed":
            believed.append(label)
        elif verdict == "lone":
            lone.append(Unsure(label.speaker, "stands once, like a speaker's name"))
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
    if form == "alone" and not is_bold and (beside or not known_role(speaker)):
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


def _cut(source: Source, labels: list[Label]) -> Iterator[_Go]:
    """Cut the text at its labels; where only one is labelled, by paragraph."""
    text = source.text
    if not labels:
        spans = [(v.start, v.end, v.started_at) for v in source.voices]
        spans = spans or [(*span, None) for span in _paragraphs(text, 0, len(text))]
        for start, end, time in spans:
            yield _Go("", start, end, time)
        return
    alone = len({fold_exactly(label.speaker) for label in labels}) == 1
    cues = {voice.start: voice.started_at for voice in source.voices}
    if alone:
        yield from _unlabelled(text, 0, labels[0].start)
    ends = [label.start for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=True):
        own_end = end
        if alone:
            own_end = next(
                (e for _, e in _paragraphs(text, label.text_start, end)), end
            )
        time = (
            label.started_at if label.started_at is not None else cues.get(label.start)
        )
        yield _Go(label.speaker, label.text_start, own_end, time)
        if alone:
            yield from _unlabelled(text, own_end, end)


def _find_words_before(
    source: Source, labels: list[Label], goes: list[_Go]
) -> list[Unsure]:
    """Name the lines that stand before the first label: a title, or words lost."""
    if not labels or not goes or goes[0].start < labels[0].start:
        return []
    lines = list(_paragraphs(source.text, 0, labels[0].start))
    said = [source.text[s:e] for s, e in lines if len(source.text[s:e].split()) > 12]
    if not said:
        return []
    what = f"{len(lines)} lines stand before the first speaker and belong to nobody"
    return [Unsure("", what)]


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in re.compile(r"[^\n]*\S[^\n]*").finditer(text, start, end):
        yield match.span()


def _unlabelled(text: str, start: int, end: int) -> Iterator[_Go]:
    for first, last in _paragraphs(text, start, end):
        yield _Go("", first, last, None)


def _follow_voices(source: Source) -> list[_Go]:
    """A speaker's cues that follow one another are one go; rows of a sheet are not."""
    goes: list[_Go] = []
    for voice in source.voices:
        joins = (
            goes
            and voice.speaker
            and goes[-1].speaker == voice.speaker
            and voice.joins_previous
        )
        if joins:
            goes[-1] = goes[-1]._replace(end=voice.end)
        else:
            goes.append(_Go(voice.speaker, voice.start, voice.end, voice.started_at))
    return goes


def _set_bold_apart(
    goes: list[_Go], source: Source, listed: Mapping[str, str]
) -> tuple[list[_Go], list[Unsure]]:
    """Bold paragraphs are another voice: in unlabelled text, or inside an answer."""
    if not source.bold:
        return goes, []
    labelled = any(go.speaker for go in goes)
    result: list[_Go] = []
    n_odd = 0
    starts = [start for start, _ in source.bold]
    for go in goes:
        at = bisect_left(starts, go.start)
        inside = [
            span
            for span in source.bold[at : bisect_left(starts, go.end)]
            if span[1] <= go.end
        ]
        asks = labelled and _own_role(go.speaker, listed) in ("interviewer", "other")
        if not inside or asks or (labelled and not _own_role(go.speaker, listed)):
            result.append(go)
            continue
        at = go.start
        for start, end in inside:
            result += [go._replace(start=at, end=start), _Go(BOLD, start, end, None)]
            at = end
        result.append(go._replace(start=at, started_at=None))
        n_odd += len(inside) if labelled else 0
    what = f"bold paragraphs stand inside somebody else's turns ({n_odd})"
    return result, [Unsure(BOLD, what)] if n_odd and BOLD not in listed else []


def _trim(goes: list[_Go], text: str) -> Iterator[_Go]:
    """Take the white space off; a go without words is none."""
    for speaker, start, end, time in goes:
        words = text[start:end].lstrip()
        first = end - len(words)
        last = first + len(words.rstrip())
        if first < last:
            yield _Go(speaker, first, last, time)


def _own_role(speaker: str, listed: Mapping[str, str]) -> str:
    return (
        listed.get(fold_exactly(speaker), "")
        or known_role(speaker)
        or nearly_known_role(speaker)
    )


def _settle_roles(
    goes: list[_Go], source: Source, listed: Mapping[str, str]
) -> tuple[dict[str, str], list[Unsure]]:
    """Give each speaker a role: as listed, as well known, else as the others allow.

    Beside a known interviewer, the rest are respondents. Without one, nobody can
    tell who asks: those are `other`, and named.
    """
    unsure: list[Unsure] = []
    roles: dict[str, str] = {}
    for speaker in dict.fromkeys(go.speaker for go in goes):
        roles[speaker] = _own_role(speaker, listed)
        if is_misspelt(speaker) and fold_exactly(speaker) not in listed:
            unsure.append(Unsure(speaker, f"is read as a misspelt {roles[speaker]}"))
    if BOLD in roles and not roles[BOLD]:
        questions = [source.text[s:e].rstrip().endswith("?") for s, e in source.bold]
        asks = set(roles) == {BOLD, ""} and 2 * sum(questions) >= len(questions)
        roles[BOLD] = "interviewer" if asks else "other"
        if asks:
            roles[""] = roles[""] or "respondent"
            what = "bold paragraphs are read as the interviewer's, the rest as answers"
            unsure.append(Unsure(BOLD, what))
    somebody_asks = "interviewer" in roles.values()
    for speaker, role in roles.items():
        if role:
            continue
        if speaker == "":
            n = sum(not go.speaker for go in goes)
            unsure.append(Unsure("", f"{n} of {len(goes)} turns name no speaker"))
        elif not somebody_asks:
            unsure.append(Unsure(speaker, "may ask or answer: no interviewer is known"))
        roles[speaker] = "respondent" if speaker and somebody_asks else "other"
    return roles, unsure
