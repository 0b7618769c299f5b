"""What the evaluator writes between the blocks: quotations found, numbers filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

import pandas as pd

from evalkit.claims.ledger import CONTRADICTS, MIXED, QUALIFIES, SUPPORTS
from evalkit.claims.quantifiers import quantify, spell
from evalkit.claims.strength import STRONG
from evalkit.report.intensifiers import find_intensifiers
from evalkit.report.marks import find_marked
from evalkit.report.matching import Match, find_words
from evalkit.report.opened import Report
from evalkit.report.page import Block, Quoted, begin, squeeze
from evalkit.report.permission import find_objection
from evalkit.study.verdicts import PARTLY, YES
from evalkit.tables import list_rows

_BLOCK = re.compile(r"(?m)^(?:[ ]{0,3}>.*(?:\n|$))+")
_CODE = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`", re.DOTALL)
_UNSEEN = re.compile(r"<[^<>]*>|(?<=\])\([^()\n]*\)")  # elements, and where links lead
_CITED = re.compile(
    r"^\s*[“„\"«‘']\s*(?P<words>.+?)\s*[”“\"»’']\s*"
    r"(?:[—–]|--?)?\s*(?P<source>[^”“\"»’']*)$",
    re.DOTALL,
)
_BARE = re.compile(
    r"^(?P<words>.+?)\s*(?:[—–]|--?)\s*(?P<source>[\w.-]+(?:[,;/\s]+[\w.-]+)*)\s*$",
    re.DOTALL,
)
_EMPHASIS = re.compile(r"(\*{1,3}|(?<!\w)_{1,3})(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_FILLED = re.compile(r"\{\s*([\w.-]+)\s*:\s*([^{}\n]*?)\s*\}")
_TERM = 3  # up to so many words in quotation marks are a term, not a quotation
_COUNTS = {
    "supports": SUPPORTS,
    "qualifies": QUALIFIES,
    "contradicts": CONTRADICTS,
    "mixed": MIXED,
}


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a piece of prose, and how to mend it."""

    what: str
    mend: str


@dataclass(frozen=True)
class _Reading:
    """What is found while a cell is read."""

    quoted: list[Quoted] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def refuse(self, what: str, mend: str) -> None:
        self.mistakes.append(Mistake(what, mend))


@dataclass(frozen=True)
class _Place:
    """Where words stand: a turn, the match in it, and what is coded there."""

    turn: dict[str, Any]
    match: Match
    codings: pd.DataFrame


def read_prose(report: Report, source: str) -> tuple[Block, list[Mistake]]:
    """Read a Markdown cell: verify what it quotes, fill in what it counts.

    `> “words” — K05` is a quotation: the words are looked for in what respondents said,
    and its attribution is written here. A document's or person's id may follow, where
    the same was said twice: `— K05, I04`. Words in quotation marks within a sentence,
    if more than three, are looked for too. `{K05: supports}` gives a number, `{K05: who
    supports}` words. Gives the Markdown with all that done, and what is wrong; whether
    the words may be printed is for the gate to say.
    """
    reading = _Reading()
    kept: list[str] = []

    def keep(html: str) -> str:
        kept.append(html)
        return f"\x00{len(kept) - 1}\x00"

    def set_block(found: re.Match[str]) -> str:
        lines = [line.lstrip(" ").removeprefix(">") for line in found[0].splitlines()]
        return keep(_read_citation(report, "\n".join(lines).strip(), reading)) + "\n"

    text = _CODE.sub(lambda found: keep(found[0]), source.replace("\x00", ""))
    if not report.is_internal:
        _check_intensity(report, text, reading)
    text = _BLOCK.sub(set_block, text)
    text = _FILLED.sub(lambda found: _fill(report, found, reading), text)
    _check_inline(report, unescape(_UNSEEN.sub(" ", text)), reading)
    for number, html in enumerate(kept):
        text = text.replace(f"\x00{number}\x00", html)
    return Block(text, quoted=tuple(reading.quoted)), reading.mistakes


# --- quotations ---


def _read_citation(report: Report, written: str, reading: _Reading) -> str:
    words, names = _split_citation(report, _read_marked(written))
    found = _find_source(report, words, names, reading)
    if not found:
        return f"<p>“{escape(squeeze(words))}”</p>\n"
    reading.quoted.append(found)
    side = _find_stance(report, found)
    said = f" · {side}" if side else ""
    return (
        f'<div class="quotes one"><figure class="{side[:1]}"><blockquote>'
        f"<p>“{escape(found.words)}”</p></blockquote><figcaption>"
        f"{escape(begin(found.attribution))}{said}</figcaption></figure></div>\n"
    )


