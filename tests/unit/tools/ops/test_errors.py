"""Errors of AWS as sentences, and which of them trying again can't help."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError, UnauthorizedSSOTokenError

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.errors import MediaPipelineError
from tools.ops.errors import is_operators, sentence


def client_error(code: str, message: str, operation: str, status: int) -> ClientError:
    """Return an answer of AWS."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, operation)


NAMED = "User: arn:aws:iam::1:user/o is not authorized to perform: kms:Decrypt on resource: k"


@pytest.mark.parametrize(
    ("error", "says", "operators"),
    [
        (
            client_error("AccessDeniedException", NAMED, "GetItem", 400),
            "Access denied: your AWS identity may not do kms:Decrypt.",
            True,
        ),
        (
            client_error("AccessDenied", "Access Denied", "ListObjectVersions", 403),
            "Access denied: your AWS identity may not do s3:ListBucketVersions.",
            True,
        ),
        (
            client_error("AccessDenied", "Access Denied", "SomethingNew", 403),
            "Access denied: your AWS identity may not do SomethingNew.",
            True,
        ),
        (
            client_error("ExpiredTokenException", "expired", "GetParameter", 400),
            "The AWS credentials are not valid, or have expired",
            True,
        ),
        (UnauthorizedSSOTokenError(), "Run `aws sso login`.", True),
        (ReadTimeoutError(endpoint_url="http://x"), "AWS does not answer", False),
        (client_error("ThrottlingException", "Rate exceeded", "Query", 400), "Rate exceeded", False),
        (client_error("InternalError", "We failed", "Query", 500), "We failed", False),
    ],
)
def test_an_error_of_aws_is_a_sentence(error: Exception, says: str, operators: bool) -> None:
    """It names the action that is denied, and tells what waiting helps against from what it doesn't."""
    with pytest.raises(MediaPipelineError) as raised, aws_errors("doing something"):
        raise error
    assert says in sentence(raised.value)
    assert is_operators(raised.value) is operators


def test_an_error_of_the_pipeline_speaks_for_itself() -> None:
    """Where no call to AWS is behind it, its own text is the sentence."""
    assert sentence(MediaPipelineError("too many jobs to search")) == "too many jobs to search"
    assert not is_operators(MediaPipelineError("too many jobs to search"))
