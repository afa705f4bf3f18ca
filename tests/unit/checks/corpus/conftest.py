"""Folders for sources, which take seconds to make."""

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which this module's sources are made."""
    return tmp_path_factory.mktemp("examined")
