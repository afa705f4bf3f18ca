"""Ask for the permission of the single call where SQS or S3 is called with a batch, as AWS does.

MiniStack takes each operation of SQS for an action of its own name, so that a role which may send is refused
a batch; on AWS no permission can be set for one. Source: Amazon SQS Developer Guide, "Amazon SQS batch
actions", Permissions, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api.html

And it asks for s3:DeleteObject of the first object, where a version of it is deleted too: that needs
s3:DeleteObjectVersion, as it asks for of all others. Source: Amazon S3 API Reference, DeleteObjects,
Permissions, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions

_SINGLE = {
    f"sqs:{action}Batch": f"sqs:{action}"
    for action in ("ChangeMessageVisibility", "DeleteMessage", "SendMessage")
}


def apply() -> None:
    """Wrap what tells the action of a request."""
    extract = iam_actions.extract_iam_action

    def single_action(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> str | None:
        action: str | None = extract(service, method, path, headers, body, query)
        if action == "s3:DeleteObject" and method == "POST":
            targets = iam_actions._s3_batch_delete_targets("", body)
            return "s3:DeleteObjectVersion" if targets and targets[0][1] else action
        return _SINGLE.get(action, action) if action else None

    iam_actions.extract_iam_action = single_action
