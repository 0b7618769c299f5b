"""A small study, and hands and eyes at its desk: what tests of the store share."""

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

import evalkit
from evalkit.coding.codebook import read_codebook
from evalkit.coding.log import Folded, read_events
from tests.desk.conftest import PANEL, DeskNotebook, wait_until

READ = """import pandas as pd
import evalkit
study = evalkit.read_study("..")
text = study.texts["P1"]"""
SHOW = 'desk = evalkit.coding_desk(study, "P1", coder="ana")\ndesk'
OFFERED = ("lost the rope of year 5", "lost the rope of year 7")
SHOW_OFFERED = f"""said = {OFFERED!r}
offered = pd.DataFrame({{
    "document_id": "P1",
    "start": [text.index(words) for words in said],
    "end": [text.index(words) + len(words) for words in said],
    "code_id": "hope",
    "coder_id": "cues",
    "cue": "rope",
}})
desk = evalkit.coding_desk(study, "P1", coder="ana", suggestions=offered)
desk"""
BUSY = """import pathlib, time
pathlib.Path("busy").touch()
while not pathlib.Path("go").exists():
    time.sleep(0.05)"""
CODEBOOK = """title: Ropes
version: 1.0.0
attributes:
  stance: [supports, contradicts]
  certainty: [asserted, hedged]
codes:
  - id: leaving
    name: Leaving
    codes:
      - {id: leaving.why, name: Why people left}
  - {id: hope, name: Hope}
"""
TEXT = "".join(
    f"I: And in year {n}?\n"
    f"R: 🎈 We carried boats to harbour {n} and lost the rope of year {n} there. "
    f"Nobody asked us about lamp {n} later.\n"
    for n in range(1, 25)
)
KNOTS = [f"knot{n}" for n in range(61)]
TEXT += f"I: And knots?\nR: {' '.join(KNOTS)}\n"
_POINTS = """(root, [words, nth]) => {
  const turns = [...root.querySelectorAll('.text p[data-turn]')];
  const p = turns.filter(p => p.textContent.includes(words))[nth];
  p.scrollIntoView({block: 'center'});
  const at = p.textContent.indexOf(words);
  const find = (offset, isEnd) => {
    const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (offset < node.length || (isEnd && offset === node.length)) {
        return [node, offset];
      }
      offset -= node.length;
    }
  };
  const range = document.createRange();
  range.setStart(...find(at, false));
  range.setEnd(...find(at + words.length, true));
  const rects = [...range.getClientRects()].filter(r => r.width > 0);
  const [a, z] = [rects[0], rects.at(-1)];
  return [a.left + 1, a.top + a.height / 2, z.right - 1, z.top + z.height / 2];
}"""
_ROWS = """root => [...root.querySelectorAll('.panel button.row')].map(
  row => [row.querySelector('.n').textContent, row.querySelector('.q').textContent])"""

_PICKED = """async root => {
  await new Promise(done => setTimeout(done)); // after the desk's own
  const picked = CSS.highlights.get('evalkit-desk-selection') ?? [];
  return [...picked].filter(each => root.contains(each.startContainer)).join(' ');
}"""


def make_study(folder: Path) -> Path:
    """Make a study of one interview, P1, whose passages are told apart by numbers."""
    study = evalkit.new_study(folder / "ropes", title="Ropes")
    source = folder / "P1.txt"
    source.write_text(TEXT, "utf-8")
    evalkit.add_documents(study, [source], may_analyse="yes", may_quote="yes")
    (study / "codebook.yaml").write_text(CODEBOOK, "utf-8")
    return Path(study)


def find_standing(study: Path, coder: str = "ana") -> dict[str, Any]:
    """What stands on disk: codings, memos, what was rejected, and the codes."""
    path = study / "codings" / f"{coder}.jsonl"
    folded = Folded(path.name)
    if path.is_file():
        for line, event in read_events(path):
            folded.apply(line, event)
    assert not folded.problems
    return {
        "codings": {
            coding_id: (
                coding["code_id"],
                coding["quotation"],
                {k: v for k, v in coding.get("attributes", {}).items() if v},
                coding.get("memo", ""),
            )
            for coding_id, coding in folded.codings.items()
        },
        "memos": {of: e["memo"] for of, e in folded.memos.items() if e["memo"]},
        "rejected": sorted(event["start"] for event in folded.rejected.values()),
        "codes": [*read_codebook(study / "codebook.yaml").codes["code_id"]],
    }


