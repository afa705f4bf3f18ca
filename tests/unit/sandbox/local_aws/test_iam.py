"""Policies are enforced as on AWS: over TLS, for roles of services, and for MediaConvert's callers too."""

import functools
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, SSLError

from sandbox.runtime import processes, servers
from sandbox.runtime.certificate import Certificate
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.environment import SERVICE, SERVICE_ACCESS_KEY_ID
from sandbox.runtime.folder import Folder
from tests.support.local_clients import Client, clients_of
from tests.support.local_roles import ACCOUNT_ID, REGION, act, make_role, refused, statement
from tests.support.waiting import wait_for

Role = Callable[..., str]
Acting = Callable[[str, str], Any]


@pytest.fixture
def role(client: Client) -> Role:
    """Make roles on the session's local AWS."""
    return functools.partial(make_role, client)


@pytest.fixture
def acting(endpoints: Endpoints) -> Acting:
    """Make clients that act in a role of the session's local AWS."""
    return functools.partial(act, endpoints)


def test_a_client_without_the_ca_does_not_trust_the_local_aws(endpoints: Endpoints) -> None:
    """Its certificate is vouched for by an authority of its own, which only the sandbox's tools know."""
    make: Any = boto3.client
    stranger = make(
        "sts",
        endpoint_url=endpoints.aws,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(SSLError):
        stranger.get_caller_identity()


def test_a_certificate_is_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A later start finds the same authority; the private key is its owner's alone."""
    certificate = Certificate(tmp_path_factory.mktemp("certificate") / "new")
    certificate.ensure()
    made = certificate.authority.read_bytes()
    certificate.ensure()
    assert certificate.authority.read_bytes() == made
    assert certificate.key.stat().st_mode & 0o077 == 0
    certificate.names.write_text("127.0.0.1")
    certificate.ensure()
    assert certificate.authority.read_bytes() != made, "it is for other names than are needed"


def test_a_bucket_that_wants_tls_serves_its_callers(client: Client) -> None:
    """The policy that refuses plain HTTP refuses no caller here, because TLS is really spoken."""
    bucket = f"tls-{uuid4()}"
    client("s3").create_bucket(Bucket=bucket)
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": deny}))
    client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    assert client("s3").get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_the_requests_of_roles_are_counted(
    client: Client, role: Role, acting: Acting, endpoints: Endpoints
) -> None:
    """Each request of a role counts once, a look at an object by itself; people's count as nothing."""
    bucket = f"b-{uuid4()}"
    client("s3").create_bucket(Bucket=bucket)
    client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    arn = role(
        statement(["s3:GetObject"], f"arn:aws:s3:::{bucket}/*"),
        statement(["mediaconvert:ListQueues"], "*"),
    )
    acting(arn, "s3").head_object(Bucket=bucket, Key="k")
    for _ in range(2):
        acting(arn, "s3").get_object(Bucket=bucket, Key="k")
    acting(arn, "mediaconvert").list_queues()
    with processes.opener(endpoints.ca_bundle).open(f"{endpoints.aws}/_sandbox/requests") as answer:
        counts = json.load(answer)["requests"]
    name = arn.rpartition("/")[2]
    assert {each["action"]: each["count"] for each in counts if each["role"] == name} == {
        "s3:GetObject (HEAD)": 1,
        "s3:GetObject": 2,
        "mediaconvert:ListQueues": 1,
    }
    assert all(each["role"] for each in counts)


def test_a_role_may_what_its_policy_says(client: Client, role: Role, acting: Acting) -> None:
    """A granted call passes, another action and another object don't, and nothing passes without a policy."""
    bucket = f"b-{uuid4()}"
    client("s3").create_bucket(Bucket=bucket)
    for key in ("in/k", "out/k"):
        client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
    s3 = acting(role(statement(["s3:GetObject"], f"arn:aws:s3:::{bucket}/in/*")), "s3")
    assert s3.get_object(Bucket=bucket, Key="in/k")["Body"].read() == b"x"
    assert refused(s3.get_object, Bucket=bucket, Key="out/k")
    assert refused(s3.put_object, Bucket=bucket, Key="in/k", Body=b"y")
    assert refused(acting(role(), "s3").get_object, Bucket=bucket, Key="in/k")


def test_a_role_is_assumed_by_the_service_that_it_trusts_for_this_account_alone(
    client: Client, endpoints: Endpoints, role: Role
) -> None:
    """The account itself, another service and MediaConvert for another account are refused."""
    service = clients_of(endpoints, SERVICE_ACCESS_KEY_ID)("sts")
    session = {"RoleSessionName": "job"}
    assert not refused(service.assume_role, RoleArn=role(), **session)
    assert refused(client("sts").assume_role, RoleArn=role(), **session)
    assert refused(service.assume_role, RoleArn=role(service="lambda.amazonaws.com"), **session)
    assert refused(service.assume_role, RoleArn=role(source_account="999988887777"), **session)


def saved(folder: Folder, service: str) -> str:
    """Return what was saved of a service; nothing where it never was."""
    path = folder.aws / "state" / f"{service}.json"
    return path.read_text() if path.is_file() else ""


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGKILL])
def test_a_role_goes_on_after_a_restart(tmp_path: Path, signal_number: signal.Signals) -> None:
    """Credentials that were issued before hold on, whether the server was stopped or killed."""
    folder = Folder(tmp_path)
    with servers.running(folder, print) as running:
        running.wait()
        client = clients_of(running.endpoints)
        client("s3").create_bucket(Bucket="kept")
        arn = make_role(client, statement(["s3:PutObject"], "arn:aws:s3:::kept/*"))
        s3 = act(running.endpoints, arn, "s3")
        if signal_number == signal.SIGKILL:
            # It remembers what its last save has.
            wait_for(lambda: "kept" in saved(folder, "s3") and arn in saved(folder, "iam"), 30)
        servers.restart_local_aws(folder, running, signal_number)
        s3.put_object(Bucket="kept", Key="k", Body=b"x")
        assert refused(s3.get_object, Bucket="kept", Key="k")


