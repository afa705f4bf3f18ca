"""Ask the account, with calls that change nothing; what can't be asked is said in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from tools.preflight.findings import (
    Bucket,
    Concurrency,
    NotAsked,
    Owner,
)

_DENIED = frozenset(
    {"403", "AccessDenied", "AccessDeniedException", "Forbidden", "ForbiddenException"}
    | {"UnauthorizedOperation"}
)
_INVALID_CREDENTIALS = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId"}
    | {"SignatureDoesNotMatch", "UnrecognizedClientException"}
)
_UNKNOWN_CALL = frozenset(
    {"404", "501", "InvalidAction", "NotImplemented", "UnknownOperation", "UnknownOperationException"}
    | {"ResourceNotFoundException", "NotFoundException"}
)
_T = TypeVar("_T")


class Account:
    """The account that the credentials belong to; `client` makes a boto3 client of a service."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def account_id(self) -> str | NotAsked:
        """Return the account's id."""
        return _asked(
            "sts:GetCallerIdentity", lambda: str(self._client("sts").get_caller_identity()["Account"])
        )

    def concurrency(self, functions: Sequence[str]) -> Concurrency | NotAsked:
        """Return Lambda's quota, what is free of it, and what functions reserve that exist already."""

        def ask() -> Concurrency:
            lambda_ = self._client("lambda")
            limit = lambda_.get_account_settings()["AccountLimit"]
            reserved = {name: _reserved(lambda_, name) for name in functions}
            return Concurrency(
                quota=int(limit["ConcurrentExecutions"]),
                unreserved=int(limit["UnreservedConcurrentExecutions"]),
                reserved={name: number for name, number in reserved.items() if number},
            )

        return _asked("lambda:GetAccountSettings and lambda:GetFunctionConcurrency", ask)

    def concurrent_jobs(self) -> int | NotAsked:
        """Return how many jobs MediaConvert works on at a time, of all queues.

        Source: MediaConvert API Reference, ListQueues, totalConcurrentJobs.
        """
        answer = _asked(
            "mediaconvert:ListQueues", lambda: self._client("mediaconvert").list_queues(MaxResults=1)
        )
        if isinstance(answer, NotAsked):
            return answer
        jobs = answer.get("TotalConcurrentJobs")
        if jobs is None:
            return NotAsked("MediaConvert does not tell how many jobs it works on at a time.")
        return int(jobs)

    def bucket(self, name: str, account_id: str) -> Bucket | NotAsked:
        """Return whose a bucket's name is.

        HeadBucket alone answers 403 both for another account's bucket and for one of ours that we may not
        look at; the list of our buckets tells them apart.
        """
        s3 = self._client("s3")
        try:
            found = s3.head_bucket(Bucket=name, ExpectedBucketOwner=account_id)
        except ClientError as error:
            code = _code(error)
            if code in ("404", "NoSuchBucket"):
                return Bucket(owner=Owner.NONE)
            if code not in _DENIED:
                return NotAsked(_sentence("s3:ListBucket", error))
        except BotoCoreError as error:
            return NotAsked(_sentence("s3:ListBucket", error))
        else:
            # S3 leaves it out for its oldest region.
            return Bucket(owner=Owner.US, region=found.get("BucketRegion") or "us-east-1")
        return self._owner_by_list(s3, name)

    def _owner_by_list(self, s3: Any, name: str) -> Bucket | NotAsked:
        def ask() -> set[str]:
            pages = s3.get_paginator("list_buckets").paginate(Prefix=name)
            return {str(bucket["Name"]) for page in pages for bucket in page.get("Buckets", [])}

        ours = _asked("s3:ListAllMyBuckets", ask)
        if isinstance(ours, NotAsked):
            return NotAsked(f"It exists; whether it is this account's is not known. {ours.reason}")
        if name in ours:
            return NotAsked("It is this account's, and your identity may not do s3:ListBucket on it.")
        return Bucket(owner=Owner.OTHERS)


def _reserved(lambda_: Any, name: str) -> int:
    try:
        answer = lambda_.get_function_concurrency(FunctionName=name)
    except ClientError as error:
        if _code(error) == "ResourceNotFoundException":
            return 0
        raise
    return int(answer.get("ReservedConcurrentExecutions") or 0)


def _asked(action: str, ask: Callable[[], _T]) -> _T | NotAsked:
    try:
        return ask()
    except (ClientError, BotoCoreError) as error:
        return NotAsked(_sentence(action, error))


def _sentence(action: str, error: ClientError | BotoCoreError) -> str:
    match error:
        case NoCredentialsError() | PartialCredentialsError() | ProfileNotFound():
            return "No AWS credentials were found: set AWS_PROFILE, or what else the AWS SDKs read."
        case SSOError() | TokenRetrievalError():
            return "The AWS session has ended: run `aws sso login`."
        case ClientError() if _code(error) in _INVALID_CREDENTIALS:
            return f"The AWS credentials are not valid, or have expired ({_code(error)})."
        case ClientError() if _code(error) in _DENIED:
            return f"Access denied: your AWS identity may not do {action}."
        case ClientError() if _code(error) in _UNKNOWN_CALL:
            return f"The endpoint does not know the call {action}."
        case _:
            return f"AWS could not be asked for {action}: {error}"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
