"""Refuse a reservation that the account's quota doesn't leave, as Lambda does.

MiniStack takes any. On AWS, 100 executions of the account's quota stay unreserved, and in an account whose
quota is smaller all of it: nothing can be reserved in a new account with a quota of 10. Sources: Lambda API
Reference, PutFunctionConcurrency; and what accounts with quotas of 10 and 50 were refused with, "decreases
account's UnreservedConcurrentExecution below its minimum value of [10]" and "[50]":
https://github.com/aws-samples/one-observability-demo/issues/278 and
https://github.com/aws-samples/s3-to-lambda-patterns/issues/36
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc

# Source: Lambda Developer Guide, "Lambda quotas", Concurrent executions.
DEFAULT_QUOTA = 1_000
ALWAYS_UNRESERVED = 100
SETTING = "lambda_concurrency"


def apply(account: Path) -> None:
    """Wrap the reservation and the account's settings.

    Args:
        account: JSON of the account's quotas, read anew at each call; without it, they are AWS's defaults.
    """
    put, settings = lambda_svc._put_function_concurrency, lambda_svc._get_account_settings

    def put_function_concurrency(func_name: str, data: dict[str, Any]) -> Any:
        function = lambda_svc._functions.get(func_name)
        wanted = int(data.get("ReservedConcurrentExecutions", 0))
        reserved = int(function.get("concurrency") or 0) if function else 0
        quota = quota_of(account)
        minimum = min(ALWAYS_UNRESERVED, quota)
        if function and wanted > reserved and quota - (_reserved() - reserved + wanted) < minimum:
            return error_response_json(
                "InvalidParameterValueException",
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{minimum}].",
                400,
            )
        return put(func_name, data)

    def get_account_settings() -> Any:
        status, headers, body = settings()
        document = json.loads(body)
        quota = quota_of(account)
        document["AccountLimit"]["ConcurrentExecutions"] = quota
        document["AccountLimit"]["UnreservedConcurrentExecutions"] = max(quota - _reserved(), 0)
        return status, headers, json.dumps(document).encode()

    lambda_svc._put_function_concurrency = put_function_concurrency
    lambda_svc._get_account_settings = get_account_settings


def quota_of(account: Path) -> int:
    """Return how many executions the account may have at a time."""
    try:
        quota = json.loads(account.read_text())[SETTING]
    except (OSError, ValueError, KeyError, TypeError):
        return DEFAULT_QUOTA
    return quota if isinstance(quota, int) and quota > 0 else DEFAULT_QUOTA


def _reserved() -> int:
    functions = lambda_svc._functions
    return sum(int(functions[name].get("concurrency") or 0) for name in list(functions.keys()))
