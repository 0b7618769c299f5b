"""What a report refuses to be built on: every refusal with its file, place and mend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evalkit.claims.counter import find_grave
from evalkit.claims.statements import FILE as CLAIMS_FILE
from evalkit.claims.strength import NONE, STRONG
from evalkit.errors import Problem
from evalkit.report.intensifiers import find_intensifiers
from evalkit.report.matching import find_words, fold
from evalkit.report.opened import Report
from evalkit.report.page import Block, Quoted, squeeze
from evalkit.report.passages import find_quotable, find_refused
from evalkit.report.preflight import find_unknown_answers
from evalkit.report.small_cells import HEARD, Counted, find_small
from evalkit.study.verdicts import FILE as VERDICTS_FILE
from evalkit.study.verdicts import NO, PARTLY, YES, find_stale
from evalkit.tables import list_rows

_PARAPHRASED = 5  # so many of a person's words in a row are a quotation
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_PHONE = re.compile(r"(?<![\w.])\+?\d(?:[ ()./-]{0,2}\d){8,}(?!\w)")


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
    source: str = ""


def check_study(report: Report) -> list[Problem]:
    """List what keeps a study from its report, whatever that prints.

    The team's own report is built on small groups and open ends: it is there to look.
    """
    study = report.study
    if report.is_internal:
        return find_unknown_answers(study.settings.preflight)
    return [
        *_check_claims(report),
        *_check_words(report),
        *_check_sizes(report),
        *_check_verdicts(report),
        *_check_codings(report),
        *find_unknown_answers(study.settings.preflight),
    ]


def check_cells(report: Report, cells: Iterable[Cell], *, file: str) -> list[Problem]:
    """List what is wrong with what a notebook's cells print."""
    cells = [*cells]
    problems: list[Problem] = []
    for cell in cells:
        for what, mend in _check_cell(report, cell):
            problems.append(Problem(file, cell.number, what, mend))
    counted = [each for cell in cells for each in cell.block.counted]
    groups = report.people["report_group"].value_counts()
    sizes = {str(group): int(n) for group, n in groups.items()}
    published = [*counted, Counted(HEARD, "report_group", sizes)] if sizes else counted
    mend = "publish one of them, or merge categories ([report_groups] in study.toml)"
    if not report.is_internal:
        for what in find_small(published, report.people, k=report.k):
            problems.append(
                Problem(file, 0, f"{what}, fewer than k = {report.k}", mend)
            )
    if len(find_grave(report.study.counted)) and not report.is_internal:
        if not any('id="grave"' in cell.block.html for cell in cells):
            what = "somebody told of a harm or a wrong, and the report does not say so"
            mend = "print blocks.method(report) in it"
            problems.append(Problem(file, 0, what, mend))
    return problems


def find_vanished(report: Report, before: pd.DataFrame) -> list[Problem]:
    """List the claims that an earlier run made, and that nobody says why are gone."""
    claims = report.study.claims
    here = {*claims.statements["claim_id"], *claims.dropped}
    rows = before[before["kind"].isin(["finding", "question"])]
    return [
        Problem(
            CLAIMS_FILE,
            0,
            f"{row['claim_id']} stood in the last run and is gone",
            f"put it back, or say why under `dropped:` (- id: {row['claim_id']})",
        )
        for row in list_rows(rows[~rows["claim_id"].isin(here)])
    ]


# --- the study ---


def _check_claims(report: Report) -> Iterator[Problem]:
    claims = report.study.claims
    strengths = dict(
        zip(report.ratings["claim_id"], report.ratings["strength"], strict=True)
    )
    asked = {*report.study.settings.questions}
    answered = set()
    for row in list_rows(claims.statements):
        claim_id, kind = row["claim_id"], row["kind"]
        for what, mend in _check_statement(row, strengths, asked):
            yield Problem(CLAIMS_FILE, claims.lines[claim_id], what, mend)
        if kind in ("finding", "question"):
            answered.add(row["question"])
    for question in sorted(asked - answered) if len(claims.statements) else ():
        what = f"no claim answers the evaluation's question {question}"
        yield Problem("study.toml", 0, what, f"write `question: {question}` at a claim")


