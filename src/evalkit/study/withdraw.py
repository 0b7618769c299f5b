"""A person's withdrawal: written down, and where their words still stand."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from evalkit.coding.log import CONTEXT, Event, read_events
from evalkit.errors import EvalkitError, Problem, ProblemsError, UnreadableError
from evalkit.files import write_whole
from evalkit.shingles import Runs
from evalkit.study.checks import EVERY_DOCUMENT, find_transcript
from evalkit.study.read import (
    _collect_turns,
    _find_gone,
    _read_table,
    _read_transcripts,
    parse_table,
    read_study,
)
from evalkit.study.verdicts import FILE as VERDICTS_FILE
from evalkit.tables import DOCUMENTS, RESPONDENTS, SPEAKERS, list_rows, suggest
from evalkit.transcripts.encoding import decode
from evalkit.transcripts.read import PARSERS, read_sources
from evalkit.transcripts.source import LARGEST

_PEOPLE = "respondents.csv"
_COLUMN = "withdrawn_on"
_MARKS = (  # UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "latin-1"),
)


@dataclass(frozen=True)
class Withdrawal:
    """What leaves every table, figure and report when a person withdraws.

    `documents` leave whole; in those of `shared` others speak too, and this person's
    words are masked. `n_codings` are everybody's codings that leave. All are empty for
    somebody whose words were left out before.
    """

    respondent_id: str
    on: str
    documents: tuple[str, ...]
    shared: tuple[str, ...]
    n_codings: int


def withdraw(folder: str | Path, respondent_id: str, *, on: str) -> Withdrawal:
    """Write into respondents.csv that a person withdrew on a date (YYYY-MM-DD).

    Nothing else of the file changes, and no other file does (see `list_remains`).
    Withdrawing again on the same date changes nothing. `EvalkitError` says what is
    wrong with the study, the person or the date; then nothing is written.
    """
    folder = Path(folder)
    _check_date(on)
    before = read_study(folder)
    path = folder / _PEOPLE
    content, people = _read_people(path)
    row = _find_row(people, respondent_id)
    standing = str(people.loc[row, _COLUMN]) if _COLUMN in people else ""
    if standing and standing != on:
        what = f"{respondent_id} withdrew already, on {standing}"
        mend = f"leave it, or write another date into {_COLUMN} yourself"
        raise ProblemsError([Problem(_PEOPLE, row + 2, what, mend)])
    if not standing:
        write_whole(path, _write_date(content, people, row=row, on=on))
    after = read_study(folder)
    kept = after.documents["document_id"]
    was_here = before.documents["document_id"]
    theirs = before.turns.loc[
        before.turns["respondent_id"].eq(respondent_id), "document_id"
    ]
    return Withdrawal(
        respondent_id,
        on,
        tuple(was_here[~was_here.isin(kept)]),
        tuple(kept[kept.isin(theirs)]),
        len(before.codings) - len(after.codings),
    )


def _check_date(on: str) -> None:
    try:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", on):
            raise ValueError(on)
        date.fromisoformat(on)
    except ValueError as error:
        raise EvalkitError(
            f"{on!r} is no date: write one such as 2026-05-31"
        ) from error


def _read_people(path: Path) -> tuple[bytes, pd.DataFrame]:
    try:
        content = path.read_bytes()
        return content, parse_table(decode(content)[0], file=_PEOPLE)
    except OSError as error:
        what, mend = "the file cannot be read", "put it back"
        raise ProblemsError([Problem(_PEOPLE, 0, what, mend)]) from error
    except UnreadableError as error:
        raise ProblemsError([error.at(_PEOPLE)]) from error


def _find_row(people: pd.DataFrame, respondent_id: str) -> int:
    known = people.get("respondent_id", pd.Series(dtype="str"))
    rows = [int(row) for row in known.index[known.eq(respondent_id)]]
    if not rows or not respondent_id:
        what = f"respondent_id {respondent_id!r} is unknown"
        mend = suggest(respondent_id, known, "the file, if the person took part")
        raise ProblemsError([Problem(_PEOPLE, 0, what, mend)])
    if len(rows) > 1:
        what = f"respondent_id {respondent_id!r} stands twice (row {rows[0] + 2} too)"
        raise ProblemsError([Problem(_PEOPLE, rows[1] + 2, what, "keep one of them")])
    return rows[0]


def _write_date(content: bytes, people: pd.DataFrame, *, row: int, on: str) -> bytes:
    """Write the date into its cell, and every other byte as it was."""
    mark, codec = _find_codec(content)
    text = content[len(mark) :].decode(codec)
    head = decode(content)[0].split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    lines = list(_cut_cells(text, delimiter))
    names = list(people.columns)
    cells = {row + 1: on}
    if _COLUMN not in names:
        cells = dict.fromkeys([int(each) + 1 for each in people.index], "")
        cells |= {0: _COLUMN, row + 1: on}
    at = (*names, _COLUMN).index(_COLUMN)
    for line in sorted(cells, reverse=True):
        text = _set_cell(text, lines[line], at, cells[line], delimiter)
    written = mark + text.encode(codec)
    wanted = people.assign(**{_COLUMN: people.get(_COLUMN, "")})
    wanted.loc[row, _COLUMN] = on
    found = parse_table(decode(written)[0], file=_PEOPLE)
    if found.to_csv() != wanted.to_csv():
        what = f"{on} cannot be written without changing another cell"
        mend = f"write it into {_COLUMN} in your spreadsheet"
        raise ProblemsError([Problem(_PEOPLE, row + 2, what, mend)])
    return written


def _find_codec(content: bytes) -> tuple[bytes, str]:
    """Give the bytes' mark, and a codec that gives every other byte back as it was.

    What separates cells is ASCII, and in no encoding of one byte and more a part of
    another letter, so that Latin-1 does for all of them.
    """
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return mark, codec
    first, second = content[0::2].count(0), content[1::2].count(0)
    if first == second == 0:
        return b"", "latin-1"
    return b"", "utf-16-le" if second > first else "utf-16-be"


def _cut_cells(text: str, delimiter: str) -> Iterator[list[tuple[int, int]]]:
    """Cut a CSV into the places of its cells, with their marks, line by line."""
    cell = re.compile(rf'("(?:[^"]|"")*"|[^{delimiter}\r\n]*)({delimiter}|\r\n?|\n|\Z)')
    line: list[tuple[int, int]] = []
    at = 0
    while at < len(text) or line:
        found = cell.match(text, at)
        if found is None:
            what, mend = "a quoted cell goes on after its end", "quote it whole"
            raise ProblemsError([Problem(_PEOPLE, 0, what, mend)])
        line.append(found.span(1))
        at = found.end()
        if found[2] != delimiter:
            yield line
            line = []


def _set_cell(
    text: str, cells: list[tuple[int, int]], at: int, value: str, delimiter: str
) -> str:
    missing = at + 1 - len(cells)
    start, end = cells[min(at, len(cells) - 1)]
    if text[start:end].startswith('"'):
        value = f'"{value}"'
    if missing > 0:
        start, value = end, delimiter * missing + value
    return text[:start] + value + text[end:]


@dataclass(frozen=True)
class Everybody:
    """Everybody's words, also of people who are left out of every table of a study.

    `gone` are those who withdrew or did not agree to analysis. `turns` are as in
    TURNS; `problems` say which transcripts could not be read.
    """

    gone: tuple[str, ...]
    interviews: pd.DataFrame
    speakers: pd.DataFrame
    turns: pd.DataFrame
    problems: tuple[Problem, ...]

    def find_documents(self, people: Iterable[str]) -> list[str]:
        """Find the documents that are theirs, or in which they are said to speak."""
        ids = [*people]
        rows = self.speakers[self.speakers["respondent_id"].isin(ids)]
        is_theirs = self.interviews["respondent_id"].isin(ids)
        is_theirs |= self.interviews["document_id"].isin(rows["document_id"])
        is_theirs |= EVERY_DOCUMENT in {*rows["document_id"]}
        return self.interviews.loc[is_theirs, "document_id"].to_list()

    def find_alone(self, people: Iterable[str]) -> list[str]:
        """Find their documents in which nobody else is said to speak: these leave."""
        ids = [*people]
        others = self.speakers[~self.speakers["respondent_id"].isin([*ids, ""])]
        is_theirs = self.interviews["respondent_id"].isin(ids)
        is_theirs &= ~self.interviews["document_id"].isin(others["document_id"])
        return self.interviews.loc[is_theirs, "document_id"].to_list()

    def find_turns(self, people: Iterable[str]) -> pd.DataFrame:
        """Find their turns; in a document that leaves, also those that are nobody's."""
        ids = [*people]
        is_open = self.turns["document_id"].isin(self.find_alone(ids))
        is_open &= self.turns["respondent_id"].eq("")
        is_open &= self.turns["role"].ne("interviewer")
        return self.turns[self.turns["respondent_id"].isin(ids) | is_open]

    def join_words(self, people: Iterable[str]) -> list[str]:
        """Join what each of them said in each document."""
        theirs = self.find_turns(people)
        keys = ["document_id", "respondent_id"]
        return [" ".join(turns["text"]) for _, turns in theirs.groupby(keys)]

    def join_others(self, people: Iterable[str]) -> list[str]:
        """Join what each voice that stays said in each document, interviewers' too."""
        ids = [*people]
        others = self.turns.drop(self.find_turns(ids).index)
        others = others[~others["document_id"].isin(self.find_alone(ids))]
        keys = ["document_id", "speaker"]
        return [" ".join(turns["text"]) for _, turns in others.groupby(keys)]


