"""Whether a passage really bears out a claim, as an evaluator judged it once."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
from pathlib import Path

import pandas as pd

from evalkit.errors import Problem, ProblemsError, UnreadableError
from evalkit.files import write_whole
from evalkit.tables import VERDICTS
from evalkit.transcripts.encoding import decode
from evalkit.transcripts.source import normalise_line_ends

FILE = "verdicts.csv"
YES, PARTLY, NO = "yes", "partly", "no"


def find_stale(
    verdicts: pd.DataFrame, statements: pd.DataFrame, codings: pd.DataFrame
) -> pd.DataFrame:
    """Find the verdicts whose claim or passage has changed since: to be given anew.

    One row such a verdict, with `changed` ("statement" or "words"). White space is no
    change; a verdict on a claim or a coding that is gone is left out.

    >>> verdicts = VERDICTS.typed(pd.DataFrame({"claim_id": ["K1"], "coding_id": "x",
    ...     "bears_out": "yes", "statement": "It helped.", "words": "It  did."}))
    >>> statements = pd.DataFrame({"claim_id": ["K1"], "statement": ["It harmed."]})
    >>> codings = pd.DataFrame({"coding_id": ["x"], "quotation": ["It did."]})
    >>> find_stale(verdicts, statements, codings)["changed"].to_list()
    ['statement']
    """
    now = verdicts.merge(
        statements[["claim_id", "statement"]], on="claim_id", suffixes=("", "_now")
    ).merge(codings[["coding_id", "quotation"]], on="coding_id")
    stated = now["statement"].map(_squeeze).ne(now["statement_now"].map(_squeeze))
    said = now["words"].map(_squeeze).ne(now["quotation"].map(_squeeze))
    changed = stated.map({True: "statement", False: ""}).mask(~stated & said, "words")
    stale = now.assign(changed=changed)
    return stale.loc[changed.ne(""), [*verdicts.columns, "changed"]]


def add_verdict(
    folder: Path,
    *,
    claim_id: str,
    coding_id: str,
    bears_out: str,
    statement: str,
    words: str,
    by: str,
    paraphrase: str = "",
) -> None:
    """Write a verdict into verdicts.csv, in the place of an earlier one on the same.

    Every other row keeps its cells, in columns of your own too, and the file what
    separates them (, ; or TAB). A file that cannot be read whole raises `EvalkitError`,
    and is left as it is.
    """
    path = folder / FILE
    content = path.read_bytes() if path.exists() else b""
    names, rows, delimiter = _read_rows(content)
    on = dt.date.today().isoformat()
    cells = (claim_id, coding_id, bears_out, paraphrase, statement, words, by, on)
    plain = (normalise_line_ends(cell) for cell in cells)
    new = dict(zip(VERDICTS.columns, plain, strict=True))
    names += [column for column in VERDICTS.columns if column not in names]
    key = [names.index(column) for column in VERDICTS.key]
    written = [new.get(name, "") for name in names]
    kept = [row for row in rows if _pick(row, key) != _pick(written, key)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(row + [""] * (len(names) - len(row)) for row in kept)
    writer.writerow(written)
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    write_whole(path, mark + out.getvalue().encode())


def _read_rows(content: bytes) -> tuple[list[str], list[list[str]], str]:
    """Give the columns' names, every row's cells and what separates them."""
    try:
        text, _ = decode(content)
    except UnreadableError as error:
        raise ProblemsError([error.at(FILE)]) from error
    if not text.strip():
        return list(VERDICTS.columns), [], ","
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names, *rows = list(lines)
    except csv.Error as error:
        what = f"a quoted cell is not closed ({error})"
        mend = "mend it, and judge again: nothing was written"
        raise ProblemsError([Problem(FILE, lines.line_num, what, mend)]) from error
    names = [name.strip() for name in names]
    missing = [column for column in VERDICTS.key if names.count(column) != 1]
    if missing:
        what = f"its first line does not name {missing[0]} once"
        raise ProblemsError([Problem(FILE, 1, what, "mend it, and judge again")])
    for number, row in enumerate(rows, start=2):
        if len(row) > len(names):
            what = f"{len(row)} cells where the first line has {len(names)}"
            mend = "put quotation marks around cells that hold what separates them"
            raise ProblemsError([Problem(FILE, number, what, mend)])
    return names, [row for row in rows if any(row)], delimiter


def _pick(row: list[str], places: list[int]) -> list[str]:
    return [row[at].strip() if at < len(row) else "" for at in places]


def _squeeze(words: str) -> str:
    return " ".join(words.split())
