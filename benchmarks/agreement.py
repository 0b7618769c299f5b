"""What agreement between coders costs, beside other packages on the same ratings.

Nothing heavy is imported up here: a child's peak memory begins at its parent's.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

N_CODERS, N_VALUES, N_DOCUMENTS, N_DRAWS, N_TIMED = 10, 5, 300, 1000, 5
MISSING, ALIKE, DIGITS = 0.1, 0.6, 9
ALPHA_TARGET, DRAWS_TARGET, PAIRS_TARGET, PEAK_TARGET = 2, 1000, 20, 2
OTHERS = {
    "krippendorff": "krippendorff",
    "statsmodels": "statsmodels",
    "sklearn": "scikit-learn",
}

Work = Callable[[], object]


class Spent(NamedTuple):
    """Seconds of processor and of clock (medians), and what the work gave."""

    cpu: float
    wall: float
    gave: object


class Row(NamedTuple):
    """A line of the table."""

    what: str
    cpu: str = "–"
    wall: str = "–"
    ratio: str = "–"
    target: str = "–"
    peak: str = "–"
    is_missed: bool = False


def make_ratings(n_units: int, *, missing: float) -> np.ndarray:
    """Make ratings, coders × units, of a truth that coders miss at times."""
    import numpy as np

    draws = np.random.default_rng(1)
    truth = draws.integers(1, N_VALUES + 1, n_units)
    made = np.empty((N_CODERS, n_units))
    for row in made:
        own = draws.integers(1, N_VALUES + 1, n_units)
        row[:] = np.where(draws.random(n_units) < ALIKE, truth, own)
        row[draws.random(n_units) < missing] = np.nan
    return made


def make_documents(n_units: int) -> np.ndarray:
    """Say in which of the documents, of about the same size, each unit lies."""
    import numpy as np

    return np.arange(n_units) * N_DOCUMENTS // n_units


def is_there(name: str) -> bool:
    """Say whether another package is installed."""
    return find_spec(name) is not None


def give_ours(ratings: pd.DataFrame) -> float:
    from evalkit.analysis.agreement import krippendorff_alpha

    return krippendorff_alpha(ratings)


def give_theirs(ratings: pd.DataFrame) -> float:
    import krippendorff

    return float(
        krippendorff.alpha(
            reliability_data=ratings.to_numpy(), level_of_measurement="nominal"
        )
    )


def find_ends(ratings: pd.DataFrame, documents: np.ndarray | None) -> list[float]:
    """Find alpha's interval over units, or over documents, from the ratings on."""
    from evalkit.analysis.coefficients import (
        Alpha,
        draw_by_document,
        draw_by_unit,
        tally,
    )
    from evalkit.analysis.resampling import draw_documents, find_interval
    from evalkit.analysis.scales import number_ratings, set_distances

    draw_documents.cache_clear()
    codes, values = number_ratings(ratings)
    tool = Alpha(set_distances("nominal", values))
    counted = tally(codes, n_values=len(values), documents=documents)
    draw = draw_by_unit if documents is None else draw_by_document
    ends: list[float] = find_interval(draw(tool, counted, seed=1)).tolist()
    return ends


def draw_columns(n_units: int, documents: np.ndarray | None) -> np.ndarray:
    """Draw the units of one replicate, one by one or by whole documents."""
    import numpy as np

    draws = np.random.default_rng(2)
    if documents is None:
        return draws.integers(0, n_units, n_units)
    drawn = draws.integers(0, N_DOCUMENTS, N_DOCUMENTS)
    return np.concatenate([np.flatnonzero(documents == each) for each in drawn])


def count_by_unit(ratings: pd.DataFrame) -> np.ndarray:
    """Count how often each value was given to each unit: units × values."""
    import numpy as np

    given = ratings.to_numpy()
    each = [(given == value).sum(axis=0) for value in range(1, N_VALUES + 1)]
    return np.stack(each, axis=1)


def give_pairs(ratings: pd.DataFrame) -> list[float]:
    from evalkit.analysis.agreement import measure_pairs

    kappas: list[float] = measure_pairs(ratings)["kappa"].tolist()
    return kappas


def loop_sklearn(given: np.ndarray) -> list[float]:
    from sklearn.metrics import cohen_kappa_score

    return [float(cohen_kappa_score(a, b)) for a, b in combinations(given, 2)]


def loop_statsmodels(given: np.ndarray) -> list[float]:
    import numpy as np
    from statsmodels.stats.inter_rater import cohens_kappa, to_table

    tables = (to_table(np.column_stack(two))[0] for two in combinations(given, 2))
    return [float(cohens_kappa(table).kappa) for table in tables]


