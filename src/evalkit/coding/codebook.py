"""The codebook: a tree of codes with definitions, read from codebook.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evalkit.errors import EvalkitError, Problem, ProblemsError
from evalkit.tables import CODES, CODINGS, RESPONDENTS, TURNS, suggest
from evalkit.yaml_text import join_text, load_yaml

FILE = "codebook.yaml"
FREE_TEXT = "free text"
_TAKEN = {
    *(*TURNS.columns, *CODINGS.columns, *RESPONDENTS.columns),
    *("unit", "report_group", "name", "n_people"),
}
_KNOWN = {
    *("id", "name", "definition", "include", "exclude", "example"),
    *("cues", "traps", "codes", "parent"),
}


@dataclass(frozen=True)
class Codebook:
    """A codebook: its codes, one row a code, and what a coding may be marked with.

    `attributes` maps a segment attribute to its values (none: free text), `defaults`
    some of them to the value that a new coding begins with. `cues` has one row a
    phrase: code_id, phrase, kind (cue or trap), line.
    """

    title: str
    version: str
    attributes: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, str]
    codes: pd.DataFrame
    cues: pd.DataFrame
    lines: Mapping[str, int]


def read_codebook(path: Path) -> Codebook:
    """Read `codebook.yaml`; every mistake in it is named with its line."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvalkitError(f"{FILE}: it is not UTF-8: save it as UTF-8") from error
    return parse_codebook(content)


def parse_codebook(content: str) -> Codebook:
    """Parse a codebook, codes nested under `codes:` or pointing at a `parent:`.

    >>> parse_codebook("codes: [{id: a, codes: [{id: a.b}]}]").codes["parent_id"]
    0
    1    a
    Name: parent_id, dtype: str
    """
    root = load_root(content)
    problems: list[Problem] = []
    rows: list[dict[str, str]] = []
    cues: list[tuple[str, str | list[Any], str, int]] = []
    lines: dict[str, int] = {}
    for code, parent_id, line in _walk(root.get("codes") or [], "", problems):
        code_id = str(code.get("id") or "").strip()
        if not code_id:
            problems.append(Problem(FILE, line, "a code has no id", "write `id: …`"))
            continue
        if code_id in lines:
            what = f"code {code_id!r} stands twice, first in line {lines[code_id]}"
            problems.append(Problem(FILE, line, what, "give one of them another id"))
            continue
        lines[code_id] = line
        for key in map(str, code):
            if key not in _KNOWN:
                what = f"{key!r} of code {code_id!r} is not known"
                problems.append(Problem(FILE, line, what, suggest(key, _KNOWN, FILE)))
        rows.append(
            {
                "code_id": code_id,
                "parent_id": str(code.get("parent") or parent_id),
                "name": str(code.get("name") or code_id),
                **{
                    column: join_text(code.get(column))
                    for column in ("definition", "include", "exclude", "example")
                },
            }
        )
        for kind in ("cue", "trap"):
            phrases = code.get(f"{kind}s") or []
            if not isinstance(phrases, list):
                what = f"{kind}s of {code_id!r} are no list"
                problems.append(Problem(FILE, line, what, "write them as [a, b]"))
                continue
            places: Any = phrases
            for at, phrase in enumerate(phrases):
                line = places.lc.item(at)[0] + 1
                if isinstance(phrase, (str, list)):
                    cues.append((code_id, _plain(phrase), kind, line))
                else:
                    what = f"{kind} {phrase!r} of {code_id!r} is no text"
                    mend = 'write it in quotation marks: "…"'
                    problems.append(Problem(FILE, line, what, mend))
    problems += _find_broken_parents(rows, lines)
    problems += _find_same_names(rows, lines)
    problems += _find_bad_attributes(root.get("attributes") or {}) or (
        _find_bad_defaults(root)
    )
    if problems:
        raise ProblemsError(problems)
    return Codebook(
        title=str(root.get("title") or ""),
        version=str(root.get("version") or ""),
        attributes=_read_attributes(root.get("attributes") or {}),
        defaults={
            str(name): str(value)
            for name, value in (root.get("defaults") or {}).items()
            if value is not None
        },
        codes=CODES.typed(pd.DataFrame(rows, columns=list(CODES.columns))),
        cues=pd.DataFrame(cues, columns=["code_id", "phrase", "kind", "line"]),
        lines=lines,
    )


