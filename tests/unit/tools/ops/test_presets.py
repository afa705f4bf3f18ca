"""Checking presets: those in force, and those of a folder before they are deployed."""

import json
import shutil
from pathlib import Path

import pytest

from media_pipeline.encoding.presets import PresetName
from media_pipeline.encoding.profiles import PresetDocuments
from tests.support.strategies import PRESETS_FOLDER
from tests.unit.tools.ops.conftest import Operated
from tools.ops.command_line import main
from tools.ops.views.preset_report import documents_of, preset_report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the shipped presets."""
    return shutil.copytree(PRESETS_FOLDER, tmp_path / "presets")


def deploy(operated: Operated, folder: Path) -> None:
    """Write a folder's documents into the pipeline's parameters, as the stack does."""
    for path in folder.glob("*.json"):
        name = "profiles" if path.stem == "profiles" else f"presets/{path.stem}"
        operated.ssm.put_parameter(
            Name=f"/{operated.name}/{name}", Type="String", Value=path.read_text(), Overwrite=True
        )


def spoil(folder: Path, name: str, **changes: object) -> None:
    """Change fields of a preset."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_good_presets_are_shown(operated: Operated, folder: Path) -> None:
    """Each preset in force with its version, and each profile with its presets; all is well."""
    spoil(folder, "mp4", version=42)
    deploy(operated, folder)
    run = operated.run("presets")
    assert (run.code, run.err) == (0, "")
    assert max(len(line) for line in run.out.splitlines()) <= 80
    rows = [line.split() for line in run.out.splitlines()]
    assert ["mp4", "42", "valid"] in rows
    assert {row[0] for row in rows if "valid" in row} == {name.value for name in PresetName}
    for profile in json.loads((folder / "profiles.json").read_text())["profiles"]:
        assert any(row and row[0] == profile for row in rows)


def test_every_error_in_force_is_named(operated: Operated, folder: Path) -> None:
    """Wrong fields, a missing preset and missing profiles are all reported, and the exit code says so."""
    spoil(folder, "mp4", gop_seconds=0, max_renditions=99)
    (folder / "thumbnails.json").unlink()
    (folder / "profiles.json").unlink()
    deploy(operated, folder)
    run = operated.run("presets")
    assert run.code == 1
    for error in (
        "mp4 gop_seconds is 0: must be a whole number from 1 to 10",
        "mp4 max_renditions is 99: must be a whole number from 1 to 10",
        "thumbnails is missing",
        "profiles is missing",
        "4 errors",
    ):
        assert error in run.err
    rows = [line.split() for line in run.out.splitlines()]
    assert ["thumbnails", "missing"] in rows
    assert [row[2:] for row in rows if row and row[0] == "mp4"] == [["2", "errors"]]


def test_a_folder_is_checked_without_aws(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a pipeline's name nor credentials are needed to check files before they are deployed."""
    monkeypatch.setattr("tools.ops.command_line.Adapters", None)
    assert main(["presets", "--file", str(folder)], default_pipeline=None) == 0
    assert capsys.readouterr().err == ""
    spoil(folder, "dash", version="new")
    assert main(["presets", "--file", str(folder)], default_pipeline=None) == 1
    assert "dash version is 'new'" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_what_is_no_folder_of_presets_is_reported(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that isn't there, or holds no text, is an error of the argument."""
    folder = tmp_path / "presets"
    if content is not None:
        folder.mkdir()
        (folder / "hls.json").write_bytes(content)
    assert main(["presets", "--file", str(folder)], default_pipeline=None) == 2
    assert str(folder) in capsys.readouterr().err


def test_an_empty_folder_lacks_everything(tmp_path: Path) -> None:
    """Each preset and the profiles are missing, which is said of each."""
    report = preset_report(documents_of(tmp_path))
    assert [preset.state for preset in report.presets] == ["missing"] * len(PresetName)
    assert len(report.errors) == len(PresetName) + 1
    assert report.profiles == {}


def test_an_unknown_preset_is_shown(folder: Path) -> None:
    """A parameter under another name is accepted, and reported as not used."""
    (folder / "mp5.json").write_text('{"version": 1}')
    report = preset_report(documents_of(folder))
    assert (report.presets[-1].name, report.presets[-1].state, report.errors) == ("mp5", "not used", ())


@pytest.mark.parametrize("text", ["[1]", "{", "null", '{"versions": 1}', "[" * 100_000])
def test_a_document_that_is_no_preset_has_no_version(text: str) -> None:
    """Whatever the text, it is an error and not a crash."""
    report = preset_report(PresetDocuments(presets={"mp4": text}, profiles=text))
    (mp4,) = (preset for preset in report.presets if preset.name == "mp4")
    assert (mp4.version, mp4.is_good) == ("", False)
    assert any(error.startswith("profiles ") for error in report.errors)
