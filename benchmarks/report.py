"""Measure a report against the bare execution of its notebook.

`evalkit report --to html` reads the study, runs the notebook, checks every quotation,
permission and count, looks for words of people who withdrew, and writes page, tables
and manifest. The measure is the same notebook run by `jupyter nbconvert --execute --to
html`, which does none of that. Wall time of whole processes, in turn; medians, and
their ratio.

    .venv/bin/python benchmarks/report.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

TOP = Path(__file__).parents[1]
STUDY = TOP / "corpus" / "advocates"
NOTEBOOK = TOP / "notebooks" / "05-evaluation-report.ipynb"
BIN = Path(sys.executable).parent
TIMES = 5


def measure(command: list[str | Path]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        for audience in ("internal", "funder"):
            notebook = nbformat.read(NOTEBOOK, as_version=4)
            notebook.cells[
                0
            ].source = f"STUDY, AUDIENCE, SINCE = {str(STUDY)!r}, {audience!r}, ''"
            path = out / f"{audience}.ipynb"
            nbformat.write(notebook, path)
            bare = ["--execute", "--to", "html", "--output-dir", out / "bare", path]
            ours = ["report", STUDY, "--audience", audience, "--to", "html"]
            times: dict[str, list[float]] = {"bare": [], "ours": []}
            for _ in range(TIMES):
                times["bare"].append(measure([BIN / "jupyter", "nbconvert", *bare]))
                times["ours"].append(
                    measure([BIN / "evalkit", *ours, "--out", out / audience])
                )
            a, b = (statistics.median(times[each]) for each in ("bare", "ours"))
            print(
                f"{audience}: nbconvert --execute {a:.1f} s, evalkit report {b:.1f} s"
            )
            print(f"{audience}: ratio {b / a:.2f} (target 1.3)")


if __name__ == "__main__":
    main()
