"""A study's report: its notebook executed and exported, its tables, its manifest."""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
from traitlets.config import Config

from evalkit.errors import EvalkitError, Problem, ProblemsError
from evalkit.files import write_whole
from evalkit.nlp import describe_pipeline
from evalkit.report.exporter import EvalkitExporter, collect_cells, list_quoted
from evalkit.report.gate import Cell, check_cells, check_study, check_vanished
from evalkit.report.leaks import find_leaks, read_secrets
from evalkit.report.opened import PICTURES, Audience, Report, open_report
from evalkit.report.page import CHANGES, MIME, table
from evalkit.report.passages import split_words
from evalkit.report.prose import read_prose
from evalkit.report.runs import Run, compare, read_run
from evalkit.report.write_tables import list_tables, render_tables
from evalkit.study import Study, find_transcript, read_study

REPORT_NOTEBOOK = "05-evaluation-report.ipynb"
OWN_NOTEBOOK = "report.ipynb"
_INPUTS = (
    *("study.toml", "respondents.csv", "interviews.csv", "speakers.csv"),
    *("codebook.yaml", "claims.yaml", "guide.yaml", "asked.csv", "verdicts.csv"),
    OWN_NOTEBOOK,
)
_WRITTEN = ("study.toml", "claims.yaml", "codebook.yaml", "guide.yaml")
_PACKAGES = ("evalkit", "pandas", "spacy", "matplotlib", "nbconvert")


def build_report(
    folder: str | Path,
    out: str | Path,
    *,
    audience: Audience = "internal",
    to: Iterable[str] = ("html",),
    since: str | Path = "",
) -> list[Path]:
    """Build a study's report into `out`: report.html, tables/*.csv, manifest.json.

    `to` are html, pdf and docx, `since` the folder of an earlier run to compare with.
    Whatever stands in the way is listed at once, in a `ProblemsError`: the errors of
    the study, and all that the gate refuses. Then nothing is written. The same inputs
    give the same bytes.
    """
    study, out, to = read_study(folder), Path(out), {*to}
    errors = [problem for problem in study.problems if not problem.warning]
    report = open_report(study, audience=audience, since=str(since))
    gate = check_study(report)
    own = study.folder / OWN_NOTEBOOK
    path = own if own.exists() else find_notebooks() / REPORT_NOTEBOOK
    earlier = find_earlier(out, since, audience)
    if earlier:
        gate += check_vanished(report, earlier.tables.get("statements", pd.DataFrame()))
    notebook = read_notebook(path)
    if not errors:
        gate += read_cells(notebook, report, file=path.name)
        with ThreadPoolExecutor(max_workers=1) as beside:  # the kernel is a process
            counting = beside.submit(lambda: dict(list_tables(report)))
            run_notebook(notebook, report, path.name, "docx" in to)
            tables = counting.result()
        cells = collect_cells(notebook)
        gate += check_cells(report, cells, file=path.name)
    if errors or gate:
        raise ProblemsError([*errors, *gate])
    tables["quotations"] = name_quotations(report, cells)
    page = export_page(notebook, report)
    if report.since and earlier:
        page = page.replace(CHANGES, tell_changes(earlier, report, tables))
    files: dict[str, bytes] = {"report.html": page.encode()}
    if "pdf" in to:
        from evalkit.report.pdf import render_pdf

        files["report.pdf"] = render_pdf(page)
    if "docx" in to:
        from evalkit.report.docx import render_docx

        files["report.docx"] = render_docx(
            page,
            pictures={k: v for c in cells for k, v in c.block.pictures.items()},
            title=study.settings.title or study.folder.name,
            language=study.settings.language,
        )
    files |= render_tables(tables)
    files["manifest.json"] = describe_run(report, files).encode()
    leaks = check_leaks(report, files)
    if leaks:
        raise ProblemsError(leaks)
    stale = find_stale_outputs(out, files)
    for name, content in files.items():
        write_whole(out / name, content)
    for path in stale:
        path.unlink()
    return [out / name for name in files]


def find_stale_outputs(out: Path, files: Iterable[str]) -> list[Path]:
    """Find what an earlier run wrote into `out` and this one does not: it would stay.

    Only what its manifest lists, under the name it gives.
    """
    try:
        manifest = json.loads((out / "manifest.json").read_bytes())
        listed = {*manifest["outputs"]} - {*files}
    except (OSError, ValueError, KeyError, TypeError):
        return []
    inside = out.resolve()
    paths = [out / str(name) for name in sorted(listed)]
    return [
        path
        for path in paths
        if path.is_file() and path.resolve().is_relative_to(inside)
    ]


