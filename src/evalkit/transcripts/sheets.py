"""Spreadsheets: .csv and .xlsx, a row a turn or a row a document."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence

from evalkit.errors import UnreadableError
from evalkit.transcripts.encoding import decode
from evalkit.transcripts.package import open_package, refuse_declarations
from evalkit.transcripts.source import (
    LARGEST,
    Source,
    SourceBuilder,
    normalise_line_ends,
    parse_time,
)

_NAMES = {
    "document": "document_id transcript_id interview_id document interview id",
    "speaker": "speaker speaker_name name who participant locuteur sprecher",
    "time": "time start timestamp started_at start_time begin",
    "text": "text transcript utterance content words turn statement texte inhalt",
}
Row = tuple[int, Sequence[str]]


def parse_csv(content: bytes) -> list[Source]:
    r"""Read a .csv with a `text` column, and `speaker`, `time`, `document_id` if any.

    >>> sources = parse_csv(b"speaker,text\nI,And?\nR,Yes.\n")
    >>> sources[0].text, [voice.speaker for voice in sources[0].voices]
    ('And?\nYes.', ['I', 'R'])
    """
    text, warnings = decode(content)
    if text.startswith("sep="):  # Excel's own first line
        text = text.partition("\n")[2]
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(LARGEST)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableError(
            f"a quoted cell that begins here is not closed ({error})",
            mend='end it with a quotation mark, and double those inside: ""',
            line=line,
        ) from error
    return _read_rows(rows, warnings)


def parse_xlsx(content: bytes) -> list[Source]:
    """Read the first sheet of an .xlsx as `parse_csv` reads a .csv."""
    import openpyxl

    refuse_declarations(open_package(content, needs="xl/workbook.xml"))
    book = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=True, keep_links=False
    )
    sheets = [book[name] for name in book.sheetnames]
    rows = next(s for s in sheets if hasattr(s, "iter_rows")).iter_rows(
        values_only=True
    )
    return _read_rows(
        [(at, [_as_text(cell) for cell in row]) for at, row in enumerate(rows, start=1)]
    )


def _as_text(cell: object) -> str:
    if isinstance(cell, dt.time):
        return cell.isoformat(timespec="milliseconds")
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(cell.total_seconds(), 60)
        return f"{minutes // 60:.0f}:{minutes % 60:02.0f}:{seconds:06.3f}"
    if isinstance(cell, dt.datetime):
        return str(cell.time() if cell.year < 1901 else cell)
    return "" if cell is None else normalise_line_ends(str(cell))


def _read_rows(rows: list[Row], warnings: tuple[str, ...] = ()) -> list[Source]:
    if not rows:
        raise UnreadableError("the file is empty", mend="export it again")
    names = [name.strip().casefold().replace(" ", "_") for name in rows[0][1]]
    columns = {
        role: next((names.index(name) for name in known.split() if name in names), None)
        for role, known in _NAMES.items()
    }
    text_at, speaker_at = columns["text"], columns["speaker"]
    document_at, time_at = columns["document"], columns["time"]
    if text_at is None:
        raise UnreadableError(
            f"no column holds the words (found: {', '.join(names)})",
            mend="name that column `text`, and the speakers' column `speaker`",
            line=1,
        )
    if names.count(names[text_at]) > 1:
        raise UnreadableError(
            f"two columns are named {names[text_at]}", mend="rename one of them", line=1
        )
    builders: dict[str, SourceBuilder] = {}
    for line, cells in rows[1:]:
        if not any(cells):
            continue
        if len(cells) != len(names):
            raise UnreadableError(
                f"{len(cells)} cells where the first line has {len(names)}",
                mend="put quotation marks around cells that hold a comma or a line end",
                line=line,
            )
        if any(cell.strip() for at, cell in enumerate(cells) if not names[at]):
            raise UnreadableError(
                "a cell stands in a column without a name",
                mend="name the column in the first line, or empty the cell",
                line=line,
            )
        part = cells[document_at].strip() if document_at is not None else ""
        if document_at is not None and not part:
            raise UnreadableError(
                f"{names[document_at]} is empty", mend="name the document", line=line
            )
        builder = builders.setdefault(part, SourceBuilder())
        if speaker_at is None:
            builder.add(cells[text_at])
            continue
        time = parse_time(cells[time_at]) if time_at is not None else None
        speaker = cells[speaker_at].strip()
        builder.add(cells[text_at], speaker=speaker, started_at=time)
    if not builders:
        raise UnreadableError("it holds no rows", mend="export it again")
    return [builder.build(part=p, warnings=warnings) for p, builder in builders.items()]
