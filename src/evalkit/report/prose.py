"""What the evaluator writes between the blocks: quotations found, numbers filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from evalkit.claims.ledger import CONTRADICTS, MIXED, QUALIFIES, SUPPORTS
from evalkit.claims.quantifiers import quantify, spell
from evalkit.report.matching import Match, find_words
from evalkit.report.opened import Report
from evalkit.report.page import Block, Quoted, begin, squeeze
from evalkit.report.passages import find_quotable
from evalkit.tables import list_rows

_BLOCK = re.compile(r"(?m)^(?:[ ]{0,3}>.*(?:\n|$))+")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_INLINE = re.compile(r"“([^”]{3,}?)”|\"([^\"\n]{3,}?)\"|«\s*([^»]{3,}?)\s*»")
_CITED = re.compile(
    r"^\s*[“\"«]\s*(?P<words>.+?)\s*[”\"»]\s*(?:[—–]|--?)?\s*(?P<source>[^”\"»]*)$",
    re.DOTALL,
)
_FILLED = re.compile(r"\{([\w.-]+):\s*([a-z ]+)\}")
_TERM = 3  # up to so many words in quotation marks are a term, not a quotation


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a piece of prose, and how to mend it."""

    what: str
    mend: str


def read_prose(report: Report, source: str) -> tuple[Block, list[Mistake]]:
    """Read a Markdown cell: verify what it quotes, fill in what it counts.

    `> “words” — K05` is a quotation: the words are looked for in what respondents said,
    and its attribution is written here. A document's or person's id may follow, where
    the same was said twice: `— K05, I04`. Words in quotation marks within a sentence,
    if more than three, are looked for too. `{K05: supports}` gives a number, `{K05: who
    supports}` words. Gives the Markdown with all that done, and what is wrong.
    """
    mistakes: list[Mistake] = []
    quoted: list[Quoted] = []
    kept: list[str] = []

    def keep(html: str) -> str:
        kept.append(html)
        return f"\x00{len(kept) - 1}\x00"

    def set_block(found: re.Match[str]) -> str:
        lines = [line.lstrip(" ").removeprefix(">") for line in found[0].splitlines()]
        html = _read_citation(report, "\n".join(lines).strip(), quoted, mistakes)
        return keep(html) + "\n"

    def check_inline(found: re.Match[str]) -> str:
        words = next(each for each in found.groups() if each)
        if len(words.split()) > _TERM:
            each = _find_source(report, words, [], mistakes)
            if each:
                quoted.append(each)
        return found[0]

    def fill(found: re.Match[str]) -> str:
        return _fill(report, found, mistakes)

    text = _CODE.sub(lambda found: keep(found[0]), source)
    text = _BLOCK.sub(set_block, text)
    text = _FILLED.sub(fill, text)
    _INLINE.sub(check_inline, text)
    for number, html in enumerate(kept):
        text = text.replace(f"\x00{number}\x00", html)
    return Block(text, quoted=tuple(quoted)), mistakes


def _read_citation(
    report: Report, written: str, quoted: list[Quoted], mistakes: list[Mistake]
) -> str:
    cited = _CITED.match(written)
    words, source = (cited["words"], cited["source"]) if cited else (written, "")
    names = [each for each in re.split(r"[,;/\s]+", source.strip()) if each]
    found = _find_source(report, words, names, mistakes)
    if not found:
        return f"<blockquote><p>“{escape(squeeze(words))}”</p></blockquote>"
    quoted.append(found)
    side = _find_stance(report, found)
    said = f" · {side}" if side else ""
    return (
        f'<div class="quotes one"><figure class="{side[:1]}"><blockquote>'
        f"<p>“{escape(found.words)}”</p></blockquote><figcaption>"
        f"{escape(begin(found.attribution))}{said}</figcaption></figure></div>\n"
    )


def _find_stance(report: Report, found: Quoted) -> str:
    rows = report.passages
    rows = rows[rows["coding_id"].eq(found.coding_id)]
    rows = rows[rows["claim_id"].eq(found.claim_id)]
    return str(rows["stance"].iloc[0]) if len(rows) else ""


