"""What differs between environments, what must not, and where their state is kept."""

import re
from collections.abc import Mapping
from typing import Any

from tests.infrastructure.pipelines import SETTINGS
from tests.infrastructure.stack import ACCOUNT_ID, REGION, Stack


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
        assert backend["region"] == REGION
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
    """No home directory, temporary folder or local endpoint is synthesized, but for the sandbox's own."""
    for path, text in any_stack.strings():
        value = _without_the_sandboxs_own(any_stack.name, text)
        assert not re.search(r"(^|[\s\"'=(])/(home|Users|root|tmp|work|var/folders|opt)/", value), path
        if "AWS_ENDPOINT_URL_MEDIACONVERT" not in path:
            assert not re.search(r"localhost|127\.0\.0\.1", value) or "cors" in path, path


def _without_the_sandboxs_own(stack: str, text: str) -> str:
    """Return a text without the addresses at which browsers reach the sandbox."""
    if stack not in SETTINGS or not SETTINGS[stack].s3_use_path_style:
        return text
    api = SETTINGS[stack].api
    for address in (api.upload_endpoint, api.sign_in_url, *api.page_origins):
        text = text.replace(str(address), "")
    return text


def test_real_environments_use_real_credentials(pipelines: Mapping[str, Stack]) -> None:
    """No credentials and no skipped checks are synthesized, but for the sandbox's skipped checks."""
    for name, stack in pipelines.items():
        (provider,) = stack.document["provider"]["aws"]
        assert not {"access_key", "secret_key", "token", "profile"} & set(provider)
        skips = {key for key, value in provider.items() if key.startswith("skip_") and value}
        assert bool(skips) is (name == "sandbox")
        variables = [f.block("environment")["variables"] for f in stack.of("aws_lambda_function")]
        assert all(("AWS_ENDPOINT_URL_MEDIACONVERT" in v) is (name == "sandbox") for v in variables)


def test_environments_have_the_same_shape(stacks: Mapping[str, Stack]) -> None:
    """Settings differ and code doesn't: the same resources with delivery, and without, but for e-mail."""
    for delivers in (True, False):
        shapes = {
            frozenset(r.address for r in stacks[name].resources if r.type != "aws_sns_topic_subscription")
            for name, settings in SETTINGS.items()
            if settings.delivers is delivers
        }
        assert len(shapes) == 1


def test_outputs_name_the_key_resources(pipeline: Stack) -> None:
    """People and programs find every key resource under an output whose name is a contract."""
    outputs = {
        name: pipeline.resolve(output["value"]) for name, output in pipeline.document["output"].items()
    }
    pipeline_name = f"media-pipeline-{pipeline.name}"

    def arn(service: str, resource: str) -> str:
        return f"arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}"

    def named(component: str) -> str:
        return f"media-pipeline-{component}-{pipeline.name}"

    def bucket(component: str) -> str:
        return named(f"{component}-{ACCOUNT_ID}")

    def url(component: str) -> str:
        return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT_ID}/{named(component)}"

    console = f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}"
    assert outputs == {
        "pipeline_name": pipeline_name,
        "key_arn": pipeline.arn(pipeline.key),
        "uploads_bucket": bucket("uploads"),
        "uploads_bucket_arn": f"arn:aws:s3:::{bucket('uploads')}",
        "outputs_bucket": bucket("outputs"),
        "outputs_bucket_arn": f"arn:aws:s3:::{bucket('outputs')}",
        "assets_table": named("assets"),
        "assets_table_arn": arn("dynamodb", f"table/{named('assets')}"),
        "processing_queue_url": url("processing"),
        "processing_dlq_url": url("processing-dlq"),
        "captions_queue_url": url("captions"),
        "captions_dlq_url": url("captions-dlq"),
        "job_events_queue_url": url("job-events"),
        "job_events_dlq_url": url("job-events-dlq"),
        "notifications_topic_arn": arn("sns", named("notifications")),
        "alarms_topic_arn": arn("sns", named("alarms")),
        "mediaconvert_queue_arn": arn("mediaconvert", f"queues/{named('jobs')}"),
        "mediaconvert_role_arn": f"arn:aws:iam::{ACCOUNT_ID}:role/{named('mediaconvert')}",
        "presets_path": f"/{pipeline_name}/presets",
        "profiles_parameter": f"/{pipeline_name}/profiles",
        "ingest_orchestrator_function": named("ingest-orchestrator"),
        "job_status_processor_function": named("job-status-processor"),
        "reconciler_function": named("reconciler"),
        "uploader_policy_arn": f"arn:aws:iam::{ACCOUNT_ID}:policy/{named('uploader')}",
        "operator_policy_arn": f"arn:aws:iam::{ACCOUNT_ID}:policy/{named('operator')}",
        "dashboard_url": f"{console}#dashboards/dashboard/{named('dashboard')}",
        **(_delivered(pipeline) if SETTINGS[pipeline.name].delivers else {}),
    }


def _delivered(stack: Stack) -> dict[str, str]:
    """Return the outputs that only a pipeline with delivery has."""
    (distribution,) = stack.of("aws_cloudfront_distribution")
    return {
        "delivery_url": f"https://known-after-apply-{distribution.id}-domain_name/",
        "distribution_id": distribution.id,
        "site_bucket": f"media-pipeline-site-{ACCOUNT_ID}-{stack.name}",
        "user_pool_id": next(pool.id for pool in stack.of("aws_cognito_user_pool")),
        "loopback_webhooks": str(int(SETTINGS[stack.name].webhooks.allow_loopback)),
        "webhooks_path": f"/media-pipeline-{stack.name}/webhooks",
        **{
            f"webhooks_{kind}_url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT_ID}/{queue}"
            for kind, queue in (
                ("queue", f"media-pipeline-webhooks-{stack.name}"),
                ("dlq", f"media-pipeline-webhooks-dlq-{stack.name}"),
            )
        },
    }


def test_functions_are_held_to_the_code_that_was_deployed(pipelines: Mapping[str, Stack]) -> None:
    """Each has the condition that finds code which Terraform's state has and the function has not."""
    for stack in pipelines.values():
        for function in stack.of("aws_lambda_function"):
            (condition,) = function.block("lifecycle")["postcondition"]
            assert "self.code_sha256" in condition["condition"]
            assert "self.source_code_hash" in condition["condition"]
            assert "update-function-code" in condition["error_message"]
