"""Files written whole or not at all, and progress told while many are read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")


def write_whole(path: Path, content: str | bytes) -> None:
    """Write beside the file, then put it in its place: never half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def look_at(path: Path) -> tuple[int, int]:
    """Give a file's size and when it changed; (0, 0) where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)


def show_progress(items: Iterable[Item], *, doing: str, n: int) -> Iterable[Item]:
    """Go through `items` with a progress bar, on a terminal and after a second."""
    from tqdm import tqdm

    bar: Iterable[Item] = tqdm(
        items, desc=doing, total=n, delay=1, disable=None, leave=False
    )
    return bar
