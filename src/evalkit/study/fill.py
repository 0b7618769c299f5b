"""A study begun and added to: nothing that is saved already is ever lost."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evalkit.claims.statements import FILE as CLAIMS_FILE
from evalkit.coding.anchors import AnchorText, find_anchor
from evalkit.coding.codebook import FILE as CODEBOOK_FILE
from evalkit.coding.codebook_edits import add_codes
from evalkit.coding.log import (
    append_events,
    hash_text,
    now,
    place_in,
    read_events,
)
from evalkit.errors import EvalkitError, Problem, UnreadableError
from evalkit.exchange.project import Project
from evalkit.files import show_progress, write_whole
from evalkit.study.checks import PART
from evalkit.study.read import Study, parse_table, read_study
from evalkit.study.settings import FILE as SETTINGS_FILE
from evalkit.tables import MASK, list_rows
from evalkit.transcripts.encoding import decode
from evalkit.transcripts.read import read_sources

_SETTINGS = """\
# The study's settings; README explains each.
title = {title}
language = "en"
k = 3                            # smallest group that a report may describe

[questions]                      # the evaluation's questions, in the report's order
# Q1 = "What did the programme change?"
"""
_CODEBOOK = """\
# The codebook: a tree of codes; a theme is a code at the top. An example:
#
# attributes:
#   stance: [supports, qualifies, contradicts, neutral]
# codes:
#   - id: morale
#     name: Morale
#     definition: What respondents say kept people going, or wore them down.
#     codes:
#       - id: morale.raised
#         name: Raised morale
#         definition: Something or somebody gave people energy.
title: {title}
version: 0.1.0
codes: []
"""
_CLAIMS = """\
# What the report claims; who says so is counted from the codings. An example:
#
# claims:
#   - id: K1
#     question: Q1
#     statement: The programme raised morale.
#     codes: [morale.raised]      # a coding's stance is read towards the claim
#     rivals: [The new school would have raised it anyway.]
claims: []
open_questions: []
lessons: []
recommendations: []
"""
_TABLES = {
    "respondents.csv": (
        "respondent_id,group,may_analyse,may_quote,attribute_as,withdrawn_on"
    ),
    "interviews.csv": (
        "document_id,file,respondent_id,collected_on,mode,voice,language,round"
    ),
    "speakers.csv": "document_id,speaker,respondent_id,role",
}
_FOLDERS = ("transcripts", "codings", "memos")


@dataclass(frozen=True)
class Added:
    """What `add_documents` did: document ids added, files known, files refused."""

    added: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Imported:
    """What `import_project` did: codes added, and each coding's anchor.

    `anchors` has one row a coding: highlight, document, code, status, quotation,
    found, logged (False where it was in the log already). `n_without_code` highlights
    bear no code, and are not imported.
    """

    codes: list[str]
    anchors: pd.DataFrame
    n_without_code: int


def new_study(folder: str | Path, *, title: str) -> Path:
    """Make a new study's folder, ready to fill; an existing one has to be empty."""
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EvalkitError(
            f"{folder.name}: it is there already and not empty: choose another name"
        )
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    quoted = json.dumps(title, ensure_ascii=False)  # good TOML and YAML as well
    write_whole(folder / CODEBOOK_FILE, _CODEBOOK.format(title=quoted))
    write_whole(folder / CLAIMS_FILE, _CLAIMS)
    for name, head in _TABLES.items():
        write_whole(folder / name, head + "\n")
    write_whole(folder / SETTINGS_FILE, _SETTINGS.format(title=quoted))
    return folder


def add_documents(
    folder: str | Path,
    files: Iterable[str | Path],
    *,
    may_analyse: str = "",
    may_quote: str = "",
) -> Added:
    """Copy transcripts into a study and register them, each with a respondent.

    A file that cannot be read is refused whole and named. What a respondent agreed to
    (yes or no) is written only if it is given here.
    """
    study = read_study(folder)
    added = Added()
    interviews = _read_rows(study.folder / "interviews.csv")
    _read_rows(study.folder / "respondents.csv")  # before anything is copied
    taken = {*interviews["document_id"]}
    registered = {*interviews["file"]}
    paths = [Path(file) for file in files]
    for file in show_progress(paths, doing="Adding", n=len(paths)):
        try:
            sources, _ = read_sources(file)
        except OSError:
            problem = Problem(file.name, 0, "no such file", "look at the name")
            added.refused.append(problem)
            continue
        except UnreadableError as error:
            added.refused.append(error.at(file.name))
            continue
        kept = study.folder / "transcripts" / file.name
        content = file.read_bytes()
        if kept.exists() and kept.read_bytes() != content:
            what = "another transcript of that name is in the study"
            mend = "rename the file, if it is another; a corrected one, copy it there"
            added.refused.append(Problem(file.name, 0, what, mend))
            continue
        names = [f"{file.name}{PART}{s.part}" if s.part else file.name for s in sources]
        if registered.issuperset(names):
            added.known.append(file.name)
            continue
        if not kept.exists():
            write_whole(kept, content)
        for name, source in zip(names, sources, strict=True):
            if name not in registered:
                document_id = _make_id(source.part or file.stem, taken)
                taken.add(document_id)
                registered.add(name)
                added.added.append(document_id)
                row = {"document_id": document_id, "file": name}
                row |= {"respondent_id": document_id}
                interviews.loc[len(interviews)] = pd.Series(row)
    _register(study.folder, interviews, may_analyse=may_analyse, may_quote=may_quote)
    return added


