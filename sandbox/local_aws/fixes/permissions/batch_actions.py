"""Ask for the permission of the single call where SQS is called with a batch, as AWS does.

MiniStack takes each operation for an action of its own name, so that a role which may send is refused one.
On AWS no permission can be set for a batch. Source: Amazon SQS Developer Guide, "Amazon SQS batch actions",
Permissions, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api.html
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

    def single_action(*request: Any) -> str | None:
        action: str | None = extract(*request)
        return _SINGLE.get(action, action) if action else None

    iam_actions.extract_iam_action = single_action
