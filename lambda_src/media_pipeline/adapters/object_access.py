"""Find out why S3 does not give an object away: HeadObject's refusals carry a status and no words.

Refusals of the caller's own credentials and signature are no object's fault, and are not reported as one.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from media_pipeline.adapters.clients import error_code, http_status, translated
from media_pipeline.domain.errors import OperatorError, TransientError
from media_pipeline.domain.failures import Reason, Unreadable

_ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
# Source: S3 API Reference, Error responses.
_OF_THE_CALLER = frozenset(
    {
        "AccountProblem",
        "AuthorizationHeaderMalformed",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidSecurity",
        "InvalidToken",
        "NotSignedUp",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
    }
)
_MAX_SAID_CHARACTERS = 200


def archived(head: Mapping[str, Any]) -> Unreadable | None:
    """Return why an object that HeadObject described can't be read, None where it can.

    A copy that was restored can be read until it expires.
    """
    storage_class = str(head.get("StorageClass") or "")
    tier = str(head.get("ArchiveStatus") or "")
    is_restored = 'ongoing-request="false"' in str(head.get("Restore") or "")
    if (storage_class not in _ARCHIVES and not tier) or is_restored:
        return None
    return Unreadable(reason=Reason.ARCHIVED, said=tier or storage_class)


def of_object(refusal: ClientError) -> Unreadable | None:
    """Return what is wrong with the one object that GetObject refused; None where it is something else."""
    code, details = error_code(refusal), refusal.response.get("Error", {})
    words = str(details.get("Message", ""))
    is_refused = isinstance(translated(refusal, "reading"), OperatorError)
    if not is_refused or code in _OF_THE_CALLER or http_status(refusal) == 404:
        return None
    if code == "InvalidObjectState":
        return Unreadable(reason=Reason.ARCHIVED, said=str(details.get("StorageClass") or "it is archived"))
    if code == "InvalidRequest" and "encryption" in words.lower():
        return Unreadable(reason=Reason.CUSTOMER_KEY, said=words[:_MAX_SAID_CHARACTERS])
    return Unreadable(reason=Reason.DENIED, said=f"{code}: {words}"[:_MAX_SAID_CHARACTERS])


def refused_object(client: Any, bucket: str, key: str, refusal: TransientError) -> Unreadable | None:
    """Ask S3 why HeadObject was refused; return None where the object is not to blame, or can be read now.

    One GetObject of one byte, whose answer has the words that HeadObject's has not.
    """
    if not isinstance(refusal, OperatorError):
        return None
    try:
        client.get_object(Bucket=bucket, Key=key, Range="bytes=0-0")["Body"].close()
    except ClientError as error:
        return of_object(error)
    except BotoCoreError:
        # No answer says nothing of the object: the first refusal stands.
        return None
    return None
