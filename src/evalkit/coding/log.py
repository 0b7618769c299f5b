"""The coding log: one JSON line an event, on disk before anyone is told "saved".

The module stays light (no pandas), so that a process can write a coding at once.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from evalkit.errors import EvalkitError, Problem

Event = dict[str, Any]
CONTEXT = 32
CONSENSUS = "consensus"  # the log of what coders who were compared agreed on


_BATCH = 1000
_TYPES: Mapping[str, type] = {
    **dict.fromkeys(("start", "end"), int),
    **dict.fromkeys(("coding_id", "document_id", "code_id", "quotation"), str),
    **dict.fromkeys(("before", "after", "memo", "at"), str),
    **dict.fromkeys(("about", "of", "outcome", "act", "label", "source"), str),
    "attributes": dict,
    "coding_ids": list,
}

_REQUIRED = {
    "add": ("coding_id", "document_id", "start", "end", "code_id", "quotation"),
    "edit": ("coding_id",),
    "remove": ("coding_id",),
    "reject": ("document_id", "start", "end", "code_id"),
    "unreject": ("document_id", "start", "end", "code_id"),
    "memo": ("about", "of", "memo"),
    "read": ("document_id", "end"),
    "code": ("code_id", "name"),
    "uncode": ("code_id",),
    "decide": ("document_id", "coding_ids", "outcome"),
}
EVENTS = tuple(_REQUIRED)


class Logged(NamedTuple):
    """An event, and the line of the log it stands on."""

    line: int
    event: Event


@dataclass
class Folded:
    """A log, folded: the codings that stand by id, and the line that last set each.

    `rejected` has the suggestions that were rejected, by place and code; `memos` those
    on codes and documents, by (about, of); `read` how far each document was read;
    `decided` the decisions between two coders' codings, by document and their ids.
    """

    file: str
    codings: dict[str, Event] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    rejected: dict[tuple[str, int, int, str], Event] = field(default_factory=dict)
    memos: dict[tuple[str, str], Event] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    decided: dict[tuple[str, ...], Event] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _added: dict[str, Event] = field(default_factory=dict)

    def apply(self, line: int, event: Event) -> None:
        """Take one more event into account.

        A line that a merge has doubled counts once. An event on a coding that is not
        there is a problem with its line, and changes nothing.
        """
        kind = event["event"]
        if kind not in ("add", "edit", "remove"):
            self._apply_other(kind, event)
            return
        coding_id = event["coding_id"]
        standing = self.codings.get(coding_id)
        if kind == "add":
            if standing is None:
                self.codings[coding_id] = event
                self.lines[coding_id] = line
                self._added[coding_id] = event
            elif self._added[coding_id] != event:
                what = f"coding {coding_id!r} is added twice, differently"
                mend = "give one of the two another coding_id"
                self.problems.append(Problem(self.file, line, what, mend))
        elif standing is None:
            what = f"{kind} of coding {coding_id!r}, which is not there"
            mend = "delete the line"
            self.problems.append(Problem(self.file, line, what, mend, warning=True))
        elif kind == "remove":
            del self.codings[coding_id]
        else:
            changed = {**standing, **event, "event": "add"}
            if "attributes" in event:
                before = standing.get("attributes", {})
                changed["attributes"] = {**before, **event["attributes"]}
            for name in ("at", "document_id"):
                changed[name] = standing.get(name, "")
            self.codings[coding_id] = changed
            self.lines[coding_id] = line

    def _apply_other(self, kind: str, event: Event) -> None:
        if kind == "reject":
            self.rejected[place_key(event)] = event
        elif kind == "unreject":
            self.rejected.pop(place_key(event), None)
        elif kind == "memo":
            self.memos[event["about"], event["of"]] = event
        elif kind == "read":
            self.read[event["document_id"]] = event["end"]
        elif kind == "decide":
            self.decided[decision_key(event)] = event


def place_key(event: Mapping[str, Any]) -> tuple[str, int, int, str]:
    """Say what makes a suggestion the same: its place and its code."""
    return event["document_id"], event["start"], event["end"], event["code_id"]


def decision_key(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what makes a decision the same: its document and the codings it is about."""
    return event["document_id"], *sorted(map(str, event["coding_ids"]))


def hash_text(text: str) -> str:
    """Hash a document's text: a coding knows the text it was made on."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def new_coding_id(coder_id: str) -> str:
    """Make an id that no other process will make."""
    return f"{coder_id}-{secrets.token_hex(6)}"


def now() -> str:
    """Give the time of an event, in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def place_in(text: str, start: int, end: int) -> Event:
    """Describe a span so that it is found again in a corrected text.

    >>> place_in("We left early.", 3, 7)["quotation"]
    'left'
    """
    if not 0 <= start < end <= len(text):
        raise ValueError(f"no span {start}:{end} in a text of {len(text)} characters")
    return {
        "start": start,
        "end": end,
        "quotation": text[start:end],
        "before": text[max(0, start - CONTEXT) : start],
        "after": text[end : end + CONTEXT],
        "text_sha256": hash_text(text),
    }


