"""Subtitles: .vtt, .srt, .sbv and .ttml, where a cue is words at a time."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from evalkit.errors import UnreadableError
from evalkit.transcripts.encoding import decode
from evalkit.transcripts.package import parse_xml
from evalkit.transcripts.source import Source, SourceBuilder, parse_time

_ARROW = re.compile(r"\s*(\S+)\s+-->\s+(\S+)(?:\s.*)?")
_SBV = re.compile(r"\s*([\d:.]+)\s*,\s*([\d:.]+)\s*")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s+([^<>]*))?>")
# The tags that the formats know; `<laughs>` is a transcriber's word, and stays.
_TAG = re.compile(
    r"</?(?:b|i|u|c|v|s|ruby|rt|lang|font|span)(?:\.[^\s<>]*)?(?:\s[^<>]*)?>"
    r"|<[\d:.]+>|\{\\[^{}]*\}",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")


class Block(NamedTuple):
    """Lines that stand together, with the number of the first."""

    line: int
    lines: list[str]


class Cue(NamedTuple):
    """Words at a time; `speaker` where the format names one."""

    started_at: float
    speaker: str
    words: str


def parse_vtt(content: bytes) -> list[Source]:
    r"""Read WebVTT; each `<v Name>` in a cue is a voice of its own.

    >>> vtt = b"WEBVTT\n\n0:01.000 --> 0:02.000\n<v Ana>Hi.</v><v Bo>Hello.</v>"
    >>> [voice.speaker for voice in parse_vtt(vtt)[0].voices]
    ['Ana', 'Bo']
    """
    text, warnings = decode(content)
    blocks = list(_blocks(text, blank=str))  # a line with a space ends no cue here
    if not blocks or not re.match(r"WEBVTT(?:\s|$)", blocks[0].lines[0]):
        raise UnreadableError(
            "the first line is not WEBVTT", mend="export the subtitles anew", line=1
        )
    late = next((a for a, x in enumerate(blocks[0].lines) if "-->" in x), 0)
    if late:
        raise UnreadableError(
            "a cue begins in the file's head",
            mend="put an empty line after WEBVTT",
            line=1 + late,
        )
    cues: list[Cue] = []
    for block in blocks[1:]:
        if _COMMENT.match(block.lines[0]):
            continue
        for part in _split_at_times(block):
            started_at, payload = _read_timed(part, _ARROW, identifier=r".*")
            cues += [Cue(started_at, *voice) for voice in _voices(payload)]
    return [_build(_unroll(cues, text), warnings)]


def parse_srt(content: bytes) -> list[Source]:
    """Read SubRip."""
    text, warnings = decode(content)
    cues = []
    for block in _blocks(text):
        started_at, payload = _read_timed(block, _ARROW, identifier=r"\s*\d+\s*")
        cues.append(Cue(started_at, "", _plain(payload)))
    return [_build(cues, warnings)]


def parse_sbv(content: bytes) -> list[Source]:
    """Read YouTube's SubViewer."""
    text, warnings = decode(content)
    cues = []
    for block in _blocks(text):
        started_at, payload = _read_timed(block, _SBV, identifier="")
        cues.append(Cue(started_at, "", _plain(payload)))
    return [_build(cues, warnings)]


def parse_ttml(content: bytes) -> list[Source]:
    """Read Timed Text; a paragraph is a cue, its agent the speaker."""
    root = parse_xml(content)
    names = {
        agent.get("{http://www.w3.org/XML/1998/namespace}id", ""): "".join(
            agent.itertext()
        ).strip()
        for agent in root.iter()
        if _local(agent.tag) == "agent"
    }
    cues = []
    bodies = [each for each in root if _local(each.tag) == "body"]
    paragraphs = [p for body in bodies for p in body.iter() if _local(p.tag) == "p"]
    for number, paragraph in enumerate(paragraphs, start=1):
        begin = paragraph.get("begin", "")
        started_at = _ttml_time(begin)
        if started_at is None:
            raise UnreadableError(
                f"paragraph {number} begins at {begin!r}, which is no time",
                mend="export the subtitles anew, or as .vtt",
            )
        agent = next((v for k, v in paragraph.items() if _local(k) == "agent"), "")
        words = " ".join("".join(_ttml_words(paragraph)).split(" ")).strip()
        cues.append(Cue(started_at, names.get(agent, ""), words))
    return [_build(cues, ())]


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _ttml_words(element: Element) -> Iterator[str]:
    yield re.sub(r"\s+", " ", element.text or "")
    for child in element:
        yield "\n" if _local(child.tag) == "br" else ""
        if _local(child.tag) in ("span", "br"):
            yield from _ttml_words(child)
        yield re.sub(r"\s+", " ", child.tail or "")


