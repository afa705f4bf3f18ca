"""The pipeline's resources on the local AWS, made without Terraform, and the functions' environment."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3

from tests.resilience.crash.servers import Servers
from tests.support.local_resources import admit_rule, new_assets_table, new_versioned_bucket
from tests.support.server_process import ROOT
from tests.support.strategies import PRESETS_FOLDER

ACCOUNT = "000000000000"
REGION = "us-east-1"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}
# A claim outlives an invocation that was killed by so much.
CLAIM_SECONDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Hold the clients, the names of what was made, and the functions' environment variables."""

    clients: Mapping[str, Any]
    table: str
    uploads: str
    outputs: str
    processing_queue: str
    captions_queue: str
    job_events_queue: str
    news_queue: str
    environment: Mapping[str, str]


def deploy(servers: Servers, name: str) -> Deployment:
    """Make a pipeline of this name, which shares nothing with others on the same servers."""
    clients = {service: _client(service, servers) for service in _SERVICES}
    sqs, sns = clients["sqs"], clients["sns"]
    queues = {
        use: sqs.create_queue(QueueName=f"{name}-{use}")["QueueUrl"]
        for use in ("processing", "captions", "job-events", "news")
    }
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=_arn(sqs, queues["news"]),
        Attributes={"RawMessageDelivery": "true"},
    )
    table = new_assets_table(clients["dynamodb"])
    uploads, outputs = (new_versioned_bucket(clients["s3"]) for _ in range(2))
    queue = clients["mediaconvert"].create_queue(Name=name)["Queue"]["Arn"]
    _route_job_events(clients, name, queue, queues["job-events"])
    environment = {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": servers.aws_url,
        "AWS_ENDPOINT_URL_MEDIACONVERT": servers.mediaconvert_url,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{ROOT / 'lambda_src'}",
        "PIPELINE_NAME": name,
        "ASSETS_TABLE": table,
        "OUTPUTS_BUCKET": outputs,
        "UPLOADS_BUCKET": uploads,
        "MEDIACONVERT_QUEUE_ARN": queue,
        "MEDIACONVERT_ROLE_ARN": _role(clients["iam"], name),
        **_presets(clients["ssm"], name),
        "NOTIFICATIONS_TOPIC_ARN": topic,
        "MAX_SOURCE_SIZE_BYTES": str(1024**3),
        "MEDIA_SUFFIXES": ".mp4",
        "IGNORED_NAMES": "._*,*.part",
        "EMPTY_FILE_GRACE_SECONDS": "0",
        "CAPTION_SUFFIXES": ".srt,.vtt",
        "ASSET_RETENTION_DAYS": "0",
        "LEFTOVER_DAYS": "0",
        "CLAIM_SECONDS": str(CLAIM_SECONDS),
        "MAX_JOBS_IN_FLIGHT": "1000",
        "CONSUMED_QUEUE_URL": queues["processing"],
        "CAPTIONS_QUEUE_URL": queues["captions"],
        "MAX_RECEIVE_COUNT": "5",
        "MAX_DELAY_SECONDS": "60",
        "PROCESSING_QUEUE_URL": queues["processing"],
        # Whatever the reconciler finds is overdue.
        "STUCK_AFTER_SECONDS": "0",
        "POWERTOOLS_SERVICE_NAME": name,
        "POWERTOOLS_METRICS_NAMESPACE": "MediaPipeline",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
    return Deployment(
        clients=clients,
        table=table,
        uploads=uploads,
        outputs=outputs,
        processing_queue=queues["processing"],
        captions_queue=queues["captions"],
        job_events_queue=queues["job-events"],
        news_queue=queues["news"],
        environment=environment,
    )


_SERVICES = ("dynamodb", "events", "iam", "mediaconvert", "s3", "sns", "sqs", "ssm")


def _client(service: str, servers: Servers) -> Any:
    # The stubs know a client's type by a literal name only.
    make_client: Callable[..., Any] = partial(boto3.client, region_name=REGION)
    return make_client(
        service,
        endpoint_url=servers.mediaconvert_url if service == "mediaconvert" else servers.aws_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def _arn(sqs: Any, queue_url: str) -> str:
    answer = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


def _role(iam: Any, name: str) -> str:
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "mediaconvert"}}
    policy = json.dumps({"Statement": [trusted]})
    return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]["Arn"])


def _route_job_events(clients: Mapping[str, Any], name: str, queue_arn: str, target_url: str) -> None:
    events = clients["events"]
    pattern = {"source": ["aws.mediaconvert"], "detail": {"queue": [queue_arn]}}
    rule = events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    target_arn = admit_rule(clients["sqs"], target_url, rule["RuleArn"])
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": target_arn}])


def _presets(ssm: Any, name: str) -> Mapping[str, str]:
    path, profiles = f"/{name}/presets", f"/{name}/profiles"
    for file in PRESETS_FOLDER.glob("*.json"):
        parameter = profiles if file.stem == "profiles" else f"{path}/{file.stem}"
        ssm.put_parameter(Name=parameter, Value=file.read_text(), Type="String")
    return {"PRESETS_PATH": path, "PROFILES_PARAMETER": profiles}
