"""What was learned, within its limits, and what is recommended on what basis."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from evalkit.claims.strength import (
    CONTESTED,
    LIMITED,
    MODERATE,
    NONE,
    SINGLE,
    STRONG,
    UNSUPPORTED,
)
from evalkit.report.blocks.claims import find_claim, name_short
from evalkit.report.opened import Report
from evalkit.report.page import Block, enumerate_names, join, section, squeeze
from evalkit.tables import list_rows

# From the firmest; an open question holds nothing up.
_FIRMNESS = (STRONG, MODERATE, LIMITED, SINGLE, CONTESTED, UNSUPPORTED, NONE)
_OPEN = "open question"


def lessons(report: Report) -> Block:
    """Set every lesson as a section of its own."""
    statements = report.study.claims.statements
    rows = list_rows(statements[statements["kind"].eq("lesson")])
    if not rows:
        return Block("")
    pieces = [
        lesson(report, row["claim_id"], number=number)
        for number, row in enumerate(rows, start=1)
    ]
    return section("What we learned", pieces, name="lessons")


def lesson(report: Report, claim_id: str, *, number: int = 0) -> Block:
    """Set a lesson: when it holds, when it fails, on what it rests."""
    row = find_claim(report, claim_id)
    name = f"Lesson {number}" if number else escape(claim_id)
    sides = "".join(
        f"<div><h4>{title}</h4><ul>{_items(row[column])}</ul></div>"
        for title, column in (
            ("Holds when", "holds_when"),
            ("Fails when", "fails_when"),
        )
    )
    elsewhere = row["outside_evidence"] or (
        "None was collected. This study alone cannot show that the lesson travels."
    )
    firmness = say_firmness(report, row)
    statement, at = escape(squeeze(row["statement"])), escape(claim_id)
    return Block(
        f'<article class="lesson" id="{at}" aria-labelledby="{at}-h">'
        f'<header><p class="id">{name}</p><h3 id="{at}-h">{statement}</h3></header>'
        f'<div class="limits">{sides}</div><footer><p><strong>Rests on</strong> '
        f"{say_basis(report, row)}.</p><p><strong>Confidence</strong> "
        f"{escape(firmness)}: a lesson is held no more firmly than the weakest claim "
        "it rests on.</p><p><strong>Evidence from elsewhere</strong> "
        f"{escape(elsewhere)}</p></footer></article>"
    )


def recommendations(report: Report) -> Block:
    """Set the recommendations: to whom, how urgent, and on what basis."""
    statements = report.study.claims.statements
    rows = list_rows(statements[statements["kind"].eq("recommendation")])
    if not rows:
        return Block("")
    items = [
        f'<li><div><p class="do">{escape(squeeze(row["statement"]))}</p><dl>'
        f"<dt>For</dt><dd>{escape(row['to'])}</dd>"
        f"<dt>Priority</dt><dd>{escape(row['priority'] or 'not said')}</dd>"
        f"<dt>Basis</dt><dd>{say_basis(report, row)}{_caution(report, row)}</dd>"
        "</dl></div></li>"
        for row in rows
    ]
    listed = join(items, before='<ol class="recs">', after="</ol>")
    return section("Recommendations", [listed], name="recommendations")


def say_basis(report: Report, row: Mapping[str, Any]) -> str:
    """Name what a lesson or recommendation rests on, each with its strength."""
    words = find_strengths(report)
    named = []
    for claim_id in _rests_on(row):
        claim = find_claim(report, claim_id)
        link = f'<a href="#{escape(claim_id)}">{escape(claim_id)}</a>'
        if claim_id in words:
            named.append(
                f"{link} {escape(_lower(name_short(claim)))} ({words[claim_id]})"
            )
        else:
            named.append(link)
    return enumerate_names(named) or "nothing"


def say_firmness(report: Report, row: Mapping[str, Any]) -> str:
    """Say how firm the weakest claim is that something rests on, by way of others."""
    words = find_strengths(report)
    scale = (*_FIRMNESS, _OPEN)
    seen, left, found = set[str](), _rests_on(row), []
    while left:
        each = left.pop()
        if each not in seen:
            seen.add(each)
            found += [words[each]] if each in words else []
            left += _rests_on(find_claim(report, each))
    return max(found, key=scale.index) if found else "none: it rests on no claim"


def find_strengths(report: Report) -> dict[str, str]:
    """Give each claim its strength; an open question is called one."""
    kinds = report.study.claims.statements.set_index("claim_id")["kind"]
    words = dict(
        zip(report.ratings["claim_id"], report.ratings["strength"], strict=True)
    )
    asked = kinds.index[kinds.eq("question")]
    return words | dict.fromkeys(map(str, asked), _OPEN)


def _caution(report: Report, row: Mapping[str, Any]) -> str:
    words = find_strengths(report)
    weak = [each for each in _rests_on(row) if words.get(each) in (CONTESTED, _OPEN)]
    if not weak:
        return ""
    return (
        f". People disagree about {enumerate_names(weak)}, or were not all asked: the "
        "recommendation is to be tried, and looked at again"
    )


def _rests_on(row: Mapping[str, Any]) -> list[str]:
    return [each for each in str(row["rests_on"]).split("; ") if each]


def _items(written: str) -> str:
    parts = [each.strip() for each in written.split(";") if each.strip()]
    return "".join(f"<li>{escape(squeeze(each))}</li>" for each in parts)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