def read_everybody(folder: str | Path) -> Everybody:
    """Read everybody's words, consent or none: to be looked for, never to be shown.

    `ProblemsError` says which table cannot be read; a transcript that cannot is among
    the `problems`.
    """
    folder = Path(folder)
    tables = []
    for name, table in (
        (_PEOPLE, RESPONDENTS),
        ("interviews.csv", DOCUMENTS),
        ("speakers.csv", SPEAKERS),
    ):
        found: list[Problem] = []
        tables.append(_read_table(folder, name, table, found))
        errors = [problem for problem in found if not problem.warning]
        if errors and tables[-1].empty:
            raise ProblemsError(errors)
    people, interviews, speakers = tables
    problems: list[Problem] = []
    transcripts = _read_transcripts(folder, interviews, speakers, problems)
    turns = _collect_turns(transcripts, interviews, speakers)
    return Everybody(
        tuple(_find_gone(people)),
        interviews.reset_index(drop=True),
        speakers,
        turns,
        tuple(problem for problem in problems if not problem.warning),
    )


def list_remains(folder: str | Path, respondent_id: str) -> list[str]:
    """List where a person's words still stand in a study's folder, and what to do.

    The program leaves them out of all it makes, and deletes nothing. One line a file:
    transcripts, logs that quote them, their rows in verdicts.csv, and any other file
    that holds 8 words of theirs in a row, which nobody else said: in notebooks also
    outputs. Of somebody who said fewer words the last cannot be found.
    """
    folder = Path(folder)
    _find_row(_read_people(folder / _PEOPLE)[1], respondent_id)
    everybody = read_everybody(folder)
    listed = _list_transcripts(folder, everybody, respondent_id)
    coding_ids: set[str] = set()
    for path in sorted((folder / "codings").glob("*.jsonl")):
        lines, ids = _find_lines(path, everybody, respondent_id)
        coding_ids |= ids
        if lines:
            mend = f"close the desk, and delete {_shorten(lines, 'line')}"
            listed[f"codings/{path.name}"] = mend
    rows = _find_verdicts(folder / VERDICTS_FILE, coding_ids)
    if rows:
        listed[VERDICTS_FILE] = f"delete {_shorten(rows, 'row')}, which quote them"
    runs = Runs(
        everybody.join_words([respondent_id]),
        shared=everybody.join_others([respondent_id]),
    )
    for path in _walk(folder):
        name = path.relative_to(folder).as_posix()
        mend = "" if name in listed else _say_what_holds(path, runs)
        if mend:
            listed[name] = mend
    if any((each / ".git").exists() for each in (folder, *folder.resolve().parents)):
        mend = "what is deleted stays in its history: have it taken out there too"
        listed["git"] = mend
    return [f"{name}: {mend}" for name, mend in listed.items()]