def _split_citation(report: Report, written: str) -> tuple[str, list[str]]:
    """Split a block into its words and the names after the dash."""
    cited = _CITED.match(written)
    bare = None if cited else _BARE.match(written)
    if bare and not {*_split_names(bare["source"])} <= _list_names(report):
        bare = None
    found = cited or bare
    return (
        (found["words"], _split_names(found["source"]))
        if found
        else (written.strip(), [])
    )


def _split_names(written: str) -> list[str]:
    return [each for each in re.split(r"[,;/()\s]+", written.strip()) if each]


def _list_names(report: Report) -> set[str]:
    study = report.study
    return {
        *study.claims.statements["claim_id"],
        *study.documents["document_id"],
        *report.people["respondent_id"],
    }


def _check_inline(report: Report, text: str, reading: _Reading) -> None:
    for words, closes in find_marked(text):
        words = _read_marked(words)
        if not closes:
            what = f"“{squeeze(words)[:60]}”: its quotation mark does not close"
            reading.refuse(what, "close it where the words end, or take it out")
        elif len(words.split()) > _TERM:
            found = _find_source(report, words, [], reading)
            if found:
                reading.quoted.append(found)


def _read_marked(written: str) -> str:
    """Give the words of marked-up ones: emphasis and entities are no words."""
    return unescape(_EMPHASIS.sub(r"\2", written))


def _find_stance(report: Report, found: Quoted) -> str:
    rows = report.passages
    rows = rows[rows["coding_id"].eq(found.coding_id)]
    rows = rows[rows["claim_id"].eq(found.claim_id)]
    return str(rows["stance"].iloc[0]) if len(rows) else ""


def _find_source(
    report: Report, words: str, names: list[str], reading: _Reading
) -> Quoted | None:
    """Find whose words these are: one person's, in one turn of theirs."""
    shown = f"“{squeeze(words)[:60]}”"
    for each in names:
        if each not in _list_names(report):
            what = f"{shown}: {each!r} is no claim, document or respondent"
            mend = "write `— K05` (who said it is written by the program)"
            reading.refuse(what, mend)
            return None
    claims = {*report.study.claims.statements["claim_id"]}
    claim_id = next((each for each in names if each in claims), "")
    places = _find_places(report, words, [each for each in names if each != claim_id])
    if not places:
        reading.refuse(*_say_where(report, words, shown))
        return None
    coded = [place for each in places if (place := _lay(report, each, claim_id))]
    if not coded:
        what = f"{shown} is coded nowhere" + (f" for {claim_id}" if claim_id else "")
        reading.refuse(what, "code it first: a quotation is evidence")
        return None
    # Who is coded for the claim is meant, if it is one person only.
    people = {place.turn["respondent_id"] for place in (coded if claim_id else places)}
    if len(people) > 1:
        where = ", ".join(sorted({place.turn["document_id"] for place in places}))
        what = f"{shown} was said by {len(people)} people ({where})"
        mend = f"quote more words, or write `> “…” — {claim_id or 'K05'}, "
        mend += f"{coded[0].turn['document_id']}`"
        reading.refuse(what, mend)
        return None
    return _quote(report, words, claim_id, _choose(report, coded))


def _find_places(report: Report, words: str, sources: list[str]) -> list[_Place]:
    turns = report.study.turns[report.study.turns["respondent_id"].ne("")]
    for each in sources:
        turns = turns[turns["document_id"].eq(each) | turns["respondent_id"].eq(each)]
    return [_Place(row, match, pd.DataFrame()) for row, match in _look(words, turns)]


def _look(words: str, turns: pd.DataFrame) -> Iterator[tuple[dict[str, Any], Match]]:
    for row in list_rows(turns):
        for match in find_words(words, row["text"]):
            yield row, match


def _say_where(report: Report, words: str, shown: str) -> tuple[str, str]:
    turns = report.study.turns
    if any(_look(words, turns[turns["respondent_id"].eq("")])):
        what = f"{shown} are an interviewer's words"
        return what, "quote who answered, or write it without quotation marks"
    what = f"{shown} stands in no transcript in one person's words"
    return what, "copy it anew, or write it without quotation marks and without `>`"


def _lay(report: Report, place: _Place, claim_id: str) -> _Place | None:
    """Lay the codings (for a claim) under a place; None where nothing is coded."""
    start, end = _span(place)
    rows = report.study.counted
    rows = rows[rows["document_id"].eq(place.turn["document_id"])]
    rows = rows[rows["start"].lt(end) & rows["end"].gt(start)]
    if claim_id:
        codes = report.links.loc[report.links["claim_id"].eq(claim_id), "code_id"]
        rows = rows[rows["code_id"].isin(codes)]
    return _Place(place.turn, place.match, rows) if len(rows) else None


