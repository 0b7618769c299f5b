"""Annexes: the codebook, the evidence, what was quoted, and what standards ask for."""

from __future__ import annotations

from html import escape

import pandas as pd

from evalkit.claims.sensitivity import AS_COUNTED
from evalkit.report.blocks.claims import find_claim, name_short
from evalkit.report.charts_claims import plot_who_says_so
from evalkit.report.facts import fill_report_preflight
from evalkit.report.figures import figure
from evalkit.report.opened import DIRECTIONS, Report
from evalkit.report.page import (
    REGISTER,
    Block,
    begin,
    count,
    join,
    section,
    set_figure,
    table,
)
from evalkit.report.preflight import MISSING, list_sources
from evalkit.tables import list_rows


def codebook(report: Report) -> Block:
    """Set the codebook: each theme with its codes and definitions, folded away."""
    study = report.study
    uses = study.counted["code_id"].value_counts()
    codes = study.codes.assign(n=study.codes["code_id"].map(uses).fillna(0).astype(int))
    if codes.empty:
        return Block("")
    names = {"name": "Code", "definition": "Definition", "include": "Include"}
    names |= {"exclude": "Leave out"} | ({"n": "Codings"} if report.is_internal else {})
    parts: list[Block | str] = [
        f"<p>Codebook version {escape(study.codebook.version or 'not given')}.</p>"
    ]
    lone = codes[codes["parent_id"].eq("") & ~codes["code_id"].isin(codes["parent_id"])]
    if len(lone):
        parts.append(table(lone, caption="Codes without a branch", names=names))
    for theme in list_rows(codes[codes["parent_id"].eq("")].drop(lone.index)):
        rows = codes[codes["code_id"].isin(_descend(codes, str(theme["code_id"])))]
        name = str(theme["name"])
        set_rows = table(rows, caption=name, names=names, is_named=True)
        about = escape(str(theme["definition"]))
        parts.append(
            f"<details><summary>{escape(str(theme['name']))} · "
            f"{count(len(rows), 'code')}</summary><p>{about}</p>{set_rows.html}"
            "</details>"
        )
    return section("Annex: the codebook", parts, name="annex-codebook")


def evidence_tables(report: Report) -> Block:
    """Set who says what: by group for a reader outside, by person for the team."""
    if report.ratings.empty:
        return Block("")
    claims = {each: find_claim(report, each) for each in report.ratings["claim_id"]}
    if report.is_internal:
        return section(
            "Annex: the evidence by person",
            [_set_matrix(report), _set_counter(report)],
            name="annex-evidence",
        )
    names = {"claim": "Claim", "n": "Spoke to it"}
    if report.is_strict:
        rows, pieces = report.ratings, []
        names |= {each: begin(each) for each in (*DIRECTIONS,)}
    else:
        rows = _count_by_group(report)
        names |= {
            str(each): begin(str(each))
            for each in rows
            if each not in ("claim_id", "n")
        }
        named = report.by_group.assign(
            short=[name_short(claims[each]) for each in report.by_group["claim_id"]],
        )
        drawn = figure(plot_who_says_so(named), picture=report.with_pictures)
        pieces = [set_figure(drawn)]
    rows = rows.assign(
        claim=[f"{each} {name_short(claims[each])}" for each in rows["claim_id"]]
    )
    unit = "People who support, qualify (or say both) and contradict, in this order"
    caption = "How many of each group say what"
    pieces.append(table(rows, caption=caption, unit=unit, names=names))
    return section("Annex: the evidence by group", pieces, name="annex-evidence")


def _count_by_group(report: Report) -> pd.DataFrame:
    """Give one row a claim, a column a group: people for, partly, against."""
    rows = report.by_group
    partly = rows["qualifies"] + rows["mixed"]
    told = [
        f"{s} · {q} · {c}" if s + q + c else "–"
        for s, q, c in zip(rows["supports"], partly, rows["contradicts"], strict=True)
    ]
    wide = rows.assign(told=told).pivot_table(
        index="claim_id",
        columns="report_group",
        values="told",
        aggfunc="first",
        sort=False,
    )
    spoke = report.ratings.set_index("claim_id")["n"]
    return wide.assign(n=spoke).reset_index()


