"""Whether the coders agree, and whether late interviews still bring something new."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import pandas as pd

from evalkit.analysis.saturation import SETTING
from evalkit.claims.quantifiers import count_people
from evalkit.report.charts_agreement import plot_agreement, print_alpha
from evalkit.report.charts_saturation import plot_saturation
from evalkit.report.figures import figure
from evalkit.report.opened import Report
from evalkit.report.page import Block, begin, count, join, set_figure
from evalkit.study.agreement import ATTRIBUTE, CODE, CODEBOOK, THEME, summarise
from evalkit.tables import list_rows


def soundness(report: Report) -> Block:
    """Set how far coders agree, and how many codes late interviews brought.

    Agreement is there where two people coded the same transcripts; saturation where
    study.toml asks for it, since not every school of analysis wants it.
    """
    pieces: list[Block] = []
    lines = [*_say_agreement(report), *_say_saturation(report)]
    if not report.agreement.empty:
        measured = report.agreement
        of = THEME if measured["of"].eq(THEME).any() else CODE
        pieces.append(_set(plot_agreement(measured[measured["of"].eq(of)]), report))
    if not report.saturation.empty:
        pieces.append(_set(plot_saturation(report.saturation), report))
    if not pieces:
        return Block("")
    side = [pieces[0]] if len(pieces) == 1 else ['<div class="two">', *pieces, "</div>"]
    said = "".join(f"<li>{escape(line)}</li>" for line in lines)
    head = {
        (True, True): "Do the coders agree, and is it enough?",
        (True, False): "Do the coders agree?",
        (False, True): "Is it enough?",
    }[not report.agreement.empty, not report.saturation.empty]
    return join(
        [f'<h3 class="sub">{head}</h3>', *side, f'<ul class="small">{said}</ul>']
    )


def _set(ax: object, report: Report) -> Block:
    return set_figure(figure(ax, picture=report.with_pictures))  # type: ignore[arg-type]


def _say_agreement(report: Report) -> Iterator[str]:
    measured = report.agreement
    if measured.empty:
        return
    whole = measured[measured["of"].eq(CODEBOOK)].iloc[0]
    n_of = f"{whole['n_documents']} of {len(report.study.documents)} transcripts"
    yield (
        f"{begin(count_people(whole['n_coders']))} coded {n_of}; agreement is counted "
        f"over {whole['n_units']:,} turns of respondents, those that nobody coded "
        "included."
    )
    sets = _print(whole)
    if sets:
        yield (
            f"Alpha is {sets} over the sets of codes of a turn (MASI); in brackets the "
            "middle 95% of draws of documents, rather too close for "
            f"{whole['n_documents']} of them."
        )
    told = [
        f"{row['name']} {said}"
        for row in list_rows(measured[measured["of"].eq(ATTRIBUTE)])
        if (said := _print(row))
    ]
    if told:
        noted = ", ".join(told)
        yield f"Of what both note where they put the same code: {noted}."
    yield (
        f"Code by code: {summarise(measured).partition('; ')[2]}. Agreement says that "
        "coders read alike, not that they read rightly."
    )
    if report.is_internal:
        n = count(len(report.disagreements), "disagreement")
        yield f"{begin(n)} to talk about stand in tables/disagreements.csv."


def _say_saturation(report: Report) -> Iterator[str]:
    curve = report.saturation
    if curve.empty:
        return
    base, run, threshold = SETTING
    reached = curve.loc[curve["share_saturated"].ge(0.5), "n_interviews"]
    asked = (
        f"{run} interviews in a row that bring at most {threshold:.0%} of the codes of "
        f"the first {base} (Guest, Namey & Chen 2020)"
    )
    yield (
        f"Read in 1,000 random orders, half come to {asked} by interview "
        f"{reached.iloc[0]}."
        if len(reached)
        else f"Read in 1,000 random orders, fewer than half come to {asked}."
    )
    yield (
        "That no new code appears says nothing about how well the codes are "
        "understood, and reflexive analysis does not ask for it."
    )


def _print(row: pd.Series | dict[str, float]) -> str:
    if pd.isna(row["alpha"]):
        return ""
    ends = "" if pd.isna(row["alpha_low"]) else _print_ends(row)
    return f"{print_alpha(row['alpha'])}{ends}"


def _print_ends(row: pd.Series | dict[str, float]) -> str:
    return f" ({print_alpha(row['alpha_low'])} to {print_alpha(row['alpha_high'])})"
