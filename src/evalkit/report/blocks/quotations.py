"""Words that were said, as a reader may see them."""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from typing import Any

import pandas as pd

from evalkit.claims.ledger import CONTRADICTS, QUALIFIES, SUPPORTS
from evalkit.report.opened import Report
from evalkit.report.page import Block, Quoted, begin, count, join, set_type, squeeze
from evalkit.report.passages import find_context, find_judged
from evalkit.study.verdicts import NO, PARTLY
from evalkit.tables import list_rows

_SIDE = {SUPPORTS: "s", QUALIFIES: "q", CONTRADICTS: "c"}
_ORDER = {SUPPORTS: 0, CONTRADICTS: 1, QUALIFIES: 2}


def quotations(report: Report, claim_id: str, *, n: int = 2) -> Block:
    """Set up to `n` quotations on a claim, for it and against it in turn.

    Each is of another person, in their own words, permitted, and judged by an evaluator
    to bear out the claim (`evalkit judge`). Who agreed to be paraphrased only is
    paraphrased, and what was taken down as notes is set without quotation marks.
    """
    chosen = choose(report, claim_id, n=n)
    if chosen.empty:
        return Block("")
    set_each = [set_quotation(report, row) for row in list_rows(chosen)]
    one = " one" if len(set_each) == 1 else ""
    return join(set_each, before=f'<div class="quotes{one}">', after="</div>")


def choose(report: Report, claim_id: str, *, n: int) -> pd.DataFrame:
    """Choose the passages of a claim to quote: one a person, the directions in turn.

    Of two that are as good, the one from a group that is not quoted yet.
    """
    rows = find_printable(report, claim_id)
    rows = rows[rows["is_direction"]].drop_duplicates("respondent_id")
    chosen: list[dict[str, Any]] = []
    left = list_rows(rows)
    while left and len(chosen) < n:
        sides = Counter(each["stance"] for each in chosen)
        groups = Counter(each["report_group"] for each in chosen)
        best = min(
            left,
            key=lambda row: (
                sides[row["stance"]],
                _ORDER[row["stance"]],
                groups[row["report_group"]],
            ),
        )
        left.remove(best)
        chosen.append(best)
    return pd.DataFrame(chosen, columns=rows.columns)


def find_printable(report: Report, claim_id: str) -> pd.DataFrame:
    """Find the passages of a claim that may be printed: permitted, and judged so.

    What is told in the evaluator's words (paraphrases, notes) is printed outside only
    where k people of the same description are: told alone, one person's would be known
    for theirs from claim to claim.
    """
    rows = find_judged(report.passages)
    rows = rows[rows["claim_id"].eq(claim_id)]
    if report.is_internal:
        return rows
    told = rows["is_note"] | ~rows["may_quote"]
    return rows[~told | rows["respondent_id"].isin(report.told)]


def set_quotation(report: Report, row: dict[str, Any]) -> Block:
    """Set one passage as a figure: the words, and who said them as k allows."""
    side = f' class="{_SIDE[row["stance"]]}'
    whose = f"{begin(attribute(report, row))} · {_say_stance(row)}"
    if row["paraphrase"] and not row["may_quote"]:
        quoted = quote(report, row, kind="paraphrase")
        html = (
            f'<figure{side} paraphrase"><p>{escape(squeeze(row["paraphrase"]))}</p>'
            f"<figcaption>{escape(whose)} · in our words"
            f"{_where(report, row)}</figcaption></figure>"
        )
    elif row["is_note"]:
        quoted = quote(report, row, kind="note")
        html = (
            f'<figure{side} paraphrase"><p>{escape(quoted.words)}</p>'
            f"<figcaption>{escape(whose)} · in our words"
            f"{_where(report, row)}</figcaption></figure>"
        )
    else:
        quoted = quote(report, row)
        html = (
            f'<figure{side}"><blockquote><p>“{escape(quoted.words)}”</p></blockquote>'
            f"<figcaption>{escape(whose)}{_where(report, row)}</figcaption></figure>"
        )
    return Block(html, quoted=(quoted,))


