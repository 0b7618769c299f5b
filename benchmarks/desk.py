"""What the coding desk costs in a real JupyterLab and a real Chromium.

All times but Python's own are taken in the page: a driver's round trips would cost
more than what is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP))
if TYPE_CHECKING:
    from tests.desk.conftest import DeskNotebook, Lab

WORDS, CODINGS = (5_000, 20_000, 60_000), (0, 500, 2_000)
QUICK = (5_000, 500)
TARGET = (20_000, 500)
OPEN_TARGET, ACT_TARGET = 1000, 100  # milliseconds
ASKED, ANSWERED = 15, 85  # words of a turn
STANCES = ("supports", "qualifies", "contradicts", "neutral")
CERTAINTIES = ("asserted", "hedged", "speculative")
CODEBOOK = (
    f"attributes:\n  stance: [{', '.join(STANCES)}]\n"
    f"  certainty: [{', '.join(CERTAINTIES)}]\ncodes:\n"
) + "".join(
    f"  - id: {theme}\n    name: Theme {theme}\n    codes:\n"
    + "".join(
        f"      - {{id: {theme}.c{n}, name: Code {n} of {theme}, "
        f"definition: What stands for {theme} in the {n}th way.}}\n"
        for n in range(1, 10)
    )
    for theme in ("left", "right")
)
CODES = [f"{theme}.c{n}" for theme in ("left", "right") for n in range(1, 10)]

PLAIN = """
function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "plain-words";
  box.style.cssText = "height:600px;overflow:auto";
  for (const words of model.get("turns")) {
    const p = document.createElement("p");
    p.textContent = words;
    box.append(p);
  }
  el.append(box);
}
export default { render };
"""
TRIP = """
function render({ model, el }) {
  el.textContent = "trip";
  window.benchTrip = () => new Promise((done) => {
    const began = performance.now();
    const hear = () => {
      model.off("msg:custom", hear);
      done(performance.now() - began);
    };
    model.on("msg:custom", hear);
    model.send({ line: "x".repeat(400) });
  });
}
export default { render };
"""
CELLS = (
    f"""import os, time
import anywidget, traitlets
import evalkit
import evalkit.coding.desk.widget

study = evalkit.read_study("..")
words = [study.texts["P1"][a:b] for a, b in zip(study.turns.start, study.turns.end)]

class Plain(anywidget.AnyWidget):
    _esm = {PLAIN!r}
    turns = traitlets.List().tag(sync=True)

class Trip(anywidget.AnyWidget):
    _esm = {TRIP!r}

    def __init__(self):
        super().__init__()
        self.on_msg(self.answer)

    def answer(self, _, message, buffers):
        with open("../trip.jsonl", "a") as log:
            log.write(message["line"] + "\\n")
            log.flush()
            os.fsync(log.fileno())
        self.send({{}})
""",
    """began = time.perf_counter()
