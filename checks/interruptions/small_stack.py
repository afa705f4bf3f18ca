"""One resource of each kind that a killed apply may leave behind, in a stack of its own."""

import base64
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from sandbox.deployment.deploy import STACK
from sandbox.runtime.folder import Folder

NAME = "small"
KEY = "interruptions/small/terraform.tfstate"
FUNCTION = "small-function-sandbox"

_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def write(folder: Folder, release: str) -> Path:
    """Write the stack as of a release: each one changes every resource in place; return its directory.

    Backend, provider and the function's guard are those of the synthesized pipeline.
    """
    stacks = folder.synthesized / "stacks"
    pipeline = json.loads((stacks / STACK / "cdk.tf.json").read_text())
    directory = stacks / NAME
    directory.mkdir(parents=True, exist_ok=True)
    archive = code(release)
    (directory / "code.zip").write_bytes(archive)
    settings = pipeline["terraform"]
    settings["backend"]["s3"]["key"] = KEY
    guard = next(iter(pipeline["resource"]["aws_lambda_function"].values())).get("lifecycle", {})
    stack = {
        "terraform": settings,
        "provider": pipeline["provider"],
        "resource": _resources(release, base64.b64encode(hashlib.sha256(archive).digest()).decode(), guard),
    }
    (directory / "cdk.tf.json").write_text(json.dumps(stack, indent=2))
    return directory


def code(release: str) -> bytes:
    """Return the function's zip as of a release: it answers with the release's name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("code.py", (1980, 1, 1, 0, 0, 0))
        archive.writestr(entry, f"def handler(event, context):\n    return {release!r}\n")
    return buffer.getvalue()


def _resources(release: str, code_hash: str, guard: dict[str, Any]) -> dict[str, Any]:
    tags = {"Release": release}
    return {
        "aws_kms_key": {
            "Key": {"description": "small-key-sandbox", "deletion_window_in_days": 7, "tags": tags}
        },
        "aws_kms_alias": {
            "Alias": {"name": "alias/small-key-sandbox", "target_key_id": "${aws_kms_key.Key.id}"}
        },
        "aws_dynamodb_table": {
            "Table": {
                "name": "small-table-sandbox",
                "billing_mode": "PAY_PER_REQUEST",
                "hash_key": "id",
                "attribute": [{"name": "id", "type": "S"}],
                "server_side_encryption": {"enabled": True, "kms_key_arn": "${aws_kms_key.Key.arn}"},
                "tags": tags,
            }
        },
        "aws_cloudwatch_log_group": {
            "Logs": {"name": f"/aws/lambda/{FUNCTION}", "retention_in_days": 7, "tags": tags}
        },
        "aws_iam_role": {"Role": {"name": FUNCTION, "assume_role_policy": _TRUST, "tags": tags}},
        "aws_lambda_function": {
            "Function": {
                "function_name": FUNCTION,
                "handler": "code.handler",
                "runtime": "python3.13",
                "filename": "code.zip",
                "source_code_hash": code_hash,
                "role": "${aws_iam_role.Role.arn}",
                "description": f"Release {release}",
                "depends_on": ["aws_cloudwatch_log_group.Logs"],
                "lifecycle": guard,
            }
        },
        "aws_ssm_parameter": {"Parameter": {"name": "/small/release", "type": "String", "value": release}},
        "aws_s3_bucket": {"Bucket": {"bucket": "small-bucket-sandbox", "force_destroy": True, "tags": tags}},
        "aws_media_convert_queue": {"Jobs": {"name": "small-jobs-sandbox", "tags": tags}},
    }
