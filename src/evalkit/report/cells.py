"""What is wrong with what one cell of a report's notebook prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evalkit.analysis.units import find_own_words
from evalkit.report.identifying import find_contacts, find_ids, find_small_groups
from evalkit.report.matching import Match, find_words, fold
from evalkit.report.opened import Report
from evalkit.report.page import Block, Quoted, squeeze
from evalkit.report.permission import find_objection
from evalkit.study.verdicts import NO, PARTLY, YES
from evalkit.tables import list_rows

Fault = tuple[str, str]  # what is wrong, and how to mend it
_SPOKEN = ("quotation", "mention", "context")  # kinds printed as somebody's words
_BLOCKS = ("p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption")
_SAID_UNSEEN = ("alt", "title", "aria-label", "href")


@dataclass(frozen=True)
class Cell:
    """A cell of the report's notebook as it is to be printed.

    `block` is what it gives; `is_prose` whether the evaluator wrote it, `is_checked`
    whether it came from a block (or prose), which say what they quote and count.
    """

    number: int
    block: Block
    is_prose: bool = False
    is_checked: bool = True


def check_cell(report: Report, cell: Cell) -> Iterator[Fault]:
    """Find what is wrong with what a cell prints."""
    for quoted in cell.block.quoted:
        yield from _check_quoted(report, quoted)
    html = cell.block.html
    if not html.strip():
        return
    if not cell.is_checked and not report.is_internal:
        yield (
            "it prints what no block made, and nobody can check",
            "print it with a block (blocks.crosstab, …), or leave it out",
        )
    yield from _check_marks(html, cell.block.quoted)
    if report.is_internal:
        return
    said = read_text(html)
    yield from find_ids(report, said)
    if cell.is_prose:
        yield from find_contacts(said)
        yield from find_small_groups(report, said)


# --- what is quoted ---


def _check_quoted(report: Report, quoted: Quoted) -> Iterator[Fault]:
    shown = f"“{quoted.words[:60]}”"
    coding = report.codings_by_id.get(quoted.coding_id)
    if coding is None:
        yield f"{shown} is no coded passage", "quote with blocks.quotations"
        return
    if quoted.kind == "paraphrase":
        yield from _check_paraphrase(report, quoted, shown)
    else:
        yield from _check_spoken(report, quoted, coding, shown)
    if report.is_internal:
        return
    yield from find_contacts(quoted.words)
    yield from find_ids(report, quoted.words)
    if quoted.claim_id and quoted.kind != "context":
        yield from _check_verdict(report, quoted, shown)


def _check_spoken(
    report: Report, quoted: Quoted, coding: dict[str, Any], shown: str
) -> Iterator[Fault]:
    document_id = str(coding["document_id"])
    place = _find_place(report, quoted, coding)
    if place is None:
        what = f"{shown} does not stand in {document_id} in one person's words"
        yield what, "quote it anew"
        return
    person, match = place
    if match.turned:
        yield f"{shown} leaves out a word that denies", "quote it with that word"
    if quoted.kind != "note" and document_id in report.notes:
        what = f"{shown} was taken down as notes, not word for word"
        yield what, "tell it without quotation marks"
    if report.is_internal:
        return
    why = find_objection(report, document_id, person, match.start, match.end)
    if why:
        yield f"{shown} may not be quoted: {why}", "leave it out"
    if quoted.kind != "context":
        yield from _check_attribution(report, quoted, person, shown)


def _find_place(
    report: Report, quoted: Quoted, coding: dict[str, Any]
) -> tuple[str, Match] | None:
    """Find where one person says these words: at the coding, or beside it (context)."""
    places = []
    for turn in report.own_turns.get(coding["document_id"], ()):
        if turn["start"] >= coding["end"] or coding["start"] >= turn["end"]:
            continue
        for match in find_words(quoted.words, turn["text"]):
            moved = _move(match, turn["start"])
            if quoted.kind == "context" or (
                moved.start < coding["end"] and coding["start"] < moved.end
            ):
                places.append((str(turn["respondent_id"]), moved))
    if places:
        return min(places, key=lambda place: abs(place[1].start - coding["start"]))
    return _find_over_turns(report, quoted, coding)


def _find_over_turns(
    report: Report, quoted: Quoted, coding: dict[str, Any]
) -> tuple[str, Match] | None:
    """Find words in a passage of several turns, if all of it is one person's."""
    study = report.study
    rows = study.codings[study.codings["coding_id"].eq(coding["coding_id"])]
    own = find_own_words(study.turns, rows)
    found = find_words(quoted.words, str(coding["quotation"]))
    if own.empty or not found:
        return None
    return str(own["respondent_id"].iloc[0]), _move(found[0], coding["start"])