def time_by_turns(works: Mapping[str, Work], repeat: int) -> dict[str, Spent]:
    """Time works by turns."""
    clocks: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    gave: dict[str, object] = {}
    for _ in range(repeat):
        for name, work in works.items():
            gc.collect()
            cpu, wall = time.process_time(), time.perf_counter()
            gave[name] = work()
            spent = time.process_time() - cpu, time.perf_counter() - wall
            clocks[name].append(spent)
    return {
        name: Spent(*(median(each) for each in zip(*clocks[name], strict=True)), given)
        for name, given in gave.items()
    }


def expect_same(what: str, ours: object, theirs: object) -> None:
    """Stop where two packages give different figures."""
    import numpy as np

    apart = float(np.max(np.abs(np.subtract(ours, theirs))))
    if not apart < 10**-DIGITS:
        raise SystemExit(f"{what}: figures differ by {apart:.2g}")


def show(what: str, spent: Spent) -> Row:
    """Give the row of a work that is compared with nothing, or that others are."""
    return Row(what, f"{spent.cpu:.3g}", f"{spent.wall:.3g}")


def compare(
    what: str, spent: Spent, ours: Spent, *, times: float = 1, target: int | None
) -> Row:
    """Give the row of another's work, done `times` as often, beside ours."""
    cpu, wall = times * spent.cpu / ours.cpu, times * spent.wall / ours.wall
    return Row(
        what,
        f"{times * spent.cpu:,.3g}" if times == 1 else f"{times * spent.cpu:,.0f}",
        f"{times * spent.wall:,.3g}" if times == 1 else f"{times * spent.wall:,.0f}",
        " / ".join(f"{r:.1f}×" if r < 100 else f"{r:,.0f}×" for r in (cpu, wall)),
        "–" if target is None else f"≥ {target:,}×",
        is_missed=target is not None and min(cpu, wall) < target,
    )


def list_alphas(ratings: pd.DataFrame, repeat: int) -> Iterator[Row]:
    """Give the rows of alpha itself."""
    works: dict[str, Work] = {"ours": lambda: give_ours(ratings)}
    if is_there("krippendorff"):
        works["theirs"] = lambda: give_theirs(ratings)
    spent = time_by_turns(works, repeat)
    yield show("alpha: ours", spent["ours"])
    if "theirs" in spent:
        expect_same("alpha", spent["ours"].gave, spent["theirs"].gave)
        yield compare(
            "alpha: krippendorff", spent["theirs"], spent["ours"], target=ALPHA_TARGET
        )


def list_draws(
    ratings: pd.DataFrame, documents: np.ndarray | None, repeat: int
) -> Iterator[Row]:
    """Give the rows of 1,000 replicates; the package's are timed a few times."""
    over = "units" if documents is None else f"{N_DOCUMENTS} documents"
    what = f"{N_DRAWS:,} draws of {over}"
    ours = time_by_turns({"": lambda: find_ends(ratings, documents)}, repeat)[""]
    yield show(f"{what}: ours, from the ratings to the interval", ours)
    if not is_there("krippendorff"):
        return
    import krippendorff

    at = draw_columns(ratings.shape[1], documents)
    drawn = ratings.iloc[:, at]
    counts = count_by_unit(ratings)[at]
    works: dict[str, Work] = {
        "ratings": lambda: give_theirs(drawn),
        "counts": lambda: krippendorff.alpha(
            value_counts=counts, level_of_measurement="nominal"
        ),
    }
    spent = time_by_turns(works, min(N_TIMED, 2 * repeat - 1))
    for name, given in spent.items():
        expect_same(f"a draw of {over}, from {name}", give_ours(drawn), given.gave)
    told = f"{what}: krippendorff, {N_DRAWS:,} times one"
    yield compare(told, spent["ratings"], ours, times=N_DRAWS, target=DRAWS_TARGET)
    told = f"{what}: the same, values of each unit counted beforehand"
    yield compare(told, spent["counts"], ours, times=N_DRAWS, target=None)


def list_everything(ratings: pd.DataFrame, documents: np.ndarray) -> Iterator[Row]:
    """Give the row of six coefficients with both intervals, timed once."""
    from evalkit.analysis.agreement import measure_agreement

    works: dict[str, Work] = {
        "": lambda: len(measure_agreement(ratings, documents=documents))
    }
    spent = time_by_turns(works, 1)[""]
    yield show(f"`measure_agreement`: {spent.gave} coefficients, both intervals", spent)


