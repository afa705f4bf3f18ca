"""Where two halves of the project must agree: stack and functions, presets and templates."""

import ast
import json
import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.observability.metrics import METRICS_NAMESPACE
from media_pipeline.domain.events import JobStatus
from media_pipeline.domain.status_index import (
    PROJECTED,
    SHARD_ATTRIBUTE,
    SORT_ATTRIBUTE,
    STATUS_INDEX,
)
from media_pipeline.domain.uploads.filter import spellings
from media_pipeline.domain.uploads.ignored_names import IgnoredNames, rule_suffixes
from media_pipeline.encoding.job_settings import job_template_settings
from media_pipeline.encoding.presets import parse_presets
from media_pipeline.encoding.profiles import parse_profiles
from media_pipeline.handlers.config import (
    JobStatusProcessorConfig,
    OrchestratorConfig,
    ReconcilerConfig,
    read_config,
)
from tests.infrastructure.functions import function_of, variables_of
from tests.infrastructure.pipelines import SETTINGS
from tests.infrastructure.stack import Resource, Stack
from tools.ops.deployed import Resources

SOURCES = Path(__file__).resolve().parents[2] / "lambda_src" / "media_pipeline"
CONFIGS: dict[str, type[Any]] = {
    "ingest-orchestrator": OrchestratorConfig,
    "job-status-processor": JobStatusProcessorConfig,
    "reconciler": ReconcilerConfig,
}


@pytest.mark.parametrize("component", CONFIGS)
def test_function_reads_what_the_stack_writes(pipeline: Stack, component: str) -> None:
    """The config that the function reads is the one that the stack wrote, names in lower case."""
    variables = variables_of(pipeline, component)
    config = read_config(CONFIGS[component], variables)
    names = {"MEDIA_SUFFIXES", "CAPTION_SUFFIXES", "IGNORED_NAMES"}
    written = {name: text.lower() if name in names else text for name, text in variables.items()}
    assert config.environment() == written
    assert config.aws_endpoint_url_mediaconvert == SETTINGS[pipeline.name].mediaconvert_endpoint


@pytest.mark.parametrize("component", CONFIGS)
def test_settings_reach_the_functions(pipeline: Stack, component: str) -> None:
    """A field of a config that has the name of a setting has the environment's value of that setting."""
    config = read_config(CONFIGS[component], variables_of(pipeline, component))
    settings = SETTINGS[pipeline.name]
    same = {name for field in fields(config) if hasattr(settings, name := field.name)}
    assert {"asset_retention_days", "caption_suffixes", "media_suffixes", "pipeline_name"} <= same
    for name in same - {"ignored_names"}:
        assert getattr(config, name) == getattr(settings, name)
    if "ignored_names" in same:
        assert config.ignored_names == tuple(name.lower() for name in settings.ignored_names)


def test_function_is_given_what_exists(pipeline: Stack) -> None:
    """Every ARN, URL and name in a function's environment is that of a resource of the stack."""
    buckets = {b["bucket"].split("-")[2]: b["bucket"] for b in pipeline.of("aws_s3_bucket")}
    (topic,) = (t for t in pipeline.of("aws_sns_topic") if "-notifications-" in t["name"])
    (queue,) = pipeline.of("aws_media_convert_queue")
    (role,) = (r for r in pipeline.of("aws_iam_role") if "mediaconvert" in str(r["assume_role_policy"]))
    (table,) = pipeline.of("aws_dynamodb_table")
    (processing,) = (
        q for q in pipeline.of("aws_sqs_queue") if "-processing-" in q["name"] and "dlq" not in q["name"]
    )
    (captions,) = (
        q for q in pipeline.of("aws_sqs_queue") if q["name"].endswith(f"-captions-{pipeline.name}")
    )
    expected = {
        "ASSETS_TABLE": table["name"],
        "CAPTIONS_QUEUE_URL": pipeline.resolve(f"${{{captions.address}.url}}"),
        "MEDIACONVERT_QUEUE_ARN": pipeline.arn(queue),
        "MEDIACONVERT_ROLE_ARN": pipeline.arn(role),
        "NOTIFICATIONS_TOPIC_ARN": pipeline.arn(topic),
        "OUTPUTS_BUCKET": buckets["outputs"],
        "POWERTOOLS_LOG_LEVEL": SETTINGS[pipeline.name].log_level,
        "PRESETS_PATH": f"/media-pipeline-{pipeline.name}/presets",
        "PROCESSING_QUEUE_URL": pipeline.resolve(f"${{{processing.address}.url}}"),
        "PROFILES_PARAMETER": f"/media-pipeline-{pipeline.name}/profiles",
        "UPLOADS_BUCKET": buckets["uploads"],
    }
    for component in CONFIGS:
        variables = variables_of(pipeline, component)
        assert {k: v for k, v in variables.items() if k in expected}.items() <= expected.items()


