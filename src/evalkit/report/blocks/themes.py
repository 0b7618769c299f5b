"""Which themes recur, among whom, and where in each interview."""

from __future__ import annotations

from html import escape

import pandas as pd

from evalkit.analysis.course import find_course
from evalkit.analysis.frequency import name_codes
from evalkit.analysis.units import (
    find_own_words,
)
from evalkit.report.blocks.quotations import attribute, find_place
from evalkit.report.charts import (
    plot_course,
    plot_theme_frequency,
    plot_themes_by_group,
)
from evalkit.report.figures import figure
from evalkit.report.opened import Report
from evalkit.report.page import (
    Block,
    Quoted,
    count,
    enumerate_names,
    join,
    section,
    set_figure,
    squeeze,
)
from evalkit.report.passages import NOTES, find_quotable
from evalkit.report.small_cells import Counted
from evalkit.report.theme_counts import count_themes, lay_themes
from evalkit.study import Study
from evalkit.tables import list_rows


def themes(report: Report) -> Block:
    """Set how many people speak to each theme, by group, and when in each interview."""
    study = report.study
    counts = count_themes(study)
    if counts.empty:
        return Block("")
    about = (
        "<p>The number of people who speak to each theme, and on how many codings that "
        "rests.</p>"
    )
    drawn = figure(plot_theme_frequency(counts), picture=report.with_pictures)
    pieces: list[Block | str] = [about, set_figure(drawn), _by_group(report)]
    if report.ratings.empty:
        pieces.append(voices(report))
    if report.is_internal:
        pieces += ["<h3>The course of each interview</h3>", _courses(study)]
    return section("Which themes recur", pieces, name="themes")


def voices(report: Report, *, n: int = 2) -> Block:
    """Set `n` quotations a theme, for a team that makes no claims yet.

    Each is of another person who may be quoted, in their own words, and about as long
    as is read in one breath. What may not be quoted is counted, and said to be.
    """
    study = report.study
    coded = lay_themes(study).merge(
        report.people[["respondent_id", "attribution"]], on="respondent_id"
    )
    own = coded[coded["coding_id"].notna()].drop_duplicates("coding_id")
    if own.empty or not report.is_internal:
        return Block("")
    in_own_words = find_own_words(study.turns, study.counted)["coding_id"]
    allowed = own["coding_id"].isin(find_quotable(study, own))
    allowed &= own["coding_id"].isin(in_own_words)
    notes = study.documents.loc[study.documents["voice"].eq(NOTES), "document_id"]
    own = own.assign(allowed=allowed & ~own["document_id"].isin(notes))
    places = study.counted.set_index("coding_id")[["start", "end"]]
    own = own.drop(columns=["start", "end"]).join(places, on="coding_id")
    names = count_themes(study)[["code_id", "name"]].itertuples(index=False)
    pieces = [
        _voice_theme(report, name, own[own["code_id"].eq(code_id)], n)
        for code_id, name in names
    ]
    return join(pieces, before='<h3 class="sub">In their words</h3>')


_BREATH = 220  # characters of a quotation that is read in one breath


def _voice_theme(report: Report, name: str, own: pd.DataFrame, n: int) -> Block:
    may = own[own["allowed"]]
    off = (may["quotation"].str.len() - _BREATH).abs()
    chosen = may.assign(off=off).sort_values(["off", "coding_id"])
    chosen = chosen.drop_duplicates("respondent_id").head(n)
    figures, quoted = "", []
    for row in list_rows(chosen):
        words = squeeze(row["quotation"])
        whose = attribute(report, row)
        where = find_place(row)
        quoted.append(Quoted(words, row["coding_id"], attribution=whose, where=where))
        figures += (
            f"<figure><blockquote><p>“{escape(words)}”</p></blockquote><figcaption>"
            f"{escape(whose)}<span>{escape(where)}</span></figcaption></figure>"
        )
    n_left = len(own) - len(chosen)
    n_refused = int((~own["allowed"]).sum())
    left = f"{count(n_left, 'more passage')} {'is' if n_left == 1 else 'are'} counted, "
    left += "not printed."
    if n_refused:
        left += (
            f" Of these, {n_refused} may not be quoted, or hold somebody else's words."
        )
    return Block(
        f"<h4>{escape(str(name))}</h4>"
        f'<div class="quotes">{figures}</div><p class="small">{left}</p>',
        quoted=tuple(quoted),
    )


def say_themes(report: Report) -> Block:
    """Say in a paragraph what the counts come to, where no claim was made yet."""
    found, people = count_themes(report.study), report.people
    if found.empty:
        return Block("<p>Nothing is coded yet: there is nothing to report.</p>")
    shared = found.loc[found["n_respondents"].eq(len(people)), "name"].to_list()
    n_coded = report.coded.loc[report.coded["respondent_id"].ne(""), "coding_id"]
    n_codes = report.study.counted["code_id"].nunique()
    said = (
        f"We heard {count(len(people), 'person', 'people')}. Their words carry "
        f"{count(n_coded.nunique(), 'coding')}, of {count(n_codes, 'code')}. "
    )
    if shared:
        said += f"Everyone speaks to {enumerate_names(shared)}. "
    fewest = found.iloc[-1]
    is_alone = found["n_respondents"].eq(fewest["n_respondents"]).sum() == 1
    if is_alone and len(found) > 1:
        said += (
            f"Fewest speak to {fewest['name']}: {fewest['n_respondents']} of "
            f"{len(people)}."
        )
    return Block(f'<p class="lead">{escape(said)}</p>')


def _by_group(report: Report) -> Block:
    if report.is_strict:
        return Block("")
    counts = count_themes(report.study, by="report_group")
    if len(counts["report_group"].unique()) > 1:
        drawn = figure(plot_themes_by_group(counts), picture=report.with_pictures)
        counted = [
            Counted(
                f"who speak to {name}",
                "report_group",
                dict(
                    zip(
                        rows["report_group"],
                        rows["n_respondents"].tolist(),
                        strict=True,
                    )
                ),
            )
            for name, rows in counts.groupby("name", sort=False)
        ]
        return set_figure(drawn, *counted)
    return Block(
        '<p class="small">No two groups can be compared: fill in the column '
        "<code>group</code> of respondents.csv.</p>"
    )


def _courses(study: Study) -> Block:
    placed = find_course(lay_themes(study)).pipe(name_codes, study.codes)
    drawn = []
    for document in list_rows(study.documents):
        rows = placed[placed["document_id"].eq(document["document_id"])]
        if len(rows):
            name = str(document["document_id"])
            drawn.append((name, set_figure(figure(plot_course(rows, title=name)))))
    folded = [
        join(
            [drawing],
            before=f"<details><summary>{escape(name)}</summary>",
            after="</details>",
        )
        for name, drawing in drawn
    ]
    return join(folded)
