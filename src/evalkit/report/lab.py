"""JupyterLab, opened on a study's notebooks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from evalkit.files import write_whole
from evalkit.report.build import find_notebooks, set_parameters
from evalkit.study import read_study

FIRST = "02-code-interviews.ipynb"


def open_lab(folder: Path, options: Sequence[str]) -> int:
    """Open JupyterLab on a study; return its exit code."""
    read_study(folder)
    copy_notebooks(folder)
    command = [sys.executable, "-m", "jupyterlab", "--LabApp.news_url=None"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command += [f"--ServerApp.root_dir={folder.resolve()}"]
    command += [f"--LabApp.default_url=/lab/tree/notebooks/{FIRST}", *options]
    return subprocess.run(command, check=False).returncode


def copy_notebooks(folder: Path) -> list[Path]:
    """Copy the notebooks that a study has not got yet; return the copies."""
    import nbformat

    copied = []
    for path in sorted(find_notebooks().glob("*.ipynb")):
        own = folder / "notebooks" / path.name
        if not own.exists():
            notebook = nbformat.read(path, as_version=4)
            set_parameters(notebook, STUDY="..")
            write_whole(own, nbformat.writes(notebook) + "\n")
            copied.append(own)
    return copied