def _check_statement(
    row: dict[str, Any], strengths: dict[str, str], asked: set[str]
) -> Iterator[tuple[str, str]]:
    claim_id, kind = row["claim_id"], row["kind"]
    strength = strengths.get(claim_id, "")
    if kind == "finding" and strength in ("", NONE):
        mend = "code what bears it out, or drop it and say why (`dropped:`)"
        yield f"{claim_id} has no evidence: nobody's word stands behind it", mend
    if kind == "finding" and asked and not row["question"]:
        yield f"{claim_id} answers no question of the evaluation", "write `question: …`"
    if kind == "finding" and strength and strength != STRONG:
        for word in find_intensifiers(f"{row['statement']} {row['short']}"):
            what = f"{claim_id} says “{word}”, and its evidence is {strength}"
            yield what, "take the word out"
    if kind == "lesson" and not (row["holds_when"] and row["fails_when"]):
        mend = "write `holds_when: …` and `fails_when: …`"
        yield f"lesson {claim_id} has no limits", mend
    rests = [each for each in row["rests_on"].split("; ") if each]
    if kind in ("lesson", "recommendation"):
        if not rests:
            yield f"{claim_id} rests on nothing", "write `rests_on: [a claim's id]`"
        for each in rests:
            if strengths.get(each) == NONE:
                what = f"{claim_id} rests on {each}, which has no evidence"
                yield what, "rest it on something else"
        words = [strengths[each] for each in rests if each in strengths]
        if words and STRONG not in words:
            for word in find_intensifiers(row["statement"]):
                what = f"{claim_id} says “{word}”, and nothing strong is under it"
                yield what, "take the word out"
    if kind == "recommendation" and not (row["to"] and row["priority"]):
        mend = "write `to: …` and `priority: …`"
        yield f"{claim_id} does not say to whom, or how urgent", mend


def _check_words(report: Report) -> Iterator[Problem]:
    """The evaluator's own words, wherever they are printed, name nobody."""
    statements = report.study.claims.statements
    for row in list_rows(statements):
        said = " ".join(str(row[column]) for column in _PRINTED)
        for what, mend in find_identifying(report, said):
            line = report.study.claims.lines[row["claim_id"]]
            yield Problem(CLAIMS_FILE, line, f"{row['claim_id']}: {what}", mend)
    settings = report.study.settings
    said = " ".join([settings.title, *settings.questions.values()])
    for what, mend in find_identifying(report, said):
        yield Problem("study.toml", 0, what, mend)


_PRINTED = (
    *("statement", "short", "rivals", "holds_when", "fails_when"),
    *("outside_evidence", "to"),
)


def _check_sizes(report: Report) -> Iterator[Problem]:
    sizes = report.people["report_group"].value_counts()
    for group, n in sizes[sizes < report.k].items():
        what = f"group “{group}” is {n} {'person' if n == 1 else 'people'}, fewer than "
        what += f"k = {report.k}"
        mend = "merge it with another under [report_groups]"
        yield Problem("study.toml", 0, what, mend)


def _check_verdicts(report: Report) -> Iterator[Problem]:
    study = report.study
    stale = find_stale(study.verdicts, study.claims.statements, study.codings)
    order = study.verdicts[["claim_id", "coding_id"]].apply(tuple, axis=1).to_list()
    for row in list_rows(stale):
        at = order.index((row["claim_id"], row["coding_id"]))
        what = f"the {row['changed']} changed since {row['by'] or 'somebody'} said "
        what += f"whether a passage bears out {row['claim_id']}"
        mend = f"say it again: evalkit judge {study.folder.name}"
        yield Problem(VERDICTS_FILE, at + 2, what, mend)
    people = report.passages.set_index(["claim_id", "coding_id"])
    said: dict[str, list[list[str]]] = {}
    rows = study.verdicts[study.verdicts["paraphrase"].ne("")]
    for at, row in zip(rows.index, list_rows(rows), strict=True):
        key = (row["claim_id"], row["coding_id"])
        if key not in people.index:
            continue
        person = str(people.loc[key, "respondent_id"])
        if person not in said:
            own = study.turns["respondent_id"].eq(person)
            said[person] = [_words(text) for text in study.turns.loc[own, "text"]]
        if _shares_run(_words(row["paraphrase"]), said[person]):
            what = f"the paraphrase for {row['claim_id']} repeats {_PARAPHRASED} words "
            what += "in a row of somebody who agreed to no quotation"
            mend = "say it in your own words"
            yield Problem(VERDICTS_FILE, int(at) + 2, what, mend)


