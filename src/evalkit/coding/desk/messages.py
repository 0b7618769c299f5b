"""A study's tables and a log's history, as the desk's page is told them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from evalkit.coding.codebook import Codebook
from evalkit.coding.desk.acts import History
from evalkit.tables import list_rows

Message = dict[str, Any]

_TOLD = ("quotation", "cue", "reason", "score")


def tell_document(
    row: Mapping[str, Any], text: str, turns: Sequence[Mapping[str, Any]]
) -> Message:
    """Tell a document: its text, and its turns with speaker, role, span and time."""
    return {
        "id": row["document_id"],
        "title": "" if row["title"] == row["file"] else row["title"],
        "language": row["language"],
        "text": text,
        "turns": [
            {
                "turn": turn["turn"],
                "speaker": turn["speaker"],
                "role": turn["role"],
                "respondent": turn["respondent_id"],
                "start": turn["start"],
                "end": turn["end"],
                "at": None if pd.isna(turn["started_at"]) else turn["started_at"],
            }
            for turn in turns
        ],
    }


def tell_codebook(codebook: Codebook) -> Message:
    """Tell a codebook: codes with their cues, segment attributes, defaults."""
    cues: dict[str, list[str]] = {}
    for row in list_rows(codebook.cues):
        if row["kind"] == "cue" and isinstance(row["phrase"], str):
            cues.setdefault(row["code_id"], []).append(row["phrase"])
    return {
        "title": codebook.title,
        "codes": [
            {**row, "cues": cues.get(row["code_id"], [])}
            for row in list_rows(codebook.codes)
        ],
        "attributes": [
            {"name": name, "values": list(values)}
            for name, values in codebook.attributes.items()
        ],
        "defaults": dict(codebook.defaults),
    }


def tell_history(history: History) -> Message:
    """Tell what would be undone and done again next; None where nothing would."""
    return {
        name: {"id": acts[-1].act_id, "label": acts[-1].label} if acts else None
        for name, acts in (("undo", history.done), ("redo", history.undone))
    }


def tell_suggestions(
    suggestions: pd.DataFrame, texts: Mapping[str, str], *, attributes: Iterable[str]
) -> dict[str, list[Message]]:
    """Tell a table of suggestions by document; those without a place are left out."""
    names = [*attributes]
    told: dict[str, list[Message]] = {}
    for cells in list_rows(suggestions):
        row = {
            name: value
            for name, value in cells.items()
            if not (pd.api.types.is_scalar(value) and pd.isna(value)) and value != ""
        }
        document_id = str(row.get("document_id", ""))
        start, end = int(row.get("start", -1)), int(row.get("end", -1))
        if not 0 <= start < end <= len(texts.get(document_id, "")):
            continue
        if "code_id" not in row:
            continue
        place = f"{start}-{end}-{row['code_id']}"
        told.setdefault(document_id, []).append(
            {
                "id": str(row.get("suggestion_id", place)),
                **{"start": start, "end": end, "code": str(row["code_id"])},
                "coder": str(row.get("coder_id", "suggested")),
                "attributes": {x: str(row[x]) for x in names if x in row},
                **{name: row[name] for name in _TOLD if name in row},
            }
        )
    return told
