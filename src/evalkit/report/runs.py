"""Two runs of a report read from disk, and what changed between them told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evalkit.claims.changes import find_changes
from evalkit.claims.reasons import UNEXPLAINED
from evalkit.errors import EvalkitError
from evalkit.tables import list_rows

MANIFEST = "manifest.json"
INTERNAL = "internal"
_AGAIN = "build the report again (evalkit report)"
_ALWAYS = ("statements", "claims")
_WITH_IDS = ("documents", "respondents", "turns", "codes", "codings", "evidence")
_READ = {  # table -> the columns that are compared, without which it is none
    "statements": ("claim_id", "kind", "statement"),
    "claims": ("claim_id", "n", "strength"),
    "documents": ("document_id", "respondent_id", "sha256"),
    "respondents": ("respondent_id", "may_analyse", "withdrawn_on"),
    "turns": ("document_id", "start", "end", "respondent_id"),
    "codes": ("code_id", "parent_id"),
    "codings": (
        *("coding_id", "document_id", "start", "end"),
        *("code_id", "coder_id", "quotation"),
    ),
    "evidence": ("claim_id", "respondent_id", "group", "direction"),
    "coders": ("coder_id", "counts"),
    "anchors": ("coding_id", "status"),
    "links": ("claim_id", "code_id", "side"),
    "quotations": ("claim_id", "words"),
}
_LONGEST = 160  # characters of a text that is shown as before or after


@dataclass(frozen=True)
class Run:
    """One run of a report: its folder, its manifest, its tables as they are on disk."""

    folder: Path
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    @property
    def audience(self) -> str:
        """For whom it was built; a run that does not say is internal."""
        return str(self.manifest.get("audience", INTERNAL))


def read_run(folder: Path) -> Run:
    """Read a run's manifest and the tables that tell what changed.

    Tables are text throughout, and an empty cell is "". A folder that is no whole run
    raises `EvalkitError`.
    """
    manifest = _read_manifest(folder / MANIFEST)
    found = {
        name: path
        for name in _READ
        if (path := folder / "tables" / f"{name}.csv").is_file()
    }
    is_internal = manifest.get("audience", INTERNAL) == INTERNAL
    needed = (*_ALWAYS, *_WITH_IDS) if is_internal else _ALWAYS
    missing = [f"tables/{name}.csv" for name in needed if name not in found]
    if missing:
        raise EvalkitError(f"{folder}: no {', '.join(missing)}: {_AGAIN}")
    tables = {name: _read_table(path, _READ[name]) for name, path in found.items()}
    return Run(folder, manifest, tables)


def compare_runs(a: Path, b: Path) -> pd.DataFrame:
    """Find what changed from run `a` to run `b`: one row a change (`find_changes`).

    Runs for different audiences raise `EvalkitError`: they hold different tables.
    """
    before, after = read_run(a), read_run(b)
    if before.audience != after.audience:
        raise EvalkitError(
            f"{a} was built for {before.audience}, {b} for {after.audience}: build "
            "both for one audience (evalkit report --audience) and compare those"
        )
    return compare(before, after)


def compare(before: Run, after: Run) -> pd.DataFrame:
    """Find what changed between two runs for one audience (`find_changes`)."""
    changes = find_changes(
        before.tables,
        after.tables,
        inputs=(before.manifest["inputs"], after.manifest["inputs"]),
        settings=(_list_settings(before), _list_settings(after)),
    )
    programs = _compare_versions(before, after)
    if programs:
        loud = changes["causes"].eq(UNEXPLAINED)
        told = changes["because"].mask(loud, changes["because"] + f" {programs}")
        changes = changes.assign(because=told)
    return changes


def describe_changes(changes: pd.DataFrame) -> str:
    """Tell changes as text: how many of which kind, then claim by claim.

    >>> describe_changes(pd.DataFrame())
    'Nothing changed.'
    """
    if changes.empty:
        return "Nothing changed."
    lines = [_count_kinds(changes)]
    unexplained = int(changes["causes"].eq(UNEXPLAINED).sum())
    if unexplained:
        lines.append(f"UNEXPLAINED: {unexplained}, marked !! below.")
    for claim_id, rows in changes.groupby("claim_id", sort=False):
        lines += ["", str(claim_id) or "The whole study"]
        for row in list_rows(rows):
            lines += _describe(row)
    return "\n".join(lines)


def _count_kinds(changes: pd.DataFrame) -> str:
    counts = Counter(changes["kind"])
    told = (f"{kind} {n}" for kind, n in counts.items())
    return f"Changes: {', '.join(told)}."


def _describe(row: Mapping[str, Any]) -> Iterator[str]:
    mark = "!!" if row["causes"] == UNEXPLAINED else "  "
    before, after = (_shorten(row[each]) for each in ("before", "after"))
    if before and after:
        shown = f": {before} -> {after}"
    elif before or after:
        come = "" if " " in row["kind"] else " new" if after else " gone"
        shown = f"{come}: {before or after}"
    else:
        shown = ""
    yield f"{mark}{row['kind']}{shown}"
    yield f"    {row['causes']}: {row['because']}"


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


def _read_manifest(path: Path) -> Mapping[str, Any]:
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise EvalkitError(
            f"{path.parent}: no {MANIFEST}: name the folder that evalkit report wrote"
        ) from None
    except json.JSONDecodeError as error:
        raise EvalkitError(f"{path}:{error.lineno}: broken JSON: {_AGAIN}") from error
    except UnicodeDecodeError as error:
        raise EvalkitError(f"{path}: it is not UTF-8: {_AGAIN}") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("inputs"), dict):
        raise EvalkitError(f"{path}: it does not list a run's inputs: {_AGAIN}")
    return manifest


def _read_table(path: Path, columns: Iterable[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
    except pd.errors.EmptyDataError:
        raise EvalkitError(f"{path}: it is empty: {_AGAIN}") from None
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise EvalkitError(f"{path}: it is no table: {_AGAIN}") from error
    missing = [name for name in columns if name not in table]
    if missing:
        raise EvalkitError(f"{path}:1: no column {', '.join(missing)}: {_AGAIN}")
    return table


def _list_settings(run: Run) -> dict[str, Any]:
    settings = run.manifest.get("settings")
    people = {"people": run.manifest["people"]} if "people" in run.manifest else {}
    return {**(settings if isinstance(settings, dict) else {}), **people}


def _compare_versions(before: Run, after: Run) -> str:
    """Say which programs differ: they may be what no input explains."""
    a, b = (run.manifest.get("versions", {}) for run in (before, after))
    differ = sorted(name for name in {*a} | {*b} if a.get(name) != b.get(name))
    if not differ:
        return ""
    told = (
        f"{name} {a.get(name, 'absent')} -> {b.get(name, 'absent')}" for name in differ
    )
    return f"Programs differ: {', '.join(told)}."
