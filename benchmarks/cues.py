"""What finding the codebook's cues costs, beside other tools on the same texts.

Nothing heavy is imported up here: a child's peak memory begins at its parent's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import NamedTuple

from spine import N_INTERVIEWS, REAL, describe_machine, read_interviews

PHRASES = REAL.with_name("phrases.json")
N_PHRASES, N_THEMES, N_MORE = 553, 24, 2000
SCAN_TARGET, WC_TARGET, WHOLE_TARGET, PEAK_TARGET = 30, 1, 10, 2

Themes = dict[str, list[str]]
Find = Callable[[list[str]], int]


class Files(Mapping[str, str]):
    """The documents of a folder, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._paths = {path.stem: path for path in sorted(folder.glob("*.txt"))}

    def __getitem__(self, document_id: str) -> str:
        return self._paths[document_id].read_text(encoding="utf-8")

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class Tool(NamedTuple):
    """What scans: `prepare(themes)` makes the work on texts, which counts its finds."""

    label: str
    prepare: Callable[[Themes], Find]
    finds: str = "matches"
    target: int | None = None


class Run(NamedTuple):
    """One child: CPU seconds, peak memory in MB, its finds, and CPU at each mark."""

    cpu: float
    peak: float
    found: int
    marks: dict[str, float]


class Done(NamedTuple):
    """What a child says: its finds, the CPU of the scan alone, and CPU at each mark."""

    found: int
    cpu: float | None
    marks: dict[str, float]


class Row(NamedTuple):
    """A line of the table."""

    what: str
    cpu: str = "–"
    ratio: str = "–"
    target: str = "–"
    found: str = "–"
    peak: str = "–"
    spread: str = "–"
    is_missed: bool = False


def read_themes() -> Themes:
    """Read (or make up) the phrases of each theme."""
    if REAL.exists():
        themes: Themes = json.loads(PHRASES.read_text(encoding="utf-8"))
        return themes
    chance = random.Random(4)
    words = re.findall("[a-z]+", next(read_interviews())[1])
    made: dict[str, None] = {}
    while len(made) < N_PHRASES:
        at, n = chance.randrange(len(words)), chance.choice((1, 2, 2, 3))
        made[" ".join(words[at : at + n])] = None
    return {f"theme{n}": list(made)[n::N_THEMES] for n in range(N_THEMES)}


