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
# What is denied, or left open, is not said.
_DENIED = re.compile(
    r"(?:\b(?:not|no|nor|neither|never|hardly|without|cannot|pas|jamais|less|"
    r"rather than|far from|anything but)|n['’]t)\s+"
    r"(?!(?:only|just|merely|simply|least|doubt|question|pas)\b)(?:\w+\s+){0,2}$"
    r"|\bwhether\b[^.!?;:]*$",
    re.IGNORECASE,
)
# Where such a word is no praise: what follows it, or goes before.
_PLAIN_AFTER = re.compile(
    r"\s+(?:services?|medicines?|drugs|workers?|goods|supplies|needs|signs?|statistics|"
    r"records|figures?|others?|to\s+be|hard|difficult|impossible|unable|wrong|too|"
    r"elusive|insufficient)\b",
    re.IGNORECASE,
)
_PLAIN_BEFORE = re.compile(r"\bstatistically\s+$", re.IGNORECASE)
_MAY_BE_PLAIN = {"essential", "vital", "significant", "proved", "proves", "proven"}


def find_intensifiers(said: str) -> list[str]:
    """Find the intensifiers in what an evaluator writes; a denied one is none.

    >>> find_intensifiers("It massively raised morale, and was not entirely welcome.")
    ['massively']
    >>> find_intensifiers("Essential medicines proved difficult to get.")
    []
    """
    return [
        found[0]
        for found in _PATTERN.finditer(said)
        if not _DENIED.search(said[: found.start()])
        and not (found[0].casefold() in _MAY_BE_PLAIN and _is_plain(said, found))
    ]


def _is_plain(said: str, found: re.Match[str]) -> bool:
    return bool(
        _PLAIN_AFTER.match(said, found.end())
        or _PLAIN_BEFORE.search(said[: found.start()])
    )
