"""Who speaks where: labels found in running text, or given by the format."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from evalkit.transcripts.label_lines import (
    Label,
    Unsure,
    believe_labels,
    find_labels,
    fold_exactly,
)
from evalkit.transcripts.labels import (
    is_misspelt,
    known_role,
    nearly_known_role,
)
from evalkit.transcripts.source import Source

BOLD = "(bold)"


class Turn(NamedTuple):
    """One go at speaking: `text[start:end]`, without its label."""

    speaker: str
    role: str
    start: int
    end: int
    started_at: float | None


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
        labels, lone = believe_labels(list(find_labels(source.text)), source, listed)
        goes = list(_cut(source, labels))
        if "" not in listed:
            lone += _find_words_before(source, labels, goes)
    goes, odd_bold = _set_bold_apart(goes, source, listed)
    roles, unsure = _settle_roles(goes, source, listed)
    turns = list(_trim(goes, source.text, roles))
    return Found(turns, unsure + odd_bold + lone)


def _cut(source: Source, labels: list[Label]) -> Iterator[_Go]:
    """Cut the text at its labels; where only one is labelled, by paragraph."""
    text = source.text
    if not labels:
        spans = [(v.start, v.end, v.started_at) for v in source.voices]
        spans = spans or [(*span, None) for span in _paragraphs(text, 0, len(text))]
        for start, end, time in spans:
            yield _Go("", start, end, time)
        return
    names = {label.speaker for label in labels}
    alone = len({fold_exactly(name) for name in names}) == 1
    cues = {voice.start: voice.started_at for voice in source.voices}
    if alone:
        yield from _unlabelled(text, 0, labels[0].start)
    ends = [label.start for label in labels[1:]] + [len(text)]
    for (speaker, _, at, start, time, _), end in zip(labels, ends, strict=True):
        if time is None and cues:
            time = cues.get(at)
        if not alone:
            yield _Go(speaker, start, end, time)
            continue
        own_end = next((e for _, e in _paragraphs(text, start, end)), end)
        yield _Go(speaker, start, own_end, time)
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


def _trim(goes: list[_Go], text: str, roles: Mapping[str, str]) -> Iterator[Turn]:
    """Take the white space off; a go without words is no turn."""
    for speaker, start, end, time in goes:
        words = text[start:end].lstrip()
        first = end - len(words)
        last = first + len(words.rstrip())
        if first < last:
            yield Turn(speaker, roles[speaker], first, last, time)


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
