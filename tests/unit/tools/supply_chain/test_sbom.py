"""The bill of materials lists what the zip holds: each file once, under the package that it came with."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model.bom import Bom

from media_pipeline import __version__
from stacks.lambda_package import build_lambda_package
from tools.supply_chain import __main__ as command
from tools.supply_chain.contents import REPORT, ContentsError, read_contents
from tools.supply_chain.sbom import sbom

LOCK: dict[str, Any] = json.loads((command.ROOT / "Pipfile.lock").read_text("utf-8"))["lambda"]
LOCKED = {name: package["version"].removeprefix("==") for name, package in LOCK.items()}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the real zip is packed."""
    return tmp_path_factory.mktemp("packed") / "lambda.zip"


@pytest.fixture(scope="module")
def text(archive: Path) -> str:
    """Return the real zip's bill of materials."""
    return command.lambda_sbom(archive=archive)


@pytest.fixture(scope="module")
def document(text: str) -> dict[str, Any]:
    """Return the same, read."""
    read: dict[str, Any] = json.loads(text)
    return read


def _all(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _all(component.get("components", []))


def test_files_are_exactly_those_of_the_zip(document: dict[str, Any], archive: Path) -> None:
    """Every file of the zip is listed once with its SHA-256, and none that isn't there."""
    with zipfile.ZipFile(archive) as packed:
        expected = [(name, hashlib.sha256(packed.read(name)).hexdigest()) for name in packed.namelist()]
    files = [c for c in _all(document["components"]) if c["type"] == "file"]
    listed = [(file["name"], file["hashes"][0]["content"]) for file in files]
    assert sorted(listed) == sorted(expected)


def test_packages_are_exactly_those_locked(document: dict[str, Any]) -> None:
    """Each has its locked version, a purl, a licence and the hash of a wheel that is locked."""
    libraries = {c["name"]: c for c in document["components"] if c["type"] == "library"}
    assert {name: library["version"] for name, library in libraries.items()} == LOCKED
    for name, library in libraries.items():
        assert library["purl"] == f"pkg:pypi/{name}@{LOCKED[name]}"
        assert library["licenses"], name
        (digest,) = library["hashes"]
        assert f"sha256:{digest['content']}" in LOCK[name]["hashes"]


def test_our_code_is_listed_with_its_hash(document: dict[str, Any]) -> None:
    """Our part has a purl, package.json's licence, and the hash of what `sha256sum` prints of lambda_src."""
    (code,) = (c for c in document["components"] if c["type"] == "application")
    files = [*command.SOURCE.rglob("*.py"), *command.SOURCE.rglob("*.json")]
    names = sorted(path.relative_to(command.SOURCE).as_posix() for path in files)
    assert sorted(file["name"] for file in code["components"]) == names
    listing = "".join(
        f"{hashlib.sha256((command.SOURCE / name).read_bytes()).hexdigest()}  {name}\n" for name in names
    )
    assert code["hashes"][0]["content"] == hashlib.sha256(listing.encode()).hexdigest()
    assert code["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert code["purl"] == f"pkg:generic/media-pipeline@{__version__}"


def test_document_names_the_zip_and_the_standard(document: dict[str, Any], archive: Path) -> None:
    """It is CycloneDX 1.6 about the zip of this hash, and reads back with nothing lost."""
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    root = document["metadata"]["component"]
    assert root["version"] == __version__
    assert root["hashes"][0]["content"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    references = [c["bom-ref"] for c in _all([root, *document["components"]])]
    assert len(set(references)) == len(references)
    for dependency in document["dependencies"]:
        assert {dependency["ref"], *dependency.get("dependsOn", [])} <= set(references)
    read: Bom = Bom.from_json(document)  # type: ignore[attr-defined]
    assert len(read.components) == len(document["components"])


def test_everything_is_reached_from_the_zip(document: dict[str, Any]) -> None:
    """No package is in the zip that neither our code nor one of its packages asks for."""
    edges = {d["ref"]: d.get("dependsOn", []) for d in document["dependencies"]}
    reached, waiting = set(), [document["metadata"]["component"]["bom-ref"]]
    while waiting:
        reference = waiting.pop()
        if reference not in reached:
            reached.add(reference)
            waiting += edges[reference]
    assert reached == {
        document["metadata"]["component"]["bom-ref"],
        *(c["bom-ref"] for c in document["components"]),
    }


def test_same_zip_gives_the_same_text(text: str, tmp_path: Path) -> None:
    """Neither time nor chance nor path is in it; other code gives another serial number."""
    assert command.lambda_sbom(archive=tmp_path / "again.zip") == text
    assert "timestamp" not in text
    assert str(command.ROOT) not in text
    source = shutil.copytree(command.SOURCE, tmp_path / "source")
    (source / "media_pipeline" / "assets.py").write_text("changed = True\n")
    target, dependencies = tmp_path / "other.zip", command.DEPENDENCIES
    build_lambda_package(source=source, dependencies=dependencies, target=target)
    contents = read_contents(archive=target, dependencies=dependencies, source=source, locked=LOCKED)
    other = json.loads(sbom(contents, direct=["boto3"], version="0", code_licence="MIT"))
    assert other["serialNumber"] != json.loads(text)["serialNumber"]


def _installed(tmp_path: Path) -> Path:
    """Return a copy of the installed packages that a test may spoil."""
    return shutil.copytree(command.DEPENDENCIES, tmp_path / "dependencies")


def test_an_unlocked_file_is_refused(tmp_path: Path) -> None:
    """What was put among the installed packages by hand is found, and named."""
    dependencies = _installed(tmp_path)
    (dependencies / "boto3" / "extra.py").write_text("import os\n")
    with pytest.raises(ContentsError, match=r"neither locked nor our code: boto3/extra\.py"):
        command.lambda_sbom(archive=tmp_path / "a.zip", dependencies=dependencies)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    """A package's file that is not as its wheel had it is found, and named."""
    dependencies = _installed(tmp_path)
    (dependencies / "six.py").write_text("import os\n")
    with pytest.raises(ContentsError, match=r"six\.py of six was changed after it was installed"):
        command.lambda_sbom(archive=tmp_path / "a.zip", dependencies=dependencies)


def test_another_package_is_refused(tmp_path: Path) -> None:
    """Packages that are installed and not locked, or the other way round, are named."""
    dependencies = _installed(tmp_path)
    for path in dependencies.glob("six*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(ContentsError, match=r"Not what is locked is installed: six\. Run: make setup"):
        command.lambda_sbom(archive=tmp_path / "a.zip", dependencies=dependencies)


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    """A wheel whose hash isn't locked, and an installation that pip tells nothing of, are not passed over."""
    dependencies = _installed(tmp_path)
    report = json.loads((dependencies / REPORT).read_text())
    entry = next(e for e in report["install"] if e["metadata"]["name"] == "six")
    entry["download_info"]["archive_info"]["hashes"]["sha256"] = "0" * 64
    (dependencies / REPORT).write_text(json.dumps(report))
    with pytest.raises(ContentsError, match="wheel of six is none of those that are locked"):
        command.lambda_sbom(archive=tmp_path / "a.zip", dependencies=dependencies)
    (dependencies / REPORT).unlink()
    with pytest.raises(ContentsError, match=r"is missing\. Run: make setup"):
        command.lambda_sbom(archive=tmp_path / "a.zip", dependencies=dependencies)