def list_pairs(ratings: pd.DataFrame, repeat: int) -> Iterator[Row]:
    """Give the rows of kappa for every two coders, of ratings without gaps."""
    given = ratings.to_numpy()
    loops = {"sklearn": loop_sklearn, "statsmodels": loop_statsmodels}
    ours = time_by_turns({"": lambda: give_pairs(ratings)}, repeat)[""]
    yield show("45 kappas: ours (with percent, kappa_max and alpha)", ours)
    for name, loop in loops.items():
        if is_there(name):
            spent = time_by_turns({"": lambda loop=loop: loop(given)}, repeat)[""]
            expect_same(f"kappas, {name}", ours.gave, spent.gave)
            what = f"45 kappas: {OTHERS[name]}, in a loop"
            yield compare(what, spent, ours, target=PAIRS_TARGET)


def measure_child(what: str, path: Path) -> None:
    """Make ratings, or load them and, unless asked to `only` load, give their alpha."""
    import numpy as np
    import pandas as pd

    if what == "make":
        np.save(path, make_ratings(int(path.stem), missing=MISSING))
        return
    package, _, only = what.partition(" ")
    give = {"ours": give_ours, "krippendorff": give_theirs}[package]
    give(pd.DataFrame([[1, 2], [1, 1]]))  # all is imported
    ratings = pd.DataFrame(load(path), copy=False)
    if not only:
        give(ratings)


def load(path: Path) -> np.ndarray:
    """Load ratings."""
    import numpy as np

    ratings: np.ndarray = np.load(path)
    return ratings


def find_peak(what: str, path: Path, repeat: int) -> float:
    """Find the peak memory of a child in MB: the median of a few."""
    peaks = []
    for _ in range(repeat):
        command = [sys.executable, __file__, "--child", what, str(path)]
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}: exit {process.returncode}")
        peaks.append(usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))
    return median(peaks)


def list_peaks(path: Path, repeat: int) -> Iterator[Row]:
    """Give the rows of memory: the input, and what alpha needs on top of it."""
    size = path.stat().st_size / 1e6
    yield Row("memory: the ratings, as 64-bit floats", peak=f"{size:.0f}")
    for package in ("ours", "krippendorff"):
        if package != "ours" and not is_there(package):
            continue
        before = find_peak(f"{package} only", path, repeat)
        above = find_peak(package, path, repeat) - before
        whole = (size + above) / size
        is_ours = package == "ours"
        yield Row(
            f"memory: alpha, {package}, the ratings included",
            ratio=f"{whole:.2f}×",
            target=f"< {PEAK_TARGET}×" if is_ours else "–",
            peak=f"{size + above:,.0f}",
            is_missed=is_ours and whole >= PEAK_TARGET,
        )


def describe_processor() -> str:
    """Say what the figures were measured on."""
    import numpy as np
    import pandas as pd

    return (
        f"{os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}"
    )


def describe_others() -> Iterator[str]:
    """Give the versions of the other packages, and how to install what is missing."""
    from importlib.metadata import version

    missing = [each for name, each in OTHERS.items() if not is_there(name)]
    there = [each for each in OTHERS.values() if each not in missing]
    yield "Beside " + (", ".join(f"{each} {version(each)}" for each in there) or "none")
    if missing:
        install = f".venv/bin/python -m pip install {' '.join(missing)}"
        yield f"Not installed, and left out: {install}"


def main() -> None:
    """Print the figures as one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth, once")
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "FILE"), help="one run")
    asked = parser.parse_args()
    if asked.child:
        measure_child(asked.child[0], Path(asked.child[1]))
        return
    n_units = 100_000 if asked.quick else 1_000_000
    repeat = 1 if asked.quick else asked.repeat
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{n_units}.npy")
        find_peak("make", path, 1)
        rows = [*list_peaks(path, repeat)]  # while this process is small
        import pandas as pd

        ratings = pd.DataFrame(load(path))
    documents = make_documents(n_units)
    rows = [*list_alphas(ratings, repeat), *rows]
    rows += list_draws(ratings, None, repeat)
    rows += list_draws(ratings, documents, repeat)
    rows += list_everything(ratings, documents)
    whole = make_ratings(n_units, missing=0).astype("int64")  # quicker for all
    rows += list_pairs(pd.DataFrame(whole), repeat)
    print(f"{describe_processor()}.", *describe_others(), sep="\n")
    print(f"{N_CODERS} coders, {n_units:,} units, {N_VALUES} values.\n")
    print("| what | CPU s | wall s | ratio | target | peak MB |")
    print("|---|--:|--:|--:|--:|--:|")
    for *cells, _ in rows:
        print(f"| {' | '.join(cells)} |")
    missed = [f"{row.what} ({row.ratio})" for row in rows if row.is_missed]
    print(f"\nTargets missed: {'; '.join(missed) or 'none'}.")


if __name__ == "__main__":
    main()
