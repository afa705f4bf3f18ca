"""What people's programs really call is allowed by their policies, and nothing is granted beyond it.

The programs run against the local AWS, and every call is noted. The names in a call are then replaced by
those of each environment's synthesized stack, and the stack's policy is asked for all that AWS would ask for.
"""

import argparse
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from boto3.s3.transfer import TransferConfig

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.events import upload_event
from media_pipeline.domain.transitions import Transition
from tests.infrastructure.policies import (
    Policy,
    Request,
    allows,
    listed,
    statements,
)
from tests.infrastructure.stack import ACCOUNT_ID, PLAIN, REGION, Stack
from tests.support.authorization import Authorization, Call
from tests.unit.tools.ops.conftest import Operated
from tools.ops.command_line import parser

JOB_ID = "1671477617078-2886ye"


def _policy(stack: Stack, component: str) -> Policy:
    (found,) = (p for p in stack.of("aws_iam_policy") if f"-{component}-" in p["name"])
    document: Policy = found["policy"]
    return document


def _authorization(stack: Stack) -> Authorization:
    key = stack.key
    return Authorization(account_id=ACCOUNT_ID, region=REGION, key_arn=stack.arn(key))


def _resources(stack: Stack) -> dict[str, str]:
    """Return what the operator's command line knows of a stack's resources."""
    (parameter,) = (p for p in stack.of("aws_ssm_parameter") if p["name"].endswith("/resources"))
    resources: dict[str, str] = json.loads(parameter["value"])
    return resources


