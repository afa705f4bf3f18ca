"""S3's Object Created events under faults: dropped, doubled, late, and never forgotten by a polite stop."""

import json
from pathlib import Path
from typing import Any

from sandbox.runtime import processes, servers
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.folder import Folder, write_json
from tests.support.local_clients import Client, clients_of
from tests.support.local_resources import admit_rule
from tests.support.waiting import wait_for

BUCKET = "uploads-with-faults"


def faults(folder: Folder, **uploads: float) -> None:
    """Switch faults of S3's events on; nothing given means none."""
    write_json(folder.faults, {"seed": 3, "run": "test", "uploads": uploads})


def upload_queue(client: Client) -> str:
    """Send the bucket's uploads to a queue; return its URL."""
    client("s3").create_bucket(Bucket=BUCKET)
    client("s3").put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    url: str = client("sqs").create_queue(QueueName=BUCKET)["QueueUrl"]
    rule = client("events").put_rule(Name=BUCKET, EventPattern=json.dumps({"source": ["aws.s3"]}))
    target = admit_rule(client("sqs"), url, rule["RuleArn"])
    client("events").put_targets(Rule=BUCKET, Targets=[{"Id": "queue", "Arn": target}])
    return url


def arrived(client: Client, url: str) -> list[str]:
    """Take the keys whose events are in the queue."""
    keys: list[str] = []
    while messages := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            keys.append(json.loads(message["Body"])["detail"]["object"]["key"])
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return keys


def counted(endpoints: Endpoints) -> Any:
    """Read what the local AWS counted."""
    opener = processes.opener(endpoints.ca_bundle)
    with opener.open(f"{endpoints.aws}/_sandbox/faults", timeout=5) as answer:
        return json.load(answer)


def test_events_are_dropped_doubled_and_late_as_the_file_says(tmp_path: Path) -> None:
    """Each fault changes what arrives, is counted, and goes with the file; none comes after the answer."""
    folder = Folder(tmp_path)
    with servers.running(folder, print) as running:
        running.wait()
        client = clients_of(running.endpoints)
        url = upload_queue(client)

        def put(key: str) -> None:
            client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"x")

        put("plain")
        assert arrived(client, url) == ["plain"]
        faults(folder, drop_events=1.0)
        put("dropped")
        assert arrived(client, url) == []
        faults(folder, duplicate_events=1.0)
        put("doubled")
        assert arrived(client, url) == ["doubled", "doubled"]
        faults(folder, delay_events=1.0, delay_seconds=0.5)
        put("late")
        assert arrived(client, url) == []
        wait_for(lambda: arrived(client, url) == ["late"])
        assert counted(running.endpoints) == {
            "uploads": {"delay_events": 1, "drop_events": 1, "duplicate_events": 1}
        }
        faults(folder)
        put("plain again")
        assert arrived(client, url) == ["plain again"]


def test_a_polite_stop_delivers_what_is_late(tmp_path: Path) -> None:
    """An acknowledged upload's event is in the queue after a restart, and the counts go on."""
    folder = Folder(tmp_path)
    with servers.running(folder, print) as running:
        running.wait()
        client = clients_of(running.endpoints)
        upload_queue(client)
        faults(folder, delay_events=1.0, delay_seconds=3600)
        client("s3").put_object(Bucket=BUCKET, Key="late", Body=b"x")
    with servers.running(folder, print) as running:
        running.wait()
        client = clients_of(running.endpoints)
        assert arrived(client, client("sqs").get_queue_url(QueueName=BUCKET)["QueueUrl"]) == ["late"]
        assert counted(running.endpoints) == {"uploads": {"delay_events": 1}}
