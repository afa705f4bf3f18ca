"""A restart of the local AWS under a running MediaConvert endpoint: what it knew is there again."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.runtime import processes, servers
from sandbox.runtime.errors import ServerError
from sandbox.runtime.folder import Folder
from sandbox.runtime.servers import Running
from tests.support.local_clients import Client, clients_of
from tests.support.waiting import wait_for


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return an empty folder."""
    return Folder(tmp_path)


@pytest.fixture
def running(folder: Folder) -> Iterator[Running]:
    """Run both servers."""
    with servers.running(folder, print) as started:
        started.wait()
        yield started


def put_something_everywhere(client: Client) -> str:
    """Put something into each store that a pipeline lives on; return the queue's URL."""
    client("s3").create_bucket(Bucket="kept")
    client("s3").put_object(Bucket="kept", Key="a", Body=b"object")
    client("dynamodb").create_table(
        TableName="kept",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client("dynamodb").put_item(TableName="kept", Item={"id": {"S": "item"}})
    url: str = client("sqs").create_queue(QueueName="kept")["QueueUrl"]
    return url


def test_a_polite_restart_forgets_nothing(folder: Folder, running: Running) -> None:
    """Objects, items and messages are there: those in flight stay so, those that are late come in time."""
    client = clients_of(running.endpoints)
    url = put_something_everywhere(client)
    sqs = client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="in flight")
    [in_flight] = sqs.receive_message(QueueUrl=url, VisibilityTimeout=300)["Messages"]
    sqs.send_message(QueueUrl=url, MessageBody="waiting")
    sqs.send_message(QueueUrl=url, MessageBody="late", DelaySeconds=3)
    before = servers.local_aws_pid(folder)

    servers.restart_local_aws(folder, running)

    assert servers.local_aws_pid(folder) != before
    assert processes.command_line(before) is None
    running.check()
    assert client("s3").get_object(Bucket="kept", Key="a")["Body"].read() == b"object"
    assert client("dynamodb").get_item(TableName="kept", Key={"id": {"S": "item"}})["Item"]
    seen: list[str] = []

    def both_came() -> bool:
        found: Any = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        seen.extend(message["Body"] for message in found.get("Messages", []))
        return sorted(seen) == ["late", "waiting"]

    wait_for(both_came)
    # The consumer that received it before the restart can still say that it is done.
    sqs.delete_message(QueueUrl=url, ReceiptHandle=in_flight["ReceiptHandle"])
    name = "ApproximateNumberOfMessagesNotVisible"
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    assert int(counts[name]) == 2


def test_a_killed_local_aws_starts_again_with_its_last_save(folder: Folder, running: Running) -> None:
    """Objects are kept one by one; all the rest is as it was last saved."""
    client = clients_of(running.endpoints)
    put_something_everywhere(client)
    servers.restart_local_aws(folder, running)
    client("s3").put_object(Bucket="kept", Key="b", Body=b"since")
    servers.restart_local_aws(folder, running, signal.SIGKILL)
    assert client("s3").get_object(Bucket="kept", Key="b")["Body"].read() == b"since"
    assert client("dynamodb").get_item(TableName="kept", Key={"id": {"S": "item"}})["Item"]


def test_the_servers_are_stopped_after_a_restart_too(folder: Folder) -> None:
    """The process that is running now is the one that is recorded."""
    with servers.running(folder, print) as started:
        started.wait()
        servers.restart_local_aws(folder, started)
        pid = servers.local_aws_pid(folder)
    assert processes.command_line(pid) is None
    with pytest.raises(ServerError, match="does not run"):
        servers.local_aws_pid(folder)
