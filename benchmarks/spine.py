"""What the spine costs: reading, folding and laying, each beside the bare work.

Nothing heavy is imported up here: a child's peak memory begins at its parent's.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

REAL = Path(__file__).parents[2] / "shared/interviews/seenunseen/interviews.jsonl.gz"
N_INTERVIEWS, N_EVENTS, N_UNITS, N_CODINGS = 300, 100_000, 200_000, 100_000
TIMES = 4
STANCES = ("supports", "qualifies", "contradicts", "neutral")
CODEBOOK = f"""\
attributes:
  stance: [{", ".join(STANCES)}]
codes:
""" + "".join(f"  - {{id: code{n}, name: Code {n}}}\n" for n in range(20))

Work = Callable[[], object]


class Pair(NamedTuple):
    """Our work and the bare work, on one input."""

    ours: Work
    bare: Work


class Measure(NamedTuple):
    """What is measured: `make(folder, times)` makes its input, so many times as big."""

    what: str
    given: str
    make: Callable[[Path, int], Pair]
    target: float | None


def read_interviews(times: int = 1) -> Iterator[tuple[str, str]]:
    """Read (or make up) the interviews' ids and texts, `times` over."""
    for copy in range(times):
        for document_id, text in _read_real() if REAL.exists() else _make_up():
            yield f"{document_id}-{copy}", text


def _read_real() -> Iterator[tuple[str, str]]:
    with gzip.open(REAL, "rt", encoding="utf-8") as lines:
        for line in lines:
            interview = json.loads(line)
            yield interview["document_id"], interview["text"]


def _make_up() -> Iterator[tuple[str, str]]:
    chance = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=2 + n % 9)) for n in range(5000)]
    for number in range(N_INTERVIEWS):
        turns = [
            f"{'IR'[n % 2]}: {' '.join(chance.choices(words, k=(15, 85)[n % 2]))}."
            for n in range(100)
        ]
        yield f"M{number:03}", "\n".join(turns)


def write_log(path: Path, *, n_events: int, times: int = 1) -> None:
    """Write a coder's log: 70 % add, 20 % edit, 10 % remove."""
    from evalkit.coding.log import now, place_in

    chance = random.Random(2)
    interviews = list(read_interviews(times))
    live: list[str] = []
    with path.open("w", encoding="utf-8") as log:
        for _ in range(n_events):
            kind = chance.choices(("add", "edit", "remove"), (70, 20, 10))[0]
            kind = kind if live else "add"
            at = chance.randrange(len(live)) if live else 0
            coding_id = f"ana-{chance.getrandbits(48):012x}"
            coding_id = coding_id if kind == "add" else live[at]
            event: dict[str, Any] = {"event": kind, "coding_id": coding_id, "at": now()}
            stance = {"attributes": {"stance": chance.choice(STANCES)}}
            code = {"code_id": f"code{chance.randrange(20)}"}
            if kind == "add":
                document_id, text = chance.choice(interviews)
                start = chance.randrange(len(text) - 300)
                end = start + chance.randrange(20, 300)
                event |= {"document_id": document_id, **code}
                event |= place_in(text, start, end) | stance
                live.append(coding_id)
            elif kind == "edit":
                event |= chance.choice((stance, code, {"memo": "See the first round."}))
            else:
                live[at] = live[-1]
                live.pop()
            line = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
            log.write(line + "\n")


def make_turns(folder: Path, times: int) -> Pair:
    """Interviews as text files, into turns as one table."""
    import pandas as pd

    from evalkit.tables import TURNS
    from evalkit.transcripts import labels
    from evalkit.transcripts.read import read_transcripts

    for document_id, text in read_interviews(times):
        (folder / f"{document_id}.txt").write_text(text, encoding="utf-8")
    paths = sorted(folder.glob("*.txt"))

    def ours() -> pd.DataFrame:
        _forget(labels)
        rows = [
            (path.stem, number, *turn[:2], "", *turn[2:], read.text[turn[2] : turn[3]])
            for path in paths
            for read in read_transcripts(path)
            for number, turn in enumerate(read.turns, start=1)
        ]
        return TURNS.typed(pd.DataFrame(rows, columns=list(TURNS.columns)))

    return Pair(ours, lambda: _split(paths))


def _forget(module: object) -> None:
    """Empty a module's caches: every repeat does the work of a first run."""
    for each in vars(module).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()