def test_parameters_by_path_are_authorized_on_the_path(client: Client, role: Role, acting: Acting) -> None:
    """A role with rights on one path reads this one and no other."""
    path = f"/{uuid4()}/presets"
    client("ssm").put_parameter(Name=f"{path}/hls", Value="{}", Type="String")
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter{path}"
    ssm = acting(role(statement(["ssm:GetParametersByPath"], arn)), "ssm")
    assert [each["Name"] for each in ssm.get_parameters_by_path(Path=path)["Parameters"]] == [f"{path}/hls"]
    assert refused(ssm.get_parameters_by_path, Path="/elsewhere")


def test_mediaconvert_asks_for_its_callers_permissions(client: Client, role: Role, acting: Acting) -> None:
    """A queue is for those who are granted it; the account itself may do everything."""
    names = [f"q-{uuid4()}" for _ in range(2)]
    granted, other = (client("mediaconvert").create_queue(Name=name)["Queue"] for name in names)
    mediaconvert = acting(role(statement(["mediaconvert:GetQueue"], granted["Arn"])), "mediaconvert")
    assert mediaconvert.get_queue(Name=granted["Name"])["Queue"]["Arn"] == granted["Arn"]
    assert refused(mediaconvert.get_queue, Name=other["Name"])
    assert refused(mediaconvert.list_queues)
    assert refused(mediaconvert.search_jobs, Queue=granted["Arn"])


