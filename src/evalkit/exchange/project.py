"""What another tool's project brings, whichever the tool."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Project:
    """A project read from another tool, as tables.

    `codes`, one row a code: name, definition. `highlights`, one row a coded passage
    and code: highlight (its id there), document (its name there), code (a name),
    quotation, start, end (characters of the tool's own text), before, after.
    """

    tool: str
    codes: pd.DataFrame
    highlights: pd.DataFrame
