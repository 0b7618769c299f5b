"""A study's transcripts, opened at the coding desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from evalkit.coding.desk.session import Reading, Session
from evalkit.coding.log import CONSENSUS
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
    coder: str = "",
    suggestions: pd.DataFrame | None = None,
) -> Desk:
    """Open a transcript to code it in JupyterLab.

    Every act is an event in `codings/CODER.jsonl`, on the disk before the desk says
    "saved". Without `coder` the desk asks who codes; without `document_id` it opens the
    first document that is not read to its end. `suggestions` is a table as
    `suggest_study` gives it, or any with document_id, start, end and code_id. An
    unknown document and a name that cannot be a file's raise `EvalkitError`.
    """
    from evalkit.coding.desk.widget import Desk

    if study.documents.empty:
        raise EvalkitError("the study has no transcript yet: `evalkit add` one")
    own = study.settings.language
    languages = study.documents["language"].replace("", own)
    documents = study.documents.assign(language=languages)
    folder = study.folder.resolve()  # a notebook may go elsewhere
    known = study.documents["document_id"].to_list()
    if document_id and document_id not in known:
        mend = suggest(document_id, known, "interviews.csv")
        raise EvalkitError(f"document {document_id!r} is unknown: {mend}")
    said = study.settings.coders
    logged = dict(zip(study.coders["coder_id"], study.coders["name"], strict=True))
    names = logged | {name: each.name for name, each in said.items() if each.name}
    people = {
        each: name
        for each, name in names.items()
        if each != CONSENSUS and (each not in said or said[each].kind == "human")
    }

    def begin(coder_id: str) -> Session:
        if not _ID.fullmatch(coder_id):
            raise EvalkitError(
                f"coder {coder_id!r}: write a short name of letters and digits, "
                "like 'ana'"
            )
        is_program = coder_id in said and said[coder_id].kind != "human"
        if coder_id == CONSENSUS or is_program:
            raise EvalkitError(f"coder {coder_id!r} is no person: write another name")
        is_invented = study.settings.illustrative
        reading = Reading(
            folder=folder,
            title=study.settings.title,
            first_line="Illustrative: invented people and words" if is_invented else "",
            documents=documents,
            turns=study.turns,
            texts=study.texts,
            hashes=study.hashes,
            names=names,
        )
        return Session(reading, coder_id)

    desk = Desk(begin, coder=coder, document_id=document_id, coders=people)
    if suggestions is not None:
        desk.suggest(suggestions)
    return desk