def _register(
    folder: Path, interviews: pd.DataFrame, *, may_analyse: str, may_quote: str
) -> None:
    """Write the people first: a document never refers to nobody."""
    respondents = _read_rows(folder / "respondents.csv")
    known = {*respondents["respondent_id"]}
    for person in interviews["respondent_id"]:
        if person and person not in known:
            known.add(person)
            row = {"respondent_id": person, "may_analyse": may_analyse}
            row |= {"may_quote": may_quote}
            respondents.loc[len(respondents)] = pd.Series(row)
    _write_table(folder / "respondents.csv", respondents)
    _write_table(folder / "interviews.csv", interviews)


def import_project(
    folder: str | Path, project: Project, *, coder_id: str = ""
) -> Imported:
    """Bring another tool's codes and codings into a study.

    Every passage is looked for in *our* reading of the transcript, which has to be in
    the study. What is not found is logged with its words all the same: it is listed as
    ambiguous or orphaned, and nothing is lost. Importing twice adds nothing twice.
    """
    study = read_study(folder)
    coder_id = coder_id or project.tool
    if not re.fullmatch(r"[\w-]+", coder_id):
        raise EvalkitError(f"coder {coder_id!r}: use letters, digits, - and _ only")
    documents = _match_documents(project, study)
    code_ids, new_codes = add_codes(study.folder / CODEBOOK_FILE, project.codes)
    log = study.folder / "codings" / f"{coder_id}.jsonl"
    logged = (
        {each.event.get("coding_id") for each in read_events(log)}
        if log.exists()
        else set()
    )
    places = {
        document_id: AnchorText(text, sha256=hash_text(text))
        for document_id, text in study.texts.items()
    }
    events, anchors = [], []
    rows = list_rows(project.highlights[project.highlights["code"].notna()])
    for row in show_progress(rows, doing="Finding", n=len(rows)):
        document_id = documents[row["document"]]
        where = places[document_id]
        anchor = find_anchor(row, where)
        code_id = code_ids[row["code"]]
        coding_id = _name_coding(coder_id, row)
        found = ""
        if anchor.start is None or anchor.end is None:
            place = {key: row[key] for key in _PLACE_KEYS}
        else:
            place = place_in(where.text, anchor.start, anchor.end)
            found = place["quotation"]
        fresh = coding_id not in logged
        anchors.append(
            (
                *(row["highlight"], document_id, code_id, anchor.status),
                *(row["quotation"], found, fresh),
            )
        )
        if fresh:
            events.append(
                {
                    **{"event": "add", "coding_id": coding_id, "at": now()},
                    **{"document_id": document_id, "code_id": code_id, **place},
                    "source": f"{project.tool}: highlight {row['highlight']}",
                }
            )
    append_events(log, events)
    columns = ["highlight", "document_id", "code_id", "status", "quotation", "found"]
    table = pd.DataFrame(anchors, columns=[*columns, "logged"])
    return Imported(new_codes, table, int(project.highlights["code"].isna().sum()))


def _name_coding(coder_id: str, row: Mapping[str, Any]) -> str:
    """Name a coding by what it says, so that another project's never has its id."""
    told = [str(row[key]) for key in ("highlight", "document", "code", "quotation")]
    told += [str(row["start"])]
    return f"{coder_id}-{hash_text(chr(0).join(told))[:12]}"


_PLACE_KEYS = ("start", "end", "quotation", "before", "after")


def _match_documents(project: Project, study: Study) -> dict[str, str]:
    by_name = {
        str(row["file"]).casefold(): row["document_id"]
        for row in list_rows(study.documents)
    }
    by_stem = {Path(name).stem: document_id for name, document_id in by_name.items()}
    matched, missing = {}, []
    for name in dict.fromkeys(project.highlights["document"]):
        folded = str(name).casefold()
        document_id = by_name.get(folded) or by_stem.get(Path(folded).stem)
        if document_id is None:
            missing.append(str(name))
        else:
            matched[name] = document_id
    if missing:
        raise EvalkitError(
            f"{len(missing)} transcripts of the project are not in the study "
            f"({', '.join(missing[:5])}): `evalkit add` them first"
        )
    return matched


def confirm_anchors(folder: str | Path, *, statuses: Iterable[str] = ("moved",)) -> int:
    """Write today's places of moved (or close) codings into their coders' logs.

    Returns how many. The old place stays in the log, as every event does.
    """
    study = read_study(folder)
    chosen = study.anchors[study.anchors["status"].isin(list(statuses))]
    n = 0
    for coder_id, rows in chosen.groupby("coder_id"):
        events = []
        for row in list_rows(rows):
            text = study.texts[row["document_id"]]
            if MASK in text:
                continue  # the words around may be of somebody who is gone
            event = {"event": "edit", "coding_id": row["coding_id"], "at": now()}
            events.append(event | place_in(text, int(row["start"]), int(row["end"])))
        append_events(study.folder / "codings" / f"{coder_id}.jsonl", events)
        n += len(events)
    return n


def _make_id(name: str, taken: set[str]) -> str:
    base = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "document"
    document_id, n = base, 2
    while document_id in taken:
        document_id, n = f"{base}-{n}", n + 1
    return document_id


def _read(path: Path) -> str:
    return decode(path.read_bytes())[0]


def _read_rows(path: Path) -> pd.DataFrame:
    """Read a table's rows, with every column that we write."""
    rows = parse_table(_read(path) if path.exists() else "", file=path.name)
    missing = [name for name in _TABLES[path.name].split(",") if name not in rows]
    return rows.reset_index(drop=True).assign(**dict.fromkeys(missing, ""))


def _write_table(path: Path, table: pd.DataFrame) -> None:
    out = io.StringIO()
    head = _read(path).split("\n", 1)[0] if path.exists() else ","
    delimiter = max(",;\t", key=head.count)
    table.fillna("").to_csv(out, index=False, sep=delimiter, lineterminator="\n")
    if not path.exists() or _read(path) != out.getvalue():
        write_whole(path, out.getvalue())
