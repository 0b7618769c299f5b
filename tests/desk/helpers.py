"""A person's hands at the coding desk: the mouse, the keyboard, and a look at the log."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import evalkit
from tests.desk.conftest import ITS_OWN, PANEL, DeskNotebook, wait_until

DESK_CELL = 1
COUNTED = "runs = globals().get('runs', 0) + 1"
CELLS = ["import evalkit", "'the desk comes here'", COUNTED, "'another cell'"]

POINTS = """([first, last, nth]) => {
  const text = document.querySelector('.evalkit-desk .text');
  const find = (words, from) => {
    const all = [...text.querySelectorAll('p[data-turn]')];
    for (const p of all.slice(from)) {
      let at = p.textContent.indexOf(words);
      for (let n = 0; n < nth && at >= 0; n++) at = p.textContent.indexOf(words, at + 1);
      if (at >= 0) return [p, at];
    }
    throw new Error(`not in the transcript: ${words}`);
  };
  const rangeOf = (p, from, to) => {
    const range = document.createRange();
    const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    const point = (offset, isEnd) => {
      walker.currentNode = p;
      let left = offset;
      while (walker.nextNode()) {
        const n = walker.currentNode.length;
        if (isEnd ? left <= n : left < n) return [walker.currentNode, left];
        left -= n;
      }
    };
    range.setStart(...point(from, false));
    range.setEnd(...point(to, true));
    return range;
  };
  const [p, at] = find(first, 0);
  const [q, on] = last ? find(last, Number(p.dataset.turn)) : [p, at];
  const end = on + (last ?? first).length;
  const cutter = new Intl.Segmenter(undefined, {granularity: 'grapheme'});
  const length = (words) => [...cutter.segment(words)];
  const head = length(first)[0].segment.length;
  const tail = length(last ?? first).at(-1).segment.length;
  const scroll = text.closest('.scroll'), box = scroll.getBoundingClientRect();
  const one = () => rangeOf(p, at, at + head).getClientRects()[0];
  const other = () => [...rangeOf(q, end - tail, end).getClientRects()].at(-1);
  if (one().top < box.top + 30 || other().bottom > box.bottom - 30) {
    scroll.scrollTop += one().top - box.top - 80;
  }
  const a = one(), z = other();
  const rtl = (words) => /^[\\u0590-\\u08FF]/u.test(words);
  const [from, to] = [length(first)[0].segment, length(last ?? first).at(-1).segment];
  return [
    rtl(from) ? a.right - 1 : a.left + 1, (a.top + a.bottom) / 2,
    rtl(to) ? z.left + 1 : z.right - 1, (z.top + z.bottom) / 2,
  ];
}"""
SETTLED = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() =>
  requestAnimationFrame(() => setTimeout(done)))))"""


def make_study(folder: Path, text: str, codebook: str) -> Path:
    """Make a study of one interview, P1, below a folder."""
    study = Path(evalkit.new_study(folder / f"small-{secrets.token_hex(3)}", title="S"))
    told = folder / "P1.txt"
    told.write_text(text, encoding="utf-8")
    evalkit.add_documents(study, [told], may_analyse="yes", may_quote="yes")
    told.unlink()
    (study / "codebook.yaml").write_text(codebook, encoding="utf-8")
    return study


