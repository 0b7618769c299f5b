"""A study's transcripts, opened at the coding desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from evalkit.coding.desk.session import Reading, Session
from evalkit.errors import EvalkitError
from evalkit.study.read import Study
from evalkit.tables import suggest

if TYPE_CHECKING:
    from evalkit.coding.desk.widget import Desk

_ID = re.compile(r"[^\W_][\w.-]*")


def coding_desk(
    study: Study,
    document_id: str = "",
    *,
    coder: str,
    suggestions: pd.DataFrame | None = None,
) -> Desk:
    """Open a transcript to code it in JupyterLab, as `coder`.

    Every act is an event in `codings/CODER.jsonl`, on the disk before the desk says
    "saved". Without `document_id`, the first document that is not read to its end is
    opened. `suggestions` is a table as `suggest_study` gives it, or any with
    document_id, start, end and code_id. An unknown document and a name that cannot be
    a file's raise `EvalkitError`.
    """
    from evalkit.coding.desk.widget import Desk

    if not _ID.fullmatch(coder):
        raise EvalkitError(
            f"coder {coder!r}: write a short name of letters and digits, like 'ana'"
        )
    said = study.settings.coders.get(coder)
    if said is not None and said.kind != "human":
        raise EvalkitError(f"coder {coder!r} is no person (kind is {said.kind!r})")
    if study.documents.empty:
        raise EvalkitError("the study has no transcript yet: `evalkit add` one")
    known = study.documents["document_id"].to_list()
    if document_id and document_id not in known:
        mend = suggest(document_id, known, "interviews.csv")
        raise EvalkitError(f"document {document_id!r} is unknown: {mend}")
    is_invented = study.settings.illustrative
    reading = Reading(
        folder=study.folder,
        title=study.settings.title,
        first_line="Illustrative: invented people and words" if is_invented else "",
        documents=study.documents,
        turns=study.turns,
        texts=study.texts,
        names={
            name: each.name for name, each in study.settings.coders.items() if each.name
        },
    )
    session = Session(reading, coder)
    if suggestions is not None:
        session.suggest(suggestions)
    return Desk(session, document_id or _find_next(session))


def _find_next(session: Session) -> str:
    documents = session.list_documents()
    left = [each for each in documents if each["n_read"] < each["n_turns"]]
    return str((left or documents)[0]["id"])
