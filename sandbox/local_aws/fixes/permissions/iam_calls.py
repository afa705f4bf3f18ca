"""Note what each role asks for and what its policies answer, and answer for the MediaConvert endpoint too.

MiniStack decides, but keeps no record such as CloudTrail's, which would show unused grants.
The MediaConvert endpoint is a server of its own, which no policy of MiniStack's would ever hold back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region

from sandbox.local_aws.fixes.permissions import request_counts
from sandbox.local_aws.iam_calls import IamCalls


def apply(calls: IamCalls) -> None:
    """Wrap the decision over each call.

    Args:
        calls: Where they are noted.
    """
    enforce = iam_evaluator.enforce

    def enforce_and_note(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        answer = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        if not isinstance(answer, iam_evaluator.AuthError):
            caller = iam_evaluator.resolve_credential(access_key_id or "", get_account_id())
            if isinstance(caller, iam_evaluator.ResolvedCredential):
                calls.note(caller.principal_arn, iam_action, resource_arn, allowed=answer is None)
        return answer

    iam_evaluator.enforce = enforce_and_note


def refusal(access_key_id: str, action: str, resource: str, context: Mapping[str, str]) -> str | None:
    """Return why the caller may not do something, in AWS's words; None where it may."""
    request_counts.count(access_key_id, action)
    service = action.partition(":")[0]
    answer = iam_evaluator.enforce(access_key_id, action, service, get_region(), resource, dict(context))
    if answer is None:
        return None
    if isinstance(answer, iam_evaluator.AuthError):
        return str(answer.message)
    return (
        f"User: {answer.principal_arn} is not authorized to perform: {action} on resource: {resource} "
        "because no identity-based policy allows it"
    )