def append_events(path: Path, events: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Append events to a coder's log; when this returns, they are on the disk.

    Returns where in the file they begin and end: others may have written meanwhile.

    Two processes may append to one log. A line that a dying process left half
    written was never acknowledged: it is set aside before the next is written.
    """
    lines = "".join(
        json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"
        for event in events
    )
    if not lines:
        size = path.stat().st_size if path.exists() else 0
        return size, size
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("a+b") as log:
        _lock(log.fileno())
        _mend_end(log.fileno(), path)
        began = os.fstat(log.fileno()).st_size
        written = log.write(lines.encode("utf-8", "surrogatepass"))
        log.flush()
        os.fsync(log.fileno())
    if is_new:
        _sync_folder(path.parent)
    return began, began + written


def _lock(descriptor: int) -> None:
    """Hold the log for this process until it is closed (where the system can)."""
    try:
        import fcntl
    except ImportError:  # Windows: one kernel a coder
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def _mend_end(descriptor: int, path: Path) -> None:
    size = os.fstat(descriptor).st_size
    tail = b""
    while size > len(tail) and b"\n" not in tail:
        step = min(size - len(tail), 65536)
        os.lseek(descriptor, size - len(tail) - step, os.SEEK_SET)
        tail = os.read(descriptor, step) + tail
    torn = tail.rsplit(b"\n", 1)[-1]
    if not torn:
        return
    try:
        json.loads(torn)
    except ValueError:
        with path.with_suffix(".torn").open("ab") as aside:
            aside.write(torn + b"\n")
        os.ftruncate(descriptor, size - len(torn))
    else:
        os.lseek(descriptor, 0, os.SEEK_END)
        os.write(descriptor, b"\n")


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_events(path: Path) -> Iterator[Logged]:
    """Read a log's events; a line that is no event is an error with its number."""
    file = f"codings/{path.name}"
    try:
        content = path.read_text(encoding="utf-8-sig", errors="surrogatepass")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        what = f"{file}:{line}: it is not UTF-8: save it as UTF-8"
        raise EvalkitError(what) from error
    return parse_events(content, file=file)


def parse_events(content: str, *, file: str) -> Iterator[Logged]:
    r"""Parse a log's lines. A last line that breaks off was never acknowledged.

    >>> list(parse_events('{"event":"remove","coding_id":"a"}\n{"ev', file="a.jsonl"))
    [Logged(line=1, event={'event': 'remove', 'coding_id': 'a'})]
    """
    lines = content.split("\n")
    for first in range(0, len(lines), _BATCH):
        batch = lines[first : first + _BATCH]
        is_last = first + _BATCH >= len(lines)
        yield from _parse_lines(batch, first, is_last=is_last, file=file)


def _parse_lines(
    lines: list[str], before: int, *, is_last: bool, file: str
) -> Iterator[Logged]:
    """Parse lines together, which is faster; one by one where that does not go."""
    events: list[Any] = []
    if all(line.startswith("{") and line.endswith("}") for line in lines):
        with contextlib.suppress(ValueError):
            events = json.loads(f"[{','.join(lines)}]")
    numbered: Iterator[tuple[int, Any]] = enumerate(events, start=before + 1)
    if len(events) != len(lines):
        numbered = _parse_each(lines, before, is_last=is_last, file=file)
    for number, event in numbered:
        kind = event.get("event") if isinstance(event, dict) else None
        required = _REQUIRED.get(kind) if isinstance(kind, str) else None
        missing = [x for x in required if x not in event] if required else []
        if required is None or missing:
            what = (
                f"the event has no {', '.join(missing)}"
                if missing
                else f"the event is none of {', '.join(EVENTS)}"
            )
            raise EvalkitError(
                f"{file}:{number}: {what}: restore the line from a copy, or delete it"
            )
        wrong = [
            x for x in event if type(event[x]) is not _TYPES.get(x, type(event[x]))
        ]
        if wrong:
            raise EvalkitError(
                f"{file}:{number}: {wrong[0]} is {event[wrong[0]]!r}, which it may not "
                "be: restore the line from a copy, or delete it"
            )
        yield Logged(number, event)


def _parse_each(
    lines: list[str], before: int, *, is_last: bool, file: str
) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, start=before + 1):
        if not line or line.isspace():
            continue
        try:
            yield number, json.loads(line)
        except ValueError as error:
            if is_last and number == before + len(lines):
                return
            raise EvalkitError(
                f"{file}:{number}: the line is no event ({error}): "
                "restore it from a copy, or delete the line"
            ) from error


def _without_collector(events: Iterable[Logged]) -> Iterator[Logged]:
    """Events hold no cycles: looking for some would cost more than parsing them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield from events
    finally:
        if was_on:
            gc.enable()


def fold_events(events: Iterable[Logged], *, file: str) -> Folded:
    """Fold a log into the codings that stand, in the order they were first made.

    >>> add = {"event": "add", "coding_id": "a", "code_id": "x"}
    >>> edit = {"event": "edit", "coding_id": "a", "code_id": "y"}
    >>> folded = fold_events([Logged(1, add), Logged(2, edit)], file="ana.jsonl")
    >>> folded.codings["a"]["code_id"]
    'y'
    """
    folded = Folded(file)
    for line, event in _without_collector(events):
        folded.apply(line, event)
    return folded
