"""What is in the functions' zip: which locked package each file belongs to, and what is our own code.

pip left a RECORD beside each package, with the hash of every file, and a report of the wheels that it took.
"""

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPORT = ".installed.json"

# Where the functions run; the Makefile installs for the same.
_LAMBDA_ENVIRONMENT = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "aarch64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.13.0",
    "python_version": "3.13",
    "sys_platform": "linux",
}


class ContentsError(Exception):
    """Say what is in the zip that should not be, or what is missing to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Describe one package of the zip; `files` holds the SHA-256 of each by its name in the zip."""

    name: str
    version: str
    licences: tuple[str, ...]
    requires: tuple[str, ...]
    wheel_sha256: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Hold everything that is in the zip, each file once."""

    sha256: str
    packages: tuple[Package, ...]
    code: Mapping[str, str]


def read_contents(*, archive: Path, dependencies: Path, source: Path, locked: Mapping[str, str]) -> Contents:
    """Return what is in a zip that was packed from `dependencies` and `source`.

    `locked` holds the version of each locked package. Raises ContentsError where the zip has a file that is
    in neither of them as it was installed or written, or where other packages are installed than are locked.
    """
    with zipfile.ZipFile(archive) as packed:
        left = {name: hashlib.sha256(packed.read(name)).hexdigest() for name in packed.namelist()}
    wheels = _wheels(dependencies / REPORT)
    packages = []
    for distribution in distributions(path=[str(dependencies)]):
        name = canonicalize_name(distribution.metadata["Name"])
        files = dict(_take(distribution, left))
        packages.append(
            Package(
                name=name,
                version=distribution.version,
                licences=_licences(distribution),
                requires=tuple(sorted(_requires(distribution))),
                wheel_sha256=wheels.get((name, distribution.version), ""),
                files=files,
            )
        )
    installed = {package.name: package.version for package in packages}
    if installed != dict(locked):
        differing = sorted(dict(installed.items() ^ locked.items()))
        raise ContentsError(f"Not what is locked is installed: {', '.join(differing)}. Run: make setup")
    if unknown := sorted(package.name for package in packages if not package.wheel_sha256):
        raise ContentsError(f"{dependencies / REPORT} doesn't tell of {', '.join(unknown)}. Run: make setup")
    foreign = sorted(name for name, digest in left.items() if _sha256(source / name) != digest)
    if foreign:
        raise ContentsError(f"In the zip, and neither locked nor our code: {', '.join(foreign)}")
    return Contents(
        sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
        packages=tuple(sorted(packages, key=lambda package: package.name)),
        code=left,
    )


def _wheels(report: Path) -> Mapping[tuple[str, str], str]:
    """Return the SHA-256 of each package's wheel, as pip had it."""
    if not report.is_file():
        raise ContentsError(f"{report}, in which pip says what it installed, is missing. Run: make setup")
    installed = json.loads(report.read_text("utf-8"))["install"]
    return {
        (canonicalize_name(entry["metadata"]["name"]), entry["metadata"]["version"]): entry["download_info"][
            "archive_info"
        ]["hashes"]["sha256"]
        for entry in installed
    }


def _take(distribution: Distribution, left: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Take a package's files out of what is left of the zip."""
    for file in distribution.files or ():
        digest = left.pop(str(file), None)
        if digest is None:
            continue  # not packed: a script, the installer's own notes, a service that is not called
        expected = base64.urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip("=")
        if file.hash is None or file.hash.mode != "sha256" or file.hash.value != expected:
            raise ContentsError(f"{file} of {distribution.name} was changed after it was installed.")
        yield str(file), digest


def _requires(distribution: Distribution) -> Iterator[str]:
    for text in distribution.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(_LAMBDA_ENVIRONMENT):
            yield canonicalize_name(requirement.name)


def _licences(distribution: Distribution) -> tuple[str, ...]:
    """Return the licences as the package says them, the most precise way first."""
    metadata = distribution.metadata
    classified = tuple(
        classifier.rpartition(" :: ")[2]
        for classifier in metadata.get_all("Classifier") or ()
        if classifier.startswith("License :: ")
    )
    if expressions := metadata.get_all("License-Expression"):
        return tuple(expressions)
    declared = tuple(metadata.get_all("License") or ())
    # "Dual License" and the like: the classifiers tell which.
    return classified if classified and (not declared or " " in declared[0]) else declared


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