def _consumed_queues(stack: Stack, component: str) -> list[Resource]:
    """Return the queues whose messages a function is invoked with."""
    arn = stack.arn(function_of(stack, component))
    mappings = (m for m in stack.of("aws_lambda_event_source_mapping") if m["function_name"] == arn)
    return [stack.with_arn(mapping["event_source_arn"]) for mapping in mappings]


@pytest.mark.parametrize(
    ("component", "variables_by_queue"),
    [
        ("ingest-orchestrator", {"processing": "CONSUMED_QUEUE_URL", "captions": "CAPTIONS_QUEUE_URL"}),
        ("job-status-processor", {"job-events": "CONSUMED_QUEUE_URL"}),
    ],
)
def test_function_postpones_on_the_queues_that_it_consumes(
    pipeline: Stack, component: str, variables_by_queue: dict[str, str]
) -> None:
    """A message is hidden on, and sent anew to, the queue that it came from, as often as that one allows."""
    variables = variables_of(pipeline, component)
    consumed = _consumed_queues(pipeline, component)
    names = {queue["name"] for queue in consumed}
    assert names == {f"media-pipeline-{queue}-{pipeline.name}" for queue in variables_by_queue}
    for queue in consumed:
        name = queue["name"].removeprefix("media-pipeline-").removesuffix(f"-{pipeline.name}")
        url = variables[variables_by_queue[name]]
        assert url == pipeline.resolve(f"${{{queue.address}.url}}")
        assert int(variables["MAX_RECEIVE_COUNT"]) == queue["redrive_policy"]["maxReceiveCount"]
        # What finds a message's queue goes by the name, which ends URL and ARN alike.
        assert url.rpartition("/")[2] == pipeline.arn(queue).rpartition(":")[2]


