"""The setting that lets the MediaConvert endpoint read what MediaConvert's guide doesn't list."""

from pathlib import Path

import pytest

from sandbox.runtime.endpoints import Endpoints, mediaconvert_endpoint
from sandbox.runtime.errors import ServerError
from sandbox.runtime.folder import Folder

VARIABLE, FLAG = "SANDBOX_UNDOCUMENTED_INPUTS", "--undocumented-inputs"


@pytest.mark.parametrize(("value", "allowed"), [(None, False), ("", False), ("0", False), ("1", True)])
def test_the_endpoint_is_strict_unless_asked(
    value: str | None, allowed: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only the value 1 starts the endpoint with the flag."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    folder = Folder(tmp_path)
    assert (FLAG in mediaconvert_endpoint(folder, Endpoints.at(1, 2, 3, folder)).command) is allowed


def test_another_value_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A value that says neither yes nor no is reported with what is allowed."""
    monkeypatch.setenv(VARIABLE, "perhaps")
    folder = Folder(tmp_path)
    with pytest.raises(ServerError, match=r"'perhaps'\. Set it to 1 or 0"):
        mediaconvert_endpoint(folder, Endpoints.at(1, 2, 3, folder))