def _list_transcripts(
    folder: Path, everybody: Everybody, respondent_id: str
) -> dict[str, str]:
    theirs = everybody.find_turns([respondent_id])
    heard = {*theirs["document_id"]}
    alone = {*everybody.find_alone([respondent_id])}
    files: dict[str, set[str]] = {}
    for row in list_rows(everybody.interviews):
        path = find_transcript(folder, row["file"])
        if path.is_file():
            files.setdefault(path.name, set()).add(row["document_id"])
    listed = {}
    for file, documents in files.items():
        if documents <= alone:
            listed[f"transcripts/{file}"] = "delete the file: nobody else is in it"
        elif documents & (heard | alone):
            n = int(theirs["document_id"].isin(documents).sum())
            listed[f"transcripts/{file}"] = (
                f"others speak in it too: take out their {n} turns, and look at "
                "`evalkit anchors` then"
            )
    return listed


def _find_lines(
    path: Path, everybody: Everybody, respondent_id: str
) -> tuple[list[int], set[str]]:
    """Find the lines of a log about their words, and the ids of those codings."""
    alone = {*everybody.find_alone([respondent_id])}
    theirs = everybody.find_turns([respondent_id])
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in list_rows(theirs[~theirs["document_id"].isin(alone)]):
        spans.setdefault(row["document_id"], []).append((row["start"], row["end"]))
    logged = list(read_events(path))
    ids = {
        str(event["coding_id"])
        for _, event in logged
        if "coding_id" in event and _is_about(event, alone, spans)
    }
    lines = [
        line
        for line, event in logged
        if event.get("coding_id") in ids or _is_about(event, alone, spans)
    ]
    return lines, ids


