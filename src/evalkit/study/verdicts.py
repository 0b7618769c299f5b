"""Whether a passage really bears out a claim, as an evaluator judged it once."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pandas as pd

from evalkit.files import write_whole
from evalkit.tables import VERDICTS

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
    """Write a verdict into verdicts.csv, in the place of an earlier one on the same."""
    path = folder / FILE
    columns = list(VERDICTS.columns)
    rows: list[dict[str, str]] = []
    if path.exists():
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    on = dt.date.today().isoformat()
    new = (claim_id, coding_id, bears_out, paraphrase, statement, words, by, on)
    kept = [
        row
        for row in rows
        if (row.get("claim_id"), row.get("coding_id")) != (claim_id, coding_id)
    ]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({c: row.get(c) or "" for c in columns} for row in kept)
    writer.writerow(dict(zip(columns, new, strict=True)))
    write_whole(path, out.getvalue())


def _squeeze(words: str) -> str:
    return " ".join(words.split())
