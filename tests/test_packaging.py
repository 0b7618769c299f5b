from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest
from ruamel.yaml import YAML


def test_conda_and_pip_users_get_the_same(top: Path):
    project = tomllib.loads((top / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {
        re.match(r"[\w.-]+", each)[0].lower(): each for each in project["dependencies"]
    }
    environment = YAML(typ="safe").load((top / "environment.yml").read_text("utf-8"))
    named = {
        re.match(r"[\w.-]+", each)[0].lower(): each.replace(" ", "")
        for each in environment["dependencies"]
        if isinstance(each, str)
    }
    renamed = {"matplotlib": "matplotlib-base"}
    extra = {"python", "pip", "spacy-model-en_core_web_sm"}
    assert set(named) - extra == {renamed.get(name, name) for name in wanted}
    for name, requirement in wanted.items():
        theirs = named[renamed.get(name, name)]
        assert theirs.removeprefix(renamed.get(name, name)) == requirement.removeprefix(
            name
        )
    assert named["python"] == f"python{project['requires-python']}"


def test_the_lock_is_hashed_names_no_index_and_holds_every_dependency(top: Path):
    lock = (top / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    pinned = set(re.findall(r"^([\w.-]+)==", lock, flags=re.MULTILINE))
    every = re.findall(r"^\S+==\S+.*(?:\n +--hash=sha256:\S+.*)+", lock, re.MULTILINE)
    assert len(every) == len(re.findall(r"^\S+==", lock, re.MULTILINE))
    settings = tomllib.loads((top / "pyproject.toml").read_text("utf-8"))
    wanted = [
        *settings["project"]["dependencies"],
        *settings["dependency-groups"]["dev"],
    ]
    names = {
        re.sub(r"[._]", "-", re.match(r"[\w.-]+", each)[0].lower()) for each in wanted
    }
    assert names <= pinned


def test_make_alone_lists_every_command(top: Path):
    said = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=top,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    targets = re.findall(r"^([a-z]+):", (top / "Makefile").read_text("utf-8"), re.M)
    assert {f"make {target}" for target in targets} <= set(
        re.findall(r"make [a-z]+", said)
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """evalkit from its wheel, in an environment that sees only its dependencies."""
    top = Path(__file__).parents[1]
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder, top],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "--disable-pip-version-check",
    ]
    install = [*pip, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True)
    site = folder / "env" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (site / "site-packages" / "dependencies.pth").write_text(
        sysconfig.get_path("purelib") + "\n"
    )
    return folder / "env" / "bin"


def test_from_its_wheel_evalkit_works_in_an_empty_folder(
    installed: Path, tmp_path: Path
):
    def run(*arguments: str) -> str:
        return subprocess.run(
            [installed / "evalkit", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "JUPYTER_PATH": f"{sys.prefix}/share/jupyter"},
        ).stdout

    where = "import evalkit; print(evalkit.__file__)"
    home = subprocess.run(
        [installed / "python", "-c", where], capture_output=True, text=True, check=True
    ).stdout
    assert str(installed.parent) in home
    (tmp_path / "P1.txt").write_text("I: Why?\nR: Hope.\nI: Only?\nR: Only that.\n")
    run("new", "villages", "--title", "Two villages")
    run("add", "villages", "P1.txt", "--may-analyse", "yes", "--may-quote", "yes")
    assert run("check", "villages") == "0 problems, 0 warnings\n"
    run("report", "villages", "--audience", "internal", "--out", "out")
    assert "Two villages" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_the_wheel_holds_the_notebooks_and_the_template(installed: Path):
    site = next(installed.parent.glob("lib/*/site-packages/evalkit"))
    assert len(list((site / "notebooks").glob("*.ipynb"))) == 5
    assert (site / "report/templates/evalkit/index.html.j2").is_file()
    assert (site / "report/report.css").is_file()
    assert (site / "py.typed").is_file()
