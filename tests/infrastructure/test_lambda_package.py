"""The Lambda zip: the same contents give the same bytes, and it runs."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from botocore.loaders import Loader

from stacks.lambda_package import SERVICES, LambdaPackageError, build_lambda_package

PROJECT_ROOT = Path(__file__).parents[2]
INSTALLED = PROJECT_ROOT / "build" / "lambda-dependencies"


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a function's code, with what Python and editors leave beside it."""
    return _write(
        tmp_path / "source",
        {
            "media_pipeline/__init__.py": "",
            "media_pipeline/handler.py": "answer = 42\n",
            "media_pipeline/__pycache__/handler.cpython-313.pyc": "compiled",
            "media_pipeline/.handler.py.swp": "an editor's",
        },
    )


@pytest.fixture
def dependencies(tmp_path: Path) -> Path:
    """Return a folder as pip leaves it."""
    return _write(
        tmp_path / "dependencies",
        {
            ".installed": "",
            "aws_lambda_powertools/__init__.py": "",
            "aws_lambda_powertools/event_handler/router.py": "for the function behind the HTTP API",
            "aws_lambda_powertools/event_handler/openapi/swagger_ui/html.py": "not used",
            "aws_lambda_powertools-3.37.0.dist-info/METADATA": "Name: aws-lambda-powertools",
            "aws_lambda_powertools-3.37.0.dist-info/RECORD": "depends on the installation",
            "aws_lambda_powertools-3.37.0.dist-info/INSTALLER": "pip",
            "botocore/data/endpoints.json": "{}",
            "botocore/data/s3/2006-03-01/service-2.json.gz": "used",
            "botocore/data/sqs/2011-10-01/service-2.json.gz": "an older version of the API",
            "botocore/data/sqs/2012-11-05/paginators-1.json": "used",
            "botocore/data/sqs/2012-11-05/service-2.json.gz": "used",
            "botocore/data/ec2/2016-11-15/service-2.json.gz": "not used",
            "boto3/data/ec2/resources-1.json": "not used",
            "bin/jp.py": "a script",
            "share/man/man1/jp.1": "its manual page",
        },
    )


def test_package_holds_code_and_dependencies_only(source: Path, dependencies: Path, tmp_path: Path) -> None:
    """Nothing is packed that functions don't need or that differs between two installations."""
    package = build_lambda_package(source=source, dependencies=dependencies, target=tmp_path / "a.zip")
    assert zipfile.ZipFile(package.path).namelist() == [
        "aws_lambda_powertools-3.37.0.dist-info/METADATA",
        "aws_lambda_powertools/__init__.py",
        "aws_lambda_powertools/event_handler/router.py",
        "botocore/data/endpoints.json",
        "botocore/data/s3/2006-03-01/service-2.json.gz",
        "botocore/data/sqs/2012-11-05/paginators-1.json",
        "botocore/data/sqs/2012-11-05/service-2.json.gz",
        "media_pipeline/__init__.py",
        "media_pipeline/handler.py",
    ]


def test_same_contents_give_the_same_bytes(source: Path, dependencies: Path, tmp_path: Path) -> None:
    """Neither path, time, permissions nor order of creation reach the zip."""
    first = build_lambda_package(source=source, dependencies=dependencies, target=tmp_path / "a.zip")
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(dependencies, elsewhere / "d")
    for path in sorted(source.rglob("*.py"), reverse=True):
        copy = elsewhere / "s" / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o600)
        os.utime(copy, (1_000_000_000, 1_000_000_000))
    second = build_lambda_package(
        source=elsewhere / "s", dependencies=elsewhere / "d", target=tmp_path / "b.zip"
    )
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256_base64 == second.sha256_base64


_ELSEWHERE = """
import compileall, os, random, shutil, sys
from pathlib import Path

os.umask(0o077)
root, target = Path(sys.argv[1]), Path(sys.argv[2])
copied = {}
for name in ("lambda_src", "build/lambda-dependencies"):
    copied[name] = target / "somewhere else" / name
    paths = [path for path in (root / name).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    random.shuffle(paths)
    for path in paths:
        copy = copied[name] / path.relative_to(root / name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        copy.chmod(0o777)
compileall.compile_dir(copied["lambda_src"], quiet=1)

from stacks.lambda_package import build_lambda_package

built = build_lambda_package(
    source=copied["lambda_src"],
    dependencies=copied["build/lambda-dependencies"],
    target=target / "b.zip",
)
print(built.sha256_base64)
"""


