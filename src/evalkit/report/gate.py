"""What a report refuses to be built on: every refusal with its file, place and mend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from evalkit.claims.changes import find_vanished
from evalkit.claims.counter import find_grave
from evalkit.claims.statements import FILE as CLAIMS_FILE
from evalkit.claims.strength import NONE, STRONG
from evalkit.errors import Problem
from evalkit.report.cells import Cell, check_cell
from evalkit.report.identifying import find_identifying
from evalkit.report.intensifiers import find_intensifiers
from evalkit.report.opened import Report
from evalkit.report.passages import split_words
from evalkit.report.preflight import find_unknown_answers
from evalkit.report.small_cells import HEARD, Counted, find_small
from evalkit.shingles import Runs
from evalkit.study.settings import FILE as SETTINGS_FILE
from evalkit.study.verdicts import FILE as VERDICTS_FILE
from evalkit.study.verdicts import find_stale
from evalkit.tables import list_rows

__all__ = ["Cell", "check_cells", "check_study", "check_vanished"]

_PARAPHRASED = 5  # so many of a person's words in a row are a quotation
_LOST = {
    "orphaned": "its words are not found",
    "ambiguous": "its words are found more than once",
    "close": "its words changed since",
}
_PRINTED = (
    *("statement", "short", "rivals", "holds_when", "fails_when"),
    *("outside_evidence", "to"),
)


def check_study(report: Report) -> list[Problem]:
    """List what keeps a study from a report for readers outside, whatever is printed.

    The team's own report shows what is missing instead: only what nobody can have meant
    stops it.
    """
    unknown = find_unknown_answers(report.study.settings.preflight)
    if report.is_internal:
        return unknown
    return [
        *_check_claims(report),
        *_check_answers(report),
        *_check_words(report),
        *_check_sizes(report),
        *_check_verdicts(report),
        *_check_paraphrases(report),
        *_check_codings(report),
        *unknown,
    ]


def check_cells(report: Report, cells: Iterable[Cell], *, file: str) -> list[Problem]:
    """List what is wrong with what a notebook's cells print."""
    cells = [*cells]
    problems = [
        Problem(file, cell.number, what, mend)
        for cell in cells
        for what, mend in dict.fromkeys(check_cell(report, cell))
    ]
    if report.is_internal:
        return problems
    problems += _check_counts(report, cells, file=file)
    problems += _check_told(report, cells, file=file)
    is_told = any('id="grave"' in cell.block.html for cell in cells)
    if len(find_grave(report.study.counted)) and not is_told:
        what = "somebody told of a harm or a wrong, and the report does not say so"
        mend = "print blocks.method(report) in it"
        problems.append(Problem(file, 0, what, mend))
    return problems


def check_vanished(report: Report, before: pd.DataFrame) -> list[Problem]:
    """List the claims that an earlier run made, and that nobody says why are gone."""
    claims = report.study.claims
    if before.empty:
        return []
    return [
        Problem(
            CLAIMS_FILE,
            0,
            f"{claim_id} stood in the last run and is gone",
            "put it back, or say why under `dropped:` "
            f"(- {{id: {claim_id}, reason: …}})",
        )
        for claim_id in find_vanished(before, claims.statements, claims.dropped)
    ]


def _check_told(
    report: Report, cells: Iterable[Cell], *, file: str
) -> Iterator[Problem]:
    """What is told in the evaluator's words is of k people of one description."""
    people = report.passages.set_index("coding_id")["respondent_id"]
    whose = people[~people.index.duplicated()]
    told: dict[str, set[str]] = {}
    for each in (quoted for cell in cells for quoted in cell.block.quoted):
        if each.kind in ("paraphrase", "note") and each.coding_id in whose:
            told.setdefault(each.attribution, set()).add(whose[each.coding_id])
    for attribution, names in told.items():
        if len(names) < report.k:
            what = f"what “{attribution}” says is told in your words for {len(names)} "
            what += f"{'person' if len(names) == 1 else 'people'}, fewer than "
            what += f"k = {report.k}"
            mend = "leave it out: told apart from quotations, they are known"
            yield Problem(file, 0, what, mend)