def _split(paths: list[Path]) -> None:
    for path in paths:
        path.read_bytes().decode("utf-8").splitlines()


def make_study(folder: Path, times: int) -> Pair:
    """The same interviews as a study's folder, with a tenth of the log."""
    from evalkit.study import read_study
    from evalkit.transcripts import labels

    (folder / "transcripts").mkdir()
    (folder / "codings").mkdir()
    interviews = ["document_id,file,respondent_id"]
    respondents = ["respondent_id,may_analyse,may_quote"]
    for document_id, text in read_interviews(times):
        path = folder / "transcripts" / f"{document_id}.txt"
        path.write_text(text, encoding="utf-8")
        interviews.append(f"{document_id},{path.name},{document_id}")
        respondents.append(f"{document_id},yes,yes")
    (folder / "interviews.csv").write_text("\n".join(interviews))
    (folder / "respondents.csv").write_text("\n".join(respondents))
    (folder / "study.toml").write_text('title = "Made to be measured"\n')
    (folder / "codebook.yaml").write_text(CODEBOOK)
    log = folder / "codings" / "ana.jsonl"
    write_log(log, n_events=times * N_EVENTS // 10, times=times)
    paths = sorted((folder / "transcripts").iterdir())

    def ours() -> object:
        _forget(labels)
        return read_study(folder)

    def bare() -> None:
        _split(paths)
        _load(log.read_text(encoding="utf-8"))

    return Pair(ours, bare)


def make_fold(folder: Path, times: int) -> Pair:
    """A coder's log, folded into the codings that stand."""
    from evalkit.coding.log import fold_events, parse_events

    path = folder / "ana.jsonl"
    write_log(path, n_events=times * N_EVENTS)
    content = path.read_text(encoding="utf-8")

    def ours() -> object:
        return fold_events(parse_events(content, file=path.name), file=path.name)

    return Pair(ours, lambda: _load(content))


def _load(content: str) -> None:
    for line in content.split("\n"):
        if line:
            json.loads(line)


def make_laid(_: Path, times: int) -> Pair:
    """Codings laid over units; the bare work is told which unit each lies on."""
    import numpy as np
    import pandas as pd

    from evalkit.analysis.units import lay_codings

    chance = np.random.default_rng(3)
    n_units, n_codings, n_documents = N_UNITS * times, N_CODINGS * times, 300 * times
    of_document = np.sort(chance.integers(0, n_documents, n_units))
    names = np.array([f"S{n:04}" for n in range(n_documents)], dtype="object")
    units = pd.DataFrame({"document_id": pd.Series(names[of_document], dtype="str")})
    units["unit"] = units.groupby("document_id").cumcount() + 1
    size = pd.Series(chance.integers(20, 400, n_units))
    units["end"] = size.groupby(of_document).cumsum()
    units["start"] = units["end"] - size
    units["turn"] = units["unit"]
    units["speaker"] = np.where(units["unit"] % 2, "I", "R")
    units["role"] = np.where(units["unit"] % 2, "interviewer", "respondent")
    units["respondent_id"] = units["document_id"]
    touched = np.sort(chance.integers(0, n_units, n_codings))
    on = units.take(touched).reset_index(drop=True)
    codings = on[["document_id", "start", "unit"]].assign(
        coding_id=[f"ana-{n:012x}" for n in range(n_codings)],
        end=on["start"] + chance.integers(20, 300, n_codings),
        code_id=[f"code{n}" for n in chance.integers(0, 20, n_codings)],
        coder_id="ana",
        quotation=[f"{'so we left ' * 12}{n}" for n in range(n_codings)],
    )
    placed, marks = codings.drop(columns="unit"), codings.drop(columns=["start", "end"])

    def bare() -> pd.DataFrame:
        return marks.merge(units, on=["document_id", "unit"], how="left")

    return Pair(lambda: lay_codings(units, placed), bare)


MEASURES = {
    "turns": Measure("turns table", f"{N_INTERVIEWS} interviews", make_turns, 10),
    "study": Measure(
        "whole study",
        f"{N_INTERVIEWS} interviews, {N_EVENTS // 10:,} events",
        make_study,
        None,
    ),
    "fold": Measure("folding a log", f"{N_EVENTS:,} events", make_fold, 3),
    "lay": Measure(
        "laying codings", f"{N_CODINGS:,} on {N_UNITS:,} units", make_laid, None
    ),
}
SCRIPT = str(Path(sys.executable).with_name("evalkit"))
STARTS = {
    "import": ("`import evalkit`", [sys.executable, "-c", "import evalkit"]),
    "help": ("`evalkit --help`", [SCRIPT, "--help"]),
}
START_TARGET = 0.5


def time_best(pair: Pair, repeat: int) -> tuple[float, float]:
    """Time ours and the bare work in turns: the least CPU seconds of each."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeat):
        for work, seconds in zip(pair, spent, strict=True):
            gc.collect()
            began = time.process_time()
            result = work()
            seconds.append(time.process_time() - began)
            del result
    return min(spent[0]), min(spent[1])


def time_made(measure: Measure, times: int, repeat: int) -> tuple[float, float]:
    """Make a measure's input and time it."""
    with tempfile.TemporaryDirectory() as folder:
        return time_best(measure.make(Path(folder), times), repeat)


def run(command: list[str]) -> tuple[float, float]:
    """Run a command: its CPU seconds and peak memory in MB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


def measure_peaks(name: str) -> str:
    """Run ours and the bare work once each, in a process of their own."""
    own = [sys.executable, __file__, "--only", name, "--once"]
    return " / ".join(f"{run([*own, side])[1]:.0f}" for side in Pair._fields)


def measure_starts(only: str | None, repeat: int) -> Iterator[list[str]]:
    """Measure the starts of a process: a row each, with what is missed."""
    for name, (what, command) in STARTS.items():
        if only not in (None, name):
            continue
        runs = [
            (run(command), run([sys.executable, "-c", "pass"])) for _ in range(repeat)
        ]
        ours, bare = (min(side) for side in zip(*runs, strict=True))
        peaks = f"{ours[1]:.0f} / {bare[1]:.0f}"
        yield [
            *(what, "–", *_ratio(ours[0], bare[0])),
            *(f"{START_TARGET} s", peaks, "–"),
            "seconds" if ours[0] > START_TARGET else "",
        ]


def measure_work(name: str, peaks: str, repeat: int) -> list[str]:
    """Measure a work at its size and at `TIMES` that: a row, with what is missed."""
    measure = MEASURES[name]
    ours, bare = time_made(measure, 1, repeat)
    more_ours, more_bare = time_made(measure, TIMES, repeat)
    is_slow = measure.target is not None and ours / bare > measure.target
    grows = more_ours / ours > TIMES + 1
    return [
        *(measure.what, measure.given, *_ratio(ours, bare)),
        f"{measure.target}×" if measure.target else "–",
        peaks,
        f"{more_ours / ours:.1f} / {more_bare / bare:.1f}",
        " and ".join(["ratio"] * is_slow + ["growth"] * grows),
    ]


def _ratio(ours: float, bare: float) -> tuple[str, str, str]:
    return f"{ours:.3f} s", f"{bare:.3f} s", f"{ours / bare:.1f}"


def describe_machine() -> str:
    """Say what the figures were measured on."""
    import pandas as pd

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    whose = "real ones (seenunseen)" if REAL.exists() else "made up (no seenunseen)"
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, pandas {pd.__version__}. "
        f"Interviews: {whose}."
    )


def main() -> None:
    """Print the figures as one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5, metavar="N")
    parser.add_argument("--only", choices=[*MEASURES, *STARTS])
    parser.add_argument("--once", choices=Pair._fields, help="run, measure nothing")
    asked = parser.parse_args()
    if asked.once:
        with tempfile.TemporaryDirectory() as folder:
            getattr(MEASURES[asked.only].make(Path(folder), 1), asked.once)()
        return
    rows = list(measure_starts(asked.only, asked.repeat))
    names = [name for name in MEASURES if asked.only in (None, name)]
    peaks = {name: measure_peaks(name) for name in names}
    rows = [measure_work(name, peaks[name], asked.repeat) for name in names] + rows
    print(describe_machine() + "\n")
    print("| what | input | ours | bare | ratio | target | peak MB | growth 4x |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    for *cells, _ in rows:
        print(f"| {' | '.join(cells)} |")
    missed = [f"{row[0]} ({row[-1]})" for row in rows if row[-1]]
    print(f"\nTargets missed: {', '.join(missed) or 'none'}.")


if __name__ == "__main__":
    main()
