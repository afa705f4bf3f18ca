"""What the local AWS needs to be for the real provider and the pipeline: each fix, seen through boto3."""

import json
import signal
from pathlib import Path

from sandbox.local_aws.fixes.s3 import object_versions_encoding
from sandbox.runtime import servers
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.folder import Folder, write_json
from sandbox.runtime.processes import free_port
from tests.support.local_clients import Client, clients_of
from tests.support.local_resources import admit_rule
from tests.support.waiting import wait_for

EVENT = {"Source": "aws.mediaconvert", "DetailType": "MediaConvert Job State Change", "Detail": "{}"}


JOB_SETTINGS = {
    "OutputGroups": [
        {
            "OutputGroupSettings": {"Type": "FILE_GROUP_SETTINGS", "FileGroupSettings": {}},
            "Outputs": [
                {
                    "ContainerSettings": {"Container": "MP4"},
                    "AudioDescriptions": [
                        {
                            "CodecSettings": {
                                "Codec": "AAC",
                                "AacSettings": {
                                    "Bitrate": 96000,
                                    "CodingMode": "CODING_MODE_2_0",
                                    "SampleRate": 48000,
                                },
                            }
                        }
                    ],
                }
            ],
        }
    ]
}


KEYS = ["a b+c%.mp4", "tät & <tag>.mp4", 'it\'s "quoted".mp4', "日本/語.mp4"]


def test_versions_of_unusual_keys_are_listed_so_that_they_can_be_deleted(client: Client) -> None:
    """A client that asks for encoded keys, as Terraform does, gets back each key exactly."""
    s3 = client("s3")
    s3.create_bucket(Bucket="strange")
    s3.put_bucket_versioning(Bucket="strange", VersioningConfiguration={"Status": "Enabled"})
    for key in KEYS:
        s3.put_object(Bucket="strange", Key=key, Body=b"")
    listed = s3.list_object_versions(Bucket="strange", EncodingType="url")
    assert listed["EncodingType"] == "url"
    # boto3 decodes only what it asked for itself.
    plain = s3.list_object_versions(Bucket="strange")["Versions"]
    assert {each["Key"] for each in plain} == set(KEYS)
    for version in plain:
        s3.delete_object(Bucket="strange", Key=version["Key"], VersionId=version["VersionId"])
    assert "Versions" not in s3.list_object_versions(Bucket="strange")


def test_a_listing_is_encoded_element_by_element() -> None:
    """Entities are read as text before they are encoded, and a slash stays."""
    listing = (
        b"<ListVersionsResult xmlns='x'><Prefix>a/</Prefix><Key>a/b &amp; c+.mp4</Key></ListVersionsResult>"
    )
    encoded = object_versions_encoding.url_encoded(listing).decode()
    assert "<EncodingType>url</EncodingType>" in encoded
    assert "<Prefix>a/</Prefix>" in encoded
    assert "<Key>a/b%20%26%20c%2B.mp4</Key>" in encoded


def test_only_the_mediaconvert_endpoint_publishes_mediaconvert_events(
    client: Client, endpoints: Endpoints
) -> None:
    """Its access key may use the source; an event of any other key is refused, as on AWS."""
    refused = client("events").put_events(Entries=[EVENT])
    assert refused["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    service = clients_of(endpoints, "AKIAMEDIACONVERTSVC")("events")
    assert service.put_events(Entries=[EVENT])["FailedEntryCount"] == 0


def _upload_queue(client: Client, name: str) -> str:
    """Send the uploads of a versioned bucket to a queue, and return the queue's URL."""
    s3, sqs, events = client("s3"), client("sqs"), client("events")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [name]}}}
    rule = events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    target = admit_rule(sqs, url, rule["RuleArn"])
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": target}])
    return url


def test_an_upload_event_names_the_version(client: Client) -> None:
    """The raw key and the version id arrive, by PutObject and by multipart upload alike."""
    url = _upload_queue(client, "versioned")
    s3, sqs = client("s3"), client("sqs")
    put = s3.put_object(Bucket="versioned", Key=KEYS[0], Body=b"x")["VersionId"]
    upload = s3.create_multipart_upload(Bucket="versioned", Key=KEYS[1])["UploadId"]
    part = s3.upload_part(Bucket="versioned", Key=KEYS[1], UploadId=upload, PartNumber=1, Body=b"x")
    completed = s3.complete_multipart_upload(
        Bucket="versioned",
        Key=KEYS[1],
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )["VersionId"]
    seen: dict[str, str] = {}

    def both_arrived() -> bool:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            object_ = json.loads(message["Body"])["detail"]["object"]
            seen[object_["key"]] = object_["version-id"]
        return len(seen) == 2

    wait_for(both_arrived)
    assert seen == {KEYS[0]: put, KEYS[1]: completed}


