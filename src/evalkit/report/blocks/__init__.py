"""What a report's notebook calls: each block is a piece of the page."""

from __future__ import annotations

from evalkit.report.blocks.annexes import (
    codebook,
    evidence_tables,
    preflight,
    register,
    sensitivity,
)
from evalkit.report.blocks.claims import evidence, finding, findings, questions
from evalkit.report.blocks.front import answers, header, stamp, summary
from evalkit.report.blocks.lessons import lesson, lessons, recommendations
from evalkit.report.blocks.method import changes, crosstab, limits, method
from evalkit.report.blocks.quotations import quotations
from evalkit.report.blocks.themes import themes, voices

__all__ = [
    "answers",
    "changes",
    "codebook",
    "crosstab",
    "evidence",
    "evidence_tables",
    "finding",
    "findings",
    "header",
    "lesson",
    "lessons",
    "limits",
    "method",
    "preflight",
    "questions",
    "quotations",
    "recommendations",
    "register",
    "sensitivity",
    "stamp",
    "summary",
    "themes",
    "voices",
]
