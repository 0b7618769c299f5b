"""What a report says: claims, open questions, lessons and recommendations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evalkit.errors import Problem, ProblemsError
from evalkit.tables import CLAIMS, list_rows, suggest
from evalkit.yaml_text import join_text, load_yaml

FILE = "claims.yaml"
_COUNTED = {"id", "question", "statement", "short", "codes", "against", "rivals"}
_DROPPED = "dropped"  # claims that a report once made, and why it makes them no more
# section -> the kind of its statements, and the keys that one may have
_SECTIONS = {
    "claims": ("finding", _COUNTED),
    "open_questions": ("question", _COUNTED),
    "lessons": (
        "lesson",
        {"id", "statement", "rests_on", "holds_when", "fails_when", "outside_evidence"},
    ),
    "recommendations": (
        "recommendation",
        {"id", "statement", "rests_on", "to", "priority"},
    ),
}
_LISTS = ("codes", "against", "rivals", "rests_on", "outside_evidence")


@dataclass(frozen=True)
class Claims:
    """What `claims.yaml` says.

    `statements` has one row a statement (see `evalkit.tables.CLAIMS`). `links` has one
    row a statement and code: claim_id, code_id, side (for or against). `lines` maps a
    statement's id to its line, `dropped` the id of a claim that is made no more to why.
    """

    statements: pd.DataFrame
    links: pd.DataFrame
    lines: Mapping[str, int]
    dropped: Mapping[str, str] = field(default_factory=dict)


def parse_claims(content: str) -> Claims:
    """Parse claims written in YAML; every mistake is named with its line.

    >>> claims = parse_claims("claims: [{id: K1, statement: It helped., codes: [a]}]")
    >>> claims.links.values.tolist()
    [['K1', 'a', 'for']]
    """
    root = load_yaml(content, file=FILE)
    root = {} if root is None else root
    problems: list[Problem] = []
    dropped = _read_dropped(root, problems)
    rows: list[dict[str, str]] = []
    links: list[tuple[str, str, str]] = []
    rests: list[tuple[str, str]] = []
    lines: dict[str, int] = {}
    for kind, known, entry, line in _walk(root, problems):
        claim_id = join_text(entry.get("id"))
        problems += _find_faults(claim_id, entry, known, lines, line)
        lines.setdefault(claim_id, line)
        rows.append(
            {
                "claim_id": claim_id,
                "kind": kind,
                **{
                    column: join_text(entry.get(column))
                    for column in CLAIMS.columns
                    if column not in ("claim_id", "kind")
                },
            }
        )
        for key, side in (("codes", "for"), ("against", "against")):
            links += [(claim_id, str(code), side) for code in _items(entry, key)]
        rests += [(claim_id, str(other)) for other in _items(entry, "rests_on")]
    for claim_id in dropped:
        if claim_id in lines:
            what = f"{claim_id} is dropped, and stands here all the same"
            mend = "take it out, or out of `dropped:`"
            problems.append(Problem(FILE, lines[claim_id], what, mend))
    for claim_id, other in rests:
        if other not in lines:
            what = f"{claim_id} rests on {other!r}, which is not here"
            mend = suggest(other, lines, FILE)
            problems.append(Problem(FILE, lines[claim_id], what, mend))
    for claim_id in _find_circles(rests):
        what = f"{claim_id} rests on itself"
        problems.append(Problem(FILE, lines[claim_id], what, "rest it on claims"))
    for claim_id, code_id in {(a, b) for a, b, side in links if side == "for"}:
        if (claim_id, code_id, "against") in links:
            what = f"{code_id!r} speaks both for and against {claim_id}"
            place = lines[claim_id]
            problems.append(Problem(FILE, place, what, "take it out of one list"))
    if problems:
        raise ProblemsError(problems)
    return Claims(
        statements=CLAIMS.typed(pd.DataFrame(rows, columns=list(CLAIMS.columns))),
        links=pd.DataFrame(
            links, columns=["claim_id", "code_id", "side"], dtype="str"
        ).drop_duplicates(ignore_index=True),
        lines=lines,
        dropped=dropped,
    )


def list_claims(claims: Claims) -> list[str]:
    """List what is rated: every finding, and each question that codes stand for."""
    kinds = claims.statements.set_index("claim_id")["kind"]
    linked = {*claims.links["claim_id"]}
    return [
        str(name) for name, kind in kinds.items() if kind == "finding" or name in linked
    ]


def find_gaps(
    claims: Claims, codes: pd.DataFrame, questions: Mapping[str, str]
) -> list[Problem]:
    """List what `claims.yaml` refers to that is not there, and what it leaves open."""
    problems = []
    known = codes["code_id"].to_list()
    for claim_id, code_id, _ in claims.links.itertuples(index=False):
        if code_id not in known:
            what = f"code {code_id!r} of {claim_id} is unknown"
            mend = suggest(code_id, known, "codebook.yaml")
            problems.append(Problem(FILE, claims.lines[claim_id], what, mend))
    linked = {*claims.links["claim_id"]}
    for each in list_rows(claims.statements):
        place = claims.lines[each["claim_id"]]
        if each["question"] and each["question"] not in questions:
            what = f"question {each['question']!r} of {each['claim_id']} is unknown"
            mend = suggest(each["question"], questions, "[questions] in study.toml")
            problems.append(Problem(FILE, place, what, mend))
        for what, mend in _find_open_ends(each, linked):
            problems.append(
                Problem(FILE, place, f"{each['claim_id']}: {what}", mend, warning=True)
            )
    return problems


def _find_open_ends(
    each: Mapping[str, Any], linked: set[str]
) -> Iterator[tuple[str, str]]:
    kind = each["kind"]
    if kind == "finding" and each["claim_id"] not in linked:
        yield "no code stands for it", "write `codes: […]`, or nobody's word counts"
    if kind == "lesson" and not (each["holds_when"] and each["fails_when"]):
        mend = "write `holds_when: …` and `fails_when: …`"
        yield "a lesson without its limits", mend
    if kind in ("lesson", "recommendation") and not each["rests_on"]:
        yield "it rests on nothing", "write `rests_on: [a claim's id]`"
    if kind == "recommendation" and not each["to"]:
        yield "nobody is addressed", "write `to: …`"


def _find_circles(rests: list[tuple[str, str]]) -> list[str]:
    """Find the statements that rest on themselves, by way of others or not."""
    on: dict[str, set[str]] = {}
    for claim_id, other in rests:
        on.setdefault(claim_id, set()).add(other)
    found = []
    for claim_id in on:
        seen, left = set[str](), [*on[claim_id]]
        while left:
            each = left.pop()
            if each not in seen:
                seen.add(each)
                left += on.get(each, ())
        found += [claim_id] * (claim_id in seen)
    return found


def _walk(
    root: Any, problems: list[Problem]
) -> Iterator[tuple[str, set[str], Mapping[str, Any], int]]:
    if not isinstance(root, dict):
        mend = "begin it with `claims:`"
        problems.append(Problem(FILE, 1, "it holds no lists of statements", mend))
        return
    places: Any = root
    for section, entries in root.items():
        if section == _DROPPED:
            continue
        line = _line(places, section)
        if section not in _SECTIONS:
            what = f"section {str(section)!r} is not known"
            mend = suggest(str(section), _SECTIONS, "nothing; take it out")
            problems.append(Problem(FILE, line, what, mend))
            continue
        if not isinstance(entries, list | None):
            what = f"{section!r} is no list"
            problems.append(Problem(FILE, line, what, "write `- id: …` below it"))
            continue
        kind, known = _SECTIONS[section]
        listed: Any = entries or []
        for at, entry in enumerate(listed):
            line = listed.lc.item(at)[0] + 1
            if isinstance(entry, dict):
                yield kind, known, entry, line
            else:
                what = f"{str(entry)[:40]!r} stands where a statement should"
                problems.append(Problem(FILE, line, what, "write `- id: …`"))


def _read_dropped(root: Any, problems: list[Problem]) -> dict[str, str]:
    written = root.get(_DROPPED) if isinstance(root, dict) else None
    if written is None:
        return {}
    dropped: dict[str, str] = {}
    for at, entry in enumerate(written if isinstance(written, list) else [written]):
        named = entry if isinstance(entry, dict) else {}
        cells = [named.get("id"), named.get("reason")]
        claim_id, why = (join_text(cell) for cell in cells)
        is_plain = not any(isinstance(cell, list | dict | float) for cell in cells)
        line = _line_of_item(written, at) or _line(root, _DROPPED)
        if not (claim_id and why and is_plain) or {*named} - {"id", "reason"}:
            what = f"{str(entry)[:40]!r} does not say what was dropped, and why"
            mend = "write `- {id: K9, reason: merged into K3}`"
            problems.append(Problem(FILE, line, what, mend))
        elif claim_id in dropped:
            what = f"{claim_id} is dropped twice"
            problems.append(Problem(FILE, line, what, "keep one of the two"))
        else:
            dropped[claim_id] = why
    return dropped


def _line_of_item(places: Any, at: int) -> int:
    try:
        return int(places.lc.item(at)[0]) + 1
    except (AttributeError, KeyError, TypeError):
        return 0


def _line(places: Any, key: Any) -> int:
    try:
        return int(places.lc.key(key)[0]) + 1
    except (KeyError, TypeError):
        return 0  # brought in by an alias


def _find_faults(
    claim_id: str,
    entry: Mapping[str, Any],
    known: set[str],
    lines: Mapping[str, int],
    line: int,
) -> Iterator[Problem]:
    if not claim_id:
        yield Problem(FILE, line, "a statement has no id", "write `id: …`")
    elif claim_id in lines:
        what = f"{claim_id} stands twice, first in line {lines[claim_id]}"
        yield Problem(FILE, line, what, "give one of them another id")
    if not join_text(entry.get("statement")):
        yield Problem(FILE, line, f"{claim_id} says nothing", "write `statement: …`")
    for key in entry:
        if key not in known:
            what = f"{str(key)!r} of {claim_id} is not known"
            yield Problem(FILE, line, what, suggest(str(key), known, "nothing"))
        elif key in _LISTS and not isinstance(entry[key], list | None):
            what = f"{key} of {claim_id} is no list"
            yield Problem(FILE, line, what, f"write {key}: [a, b]")
        elif key not in _LISTS and isinstance(entry[key], list | dict):
            what = f"{key} of {claim_id} is no text"
            yield Problem(FILE, line, what, f"write {key}: …")
        elif any(isinstance(each, float) for each in (entry[key], *_items(entry, key))):
            what = f"{key} of {claim_id} is a number: 1.10 would be 1.1"
            yield Problem(FILE, line, what, 'put it in quotation marks: "1.10"')


def _items(entry: Mapping[str, Any], key: str) -> list[Any]:
    value = entry.get(key) or []
    return value if isinstance(value, list) else []