def load_root(content: str) -> Any:
    """Load the YAML of a codebook, its places and comments with it."""
    root = load_yaml(content, file=FILE)
    if root is None:
        return {}
    if not isinstance(root, dict) or not isinstance(root.get("codes") or [], list):
        raise ProblemsError(
            [Problem(FILE, 1, "it holds no list of codes", "begin it with `codes:`")]
        )
    return root


def _walk(
    codes: Any, parent_id: str, problems: list[Problem]
) -> Iterator[tuple[dict[str, Any], str, int]]:
    for at, code in enumerate(codes):
        line = codes.lc.item(at)[0] + 1
        if not isinstance(code, dict):
            what = f"{str(code)[:40]!r} stands where a code should"
            problems.append(Problem(FILE, line, what, "write `- id: …`"))
            continue
        yield code, parent_id, line
        below = code.get("codes") or []
        if isinstance(below, list):
            yield from _walk(below, str(code.get("id") or ""), problems)
        else:
            what = f"`codes` of {code.get('id')!r} is no list"
            problems.append(Problem(FILE, line, what, "write `- id: …` below it"))


def _plain(value: Any) -> Any:
    """Give what YAML read as Python's own: spaCy refuses what only looks like it."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value


def _find_broken_parents(
    rows: list[dict[str, str]], lines: Mapping[str, int]
) -> list[Problem]:
    parents = {row["code_id"]: row["parent_id"] for row in rows}
    problems = []
    for code_id, parent_id in parents.items():
        if parent_id and parent_id not in parents:
            what = f"parent {parent_id!r} of code {code_id!r} is unknown"
            mend = suggest(parent_id, parents, FILE)
            problems.append(Problem(FILE, lines[code_id], what, mend))
            continue
        above, seen = parent_id, [code_id]
        while above and above in parents and above not in seen:
            seen.append(above)
            above = parents[above]
        if above == code_id:
            what = f"code {code_id!r} is above itself: {' < '.join([*seen, above])}"
            mend = "give one of them another parent, or none"
            problems.append(Problem(FILE, lines[code_id], what, mend))
    return problems


def _find_same_names(
    rows: list[dict[str, str]], lines: Mapping[str, int]
) -> list[Problem]:
    """Themes are drawn by their names: two of one name would be counted as one."""
    seen: dict[str, str] = {}
    problems = []
    for row in rows:
        if row["parent_id"]:
            continue
        other = seen.setdefault(row["name"], row["code_id"])
        if other != row["code_id"]:
            what = f"themes {other!r} and {row['code_id']!r} are both {row['name']!r}"
            place = lines[row["code_id"]]
            problems.append(Problem(FILE, place, what, "give one another name"))
    return problems


def _find_bad_attributes(written: Any) -> list[Problem]:
    if not isinstance(written, dict):
        what = "`attributes` is no table of names and values"
        return [Problem(FILE, 0, what, "write `stance: [supports, contradicts]`")]
    problems = []
    for name, values in written.items():
        if str(name) in _TAKEN:
            what = f"an attribute may not be named {str(name)!r}"
            problems.append(Problem(FILE, 0, what, "give it another name"))
        if values != FREE_TEXT and not isinstance(values, list):
            what = f"the values of attribute {str(name)!r} are no list"
            mend = f"write [a, b], or: {FREE_TEXT}"
            problems.append(Problem(FILE, 0, what, mend))
    return problems


def _find_bad_defaults(root: Any) -> list[Problem]:
    defaults: Any = root.get("defaults") or {}
    if not isinstance(defaults, dict):
        what = "`defaults` is no table of attributes and values"
        return [Problem(FILE, 0, what, "write `certainty: asserted` below it")]
    attributes = _read_attributes(root.get("attributes") or {})
    problems = []
    for name, value in defaults.items():
        line = root["defaults"].lc.key(name)[0] + 1
        if str(name) not in attributes:
            mend = suggest(str(name), attributes, "attributes")
            what = f"defaults: {str(name)!r} is no attribute"
            problems.append(Problem(FILE, line, what, mend))
        elif attributes[str(name)] and str(value) not in attributes[str(name)]:
            what = f"defaults: {name} may not be {str(value)!r}"
            mend = f"write one of: {', '.join(attributes[str(name)])}"
            problems.append(Problem(FILE, line, what, mend))
    return problems


def _read_attributes(written: Any) -> dict[str, tuple[str, ...]]:
    return {
        str(name): () if values == FREE_TEXT else tuple(str(v) for v in values)
        for name, values in written.items()
    }