def find_earlier(out: Path, since: str | Path, audience: Audience) -> Run | None:
    """Find the run to compare with: the one named, else what stands in `out`.

    A run that is named has to be for the same audience: they hold different tables.
    """
    if not since:
        try:
            return read_run(out)
        except EvalkitError:
            return None
    run = read_run(Path(since))
    if run.audience != audience:
        raise EvalkitError(
            f"{since}: it was built for {run.audience}, this one is for {audience}: "
            "name an earlier run for the same audience"
        )
    return run


def read_notebook(path: Path) -> Any:
    """Read a notebook; what is none is a mistake."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise EvalkitError(
            f"{path.name}: it is not a notebook: open and save it in JupyterLab"
        ) from error


def read_cells(notebook: Any, report: Report, *, file: str) -> list[Problem]:
    """Read the Markdown cells as the report prints them; list what is wrong there."""
    problems = []
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            block, mistakes = read_prose(report, cell.source)
            cell.source = block.html
            cell.metadata["evalkit"] = block._repr_mimebundle_()[MIME]
            problems += [Problem(file, number, m.what, m.mend) for m in mistakes]
    return problems


def run_notebook(notebook: Any, report: Report, name: str, pictures: bool) -> None:
    """Execute a report's notebook, in a kernel of its own."""
    since = str(Path(report.since).resolve()) if report.since else ""
    folder = str(report.study.folder.resolve())
    set_parameters(notebook, STUDY=folder, AUDIENCE=report.audience, SINCE=since)
    execute(notebook, name=name, variables={PICTURES: "1"} if pictures else {})


def export_page(notebook: Any, report: Report) -> str:
    """Export an executed notebook as the page."""
    settings = report.study.settings
    notebook.metadata["evalkit"] = {
        "title": settings.title or report.study.folder.name,
        "language": settings.language,
        "audience": report.audience,
    }
    page, _ = EvalkitExporter().from_notebook_node(notebook)
    return str(page)


def name_quotations(report: Report, cells: Iterable[Cell]) -> pd.DataFrame:
    """Give the table of what is quoted; a reader outside gets no coding's id."""
    rows = list_quoted(cells).drop(columns=["begins", "fingerprint"])
    if report.is_internal:
        return rows
    told = rows["kind"].isin(["paraphrase", "note"])
    rows = rows.assign(kind=rows["kind"].mask(told, "in our words"))
    return rows.drop(columns=["coding_id", "where"])


def tell_changes(
    earlier: Run, report: Report, tables: Mapping[str, pd.DataFrame]
) -> str:
    """Set what changed since an earlier run as a table of the page."""
    manifest = json.loads(describe_run(report, {}))
    files = render_tables(
        {name: tables[name] for name in earlier.tables if name in tables}
    )
    written = {
        Path(name).stem: pd.read_csv(
            io.BytesIO(content), dtype="str", keep_default_na=False
        )
        for name, content in files.items()
    }
    found = compare(earlier, Run(Path(), manifest, written))
    if found.empty:
        return "<p>Nothing changed since the last run.</p>"
    names = {"claim_id": "Claim", "kind": "What", "before": "Last run"}
    names |= {"after": "This run", "because": "Why"}
    return table(found, caption="What changed since the last run", names=names).html


def check_leaks(report: Report, files: Mapping[str, bytes]) -> list[Problem]:
    """List the files that hold words of people who are gone, or (outside) refused.

    Where the evaluator wrote such words into the study's own files, these are named
    too.
    """
    folder = report.study.folder
    secrets = read_secrets(folder)
    leaks = find_leaks(files, secrets.words, shared=secrets.shared)
    if not report.is_internal:
        refused, free = split_words(report.study)
        leaks += find_leaks(files, refused, shared=free)
    else:
        refused, free = [], []
    if not leaks:
        return []
    written = {
        name: path.read_bytes()
        for name in (*_WRITTEN, OWN_NOTEBOOK)
        if (path := folder / name).is_file()
    }
    sources = find_leaks(written, secrets.words, shared=secrets.shared)
    sources += find_leaks(written, refused, shared=free)
    return [*sources, *leaks]


def refuse_errors(study: Study) -> None:
    """Raise with every error of a study; warnings let it pass."""
    errors = [problem for problem in study.problems if not problem.warning]
    if errors:
        raise ProblemsError(errors)


