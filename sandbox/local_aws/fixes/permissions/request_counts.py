"""Count the requests of each role by what they ask for, as an account's CloudTrail would.

MiniStack derives one action from each request, before it asks the policies. A request that only looks
(HEAD) is told from one that reads: both need the same permission.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id

from sandbox.local_aws.iam_calls import role_of

# Of no interest to a count: it is asked about, and no request.
_PASS_ROLE = "iam:PassRole"
# More keys than one account's functions have at a time.
_REMEMBERED_KEYS = 1_000

counted: Counter[tuple[str, str]] = Counter()


def apply() -> None:
    """Wrap what finds out which action a request is."""
    extract = iam_actions.extract_iam_action

    def extract_and_count(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, Any],
    ) -> str | None:
        action: str | None = extract(service, method, path, headers, body, query_params)
        if action is not None:
            asked = f"{action} (HEAD)" if method == "HEAD" else action
            count(extract_access_key_id(headers, query_params), asked)
        return action

    iam_actions.extract_iam_action = extract_and_count


def count(access_key_id: str | None, action: str) -> None:
    """Count a request if a role made it."""
    role = _role(access_key_id or "", get_account_id())
    if role is not None and action != _PASS_ROLE:
        counted[role, action] += 1


@lru_cache(_REMEMBERED_KEYS)
def _role(access_key_id: str, account_id: str) -> str | None:
    caller = iam_evaluator.resolve_credential(access_key_id, account_id)
    is_known = isinstance(caller, iam_evaluator.ResolvedCredential)
    return role_of(caller.principal_arn) if is_known else None
