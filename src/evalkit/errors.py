"""What went wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class EvalkitError(Exception):
    """A user's mistake, told in full sentences; never a bug of ours."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that stands in the way, or (`warning`) that a person should see.

    `place` is a row, line or page; 0 means the whole file.
    """

    file: str
    place: int
    what: str
    mend: str = ""
    warning: bool = False

    def __str__(self) -> str:
        place = f":{self.place}" if self.place else ""
        mend = f": {self.mend}" if self.mend else ""
        kind = "warning: " if self.warning else ""
        return f"{self.file}{place}: {kind}{self.what}{mend}"


class ProblemsError(EvalkitError):
    """Several problems at once, one line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnreadableError(EvalkitError):
    """A file that cannot be read as a transcript, with the line where it stops.

    >>> str(UnreadableError("the file is empty", mend="add it again", line=3))
    'the file is empty: add it again'
    """

    def __init__(self, what: str, *, mend: str = "", line: int = 0) -> None:
        self.what, self.mend, self.line = what, mend, line
        super().__init__(f"{what}: {mend}" if mend else what)

    def at(self, file: str) -> Problem:
        """Name the file it happened in."""
        return Problem(file, self.line, self.what, self.mend)