def find_notebooks() -> Path:
    """Find the notebooks: in the installed package, else in the repository."""
    package = Path(__file__).parents[1]
    inside = package / "notebooks"
    return inside if inside.is_dir() else package.parents[1] / "notebooks"


def set_parameters(notebook: Any, **parameters: str) -> None:
    """Write parameters (STUDY, AUDIENCE, SINCE) into the cell tagged `parameters`."""
    tagged = [
        cell
        for cell in notebook.cells
        if "parameters" in cell.get("metadata", {}).get("tags", [])
    ]
    if len(tagged) != 1:
        raise EvalkitError(
            f"the notebook has {len(tagged)} cells tagged `parameters`: tag the one "
            "that says STUDY = … (JupyterLab: property inspector, Cell Tags)"
        )
    lines = tagged[0].source.splitlines()
    named = {line.split("=")[0].strip(): line for line in lines}
    named |= {name: f"{name} = {value!r}" for name, value in parameters.items()}
    tagged[0].source = "\n".join(named.values())


def execute(
    notebook: Any, *, name: str, variables: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Run a notebook from top to bottom; a cell that fails is named."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    with tempfile.TemporaryDirectory(prefix="evalkit-") as scratch:
        client = NotebookClient(
            notebook,
            timeout=None,
            kernel_name="python3",
            resources={"metadata": {"path": scratch}},
            config=_choose_transport(scratch),
        )
        try:
            with _environment(
                IPYTHONDIR=scratch,
                JUPYTER_RUNTIME_DIR=scratch,
                PYTHONHASHSEED="0",
                **variables,
            ):
                client.execute()
        except CellExecutionError as error:
            number = next(
                at
                for at, cell in enumerate(notebook.cells, start=1)
                if any(o.output_type == "error" for o in cell.get("outputs", []))
            )
            raise EvalkitError(
                f"{name}: cell {number} fails with {error.ename}: {error.evalue}: "
                "run the notebook in JupyterLab and mend the cell"
            ) from error
        except DeadKernelError as error:
            raise EvalkitError(f"{name}: its kernel died: build it again") from error


def _choose_transport(scratch: str) -> Config:
    """Talk to the kernel through files where their paths are short: no ports."""
    if sys.platform != "linux":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{scratch}/kernel"}})


@contextmanager
def _environment(**variables: str) -> Any:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def describe_run(report: Report, files: Mapping[str, bytes]) -> str:
    """Say what the report was built from, with and into: every hash, no time."""
    study = report.study
    inputs = [path for name in _INPUTS if (path := study.folder / name).is_file()]
    inputs += sorted((study.folder / "codings").glob("*.jsonl"))
    inputs += sorted(
        {find_transcript(study.folder, str(file)) for file in study.documents["file"]}
    )
    settings = study.settings
    hashes = {
        path.relative_to(study.folder).as_posix(): _hash(path.read_bytes())
        for path in inputs
    }
    kept = {"k", "small_cells", "report_groups", "strength", "coders"}
    chosen = settings.model_dump(include=kept)
    if not report.is_internal:  # names of files and groups can be names of people
        # Also of people who are gone: a withdrawal changes no transcript.
        for path in sorted((study.folder / "transcripts").glob("*")):
            hashes[f"transcripts/{path.name}"] = _hash(path.read_bytes())
        hashes = _join_hashes(hashes)
        chosen = {name: chosen[name] for name in ("k", "small_cells", "strength")}
        chosen["strength"].pop("with_a_stake")
    manifest = {
        "command": f"evalkit report {study.folder.name} --audience {report.audience}",
        "audience": report.audience,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in _PACKAGES},
            "pipeline": describe_pipeline(
                settings.pipeline, language=settings.language
            ),
        },
        "settings": chosen,
        "people": {
            "heard": len(report.people),
            "withdrawn": int(study.respondents["withdrawn_on"].ne("").sum()),
        },
        "inputs": hashes,
        "outputs": {name: _hash(content) for name, content in files.items()},
    }
    return json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"


def _join_hashes(hashes: Mapping[str, str]) -> dict[str, str]:
    """Give one hash for all transcripts, and one for all coding logs."""
    joined = {name: each for name, each in hashes.items() if "/" not in name}
    for folder in ("codings", "transcripts"):
        own = [hashes[name] for name in sorted(hashes) if name.startswith(folder)]
        joined[f"{folder}/ (together)"] = _hash("\n".join(own).encode())
    return joined


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