class Hands:
    """A desk in the shared notebook, with one study, one document and one coder."""

    def __init__(self, notebook: DeskNotebook, study: Path, document: str) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.folder = study
        self.document = document
        self.coder = f"c{secrets.token_hex(3)}"

    # The desk

    def show(self, *, suggestions: str = "", before: str = "") -> None:
        """Run the desk's cell, and wait for the desk."""
        more = f", suggestions={suggestions}" if suggestions else ""
        cell = (
            f"{before}\nstudy = evalkit.read_study({str(self.folder)!r})\n"
            f"desk = evalkit.coding_desk(study, {self.document!r}, "
            f"coder={self.coder!r}{more})\ndesk"
        )
        panel = PANEL % json.dumps(self.notebook.path)
        self.page.evaluate(
            "() => document.querySelectorAll('.evalkit-desk').forEach("
            "(each) => each.dataset.old = 'yes')"
        )
        self.page.evaluate(
            f"(words) => ({panel}).content.widgets[{DESK_CELL}]"
            ".model.sharedModel.setSource(words)",
            cell,
        )
        self.notebook.run_cell(DESK_CELL)
        self.page.wait_for_selector(
            f".evalkit-desk:not([data-old]) .text[aria-label^='Transcript "
            f"{self.document},']"
        )
        self.page.wait_for_selector(".evalkit-desk[data-old]", state="detached")
        self.page.evaluate(
            "() => document.querySelector('.evalkit-desk').scrollIntoView({block: 'start'})"
        )
        self.saved()
        self.settle()

    def find(self, css: str) -> Any:
        return self.page.locator(f".evalkit-desk {css}")

    def settle(self) -> None:
        """Wait until what the desk draws behind its acts is drawn."""
        self.page.evaluate(SETTLED)

    def saved(self) -> None:
        """Wait until the desk says that all is on the disk."""
        self.page.wait_for_selector(".evalkit-desk .saved[data-state=saved]")

    def says(self, *words: str) -> str:
        """Wait until the status line says these words; give the whole line."""

        def said() -> bool:
            return all(each in self.status() for each in words)

        try:
            self.wait_for(said)
        except TimeoutError:
            wanted = " … ".join(words)
            raise AssertionError(f"said {self.status()!r}, not {wanted!r}") from None
        return self.status()

    def status(self) -> str:
        return str(self.find(".status p").text_content())

    def evaluate(self, expression: str) -> Any:
        return self.page.evaluate(f"() => {expression}")

    def in_text(self) -> bool:
        """Say whether the transcript has the focus."""
        return bool(
            self.evaluate("document.activeElement.matches('.evalkit-desk .text')")
        )

    def selected(self) -> str:
        """What the browser has selected."""
        return str(self.evaluate("document.getSelection().toString()"))

    def picked(self) -> str:
        """The words that an act would take, as the desk paints them."""
        return str(
            self.evaluate(
                "[...(CSS.highlights.get('evalkit-desk-selection') ?? [])]"
                ".map(String).join('|')"
            )
        )

    def scroll(self) -> float:
        return float(
            self.evaluate("document.querySelector('.evalkit-desk .scroll').scrollTop")
        )

    # The mouse and the keys

    def points(self, first: str, last: str = "", nth: int = 0) -> list[float]:
        """Where the first and last letter of some words are on the screen."""
        found = self.page.evaluate(POINTS, [first, last or None, nth])
        return [float(each) for each in found]

    def select(self, first: str, last: str = "", *, nth: int = 0) -> None:
        """Draw the mouse over words: from the first of them to the end of the last."""
        x, y, to_x, to_y = self.points(first, last, nth)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move((x + to_x) / 2, (y + to_y) / 2)
        self.page.mouse.move(to_x, to_y)
        self.page.mouse.up()
        self.settle()

    def click(self, words: str, *, nth: int = 0) -> None:
        """Click in the middle of words that stand on one line."""
        x, y, to_x, _ = self.points(words, nth=nth)
        self.page.mouse.click((x + to_x) / 2, y)
        self.settle()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.settle()

    def code(self, words: str, *names: str, last: str = "") -> None:
        """Select words with the mouse, and put codes on them."""
        self.select(words, last)
        for name in names:
            self.press("Space")
            self.type(name)
            self.press("Enter")
        self.saved()

    # What then stands

    @property
    def log(self) -> Path:
        return self.folder / "codings" / f"{self.coder}.jsonl"

    def events(self, coder: str = "") -> list[dict[str, Any]]:
        """What is on the disk."""
        path = self.folder / "codings" / f"{coder or self.coder}.jsonl"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    def kinds(self) -> list[str]:
        return [str(event["event"]) for event in self.events()]

    def read(self, expression: str) -> Any:
        """What an expression on the study, read anew in the kernel, is worth."""
        return self.notebook.ask(
            f"(lambda study: {expression})(evalkit.read_study({str(self.folder)!r}))"
        )

    def codings(self, *more: str, coder: str = "") -> list[tuple[Any, ...]]:
        """The coder's codings as Python reads them: code, words, and more columns."""
        columns = ["code_id", "quotation", *more]
        rows = self.read(
            f"study.codings[study.codings['coder_id'].eq({coder or self.coder!r})]"
            f".sort_values(['document_id', 'start', 'end', 'code_id'])[{columns!r}]"
            ".astype(object).where(lambda frame: frame.notna(), '').values.tolist()"
        )
        return [tuple(row) for row in rows]

    def wait_for(self, what: Callable[[], Any]) -> Any:
        return wait_until(what, 10, "what was waited for")


def open_shared(lab: Any, browser: Any, study: Path) -> Iterator[DeskNotebook]:
    """Open one notebook for many tests; its page keeps its errors."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.errors = []
    page.dialogs = []

    def hear(said: Any) -> None:
        if said.type == "error" and not said.text.startswith(ITS_OWN):
            page.errors.append(said.text)

    def close(dialog: Any) -> None:
        page.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", hear)
    page.on("dialog", close)
    notebook = DeskNotebook(lab, page, CELLS, study)
    notebook.run_cell(0)
    notebook.run_cell(2)
    yield notebook
    notebook.close()
    context.close()