@contextmanager
def _noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Call]]:
    """Note every call of clients that are made meanwhile, as it leaves the caller."""
    calls: list[Call] = []

    def note(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        calls.append(Call(str(model.service_model.service_name), str(model.name), dict(params)))

    session = boto3.Session()
    session.events.register("provide-client-params.*.*", note)
    with monkeypatch.context() as patch:
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        yield calls


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Replace a name of the local AWS by the stack's, wherever in a call's parameters."""
    if isinstance(value, Mapping):
        return {_renamed(k, names): _renamed(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def _requests(calls: list[Call], operated: Operated, stack: Stack) -> list[Request]:
    """Return what AWS would ask the stack's policies for."""
    resources = _resources(stack)
    names = {
        local: resources[field]
        for field, local in operated.resources.items()
        if field.endswith(("_bucket", "_url", "_arn", "_path", "_parameter"))
    }
    names[f"/{operated.name}/resources"] = f"/{resources['pipeline_name']}/resources"
    # On the local AWS the table is called as the pipeline is.
    names[operated.name] = resources["assets_table"]
    authorization = _authorization(stack)
    renamed = (Call(c.service, c.operation, _renamed(c.parameters, names)) for c in calls)
    return [request for call in renamed for request in authorization.requests(call)]


def _without(policy: Policy, sid: str, action: str, resource: str) -> Policy:
    """Return a policy that grants one action on one resource less."""
    kept = []
    for statement in statements(policy):
        if statement["Sid"] != sid:
            kept.append(statement)
            continue
        others = [a for a in listed(statement["Action"]) if a != action]
        elsewhere = [r for r in listed(statement["Resource"]) if r != resource]
        if others:
            kept.append({**statement, "Action": others})
        if elsewhere:
            kept.append({**statement, "Action": [action], "Resource": elsewhere})
    return {**policy, "Statement": kept}


def _superfluous(policy: Policy, requests: list[Request]) -> set[tuple[str, str]]:
    """Return each action and resource without which all would be allowed just the same."""
    return {
        (action, resource)
        for statement in statements(policy)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if all(allows(_without(policy, statement["Sid"], action, resource), r) for r in requests)
    }


def _commands() -> set[str]:
    (subcommands,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return set(subcommands.choices)


def _operate(operated: Operated) -> set[str]:
    """Run every command, each in its several ways; return which were run."""
    failed, by_status, removed, waiting, submitted = (
        operated.failed("a.mp4"),
        operated.failed("b.mp4"),
        operated.failed("e.mp4", code="CANCELED_BY_TEST", replay_helps=False),
        operated.received("c.mp4"),
        operated.received("d.mp4"),
    )
    step = Transition(to=AssetStatus.SUBMITTED, attempt=1, at=datetime.now(tz=UTC), detail="", job_id=JOB_ID)
    assert operated.table.advance(submitted.asset_id, step)
    operated.put("new.mp4")
    operated.s3.put_object(Bucket=operated.outputs, Key=f"{removed.asset_id}/1/hls/a.ts", Body=b"x")
    for queue in ("processing", "captions", "job-events"):
        operated.send(f"{queue}-dlq", upload_event(failed.upload))
        operated.send(f"{queue}-dlq", "{}")
    lines = (
        "list --json",
        "list --status FAILED --newer-than 1h",
        f"show {failed.asset_id}",
        "show a.mp4 --json",
        f"replay {failed.asset_id} --yes",
        "replay --status FAILED --yes",
        f"cancel {waiting.asset_id} {submitted.asset_id} --yes",
        "cancel --status RECEIVED --dry-run",
        "redrive processing --dry-run",
        "redrive processing --yes --foreign drop",
        "redrive captions --yes",
        "redrive job-events --yes --foreign move",
        "backfill --yes",
        "presets",
        "cost",
        "caps show",
        "caps raise --day 5 --yes",
        f"remove {removed.asset_id} --source --yes",
    )
    ended = {line: operated.run(*line.split()) for line in lines}
    assert {line: run.err for line, run in ended.items() if run.code not in (0, 1)} == {}
    assert operated.read(by_status.asset_id).attempt == 2
    return {line.split()[0] for line in lines}


def test_operator_policy_is_what_the_commands_need(
    operated: Operated, stacks: Mapping[str, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call of every command is allowed, and each action on each resource is needed by one."""
    stack = stacks[PLAIN]
    with _noted(monkeypatch) as calls:
        # Webhooks are part of delivery: the table of its edges has what they need. Going through all records
        # is for administrators.
        assert _operate(operated) == _commands() - {"webhooks", "reindex"}
    policy, requests = _policy(stack, "operator"), _requests(calls, operated, stack)
    assert [r for r in requests if not allows(policy, r)] == []
    # AWS documents both spellings of a path; boto3 names the path alone.
    path = _resources(stack)["presets_path"]
    spelled = {("ssm:GetParametersByPath", f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter{path}/*")}
    assert _superfluous(policy, requests) == spelled


def test_operator_may_not_see_or_change_videos(pipeline: Stack) -> None:
    """An operator sees records, keys and messages, and deletes for good: no media, no other pipeline's."""
    policy, resources, authorization = (
        _policy(pipeline, "operator"),
        _resources(pipeline),
        _authorization(pipeline),
    )
    item = {"TableName": resources["assets_table"]}
    beyond = [
        *(Call("s3", operation, {"Bucket": resources[bucket], "Key": "a.mp4"})
          for operation in ("GetObject", "PutObject", "DeleteObject")
          for bucket in ("uploads_bucket", "outputs_bucket")),
        Call("dynamodb", "DeleteItem", item),
        Call("dynamodb", "GetItem", {"TableName": "another"}),
        Call("dynamodb", "Query", {**item, "IndexName": "by_job"}),
        Call("sqs", "ReceiveMessage", {"QueueUrl": resources["processing_queue_url"]}),
        Call("sqs", "SendMessage", {"QueueUrl": resources["processing_dlq_url"]}),
        Call("sqs", "ReceiveMessage", {"QueueUrl": resources["captions_queue_url"]}),
        Call("ssm", "GetParameter", {"Name": "/another/resources"}),
        Call("mediaconvert", "GetJob", {"Id": JOB_ID}),
        Call("cloudwatch", "PutMetricData", {"Namespace": "AWS/Lambda"}),
    ]  # fmt: skip
    for call in beyond:
        asked = authorization.requests(call)[0]
        assert not allows(policy, asked), f"{call} {asked.resource}"


def test_uploader_policy_is_what_uploads_need(
    operated: Operated, pipelines: Mapping[str, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A put, an upload in parts and an abandoned one are allowed, and all that is granted is needed."""
    with _noted(monkeypatch) as calls:
        s3 = boto3.client("s3")
        s3.put_object(Bucket=operated.uploads, Key="a.mp4", Body=b"video")
        parts = TransferConfig(multipart_threshold=1, multipart_chunksize=5 * 1024**2, max_concurrency=1)
        s3.upload_fileobj(io.BytesIO(bytes(6 * 1024**2)), operated.uploads, "b.mp4", Config=parts)
        upload = s3.create_multipart_upload(Bucket=operated.uploads, Key="c.mp4")
        s3.abort_multipart_upload(Bucket=operated.uploads, Key="c.mp4", UploadId=upload["UploadId"])
    made = {call.operation for call in calls}
    assert made >= {"PutObject", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"}
    for name, stack in pipelines.items():
        policy, requests = _policy(stack, "uploader"), _requests(calls, operated, stack)
        assert [r for r in requests if not allows(policy, r)] == [], name
        assert _superfluous(policy, requests) == set(), name


def test_uploader_may_do_nothing_else(pipeline: Stack) -> None:
    """No reading, listing or deleting, no other bucket, and no use of the key but through S3."""
    policy, resources, authorization = (
        _policy(pipeline, "uploader"),
        _resources(pipeline),
        _authorization(pipeline),
    )
    mine = {"Bucket": resources["uploads_bucket"], "Key": "a.mp4"}
    for operation in ("GetObject", "HeadObject", "DeleteObject", "ListObjectsV2", "ListObjectVersions"):
        assert not allows(policy, authorization.requests(Call("s3", operation, mine))[0]), operation
    for bucket in (resources["outputs_bucket"], f"{resources['uploads_bucket']}-other"):
        for operation in ("PutObject", "AbortMultipartUpload"):
            call = Call("s3", operation, {"Bucket": bucket, "Key": "a.mp4"})
            assert not allows(policy, authorization.requests(call)[0]), bucket
    for context in ({}, {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}):
        asked = Request(action="kms:Decrypt", resource=authorization.key_arn, context=context)
        assert not allows(policy, asked)
