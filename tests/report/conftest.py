"""The small study that faults are planted in."""

from __future__ import annotations

from pathlib import Path

import pytest

import evalkit
from evalkit.report.opened import Report
from tests.report.planted import copy_of, write_study


@pytest.fixture(scope="session")
def wells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study as it stands: to be read, not changed."""
    return write_study(tmp_path_factory.mktemp("wells") / "wells")


@pytest.fixture(scope="session")
def opened(wells: Path) -> Report:
    """The study opened for a funder."""
    return evalkit.open_report(wells, audience="funder")


@pytest.fixture
def changing(wells: Path, tmp_path: Path) -> Path:
    """A copy of the study, to plant faults in."""
    return copy_of(wells, tmp_path / "wells")