def write_input(folder: Path, n_documents: int) -> int:
    """Write documents, one file of them all, and the phrases: the bytes of text."""
    folder.mkdir()
    n_bytes = 0
    interviews = read_interviews(-(-n_documents // N_INTERVIEWS))
    with (folder / "all").open("wb") as all_texts:
        for document_id, text in islice(interviews, n_documents):
            content = text.encode("utf-8")
            (folder / f"{document_id}.txt").write_bytes(content)
            all_texts.write(content + b"\n")
            n_bytes += len(content)
    (folder / "phrases.json").write_text(json.dumps(read_themes()), encoding="utf-8")
    return n_bytes


def read_input(folder: Path) -> tuple[dict[str, str], Themes]:
    """Read the documents' texts and the phrases."""
    return dict(Files(folder)), read_phrases(folder)


def read_phrases(folder: Path) -> Themes:
    """Read the phrases of each theme."""
    themes: Themes = json.loads((folder / "phrases.json").read_text(encoding="utf-8"))
    return themes


def prepare_ours(themes: Themes) -> Find:
    import pandas as pd

    from evalkit.coding.cues import compile_cues

    rows = [(theme, each, "cue", 1) for theme in themes for each in themes[theme]]
    table = pd.DataFrame(rows, columns=["code_id", "phrase", "kind", "line"])
    cues = compile_cues(table, [])
    return lambda texts: sum(len(cues.find_hits(text)) for text in texts)


def prepare_tokeniser(_: Themes) -> Find:
    import spacy

    nlp = spacy.blank("en")
    nlp.max_length = sys.maxsize
    return lambda texts: sum(len(doc) for doc in nlp.pipe(texts))


def prepare_matcher(themes: Themes) -> Find:
    import spacy
    from spacy.matcher import PhraseMatcher

    nlp = spacy.blank("en")
    nlp.max_length = sys.maxsize
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for theme, phrases in themes.items():
        matcher.add(theme, [nlp.make_doc(phrase) for phrase in phrases])

    def find(texts: list[str]) -> int:
        spans = (matcher(doc, as_spans=True) for doc in nlp.pipe(texts))
        return sum(len([(s.start_char, s.end_char) for s in each]) for each in spans)

    return find


def prepare_alternation(themes: Themes) -> Find:
    phrases = sorted(chain.from_iterable(themes.values()), key=len, reverse=True)
    either = "|".join(map(re.escape, phrases))
    either = either.replace(r"\ ", r"\s+").replace("'", "['’]")
    pattern = re.compile(rf"\b(?:{either})\b", re.IGNORECASE)

    def find(texts: list[str]) -> int:
        return sum(len([m.span() for m in pattern.finditer(text)]) for text in texts)

    return find


def prepare_loop(themes: Themes) -> Find:
    phrases = list(chain.from_iterable(themes.values()))

    def find(texts: list[str]) -> int:
        n = 0
        for text in map(str.lower, texts):
            n += sum(len(list(_find_plainly(text, phrase))) for phrase in phrases)
        return n

    return find


def _find_plainly(text: str, phrase: str) -> Iterator[tuple[int, int]]:
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        beside = text[start - 1 : start] + text[end : end + 1]
        if not any(map(str.isalnum, beside)):
            yield start, end
        start = text.find(phrase, start + 1)


TOOLS = {
    "ours": Tool("ours", prepare_ours),
    "tokeniser": Tool(
        "spaCy's blank tokeniser", prepare_tokeniser, "tokens", SCAN_TARGET
    ),
    "matcher": Tool("spaCy's PhraseMatcher, tokenising included", prepare_matcher),
    "alternation": Tool("one `re` alternation", prepare_alternation),
    "loop": Tool("a loop of `str.find`", prepare_loop),
}
ON_MORE = ("ours", "tokeniser")


def scan(name: str, folder: Path) -> Done:
    """Scan texts in memory, when all is prepared: CPU seconds, and the finds."""
    texts, themes = read_input(folder)
    find, given = TOOLS[name].prepare(themes), list(texts.values())
    began = _spent()
    found = find(given)
    return Done(found, _spent() - began, {})


def go_through(folder: Path) -> Done:
    """Find the cues in files and write two tables, as a lean script would."""
    marks = {"interpreter, and this script's own imports": _spent()}
    import pandas as pd

    marks["importing pandas"] = _spent()
    from evalkit.coding.cues import compile_cues, find_cues

    marks["importing evalkit.coding.cues"] = _spent()
    texts, themes = Files(folder), read_phrases(folder)
    rows = [(theme, each, "cue", 1) for theme in themes for each in themes[theme]]
    table = pd.DataFrame(rows, columns=["code_id", "phrase", "kind", "line"])
    cues = compile_cues(table, texts.values())
    marks["compiling"] = _spent()
    hits = find_cues(texts, cues)
    marks["find_cues"] = _spent()
    counts = hits.pivot_table(
        index="document_id", columns="code_id", aggfunc="size", fill_value=0
    ).reindex(list(texts), fill_value=0)
    marks["counting document by theme"] = _spent()
    hits.to_csv(folder / "hits.csv", index=False, lineterminator="\n")
    counts.to_csv(folder / "counts.csv", lineterminator="\n")
    marks["writing two CSV files"] = _spent()
    return Done(len(hits), None, marks)


def tokenise_files(folder: Path) -> Done:
    """Read the same files and tokenise them: no matching, no tables."""
    texts, themes = read_input(folder)
    return Done(prepare_tokeniser(themes)(list(texts.values())), None, {})


def import_only(_: Path) -> Done:
    """Do nothing but import what ours imports."""
    import pandas  # noqa: F401

    import evalkit.coding.cues  # noqa: F401

    return Done(0, None, {})


WHOLES = {
    "whole": go_through,
    "whole tokeniser": tokenise_files,
    "imports": import_only,
}


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def run(command: list[str]) -> tuple[bytes, float, float]:
    """Run a command: what it says, its CPU seconds and its peak memory in MB."""
    locale = {**os.environ, "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=locale)
    assert process.stdout is not None
    with process.stdout as stream:
        said = stream.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return said, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


def run_child(name: str, folder: Path) -> Run:
    """Run a child: the time of its scan where it tells that, else its whole time."""
    said, cpu, peak = run([sys.executable, __file__, "--child", name, str(folder)])
    done = Done(*json.loads(said))
    marks = {**done.marks, "leaving": cpu} if done.marks else {}
    return Run(cpu if done.cpu is None else done.cpu, peak, done.found, marks)


def run_wc(folder: Path) -> Run:
    """Count the words of all texts with `wc`, whose peak memory is its parent's."""
    said, cpu, _ = run(["wc", "-w", str(folder / "all")])
    return Run(cpu, 0, int(said.split()[0]), {})


def run_by_turns(names: list[str], folder: Path, repeat: int) -> dict[str, list[Run]]:
    """Run children by turns: of each, its runs, the least CPU first."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for _ in range(repeat):
        for name, each in runs.items():
            each.append(run_wc(folder) if name == "wc" else run_child(name, folder))
    return {name: sorted(each, key=lambda run: run.cpu) for name, each in runs.items()}


def list_scans(runs: dict[str, list[Run]], given: str) -> Iterator[Row]:
    """Give the rows of the scan: each tool beside ours."""
    tools = {**TOOLS, "wc": Tool("`wc -w`", prepare_loop, "words", WC_TARGET)}
    for name in runs:
        tool = tools[name]
        row = _beside(f"scan, {given}: {tool.label}", runs[name], runs["ours"][0])
        yield _aim(row, runs[name][0].cpu / runs["ours"][0].cpu, tool.target)._replace(
            found=f"{runs[name][0].found:,} {tool.finds}"
        )


def list_wholes(runs: dict[str, list[Run]], given: str, size: float) -> Iterator[Row]:
    """Give the rows of the whole process, and of its memory."""
    ours, other = runs["whole"], runs["whole tokeniser"]
    found = f"{ours[0].found:,} matches"
    yield _beside(f"whole, {given}: ours", ours, ours[0])._replace(found=found)
    row = _beside(f"whole, {given}: read and tokenise only", other, ours[0])
    row = _aim(row, other[0].cpu / ours[0].cpu, WHOLE_TARGET)
    yield row._replace(found=f"{other[0].found:,} tokens")
    baseline, peak = runs["imports"][0].peak, ours[0].peak
    yield Row("memory: interpreter with imports", peak=f"{baseline:.0f}")
    yield Row("memory: text on disk", peak=f"{size:.0f}")
    yield Row(
        "memory: ours beside text on disk",
        ratio=f"{peak / size:.1f}×",
        target=f"< {PEAK_TARGET}×",
        peak=f"{peak:.0f}",
        is_missed=peak / size >= PEAK_TARGET,
    )
    above = peak - baseline
    yield Row(
        "memory: ours above its imports",
        ratio=f"{above / size:.1f}×",
        peak=f"{above:.0f}",
    )


def list_stages(whole: Run, scanned: Run) -> Iterator[Row]:
    """Give the rows of where our time goes; `scanned` splits `find_cues` in two."""
    spent = {"": 0.0, **whole.marks}
    for (_, before), (stage, after) in pairwise(spent.items()):
        seconds = {stage: after - before}
        if stage == "find_cues":
            scan_only = min(scanned.cpu, after - before)
            seconds = {
                "find_cues, the scan": scan_only,
                "find_cues, reading and its table": after - before - scan_only,
            }
        for what, took in seconds.items():
            share = f"{took / whole.cpu:.0%} of it"
            yield Row(f"of whole, ours: {what}", f"{took:.3f}", share)


def _beside(what: str, runs: list[Run], ours: Run) -> Row:
    least, most = runs[0].cpu, runs[-1].cpu
    return Row(
        what,
        f"{least:.3f}",
        f"{least / ours.cpu:.2g}×" if least < ours.cpu else f"{least / ours.cpu:.1f}×",
        peak=f"{runs[0].peak:.0f}" if runs[0].peak else "–",
        spread=f"{most / least - 1:.0%}" if len(runs) > 1 else "–",
    )


def _aim(row: Row, ratio: float, target: int | None) -> Row:
    if target is None:
        return row
    return row._replace(target=f"≥ {target}×", is_missed=ratio < target)


def describe_processor() -> str:
    """Name the processor, where the system tells it."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> None:
    """Print the figures as one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="300 documents, once")
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "FOLDER"), help="one run")
    asked = parser.parse_args()
    if asked.child:
        name, folder = asked.child[0], Path(asked.child[1])
        done = WHOLES[name](folder) if name in WHOLES else scan(name, folder)
        print(json.dumps(done))
        return
    repeat = 1 if asked.quick else asked.repeat
    n_more = N_INTERVIEWS if asked.quick else N_MORE
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        few, more = Path(temporary, "few"), Path(temporary, "more")
        write_input(few, N_INTERVIEWS)
        size = write_input(more, n_more) / 1e6
        scans = run_by_turns([*TOOLS, "wc"], few, repeat)
        rows += list_scans(scans, str(N_INTERVIEWS))
        if not asked.quick:
            scans = run_by_turns([*ON_MORE, "wc"], more, repeat)
            rows += list_scans(scans, f"{n_more:,}")
        wholes = run_by_turns(list(WHOLES), more, repeat)
        rows += list_wholes(wholes, f"{n_more:,}", size)
        rows += list_stages(wholes["whole"][0], scans["ours"][0])
    n_phrases = sum(map(len, read_themes().values()))
    print(f"{describe_processor()}, {describe_machine()}")
    print(f"{n_phrases} phrases; {n_more:,} documents, {size:.1f} MB.")
    print("quanteda (R) is not measured.\n")
    print("| what | CPU s | ratio | target | found | peak MB | spread |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for *cells, _ in rows:
        print(f"| {' | '.join(cells)} |")
    missed = [f"{row.what} ({row.ratio})" for row in rows if row.is_missed]
    print(f"\nTargets missed: {'; '.join(missed) or 'none'}.")


if __name__ == "__main__":
    main()
