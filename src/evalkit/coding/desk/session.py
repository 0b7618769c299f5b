"""What the desk's page asks of Python, and what Python answers.

Messages are plain dictionaries; offsets are characters of the document's text. The
log on the disk is the truth: answers are made of it, and acts are in it when they are
answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evalkit.coding.anchors import AnchorText, find_anchor
from evalkit.coding.codebook import FILE as CODEBOOK_FILE
from evalkit.coding.codebook import Codebook, parse_codebook, read_codebook
from evalkit.coding.codebook_edits import add_code, remove_code
from evalkit.coding.desk.acts import Act, CoderLog, NotSavedError
from evalkit.coding.desk.messages import (
    Message,
    tell_codebook,
    tell_document,
    tell_history,
    tell_suggestions,
)
from evalkit.coding.log import CONSENSUS, Event, hash_text, place_in
from evalkit.errors import EvalkitError, ProblemsError
from evalkit.files import look_at, write_whole
from evalkit.pairing import compare_codings
from evalkit.tables import MASK, list_rows

_OUTCOMES = ("one", "other", "part", "both", "none", "else")


@dataclass(frozen=True)
class Reading:
    """What is read at the desk: a study's tables, and the folder that holds its logs.

    `documents`, `turns`, `texts` and `hashes` are those of `evalkit.read_study`: in
    `texts` the words of people who are gone are masked, `hashes` are of the texts as
    they are. `names` gives coders' names by id.
    """

    folder: Path
    title: str
    first_line: str
    documents: pd.DataFrame
    turns: pd.DataFrame
    texts: Mapping[str, str]
    hashes: Mapping[str, str]
    names: Mapping[str, str]


class Session:
    """A coder at the desk. Methods take a page's message apart and return answers."""

    def __init__(self, reading: Reading, coder_id: str) -> None:
        self.reading = reading
        self.coder_id = coder_id
        self._turns = {
            str(document_id): list_rows(rows)
            for document_id, rows in reading.turns.groupby("document_id", sort=False)
        }
        self._places: dict[str, AnchorText] = {}
        self._suggestions: dict[str, list[Message]] = {}
        self._logs: dict[str, CoderLog] = {}
        self._shown: dict[str, list[str]] = {}
        self._told: dict[tuple[str, str], int] = {}
        self.own = self._log(coder_id)
        self._codebook_stamp = (0, 0)
        self.codebook = self._read_codebook()

    # What is shown

    def open(self, document_id: str) -> Message:
        """Tell all about a document: text, codebook, codings, suggestions, history."""
        self._require(document_id)
        others = self._shown.get(document_id, [])
        self._refresh(document_id, [self.coder_id, *others])
        codings, lost = self._find_codings(document_id, [self.coder_id, *others])
        documents = self.reading.documents
        [row] = list_rows(documents[documents["document_id"].eq(document_id)])
        text, turns = self.reading.texts[document_id], self._turns.get(document_id, [])
        document = tell_document(row, text, turns)
        return {
            "kind": "state",
            "study": {"title": self.reading.title, "key": self.key},
            "coder": {"id": self.coder_id, "name": self._name(self.coder_id)},
            "coders": self._list_others(),
            "shown": others,
            "documents": self.list_documents(),
            "document": {**document, "first_line": self.reading.first_line},
            "codebook": tell_codebook(self.codebook),
            "codings": codings,
            "lost": lost,
            "suggestions": self._suggestions.get(document_id, []),
            **self._tell_marks(document_id),
        }

    @property
    def key(self) -> str:
        """Name the study shortly, for what a browser keeps."""
        folder = str(self.reading.folder.resolve())
        return hashlib.sha256(folder.encode()).hexdigest()[:12]

    def list_documents(self) -> list[Message]:
        """List the documents with how far this coder is in each."""
        counts: dict[str, int] = {}
        for coding in self.own.folded.codings.values():
            counts[coding["document_id"]] = counts.get(coding["document_id"], 0) + 1
        rows = []
        for each in list_rows(self.reading.documents):
            document_id = str(each["document_id"])
            ends = [turn["end"] for turn in self._turns.get(document_id, [])]
            read = self.own.folded.read.get(document_id, 0)
            rows.append(
                {
                    "id": document_id,
                    "title": "" if each["title"] == each["file"] else each["title"],
                    "respondent": each["respondent_id"],
                    "n_turns": len(ends),
                    "n_read": sum(end <= read for end in ends),
                    "n_codings": counts.get(document_id, 0),
                }
            )
        return rows

    def find_next(self) -> str:
        """Find the first document that this coder has not read to its end."""
        documents = self.list_documents()
        left = [each for each in documents if each["n_read"] < each["n_turns"]]
        return str((left or documents)[0]["id"])

    def suggest(self, suggestions: pd.DataFrame) -> None:
        """Take a table of suggestions: document_id, start, end, code_id, and more."""
        self._suggestions = tell_suggestions(
            suggestions, self.reading.texts, attributes=self.codebook.attributes
        )

    def show(self, document_id: str, coders: Sequence[str]) -> Message:
        """Tell the codings of other coders, who were asked for."""
        self._require(document_id)
        others = [each["id"] for each in self._list_others()]
        self._shown[document_id] = [each for each in coders if each in others]
        self._refresh(document_id, self._shown[document_id])
        codings, _ = self._find_codings(document_id, self._shown[document_id])
        return {
            "kind": "others",
            "document_id": document_id,
            "shown": self._shown[document_id],
            "codings": codings,
        }

    def compare(self, document_id: str, one: str, other: str) -> Message:
        """Tell where two coders differ in a document, and what was decided."""
        self._require(document_id)
        both = []
        for coder_id in (one, other):
            self._log(coder_id).refresh()
            both.append(self._find_codings(document_id, [coder_id])[0])
        pairs = compare_codings(*([_as_logged(c) for c in codings] for codings in both))
        consensus = self._log(CONSENSUS)
        consensus.refresh()
        return {
            "kind": "compare",
            "document_id": document_id,
            "coders": [one, other],
            "codings": [*both[0], *both[1]],
            "pairs": [pair._asdict() for pair in pairs],
            "decided": [
                {key: event.get(key, "") for key in ("coding_ids", "outcome", "reason")}
                for event in consensus.folded.decided.values()
                if event["document_id"] == document_id and event["outcome"]
            ],
            "consensus": self._find_codings(document_id, [CONSENSUS])[0],
            "history": tell_history(consensus.history(document_id)),
        }

    # What is done

    def do(self, act: Message) -> Message:
        """Do an act of the page's: check it, put it on the disk, tell what changed."""
        act_id, document_id = str(act["id"]), str(act["document_id"])
        self._require(document_id)
        log = self._log(CONSENSUS if act.get("consensus") else self.coder_id)
        log.refresh()
        if log.has_act(act_id):
            done = Act(act_id, str(act.get("label", "")), act.get("events", []))
        elif "undo" in act or "redo" in act:
            done = self._step(act_id, document_id, act, log)
        else:
            events = self._check_all(act["events"], document_id, log)
            done = Act(act_id, act["label"], events)
            with self._changing_codebook(events):
                log.do(act_id, document_id, done.label, events)
        ids = _list_ids([*done.events, *done.inverse])
        codings, _ = self._find_codings(document_id, [log.coder_id], ids)
        told = {
            "kind": "done",
            "act": act_id,
            "document_id": document_id,
            "consensus": log.coder_id != self.coder_id,
            "label": done.label,
            "set": codings,
            "gone": sorted(ids - {coding["id"] for coding in codings}),
            **self._tell_marks(document_id),
        }
        if log.coder_id != self.coder_id:
            told["history"] = tell_history(log.history(document_id))
        if any(each["event"] in ("code", "uncode") for each in done.events):
            told["codebook"] = tell_codebook(self.codebook)
        told["documents"] = self.list_documents()
        return told

    def look(self, documents: Iterable[str]) -> list[Message]:
        """Tell what changed on the disk since it was told, for open documents."""
        messages: list[Message] = []
        if look_at(self.reading.folder / CODEBOOK_FILE) != self._codebook_stamp:
            self.codebook = self._read_codebook()
            messages.append(
                {"kind": "codebook", "codebook": tell_codebook(self.codebook)}
            )
        for document_id in documents:
            if self._is_news(document_id, self.coder_id):
                messages.append({**self.open(document_id), "why": "elsewhere"})
            shown = self._shown.get(document_id, [])
            changed = [name for name in shown if self._is_news(document_id, name)]
            if changed:
                told = self.show(document_id, shown)
                messages.append({**told, "changed": changed})
        return messages

    def _is_news(self, document_id: str, coder_id: str) -> bool:
        log = self._log(coder_id)
        log.refresh()
        return self._told.get((document_id, coder_id)) != log.n_loads

    def _refresh(self, document_id: str, coders: Iterable[str]) -> None:
        """Read the logs that are about to be told whole, and remember which state."""
        for coder_id in coders:
            log = self._log(coder_id)
            log.refresh()
            self._told[document_id, coder_id] = log.n_loads

    def _require(self, document_id: str) -> None:
        if document_id not in self.reading.texts:
            raise EvalkitError(f"There is no document {document_id!r} in this study.")

    def _step(self, act_id: str, document_id: str, act: Message, log: CoderLog) -> Act:
        history = log.history(document_id)
        by = self.coder_id if log.coder_id != self.coder_id else ""
        if "undo" in act:
            of = str(act["undo"] or "")
            acts = [each for each in history.done if of in ("", each.act_id)]
            with self._changing_codebook(acts[-1].inverse if acts else []):
                return log.undo(act_id, document_id, of, by=by)
        acts = history.undone[-1:]
        with self._changing_codebook(acts[-1].events if acts else []):
            return log.redo(act_id, document_id, by=by)

    def _check_all(
        self, events: Sequence[Event], document_id: str, log: CoderLog
    ) -> list[Event]:
        """Check an act's events; a decision takes out what one before it put in."""
        if log.coder_id == CONSENSUS:
            sources = {
                _say_source(each["coding_ids"])
                for each in events
                if each["event"] == "decide"
            }
            old = [
                {"event": "remove", "coding_id": coding_id}
                for coding_id, coding in log.folded.codings.items()
                if coding["document_id"] == document_id
                and coding.get("source") in sources
            ]
            events = [{**event, "by": self.coder_id} for event in (*old, *events)]
        gone = {each["coding_id"] for each in events if each["event"] == "remove"}
        seen: set[tuple[object, ...]] = set()
        checked = []
        for event in events:
            checked.append(self._check(event, document_id, log, gone))
            if event["event"] == "add":
                place = (event["start"], event["end"], event["code_id"])
                if place in seen:
                    raise EvalkitError("One code twice on exactly these words.")
                seen.add(place)
        return checked

    def _check(
        self, event: Event, document_id: str, log: CoderLog, gone: set[str]
    ) -> Event:
        """Check an event of the page's, and complete it from the text."""
        kind = event.get("event")
        if kind == "unreject":
            return {**event, **self._find_rejected(event, document_id)}
        place: Event = {}
        if "start" in event:
            place = self._place_in(document_id, event["start"], event["end"])
        if kind == "decide" and event["outcome"] not in _OUTCOMES:
            raise EvalkitError(f"{event['outcome']!r} is no decision.")
        if kind not in ("add", "edit", "remove"):
            return {**event, **place}
        known = log.folded.codings
        coding = known.get(event["coding_id"])
        if kind == "add" and coding is not None:
            raise EvalkitError("There is a coding of this id already.")
        if kind != "add" and (coding or {}).get("document_id") != document_id:
            raise EvalkitError("This coding is gone.")
        if kind == "remove" or not (place or "code_id" in event):
            return event
        codings, _ = self._find_codings(document_id, [log.coder_id])
        standing = {each["id"]: each for each in codings}
        mine = standing.pop(event["coding_id"], {})
        wanted = {**mine, **event, "code": event.get("code_id", mine.get("code"))}
        is_there = any(
            all(each[name] == wanted.get(name) for name in ("start", "end", "code"))
            for each in standing.values()
            if each["id"] not in gone
        )
        if is_there:
            name, code = self._name(log.coder_id), self._name_code(wanted["code"])
            raise EvalkitError(f"{name} has already put {code} on exactly these words.")
        return {**event, **place}

    def _place_in(self, document_id: str, start: int, end: int) -> Event:
        text = self.reading.texts[document_id]
        if not 0 <= start < end <= len(text):
            raise EvalkitError("These words are not in the transcript.")
        if self._is_masked(document_id) and MASK in text[start:end]:
            raise EvalkitError("These words are withdrawn.")
        hashed = self.reading.hashes[document_id]
        return {**place_in(text, start, end), "text_sha256": hashed}

    def _find_rejected(self, event: Event, document_id: str) -> Event:
        """Find the rejection that stands where the page says, by its logged place."""
        names = ("start", "end", "quotation")
        for each in self.own.folded.rejected.values():
            if (each["document_id"], each["code_id"]) != (
                document_id,
                event["code_id"],
            ):
                continue
            found = find_anchor({"quotation": "", **each}, self._place(document_id))
            if (found.start, found.end) == (event["start"], event["end"]):
                return {name: each[name] for name in names if name in each}
        raise EvalkitError("This suggestion is not rejected any more.")

    @contextmanager
    def _changing_codebook(self, events: Sequence[Event]) -> Iterator[None]:
        """Make or take out an act's codes; if then its log fails, put all back."""
        path = self.reading.folder / CODEBOOK_FILE
        if not any(event["event"] in ("code", "uncode") for event in events):
            yield
            return
        try:
            before = path.read_bytes() if path.exists() else b""
            self.codebook = self._read_codebook()
            self._refuse_used(events)
        except (ProblemsError, OSError) as error:
            raise NotSavedError(str(error)) from error
        try:
            self._write_codes(path, events)
            yield
        except (EvalkitError, OSError) as error:
            write_whole(path, before)
            if isinstance(error, (ProblemsError, OSError)):
                raise NotSavedError(str(error)) from error
            raise
        finally:
            self.codebook = self._read_codebook()

    def _write_codes(self, path: Path, events: Iterable[Event]) -> None:
        known = {*self.codebook.codes["code_id"]}
        for event in events:
            if event["event"] == "code":
                add_code(
                    path,
                    event["code_id"],
                    name=event["name"],
                    parent_id=event.get("parent_id", ""),
                    definition=event.get("definition", ""),
                )
            elif event["event"] == "uncode" and event["code_id"] in known:
                remove_code(path, event["code_id"])

    def _refuse_used(self, events: Sequence[Event]) -> None:
        """A code that other codings stand on, anybody's, is not taken away."""
        codes = {each["code_id"] for each in events if each["event"] == "uncode"}
        gone = {each["coding_id"] for each in events if each["event"] == "remove"}
        if not codes:
            return
        for path in (self.reading.folder / "codings").glob("*.jsonl"):
            log = self._log(path.stem)
            log.refresh()
            for coding_id, coding in log.folded.codings.items():
                if coding["code_id"] in codes and coding_id not in gone:
                    code = self._name_code(coding["code_id"])
                    raise EvalkitError(f"{code} is on other words too: it stays.")

    # What it is made of

    def _log(self, coder_id: str) -> CoderLog:
        if coder_id not in self._logs:
            path = self.reading.folder / "codings" / f"{coder_id}.jsonl"
            self._logs[coder_id] = CoderLog(path)
        return self._logs[coder_id]

    def _place(self, document_id: str) -> AnchorText:
        if document_id not in self._places:
            text = self.reading.texts[document_id]
            hashed = self.reading.hashes[document_id]
            self._places[document_id] = AnchorText(text, sha256=hashed)
        return self._places[document_id]

    def _is_masked(self, document_id: str) -> bool:
        place = self._place(document_id)
        return MASK in place.text and hash_text(place.text) != place.sha256

    def _find_codings(
        self, document_id: str, coders: Iterable[str], only: set[str] | None = None
    ) -> tuple[list[Message], list[Message]]:
        """Give coders' codings of a document where they stand today; and the lost."""
        where, is_masked = self._place(document_id), self._is_masked(document_id)
        found, lost = [], []
        for coder_id in coders:
            codings = self._log(coder_id).folded.codings
            ids = codings if only is None else sorted(only & codings.keys())
            for coding_id in ids:
                coding = codings[coding_id]
                if coding["document_id"] != document_id:
                    continue
                if is_masked and coding.get("text_sha256") == where.sha256:
                    words = where.text[coding["start"] : coding["end"]]
                    if MASK in words:
                        continue  # they are withdrawn
                anchor = find_anchor(coding, where)
                told = {
                    "id": coding_id,
                    "code": coding["code_id"],
                    "coder": coder_id,
                    "attributes": coding.get("attributes", {}),
                    "memo": coding.get("memo", ""),
                    "at": coding.get("at", ""),
                    "source": coding.get("source", ""),
                    "status": anchor.status,
                }
                if anchor.start is None and is_masked:  # they may be withdrawn
                    lost.append({**told, "quotation": "", "memo": ""})
                elif anchor.start is None:
                    lost.append({**told, "quotation": coding["quotation"]})
                else:
                    found.append({**told, "start": anchor.start, "end": anchor.end})
        return found, lost

    def _tell_marks(self, document_id: str) -> Message:
        """Tell what the log holds beside codings: rejected, memos, how far, history."""
        folded = self.own.folded
        where = self._place(document_id)
        rejected = []
        for event in folded.rejected.values():
            if event["document_id"] != document_id:
                continue
            anchor = find_anchor({"quotation": "", **event}, where)
            if anchor.start is not None:
                told = {"start": anchor.start, "end": anchor.end}
                told["code"] = event["code_id"]
                rejected.append({**told, "at": event.get("at", "")})
        return {
            "rejected": rejected,
            "memos": {
                "document": folded.memos.get(("document", document_id), {}).get(
                    "memo", ""
                ),
                "codes": {
                    of: event["memo"]
                    for (about, of), event in folded.memos.items()
                    if about == "code"
                },
            },
            "read": folded.read.get(document_id, 0),
            "history": tell_history(self.own.history(document_id)),
        }

    def _list_others(self) -> list[Message]:
        paths = sorted((self.reading.folder / "codings").glob("*.jsonl"))
        return [
            {"id": path.stem, "name": self._name(path.stem)}
            for path in paths
            if path.stem != self.coder_id
        ]

    def _name(self, coder_id: str) -> str:
        return self.reading.names.get(coder_id) or coder_id

    def _name_code(self, code_id: str) -> str:
        codes = self.codebook.codes
        names = codes.loc[codes["code_id"].eq(code_id), "name"].to_list()
        return names[0] if names else code_id

    def _read_codebook(self) -> Codebook:
        path = self.reading.folder / CODEBOOK_FILE
        self._codebook_stamp = look_at(path)
        return read_codebook(path) if path.exists() else parse_codebook("")


def _say_source(coding_ids: Iterable[str]) -> str:
    return f"adjudicated: {', '.join(sorted(coding_ids))}"


def _list_ids(events: Iterable[Event]) -> set[str]:
    return {str(event["coding_id"]) for event in events if "coding_id" in event}


def _as_logged(coding: Message) -> Message:
    return {**coding, "coding_id": coding["id"], "code_id": coding["code"]}
