"""A coder's log as the desk works on it: acts are done, undone and done again.

An act is what a person did in one go: one or more events that carry its id. Undoing
appends the inverse of its events (`undoes`), doing it again appends them once more
(`redoes`), so that what can be undone is known from the log alone, after a restart too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evalkit.coding.log import (
    Event,
    Folded,
    append_events,
    decision_key,
    now,
    place_key,
    read_events,
)
from evalkit.errors import EvalkitError
from evalkit.files import look_at

_STAMPS = {"at", "act", "label", "undoes", "redoes"}


class NotSavedError(EvalkitError):
    """The disk is the matter, not the act: it can be done once that is mended."""


@dataclass
class Act:
    """What was done in one go in a document, and the events that would take it back."""

    act_id: str
    label: str
    events: list[Event] = field(default_factory=list)
    inverse: list[Event] = field(default_factory=list)


@dataclass
class History:
    """A document's acts: those that stand, and those undone, the latest last."""

    done: list[Act] = field(default_factory=list)
    undone: list[Act] = field(default_factory=list)


class CoderLog:
    """One coder's log: folded, with the history of each document.

    Every change is on the disk when the method returns. An act whose id the log
    already holds is not done twice: a page that was reloaded may send it again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.coder_id = path.stem
        self.n_loads = 0
        self.load()

    def load(self) -> None:
        """Read the log from the disk."""
        self._stamp = (-1, -1)  # what cannot be read is looked at again
        try:
            stamp = self._look()
            events = list(read_events(self.path)) if stamp[0] else []
        except OSError as error:
            raise self._explain(error, "read") from error
        except EvalkitError as error:
            raise NotSavedError(str(error)) from error
        self.folded = Folded(f"codings/{self.path.name}")
        self._histories: dict[str, History] = {}
        self._taken: set[str] = set()
        self._line = 0
        for line, event in events:
            self._take(line, event)
        self._stamp = stamp
        self.n_loads += 1

    def refresh(self) -> None:
        """Read the log again if anybody else wrote it (`n_loads` tells)."""
        if self._look() != self._stamp:
            self.load()

    def has_act(self, act_id: str) -> bool:
        """Say whether an act (an undoing, a redoing) is in the log already."""
        return act_id in self._taken

    def history(self, document_id: str) -> History:
        """Give the history of a document."""
        return self._histories.setdefault(document_id, History())

    def do(
        self, act_id: str, document_id: str, label: str, events: Iterable[Event]
    ) -> None:
        """Append an act's events, which the caller has checked."""
        self._append(
            {**event, "document_id": document_id, "act": act_id, "label": label}
            for event in events
        )

    def undo(self, act_id: str, document_id: str, of: str = "", *, by: str = "") -> Act:
        """Append the inverse of the document's latest act (or of act `of`)."""
        acts = self.history(document_id).done
        act = _choose(acts, of, "undo")
        stamps = {"document_id": document_id, "act": act_id, "undoes": act.act_id}
        return self._step(acts, act, act.inverse, stamps | ({"by": by} if by else {}))

    def redo(self, act_id: str, document_id: str, *, by: str = "") -> Act:
        """Append the events of the act that was undone last once more."""
        acts = self.history(document_id).undone
        act = _choose(acts, "", "redo")
        stamps = {"document_id": document_id, "act": act_id, "redoes": act.act_id}
        return self._step(acts, act, act.events, stamps | ({"by": by} if by else {}))

    def _step(
        self, acts: list[Act], act: Act, events: list[Event], stamps: Event
    ) -> Act:
        possible = self._keep_possible(events)
        if not possible:
            acts.remove(act)
            raise EvalkitError(f"{act.label!r} cannot be: it was changed elsewhere.")
        self._append({**event, **stamps} for event in possible)
        return act

    def _keep_possible(self, events: Iterable[Event]) -> list[Event]:
        """Leave out what does not apply any more: somebody else was here too."""
        standing = {*self.folded.codings}
        kept = []
        for event in events:
            coding_id = event.get("coding_id")
            if coding_id is not None:
                if (coding_id in standing) == (event["event"] == "add"):
                    continue
                if event["event"] == "add":
                    standing.add(coding_id)
                elif event["event"] == "remove":
                    standing.discard(coding_id)
            kept.append(event)
        return kept

    def _explain(self, error: OSError, verb: str) -> NotSavedError:
        what = (error.strerror or str(error)).lower()
        return NotSavedError(f"codings/{self.path.name} cannot be {verb} ({what})")

    def _look(self) -> tuple[int, int]:
        try:
            return look_at(self.path)
        except OSError as error:
            raise self._explain(error, "read") from error

    def _append(self, events: Iterable[Event]) -> None:
        stamped = [{**event, "at": now()} for event in events]
        known = self._stamp[0]
        try:
            began, ended = append_events(self.path, stamped)
        except OSError as error:
            raise self._explain(error, "written") from error
        stamp = self._look()
        if (began, ended) != (known, stamp[0]):  # somebody else wrote too
            self.load()
            return
        self._stamp = stamp
        for event in stamped:
            self._line += 1
            self._take(self._line, event)

    def _take(self, line: int, event: Event) -> None:
        is_act = "act" in event and "document_id" in event
        inverse = _invert(event, self.folded) if is_act else None
        self.folded.apply(line, event)
        self._line = line
        if not is_act:
            return
        act_id, history = event["act"], self.history(event["document_id"])
        is_first = act_id not in self._taken
        self._taken.add(act_id)
        if "undoes" in event:
            if is_first:
                _move(event["undoes"], history.done, history.undone)
            return
        if "redoes" in event:
            if is_first:
                _move(event["redoes"], history.undone, history.done)
                for act in history.done[-1:]:
                    act.inverse = []
        elif is_first:
            history.done.append(Act(act_id, event.get("label", "")))
            history.undone.clear()
        of = event.get("redoes", act_id)  # a merge of two logs mixes acts line by line
        for act in (each for each in history.done if each.act_id == of):
            if "redoes" not in event:
                act.events.append(_strip(event))
            if inverse:
                act.inverse.insert(0, inverse)


