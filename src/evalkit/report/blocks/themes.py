"""Which themes recur, among whom, and where in each interview."""

from __future__ import annotations

from html import escape

import pandas as pd

from evalkit.analysis.course import find_course
from evalkit.analysis.frequency import count_codes, name_codes, roll_up
from evalkit.analysis.units import (
    cut_units,
    group_respondents,
    join_attributes,
    lay_codings,
)
from evalkit.report.charts import (
    plot_course,
    plot_theme_frequency,
    plot_themes_by_group,
)
from evalkit.report.figures import figure
from evalkit.report.opened import Report
from evalkit.report.page import (
    Block,
    count,
    enumerate_names,
    join,
    section,
    set_figure,
)
from evalkit.report.small_cells import Counted
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
    if report.is_internal:
        pieces += ["<h3>The course of each interview</h3>", _courses(study)]
    return section("Which themes recur", pieces, name="themes")


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


def lay_themes(study: Study) -> pd.DataFrame:
    """Lay a study's codings over its turns, by theme.

    One row a turn and coding, and one row an uncoded turn, with the attributes of who
    speaks and `report_group`.
    """
    people = group_respondents(study.respondents, study.settings.report_groups)
    coded = lay_codings(cut_units(study.turns), study.counted)
    return coded.pipe(join_attributes, people).pipe(roll_up, study.codes)


def count_themes(study: Study, *, by: str | None = None) -> pd.DataFrame:
    """Count the people who speak to each theme: one row a theme."""
    return count_codes(lay_themes(study), by=by).pipe(name_codes, study.codes)


def _by_group(report: Report) -> Block:
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