def _is_about(
    event: Event, alone: set[str], spans: dict[str, list[tuple[int, int]]]
) -> bool:
    document_id = event.get("document_id")
    if event["event"] == "memo" and event["about"] == "document":
        document_id = event["of"]
    if document_id in alone:
        return True
    if "quotation" not in event:
        return False
    first, last = event["start"] - CONTEXT, event["end"] + CONTEXT
    return any(
        start < last and first < end for start, end in spans.get(document_id or "", ())
    )


def _find_verdicts(path: Path, coding_ids: set[str]) -> list[int]:
    if not path.is_file():
        return []
    try:
        rows = parse_table(decode(path.read_bytes())[0], file=path.name)
    except UnreadableError as error:
        raise ProblemsError([error.at(path.name)]) from error
    if "coding_id" not in rows:
        return []
    return [int(row) + 2 for row in rows.index[rows["coding_id"].isin(coding_ids)]]


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if ".git" not in inside and path.is_file() and path.stat().st_size <= LARGEST:
            yield path


def _say_what_holds(path: Path, runs: Runs) -> str:
    """Say what to do with a file that holds a run; "" for one that holds none."""
    if path.suffix == ".ipynb":
        outputs, cells = _read_notebook(path)
        if runs.stand_in(outputs):
            return "its outputs hold their words: run it again, or clear its outputs"
        return "its cells hold their words: take them out" * runs.stand_in(cells)
    texts = list(_walk_strings(path.read_bytes().decode(errors="ignore")))
    if path.suffix.casefold() in PARSERS:
        try:
            sources, _ = read_sources(path)
            texts += [source.text for source in sources]
        except UnreadableError:
            pass  # a person named it in no table; its bytes are looked at as they are
    return "it holds their words: take them out" * runs.stand_in(texts)


def _read_notebook(path: Path) -> tuple[list[str], list[str]]:
    """Give the texts of a notebook's outputs, and all its texts."""
    content = path.read_bytes().decode(errors="ignore")
    try:
        notebook = json.loads(content)
        outputs = [cell.get("outputs", []) for cell in notebook["cells"]]
    except (ValueError, LookupError, TypeError, AttributeError):
        return [], [content]
    return list(_walk_strings(outputs)), list(_walk_strings(notebook))


def _walk_strings(value: Any) -> Iterator[str]:
    """Give the strings in a JSON value, without elements; lines of a list are one."""
    if isinstance(value, str):
        yield value
        if "<" in value:
            yield re.sub(r"<[^>]*>", " ", value)
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        yield from _walk_strings("".join(value))
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _walk_strings(each)


def _shorten(numbers: list[int], what: str) -> str:
    """Write numbers, those in a row together.

    >>> _shorten([2, 3, 4, 7], "line")
    'lines 2-4, 7'
    """
    written: list[list[int]] = []
    for number in numbers:
        if written and number == written[-1][-1] + 1:
            written[-1][1:] = [number]
        else:
            written.append([number])
    several = "s" if len(numbers) > 1 else ""
    return f"{what}{several} {', '.join('-'.join(map(str, x)) for x in written)}"