def _check_codings(report: Report) -> Iterator[Problem]:
    anchors = report.study.anchors
    counting = report.study.coders.query("counts")["coder_id"]
    lost = anchors[anchors["status"].isin(["orphaned", "ambiguous"])]
    for row in list_rows(lost[lost["coder_id"].isin(counting)]):
        what = f"a coding is {row['status']}: its words are not found in "
        what += f"{row['document_id']}"
        mend = "code the passage anew, or remove the coding (evalkit anchors shows it)"
        yield Problem(f"codings/{row['coder_id']}.jsonl", row["line"], what, mend)
    close = anchors[anchors["status"].eq("close")]
    for row in list_rows(close[close["coder_id"].isin(counting)]):
        what = f"the words of a coding in {row['document_id']} changed since"
        mend = "look at it, then: evalkit anchors STUDY --confirm close"
        yield Problem(f"codings/{row['coder_id']}.jsonl", row["line"], what, mend)


# --- a cell ---


def _check_cell(report: Report, cell: Cell) -> Iterator[tuple[str, str]]:
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
    yield from _check_marks(html, cell)
    if report.is_internal:
        return
    said = read_text(html)
    for quoted in cell.block.quoted:
        said = said.replace(quoted.words, " ")
    yield from _find_ids(report, said)
    if cell.is_prose:
        yield from _find_contacts(said)
        yield from _find_groups(report, said)
        yield from _check_intensity(report, said)


def _check_quoted(report: Report, quoted: Quoted) -> Iterator[tuple[str, str]]:
    study = report.study
    if not report.is_internal:
        yield from _find_contacts(quoted.words)
        yield from _find_ids(report, quoted.words)
    shown = f"“{quoted.words[:60]}”"
    rows = study.codings[study.codings["coding_id"].eq(quoted.coding_id)]
    if rows.empty:
        yield f"{shown} is no coded passage", "quote with blocks.quotations"
        return
    coding = list_rows(rows)[0]
    turns = study.turns[study.turns["document_id"].eq(coding["document_id"])]
    touched = turns["start"].lt(coding["end"]) & turns["end"].gt(coding["start"])
    own = turns[touched & turns["respondent_id"].ne("")]
    if quoted.kind == "paraphrase":
        return
    if not any(find_words(quoted.words, text) for text in own["text"]):
        whole = fold(study.texts[coding["document_id"]])[0]
        if fold(quoted.words)[0] not in whole or own["respondent_id"].nunique() != 1:
            what = f"{shown} does not stand in {coding['document_id']}, word for word"
            yield what, "quote it anew"
            return
    if report.is_internal:
        return
    person = report.people.set_index("respondent_id").loc[own["respondent_id"].iloc[0]]
    coded = report.coded[report.coded["coding_id"].eq(quoted.coding_id)]
    may = find_quotable(study, coded.drop_duplicates("coding_id"))
    if quoted.coding_id not in {*may}:
        yield f"{shown} may not be quoted: its speaker did not agree", "leave it out"
    if quoted.kind == "context":
        start = _find_place(quoted.words, study.texts[coding["document_id"]])
        refused = find_refused(study, coding["document_id"])
        if person["may_quote"] != "yes" or any(
            a < start[1] and start[0] < b for a, b in refused
        ):
            yield f"{shown} stands around a quotation, and may not", "leave it out"
        return
    if quoted.attribution != person["attribution"]:
        what = f"{shown} is given to “{quoted.attribution}”"
        yield what, f"say “{person['attribution']}”"
    if quoted.claim_id:
        yield from _check_verdict(report, quoted, shown)


