"""The passages that an evaluator is to judge: do they really bear out the claim?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evalkit.claims.statements import FILE as CLAIMS_FILE
from evalkit.errors import EvalkitError, ProblemsError
from evalkit.report.opened import open_report
from evalkit.report.page import squeeze
from evalkit.study.verdicts import FILE as VERDICTS_FILE
from evalkit.tables import list_rows, suggest


def list_unjudged(folder: Path, *, claim_id: str = "") -> list[dict[str, Any]]:
    """List what nobody judged, or judged of other words, and that could be printed.

    Each with claim_id, coding_id, statement, respondent_id, stance, words (on one
    line), quotation (as it was said) and paraphrase_only; stale ones first, one passage
    a person and claim before the next. A claims.yaml that cannot be read and errors in
    verdicts.csv raise `ProblemsError`: what is judged would be missed, or asked again.
    """
    report = open_report(folder)
    files = {VERDICTS_FILE}
    if report.study.claims.statements.empty:
        files.add(CLAIMS_FILE)
    problems = [each for each in report.study.problems if not each.warning]
    errors = [each for each in problems if each.file in files]
    if errors:
        raise ProblemsError(errors)
    statements = report.study.claims.statements.set_index("claim_id")["statement"]
    if claim_id and claim_id not in statements:
        mend = suggest(claim_id, statements.index, "claims.yaml")
        raise EvalkitError(f"claims.yaml: there is no claim {claim_id!r}: {mend}")
    rows = report.passages
    rows = rows[rows["bears_out"].eq("") | rows["stale"].ne("")]
    rows = rows[rows["may_quote"] | rows["may_paraphrase"]]
    if claim_id:
        rows = rows[rows["claim_id"].eq(claim_id)]
    turn = rows.groupby(["claim_id", "respondent_id"]).cumcount()
    order = [*statements.index]
    rows = rows.assign(
        turn=turn,
        fresh=rows["stale"].eq(""),
        place=[order.index(each) for each in rows["claim_id"]],
    ).sort_values(["fresh", "place", "turn"], kind="stable")
    return [
        {
            **row,
            "statement": statements[row["claim_id"]],
            "quotation": row["words"],
            "words": squeeze(row["words"]),
            "paraphrase_only": not row["may_quote"],
        }
        for row in list_rows(rows)
    ]
