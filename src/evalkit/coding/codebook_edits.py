"""Codes added to a codebook file and taken out again; all else in it stays as it is."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from evalkit.coding.codebook import FILE, load_root, parse_codebook
from evalkit.errors import EvalkitError
from evalkit.files import write_whole

_PLAIN = re.compile(r"[^\W\d_][\w ,.()–’/-]*")
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_NO_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def add_codes(path: Path, codes: pd.DataFrame) -> tuple[dict[str, str], list[str]]:
    """Add codes (name, definition) to a codebook; its comments and order stay.

    A name that the codebook has already is that code. Returns the code_id of each
    name, and the ids that are new.
    """
    content, written_as = _read(path)
    codebook = parse_codebook(content)
    ids = dict(zip(codebook.codes["name"], codebook.codes["code_id"], strict=True))
    taken = {*codebook.codes["code_id"]}
    new: list[str] = []
    for name, definition in codes[["name", "definition"]].itertuples(index=False):
        if name not in ids:
            code_id = make_code_id(name, taken)
            taken.add(code_id)
            ids[name] = code_id
            new.append(code_id)
            row = {"id": code_id, "name": name, "definition": definition}
            content = _put(content, row, parent_id="")
    if new:
        write_whole(path, written_as(content))
    return ids, new


def add_code(
    path: Path, code_id: str, *, name: str, parent_id: str = "", definition: str = ""
) -> None:
    """Add one code below another (or as a theme).

    An id that is taken, a parent that is not there and a theme of the same name raise
    `EvalkitError`, and the file stays as it was.
    """
    content, written_as = _read(path)
    codes = parse_codebook(content).codes
    if not re.fullmatch(r"[\w.-]+", code_id):
        raise EvalkitError(
            f"{FILE}: {code_id!r} is no id: use letters, digits, . and -"
        )
    if code_id in codes["code_id"].to_list():
        raise EvalkitError(f"{FILE}: there is a code {code_id!r} already: use it")
    if parent_id and parent_id not in codes["code_id"].to_list():
        raise EvalkitError(f"{FILE}: there is no code {parent_id!r} to put it below")
    row = {"id": code_id, "name": name, "definition": definition}
    content = _put(content, row, parent_id=parent_id)
    parse_codebook(content)
    write_whole(path, written_as(content))


def remove_code(path: Path, code_id: str) -> None:
    """Take a code out that has no codes below it; what cannot be, `EvalkitError`."""
    content, written_as = _read(path)
    before = parse_codebook(content).codes
    codes, at = _find(load_root(content).get("codes") or [], code_id)
    lines = content.split("\n")
    first = codes.lc.item(at)[0] if codes is not None else 0
    last = _find_end(lines, first)
    if codes is not None and len(codes) == 1 and lines[first - 1].strip() == "codes:":
        first -= 1
    wanted = before[before["code_id"].ne(code_id)].reset_index(drop=True)
    for less in (
        "\n".join(lines[:first] + lines[last:]),
        _dump_without(content, code_id),
    ):
        try:
            fits = codes is not None and parse_codebook(less).codes.equals(wanted)
        except EvalkitError:
            continue
        if fits:
            write_whole(path, written_as(less))
            return
    raise EvalkitError(f"{FILE}: code {code_id!r} stays: take it out by hand")


def _read(path: Path) -> tuple[str, Callable[[str], bytes]]:
    """Read a codebook, and say how to write it with the line ends it has."""
    content = path.read_bytes().decode("utf-8") if path.exists() else ""
    mark = "\ufeff" if content.startswith("\ufeff") else ""
    end = "\r\n" if "\r\n" in content else "\n"

    def written_as(new: str) -> bytes:
        return (mark + new.replace("\n", end)).encode()

    return content.removeprefix(mark).replace("\r\n", "\n"), written_as


def make_code_id(name: str, taken: Iterable[str]) -> str:
    """Make a readable id that is not taken.

    >>> make_code_id("Raised morale (own)", {"raised-morale-own"})
    'raised-morale-own-2'
    """
    base = re.sub(r"[^\w.]+", "-", name.casefold()).strip("-.") or "code"
    code_id, n = base, 2
    while code_id in taken:
        code_id, n = f"{base}-{n}", n + 1
    return code_id


def _put(content: str, row: dict[str, str], *, parent_id: str) -> str:
    """Write a code's lines behind its siblings; what is no block, YAML writes anew."""
    before = parse_codebook(content).codes
    put = _put_lines(content, row, parent_id)
    if put is not None:
        try:
            after = parse_codebook(put).codes
        except EvalkitError:
            after = before
        kept = after[after["code_id"].ne(row["id"])].reset_index(drop=True)
        is_in = after["code_id"].eq(row["id"]) & after["parent_id"].eq(parent_id)
        if kept.equals(before) and is_in.any():
            return put
    root = load_root(content)
    row = {key: _as_written(row[key]) for key in row if row[key] or key == "id"}
    siblings, at = _find(root.get("codes") or [], parent_id)
    if not parent_id:
        root["codes"] = [*(root.get("codes") or []), row]
    elif siblings is not None:
        parent = siblings[at]
        parent["codes"] = [*(parent.get("codes") or []), row]
    return _dump(root)


