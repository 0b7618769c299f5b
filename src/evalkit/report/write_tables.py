"""Every table and result of a study as files that a spreadsheet opens."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pandas as pd

from evalkit.analysis.course import find_course
from evalkit.analysis.frequency import count_codes, count_speech, name_codes
from evalkit.analysis.units import cut_units, lay_codings
from evalkit.claims.ledger import find_evidence, widen_links
from evalkit.claims.statements import list_claims
from evalkit.claims.strength import rate_claims
from evalkit.errors import EvalkitError
from evalkit.files import write_whole
from evalkit.report.blocks import count_themes, lay_themes
from evalkit.study import Study

Format = Literal["csv", "parquet", "xlsx"]


def write_tables(study: Study, out: Path, *, format: Format = "csv") -> list[Path]:
    """Write every table and result, one file each; return the files."""
    written = []
    for name, frame in list_tables(study):
        path = out / f"{name}.{format}"
        write_whole(path, _render(frame, name, format))
        written.append(path)
    return written


def list_tables(study: Study) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give each table and result of a study by its name."""
    yield "documents", study.documents
    yield "respondents", study.respondents
    yield "speakers", study.speakers
    yield "turns", study.turns
    yield "codes", study.codes
    yield "coders", study.coders
    yield "codings", study.codings
    yield "anchors", study.anchors
    yield "memos", study.memos
    yield "speech", count_speech(study.turns)
    coded = lay_codings(cut_units(study.turns), study.counted)
    yield "code_frequency", count_codes(coded).pipe(name_codes, study.codes)
    yield "code_by_respondent", _by_respondent(study, coded)
    yield "theme_frequency", count_themes(study)
    yield "themes_by_group", count_themes(study, by="report_group")
    yield "course", find_course(lay_themes(study)).pipe(name_codes, study.codes)
    links = widen_links(study.claims.links, study.codes)
    evidence = find_evidence(coded, links, study.respondents)
    yield "statements", study.claims.statements
    yield "evidence", evidence
    yield (
        "claims",
        rate_claims(
            evidence,
            rule=study.settings.strength,
            claim_ids=list_claims(study.claims),
        ),
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