def test_operators_find_what_exists(pipeline: Stack) -> None:
    """What the command line finds in SSM are the resources of the stack, all of those that it asks for."""
    published = _resources_parameter(pipeline)
    queues = {q["name"].removesuffix(f"-{pipeline.name}"): q for q in pipeline.of("aws_sqs_queue")}
    urls = {
        name.removeprefix("media-pipeline-"): pipeline.resolve(f"${{{queue.address}.url}}")
        for name, queue in queues.items()
    }
    buckets = {b["bucket"].split("-")[2]: b["bucket"] for b in pipeline.of("aws_s3_bucket")}
    (table,) = pipeline.of("aws_dynamodb_table")
    (jobs,) = pipeline.of("aws_media_convert_queue")
    settings = SETTINGS[pipeline.name]
    assert published == {
        "pipeline_name": settings.pipeline_name,
        "assets_table": table["name"],
        "uploads_bucket": buckets["uploads"],
        "outputs_bucket": buckets["outputs"],
        "processing_queue_url": urls["processing"],
        "processing_dlq_url": urls["processing-dlq"],
        "captions_queue_url": urls["captions"],
        "captions_dlq_url": urls["captions-dlq"],
        "job_events_queue_url": urls["job-events"],
        "job_events_dlq_url": urls["job-events-dlq"],
        "mediaconvert_queue_arn": pipeline.arn(jobs),
        "metrics_namespace": METRICS_NAMESPACE,
        "presets_path": variables_of(pipeline, "ingest-orchestrator")["PRESETS_PATH"],
        "profiles_parameter": variables_of(pipeline, "ingest-orchestrator")["PROFILES_PARAMETER"],
        **_read_by_smoke(pipeline),
        "upload_key_prefix": settings.upload_key_prefix,
        "media_suffixes": ",".join(settings.media_suffixes),
        "caption_suffixes": ",".join(settings.caption_suffixes),
        "ignored_names": ",".join(settings.ignored_names),
        "asset_retention_days": str(settings.asset_retention_days),
        "spending_caps": variables_of(pipeline, "ingest-orchestrator")["SPENDING_CAPS"],
        **(_delivered(pipeline) if settings.delivers else {}),
    }
    asked_for = {field.name for field in fields(Resources)} & published.keys()
    assert asked_for >= {field.name for field in fields(Resources) if field.default is MISSING}
    resources = Resources(**{name: published[name] for name in asked_for})
    assert resources.retention_days == settings.asset_retention_days
    assert resources.source_types.suffixes == settings.media_suffixes
    assert resources.upload_filter.caption_suffixes == settings.caption_suffixes


def _delivered(stack: Stack) -> dict[str, str]:
    """Return what only a pipeline with delivery has."""
    output = stack.document["output"]
    return {
        name: stack.resolve(output[name]["value"])
        for name in (
            *("delivery_url", "distribution_id", "key_arn", "loopback_webhooks", "site_bucket"),
            "user_pool_id",
            *("webhooks_dlq_url", "webhooks_path", "webhooks_queue_url"),
        )
    }


def _read_by_smoke(stack: Stack) -> dict[str, str]:
    """Return what only `make smoke` looks for."""
    topics = {topic["name"].split("-")[2]: stack.arn(topic) for topic in stack.of("aws_sns_topic")}
    return {
        "notifications_topic_arn": topics["notifications"],
        "alarms_topic_arn": topics["alarms"],
        "reconciler_function": function_of(stack, "reconciler")["function_name"],
    }


def _resources_parameter(stack: Stack) -> dict[str, str]:
    name = f"/{SETTINGS[stack.name].pipeline_name}/resources"
    (parameter,) = (p for p in stack.of("aws_ssm_parameter") if p["name"] == name)
    published: dict[str, str] = json.loads(parameter["value"])
    return published


def test_what_the_rule_passes_over_is_ignored_everywhere(pipeline: Stack) -> None:
    """Each end of a key that the rule keeps back is one that rule, sweep and backfill pass over alike."""
    config = read_config(OrchestratorConfig, variables_of(pipeline, "ingest-orchestrator"))
    settings = SETTINGS[pipeline.name]
    (rule,) = (r for r in pipeline.of("aws_cloudwatch_event_rule") if "-uploads-created-" in r["name"])
    ends = [*rule_suffixes(settings.ignored_names), *spellings(settings.caption_suffixes)]
    assert rule["event_pattern"]["detail"]["object"]["key"] == [{"anything-but": {"suffix": ends}}]
    ignored = IgnoredNames(patterns=config.ignored_names)
    for end in rule_suffixes(settings.ignored_names):
        assert ignored.cover(f"folder/name{end}")