def find_quotations(study: Path, coder: str = "ana") -> list[str]:
    standing = find_standing(study, coder)["codings"]
    return sorted(coding[1] for coding in standing.values())


class Hands:
    """A reader at the desk of a page: mouse, keys, and what is to be seen."""

    def __init__(self, notebook: DeskNotebook, within: str = ".jp-Notebook") -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.root = self.page.locator(f"{within} .evalkit-desk")

    def wait(self) -> Hands:
        """Wait until the desk stands in the page and answers."""
        self.root.locator(".text p[data-turn]").first.wait_for()
        self.root.scroll_into_view_if_needed()
        return self

    def select(self, words: str, *, nth: int = 0) -> None:
        """Drag over words with the mouse; wait until the desk took them.

        The highlight tells, not the status line: others may speak in between.
        """
        left, top, right, bottom = self.root.evaluate(_POINTS, [words, nth])
        self.page.mouse.move(left, top)
        self.page.mouse.down()
        self.page.mouse.move((left + right) / 2, (top + bottom) / 2)
        self.page.mouse.move(right, bottom)
        self.page.mouse.up()
        wait_for(lambda: self.root.evaluate(_PICKED), words)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def code(self, words: str, name: str = "Hope") -> None:
        """Select words, open the box, type the code's name, Enter."""
        self.select(words)
        self.press("Space")
        self.root.locator(".quick input").wait_for()
        self.page.keyboard.type(name)
        self.press("Enter")

    def open_codings(self) -> None:
        """Show the list of codings."""
        self.root.locator("[role=tab]").nth(1).click()

    def list_shown(self) -> list[tuple[str, str]]:
        """The list of codings as it is shown: names and words."""
        return sorted((name, words) for name, words in self.root.evaluate(_ROWS))

    def wait_shown(self, *quotations: str, seconds: float = 10) -> None:
        """Wait until just these words are in the list of codings."""
        last: list[str] = []

        def shown() -> bool:
            last[:] = sorted(words for _, words in self.list_shown())
            return last == sorted(quotations)

        try:
            wait_until(shown, seconds, "")
        except TimeoutError:
            raise AssertionError(f"shown: {last}") from None

    @property
    def said(self) -> str:
        return str(self.root.locator(".status [role=status]").text_content())

    @property
    def state(self) -> str:
        return str(self.root.locator(".saved").get_attribute("data-state"))

    def wait_said(self, pattern: str, *, seconds: float = 10) -> str:
        """Wait until the status line says it."""
        try:
            wait_until(lambda: re.search(pattern, self.said), seconds, "")
        except TimeoutError:
            raise AssertionError(f"said {self.said!r}, not {pattern!r}") from None
        return self.said

    def wait_state(self, state: str, words: str = "", *, seconds: float = 15) -> None:
        """Wait until the header says how it stands with saving."""
        shown = self.root.locator(f".saved[data-state={state}]")
        shown.filter(has_text=words).wait_for(timeout=seconds * 1000)


def make_beside(notebook: DeskNotebook, page: Any) -> DeskNotebook:
    """The same notebook and kernel, in another page of the browser."""
    other = copy.copy(notebook)
    other.page = page
    other._client = None
    other.open()
    return other


def make_another(
    notebook: DeskNotebook, page: Any, cells: list[str], name: str
) -> DeskNotebook:
    """Another notebook of the same study, with a kernel of its own."""
    other = copy.copy(notebook)
    other.page = page
    other._client = None
    other.path = f"{notebook.study.name}/notebooks/{name}.ipynb"
    other._panel = PANEL % json.dumps(other.path)
    kernel = {"name": "python3", "display_name": "Python 3"}
    written = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": kernel},
    )
    nbformat.write(written, notebook.lab.root / other.path)
    other.open()
    return other


@contextmanager
def busy(notebook: DeskNotebook, at: int) -> Iterator[Callable[[], None]]:
    """Keep the kernel busy with the cell `BUSY`, until the yielded is called."""
    here = notebook.study / "notebooks"
    for name in ("busy", "go"):
        (here / name).unlink(missing_ok=True)
    notebook.start_cell(at)
    wait_until((here / "busy").exists, 10, "a busy kernel")
    try:
        yield (here / "go").touch
    finally:
        (here / "go").touch()


def wait_for(found: Callable[[], Any], wanted: Any, seconds: float = 10) -> None:
    """Wait until something is equal to what is wanted, and tell both if not."""
    last = time.monotonic() + seconds
    while (got := found()) != wanted:
        assert time.monotonic() < last, f"{got!r}\nis not\n{wanted!r}"
        time.sleep(0.05)