def _move(match: Match, by: int) -> Match:
    return Match(match.start + by, match.end + by, match.left_out, match.turned)


def _check_paraphrase(report: Report, quoted: Quoted, shown: str) -> Iterator[Fault]:
    """A paraphrase is what an evaluator wrote for this claim and passage."""
    rows = report.passages
    rows = rows[rows["coding_id"].eq(quoted.coding_id)]
    rows = rows[rows["claim_id"].eq(quoted.claim_id)]
    written = {squeeze(each) for each in rows["paraphrase"]} - {""}
    if quoted.words not in written:
        what = f"{shown} is no paraphrase that {quoted.claim_id or 'a claim'} has"
        yield what, "write it into verdicts.csv (evalkit judge)"
        return
    if report.is_internal:
        return
    row = list_rows(rows)[0]
    if not row["may_paraphrase"]:
        yield f"{shown} may not be printed: its speaker said no", "leave it out"
    yield from _check_attribution(report, quoted, str(row["respondent_id"]), shown)


def _check_attribution(
    report: Report, quoted: Quoted, person: str, shown: str
) -> Iterator[Fault]:
    people = report.people.set_index("respondent_id")["attribution"]
    if quoted.attribution != people[person]:
        what = f"{shown} is given to “{quoted.attribution}”"
        yield what, f"say “{people[person]}”"


def _check_verdict(report: Report, quoted: Quoted, shown: str) -> Iterator[Fault]:
    verdicts = report.study.verdicts
    rows = verdicts[verdicts["coding_id"].eq(quoted.coding_id)]
    rows = rows[rows["claim_id"].eq(quoted.claim_id)]
    judged = "" if rows.empty else rows["bears_out"].iloc[0]
    if judged == NO:
        what = f"{shown} was judged not to bear out {quoted.claim_id}"
        yield what, "quote another passage"
    elif judged not in (YES, PARTLY):
        what = f"nobody said whether {shown} bears out {quoted.claim_id}"
        yield what, f"say it: evalkit judge {report.study.folder.name}"


# --- what is drawn and marked ---


def _check_marks(html: str, quoted: tuple[Quoted, ...]) -> Iterator[Fault]:
    """Every quotation is a checked one; every figure says in words what it shows."""
    page = _read_page(html)
    checked = {_fold_quoted(each.words) for each in quoted if each.kind in _SPOKEN}
    for element in page.iter("blockquote", "q"):
        words = squeeze(element.text_content())
        if _fold_quoted(words) not in checked:
            what = f"“{words[:60]}” stands as a quotation that nobody checked"
            yield what, "quote with blocks.quotations, or as `> “…” — K05` in Markdown"
    for element in page.iter("img"):
        if not (element.get("alt") or "").strip():
            yield "a picture has no alternative text", "write ![what it shows](file)"
    for element in page.iter("svg"):
        titles = [each for each in element if each.tag == "title"]
        named = titles and (titles[0].text or "").strip()
        hidden = element.get("aria-hidden") == "true"
        if not named and not hidden and not (element.get("aria-label") or "").strip():
            mend = "draw it with evalkit.figure(…), which asks for one"
            yield "a figure has no alternative text", mend


def _fold_quoted(words: str) -> str:
    return fold(words).strip(" '")


def read_text(html: str) -> str:
    """Give the words of a piece of page, seen or not, a blank line between its blocks.

    >>> read_text('<p>We left.</p><img alt="A road">')
    'We left.\\n\\n\\n\\nA road'
    """
    from lxml import etree

    page = _read_page(html)
    unseen = [str(each.text or "") for each in page.iter(etree.Comment)]
    for element in [*page.iter("style", "script")]:
        element.drop_tree()
    for element in page.iter(etree.Element):
        unseen += [
            str(value)
            for name in _SAID_UNSEEN
            if (value := element.get(name)) and not value.startswith(("#", "data:"))
        ]
        if element.tag in _BLOCKS:
            element.tail = f"\n\n{element.tail or ''}"
        elif element.tag in ("text", "title", "desc", "br", "tspan", "summary", "dt"):
            element.tail = f"\n{element.tail or ''}"
    return "\n\n".join([str(page.text_content()), *unseen])


def _read_page(html: str) -> Any:
    from lxml import html as dom

    return dom.fragment_fromstring(html, create_parent="div")
