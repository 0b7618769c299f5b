from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from evalkit.report.build import execute, set_parameters

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_thin_and_its_outputs_are_stripped(path: Path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells:
        lines = cell.source.splitlines()
        assert len(lines) <= 8
        assert not any(
            line.lstrip().startswith(("def ", "for ", "while ")) for line in lines
        )
        assert cell.outputs == []
        assert cell.execution_count is None
    tagged = [c for c in cells if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path: Path, top: Path):
    notebook = nbformat.read(path, as_version=4)
    set_parameters(notebook, STUDY=str(top / "corpus" / "advocates"))
    execute(notebook, name=path.name)
    shown = [cell for cell in notebook.cells if cell.get("outputs")]
    assert len(shown) >= 3
    assert not [
        o
        for cell in shown
        for o in cell.outputs
        if o.output_type == "stream" and o.name == "stderr"
    ]


def test_the_parameter_is_right_for_who_opens_a_notebook_in_the_repository():
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        cell = next(c for c in notebook.cells if c.cell_type == "code")
        assert cell.source.splitlines()[0] == 'STUDY = "../corpus/advocates"'
        assert (path.parent / "../corpus/advocates/study.toml").is_file()
