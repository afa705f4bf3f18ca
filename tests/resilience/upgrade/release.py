"""Unpack the earlier release where Terraform finds it, in place of what was synthesized."""

import json
import re
import tarfile
from pathlib import Path

from sandbox.deployment.deploy import STACK
from sandbox.runtime.folder import PROJECT_ROOT, Folder
from stacks.lambda_package import build_lambda_package

ARCHIVE = Path(__file__).parent / "previous.tar.xz"
STACK_FILE = "cdk.tf.json"
CODE = "lambda_src"
_ENDPOINT = re.compile(r"http://127\.0\.0\.1:\d+")


def put_in_place(folder: Folder, mediaconvert_url: str) -> None:
    """Let the next deployment be the earlier release's: its stack and code, with today's packages."""
    unpacked = folder.path / "previous"
    with tarfile.open(ARCHIVE) as packed:
        packed.extractall(unpacked, filter="data")
    directory = folder.synthesized / "stacks" / STACK
    code = build_lambda_package(
        source=unpacked / CODE,
        dependencies=PROJECT_ROOT / "build" / "lambda-dependencies",
        target=directory / "previous.zip",
    )
    stack = json.loads(_ENDPOINT.sub(mediaconvert_url, (unpacked / STACK_FILE).read_text()))
    for function in stack["resource"]["aws_lambda_function"].values():
        function["filename"] = code.path.name
        function["source_code_hash"] = code.sha256_base64
    (directory / STACK_FILE).write_text(json.dumps(stack))
