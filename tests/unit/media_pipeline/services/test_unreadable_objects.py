"""Objects that S3 does not give away, on the local AWS: what it answers, and what is made of that."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from media_pipeline.adapters.object_access import archived, of_object, refused_object
from media_pipeline.adapters.uploads_bucket import S3UploadsBucket
from media_pipeline.domain.errors import OperatorError, UnreadableCaptionError
from media_pipeline.domain.failures import Reason
from tests.support.local_resources import new_versioned_bucket

CUSTOMER_KEY = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}


@pytest.fixture
def s3(local_aws: Callable[[str], Any]) -> Any:
    """Return a client of the local AWS's S3."""
    return local_aws("s3")


def refused(client: Any, operation: str, **place: str) -> tuple[int, str]:
    """Return status and code with which S3 refuses something."""
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**place)
    answer = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_object_is_described_and_not_given(s3: Any, storage_class: str) -> None:
    """HeadObject tells the storage class, and GetObject answers 403 InvalidObjectState, as on AWS."""
    bucket = new_versioned_bucket(s3)
    s3.put_object(Bucket=bucket, Key="a.en.srt", Body=b"x", StorageClass=storage_class)
    assert s3.head_object(Bucket=bucket, Key="a.en.srt")["StorageClass"] == storage_class
    assert refused(s3, "get_object", Bucket=bucket, Key="a.en.srt") == (403, "InvalidObjectState")
    current = S3UploadsBucket(s3, bucket).current("a.en.srt")
    assert current is not None
    assert current.unreadable is not None
    assert current.unreadable.fault().message.startswith(
        f"The file lies in an archive of S3 ({storage_class})"
    )
    with pytest.raises(UnreadableCaptionError, match=storage_class):
        S3UploadsBucket(s3, bucket).read_caption("a.en.srt")


@pytest.mark.parametrize("storage_class", ["STANDARD", "STANDARD_IA", "GLACIER_IR", "INTELLIGENT_TIERING"])
def test_other_storage_classes_can_be_read(s3: Any, storage_class: str) -> None:
    """What lies in the classes that our own lifecycle rules move uploads to is read like any other."""
    bucket = new_versioned_bucket(s3)
    s3.put_object(Bucket=bucket, Key="a.en.srt", Body=b"x", StorageClass=storage_class)
    current = S3UploadsBucket(s3, bucket).current("a.en.srt")
    assert current is not None
    assert current.unreadable is None
    found = S3UploadsBucket(s3, bucket).read_caption("a.en.srt")
    assert found is not None
    assert found[0] == b"x"


def test_an_object_under_a_customers_key_is_not_even_described(s3: Any) -> None:
    """HeadObject answers 400 without a word and GetObject 400 InvalidRequest; the listing knows the ETag."""
    bucket = new_versioned_bucket(s3)
    s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"x", **CUSTOMER_KEY)
    assert refused(s3, "head_object", Bucket=bucket, Key="a.mp4") == (400, "400")
    assert refused(s3, "get_object", Bucket=bucket, Key="a.mp4") == (400, "InvalidRequest")
    current = S3UploadsBucket(s3, bucket).current("a.mp4")
    assert current is not None
    assert current.unreadable is not None
    assert current.unreadable.reason is Reason.CUSTOMER_KEY
    sidecars = S3UploadsBucket(s3, bucket)
    assert sidecars.current_version("a.mp4") is None
    with pytest.raises(UnreadableCaptionError, match="SSE-C"):
        sidecars.read_caption("a.mp4")


def test_a_restored_object_can_be_read() -> None:
    """A restored copy counts as readable, one that is still being restored does not."""
    assert archived({"StorageClass": "GLACIER", "Restore": 'ongoing-request="true"'}) is not None
    restored = 'ongoing-request="false", expiry-date="Fri, 21 Dec 2040 00:00:00 GMT"'
    assert archived({"StorageClass": "GLACIER", "Restore": restored}) is None
    tiered = archived({"StorageClass": "INTELLIGENT_TIERING", "ArchiveStatus": "DEEP_ARCHIVE_ACCESS"})
    assert tiered is not None
    assert tiered.said == "DEEP_ARCHIVE_ACCESS"


def refusal(status: int, code: str, message: str = "") -> ClientError:
    """Return a refusal of S3."""
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "GetObject")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refusal(403, "AccessDenied", "not authorized to perform: kms:Decrypt"), Reason.DENIED),
        (refusal(400, "KMS.DisabledException"), Reason.DENIED),
        (refusal(400, "KMS.NotFoundException"), Reason.DENIED),
        (refusal(403, "InvalidObjectState"), Reason.ARCHIVED),
        (refusal(400, "InvalidRequest", "a form of Server Side Encryption"), Reason.CUSTOMER_KEY),
        (refusal(400, "ExpiredToken"), None),
        (refusal(403, "SignatureDoesNotMatch"), None),
        (refusal(403, "RequestTimeTooSkewed"), None),
        (refusal(404, "NoSuchKey"), None),
        (refusal(503, "SlowDown"), None),
        (refusal(500, "InternalError"), None),
    ],
)
def test_an_objects_own_refusals_differ_from_the_callers(error: ClientError, reason: Reason | None) -> None:
    """What is refused for the caller's credentials says nothing of the object; every other 4xx does."""
    found = of_object(error)
    assert (found.reason if found else None) == reason


def test_an_object_that_can_be_read_after_all_is_not_to_blame(s3: Any) -> None:
    """Where GetObject answers, the refusal was a passing one: it is raised, and the message comes back."""
    bucket = new_versioned_bucket(s3)
    s3.put_object(Bucket=bucket, Key="a.mp4", Body=b"x")
    assert refused_object(s3, bucket, "a.mp4", OperatorError("403")) is None