def _put_lines(content: str, row: dict[str, str], parent_id: str) -> str | None:
    root = load_root(content)
    lines = content.removesuffix("\n").split("\n") if content.strip() else []
    siblings, head = root.get("codes"), []
    if parent_id:
        codes, at = _find(siblings or [], parent_id)
        if codes is None or codes.fa.flow_style():
            return None
        siblings = codes[at].get("codes")
        first = codes.lc.item(at)[0]
        if not lines[first].lstrip().startswith("-"):
            return None
        indent = lines[first].index("-") + 2
        end, indent_dash = _find_end(lines, first), indent + 2
        head = [f"{' ' * indent}codes:"]
    else:
        end, indent_dash = len(lines), 2
        head = ["codes:"]
    if siblings:
        if siblings.fa.flow_style():
            return None
        last = siblings.lc.item(len(siblings) - 1)[0]
        if not lines[last].lstrip().startswith("-"):
            return None
        indent_dash, end, head = lines[last].index("-"), _find_end(lines, last), []
    dash, more = " " * indent_dash, " " * (indent_dash + 2)
    new = [f"{dash}- id: {_write(row['id'])}", f"{more}name: {_write(row['name'])}"]
    if row["definition"]:
        new.append(f"{more}definition: {_write(row['definition'])}")
    return "\n".join([*lines[:end], *head, *new, *lines[end:]]) + "\n"


def _dump_without(content: str, code_id: str) -> str:
    root = load_root(content)
    codes, at = _find(root.get("codes") or [], code_id)
    if codes is not None:
        del codes[at]
    _drop_empty(root.get("codes") or [])
    return _dump(root)


def _drop_empty(codes: Any) -> None:
    for code in codes:
        _drop_empty(code.get("codes") or [])
        if "codes" in code and not code["codes"]:
            del code["codes"]


def _find(codes: Any, code_id: str) -> tuple[Any, int]:
    """Find the list that holds a code, and the code's place in it."""
    for at, code in enumerate(codes):
        if str(code.get("id") or "") == code_id:
            return codes, at
        found, below = _find(code.get("codes") or [], code_id)
        if found is not None:
            return found, below
    return None, 0


def _find_end(lines: list[str], first: int) -> int:
    """Find the line after the list item that begins in line `first`."""
    indent = len(lines[first]) - len(lines[first].lstrip())
    end = first + 1
    for at in range(first + 1, len(lines)):
        stripped = lines[at].lstrip()
        if not stripped:
            continue
        if len(lines[at]) - len(stripped) <= indent:
            break
        end = at + 1
    return end


def _write(value: str) -> str:
    """Write a value in YAML, in quotation marks where it needs them."""
    is_plain = _PLAIN.fullmatch(value) and value.casefold() not in _NO_TEXT
    return value if is_plain and value == value.strip() else _quote(value)


def _as_written(value: str) -> Any:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    return value if _write(value) == value else DoubleQuotedScalarString(value)


def _quote(value: str) -> str:
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _dump(root: Any) -> str:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 100
    yaml.preserve_quotes = True
    out = io.StringIO()
    yaml.dump(root, out)
    return out.getvalue()