def passages_behind(
    report: Report,
    claim_id: str,
    direction: str,
    n: int,
    *,
    words: str,
    again: set[str],
) -> Block:
    """Fold the passages behind a number away under it, those that may be seen.

    `again` are the codings that the page quotes in full beside.
    """
    rows = report.passages[report.passages["claim_id"].eq(claim_id)]
    people = report.evidence[
        report.evidence["claim_id"].eq(claim_id)
        & report.evidence["direction"].eq(direction)
    ]["respondent_id"]
    rows = rows[rows["respondent_id"].isin(people)]
    if not report.is_internal:
        printable = find_printable(report, claim_id)["coding_id"]
        rows = rows[rows["coding_id"].isin(printable) & rows["stance"].eq(direction)]
        rows = rows.drop_duplicates("respondent_id")
    items = [_set_passage(report, row, again) for row in list_rows(rows)]
    left = n - rows["respondent_id"].nunique()
    if left:
        more = "more " if len(rows) else ""
        unseen = (
            f"{begin(count(left, f'{more}person', f'{more}people'))}: counted, not "
        )
        items.append(Block(f"<li><small>{unseen}printed.</small></li>"))
    summary = f"<summary><b>{n}</b> {escape(words)}</summary>"
    return join(
        items,
        before=f'<details>{summary}<ul class="passages">',
        after="</ul></details>",
    )


def _set_passage(report: Report, row: dict[str, Any], again: set[str]) -> Block:
    classes = ["again"] if row["coding_id"] in again else []
    who = escape(begin(attribute(report, row)))
    if report.is_internal:
        who += f" · {escape(row['stance'])}{_say_standing(row)}"
        classes += [] if row["may_quote"] else ["held"]
    note = f"<small>{who}{_where(report, row)}</small>"
    opening = f'<li class="{" ".join(classes)}">' if classes else "<li>"
    if not report.is_internal and not row["may_quote"]:
        quoted = quote(report, row, kind="paraphrase")
        html = f'<span class="para">{escape(quoted.words)}</span>'
        return Block(f"{opening}{html}{note}</li>", quoted=(quoted,))
    quoted = quote(report, row, kind="note" if row["is_note"] else "quotation")
    before, after = "", ""
    if report.is_internal and not row["is_note"]:  # outside, nobody judged them
        before, after = find_context(report.study, row)
    context = [
        quote(report, {**row, "words": words}, kind="context")
        for words in (before, after)
        if re.search(r"\w", words)
    ]
    said = f'<q class="said">{escape(quoted.words)}</q>'
    if row["is_note"]:
        cls = "said" if report.is_internal else "para"
        said = f'<span class="{cls}">{escape(quoted.words)}</span>'
    around = f"{_dim(before)} {said} {_dim(after)}".strip()
    return Block(f"{opening}{around}{note}</li>", quoted=(quoted, *context))


def _dim(words: str) -> str:
    said = escape(squeeze(words))
    return f'<span class="ctx">{said}</span>' if re.search(r"\w", words) else ""


def quote(report: Report, row: dict[str, Any], *, kind: str = "quotation") -> Quoted:
    """Say what is printed of a passage, for the gate and the register."""
    words = squeeze(row["paraphrase"] if kind == "paraphrase" else row["words"])
    return Quoted(
        words=words if report.is_internal else set_type(words),
        coding_id=row["coding_id"],
        claim_id=row["claim_id"],
        attribution=attribute(report, row),
        kind=kind,
        where=find_place(row) if report.is_internal else "",
    )


def attribute(report: Report, row: dict[str, Any]) -> str:
    """Say whose a passage is: by id inside the team, else as closely as k allows."""
    if report.is_internal:
        return f"{row['respondent_id']}, {row['report_group']}"
    return str(row["attribution"])


def find_place(row: dict[str, Any]) -> str:
    """Say where a passage stands, for the team."""
    return f"{row['document_id']}, characters {row['start']}–{row['end']}"


def _where(report: Report, row: dict[str, Any]) -> str:
    if not report.is_internal:
        return ""
    place = find_place(row).removeprefix(f"{row['respondent_id']}, ")
    said = f"{place} · {row['code_id']} by {row['coder_id']}"
    return f"<span>{escape(said)}</span>"


def _say_stance(row: dict[str, Any]) -> str:
    partly = ", in part" if row["bears_out"] == PARTLY else ""
    return f"{row['stance']}{partly}"


def _say_standing(row: dict[str, Any]) -> str:
    """Say what keeps a passage from a reader outside."""
    said = "" if row["may_quote"] else " · <strong>not for publication</strong>"
    if row["bears_out"] == NO:
        said += " · judged not to bear out the claim"
    elif row["stale"]:
        said += f" · to be judged again: the {row['stale']} changed"
    elif not row["bears_out"]:
        said += " · not judged yet"
    return said