def _span(place: _Place) -> tuple[int, int]:
    offset = int(place.turn["start"])
    return offset + place.match.start, offset + place.match.end


def _choose(report: Report, places: list[_Place]) -> _Place:
    """Choose the first place whose words may be printed, or else the first."""

    def is_in_the_way(place: _Place) -> bool:
        turn = place.turn
        whose = turn["document_id"], turn["respondent_id"]
        return place.match.turned or bool(find_objection(report, *whose, *_span(place)))

    return min(places, key=is_in_the_way)


def _quote(report: Report, words: str, claim_id: str, place: _Place) -> Quoted:
    start, end = _span(place)
    person = report.people.set_index("respondent_id").loc[place.turn["respondent_id"]]
    n = len(place.match.left_out)
    attribution, where = str(person["attribution"]), ""
    edits = f"{n} left out" if n else ""
    if report.is_internal:
        attribution = f"{place.turn['respondent_id']}, {person['report_group']}"
        where = f"{place.turn['document_id']}, characters {start}–{end}"
        edits = "; ".join(f"left out: {each}" for each in place.match.left_out)
    return Quoted(
        words=squeeze(words),
        coding_id=_choose_coding(report, claim_id, place.codings, start),
        claim_id=claim_id,
        attribution=attribution,
        kind="quotation" if claim_id else "mention",
        where=where,
        edits=edits,
    )


def _choose_coding(
    report: Report, claim_id: str, codings: pd.DataFrame, start: int
) -> str:
    """Choose the coding that was judged to bear out the claim, then the nearest."""
    verdicts = report.study.verdicts
    borne = verdicts["claim_id"].eq(claim_id) & verdicts["bears_out"].isin(
        [YES, PARTLY]
    )
    judged = codings["coding_id"].isin(verdicts.loc[borne, "coding_id"])
    rows = codings.assign(judged=~judged, off=codings["start"].sub(start).abs())
    return str(rows.sort_values(["judged", "off"])["coding_id"].iloc[0])


# --- numbers, and how much they bear ---


def _fill(report: Report, found: re.Match[str], reading: _Reading) -> str:
    claim_id, asked = found[1], squeeze(found[2])
    of = asked.removeprefix("who ")
    rows = report.ratings[report.ratings["claim_id"].eq(claim_id)]
    is_known = of in _COUNTS or asked in ("n", "strength")
    if rows.empty and not is_known and claim_id not in _list_names(report):
        return found[0]  # braces that mean something else
    if rows.empty or not is_known:
        what = f"{found[0]} is no number that the evidence gives"
        mend = "write {K05: supports}, {K05: who supports}, {K05: n} or {K05: strength}"
        reading.refuse(what, mend)
        return found[0]
    rating = list_rows(rows)[0]
    if asked == "strength":
        return str(rating["strength"])
    n, total = int(rating[_COUNTS.get(of, "n")]), int(rating["n"])
    if asked.startswith("who "):
        return f"{quantify(n, total)} of the {spell(total)} who spoke to it"
    return spell(n) if n else "none"


def _check_intensity(report: Report, source: str, reading: _Reading) -> None:
    """Intensifiers stand above strong claims only, in what names the claim.

    A cell that names one claim is about it from beginning to end.
    """
    rated = report.ratings
    strengths = dict(zip(rated["claim_id"], rated["strength"], strict=True))
    everywhere = _find_claims(strengths, source)

    def name_claims(found: re.Match[str]) -> str:
        return " ".join(_find_claims(strengths, found[0])) + "\n"

    text = _BLOCK.sub(name_claims, source)
    for paragraph in re.split(r"\n[ \t]*\n", text):
        named = (
            everywhere if len(everywhere) == 1 else _find_claims(strengths, paragraph)
        )
        weak = [each for each in named if strengths[each] != STRONG]
        for word in find_intensifiers(_strip_quoted(paragraph)) if weak else ():
            what = f"“{word}” stands above {weak[0]}, which is {strengths[weak[0]]}"
            reading.refuse(what, "take the word out")


def _find_claims(strengths: dict[str, str], said: str) -> list[str]:
    return [
        each
        for each in strengths
        if re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", said)
    ]


def _strip_quoted(said: str) -> str:
    """Take quotations out of what an evaluator says; a term in marks stays theirs."""
    for words, _ in find_marked(said):
        if len(words.split()) > _TERM:
            said = said.replace(words, " ")
    return said
