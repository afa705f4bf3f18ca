"""The endpoint's own adapters against the local AWS: objects, roles and events."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from sandbox.mediaconvert.execution.aws_clients import LocalAws
from sandbox.mediaconvert.model import Cancelled, JobError
from sandbox.mediaconvert.resources.outbox import PublishError, put_events_entry
from tests.support.local_resources import admit_rule
from tests.support.server_process import free_port, running_local_aws
from tests.unit.sandbox.mediaconvert.api.endpoint import ROLE
from tests.unit.sandbox.mediaconvert.api.fakes import ACCOUNT

NEVER = threading.Event()


def aws_client(service: str, url: str) -> Any:
    """Make a client of the local AWS as its user would."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=url, region_name=ACCOUNT.region, **keys)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the local AWS with a role and two buckets, and give its URL."""
    with running_local_aws(tmp_path_factory.mktemp("aws")) as url:
        s3 = aws_client("s3", url)
        for bucket in ("in", "out"):
            s3.create_bucket(Bucket=f"media-{bucket}")
        trust = {
            "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "mediaconvert"}}
            ]
        }
        aws_client("iam", url).create_role(RoleName="media", AssumeRolePolicyDocument=json.dumps(trust))
        yield url


@pytest.fixture(scope="module")
def aws(url: str) -> LocalAws:
    """Reach the local AWS as the endpoint does."""
    return LocalAws(url, ACCOUNT)


@pytest.mark.parametrize(
    "key",
    [
        "clip.mp4",
        "a b/c+d/100%25.mp4",
        "quote'\"|;&$.mp4",
        "日本/Ünïcode.mp4",
        "dots/../up.mp4",
        "trailing /x.mp4",
    ],
)
def test_objects_are_copied_whatever_their_key(aws: LocalAws, url: str, tmp_path: Path, key: str) -> None:
    """An object is read and written under exactly its key, and an output has the content type of its name."""
    s3 = aws_client("s3", url)
    s3.put_object(Bucket="media-in", Key=key, Body=b"media", ContentType="video/x")
    objects = aws.assume_role(ROLE, "job")

    stored = objects.download(f"s3://media-in/{key}", tmp_path / "0.mp4", NEVER)
    objects.upload("media-out", key, tmp_path / "0.mp4")

    assert (stored.size_bytes, stored.content_type) == (5, "video/x")
    copied = s3.get_object(Bucket="media-out", Key=key)
    assert copied["Body"].read() == b"media"
    assert copied["ContentType"] == "video/mp4"


@pytest.mark.parametrize(
    "uri", ["s3://media-in/absent.mp4", "s3://no-such-bucket/a.mp4", "s3://no bucket!/a.mp4"]
)
def test_absent_input_is_1404(aws: LocalAws, tmp_path: Path, uri: str) -> None:
    """An object or bucket that isn't there gives 1404 and a message that names it."""
    with pytest.raises(JobError) as error:
        aws.assume_role(ROLE, "job").download(uri, tmp_path / "0", NEVER)
    assert error.value.code == 1404
    assert uri in error.value.message


def test_archived_input_is_1401(aws: LocalAws, url: str, tmp_path: Path) -> None:
    """An object in an archive is described, and S3 refuses to give it: 1401, with S3's own words."""
    s3 = aws_client("s3", url)
    s3.create_bucket(Bucket="media-cold")
    s3.put_object(Bucket="media-cold", Key="a.mp4", Body=b"x", StorageClass="DEEP_ARCHIVE")
    with pytest.raises(JobError) as error:
        aws.assume_role(ROLE, "job").download("s3://media-cold/a.mp4", tmp_path / "0", NEVER)
    assert (error.value.code, "s3://media-cold/a.mp4" in error.value.message) == (1401, True)


def test_absent_output_bucket_is_1404(aws: LocalAws, tmp_path: Path) -> None:
    """A destination whose bucket isn't there gives 1404."""
    (tmp_path / "0").write_bytes(b"x")
    with pytest.raises(JobError) as error:
        aws.assume_role(ROLE, "job").upload("no-such-bucket", "a.mp4", tmp_path / "0")
    assert error.value.code == 1404


def test_cancelled_download_ends(aws: LocalAws, url: str, tmp_path: Path) -> None:
    """A download whose job is cancelled ends with Cancelled."""
    aws_client("s3", url).put_object(Bucket="media-in", Key="big.mp4", Body=b"x" * 3_000_000)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        aws.assume_role(ROLE, "job").download("s3://media-in/big.mp4", tmp_path / "0", cancelled)


def test_events_reach_a_rule_of_the_default_bus(aws: LocalAws, url: str) -> None:
    """An event of source aws.mediaconvert is taken, and a rule delivers it with its resources and detail."""
    sqs, events = aws_client("sqs", url), aws_client("events", url)
    queue = sqs.create_queue(QueueName="events")["QueueUrl"]
    pattern = {"source": ["aws.mediaconvert"], "detail": {"status": ["COMPLETE"]}}
    rule = events.put_rule(Name="complete", EventPattern=json.dumps(pattern))
    arn = admit_rule(sqs, queue, rule["RuleArn"])
    events.put_targets(Rule="complete", Targets=[{"Id": "queue", "Arn": arn}])
    detail = {"jobId": "1", "status": "COMPLETE", "userMetadata": {"asset_id": "a"}}
    event = {"timeMs": 1_700_000_000_123, "resources": ["arn:aws:mediaconvert:x"], "detail": detail}

    aws.put_events([put_events_entry(event)])

    [message] = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
    received = json.loads(message["Body"])
    assert received["source"] == "aws.mediaconvert"
    assert received["detail-type"] == "MediaConvert Job State Change"
    assert received["resources"] == ["arn:aws:mediaconvert:x"]
    assert received["detail"] == detail


def test_absent_aws_is_reported_apart(tmp_path: Path) -> None:
    """Without a local AWS, events are not taken, and an input's error code isn't a permanent one."""
    away = LocalAws(f"http://127.0.0.1:{free_port()}", ACCOUNT, max_attempts=1)
    with pytest.raises(PublishError):
        away.put_events([{"Source": "aws.mediaconvert", "DetailType": "x", "Detail": "{}"}])
    with pytest.raises(JobError) as error:
        away.assume_role(ROLE, "job").download("s3://in/clip.mp4", tmp_path / "0", NEVER)
    assert error.value.code == 1999
