"""Words that say more than evidence below strong can bear."""

from __future__ import annotations

import re

_WORDS = (
    "massive massively huge hugely enormous enormously tremendous tremendously vast "
    "vastly immense immensely overwhelming overwhelmingly decisive decisively crucial "
    "crucially vital vitally pivotal profound profoundly dramatic dramatically radical "
    "radically transformative transformational transformed game-changing unprecedented "
    "undeniable undeniably undoubtedly unquestionably indisputable indisputably "
    "definitely definitively certainly extremely exceptional exceptionally remarkable "
    "remarkably significant significantly substantial substantially extraordinary "
    "extraordinarily proved proves proven essential indispensable revolutionary "
    "revolutionised universally always invariably entirely completely "
    # French
    "énorme énormément massif massive massivement décisif décisive crucial cruciale "
    "indéniable indéniablement incontestable incontestablement considérablement "
    "extrêmement fondamentalement essentiel essentielle indispensable"
).split()
_PATTERN = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted({*_WORDS}, key=len, reverse=True))})(?![\w-])",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\b(?:not|no|never|hardly|without|pas|jamais)|n['’]t)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)


def find_intensifiers(said: str) -> list[str]:
    """Find the intensifiers in what an evaluator writes; a denied one is none.

    >>> find_intensifiers("It massively raised morale, and was not entirely welcome.")
    ['massively']
    """
    return [
        found[0]
        for found in _PATTERN.finditer(said)
        if not _DENIED.search(said[: found.start()])
    ]
