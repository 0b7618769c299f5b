"""Where quotation marks open and close in what an evaluator writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PAIRS = {"“": "”", "„": "“”", "«": "»", '"': '"'}
# In single marks an apostrophe is no end: these open and close at a word's edge.
_SINGLE = re.compile(
    r"(?<![\w’'])[‘'](?=[^\W\d])((?:(?!\n\s*\n).)+?)(?<=[\w.,;!?…])[’'](?!\w)",
    re.DOTALL,
)
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


def find_marked(said: str) -> Iterator[tuple[str, bool]]:
    """Yield what stands between quotation marks, and whether they close.

    A quotation within a quotation is part of it; a mark closes within its paragraph.

    >>> [*find_marked("“He said “no” to us”, and “then the road")]
    [('He said “no” to us', True), ('then the road', False)]
    >>> [*find_marked("a 5\\" pipe, the advocates' work, ‘all we’d ever had’")]
    [('all we’d ever had', True)]
    """
    for paragraph in _PARAGRAPH.split(said):
        outside = []
        at = 0
        for start, end, closes in _find_double(paragraph):
            yield paragraph[start + 1 : end].strip(), closes
            outside.append(paragraph[at:start])
            at = end + 1
        outside.append(paragraph[at:])
        for found in _SINGLE.finditer(" … ".join(outside)):
            yield found[1], True


def _find_double(said: str) -> Iterator[tuple[int, int, bool]]:
    open_marks: list[tuple[str, int]] = []
    for at, character in enumerate(said):
        if open_marks and character in _PAIRS[open_marks[-1][0]]:
            _, start = open_marks.pop()
            if not open_marks:
                yield start, at, True
        elif character in _PAIRS and not _is_inch(said, at):
            open_marks.append((character, at))
    if open_marks and open_marks[0][0] != '"':
        yield open_marks[0][1], len(said), False


def _is_inch(said: str, at: int) -> bool:
    return said[at] == '"' and said[:at][-1:].isdigit()
