"""A study's folder: read into tables, begun, and added to."""

from evalkit.study.checks import find_transcript
from evalkit.study.fill import (
    Added,
    Imported,
    add_documents,
    confirm_anchors,
    import_project,
    new_study,
)
from evalkit.study.read import Study, read_study

__all__ = [
    "Added",
    "Imported",
    "Study",
    "add_documents",
    "confirm_anchors",
    "find_transcript",
    "import_project",
    "new_study",
    "read_study",
]
