"""Only those parts of the AWS bindings that are used are loaded, in Python and in Node.js."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from constructs_lib.lazy_loading import NODE_PRELOAD

PROGRAM = """
import os, sys
os.environ["NODE_OPTIONS"] = "--no-warnings"
import constructs_lib.bindings
import cdktf_cdktf_provider_aws as aws
loaded = [name for name in sys.modules if name.startswith("cdktf_cdktf_provider_aws.")]
assert len(loaded) < 100, f"{len(loaded)} submodules were loaded"
assert "cdktf_cdktf_provider_aws.vpc" not in sys.modules
assert aws.vpc.Vpc.__name__ == "Vpc"
assert not hasattr(aws, "no_such_service")
assert os.environ["NODE_OPTIONS"] == "--no-warnings", "a later Node.js process would be preloaded too"
"""


def test_bindings_load_what_is_named_only() -> None:
    """Importing the door loads some forty services of 2,135 submodules; any other loads when it is named."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parents[2],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "end-of-life" not in done.stderr


def _node(script: str, folder: Path) -> list[str]:
    node = shutil.which("node")
    assert node is not None, "Node.js is needed for CDKTF"
    done = subprocess.run(
        [node, "--require", str(NODE_PRELOAD), "-e", script],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


# How the index of each library requires a submodule.
SHAPES = {
    "@cdktf": 'exports.{0} = require("./{1}");',
    "@cdktn": 'exports.{0} = __importStar(require("./{1}/index"));',
}


@pytest.fixture(params=SHAPES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the index of bindings that have two submodules, each of which says when it is loaded."""
    owner: str = request.param
    library = tmp_path / "node_modules" / owner / "provider-aws" / "lib"
    for name in ("sqs-queue", "vpc"):
        (library / name).mkdir(parents=True)
        (library / name / "index.js").write_text(f"console.log('{name}'); exports.Name = '{name}';")
    index = library / "index.js"
    shape = SHAPES[owner]
    index.write_text(
        '"use strict";\nexports.vpc = exports.sqsQueue = void 0;\n'
        f"{shape.format('sqsQueue', 'sqs-queue')}\n{shape.format('vpc', 'vpc')}\n"
    )
    return index


def test_node_requires_submodules_when_asked(index: Path) -> None:
    """Node.js loads a submodule of the bindings' index at its first use, once, and knows all their names."""
    said = _node(
        f"const aws = require({str(index)!r});"
        "console.log(Object.keys(aws).join(), 'loaded');"
        "console.log(aws.vpc.Name, aws.vpc.Name);",
        index.parents[4],
    )
    assert said == ["sqsQueue,vpc", "loaded", "vpc", "vpc", "vpc"]


def test_node_loads_an_index_of_another_shape_as_ever(index: Path) -> None:
    """Where a later release writes its index differently, loading is slow but right."""
    index.write_text('module.exports = { vpc: require("./vpc") };')
    said = _node(f"console.log(require({str(index)!r}).vpc.Name)", index.parents[4])
    assert said == ["vpc", "vpc"]
