"""What tests share: the illustrative study, real interviews where they are, a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import evalkit

# How long an example takes says how busy a machine is, and nothing about the code.
hypothesis.settings.register_profile("evalkit", deadline=None)
hypothesis.settings.load_profile("evalkit")

TOP = Path(__file__).parents[1]
SHARED = TOP.parent / "shared" / "interviews"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for each test, in place of the user's."""
    monkeypatch.setenv("EVALKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def top() -> Path:
    return TOP


@pytest.fixture
def shared() -> Path:
    """Real interviews nobody here wrote; they are not part of the repository."""
    if not SHARED.is_dir():
        pytest.skip("no real interviews beside the repository (../shared/interviews)")
    return SHARED


@pytest.fixture
def advocates(tmp_path: Path) -> Path:
    """A copy of the illustrative study, to change at will."""
    return Path(
        shutil.copytree(
            TOP / "corpus" / "advocates",
            tmp_path / "advocates",
            ignore=shutil.ignore_patterns("notebooks"),
        )
    )


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A small study of two interviews, with consent, ready to report on."""
    folder = evalkit.new_study(tmp_path / "villages", title="Two villages")
    (tmp_path / "P1.txt").write_text("I: And then?\nR: We left early. It was cold.\n")
    (tmp_path / "P2.txt").write_text(
        "I: Why?\nR: Hope. Only hope.\nI: Only?\nR: Yes.\n"
    )
    evalkit.add_documents(
        folder,
        [tmp_path / "P1.txt", tmp_path / "P2.txt"],
        may_analyse="yes",
        may_quote="yes",
    )
    (folder / "codebook.yaml").write_text(
        "title: Villages\nversion: 1.0.0\n"
        "attributes:\n  stance: [supports, contradicts]\n"
        "codes:\n"
        "  - id: leaving\n    name: Leaving\n    codes:\n"
        "      - {id: leaving.why, name: Why people left}\n"
        "  - {id: hope, name: Hope}\n"
    )
    return folder


def missing(what: str) -> None:
    """Skip where a program is missing; in CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI must not skip this test")
    pytest.skip(f"{what} is not installed here")


def find_chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    missing("Chromium")
    return ""


@pytest.fixture
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()