def _choose(acts: list[Act], act_id: str, verb: str) -> Act:
    for act in reversed(acts):
        if act_id in ("", act.act_id) and (act.inverse or verb != "undo"):
            return act
    raise EvalkitError(f"Nothing to {verb}.")


def _move(act_id: str, here: list[Act], there: list[Act]) -> None:
    for act in reversed(here):
        if act.act_id == act_id:
            here.remove(act)
            there.append(act)
            return


def _strip(event: Mapping[str, Any]) -> Event:
    return {key: value for key, value in event.items() if key not in _STAMPS}


def _invert(event: Event, before: Folded) -> Event | None:
    """Give the event that takes an event back; none where it changes nothing."""
    kind = event["event"]
    if kind in ("code", "uncode"):
        return {**_strip(event), "event": "uncode" if kind == "code" else "code"}
    if kind in ("reject", "unreject"):
        rejected = before.rejected.get(place_key(event))
        return _strip(rejected or {**event, "event": "unreject"})
    if kind == "memo":
        old = before.memos.get((event["about"], event["of"]), {})
        return {**_strip(event), "memo": old.get("memo", "")}
    if kind == "read":
        return {**_strip(event), "end": before.read.get(event["document_id"], 0)}
    if kind == "decide":
        decided = before.decided.get(decision_key(event))
        return _strip(decided or {**event, "outcome": "", "reason": ""})
    standing = before.codings.get(event["coding_id"])
    if kind == "add":
        gone = {"event": "remove", "coding_id": event["coding_id"]}
        return gone if standing is None else None
    if standing is None:
        return None
    if kind == "remove":
        return {**_strip(standing), "event": "add"}
    old = {key: standing.get(key, "") for key in _strip(event)}
    if "attributes" in event:
        marks = standing.get("attributes", {})
        old["attributes"] = {name: marks.get(name, "") for name in event["attributes"]}
    return {**old, "event": "edit"}