@pytest.mark.parametrize(("passed_to", "is_refused"), [(SERVICE, False), ("ec2.amazonaws.com", True)])
def test_a_jobs_role_must_be_passed_to_mediaconvert(
    client: Client, role: Role, acting: Acting, passed_to: str, *, is_refused: bool
) -> None:
    """CreateJob needs iam:PassRole of the job's role, to this service."""
    queue = client("mediaconvert").create_queue(Name=f"q-{uuid4()}")["Queue"]
    job_role = role()
    condition = {"StringEquals": {"iam:PassedToService": passed_to}}
    submitter = acting(
        role(
            statement(["mediaconvert:CreateJob"], queue["Arn"]),
            statement(["iam:PassRole"], job_role, Condition=condition),
        ),
        "mediaconvert",
    )
    job = {"Queue": queue["Arn"], "Role": job_role, "Settings": {"Inputs": [], "OutputGroups": []}}
    assert _outcome(submitter.create_job, **job) == (
        "ForbiddenException" if is_refused else "BadRequestException"
    )
    assert refused(submitter.create_job, **{**job, "Role": role()})


def _outcome(call: Callable[..., object], **parameters: object) -> str:
    # A job without inputs is wrong in itself, once it is allowed.
    with pytest.raises(ClientError) as failed:
        call(**parameters)
    return str(failed.value.response["Error"]["Code"])


def test_a_role_that_may_send_may_send_a_batch(client: Client, role: Role, acting: Acting) -> None:
    """SQS asks for the single call's permission, and no batch has one of its own."""
    url = client("sqs").create_queue(QueueName=f"batches-{uuid4()}")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    batch = {"QueueUrl": url, "Entries": [{"Id": "1", "MessageBody": "one"}]}
    sender = acting(role(statement(["sqs:SendMessage"], arn)), "sqs")
    assert [each["Id"] for each in sender.send_message_batch(**batch)["Successful"]] == ["1"]
    receiver = acting(role(statement(["sqs:ReceiveMessage"], arn)), "sqs")
    assert refused(receiver.send_message_batch, **batch)


def test_several_parameters_are_authorized_one_by_one(client: Client, role: Role, acting: Acting) -> None:
    """Who may read a folder reads several parameters of it at once, and none beside one of another folder."""
    folder, other = f"/{uuid4()}", f"/{uuid4()}"
    names = [f"{folder}/one", f"{folder}/two"]
    for name in (*names, f"{other}/one"):
        client("ssm").put_parameter(Name=name, Value=name, Type="String")
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter{folder}/*"
    reader = acting(role(statement(["ssm:GetParameters"], arn)), "ssm")
    read = reader.get_parameters(Names=[*names, f"{folder}/none"])
    assert sorted(parameter["Value"] for parameter in read["Parameters"]) == names
    assert refused(reader.get_parameters, Names=[*names, f"{other}/one"])


def test_alarms_are_authorized_by_name(client: Client, role: Role, acting: Acting) -> None:
    """Who may see alarms of one name's beginning asks for those by name, and for no others."""
    own, other = f"own-{uuid4()}", f"other-{uuid4()}"
    for name in (own, other):
        client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="N",
            MetricName="M",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:own-*"
    watcher = acting(role(statement(["cloudwatch:DescribeAlarms"], arn)), "cloudwatch")
    assert [alarm["AlarmName"] for alarm in watcher.describe_alarms(AlarmNames=[own])["MetricAlarms"]] == [
        own
    ]
    assert refused(watcher.describe_alarms, AlarmNames=[own, other])
    assert refused(watcher.describe_alarms)


def test_a_batch_of_versions_needs_the_right_to_delete_versions(
    client: Client, role: Role, acting: Acting
) -> None:
    """S3 asks for s3:DeleteObjectVersion of each version, the first one too, and for nothing else."""
    bucket, s3 = f"batches-{uuid4()}", client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    versions = [
        {"Key": key, "VersionId": s3.put_object(Bucket=bucket, Key=key, Body=b"1")["VersionId"]}
        for key in ("one", "two")
    ]
    batch = {"Bucket": bucket, "Delete": {"Objects": versions}}
    objects = f"arn:aws:s3:::{bucket}/*"
    assert refused(acting(role(statement(["s3:DeleteObject"], objects)), "s3").delete_objects, **batch)
    deleted = acting(role(statement(["s3:DeleteObjectVersion"], objects)), "s3").delete_objects(**batch)
    assert sorted(each["Key"] for each in deleted["Deleted"]) == ["one", "two"]
