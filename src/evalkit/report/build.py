"""A study's report: its notebook executed and exported, its tables, its manifest."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from traitlets.config import Config

from evalkit.errors import EvalkitError, ProblemsError
from evalkit.files import write_whole
from evalkit.nlp import describe_pipeline
from evalkit.report.exporter import EvalkitExporter
from evalkit.report.write_tables import write_tables
from evalkit.study import Study, find_transcript, read_study

REPORT_NOTEBOOK = "05-evaluation-report.ipynb"
OWN_NOTEBOOK = "report.ipynb"
_INPUTS = (
    *("study.toml", "respondents.csv", "interviews.csv", "speakers.csv"),
    *("codebook.yaml", "claims.yaml", OWN_NOTEBOOK),
)
_PACKAGES = ("evalkit", "pandas", "spacy", "matplotlib", "nbconvert")


def build_report(folder: str | Path, out: str | Path) -> list[Path]:
    """Build a study's report into `out`: report.html, tables/*.csv, manifest.json.

    A study with errors gives none: `ProblemsError` lists them all. The same inputs
    give the same bytes.
    """
    study = read_study(folder)
    refuse_errors(study)
    out = Path(out)
    own = study.folder / OWN_NOTEBOOK
    notebook = own if own.exists() else find_notebooks() / REPORT_NOTEBOOK
    page = export_notebook(notebook, study)
    written = [out / "report.html", *write_tables(study, out / "tables")]
    write_whole(written[0], page)
    manifest = describe_run(study, written, out)
    write_whole(out / "manifest.json", manifest)
    return [*written, out / "manifest.json"]


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


def export_notebook(path: Path, study: Study) -> str:
    """Execute a notebook on a study, in a kernel of its own, and export it."""
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise EvalkitError(
            f"{path.name}: it is not a notebook: open and save it in JupyterLab"
        ) from error
    set_parameters(notebook, study=str(study.folder.resolve()))
    notebook.metadata["evalkit"] = {
        "title": study.settings.title or study.folder.name,
        "language": study.settings.language,
    }
    execute(notebook, name=path.name)
    page, _ = EvalkitExporter().from_notebook_node(notebook)
    return str(page)


def set_parameters(notebook: Any, *, study: str) -> None:
    """Write the study's folder into the cell tagged `parameters`."""
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
    tagged[0].source = f"STUDY = {study!r}"


def execute(notebook: Any, *, name: str) -> None:
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
                IPYTHONDIR=scratch, JUPYTER_RUNTIME_DIR=scratch, PYTHONHASHSEED="0"
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


def describe_run(study: Study, written: Iterable[Path], out: Path) -> str:
    """Say what the report was built from, with and into: every hash, no time."""
    inputs = [path for name in _INPUTS if (path := study.folder / name).is_file()]
    inputs += sorted((study.folder / "codings").glob("*.jsonl"))
    inputs += sorted(
        {find_transcript(study.folder, str(file)) for file in study.documents["file"]}
    )
    manifest = {
        "command": f"evalkit report {study.folder.name}",
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in _PACKAGES},
            "pipeline": describe_pipeline(
                study.settings.pipeline, language=study.settings.language
            ),
        },
        "inputs": {
            path.relative_to(study.folder).as_posix(): _hash(path) for path in inputs
        },
        "outputs": {path.relative_to(out).as_posix(): _hash(path) for path in written},
    }
    return json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