def test_real_package_is_the_same_anywhere(tmp_path: Path) -> None:
    """Twice here, and on another path with another umask, time zone, locale, hash seed and order of files."""
    here = [
        build_lambda_package(
            source=PROJECT_ROOT / "lambda_src", dependencies=INSTALLED, target=tmp_path / name
        )
        for name in ("a.zip", "again.zip")
    ]
    done = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE, str(PROJECT_ROOT), str(tmp_path)],
        cwd=PROJECT_ROOT,
        env={**os.environ, "TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "somewhere else").is_dir()
    assert {package.sha256_base64 for package in here} == {done.stdout.strip()}


def test_real_package_has_fixed_times_and_modes(tmp_path: Path) -> None:
    """Each file is stored as it is, from 1980, for all to read and its owner to write; none is compiled."""
    package = build_lambda_package(
        source=PROJECT_ROOT / "lambda_src", dependencies=INSTALLED, target=tmp_path / "a.zip"
    )
    with zipfile.ZipFile(package.path) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted({entry.filename for entry in entries})
    for entry in entries:
        assert (entry.date_time, entry.external_attr >> 16, entry.create_system, entry.compress_type) == (
            (1980, 1, 1, 0, 0, 0),
            0o100644,
            3,
            zipfile.ZIP_STORED,
        )
        assert not entry.filename.endswith((".pyc", ".pyo", ".so", "/"))
        assert entry.extra == b""


def test_hash_is_that_of_the_zip(source: Path, dependencies: Path, tmp_path: Path) -> None:
    """Lambda reports the SHA-256 of the zip, in base64: the hash must be that, or plans are never clean."""
    package = build_lambda_package(source=source, dependencies=dependencies, target=tmp_path / "a.zip")
    digest = hashlib.sha256(package.path.read_bytes()).digest()
    assert package.sha256_base64 == base64.b64encode(digest).decode()


def test_changed_code_changes_the_hash(source: Path, dependencies: Path, tmp_path: Path) -> None:
    """A changed line of a function is deployed."""
    target = tmp_path / "a.zip"
    before = build_lambda_package(source=source, dependencies=dependencies, target=target)
    (source / "media_pipeline" / "handler.py").write_text("answer = 43\n")
    after = build_lambda_package(source=source, dependencies=dependencies, target=target)
    assert before.sha256_base64 != after.sha256_base64


def test_unchanged_package_is_not_written_again(source: Path, dependencies: Path, tmp_path: Path) -> None:
    """A second synthesis leaves the zip alone."""
    target = tmp_path / "a.zip"
    build_lambda_package(source=source, dependencies=dependencies, target=target)
    os.utime(target, (1_000_000_000, 1_000_000_000))
    build_lambda_package(source=source, dependencies=dependencies, target=target)
    assert target.stat().st_mtime == 1_000_000_000


def test_missing_dependencies_name_the_remedy(source: Path, tmp_path: Path) -> None:
    """Synthesis before `make setup` fails with the advice to run it."""
    with pytest.raises(LambdaPackageError, match="make setup"):
        build_lambda_package(source=source, dependencies=tmp_path / "none", target=tmp_path / "a.zip")


def test_missing_code_is_named(dependencies: Path, tmp_path: Path) -> None:
    """A wrong source folder does not make a package without functions."""
    with pytest.raises(LambdaPackageError, match="nowhere"):
        build_lambda_package(
            source=tmp_path / "nowhere", dependencies=dependencies, target=tmp_path / "a.zip"
        )


def test_code_never_shadows_a_dependency(source: Path, dependencies: Path, tmp_path: Path) -> None:
    """A module of ours with the name of a dependency's file is refused, not silently preferred."""
    _write(source, {"aws_lambda_powertools/__init__.py": "ours"})
    with pytest.raises(LambdaPackageError, match=r"aws_lambda_powertools/__init__\.py is both in"):
        build_lambda_package(source=source, dependencies=dependencies, target=tmp_path / "a.zip")


def test_real_package_imports_by_itself(tmp_path: Path) -> None:
    """Handlers import, clients are made and an encoding is detected from the zip alone, as in Lambda."""
    package = build_lambda_package(
        source=PROJECT_ROOT / "lambda_src", dependencies=INSTALLED, target=tmp_path / "a.zip"
    )
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(tmp_path / "task")
    program = (
        "import importlib, boto3\n"
        "for name in ('ingest_orchestrator', 'job_status_processor', 'reconciler'):\n"
        "    assert callable(importlib.import_module(f'media_pipeline.handlers.{name}').handler)\n"
        f"for service in {sorted(SERVICES)}:\n"
        "    boto3.client(service, region_name='us-east-1')\n"
        "from media_pipeline.publishing.caption_text.encoding import decoded\n"
        "text = ''.join(map(chr, (1055, 1088, 1080, 1074, 1077, 1090, 44, 32, 1084, 1080, 1088)))\n"
        "assert decoded(text.encode('cp1251'), language='ru').text == text\n"
    )
    done = subprocess.run(
        # -I and -S: neither this project nor its installed packages can help out.
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, 'task')\n{program}"],
        cwd=tmp_path,
        env={"POWERTOOLS_SERVICE_NAME": "test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_real_package_has_the_apis_that_clients_are_made_of(tmp_path: Path) -> None:
    """Of each service that is called there is one version, which botocore takes where none is named."""
    package = build_lambda_package(
        source=PROJECT_ROOT / "lambda_src", dependencies=INSTALLED, target=tmp_path / "a.zip"
    )
    described = [
        name.removeprefix("botocore/data/").split("/")[:2]
        for name in zipfile.ZipFile(package.path).namelist()
        if name.startswith("botocore/data/") and name.endswith("/service-2.json.gz")
    ]
    taken = Loader(extra_search_paths=[str(INSTALLED / "botocore/data")], include_default_search_paths=False)
    assert described == [
        [service, taken.determine_latest_version(service, "service-2")] for service in sorted(SERVICES)
    ]


def test_real_package_is_within_lambdas_limits(tmp_path: Path) -> None:
    """The zip can be uploaded directly.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    package = build_lambda_package(
        source=PROJECT_ROOT / "lambda_src", dependencies=INSTALLED, target=tmp_path / "a.zip"
    )
    assert package.path.stat().st_size < 50 * 1024**2