@pytest.mark.parametrize("component", CONFIGS)
def test_handler_exists(pipeline: Stack, component: str) -> None:
    """Each function's handler is defined in the module that its setting names."""
    module, _, name = function_of(pipeline, component)["handler"].rpartition(".")
    assert module == f"media_pipeline.handlers.{component.replace('-', '_')}"
    tree = ast.parse((SOURCES / "handlers" / f"{module.rpartition('.')[2]}.py").read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_metrics_that_are_watched_are_published(pipeline: Stack) -> None:
    """Every metric of ours that an alarm or graph reads is one that the functions publish."""
    text = (SOURCES / "telemetry.py").read_text()
    published = {
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    (dashboard,) = pipeline.of("aws_cloudwatch_dashboard")
    series = [s for w in dashboard["dashboard_body"]["widgets"] for s in w["properties"].get("metrics", [])]
    watched = {s[1] for s in series if s[0] == METRICS_NAMESPACE}
    watched |= {
        m
        for s in series
        if isinstance(s[0], dict)
        for m in re.findall(r'MetricName="(\w+)"', str(s[0]["expression"]))
    }
    for alarm in pipeline.of("aws_cloudwatch_metric_alarm"):
        metrics = [q["metric"] for q in alarm.get("metric_query", []) if "metric" in q] or [alarm.attributes]
        watched |= {m["metric_name"] for m in metrics if m["namespace"] == METRICS_NAMESPACE}
    assert len(watched) >= 13
    assert watched <= published


def test_rule_forwards_states_that_the_function_knows(pipeline: Stack) -> None:
    """Every job status that the rule lets through has a meaning to the function that gets it."""
    (rule,) = (
        r
        for r in pipeline.of("aws_cloudwatch_event_rule")
        if "aws.mediaconvert" in str(r.get("event_pattern"))
    )
    statuses = set(rule["event_pattern"]["detail"]["status"])
    assert statuses <= {status.value for status in JobStatus}
    # The ends of a job: without any one of them assets would hang.
    assert {"COMPLETE", "ERROR", "CANCELED"} <= statuses


def test_index_that_is_queried_exists(pipeline: Stack) -> None:
    """The reconciler finds overdue assets in an index that the table has, sorted by time."""
    (table,) = pipeline.of("aws_dynamodb_table")
    (index,) = (i for i in table["global_secondary_index"] if i["name"] == STATUS_INDEX)
    assert (index["hash_key"], index["range_key"]) == (SHARD_ATTRIBUTE, SORT_ATTRIBUTE)
    assert (index["projection_type"], index["non_key_attributes"]) == ("INCLUDE", sorted(PROJECTED))


def test_parameters_are_the_preset_files(pipeline: Stack) -> None:
    """The presets that an operator sees in SSM are the files of the project, word for word."""
    presets = Path(__file__).resolve().parents[2] / "stacks" / "presets"
    files = {path.stem: path.read_text() for path in presets.glob("*.json")}
    values = _encoding_parameters(pipeline)
    assert {name: json.loads(value) for name, value in values.items()} == {
        name: json.loads(text) for name, text in files.items()
    }


def _encoding_parameters(stack: Stack) -> dict[str, str]:
    values = {p["name"].rpartition("/")[2]: p["value"] for p in stack.of("aws_ssm_parameter")}
    del values["resources"]
    return values


def test_job_templates_make_the_orchestrators_job(pipeline: Stack) -> None:
    """Each profile has a native template whose settings come from the builder that the orchestrator uses."""
    values = _encoding_parameters(pipeline)
    profiles = parse_profiles(values.pop("profiles")).by_name
    presets = parse_presets(values)
    templates = {
        stack["name"]: stack["template_body"]["Resources"]["JobTemplate"]["Properties"]
        for stack in pipeline.of("aws_cloudformation_stack")
    }
    assert set(templates) == {f"media-pipeline-{profile}-{pipeline.name}" for profile in profiles}
    (queue,) = pipeline.of("aws_media_convert_queue")
    for profile in profiles:
        template = templates[f"media-pipeline-{profile}-{pipeline.name}"]
        assert template["SettingsJson"] == job_template_settings(profiles[profile], presets)
        assert template["Queue"] == pipeline.arn(queue)
