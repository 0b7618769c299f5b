"""The few words that the document says and the page does not, by language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What captions, contents, footers and passages that return are called."""

    figure: str = "Figure"
    table: str = "Table"
    contents: str = "Contents"
    page: str = "Page"
    of: str = "of"
    below: str = "quoted below"


_WORDS = {
    "de": Words("Abbildung", "Tabelle", "Inhalt", "Seite", "von", "unten zitiert"),
    "es": Words("Figura", "Tabla", "Contenido", "Página", "de", "citado más abajo"),
    "fr": Words("Figure", "Tableau", "Sommaire", "Page", "sur", "cité ci-dessous"),
}


def words_in(language: str) -> Words:
    """Return the words of a language, English where we have none.

    >>> words_in("de-CH").table
    'Tabelle'
    """
    return _WORDS.get(language.partition("-")[0].lower(), Words())