def _check_counts(report: Report, cells: list[Cell], *, file: str) -> list[Problem]:
    """List what is told of fewer than k people, at the cell that completes it."""
    sizes = report.people["report_group"].value_counts()
    heard = Counted(HEARD, "report_group", {str(g): int(n) for g, n in sizes.items()})
    published = [heard] if len(sizes) else []
    standing: set[str] = set()
    places: dict[str, int] = {}
    for cell in cells:
        if not cell.block.counted:
            continue
        published += cell.block.counted
        standing = {*find_small(published, report.people, k=report.k)}
        for what in sorted(standing):
            places.setdefault(what, cell.number)
    mend = "publish one of them, or merge categories ([report_groups] in study.toml)"
    return [
        Problem(file, place, f"{what}, fewer than k = {report.k}", mend)
        for what, place in places.items()
        if what in standing
    ]


# --- claims ---


def _check_claims(report: Report) -> Iterator[Problem]:
    claims = report.study.claims
    strengths = _map_strengths(report)
    asked = {*report.study.settings.questions}
    checks = {
        "finding": _check_finding,
        "lesson": _check_lesson,
        "recommendation": _check_recommendation,
    }
    for row in list_rows(claims.statements):
        if row["kind"] not in checks:
            continue
        for what, mend in checks[row["kind"]](row, strengths, asked):
            place = claims.lines[row["claim_id"]]
            yield Problem(CLAIMS_FILE, place, f"{row['claim_id']} {what}", mend)


def _map_strengths(report: Report) -> dict[str, str]:
    rated = report.ratings
    return dict(zip(rated["claim_id"], rated["strength"], strict=True))


def _check_finding(
    row: dict[str, Any], strengths: dict[str, str], asked: set[str]
) -> Iterator[tuple[str, str]]:
    strength = strengths.get(row["claim_id"], "")
    if strength in ("", NONE):
        mend = "code what bears it out, or drop it and say why (`dropped:`)"
        yield "has no evidence: nobody's word stands behind it", mend
    elif strength != STRONG:
        for word in find_intensifiers(f"{row['statement']} {row['short']}"):
            yield f"says “{word}”, and its evidence is {strength}", "take the word out"
    if asked and not row["question"]:
        yield "answers no question of the evaluation", "write `question: …`"


def _check_lesson(
    row: dict[str, Any], strengths: dict[str, str], asked: set[str]
) -> Iterator[tuple[str, str]]:
    yield from _check_basis(row, strengths)
    if not (row["holds_when"] and row["fails_when"]):
        mend = "write `holds_when: …` and `fails_when: …`"
        yield "is a lesson without limits", mend


def _check_recommendation(
    row: dict[str, Any], strengths: dict[str, str], asked: set[str]
) -> Iterator[tuple[str, str]]:
    yield from _check_basis(row, strengths)
    if not row["to"]:
        yield "does not say to whom it is addressed", "write `to: …`"
    if not row["priority"]:
        yield "does not say how urgent it is", "write `priority: …`"


def _check_basis(
    row: dict[str, Any], strengths: dict[str, str]
) -> Iterator[tuple[str, str]]:
    rests = [each for each in row["rests_on"].split("; ") if each]
    if not rests:
        yield "rests on nothing", "write `rests_on: [a claim's id]`"
    for each in rests:
        if strengths.get(each) == NONE:
            what = f"rests on {each}, which has no evidence"
            yield what, "rest it on something else"
    found = [strengths[each] for each in rests if each in strengths]
    if found and STRONG not in found:
        for word in find_intensifiers(row["statement"]):
            what = f"says “{word}”, and nothing strong is under it"
            yield what, "take the word out"


def _check_answers(report: Report) -> Iterator[Problem]:
    """Every question of the evaluation is answered by a claim, or left open by one."""
    statements = report.study.claims.statements
    rows = statements[statements["kind"].isin(["finding", "question"])]
    for question in report.study.settings.questions if len(statements) else ():
        if question not in {*rows["question"]}:
            what = f"no claim answers the evaluation's question {question}"
            mend = f"write `question: {question}` at a claim or an open question"
            yield Problem(SETTINGS_FILE, _find_line(report, question), what, mend)


