"""A study's settings, read from study.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evalkit.claims.strength import Rule
from evalkit.errors import Problem, ProblemsError
from evalkit.tables import suggest

FILE = "study.toml"


class Coder(BaseModel):
    """A person or a program that codes.

    The report counts the codings of every coder but those whose `counts` is false: a
    blind second coding is compared, not counted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    kind: Literal["human", "cues", "model"] = "human"
    counts: bool = True


class Settings(BaseModel):
    """What `study.toml` says; DESIGN's defaults where it says nothing.

    `attributions` says how a report speaks of one of a report group ("one diplomat");
    `describe_by` names the attributes of people that may be added ("one experienced
    diplomat") where enough people share them. `preflight` answers the items of the
    reporting standards that only a person can. `saturation` asks the report to say
    whether late interviews brought new codes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = ""
    language: str = "en"
    pipeline: str = ""
    illustrative: bool = False
    k: int = Field(default=3, ge=1)
    small_cells: Literal["within groups", "strict"] = "within groups"
    questions: dict[str, str] = {}
    report_groups: dict[str, list[str]] = {}
    attributions: dict[str, str] = {}
    describe_by: list[str] = []
    preflight: dict[str, str] = {}
    saturation: bool = False
    strength: Rule = Rule()
    coders: dict[str, Coder] = {}


def read_settings(folder: Path) -> Settings:
    """Read `study.toml`; every mistake in it is named with its line."""
    try:
        content = (folder / FILE).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem(FILE, 0, "it is not UTF-8", "save it as UTF-8")
        raise ProblemsError([problem]) from error
    return parse_settings(content)


def parse_settings(content: str) -> Settings:
    """Parse settings written in TOML.

    >>> parse_settings('title = "Two villages"').k
    3
    """
    try:
        written = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        what = re.sub(r"\s*\(at .*\)", "", str(error))
        place = int(line[1]) if line else 0
        problem = Problem(FILE, place, what, "mend the TOML (quotes, brackets)")
        raise ProblemsError([problem]) from error
    try:
        return Settings.model_validate(written)
    except ValidationError as error:
        raise ProblemsError(
            _explain(each["type"], each["loc"], each["msg"], content)
            for each in error.errors()
        ) from error


def _explain(
    kind: str, where: tuple[int | str, ...], message: str, content: str
) -> Problem:
    key = next((part for part in reversed(where) if isinstance(part, str)), "")
    name = ".".join(str(part) for part in where)
    pattern = rf"(?m)^[ \t]*(?:\[{re.escape(name)}\]|\"?{re.escape(key)}\"?\s*=)"
    found = re.search(pattern, content)
    line = content[: found.start()].count("\n") + 1 if found else 0
    if kind == "extra_forbidden":
        mend = suggest(key, Settings.model_fields, "nothing; take it out")
        return Problem(FILE, line, f"{name!r} is not a setting", mend)
    return Problem(FILE, line, f"{name}: {message.lower()}", "write it as README says")
