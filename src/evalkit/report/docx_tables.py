"""A table of the page as a table of the document that fits its width."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evalkit.report.docx_dress import make
from evalkit.report.docx_runs import classes, is_left_out, words_of

MOST_COLUMNS = 63  # Word opens no table with more
_LETTER, _HEAD_LETTER, _GAP, _NARROW_GAP = 100, 88, 170, 80  # twips
_LONGEST, _ROW_HEAD, _LEAST, _MANY = 44, 16, 4, 8  # letters; and many columns
_NUMBER = re.compile(r"[+−–-]?[\d.,\s\u202f\u00a0]*\d\s?%?|[–—-]")
_SHARE = re.compile(r"(?<![\w-])width:\s*(\d+(?:\.\d+)?)%")
Fill = Callable[[Any, Any, str, int], None]


@dataclass
class Cell:
    """A cell of the page and the place it takes."""

    element: Any
    column: int
    span: int
    rows: int
    text: str
    style: str = "TableText"


@dataclass
class Row:
    """A row of the page: where it stands and its cells."""

    cells: list[Cell]
    part: str

    @property
    def is_group(self) -> bool:
        """Tell whether the row is a heading over the rows below it."""
        return len(self.cells) == 1 and self.cells[0].element.tag == "th"


def lay_table(table: Any, *, width: int, fill: Fill, rtl: bool, title: str) -> Any:
    """Make a `w:tbl`; `fill(cell, element, style, width)` writes a cell's blocks.

    None where the table has no cell.
    """
    rows = _without_drawings(_read_rows(table))
    if not rows:
        return None
    n_columns = max(cell.column + cell.span for row in rows for cell in row.cells)
    for row in rows:
        alone = row.cells[0]
        spans = row.is_group and row.part == "tbody"
        if len(row.cells) == 1 and (spans or _count(alone.element.get("colspan")) > 1):
            alone.span = max(1, n_columns - alone.column)
    _dress_cells(rows)
    widths = column_widths(rows, n_columns, width)
    made = make("tbl", _properties(rows, sum(widths), rtl, title))
    made.append(make("tblGrid", *(make("gridCol", w=one) for one in widths)))
    open_cells: dict[int, Cell] = {}
    for row in rows:
        made.append(_row(row, widths, open_cells, fill))
    return made


def _read_rows(table: Any) -> list[Row]:
    found: list[tuple[Any, str]] = []
    for child in table:
        if child.tag == "tr":
            found.append((child, "tbody"))
        elif child.tag in {"thead", "tbody", "tfoot"}:
            found.extend((row, child.tag) for row in child if row.tag == "tr")
    if len(found) > 1 and found[0][1] == "tbody" and _is_head(found[0][0]):
        found[0] = (found[0][0], "thead")
    parts = ("thead", "tbody", "tfoot")  # in a page, a foot may stand first
    found.sort(key=lambda pair: parts.index(pair[1]))
    rows: list[Row] = []
    taken: dict[int, int] = {}  # a column, and the row from which it is free again
    for at, (element, part) in enumerate(found):
        cells: list[Cell] = []
        column = 0
        alone = sum(cell.tag in {"td", "th"} for cell in element) == 1
        for cell in list(element):
            if cell.tag not in {"td", "th"}:
                continue
            while taken.get(column, 0) > at:
                column += 1
            span = 1 if alone else _count(cell.get("colspan"))
            rows_down = min(_count(cell.get("rowspan")), len(found) - at)
            text = words_of(cell)
            if column >= MOST_COLUMNS and cells:
                cells[-1].element.append(cell)
                cells[-1].text += f" {text}"
                continue
            span = min(span, MOST_COLUMNS - column)
            cells.append(Cell(cell, column, span, rows_down, text))
            for taken_column in range(column, column + span):
                taken[taken_column] = at + rows_down
            column += span
        if cells:
            rows.append(Row(cells, part))
    return rows


def _is_head(row: Any) -> bool:
    kinds = [cell.tag for cell in row if cell.tag in {"td", "th"}]
    return len(kinds) > 1 and set(kinds) == {"th"}


def _count(span: str | None) -> int:
    digits = (span or "1").strip()
    return max(1, min(int(digits), 1000)) if re.fullmatch(r"\d{1,4}", digits) else 1


def _without_drawings(rows: list[Row]) -> list[Row]:
    """Drop the columns that hold drawings without words; their numbers stand beside."""
    drawn: set[int] = set()
    spoken: set[int] = set()
    for row in rows:
        for cell in row.cells:
            if row.part == "thead" or cell.span > 1 or row.is_group:
                continue
            drawings = [e for e in cell.element.iter("svg") if is_left_out(e)]
            if cell.text or not drawings:
                spoken.add(cell.column)
            else:
                drawn.add(cell.column)
    for gone in sorted(drawn - spoken, reverse=True):
        for row in rows:
            for cell in list(row.cells):
                if cell.column > gone:
                    cell.column -= 1
                elif cell.column + cell.span > gone and cell.span > 1:
                    cell.span -= 1
                elif cell.column == gone and not row.is_group:
                    row.cells.remove(cell)
    return [row for row in rows if row.cells]


def _dress_cells(rows: list[Row]) -> None:
    numeric = _number_columns(rows)
    for row in rows:
        for cell in row.cells:
            aligned = cell.element.get("style") or ""
            right = "n" in classes(cell.element)
            right = right or bool(re.search(r"text-align:\s*right", aligned))
            right = right or (cell.column in numeric and cell.span == 1)
            right = right and not _set_left(cell)
            if row.part == "thead":
                cell.style = "TableHeadNumber" if right else "TableHead"
            elif row.is_group:
                cell.style = "TableGroup"
            elif cell.element.tag == "th" and not right:
                cell.style = "TableRow"
            elif right:
                cell.style = "TableNumber"


def _set_left(cell: Cell) -> bool:
    return bool(re.search(r"text-align:\s*left", cell.element.get("style") or ""))


def _number_columns(rows: list[Row]) -> set[int]:
    found: dict[int, bool] = {}
    for row in rows:
        for cell in row.cells:
            if row.part == "thead" or not cell.text or row.is_group:
                continue
            number = bool(_NUMBER.fullmatch(cell.text)) and cell.element.tag == "td"
            number = number and not _set_left(cell)
            found[cell.column] = found.get(cell.column, True) and number
    return {column for column, numbers in found.items() if numbers}


def column_widths(rows: list[Row], n_columns: int, width: int) -> list[int]:
    """Share `width` twips out among the columns by what their cells hold."""
    gap = _NARROW_GAP if n_columns > _MANY else _GAP
    wanted, narrow = [[_LEAST * _LETTER + gap] * n_columns for _ in range(2)]
    shares: dict[int, int] = {}
    for row in rows:
        letter = _HEAD_LETTER if row.part == "thead" else _LETTER
        for cell in row.cells:
            if cell.span > 1 or row.is_group:
                continue
            at, length = cell.column, len(cell.text)
            longest = max((len(word) for word in cell.text.split()), default=0)
            least = min(longest, _LONGEST // 2)
            if cell.style == "TableRow":
                least = max(least, min(length, _ROW_HEAD))
            wanted[at] = max(wanted[at], min(length, _LONGEST) * letter + gap)
            narrow[at] = max(narrow[at], least * letter + gap)
            share = _SHARE.search(cell.element.get("style") or "")
            if share:
                shares[at] = max(gap, round(float(share[1]) / 100 * width))
    if sum(shares.values()) < width:
        for at, share_width in shares.items():
            wanted[at] = narrow[at] = share_width
    return _fit(wanted, narrow, width)


def _fit(wanted: list[int], narrow: list[int], width: int) -> list[int]:
    total, floor = sum(wanted), sum(narrow)
    if total <= width:
        if total < 0.6 * width:
            return wanted
        # The widest column takes what is left, so that numbers stay together.
        grown = list(wanted)
        grown[grown.index(max(grown))] += width - total
        return grown
    if floor >= width:
        return [max(1, one * width // floor) for one in narrow]
    slack = (width - floor) / (total - floor)
    return [
        low + int((high - low) * slack)
        for low, high in zip(narrow, wanted, strict=True)
    ]


def _properties(rows: list[Row], width: int, rtl: bool, title: str) -> Any:
    head = int(any(row.part == "thead" for row in rows))
    foot = int(any(row.part == "tfoot" for row in rows))
    many = max(cell.column for row in rows for cell in row.cells) >= _MANY
    first = int(any(cell.style == "TableRow" for row in rows for cell in row.cells))
    return make(
        "tblPr",
        make("tblStyle", val="ReportTable"),
        make("bidiVisual") if rtl else None,
        make("tblW", w=width, type="dxa"),
        make("tblLayout", type="fixed"),
        make("tblCellMar", make("right", w=_NARROW_GAP - 20, type="dxa"))
        if many
        else None,
        make(
            "tblLook",
            val=f"{0x0020 * head + 0x0040 * foot + 0x0080 * first + 0x0600:04X}",
            firstRow=head,
            lastRow=foot,
            firstColumn=first,
            lastColumn=0,
            noHBand=1,
            noVBand=1,
        ),
        make("tblCaption", val=title) if title else None,
    )


def _row(row: Row, widths: list[int], open_cells: dict[int, Cell], fill: Fill) -> Any:
    head = row.part == "thead"
    made = make(
        "tr", make("trPr", make("cantSplit"), make("tblHeader") if head else None)
    )
    starting = {cell.column: cell for cell in row.cells}
    column = 0
    while column < len(widths):
        above = open_cells.get(column)
        cell = starting.get(column)
        if cell is None and above is None:
            made.append(_cell(widths[column], 1, ""))
            made[-1].append(make("p", make("pPr", make("pStyle", val="TableText"))))
            column += 1
            continue
        if cell is None and above is not None:
            span, merge = above.span, "continue"
            above.rows -= 1
        elif cell is not None:
            span, merge = cell.span, "restart" if cell.rows > 1 else ""
        span = min(span, len(widths) - column)
        wide = sum(widths[column : column + span])
        made.append(_cell(wide, span, merge))
        if cell is None:
            made[-1].append(make("p", make("pPr", make("pStyle", val="TableText"))))
            if above is not None and above.rows <= 1:
                del open_cells[column]
        else:
            fill(made[-1], cell.element, cell.style, wide)
            if cell.rows > 1:
                open_cells[column] = cell
        column += span
    return made


def _cell(width: int, span: int, merge: str) -> Any:
    return make(
        "tc",
        make(
            "tcPr",
            make("tcW", w=width, type="dxa"),
            make("gridSpan", val=span) if span > 1 else None,
            make("vMerge", val=merge) if merge else None,
        ),
    )
