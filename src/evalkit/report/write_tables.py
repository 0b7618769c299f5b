"""Every table and result of a study as files that a spreadsheet opens."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import pandas as pd

from evalkit.analysis.cooccurrence import count_pairs, pair_in_units
from evalkit.analysis.course import find_course
from evalkit.analysis.framework import (
    build_framework,
    find_asked_codes,
    spread_framework,
)
from evalkit.analysis.frequency import (
    count_codes,
    count_speech,
    name_codes,
    roll_up,
)
from evalkit.analysis.units import cut_units, lay_codings
from evalkit.errors import EvalkitError
from evalkit.files import write_whole
from evalkit.report.facts import fill_report_preflight
from evalkit.report.opened import Report, open_report
from evalkit.report.theme_counts import count_themes, lay_themes
from evalkit.study import Study
from evalkit.tables import EVIDENCE

Format = Literal["csv", "parquet", "xlsx"]


def write_tables(study: Study, out: Path, *, format: Format = "csv") -> list[Path]:
    """Write every table and result, one file each; return the files."""
    written = []
    for name, frame in list_tables(open_report(study)):
        path = out / f"{name}.{format}"
        write_whole(path, _render(frame, name, format))
        written.append(path)
    return written


def render_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Render a report's tables as CSV, by the name of their file."""
    return {
        f"tables/{name}.csv": _render(frame, name, "csv")
        for name, frame in tables.items()
    }


def list_tables(report: Report) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each table and result by its name: those that the audience may have."""
    study = report.study
    yield "statements", study.claims.statements
    yield "preflight", fill_report_preflight(report)
    yield "theme_frequency", count_themes(study)
    if len(report.saturation):
        yield "saturation", report.saturation
    if not report.is_internal:
        ratings, by_group = report.ratings, report.by_group
        kinds = study.claims.statements.set_index("claim_id")["kind"]
        is_open = ratings["claim_id"].map(kinds).eq("question")
        ratings = ratings.assign(strength=ratings["strength"].mask(is_open, "open"))
        if len(report.agreement):
            yield "agreement", report.agreement[_TOLD]
        yield "codes", study.codes.drop(columns="example")
        yield "claims", ratings.drop(columns=["fragile_respondents", "fragile_groups"])
        if not report.is_strict:
            yield "evidence_by_group", by_group
        return
    yield "documents", study.documents
    yield "respondents", study.respondents
    yield "speakers", study.speakers
    yield "turns", study.turns
    yield "codes", study.codes
    yield "coders", study.coders
    yield "codings", study.codings
    yield "anchors", study.anchors
    yield "memos", study.memos
    yield "asked", study.asked
    yield "verdicts", study.verdicts
    yield "speech", count_speech(study.turns)
    coded = lay_codings(cut_units(study.turns), study.counted)
    yield "code_frequency", count_codes(coded).pipe(name_codes, study.codes)
    yield "code_by_respondent", _by_respondent(study, coded)
    yield "themes_by_group", count_themes(study, by="report_group")
    yield "course", find_course(lay_themes(study)).pipe(name_codes, study.codes)
    yield "links", report.links
    yield "evidence", report.evidence[[*EVIDENCE.columns]]
    yield "evidence_by_group", report.by_group
    yield "positions", report.positions
    yield "claims", report.ratings
    yield "counter_evidence", report.counter_evidence
    yield "sensitivity", report.scenarios
    yield "reads", study.reads
    if len(study.counted):
        yield "code_pairs", count_pairs(pair_in_units(coded), coded)
        yield "framework", spread_framework(_lay_framework(report))
    if len(report.agreement):
        yield "agreement", report.agreement
        yield "disagreements", report.disagreements
        yield "decisions", _join_ids(study.decisions)


# Of agreement, for a reader outside: no count of passages.
_TOLD = ["of", "code_id", "attribute", "name", "unit", "n_documents", "n_coders"]
_TOLD += ["percent", "alpha", "alpha_low", "alpha_high", "kappa", "ac1", "reason"]


def _join_ids(decisions: pd.DataFrame) -> pd.DataFrame:
    return decisions.assign(coding_ids=decisions["coding_ids"].map(" ".join))


def _lay_framework(report: Report) -> pd.DataFrame:
    """Lay people against themes: one row a person and theme (`build_framework`)."""
    codes = report.study.codes
    return build_framework(
        lay_themes(report.study),
        people=report.people,
        codes=codes[codes["parent_id"].eq("")],
        asked=find_asked_codes(report.asked, report.links.pipe(roll_up, codes)),
    )


def _by_respondent(study: Study, coded: pd.DataFrame) -> pd.DataFrame:
    counts = count_codes(coded, by="respondent_id").pipe(name_codes, study.codes)
    return counts[["respondent_id", "code_id", "name", "n_codings"]]


def _render(frame: pd.DataFrame, name: str, format: Format) -> bytes:
    if format == "csv":
        text = frame.to_csv(index=False, lineterminator="\n", float_format="%.10g")
        return text.encode("utf-8", "surrogatepass")
    if format == "xlsx":
        return _render_xlsx(frame, name)
    out = io.BytesIO()
    try:
        frame.to_parquet(out, index=False)
    except ImportError as error:
        raise EvalkitError(
            "parquet needs pyarrow: pip install 'evalkit[parquet]'"
        ) from error
    return out.getvalue()


def _render_xlsx(frame: pd.DataFrame, name: str) -> bytes:
    """Write a sheet in which text is text, also where it begins with `=`."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        cells = []
        for value in row:
            missing = pd.isna(value)
            shown = ILLEGAL_CHARACTERS_RE.sub("", value) if _is_text(value) else value
            cell = WriteOnlyCell(sheet, None if missing else shown)
            if _is_text(value) and not missing:
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _is_text(value: object) -> bool:
    return isinstance(value, str)
