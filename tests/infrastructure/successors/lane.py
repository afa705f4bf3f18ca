"""Synthesize the stacks once more, with other bindings, in a copy of the App and in another environment."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.infrastructure.successors.comparison import Differences
from tests.support.made_site import write_site

ROOT = Path(__file__).resolve().parents[3]
# The command line of the fork, and the Node.js on which it and every lane run; the Makefile installs both.
NODE_LOCK = ROOT / "tests" / "infrastructure" / "successors" / "node" / "package-lock.json"
NODE_INSTALLED = ROOT / "build" / "cdktn-cli"
APP = ("main.py", "cdktf.json", "constructs_lib", "stacks", "lambda_src")

# What docs/moving-to-cdktn.md has people run, word for word.
RENAME = "perl -pi -e 's/cdktf_cdktf_provider_aws/cdktn_provider_aws/; s/from cdktf /from cdktn /'"
RENAMED = "constructs_lib/bindings/*.py"

# One argument of one resource, as it is in the source: file, text, and what takes its place.
ALTERED_ARGUMENT = "resource.aws_media_convert_queue.{}.description"
ALTERED_FILE = "constructs_lib/transcoding.py"
ALTERED_VALUES = ("Jobs of the pipeline", "Jobs of another pipeline")

# Several Apps share a process, which loads the bindings once; what differs between Apps is loaded anew.
PROGRAM = """
import json, os, sys
for app, folders in json.loads(sys.argv[1]).items():
    for name in [*sys.modules]:
        if name.partition(".")[0] in ("main", "stacks", "constructs_lib", "media_pipeline"):
            del sys.modules[name]
    os.chdir(app)
    import main
    for outdir, environ in folders.items():
        main.build_app(environ, outdir=main.Path(outdir), site=main.built_site(environ)).synth()
print(json.dumps([name for name in sys.modules if "_provider_aws." in name]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One set of bindings that would take the place of ours.

    Attributes:
        name: Of the Pipfile's category and of the environment in build/.
        bindings: The package of the AWS bindings.
        is_fork: Whether they are those of the community's fork of CDKTF.
        differences: All that differs in a stack's JSON, with both values.
        manifest_differences: The same of what cdktf-cli reads.
    """

    name: str
    bindings: str
    is_fork: bool
    differences: Differences
    manifest_differences: Differences


LANES = (
    Lane(
        name="cdktn",
        bindings="cdktn_provider_aws",
        is_fork=True,
        differences={
            "//.metadata.version": ("0.21.0", "0.24.0"),
            "terraform.required_providers.aws.source": ("aws", "hashicorp/aws"),
            "terraform.required_providers.aws.version": ("5.100.0", "6.69.1"),
        },
        manifest_differences={"version": ("0.21.0", "0.24.0")},
    ),
    Lane(
        name="provider6",
        bindings="cdktf_cdktf_provider_aws",
        is_fork=False,
        differences={"terraform.required_providers.aws.version": ("5.100.0", "6.25.0")},
        manifest_differences={},
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesized:
    """What one set of bindings made of the App.

    Attributes:
        stacks: Every stack's JSON by its name.
        manifests: What cdktf-cli reads of each synthesis, by the name of its folder.
        modules: The modules of the AWS bindings that Python loaded.
    """

    stacks: Mapping[str, Mapping[str, Any]]
    manifests: Mapping[str, Mapping[str, Any]]
    modules: Sequence[str]


def python_of(lane: str) -> Path:
    """Return the interpreter of a lane's environment.

    Raises:
        AssertionError: It isn't installed, or other packages are locked by now.
    """
    mark = ROOT / "build" / lane / ".installed"
    assert mark.is_file(), f"Not installed: the bindings to compare with. Run: make build/{lane}/.installed"
    locked = json.loads((ROOT / "Pipfile.lock").read_text("utf-8"))[lane]
    requirements = (ROOT / "build" / f"{lane}-requirements.txt").read_text("utf-8")
    missing = [name for name, package in locked.items() if f"{name}{package['version']}" not in requirements]
    assert not missing, f"{', '.join(missing)}: not as locked. Run: make -B build/{lane}/.installed"
    return ROOT / "build" / lane / "bin" / "python"


def node_programs() -> Path:
    """Return the folder with Node.js 22 and the command line of the fork, to be put first on the PATH.

    Raises:
        AssertionError: They aren't installed, others are locked by now, or this machine's kind has no such
            Node.js.
    """
    remedy = "Run: make -B build/cdktn-cli/.installed"
    installed = NODE_INSTALLED / NODE_LOCK.name
    assert (NODE_INSTALLED / ".installed").is_file(), f"Not installed: the fork's command line. {remedy}"
    assert installed.read_bytes() == NODE_LOCK.read_bytes(), (
        f"The fork's command line: not as locked. {remedy}"
    )
    programs = NODE_INSTALLED / "node_modules" / ".bin"
    assert (programs / "node").exists(), f"None of the packages in {NODE_LOCK.parent} is for this machine."
    return programs


def node_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which `node` is the Node.js 22 of the lanes."""
    return {**base, "PATH": f"{node_programs()}{os.pathsep}{base['PATH']}"}


def copy_app(folder: Path, *, site: Path | None = None) -> None:
    """Copy what synthesis needs; of what was built, the functions' packages, and the page if it is given."""
    for name in APP:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    (folder / "build").mkdir()
    if site is None:
        write_site(folder / "build" / "site")
    else:
        (folder / "build" / "site").symlink_to(site)
    (folder / "build" / "lambda-dependencies").symlink_to(ROOT / "build" / "lambda-dependencies")


def rename_bindings(folder: Path) -> None:
    """Let a copy import the community's fork instead of CDKTF."""
    subprocess.run(f"{RENAME} {RENAMED}", shell=True, cwd=folder, check=True)


def alter_argument(folder: Path) -> None:
    """Change one argument of one resource in the source of a copy."""
    path = folder / ALTERED_FILE
    before = path.read_text("utf-8")
    assert before.count(f'"{ALTERED_VALUES[0]}"') == 1
    path.write_text(before.replace(*ALTERED_VALUES), "utf-8")


def read_manifest(outdir: Path) -> dict[str, Any]:
    """Return what cdktf-cli reads of the stacks that were synthesized into a folder."""
    manifest: dict[str, Any] = json.loads((outdir / "manifest.json").read_text("utf-8"))
    return manifest


def synthesize(python: Path, apps: Mapping[Path, Mapping[str, Mapping[str, str]]]) -> list[Synthesized]:
    """Synthesize Apps in turn, on Node.js 22.

    Args:
        python: The interpreter of a lane's environment.
        apps: The environments of each App's folder, by the name of the folder that takes the stacks.
    """
    folders = {
        str(app): {str(app / "out" / name): dict(environ) for name, environ in environments.items()}
        for app, environments in apps.items()
    }
    for app in apps:
        (app / "out").mkdir(exist_ok=True)
    done = subprocess.run(
        [python, "-c", PROGRAM, json.dumps(folders)],
        env=node_environment({name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "end-of-life" not in done.stderr
    modules = json.loads(done.stdout)
    return [_synthesized(app / "out", list(environments), modules) for app, environments in apps.items()]


def _synthesized(outdir: Path, names: Sequence[str], modules: Sequence[str]) -> Synthesized:
    paths = sorted(path for name in names for path in (outdir / name).glob("stacks/*/cdk.tf.json"))
    return Synthesized(
        stacks={path.parent.name: json.loads(path.read_text("utf-8")) for path in paths},
        manifests={name: read_manifest(outdir / name) for name in names},
        modules=modules,
    )
