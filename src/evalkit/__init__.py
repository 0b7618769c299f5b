"""From interview transcripts to an evaluation report.

Names are loaded when they are used, so that `import evalkit` costs nothing.

>>> import evalkit
>>> evalkit.cut_units.__name__
'cut_units'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evalkit.analysis.course import find_course
    from evalkit.analysis.frequency import (
        count_codes,
        count_speech,
        name_codes,
        roll_up,
    )
    from evalkit.analysis.suggestions import compare_errors, measure_suggestions
    from evalkit.analysis.units import (
        cut_units,
        group_respondents,
        join_attributes,
        lay_codings,
    )
    from evalkit.claims.ledger import find_evidence, list_positions, widen_links
    from evalkit.claims.sensitivity import try_scenarios
    from evalkit.claims.strength import rate_claims
    from evalkit.coding.assertion import assert_spans
    from evalkit.coding.suggestions import suggest_codings
    from evalkit.report import blocks
    from evalkit.report.build import build_report
    from evalkit.report.charts import (
        plot_course,
        plot_theme_frequency,
        plot_themes_by_group,
    )
    from evalkit.report.charts_claims import (
        plot_evidence,
        plot_open_question,
        plot_strengths,
        plot_who_says_so,
    )
    from evalkit.report.figures import figure
    from evalkit.report.opened import open_report
    from evalkit.report.runs import compare_runs
    from evalkit.report.write_tables import write_tables
    from evalkit.study import (
        add_documents,
        confirm_anchors,
        import_project,
        new_study,
        read_study,
    )
    from evalkit.study.desk import coding_desk
    from evalkit.study.suggest import suggest_study
    from evalkit.study.withdraw import withdraw

_HOMES = {
    "evalkit.analysis.course": "find_course",
    "evalkit.analysis.frequency": "count_codes count_speech name_codes roll_up",
    "evalkit.analysis.units": "cut_units group_respondents join_attributes lay_codings",
    "evalkit.analysis.suggestions": "compare_errors measure_suggestions",
    "evalkit.claims.ledger": "find_evidence list_positions widen_links",
    "evalkit.claims.sensitivity": "try_scenarios",
    "evalkit.claims.strength": "rate_claims",
    "evalkit.coding.assertion": "assert_spans",
    "evalkit.coding.suggestions": "suggest_codings",
    "evalkit.report": "blocks",
    "evalkit.report.build": "build_report",
    "evalkit.report.charts": "plot_course plot_theme_frequency plot_themes_by_group",
    "evalkit.report.charts_claims": (
        "plot_evidence plot_open_question plot_strengths plot_who_says_so"
    ),
    "evalkit.report.figures": "figure",
    "evalkit.report.opened": "open_report",
    "evalkit.report.runs": "compare_runs",
    "evalkit.report.write_tables": "write_tables",
    "evalkit.study": (
        "add_documents confirm_anchors import_project new_study read_study"
    ),
    "evalkit.study.desk": "coding_desk",
    "evalkit.study.suggest": "suggest_study",
    "evalkit.study.withdraw": "withdraw",
}
_MODULES = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [  # noqa: RUF022 - by floor, as above
    "find_course",
    "count_codes",
    "count_speech",
    "name_codes",
    "roll_up",
    "cut_units",
    "group_respondents",
    "join_attributes",
    "lay_codings",
    "compare_errors",
    "measure_suggestions",
    "find_evidence",
    "list_positions",
    "widen_links",
    "try_scenarios",
    "rate_claims",
    "assert_spans",
    "suggest_codings",
    "blocks",
    "build_report",
    "plot_course",
    "plot_theme_frequency",
    "plot_themes_by_group",
    "plot_evidence",
    "plot_open_question",
    "plot_strengths",
    "plot_who_says_so",
    "figure",
    "open_report",
    "compare_runs",
    "write_tables",
    "add_documents",
    "confirm_anchors",
    "import_project",
    "new_study",
    "read_study",
    "coding_desk",
    "suggest_study",
    "withdraw",
]


def __getattr__(name: str) -> Any:
    home = _MODULES.get(name)
    if home is None:
        raise AttributeError(f"module 'evalkit' has no attribute {name!r}")
    if name == "blocks":
        return import_module("evalkit.report.blocks")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
