"""Changes of a table come to a function as from Lambda: failures again, and what is given up is named."""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sandbox.local_aws.fixes.delivery.stream_batches import first_failure
from stacks.lambda_package import build_lambda_package
from tests.support.local_clients import Client
from tests.support.local_roles import make_role
from tests.support.waiting import wait_for

ROOT = Path(__file__).resolve().parents[5]
# It tells what it sees, returns a change that is bad, and dies of one that is worse.
HANDLER = """
import os
import boto3

sqs = boto3.client("sqs")

def handler(event, context):
    for record in event["Records"]:
        name = record["dynamodb"]["Keys"]["asset_id"]["S"]
        sqs.send_message(QueueUrl=os.environ["SEEN"], MessageBody=name)
        if name.startswith("worse"):
            raise RuntimeError(name)
        if name.startswith("bad"):
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}
"""
SENDS = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
RETRIES = 1


class ReadTable:
    """A table with a stream, and a function that reads it in batches of ten, but for ignored changes."""

    def __init__(self, client: Client, archive: Path) -> None:
        self.client, self.name = client, f"stream-{uuid4()}"
        self._seen: Counter[str] = Counter()
        self._dead: list[dict[str, Any]] = []
        sqs = client("sqs")
        self.seen_url, self.dlq_url = (
            sqs.create_queue(QueueName=f"{self.name}-{part}")["QueueUrl"] for part in ("seen", "dlq")
        )
        dlq = sqs.get_queue_attributes(QueueUrl=self.dlq_url, AttributeNames=["QueueArn"])
        made = client("dynamodb").create_table(
            TableName=self.name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "asset_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "asset_id", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        client("lambda").create_function(
            FunctionName=self.name,
            Runtime="python3.13",
            Role=make_role(client, SENDS, service="lambda.amazonaws.com"),
            Handler="stream.handler",
            Code={"ZipFile": archive.read_bytes()},
            Environment={"Variables": {"SEEN": self.seen_url}},
            Timeout=20,
        )
        pattern = {"dynamodb": {"NewImage": {"asset_id": {"S": [{"anything-but": ["ignored"]}]}}}}
        self.mapping = client("lambda").create_event_source_mapping(
            EventSourceArn=made["TableDescription"]["LatestStreamArn"],
            FunctionName=self.name,
            StartingPosition="TRIM_HORIZON",
            BatchSize=10,
            Enabled=False,
            BisectBatchOnFunctionError=True,
            MaximumRetryAttempts=RETRIES,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
            DestinationConfig={"OnFailure": {"Destination": dlq["Attributes"]["QueueArn"]}},
        )["UUID"]

    def change(self, *names: str) -> None:
        """Write items in one go, then let them be read."""
        for name in names:
            self.client("dynamodb").put_item(TableName=self.name, Item={"asset_id": {"S": name}})
        self.client("lambda").update_event_source_mapping(UUID=self.mapping, Enabled=True)

    def seen(self) -> Counter[str]:
        """Return how often the function has seen each item."""
        self._seen.update(self._taken(self.seen_url))
        return self._seen

    def dead(self) -> list[dict[str, Any]]:
        """Return what was given up."""
        self._dead += [json.loads(body) for body in self._taken(self.dlq_url)]
        return self._dead

    def _taken(self, url: str) -> list[str]:
        bodies: list[str] = []
        while (
            messages := self.client("sqs")
            .receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            .get("Messages")
        ):
            for message in messages:
                bodies.append(message["Body"])
                self.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the function's zip, with the SDK that the pipeline's functions have."""
    folder = tmp_path_factory.mktemp("stream")
    source = folder / "source"
    source.mkdir()
    (source / "stream.py").write_text(HANDLER)
    dependencies = ROOT / "build" / "lambda-dependencies"
    return build_lambda_package(source=source, dependencies=dependencies, target=folder / "stream.zip").path


@pytest.mark.parametrize("name", ["bad", "worse"])
def test_a_change_that_fails_is_given_up_alone(client: Client, archive: Path, name: str) -> None:
    """What is before it is not repeated where it is named, and what is behind it comes once."""
    table = ReadTable(client, archive)
    table.change("a", "ignored", name, "c")
    wait_for(lambda: table.seen()["c"] == 1 and len(table.dead()) == 1, seconds=60)
    assert table.seen()["a"] == (1 if name == "bad" else table.seen()["a"])
    assert table.seen()[name] > RETRIES
    assert table.seen()["ignored"] == 0
    (given_up,) = table.dead()
    assert given_up["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert given_up["DDBStreamBatchInfo"]["batchSize"] == 1
    table.change("d")
    wait_for(lambda: table.seen()["d"] == 1)


RECORDS = [{"dynamodb": {"SequenceNumber": number}} for number in ("7", "8", "9")]


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ({"batchItemFailures": []}, None),
        (None, None),
        ({"batchItemFailures": [{"itemIdentifier": "9"}, {"itemIdentifier": "8"}]}, 1),
        (json.dumps({"batchItemFailures": [{"itemIdentifier": "9"}]}), 2),
        ({"batchItemFailures": [{"itemIdentifier": "1"}]}, 0),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, 0),
        ({"batchItemFailures": [{}]}, 0),
        ("no JSON", 0),
    ],
)
def test_the_answer_names_the_first_change_that_failed(body: Any, first: int | None) -> None:
    """The lowest of those named counts, and an answer that can't be read fails the whole batch, as on AWS."""
    assert first_failure({"body": body}, RECORDS, reports=True) == first


def test_an_error_fails_the_batch_and_an_unasked_answer_nothing() -> None:
    """Without ReportBatchItemFailures only an error of the function is a failure."""
    failures = {"batchItemFailures": [{"itemIdentifier": "8"}]}
    assert first_failure({"body": failures}, RECORDS, reports=False) is None
    assert first_failure({"error": True, "body": failures}, RECORDS, reports=False) == 0
