"""Pack the functions' code and their locked dependencies into a zip: same contents, same bytes, anywhere."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from constructs_lib.function import CodeArchive

# boto3 carries descriptions of some 400 services; these are what the functions call (sts: to assume roles).
SERVICES = frozenset(
    {"cloudfront", "cloudwatch", "dynamodb", "kms", "mediaconvert", "s3", "sns", "sqs", "ssm", "sts"}
)

# Zip knows no earlier time, and a fixed one keeps the hash from following the clock.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o100644

# Large, and of no use here: boto3's resources (the functions use clients), and a page that shows an API.
UNUSED = ("boto3/data/", "boto3/examples/", "aws_lambda_powertools/event_handler/openapi/swagger_ui/")

# Scripts and manual pages, beside the packages.
OUTSIDE = frozenset({"bin", "share"})

# What pip writes differs from one installation to the next.
INSTALLER_FILES = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})


class LambdaPackageError(Exception):
    """Say that the package can't be built, and what helps."""


def build_lambda_package(*, source: Path, dependencies: Path, target: Path) -> CodeArchive:
    """Write the zip to `target` where its contents changed, and return where it is and its hash.

    `source` becomes the zip's root; `dependencies` is a folder that pip installed packages into.
    Raises LambdaPackageError where a folder is missing or both hold the same file.
    """
    if not source.is_dir():
        raise LambdaPackageError(f"The functions' code is expected in {source}, which does not exist.")
    if not (dependencies / "aws_lambda_powertools").is_dir() or not (dependencies / "botocore").is_dir():
        raise LambdaPackageError(
            f"The functions' dependencies are not installed in {dependencies}. Run: make setup"
        )
    files = dict(_dependency_files(dependencies))
    for name, path in _files(source):
        if name in files:
            raise LambdaPackageError(f"{name} is both in {source} and in {dependencies}.")
        files[name] = path
    archive = _zip(files)
    if not target.is_file() or target.read_bytes() != archive:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and renamed: a second synthesis at the same time never reads half a zip.
        unfinished = target.with_name(f".{target.name}.{hashlib.sha256(archive).hexdigest()[:12]}")
        unfinished.write_bytes(archive)
        unfinished.replace(target)
    digest = hashlib.sha256(archive).digest()
    return CodeArchive(path=target, sha256_base64=base64.b64encode(digest).decode())


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield each file's name in the zip and its path, without what Python and editors leave behind."""
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        if path.is_file() and not any(_is_leftover(part) for part in parts):
            yield "/".join(parts), path


def _is_leftover(part: str) -> bool:
    return part == "__pycache__" or part.startswith(".") or part.endswith((".pyc", ".pyo"))


def _dependency_files(root: Path) -> Iterator[tuple[str, Path]]:
    # Where no version of a service's API is asked for, as here, clients take the newest. Source:
    # https://github.com/boto/botocore, loaders.py, Loader.load_service_model
    newest = {
        service.name: max(version.name for version in service.iterdir())
        for service in (root / "botocore" / "data").iterdir()
        if service.name in SERVICES
    }
    for name, path in _files(root):
        parts = name.split("/")
        if parts[0] in OUTSIDE or (parts[0].endswith(".dist-info") and parts[-1] in INSTALLER_FILES):
            continue
        if parts[:2] == ["botocore", "data"] and len(parts) > 3 and parts[3] != newest.get(parts[2]):
            continue
        if name.startswith(UNUSED):
            continue
        yield name, path


def _zip(files: dict[str, Path]) -> bytes:
    """Return the zip, stored: compressed bytes would depend on the build of zlib."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, TIMESTAMP)
            entry.create_system = 3
            entry.external_attr = FILE_MODE << 16
            archive.writestr(entry, files[name].read_bytes())
    return buffer.getvalue()