desk = evalkit.coding_desk(study, "P1", coder="ana")
took = time.perf_counter() - began
desk""",
    "Plain(turns=words)",
    "Trip()",
)
SETUP, DESK, BARE, ROUND = range(4)

# `open` runs the cell that is active; `act` waits for a key and what comes of it.
BENCH = """() => {
  const wait = (name, found) => new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error(`never came: ${name}`)), 60000);
    const look = () => {
      const answer = found();
      if (!answer) return false;
      observer.disconnect();
      clearTimeout(late);
      done(answer);
      return true;
    };
    const observer = new MutationObserver(look);
    if (!look()) {
      observer.observe(document.body, { childList: true, subtree: true,
        attributes: true, attributeFilter: ["data-state"] });
    }
  });
  const frames = () => new Promise((done) => requestAnimationFrame(() =>
    requestAnimationFrame(() => done(performance.now()))));
  const settle = async () => {
    for (let n = 0; n < 2; n++) {
      await frames();
      await new Promise((done) => setTimeout(done));
    }
  };
  const text = () => document.querySelector(".evalkit-desk .text");
  window.bench = {
    settle,
    async frames() {
      const began = performance.now();
      return (await frames()) - began;
    },
    async open(css, n, marks) {
      await settle();
      const began = performance.now();
      jupyterapp.commands.execute("notebook:run-cell");
      await wait(css, () => document.querySelectorAll(css).length >= n
        && (!marks || document.querySelector(".evalkit-desk .text mark")));
      return (await frames()) - began;
    },
    list() {
      return [...text().querySelectorAll(".turn:not(.int) p[data-turn]")]
        .map((p) => Number(p.dataset.turn));
    },
    async select(number, from, to) {
      const p = text().querySelector(`p[data-turn="${number}"]`);
      const scroll = text().closest(".scroll");
      scroll.scrollTop += p.getBoundingClientRect().top
        - scroll.getBoundingClientRect().top - 60;
      await settle();
      const words = [...p.textContent.matchAll(/\\S+/g)];
      const point = (offset) => {
        const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          if (offset <= walker.currentNode.length) return [walker.currentNode, offset];
          offset -= walker.currentNode.length;
        }
      };
      text().focus({ preventScroll: true });
      document.getSelection().setBaseAndExtent(...point(words[from].index),
        ...point(words[to].index + words[to][0].length));
      await settle();
    },
    act(number) {
      const key = new Promise((done) => window.addEventListener("keydown",
        (event) => done(event.timeStamp), { capture: true, once: true }));
      const saved = () => document.querySelector(".evalkit-desk .saved").dataset.state;
      const p = text().querySelector(`p[data-turn="${number}"]`);
      const paint = wait("a mark", () => p.querySelector("mark.f")).then(frames);
      const disk = wait("saving", () => saved() !== "saved")
        .then(() => wait("saved", () => saved() === "saved" && performance.now()));
      this.acted = Promise.all([key, paint, disk])
        .then(([began, painted, told]) => [painted - began, told - began]);
    },
  };
}"""


class Figures(NamedTuple):
    """One combination: milliseconds, each of ours before its bare comparison."""

    words: int
    codings: int
    first: float
    opened: list[float]
    python: list[float]
    plain: list[float]
    painted: list[float]
    frames: list[float]
    saved: list[float]
    trips: list[float]


def make_study(folder: Path, n_words: int, n_codings: int) -> Path:
    """Make a study of one interview, P1, with this many words and codings."""
    import evalkit
    from evalkit.coding.log import append_events, now, place_in

    chance = random.Random(n_words + n_codings)
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = ["".join(chance.choices(letters, k=2 + n % 9)) for n in range(5000)]
    study = Path(evalkit.new_study(folder / f"{n_words}-{n_codings}", title="Bench"))
    turns = [
        f"{name}: {' '.join(chance.choices(known, k=size))}."
        for _ in range(n_words // (ASKED + ANSWERED))
        for name, size in (("I", ASKED), ("R", ANSWERED))
    ]
    told = folder / "P1.txt"
    told.write_text("\n".join(turns), encoding="utf-8")
    evalkit.add_documents(study, [told], may_analyse="yes", may_quote="yes")
    (study / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8")
    read = evalkit.read_study(study)
    text = read.texts["P1"]
    answers = read.turns[read.turns["role"].ne("interviewer")]
    places = list(zip(answers["start"], answers["end"], strict=True))
    events = []
    for n in range(n_codings):
        first, last = chance.choice(places)
        at = [i for i in range(first, last) if i == first or text[i - 1] == " "]
        begin = chance.randrange(len(at) - 40)
        end = at[begin + chance.randrange(10, 40)] - 1
        events.append(
            {
                **{"event": "add", "coding_id": f"ana-{n:012x}", "document_id": "P1"},
                **place_in(text, int(at[begin]), int(end)),
                "code_id": chance.choice(CODES),
                "attributes": {
                    "stance": chance.choice(STANCES),
                    "certainty": chance.choice(CERTAINTIES),
                },
                **{"act": f"act-{n:012x}", "label": "added", "at": now()},
            }
        )
    append_events(study / "codings" / "ana.jsonl", events)
    return study


def open_cell(notebook: DeskNotebook, at: int, css: str, n: int, marks: bool) -> float:
    """Run a cell in a notebook without outputs: milliseconds until it is painted."""
    from tests.desk.conftest import PANEL

    page = notebook.page
    notebook.command("notebook:clear-all-cell-outputs")
    panel = PANEL % json.dumps(notebook.path)
    page.evaluate(f"() => {{ ({panel}).content.activeCellIndex = {at} }}")
    notebook.ask("1")
    spent = page.evaluate(
        "([css, n, marks]) => bench.open(css, n, marks)", [css, n, marks]
    )
    notebook.ask("1")
    page.evaluate("() => bench.settle()")
    return float(spent)


def measure(
    lab: Lab, page: Any, study: Path, size: tuple[int, int], repeat: int, acts: int
) -> Figures:
    """Open the desk and code in it, with the bare work by turns."""
    from tests.desk.conftest import DeskNotebook

    n_turns = size[0] // (ASKED + ANSWERED) * 2
    notebook = DeskNotebook(lab, page, CELLS, study)
    try:
        notebook.run_cell(SETUP)
        page.evaluate(BENCH)
        ours = (DESK, ".evalkit-desk .turn", n_turns, size[1] > 0)
        first = open_cell(notebook, *ours)
        opened, python, plain = [], [], []
        for _ in range(repeat):
            plain.append(open_cell(notebook, BARE, ".plain-words p", n_turns, False))
            opened.append(open_cell(notebook, *ours))
            python.append(float(notebook.ask("took")) * 1000)
        notebook.run_cell(ROUND)
        page.wait_for_function("window.benchTrip")
        page.evaluate("() => document.querySelector('.evalkit-desk').scrollIntoView()")
        figures = Figures(*size, first, opened, python, plain, [], [], [], [])
        for painted, saved, frames, trip in code(page, acts):
            figures.painted.append(painted)
            figures.saved.append(saved)
            figures.frames.append(frames)
            figures.trips.append(trip)
        n_logged = len(notebook.events("ana"))
        if n_logged != size[1] + acts + 1:
            raise SystemExit(f"{n_logged} events in the log, not {size[1] + acts + 1}")
        return figures
    finally:
        notebook.close()


def code(page: Any, acts: int) -> Iterator[tuple[float, float, float, float]]:
    """Code words all over the interview, by Enter in the box and by `q` in turns.

    The first act is not counted: nothing was coded before that `q` could do again.
    """
    turns = page.evaluate("() => bench.list()")
    for n in range(acts + 1):
        number = turns[n * len(turns) // (acts + 1)]
        page.evaluate("(n) => bench.select(n, 3, 9)", number)
        key = "q" if n % 2 else "Enter"
        if key == "Enter":
            page.keyboard.press("Space")
            page.wait_for_selector(".evalkit-desk .quick:not([hidden])")
            page.evaluate("() => bench.settle()")
        page.evaluate("(n) => bench.act(n)", number)
        page.keyboard.press(key)
        painted, saved = page.evaluate("() => bench.acted")
        page.evaluate("() => bench.settle()")
        frames = page.evaluate("() => bench.frames()")
        trip = page.evaluate("() => benchTrip()")
        if n:
            yield painted, saved, frames, trip


def render_row(figures: Figures) -> list[str]:
    """Render one combination as a row's cells."""
    middle = statistics.median
    cells = [f"{figures.words:,}", f"{figures.codings:,}"]
    opened, plain = middle(figures.opened), middle(figures.plain)
    cells += [f"{opened:.0f}", f"{plain:.0f}", f"{opened / plain:.1f}"]
    cells += [f"{middle(figures.python):.0f}", f"{figures.first:.0f}"]
    for ours, bare in (
        (figures.painted, figures.frames),
        (figures.saved, figures.trips),
    ):
        cells += [f"{middle(ours):.0f} ({max(ours):.0f})"]
        cells += [f"{middle(bare):.0f} ({max(bare):.0f})"]
        cells += [f"{middle(ours) / middle(bare):.1f}"]
    return cells


