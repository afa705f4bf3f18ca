"""What must hold for a write is part of the request itself: AWS refuses it, whatever was read before."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from media_pipeline.adapters.asset_table import AssetTable
from media_pipeline.adapters.dynamodb import update_request
from media_pipeline.adapters.outputs_bucket import S3OutputsBucket
from media_pipeline.domain.asset_record import Check, Condition, RecordWrite, new_record
from tests.support.asset_steps import upload
from tests.support.fakes import FakeClock
from tests.support.service_model import request_faults

NOW = FakeClock()()


class Client:
    """Take requests, and refuse them all where a status is given; each is one that the service knows."""

    def __init__(self, service: str, *, refusal: int = 0, code: str = "") -> None:
        self._service, self._refusal, self._code = service, refusal, code
        self.requests: list[dict[str, Any]] = []

    def put_item(self, **request: Any) -> None:
        """Write an item of DynamoDB."""
        self._take("PutItem", request)

    def put_object(self, **request: Any) -> None:
        """Write an object of S3."""
        self._take("PutObject", request)

    def _take(self, operation: str, request: dict[str, Any]) -> None:
        assert request_faults(self._service, operation, request) == []
        self.requests.append(request)
        if self._refusal:
            answer: Any = {
                "Error": {"Code": self._code, "Message": ""},
                "ResponseMetadata": {"HTTPStatusCode": self._refusal},
            }
            raise ClientError(answer, operation)


@pytest.mark.parametrize("is_there", [False, True])
def test_a_record_is_created_where_there_is_none(is_there: bool) -> None:
    """DynamoDB itself refuses a second record for an id, of two invocations at once too."""
    client = Client(
        "dynamodb", refusal=400 if is_there else 0, code="ConditionalCheckFailedException" if is_there else ""
    )
    record = new_record(upload(), now=NOW, claimed_until=NOW, detail="")
    assert AssetTable(client, "assets").create_record(record) is not is_there
    (request,) = client.requests
    assert request["TableName"] == "assets"
    assert request["ConditionExpression"] == "attribute_not_exists(asset_id)"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition("attempt", Check.EQUAL, 1), "#attempt = :v0"),
        (Condition("status", Check.ONE_OF, ["A", "B"]), "#status IN (:v0, :v1)"),
        (Condition("job_id", Check.ABSENT), "attribute_not_exists(#job_id)"),
        (
            Condition("job_id", Check.ABSENT_OR_EQUAL, "1-a"),
            "(attribute_not_exists(#job_id) OR #job_id = :v0)",
        ),
        (
            Condition("percent", Check.ABSENT_OR_BELOW, 50),
            "(attribute_not_exists(#percent) OR #percent < :v0)",
        ),
    ],
)
def test_an_update_carries_its_conditions(condition: Condition, expected: str) -> None:
    """Each condition is in the request, beside the one that there is a record at all."""
    also = Condition("removing_since", Check.ABSENT)
    write = RecordWrite(conditions=[condition, also], removed=["error"])
    request = update_request(write)
    assert request["ConditionExpression"] == (
        f"attribute_exists(asset_id) AND {expected} AND attribute_not_exists(#removing_since)"
    )
    whole = {"TableName": "assets", "Key": {"asset_id": {"S": "a"}}, **request}
    assert request_faults("dynamodb", "UpdateItem", whole) == []


@pytest.mark.parametrize(
    ("replaces", "condition"), [(None, {"IfNoneMatch": "*"}), ("e1", {"IfMatch": '"e1"'})]
)
@pytest.mark.parametrize(
    ("refusal", "code"),
    [(0, ""), (412, "PreconditionFailed"), (409, "ConditionalRequestConflict"), (404, "NoSuchKey")],
)
def test_a_document_is_written_in_the_state_that_was_read(
    replaces: str | None, condition: dict[str, str], refusal: int, code: str
) -> None:
    """S3 itself refuses to replace another state than the one that was read, or to write where one is.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    """
    client = Client("s3", refusal=refusal, code=code)
    outputs = S3OutputsBucket(client, "outputs")
    assert outputs.write("a/1/hls/a.m3u8", b"x", content_type="text/plain", replaces=replaces) is not bool(
        refusal
    )
    (request,) = client.requests
    assert {name: value for name, value in request.items() if name.startswith("If")} == condition