def test_cloudformation_makes_and_removes_a_job_template(client: Client) -> None:
    """The template is made through the MediaConvert endpoint, updated in place, deleted with its stack."""
    cloudformation, mediaconvert = client("cloudformation"), client("mediaconvert")

    def body(description: str) -> str:
        properties = {"Name": "download", "Description": description, "SettingsJson": JOB_SETTINGS}
        return json.dumps(
            {"Resources": {"T": {"Type": "AWS::MediaConvert::JobTemplate", "Properties": properties}}}
        )

    tags = [{"Key": "Project", "Value": "p"}]
    cloudformation.create_stack(StackName="t", TemplateBody=body("one"), Tags=tags)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="t", WaiterConfig={"Delay": 1})
    made = mediaconvert.get_job_template(Name="download")["JobTemplate"]
    assert made["Description"] == "one"
    assert made["Settings"]["OutputGroups"][0]["Outputs"][0]["ContainerSettings"]["Container"] == "MP4"
    assert mediaconvert.list_tags_for_resource(Arn=made["Arn"])["ResourceTags"]["Tags"] == {"Project": "p"}
    cloudformation.update_stack(StackName="t", TemplateBody=body("two"), Tags=tags)
    cloudformation.get_waiter("stack_update_complete").wait(StackName="t", WaiterConfig={"Delay": 1})
    assert mediaconvert.get_job_template(Name="download")["JobTemplate"]["Description"] == "two"
    cloudformation.delete_stack(StackName="t")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="t", WaiterConfig={"Delay": 1})
    assert mediaconvert.list_job_templates()["JobTemplates"] == []


def test_everything_is_there_again_on_another_port(tmp_path: Path) -> None:
    """After a restart, also one that had to move, objects, versions, keys and events still work together."""
    folder = Folder(tmp_path)
    with servers.running(folder, print) as running:
        running.wait()
        client = clients_of(running.endpoints)
        url = _upload_queue(client, "kept")
        key_id = client("kms").create_key()["KeyMetadata"]["KeyId"]
        versions = [
            client("s3").put_object(Bucket="kept", Key="v.mp4", Body=body)["VersionId"]
            for body in (b"one", b"two")
        ]
        wait_for(lambda: _count(client, url) == 2)
    moved = free_port(int(running.endpoints.aws.rpartition(":")[2]) + 1)
    write_json(folder.path / "ports.json", {"aws": moved, "mediaconvert": moved + 1})
    with servers.running(folder, print) as running:
        running.wait()
        client = clients_of(running.endpoints)
        assert running.endpoints.aws.endswith(f":{moved}")
        assert client("kms").describe_key(KeyId=key_id)["KeyMetadata"]["KeyId"] == key_id
        kept = [
            client("s3").get_object(Bucket="kept", Key="v.mp4", VersionId=version)["Body"].read()
            for version in versions
        ]
        assert kept == [b"one", b"two"]
        client("s3").put_object(Bucket="kept", Key="w.mp4", Body=b"three")
        wait_for(lambda: _count(client, url) == 3)
        assert client("sqs").get_queue_url(QueueName="kept")["QueueUrl"].startswith(running.endpoints.aws)


def test_what_was_saved_on_request_outlasts_a_kill(tmp_path: Path) -> None:
    """A deployment asks for it at its end: whoever kills the local AWS a moment later loses nothing of it."""
    folder = Folder(tmp_path)
    with servers.running(folder, print) as running:
        running.wait()
        url = clients_of(running.endpoints)("sqs").create_queue(QueueName="kept")["QueueUrl"]
        servers.save_local_aws(running.endpoints)
        servers.restart_local_aws(folder, running, signal.SIGKILL)
        found = clients_of(running.endpoints)("sqs").get_queue_url(QueueName="kept")["QueueUrl"]
        assert found == url


def _count(client: Client, url: str) -> int:
    """Return how many messages a queue holds."""
    name = "ApproximateNumberOfMessages"
    attributes = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    return int(attributes[name])