def list_missed(figures: Figures) -> list[str]:
    """List which targets a combination misses."""
    found = {
        "open": (statistics.median(figures.opened), OPEN_TARGET),
        "paint": (statistics.median(figures.painted), ACT_TARGET),
        "key to disk": (statistics.median(figures.saved), ACT_TARGET),
    }
    return [name for name, (spent, most) in found.items() if spent >= most]


def describe_machine(version: str) -> str:
    """Say what the figures were measured on."""
    import anywidget
    import jupyterlab

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, JupyterLab {jupyterlab.__version__}, "
        f"anywidget {anywidget.__version__}, Chromium {version}. Load: {load}."
    )


def main() -> None:
    """Print the figures as one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one small combination")
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="openings")
    parser.add_argument("--acts", type=int, default=30, metavar="N", help="codings")
    parser.add_argument("--words", type=int, nargs="+", default=WORDS)
    parser.add_argument("--codings", type=int, nargs="+", default=CODINGS)
    asked = parser.parse_args()
    from playwright.sync_api import sync_playwright

    from tests.conftest import find_chromium
    from tests.desk.conftest import CHROMIUM, Lab

    sizes = [(words, n) for words in asked.words for n in asked.codings]
    sizes = [QUICK] if asked.quick else sizes
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        sync_playwright() as playwright,
    ):
        lab = Lab(Path(folder))
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=CHROMIUM
        )
        try:
            lab.wait()
            print(describe_machine(browser.version) + "\n")
            print(
                "| words | codings | open | plain | ratio | Python | first "
                "| paint (worst) | frames | ratio | disk (worst) | trip | ratio |"
            )
            print("|" + "--:|" * 13, flush=True)
            missed = []
            for size in sizes:
                study = make_study(Path(folder), *size)
                context = browser.new_context(viewport={"width": 1400, "height": 900})
                context.set_default_timeout(60_000)
                figures = measure(
                    lab, context.new_page(), study, size, asked.repeat, asked.acts
                )
                context.close()
                print(f"| {' | '.join(render_row(figures))} |", flush=True)
                if size == TARGET:
                    missed = list_missed(figures)
        finally:
            browser.close()
            lab.stop()
    if TARGET in sizes:
        print(f"\nTargets missed: {', '.join(missed) or 'none'}.")


if __name__ == "__main__":
    main()