def _find_source(
    report: Report, words: str, names: list[str], mistakes: list[Mistake]
) -> Quoted | None:
    """Find whose words these are: one person's, in one turn of theirs."""
    shown = f"“{squeeze(words)[:60]}”"
    claims = {*report.study.claims.statements["claim_id"]}
    claim_id = next((each for each in names if each in claims), "")
    sources = [each for each in names if each != claim_id]
    documents = {*report.study.documents["document_id"]}
    people = {*report.people["respondent_id"]}
    for each in sources:
        if each not in documents | people:
            mistakes.append(
                Mistake(
                    f"{shown}: {each!r} is no claim, document or respondent",
                    "write `— K05` (who said it is written by the program)",
                )
            )
            return None
    turns = report.study.turns[report.study.turns["respondent_id"].ne("")]
    for each in sources:
        turns = turns[turns["document_id"].eq(each) | turns["respondent_id"].eq(each)]
    found = [*_look(words, turns)]
    if not found:
        everyone = report.study.turns
        if [*_look(words, everyone[everyone["respondent_id"].eq("")])]:
            mistakes.append(
                Mistake(
                    f"{shown} are an interviewer's words",
                    "quote who answered, or write it without quotation marks",
                )
            )
        else:
            mistakes.append(
                Mistake(
                    f"{shown} stands in no transcript in one person's words",
                    "copy it anew, or write it without quotation marks",
                )
            )
        return None
    speakers = {row["respondent_id"] for row, _ in found}
    if len(speakers) > 1:
        where = ", ".join(sorted({row["document_id"] for row, _ in found}))
        mistakes.append(
            Mistake(
                f"{shown} was said by {len(speakers)} people ({where})",
                "name the document after the dash, or quote more words",
            )
        )
        return None
    row, match = found[0]
    if match.drops_a_negation:
        mistakes.append(
            Mistake(
                f"{shown} leaves out a word that denies",
                "quote it with that word",
            )
        )
        return None
    return _check_permission(report, words, claim_id, row, match, mistakes)


def _look(words: str, turns: pd.DataFrame) -> Iterator[tuple[dict[str, Any], Match]]:
    for row in list_rows(turns):
        for match in find_words(words, row["text"]):
            yield row, match


def _check_permission(
    report: Report,
    words: str,
    claim_id: str,
    turn: dict[str, Any],
    match: Match,
    mistakes: list[Mistake],
) -> Quoted | None:
    shown = f"“{squeeze(words)[:60]}”"
    start, end = turn["start"] + match.start, turn["start"] + match.end
    rows = report.study.counted
    rows = rows[rows["document_id"].eq(turn["document_id"])]
    rows = rows[rows["start"].lt(end) & rows["end"].gt(start)]
    if claim_id:
        codes = report.links.loc[report.links["claim_id"].eq(claim_id), "code_id"]
        rows = rows[rows["code_id"].isin(codes)]
    if rows.empty:
        what = f"{shown} is coded nowhere" + (f" for {claim_id}" if claim_id else "")
        mistakes.append(Mistake(what, "code it first: a quotation is evidence"))
        return None
    coded = report.coded[report.coded["coding_id"].isin(rows["coding_id"])]
    may = find_quotable(report.study, coded.drop_duplicates("coding_id"))
    allowed = rows[rows["coding_id"].isin(may)]
    if len(allowed) < len(rows) and not report.is_internal:
        mistakes.append(
            Mistake(
                f"{shown} may not be quoted: its speaker did not agree to it",
                "leave it out (respondents.csv, may_quote; `quotable` of the passage)",
            )
        )
        return None
    whole = rows.assign(off=rows["start"].sub(start).abs()).sort_values("off")
    person = report.people.set_index("respondent_id").loc[turn["respondent_id"]]
    attribution = str(person["attribution"])
    if report.is_internal:
        attribution = f"{turn['respondent_id']}, {person['report_group']}"
    return Quoted(
        words=squeeze(words),
        coding_id=str(whole["coding_id"].iloc[0]),
        claim_id=claim_id,
        attribution=attribution,
        kind="quotation" if claim_id else "mention",
        where=f"{turn['document_id']}, characters {start}–{end}"
        if report.is_internal
        else "",
        edits="; ".join(f"left out: {each}" for each in match.left_out)
        if report.is_internal
        else f"{len(match.left_out)} left out"
        if match.left_out
        else "",
    )


_COUNTS = {
    "supports": SUPPORTS,
    "qualifies": QUALIFIES,
    "contradicts": CONTRADICTS,
    "mixed": MIXED,
}


def _fill(report: Report, found: re.Match[str], mistakes: list[Mistake]) -> str:
    claim_id, asked = found[1], squeeze(found[2])
    rows = report.ratings[report.ratings["claim_id"].eq(claim_id)]
    of = asked.removeprefix("who ")
    if rows.empty or (of not in _COUNTS and of not in ("n", "strength")):
        what = f"{found[0]} is no number that the evidence gives"
        mend = "write {K05: supports}, {K05: who supports}, {K05: n} or {K05: strength}"
        mistakes.append(Mistake(what, mend))
        return found[0]
    rating = list_rows(rows)[0]
    if of == "strength":
        return str(rating["strength"])
    if of == "n":
        return spell(int(rating["n"])) if rating["n"] else "none"
    n, total = int(rating[_COUNTS[of]]), int(rating["n"])
    if asked.startswith("who "):
        return f"{quantify(n, total)} of the {spell(total)} who spoke to it"
    return spell(n) if n else "none"
