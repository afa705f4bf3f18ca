"""The state folder: one command at a time, files that are never half written."""

from pathlib import Path

import pytest

from sandbox.runtime.errors import SandboxBusyError
from sandbox.runtime.folder import (
    PROJECT_ROOT,
    Folder,
    read_json,
    write_json,
)


def test_a_second_command_is_refused_and_reported_of_the_first(tmp_path: Path) -> None:
    """While a command holds the folder, another one fails with a sentence that names the holder."""
    folder = Folder(tmp_path / "state")
    with folder.locked("demo"), pytest.raises(SandboxBusyError, match=r"`sandbox demo` \(process \d+\)"):
        folder.locked("up").__enter__()


def test_a_command_that_has_ended_leaves_the_folder_free(tmp_path: Path) -> None:
    """The folder can be taken again, also after an error."""
    folder = Folder(tmp_path)
    with pytest.raises(ZeroDivisionError), folder.locked("demo"):
        raise ZeroDivisionError
    with folder.locked("demo"):
        pass


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SANDBOX_DIR moves the state elsewhere; without it, it is in the project."""
    monkeypatch.setenv("SANDBOX_DIR", str(tmp_path))
    assert Folder.chosen().path == tmp_path
    monkeypatch.delenv("SANDBOX_DIR")
    assert Folder.chosen().path == PROJECT_ROOT / ".sandbox"


@pytest.mark.parametrize("content", ["", "{", "[]", None])
def test_a_broken_file_reads_as_nothing(tmp_path: Path, content: str | None) -> None:
    """What a killed run left half written does not stop the next one."""
    path = tmp_path / "endpoints.json"
    if content is not None:
        path.write_text(content)
    assert read_json(path) == {}


def test_json_is_read_back_as_written(tmp_path: Path) -> None:
    """Names that are not ASCII stay readable, and no partial file stays behind."""
    path = tmp_path / "deep" / "report.json"
    write_json(path, {"source": "Übung.mp4"})
    assert read_json(path) == {"source": "Übung.mp4"}
    assert "Übung" in path.read_text()
    assert [each.name for each in path.parent.iterdir()] == ["report.json"]
