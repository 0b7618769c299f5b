"""Whether words of a transcript may be printed for readers outside."""

from __future__ import annotations

from evalkit.report.opened import Report
from evalkit.report.passages import find_marks, find_refused
from evalkit.tables import BY_PASSAGE


def find_objection(
    report: Report, document_id: str, respondent_id: str, start: int, end: int
) -> str:
    """Say why these characters, which this person said, may not be printed.

    "" if they may. A passage marked `quotable: no` is refused to its last character;
    who is asked for each passage agreed to the words of a passage marked so, and to no
    others; everybody else who did not say yes said no.
    """
    people = report.study.respondents.set_index("respondent_id")["may_quote"]
    answer = str(people.get(respondent_id, ""))
    for a, b in find_refused(report.study, document_id):
        if a < end and start < b:
            return "its speaker refused this passage, or a part of it"
    if answer == "yes":
        return ""
    if answer not in BY_PASSAGE:
        return "its speaker did not agree to be quoted"
    for a, b in _find_agreed(report, document_id):
        if a <= start and end <= b:
            return ""
    return "its speaker is asked for each passage, and did not agree to these words"


def _find_agreed(report: Report, document_id: str) -> list[tuple[int, int]]:
    """Find the spans that were agreed to, and whose words did not change since."""
    study = report.study
    as_said = study.anchors["status"].isin(["exact", "moved"])
    rows = study.codings[find_marks(study).eq("yes")]
    rows = rows[rows["document_id"].eq(document_id)]
    rows = rows[rows["coding_id"].isin(study.anchors.loc[as_said, "coding_id"])]
    return [*zip(rows["start"], rows["end"], strict=True)]
