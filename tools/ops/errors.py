"""What keeps a command from its work, in sentences that name what to do."""

import re

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from media_pipeline.adapters.clients import error_code
from media_pipeline.domain.errors import OperatorError

_DENIED = frozenset(
    {"403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"}
    | {"Forbidden", "ForbiddenException", "UnauthorizedOperation"}
)
_INVALID_CREDENTIALS = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId"}
    | {"SignatureDoesNotMatch", "UnrecognizedClientException"}
)
_NAMED_ACTION = re.compile(r"perform: ([\w-]+:\w+)")
# The action that IAM asks for; for most operations the service and the operation's own name.
_ACTIONS = {
    "BatchGetItem": "dynamodb:BatchGetItem",
    "CancelJob": "mediaconvert:CancelJob",
    "CreateInvalidation": "cloudfront:CreateInvalidation",
    "ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "DeleteMessage": "sqs:DeleteMessage",
    "GetItem": "dynamodb:GetItem",
    "GetParameter": "ssm:GetParameter",
    "GetParametersByPath": "ssm:GetParametersByPath",
    "ListObjectVersions": "s3:ListBucketVersions",
    "PutItem": "dynamodb:PutItem",
    "Query": "dynamodb:Query",
    "ReceiveMessage": "sqs:ReceiveMessage",
    "SearchJobs": "mediaconvert:SearchJobs",
    "SendMessage": "sqs:SendMessage",
    "UpdateItem": "dynamodb:UpdateItem",
}


class UsageError(Exception):
    """The operator has to fix an argument, a setting or the deployment; the message says which."""


def cause_of(error: BaseException) -> BaseException:
    """Return what boto3 raised below an error of the adapters, or the error itself."""
    return error.__cause__ if isinstance(error.__cause__, BotoCoreError | ClientError) else error


def is_operators(error: BaseException) -> bool:
    """Return whether the configuration is wrong, so that trying again is of no use."""
    cause = cause_of(error)
    if isinstance(cause, ClientError | OperatorError):
        return isinstance(error, OperatorError)
    return isinstance(cause, BotoCoreError) and not isinstance(cause, HTTPClientError | ConnectionError)


def sentence(error: BaseException) -> str:
    """Return an error of AWS, or of the way to it, as a sentence."""
    match cause_of(error):
        case NoCredentialsError() | PartialCredentialsError():
            return (
                "No AWS credentials were found. Set AWS_PROFILE, or what else the AWS SDKs read; "
                "for the sandbox, use `make ops ENV=sandbox ARGS=...`."
            )
        case NoRegionError():
            return "No AWS region is set. Set AWS_REGION, or a region in the profile."
        case ProfileNotFound() as cause:
            return f"{cause}: check AWS_PROFILE."
        case SSOError() | TokenRetrievalError() as cause:
            return f"The AWS session has ended: {cause}. Run `aws sso login`."
        case ConnectionError() | HTTPClientError() as cause:
            return f"AWS does not answer: {cause}. If it is the sandbox, start it with `make sandbox-up`."
        case ClientError() as cause if error_code(cause) in _INVALID_CREDENTIALS:
            return f"The AWS credentials are not valid, or have expired: {cause}."
        case ClientError() as cause if error_code(cause) in _DENIED:
            return f"Access denied: your AWS identity may not do {_action(cause)}. ({cause})"
        case cause:
            return str(error if cause is error else cause)


def _action(error: ClientError) -> str:
    named = _NAMED_ACTION.search(str(error))
    return named.group(1) if named else _ACTIONS.get(error.operation_name, error.operation_name)