def _check_words(report: Report) -> Iterator[Problem]:
    """The evaluator's own words, wherever they are printed, name nobody."""
    claims = report.study.claims
    for row in list_rows(claims.statements):
        said = ". ".join(str(row[column]) for column in _PRINTED)
        for what, mend in find_identifying(report, said):
            place = claims.lines[row["claim_id"]]
            yield Problem(CLAIMS_FILE, place, f"{row['claim_id']}: {what}", mend)
    settings = report.study.settings
    written = {"title": settings.title, **settings.questions, **settings.preflight}
    written |= settings.attributions
    for key, said in written.items():
        for what, mend in find_identifying(report, said):
            place = _find_line(report, key)
            yield Problem(SETTINGS_FILE, place, f"{key}: {what}", mend)


# --- groups, verdicts and codings ---


def _check_sizes(report: Report) -> Iterator[Problem]:
    sizes = report.people["report_group"].value_counts()
    for group, n in sizes[sizes < report.k].items():
        what = f"group “{group}” is {n} {'person' if n == 1 else 'people'}, fewer than "
        what += f"k = {report.k}"
        place = _find_line(report, str(group)) or _find_line(report, "[report_groups]")
        mend = "merge it with another under [report_groups]"
        yield Problem(SETTINGS_FILE, place, what, mend)


def _check_verdicts(report: Report) -> Iterator[Problem]:
    study = report.study
    stale = find_stale(study.verdicts, study.claims.statements, study.codings)
    keys = study.verdicts[["claim_id", "coding_id"]].itertuples(name=None)
    places = {(claim, coding): row for row, claim, coding in keys}
    for row in list_rows(stale):
        at = places[row["claim_id"], row["coding_id"]]
        what = f"the {row['changed']} changed since {row['by'] or 'somebody'} said "
        what += f"whether a passage bears out {row['claim_id']}"
        mend = f"say it again: evalkit judge {study.folder.name}"
        yield Problem(VERDICTS_FILE, at + 2, what, mend)


def _check_paraphrases(report: Report) -> Iterator[Problem]:
    """A paraphrase in place of words that may not be quoted does not quote them."""
    study = report.study
    rows = study.verdicts.reset_index(names="row")
    rows = rows[rows["paraphrase"].ne("")]
    hidden = report.passages[~report.passages["may_quote"]]
    rows = rows.merge(hidden[["claim_id", "coding_id"]], on=["claim_id", "coding_id"])
    if rows.empty:
        return
    refused, free = split_words(study)
    runs = Runs(refused, n=_PARAPHRASED, shared=free)
    for row in list_rows(rows):
        if runs.stand_in([row["paraphrase"]]):
            what = f"the paraphrase for {row['claim_id']} repeats {_PARAPHRASED} words "
            what += "in a row of somebody who agreed to no quotation"
            mend = "say it in your own words"
            yield Problem(VERDICTS_FILE, int(row["row"]) + 2, what, mend)


def _check_codings(report: Report) -> Iterator[Problem]:
    anchors = report.study.anchors
    counting = report.study.coders.query("counts")["coder_id"]
    lost = anchors[anchors["status"].isin([*_LOST])]
    for row in list_rows(lost[lost["coder_id"].isin(counting)]):
        status = str(row["status"])
        what = f"a coding of {row['document_id']} is {status}: {_LOST[status]}"
        mend = "code the passage anew, or remove the coding (evalkit anchors shows it)"
        if status == "close":
            mend = "look at it, then: evalkit anchors STUDY --confirm close"
        yield Problem(f"codings/{row['coder_id']}.jsonl", row["line"], what, mend)


def _find_line(report: Report, key: str) -> int:
    """Find the line of study.toml that a key stands in; 0 for none."""
    try:
        lines = (report.study.folder / SETTINGS_FILE).read_text("utf-8-sig")
    except OSError:
        return 0
    name = re.escape(key)
    pattern = re.compile(rf"""^\s*(?:["']?{name}["']?\s*=|{name}\s*(?:#|$))""")
    found = (at for at, line in enumerate(lines.splitlines(), 1) if pattern.match(line))
    return next(found, 0)
