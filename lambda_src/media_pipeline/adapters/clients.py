"""Make AWS clients that give up in time, and turn their errors into this package's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session
from botocore.utils import parse_timestamp

from media_pipeline.domain.errors import (
    ConflictError,
    NotFoundError,
    OperatorError,
    ThrottledError,
    TransientError,
)

_THROTTLING_CODES = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceQuotaExceededException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        # Of paths with a wildcard 15 may be dropped at once. Source:
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
        "TooManyInvalidationsInProgress",
        "TooManyRequestsException",
    }
)
_HTTP_STATUS_THROTTLED = (402, 429)
# Some services tell by a code alone what others tell by the status.
_NOT_FOUND_CODES = frozenset({"ParameterNotFound"})
_CONFLICT_CODES = frozenset({"ConditionalCheckFailedException"})
_HTTP_STATUS_CONFLICT = (409, 412)
# Answered with a status that otherwise means a refusal.
_TRANSIENT_CODES = frozenset({"RequestTimeout", "RequestTimeoutException"})


def aws_client(
    service: str,
    *,
    connect_timeout_seconds: float = 3,
    read_timeout_seconds: float = 5,
    attempts: int = 3,
) -> Any:
    """Return a client whose calls end after `attempts` tries of both timeouts.

    boto3's own defaults (60 s each, and more tries) would outlive the function that calls.
    """
    config = Config(
        connect_timeout=connect_timeout_seconds,
        read_timeout=read_timeout_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    _read_timestamps_quickly()
    # The stubs know a client's type by a literal name only.
    make_client: Callable[..., Any] = boto3.client
    return make_client(service, config=config)


def _read_timestamps_quickly() -> None:
    """Give boto3's session a quick reader of timestamps, unless there is a session already.

    A page of a listing holds a thousand of them, and botocore's own reader takes most of the page's time.
    """
    if boto3.DEFAULT_SESSION is None:
        session = get_session()
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=timestamp)
        boto3.setup_default_session(botocore_session=session)


def timestamp(value: Any) -> datetime:
    """Return the time that AWS writes: seconds since 1970, or a text in ISO 8601 or as in HTTP's headers.

    Raises ValueError.
    """
    if isinstance(value, str) and value[4:5] == "-":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    return parse_timestamp(value)


@contextmanager
def aws_errors(doing: str) -> Iterator[None]:
    """Turn errors of boto3 into ThrottledError, OperatorError and its kin, or TransientError.

    Adapters catch NotFoundError and ConflictError where they are an answer to what was asked.
    """
    try:
        yield
    except ClientError as error:
        raise translated(error, doing) from error
    except BotoCoreError as error:
        raise TransientError(f"{doing}: {error}") from error


def translated(error: ClientError, doing: str) -> TransientError:
    """Return this package's error for an answer of AWS: refusals but for throttling are the operator's."""
    message = f"{doing}: {error}"
    status = http_status(error)
    if error_code(error) in _THROTTLING_CODES or status in _HTTP_STATUS_THROTTLED:
        return ThrottledError(message)
    if 400 <= status < 500 and error_code(error) not in _TRANSIENT_CODES:
        if status == 404 or error_code(error) in _NOT_FOUND_CODES:
            return NotFoundError(message)
        if status in _HTTP_STATUS_CONFLICT or error_code(error) in _CONFLICT_CODES:
            return ConflictError(message)
        return OperatorError(message)
    return TransientError(message)


def error_code(error: ClientError) -> str:
    """Return AWS's name of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def http_status(error: ClientError) -> int:
    """Return the HTTP status of an error, 0 where it has none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
