"""A valid presentation, made once a session, and copies of it to damage."""

import shutil
from pathlib import Path

import pytest

from tests.unit.checks.conformance.presented import lay_out


@pytest.fixture(scope="session")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a valid presentation; it isn't to be changed."""
    folder = tmp_path_factory.mktemp("presentation")
    lay_out(folder)
    return folder / "outputs"


@pytest.fixture
def copy(valid: Path, tmp_path: Path) -> Path:
    """Return a copy of it that may be damaged."""
    return Path(shutil.copytree(valid, tmp_path / "copy"))
