"""A study's codings by theme, and how many people speak to each."""

from __future__ import annotations

import pandas as pd

from evalkit.analysis.frequency import count_codes, name_codes, roll_up
from evalkit.analysis.units import (
    cut_units,
    group_respondents,
    join_attributes,
    lay_codings,
)
from evalkit.study import Study


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
