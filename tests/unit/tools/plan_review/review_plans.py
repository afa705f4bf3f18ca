"""Plan documents in the format of `terraform show -json`, as short as a test needs them."""

import json
from collections.abc import Mapping
from typing import Any

from tools.plan_review.plans import parse
from tools.plan_review.review import Review, review

TABLE = "aws_dynamodb_table.Assets_Table_0AB89B7E"
QUEUE = "aws_sqs_queue.ProcessingQueue_91F8D712"
LOGS = "aws_cloudwatch_log_group.Reconciler_Logs_E38CC14B"


def resource(
    address: str,
    *actions: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return an entry of `resource_changes`; what `change` holds and what stands beside it are kept apart."""
    inner = ("after_unknown", "before_sensitive", "after_sensitive", "replace_paths", "importing")
    return {
        "address": address,
        "mode": "managed",
        "type": address.split(".")[0],
        "name": address.split(".")[-1],
        "provider_name": "registry.terraform.io/hashicorp/aws",
        **{key: value for key, value in more.items() if key not in inner},
        "change": {
            "actions": list(actions),
            "before": before,
            "after": after,
            "after_unknown": {},
            "before_sensitive": {},
            "after_sensitive": {},
            **{key: value for key, value in more.items() if key in inner},
        },
    }


def plan(*changes: Mapping[str, Any], **more: Any) -> str:
    """Return a plan with these entries of `resource_changes`."""
    return json.dumps({"format_version": "1.2", "resource_changes": list(changes), **more})


def reviewed(*changes: Mapping[str, Any], intended: tuple[str, ...] = (), **more: Any) -> Review:
    """Return the review of a plan with these changes."""
    return review(parse(plan(*changes, **more)), intended)


def replaced_table() -> dict[str, Any]:
    """Return a table whose key changes, which no table survives."""
    before = {"name": "media-pipeline-assets-prod", "hash_key": "asset_id"}
    return resource(
        TABLE,
        "delete",
        "create",
        before=before,
        after={**before, "hash_key": "id"},
        replace_paths=[["hash_key"]],
        action_reason="replace_because_cannot_update",
    )


def changed(address: str, before: Mapping[str, Any], after: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a change in place."""
    return resource(address, "update", before=before, after=after, **more)
