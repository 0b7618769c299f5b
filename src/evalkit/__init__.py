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
    from evalkit.analysis.agreement import (
        brennan_prediger,
        cohen_kappa,
        cohen_kappa_max,
        conger_kappa,
        fleiss_kappa,
        gwet_ac,
        gwet_standard_error,
        krippendorff_alpha,
        measure_agreement,
        measure_pairs,
        percent_agreement,
        scott_pi,
    )
    from evalkit.analysis.agreement_by_code import (
        measure_attributes,
        measure_by_code,
        measure_codebook,
    )
    from evalkit.analysis.causal import (
        count_links,
        count_threads,
        find_threads,
        pair_causes,
    )
    from evalkit.analysis.concordance import find_concordance, sort_concordance
    from evalkit.analysis.cooccurrence import (
        count_pairs,
        pair_in_units,
        pair_overlapping,
        pair_within,
    )
    from evalkit.analysis.course import find_course
    from evalkit.analysis.disagreements import count_disagreements, find_disagreements
    from evalkit.analysis.framework import (
        build_framework,
        count_coverage,
        find_asked_codes,
        spread_framework,
    )
    from evalkit.analysis.frequency import (
        count_codes,
        count_speech,
        name_codes,
        roll_up,
    )
    from evalkit.analysis.independence import compare_groups
    from evalkit.analysis.ratings import (
        cut_characters,
        list_worked,
        rate_attribute,
        rate_code,
        rate_sets,
    )
    from evalkit.analysis.saturation import (
        count_new_codes,
        draw_saturation,
        draw_saturation_by_group,
        find_saturation,
        name_saturation,
        try_saturation,
    )
    from evalkit.analysis.suggestions import compare_errors, measure_suggestions
    from evalkit.analysis.unitizing import fill_gaps, measure_unitizing
    from evalkit.analysis.unitizing_2004 import measure_unitizing_2004
    from evalkit.analysis.unitizing_by_code import measure_unitizing_by_code
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
    from evalkit.report.charts_agreement import plot_agreement
    from evalkit.report.charts_claims import (
        plot_evidence,
        plot_open_question,
        plot_strengths,
        plot_who_says_so,
    )
    from evalkit.report.charts_codes import plot_code_matrix, plot_code_network
    from evalkit.report.charts_saturation import plot_saturation
    from evalkit.report.concordance_lines import show_concordance
    from evalkit.report.figures import figure
    from evalkit.report.framework_page import show_framework
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
    from evalkit.study.agreement import list_disagreements, measure_coders
    from evalkit.study.desk import coding_desk
    from evalkit.study.suggest import suggest_study
    from evalkit.study.withdraw import withdraw

_HOMES = {
    "evalkit.analysis.agreement": (
        "brennan_prediger cohen_kappa cohen_kappa_max conger_kappa fleiss_kappa "
        "gwet_ac gwet_standard_error krippendorff_alpha measure_agreement "
        "measure_pairs percent_agreement scott_pi"
    ),
    "evalkit.analysis.agreement_by_code": (
        "measure_attributes measure_by_code measure_codebook"
    ),
    "evalkit.analysis.ratings": (
        "cut_characters list_worked rate_attribute rate_code rate_sets"
    ),
    "evalkit.analysis.disagreements": "count_disagreements find_disagreements",
    "evalkit.analysis.unitizing": "fill_gaps measure_unitizing",
    "evalkit.analysis.unitizing_by_code": "measure_unitizing_by_code",
    "evalkit.analysis.unitizing_2004": "measure_unitizing_2004",
    "evalkit.analysis.saturation": (
        "count_new_codes draw_saturation draw_saturation_by_group find_saturation "
        "name_saturation try_saturation"
    ),
    "evalkit.analysis.cooccurrence": (
        "count_pairs pair_in_units pair_overlapping pair_within"
    ),
    "evalkit.analysis.concordance": "find_concordance sort_concordance",
    "evalkit.analysis.framework": (
        "build_framework count_coverage find_asked_codes spread_framework"
    ),
    "evalkit.analysis.independence": "compare_groups",
    "evalkit.analysis.causal": "count_links count_threads find_threads pair_causes",
    "evalkit.report.charts_agreement": "plot_agreement",
    "evalkit.report.charts_saturation": "plot_saturation",
    "evalkit.report.charts_codes": "plot_code_matrix plot_code_network",
    "evalkit.report.concordance_lines": "show_concordance",
    "evalkit.report.framework_page": "show_framework",
    "evalkit.study.agreement": "list_disagreements measure_coders",
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
    "brennan_prediger",
    "cohen_kappa",
    "cohen_kappa_max",
    "conger_kappa",
    "fleiss_kappa",
    "gwet_ac",
    "gwet_standard_error",
    "krippendorff_alpha",
    "measure_agreement",
    "measure_pairs",
    "percent_agreement",
    "scott_pi",
    "measure_attributes",
    "measure_by_code",
    "measure_codebook",
    "cut_characters",
    "list_worked",
    "rate_attribute",
    "rate_code",
    "rate_sets",
    "count_disagreements",
    "find_disagreements",
    "fill_gaps",
    "measure_unitizing",
    "measure_unitizing_by_code",
    "measure_unitizing_2004",
    "count_new_codes",
    "draw_saturation",
    "draw_saturation_by_group",
    "find_saturation",
    "name_saturation",
    "try_saturation",
    "count_pairs",
    "pair_in_units",
    "pair_overlapping",
    "pair_within",
    "find_concordance",
    "sort_concordance",
    "build_framework",
    "count_coverage",
    "find_asked_codes",
    "spread_framework",
    "compare_groups",
    "count_links",
    "count_threads",
    "find_threads",
    "pair_causes",
    "plot_agreement",
    "plot_saturation",
    "plot_code_matrix",
    "plot_code_network",
    "show_concordance",
    "show_framework",
    "list_disagreements",
    "measure_coders",
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