def _ttml_time(text: str) -> float | None:
    offset = re.fullmatch(r"(\d+(?:\.\d+)?)(h|m|s|ms)?", text)
    if offset:
        return float(offset[1]) * {"h": 3600, "m": 60, "ms": 0.001}.get(offset[2], 1)
    return parse_time(text)


def _blocks(text: str, *, blank: Callable[[str], str] = str.strip) -> Iterator[Block]:
    lines: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if blank(line):
            lines.append(line)
        elif lines:
            yield Block(number - len(lines), lines)
            lines = []


def _split_at_times(block: Block) -> Iterator[Block]:
    """WebVTT lets a time end the cue before it, also without an empty line."""
    first = 0
    for at in range(2, len(block.lines)):
        ends = _ARROW.fullmatch(block.lines[at]) and "-->" not in block.lines[at - 1]
        if ends and any("-->" in line for line in block.lines[first : at - 1]):
            yield Block(block.line + first, block.lines[first:at])
            first = at
    yield Block(block.line + first, block.lines[first:])


def _read_timed(
    block: Block, timing: re.Pattern[str], *, identifier: str
) -> tuple[float, str]:
    """Read a cue's time and words; what has no time is refused, never dropped."""
    named = re.fullmatch(identifier, block.lines[0]) is not None
    for at, line in enumerate(block.lines[: 1 + named]):
        match = timing.fullmatch(line)
        if match is None:
            continue
        times = [parse_time(match[1]), parse_time(match[2])]
        payload = block.lines[at + 1 :]
        if times[0] is None or times[1] is None:
            raise UnreadableError(
                f"{line.strip()[:40]!r} is not a pair of times",
                mend="write them as 00:01:02.500",
                line=block.line + at,
            )
        for offset, other in enumerate(payload):
            if timing.fullmatch(other):
                raise UnreadableError(
                    f"a second time, {other.strip()[:40]!r}, is among a cue's words",
                    mend="put an empty line before each cue",
                    line=block.line + at + 1 + offset,
                )
        return times[0], "\n".join(payload)
    broken = next((a for a, x in enumerate(block.lines[:2]) if "-->" in x), 0)
    raise UnreadableError(
        f"{block.lines[broken].strip()[:40]!r} stands where a cue's time should",
        mend="write it as 00:01:02.500 --> 00:01:04.000, an empty line before it",
        line=block.line + broken,
    )


def _voices(payload: str) -> Iterator[tuple[str, str]]:
    """Cut a cue's words at its voice tags."""
    pieces = _VOICE.split(payload)
    if pieces[0].strip() or len(pieces) == 1:
        yield "", _plain(pieces[0])
    for name, words in zip(pieces[1::2], pieces[2::2], strict=True):
        yield html.unescape(name or "").strip(), _plain(words)


def _plain(words: str) -> str:
    lines = html.unescape(_TAG.sub("", words)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def _unroll(cues: list[Cue], text: str) -> list[Cue]:
    """Captions that roll show a line twice; with word times in them, it is once.

    Without them a repeated line may well have been said twice.
    """
    if not re.search(r"<(?:\d+:)?\d\d:\d\d\.\d{3}><c", text):
        return cues
    unrolled: list[Cue] = []
    shown = ""
    for cue in cues:
        lines = cue.words.split("\n")
        fresh = lines[1:] if lines[0] == shown else lines
        shown = lines[-1]
        if any(fresh):
            unrolled.append(cue._replace(words="\n".join(fresh)))
    return unrolled


def _build(cues: list[Cue], warnings: tuple[str, ...]) -> Source:
    builder = SourceBuilder()
    for cue in cues:
        if cue.words:
            builder.add(
                cue.words,
                speaker=cue.speaker,
                started_at=cue.started_at,
                joins_previous=True,
            )
    if not builder.parts:
        raise UnreadableError("it holds no words", mend="export the subtitles anew")
    return builder.build(warnings=warnings)
