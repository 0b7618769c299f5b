"""Taguette's projects (.sqlite3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd

from evalkit.errors import EvalkitError
from evalkit.exchange.project import Project

_CONTEXT = 32
_COLUMNS = [
    *("highlight", "document", "code", "quotation", "start", "end", "before", "after")
]
_QUERY = """
SELECT highlights.id, documents.id, start_offset, end_offset, tags.path
FROM highlights
JOIN documents ON documents.id = highlights.document_id
LEFT JOIN highlight_tags ON highlight_tags.highlight_id = highlights.id
LEFT JOIN tags ON tags.id = highlight_tags.tag_id
ORDER BY highlights.id, tags.id
"""


def read_taguette(path: Path) -> Project:
    """Read a Taguette project.

    Taguette counts UTF-8 bytes over the text of its own HTML; quotations and offsets
    come out in characters of that text.
    """
    try:
        with sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True
        ) as database:
            return _read(database, path)
    except sqlite3.Error as error:
        raise EvalkitError(
            f"{path.name}: not a Taguette project ({error}): "
            "export it from Taguette as “SQLite3 database”"
        ) from error


def _read(database: sqlite3.Connection, path: Path) -> Project:
    (n_projects,) = database.execute("SELECT count(*) FROM projects").fetchone()
    if n_projects != 1:
        raise EvalkitError(
            f"{path.name}: it holds {n_projects} projects: "
            "export one project from Taguette, not its whole database"
        )
    documents = {
        number: (filename or name, parse_taguette_html(contents).encode())
        for number, name, filename, contents in database.execute(
            "SELECT id, name, filename, contents FROM documents"
        )
    }
    tags = database.execute("SELECT path, description FROM tags ORDER BY id").fetchall()
    return Project(
        tool="taguette",
        codes=pd.DataFrame(tags, columns=["name", "definition"], dtype="str"),
        highlights=pd.DataFrame(_cut(database, documents, path), columns=_COLUMNS),
    )


def _cut(
    database: sqlite3.Connection, documents: dict[int, tuple[str, bytes]], path: Path
) -> Iterator[tuple[object, ...]]:
    for highlight, document, start, end, tag in database.execute(_QUERY):
        name, content = documents[document]
        try:
            before = content[:start].decode()
            quotation = content[start:end].decode()
            after = content[end:].decode()[:_CONTEXT]
        except UnicodeDecodeError as error:
            raise EvalkitError(
                f"{path.name}: highlight {highlight} of {name!r} begins or ends inside "
                "a letter: mark it anew in Taguette"
            ) from error
        at = len(before)
        span = (at, at + len(quotation), before[-_CONTEXT:], after)
        yield highlight, name, tag, quotation, *span


def parse_taguette_html(html: str) -> str:
    """Give the text of Taguette's HTML, which its offsets count over.

    >>> parse_taguette_html("<p>caf&eacute; &amp; tea</p>\\n<p>Yes.</p>")
    'café & tea\\nYes.'
    """
    collector = _Text()
    collector.feed(html)
    collector.close()
    return "".join(collector.pieces)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
