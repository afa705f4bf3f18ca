"""Messages that a function sends to itself: Lambda stops them after 16 times where they may not come back."""

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sandbox.local_aws.fixes import recursive_loops
from sandbox.runtime import servers
from sandbox.runtime.folder import Folder
from sandbox.runtime.servers import Running
from stacks.lambda_package import build_lambda_package
from tests.support.local_clients import Client, clients_of
from tests.support.local_roles import make_role
from tests.support.waiting import wait_for

ROOT = Path(__file__).resolve().parents[4]
ROUNDS = 20
# It says which round it is, and sends the next one to the queue that it consumes, by the SDK of the zip.
HANDLER = f"""
import os
import boto3

sqs = boto3.client("sqs")

def handler(event, context):
    for record in event["Records"]:
        sqs.send_message(QueueUrl=os.environ["SEEN"], MessageBody=record["body"])
        if int(record["body"]) < {ROUNDS}:
            sqs.send_message(QueueUrl=os.environ["OWN"], MessageBody=str(int(record["body"]) + 1))
"""


SENDS = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}


class Loop:
    """A function that sends each message to itself, its queue, its DLQ, and the queue of what it has seen."""

    def __init__(self, client: Client, archive: Path) -> None:
        self.client, self.name = client, f"loop-{uuid4()}"
        self._rounds: set[int] = set()
        sqs = client("sqs")
        self.dlq, self.seen = (sqs.create_queue(QueueName=f"{self.name}-{n}")["QueueUrl"] for n in "ds")
        redrive = {"deadLetterTargetArn": self._arn(self.dlq), "maxReceiveCount": 2}
        self.queue = sqs.create_queue(
            QueueName=self.name,
            Attributes={"VisibilityTimeout": "5", "RedrivePolicy": json.dumps(redrive)},
        )["QueueUrl"]
        client("lambda").create_function(
            FunctionName=self.name,
            Runtime="python3.13",
            Role=make_role(client, SENDS, service="lambda.amazonaws.com"),
            Handler="loop.handler",
            Code={"ZipFile": archive.read_bytes()},
            Environment={"Variables": {"OWN": self.queue, "SEEN": self.seen}},
            Timeout=20,
        )

    def begin(self, message: str = "1") -> None:
        """Let the function, which has started before, consume its queue, with one message in it."""
        # While a process of it starts, a message could become visible again.
        self.client("lambda").put_function_concurrency(FunctionName=self.name, ReservedConcurrentExecutions=1)
        self.client("lambda").invoke(FunctionName=self.name, Payload=b'{"Records": []}')
        self.client("lambda").create_event_source_mapping(
            EventSourceArn=self._arn(self.queue), FunctionName=self.name, BatchSize=1
        )
        self.client("sqs").send_message(QueueUrl=self.queue, MessageBody=message)

    def rounds(self) -> list[int]:
        """Return the rounds that the function has seen, each once."""
        # What was looked at is hidden for a second: all are never there at once.
        self._rounds |= {int(body) for body in self._held(self.seen)}
        return sorted(self._rounds)

    def dead(self) -> set[int]:
        """Return the rounds that lie in the DLQ."""
        return {int(body) for body in self._held(self.dlq)}

    def dropped(self) -> float:
        """Return what Lambda's metric counts."""
        now = datetime.now(tz=UTC)
        points = self.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="RecursiveInvocationsDropped",
            Dimensions=[{"Name": "FunctionName", "Value": self.name}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    def _held(self, url: str) -> list[str]:
        bodies: list[str] = []
        while True:
            answer: Any = self.client("sqs").receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1
            )
            found = [message["Body"] for message in answer.get("Messages", [])]
            if not found:
                return bodies
            bodies += found

    def _arn(self, url: str) -> str:
        answer = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn: str = answer["Attributes"]["QueueArn"]
        return arn


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the function's zip, with the SDK that the pipeline's functions have."""
    folder = tmp_path_factory.mktemp("loop")
    source = folder / "source"
    source.mkdir()
    (source / "loop.py").write_text(HANDLER)
    dependencies = ROOT / "build" / "lambda-dependencies"
    return build_lambda_package(source=source, dependencies=dependencies, target=folder / "loop.zip").path


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return an empty folder, for servers of a test's own."""
    return Folder(tmp_path)


@pytest.fixture
def running(folder: Folder) -> Iterator[Running]:
    """Run both servers."""
    with servers.running(folder, print) as started:
        started.wait()
        yield started


def test_the_seventeenth_round_is_dropped(running: Running, archive: Path) -> None:
    """By default the function runs 16 times; the message then uses up its receives, and lies in the DLQ."""
    loop = Loop(clients_of(running.endpoints), archive)
    config = loop.client("lambda").get_function_recursion_config(FunctionName=loop.name)
    assert config["RecursiveLoop"] == "Terminate"
    loop.begin()
    wait_for(lambda: loop.dead() == {recursive_loops.MAX_INVOCATIONS + 1}, seconds=90)
    assert loop.rounds() == list(range(1, recursive_loops.MAX_INVOCATIONS + 1))
    assert loop.dropped() >= 2, "one for each receive"


def test_a_function_that_may_recurse_goes_on(running: Running, folder: Folder, archive: Path) -> None:
    """Where it is allowed, which a restart doesn't forget, messages come back as often as they are sent."""
    loop = Loop(clients_of(running.endpoints), archive)
    loop.client("lambda").put_function_recursion_config(FunctionName=loop.name, RecursiveLoop="Allow")
    servers.restart_local_aws(folder, running, signal.SIGTERM)
    config = loop.client("lambda").get_function_recursion_config(FunctionName=loop.name)
    assert config["RecursiveLoop"] == "Allow"
    loop.begin()
    wait_for(lambda: loop.rounds() == list(range(1, ROUNDS + 1)), seconds=90)
    assert (loop.dead(), loop.dropped()) == (set(), 0)


@pytest.mark.parametrize(
    ("header", "lineage"),
    [
        ("", {}),
        ("Root=1-5f-6a;Parent=7b;Sampled=1", {}),
        ("Root=1-5f-6a;Parent=7b;Sampled=1;Lineage=1:fe460cdd:0", {"fe460cdd": 1}),
        ("Root=1-5f-6a;Sampled=0;Lineage=037bed70:15", {"037bed70": 16}),
        ("Lineage=a87bd80c:1|68fd508a:5", {"a87bd80c": 2, "68fd508a": 6}),
        ("Lineage=", {}),
        ("Lineage=1:fe460cdd:many", {}),
    ],
)
def test_a_lineage_is_read_from_the_trace_header(header: str, lineage: dict[str, int]) -> None:
    """The forms that were seen on AWS are understood; what can't be read counts nothing."""
    assert recursive_loops.lineage_of(header) == lineage


def test_an_unrelated_chain_does_not_count() -> None:
    """Of several messages the longest chain counts, for each function by itself."""
    merged = recursive_loops.merged({"a": 3, "b": 1}, {"a": 2, "c": 7}, {})
    assert merged == {"a": 3, "b": 1, "c": 7}
