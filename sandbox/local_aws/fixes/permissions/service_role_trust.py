"""Let a role be assumed by the service that its trust policy names, on the condition that this sets.

MiniStack lets the account itself assume any role that trusts whatever service, but knows no
``aws:SourceAccount`` there, so that a role protected against a confused deputy could not be assumed at all.
Here MediaConvert's own key is MediaConvert, acting for this account; the account is no service.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id
from ministack.services import sts

from sandbox.runtime.environment import SERVICE, SERVICE_ACCESS_KEY_ID

_is_service: ContextVar[bool] = ContextVar("is_service", default=False)


def apply() -> None:
    """Wrap the request handler, which sees the caller, and what judges the trust policy."""
    handle, matches, evaluate = (
        sts.handle_request,
        iam_evaluator._principal_matches,
        iam_evaluator.evaluate_trust_policy,
    )

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Any:
        _is_service.set(extract_access_key_id(headers, query) == SERVICE_ACCESS_KEY_ID)
        return await handle(method, path, headers, body, query)

    def evaluate_trust_policy(trust: Any, caller_arn: str, context: Any = None) -> bool:
        if context is not None and _is_service.get():
            known = {**context.service_context, "aws:sourceaccount": get_account_id()}
            context = replace(context, service_context=known)
        return bool(evaluate(trust, caller_arn, context))

    def trust_principal_matches(principal: Any, caller_arn: str, federated: bool) -> bool:
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        services = [services] if isinstance(services, str) else services
        if services:
            return _is_service.get() and SERVICE in services
        return bool(matches(principal, caller_arn))

    sts.handle_request = handle_request
    iam_evaluator.evaluate_trust_policy = evaluate_trust_policy
    iam_evaluator._trust_principal_matches = trust_principal_matches
