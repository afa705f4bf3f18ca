"""Ask the local AWS whether a caller's policies allow an operation, as IAM decides for MediaConvert.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_mediaconvert.html
"""

import json
import re
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.mediaconvert.api.errors import Forbidden, ServerError
from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.model import Account
from sandbox.runtime.environment import SERVICE, SERVICE_ACCESS_KEY_ID

Authorize = Callable[[str, str, Document], None]
"""Raise Forbidden where the caller (an Authorization header) may not do an operation with its parameters."""

_ACCESS_KEY_ID = re.compile(r"Credential=([^/,\s]+)/")
# The local AWS is restarted now and then, which AWS's IAM never is.
_PATIENCE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Check:
    """Name an action, the resource it is authorized on, and what conditions may ask."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def checks(account: Account, operation: str, given: Document) -> Iterator[Check]:
    """Yield what a caller must be allowed, all of it, for one operation."""
    action = f"mediaconvert:{operation}"
    if operation in {"CreateJob", "SearchJobs", "ListJobs"}:
        queue = given.get("queue", "Default")
        yield Check(action, queue if queue.startswith("arn:") else account.arn("queues", queue))
    elif operation in {"GetJob", "CancelJob"}:
        yield Check(action, account.arn("jobs", given["id"]))
    elif operation in {"GetQueue", "UpdateQueue", "DeleteQueue"}:
        yield Check(action, account.arn("queues", given["name"]))
    elif operation in {"GetJobTemplate", "UpdateJobTemplate", "DeleteJobTemplate"}:
        yield Check(action, account.arn("jobTemplates", given["name"]))
    else:
        yield Check(action, "*")
    if operation == "CreateJob" and "role" in given:
        yield Check("iam:PassRole", given["role"], {"iam:PassedToService": SERVICE})


def no_authorization(authorization: str, operation: str, given: Document) -> None:
    """Allow everything, for an endpoint that has no local AWS to ask."""


class LocalIam:
    """Ask a local AWS as an ``Authorize``, which knows every caller by its access key."""

    def __init__(
        self,
        endpoint_url: str,
        account: Account,
        ca_bundle: str | None,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._url = f"{endpoint_url}/_sandbox/authorization"
        self._account = account
        self._patience_seconds = patience_seconds
        trusted = ssl.create_default_context(cafile=ca_bundle) if ca_bundle else None
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
        )

    def __call__(self, authorization: str, operation: str, given: Document) -> None:
        """Raise Forbidden for the first thing that the caller may not do."""
        caller = _ACCESS_KEY_ID.search(authorization)
        if caller is None:
            raise Forbidden("Missing Authentication Token")
        if caller[1] == SERVICE_ACCESS_KEY_ID:
            return
        for check in checks(self._account, operation, given):
            refusal = self._refusal(caller[1], check)
            if refusal is not None:
                raise Forbidden(refusal)

    def _refusal(self, access_key_id: str, check: Check) -> str | None:
        question = {
            "access_key_id": access_key_id,
            "action": check.action,
            "resource": check.resource,
            "context": dict(check.context),
        }
        request = urllib.request.Request(self._url, json.dumps(question).encode(), method="POST")
        deadline = time.monotonic() + self._patience_seconds
        while True:
            try:
                with self._opener.open(request, timeout=5) as answer:
                    refusal: str | None = json.load(answer)["refusal"]
                    return refusal
            except OSError as error:
                if time.monotonic() > deadline:
                    raise ServerError(f"The local AWS can't be asked for permissions: {error}") from error
                time.sleep(0.2)
