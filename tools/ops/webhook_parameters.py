"""`python -m tools.ops.webhook_parameters PIPELINE`: delete what webhooks left of a destroyed pipeline.

Endpoints and their secrets are SSM parameters that operators and functions write, so that no secret is in
Terraform's state; Terraform does not delete them either. `make destroy` does this last: while the stack is
there, endpoints are of use, and after it nothing else names them. A stack whose destruction was declined or
broke off before its own parameter went keeps them.
"""

import sys
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

# Source: SSM API, DeleteParameters.Names: at most 10
_BATCH = 10


def delete_all(ssm: "SSMClient", pipeline: str) -> int | None:
    """Delete all parameters of a pipeline's webhooks; return how many, None where it is deployed."""
    if ssm.get_parameters(Names=[f"/{pipeline}/resources"])["Parameters"]:
        return None
    pages = ssm.get_paginator("get_parameters_by_path").paginate(
        Path=f"/{pipeline}/webhooks", Recursive=True, WithDecryption=False
    )
    names = [parameter["Name"] for page in pages for parameter in page["Parameters"]]
    batches = [names[start : start + _BATCH] for start in range(0, len(names), _BATCH)]
    # What is gone meanwhile is passed over: SSM says what it deleted.
    return sum(len(ssm.delete_parameters(Names=batch)["DeletedParameters"]) for batch in batches)


def main(pipeline: str) -> None:
    """Delete, and say how many were."""
    count = delete_all(boto3.client("ssm"), pipeline)
    if count is None:
        print(f"The endpoints of webhooks were left alone: {pipeline} is still deployed.")
    elif count:
        print(f"Deleted {count} parameter{'' if count == 1 else 's'} of webhooks of {pipeline}.")


if __name__ == "__main__":
    main(sys.argv[1])
