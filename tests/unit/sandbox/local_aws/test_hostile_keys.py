"""Keys of the local AWS stay within its folder; its events tell the origin that the functions look for."""

import json
import time
from pathlib import Path
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from media_pipeline.domain.events import check_origin
from sandbox.runtime.endpoints import Endpoints
from tests.support.local_clients import Client, clients_of
from tests.support.local_resources import admit_rule

QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:origins"


@pytest.mark.parametrize("start", ["../" * 12, "a/../" + "../" * 12, "/", "//", "..\\..\\", "%2e%2e/" * 9])
def test_no_key_leads_out_of_the_local_aws(client: Client, start: str, tmp_path: Path) -> None:
    """A key made of steps upwards is stored, or refused, and no file appears where it would lead."""
    s3 = client("s3")
    s3.create_bucket(Bucket="hostile")
    target = tmp_path / f"escaped-{uuid4()}.mp4"
    key = start + str(target).lstrip("/")
    try:
        s3.put_object(Bucket="hostile", Key=key, Body=b"film")
    except ClientError as refused:
        assert 400 <= refused.response["ResponseMetadata"]["HTTPStatusCode"] < 500  # noqa: PT017
    else:
        assert s3.get_object(Bucket="hostile", Key=key)["Body"].read() == b"film"
    assert list(tmp_path.iterdir()) == []


def test_events_are_of_the_account_and_region_of_their_queue(client: Client, endpoints: Endpoints) -> None:
    """Uploads' and jobs' events come through the check of their origin, as those of AWS do."""
    s3, sqs, events = client("s3"), client("sqs"), client("events")
    s3.create_bucket(Bucket="origins")
    s3.put_bucket_notification_configuration(
        Bucket="origins", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    url = sqs.create_queue(QueueName="origins")["QueueUrl"]
    pattern = {"source": ["aws.s3", "aws.mediaconvert"]}
    rule = events.put_rule(Name="origins", EventPattern=json.dumps(pattern))
    assert admit_rule(sqs, url, rule["RuleArn"]) == QUEUE_ARN
    events.put_targets(Rule="origins", Targets=[{"Id": "queue", "Arn": QUEUE_ARN}])
    s3.put_object(Bucket="origins", Key="a.mp4", Body=b"film")
    job = {"Source": "aws.mediaconvert", "DetailType": "MediaConvert Job State Change", "Detail": "{}"}
    clients_of(endpoints, "AKIAMEDIACONVERTSVC")("events").put_events(Entries=[job])
    bodies: list[str] = []
    deadline = time.monotonic() + 20
    while len(bodies) < 2 and time.monotonic() < deadline:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        bodies += [message["Body"] for message in answer.get("Messages", [])]
    reported = [json.loads(body) for body in bodies]
    assert {event["source"] for event in reported} == {"aws.s3", "aws.mediaconvert"}
    assert {(event["account"], event["region"]) for event in reported} == {("000000000000", "us-east-1")}
    for body in bodies:
        check_origin(json.loads(body), queue_arn=QUEUE_ARN)
