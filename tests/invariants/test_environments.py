"""What differs between environments, what must not, and where their state is kept."""

import re
from collections.abc import Mapping
from typing import Any

from tests.invariants.stack import Stack


def _backend(stack: Stack) -> tuple[str, Mapping[str, Any]]:
    ((kind, backend),) = stack.document["terraform"]["backend"].items()
    return kind, backend


def test_state_is_kept_apart_and_locked(pipelines: Mapping[str, Stack]) -> None:
    """Each environment has a state key of its own, encrypted, with a lock file in the bucket."""
    keys = set()
    for name, stack in pipelines.items():
        kind, backend = _backend(stack)
        assert kind == "s3"
        assert backend["key"] == f"media-pipeline/{name}/terraform.tfstate"
        assert backend["encrypt"] is True
        assert backend["use_lockfile"] is True
        assert "dynamodb_table" not in backend
        keys.add((backend["bucket"], backend["key"]))
    assert len(keys) == 4


def test_state_buckets_are_made_here(
    pipelines: Mapping[str, Stack], state_backends: Mapping[str, Stack]
) -> None:
    """Every state bucket that an environment names is created by a state-backend stack, which needs none."""
    made = {stack.of("aws_s3_bucket")[0]["bucket"] for stack in state_backends.values()}
    assert {_backend(stack)[1]["bucket"] for stack in pipelines.values()} == made
    assert {_backend(stack)[0] for stack in state_backends.values()} == {"local"}


def test_sandbox_and_real_state_never_meet(pipelines: Mapping[str, Stack]) -> None:
    """The sandbox keeps its state in a bucket that no real environment uses."""
    sandbox = _backend(pipelines["sandbox"])[1]["bucket"]
    assert sandbox not in {_backend(s)[1]["bucket"] for n, s in pipelines.items() if n != "sandbox"}


def test_no_machine_is_in_the_synthesized_json(any_stack: Stack) -> None:
    """Nobody's home directory, temporary folder or local endpoint is synthesized."""
    for path, value in any_stack.strings():
        assert not re.search(r"(^|[\s\"'=(])/(home|Users|root|tmp|work|var/folders|opt)/", value), path
        if "AWS_ENDPOINT_URL_MEDIACONVERT" not in path:
            assert not re.search(r"localhost|127\.0\.0\.1", value) or "cors" in path, path


def test_real_environments_use_real_credentials(pipelines: Mapping[str, Stack]) -> None:
    """No credentials and no skipped checks are synthesized, but for the sandbox's skipped checks."""
    for name, stack in pipelines.items():
        (provider,) = stack.document["provider"]["aws"]
        assert not {"access_key", "secret_key", "token", "profile"} & set(provider)
        skips = {key for key, value in provider.items() if key.startswith("skip_") and value}
        assert bool(skips) is (name == "sandbox")
        variables = [f.block("environment")["variables"] for f in stack.of("aws_lambda_function")]
        assert all(("AWS_ENDPOINT_URL_MEDIACONVERT" in v) is (name == "sandbox") for v in variables)


def test_environments_have_the_same_shape(pipelines: Mapping[str, Stack]) -> None:
    """Settings differ and code doesn't: every environment has the same resources, but for e-mail."""
    shapes = {
        frozenset(r.address for r in stack.resources if r.type != "aws_sns_topic_subscription")
        for stack in pipelines.values()
    }
    assert len(shapes) == 1


def test_outputs_name_the_key_resources(pipeline: Stack) -> None:
    """An operator finds buckets, queues, table, topic, functions and dashboard among the outputs."""
    outputs = pipeline.document["output"]
    values = str(pipeline.resolve({name: output["value"] for name, output in outputs.items()}))
    for type_ in (
        "aws_s3_bucket",
        "aws_sqs_queue",
        "aws_dynamodb_table",
        "aws_sns_topic",
        "aws_lambda_function",
        "aws_media_convert_queue",
        "aws_kms_key",
    ):
        for resource in pipeline.of(type_):
            name = (
                resource.get("bucket") or resource.get("name") or resource.get("function_name") or resource.id
            )
            assert name in values, f"{resource.address} is in no output"
    assert "cloudwatch/home?region=us-east-1#dashboards" in values