def sensitivity(report: Report) -> Block:
    """Set what each rating would be under other coders, passages and thresholds."""
    if report.ratings.empty:
        return Block("")
    tried = report.scenarios
    if not report.is_internal:  # a scenario by coder says who codes how
        tried = tried[~tried["scenario"].str.contains("coder")]
        kinds = report.study.claims.statements.set_index("claim_id")["kind"]
        tried = tried[tried["claim_id"].map(kinds).ne("question")]
    parts: list[Block | str] = [
        "<p>The rating of each claim, had something been chosen otherwise. Scenarios "
        "that change nothing are counted only.</p>"
    ]
    rows = []
    for claim_id, own in tried.groupby("claim_id", sort=False):
        moved = own[own["differs"]]
        first = own.loc[own["scenario"].eq(AS_COUNTED), "strength"].iloc[0]
        told = "; ".join(f"{r['strength']} {r['scenario']}" for r in list_rows(moved))
        rows.append(
            {
                "claim": f"{claim_id} {name_short(find_claim(report, str(claim_id)))}",
                "strength": first,
                "same": f"{len(own) - 1 - len(moved)} of {len(own) - 1}",
                "moved": told or "none changes it",
            }
        )
    names = {"claim": "Claim", "strength": "As counted", "same": "Unchanged in"}
    names |= {"moved": "Would be"}
    caption = "What each rating would be if something had been chosen otherwise"
    parts.append(table(pd.DataFrame(rows), caption=caption, names=names))
    if report.is_internal:
        parts += _set_scenarios(tried)
    return section("Annex: how much hangs on choices", parts, name="annex-sensitivity")


def _set_scenarios(tried: pd.DataFrame) -> list[Block | str]:
    """Set each claim's scenarios as a table of its own, folded away."""
    names = {"scenario": "Scenario", "n": "Spoke to it"}
    names |= {each: begin(each) for each in DIRECTIONS} | {"strength": "Strength"}
    parts: list[Block | str] = []
    for claim_id, own in tried.groupby("claim_id", sort=False):
        caption = f"{claim_id} under each scenario"
        set_rows = table(own, caption=caption, names=names, is_named=True)
        opening = f"<details><summary>{escape(caption)}</summary>"
        parts.append(f"{opening}{set_rows.html}</details>")
    return parts


def register(report: Report) -> Block:
    """Set the register of every quotation in the report, in the order of the page."""
    about = (
        "<p>Each quotation was compared with its transcript and with its speaker’s "
        "permission when the report was built. One that no longer matches stops the "
        "report.</p>"
    )
    return section(
        "Annex: the register of quotations", [about, REGISTER], name="annex-register"
    )


def preflight(report: Report) -> Block:
    """Set what reporting standards ask for: from the data, by a person, or missing."""
    filled = fill_report_preflight(report)
    parts: list[Block | str] = [
        "<p>What four standards ask of a report, and where it comes from here. “From "
        "the data” says that it is there, not that it is good enough.</p>"
    ]
    names = {"number": "No.", "item": "Item", "status": "Status", "what": "What"}
    for standard, rows in filled.groupby("standard", sort=False):
        n = rows["status"].ne(MISSING).sum()
        set_rows = table(rows, caption=str(standard), names=names, is_named=True)
        parts.append(
            f"<details><summary>{escape(str(standard))} · {n} of {len(rows)} "
            f"filled</summary>{set_rows.html}</details>"
        )
    cited = "".join(f"<li>{escape(each)}</li>" for each in list_sources().values())
    parts.append(f'<ul class="xs">{cited}</ul>')
    return section("Annex: pre-flight", parts, name="annex-preflight")


def _set_matrix(report: Report) -> Block:
    letters = {"supports": "S", "qualifies": "Q", "contradicts": "C", "mixed": "M"}
    letters |= {"asked, silent": "–", "not asked": ""}
    rows = report.positions.assign(
        letter=report.positions["position"].map(letters).fillna("")
    )
    wide = rows.pivot_table(
        index="claim_id",
        columns="respondent_id",
        values="letter",
        aggfunc="first",
        sort=False,
    )
    wide = wide.reset_index().fillna("")
    return table(
        wide,
        caption="Who says so",
        unit="S supports, Q qualifies, C contradicts, M both, – asked and silent",
        names={"claim_id": "Claim"} | {c: c for c in wide.columns if c != "claim_id"},
    )


def _set_counter(report: Report) -> Block:
    found = report.counter_evidence
    parts = []
    for claim_id in report.ratings["claim_id"]:
        rows = found[found["claim_id"].eq(claim_id)]
        counts = rows["kind"].value_counts()
        told = ", ".join(f"{n} {kind}" for kind, n in counts.items())
        traps = rows[rows["kind"].eq("trap")]
        listed = "".join(
            f"<li>{escape(row['document_id'])}, {row['start']}–{row['end']}: "
            f"{escape(row['words'])}</li>"
            for row in list_rows(traps)
        )
        parts.append(
            f"<li><strong>{escape(str(claim_id))}</strong> {told or 'none found'}"
            f"{f'<ul>{listed}</ul>' if listed else ''}</li>"
        )
    head = (
        '<h3 class="sub">What speaks against each claim</h3><p>Passages that '
        "contradict or qualify, phrases that sound like support and were left "
        "uncounted (traps), "
        "and people who were asked and stayed silent.</p><ul>"
    )
    return join(parts, before=head, after="</ul>")


def _descend(codes: pd.DataFrame, theme: str) -> list[str]:
    below = codes.loc[codes["parent_id"].eq(theme), "code_id"].to_list()
    return [each for code in below for each in (code, *_descend(codes, code))]