def _check_verdict(
    report: Report, quoted: Quoted, shown: str
) -> Iterator[tuple[str, str]]:
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


def _check_marks(html: str, cell: Cell) -> Iterator[tuple[str, str]]:
    """Every quotation is a checked one; every figure says in words what it shows."""
    from lxml import html as dom

    page = dom.fragment_fromstring(html, create_parent="div")
    checked = [fold(each.words)[0].strip() for each in cell.block.quoted]
    for element in page.iter("blockquote", "q"):
        words = fold(squeeze(element.text_content()))[0].strip()
        if words not in checked and words[1:-1].strip() not in checked:
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


def _check_intensity(report: Report, said: str) -> Iterator[tuple[str, str]]:
    strengths = dict(
        zip(report.ratings["claim_id"], report.ratings["strength"], strict=True)
    )
    for paragraph in re.split(r"\n\s*\n", said):
        named = [
            each
            for each in strengths
            if re.search(rf"\b{re.escape(each)}\b", paragraph)
        ]
        weak = [each for each in named if strengths[each] != STRONG]
        if weak:
            for word in find_intensifiers(paragraph):
                what = f"“{word}” stands above {weak[0]}, which is {strengths[weak[0]]}"
                yield what, "take the word out"


def find_identifying(report: Report, said: str) -> Iterator[tuple[str, str]]:
    """Find what would lead to a person in words that are printed for outside."""
    yield from _find_ids(report, said)
    yield from _find_contacts(said)
    yield from _find_groups(report, said)


def _find_ids(report: Report, said: str) -> Iterator[tuple[str, str]]:
    ids = {*report.study.respondents["respondent_id"]}
    ids |= {*report.study.documents["document_id"]}
    for each in sorted(ids):
        if any(letter.isdigit() for letter in each) and re.search(
            rf"(?<![\w-]){re.escape(each)}(?![\w-])", said
        ):
            yield f"it names {each}", "say it without the id"


def _find_contacts(said: str) -> Iterator[tuple[str, str]]:
    for found in _MAIL.finditer(said):
        yield f"it holds an address ({found[0][:3]}…)", "take it out"
    for found in _PHONE.finditer(said):
        yield f"it holds a number like a telephone's ({found[0][:3]}…)", "take it out"


def _find_groups(report: Report, said: str) -> Iterator[tuple[str, str]]:
    groups = report.study.respondents["group"].value_counts()
    for group, n in groups[groups < report.k].items():
        one = rf"\b(?:an?|one|the|our|this|that)\s+(?:\w+\s+)?{re.escape(str(group))}\b"
        if group and re.search(one, said, re.IGNORECASE):
            what = f"“{group}” describes {n} {'person' if n == 1 else 'people'}"
            yield f"{what}, fewer than k = {report.k}", "say it of the report group"


def read_text(html: str) -> str:
    """Give the words of a piece of page, a blank line between its blocks."""
    from lxml import html as dom

    page = dom.fragment_fromstring(html, create_parent="div")
    for element in [*page.iter("svg", "style", "script")]:
        if element.tag == "svg":
            named = " ".join(each.text or "" for each in element.iter("title"))
            tail = element.tail or ""
            element.clear()
            element.text, element.tail = named, tail
        else:
            element.drop_tree()
    for element in page.iter(
        "p", "li", "td", "th", "h1", "h2", "h3", "h4", "figcaption"
    ):
        element.tail = f"\n\n{element.tail or ''}"
    return str(page.text_content())


def _find_place(words: str, text: str) -> tuple[int, int]:
    found = find_words(words, text)
    return (found[0].start, found[0].end) if found else (0, 0)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _shares_run(words: list[str], others: list[list[str]]) -> bool:
    n = _PARAPHRASED
    runs = {tuple(words[at : at + n]) for at in range(len(words) - n + 1)}
    return any(
        tuple(other[at : at + n]) in runs
        for other in others
        for at in range(len(other) - n + 1)
    )
