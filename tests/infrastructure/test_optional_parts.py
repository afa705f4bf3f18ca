"""Parts of the stack that a setting turns on: a key prefix for uploads, a subscription by e-mail."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from constructs_lib.bindings import App
from constructs_lib.function import CodeArchive
from media_pipeline.handlers.config import ReconcilerConfig, read_config
from stacks.delivery_settings import NO_DELIVERY
from stacks.encoding import EncodingDocuments
from stacks.media_pipeline import MediaPipelineStack
from stacks.settings import ENVIRONMENTS, Settings
from tests.infrastructure.policies import Request, allows
from tests.infrastructure.stack import Stack

DEV = ENVIRONMENTS["dev"]


def _synthesized(settings: Settings, folder: Path) -> dict[str, Any]:
    archive = folder / "lambda.zip"
    archive.write_bytes(b"a zip")
    app = App(outdir=str(folder / "cdktf.out"))
    MediaPipelineStack(
        app,
        "dev",
        settings=settings,
        archive=CodeArchive(path=archive, sha256_base64="hash"),
        encoding=EncodingDocuments(presets={"hls": "{}"}, profiles="{}", job_templates={}),
    )
    app.synth()
    resources: dict[str, Any] = json.loads((folder / "cdktf.out/stacks/dev/cdk.tf.json").read_text())[
        "resource"
    ]
    return resources


def test_prefix_and_suffix_must_both_match(tmp_path: Path) -> None:
    """The rule sees to ends of keys and the event source mapping to the prefix, for one pattern can't."""
    settings = replace(DEV, upload_key_prefix="incoming/", delivery=NO_DELIVERY)
    resources = _synthesized(settings, tmp_path)
    filters = {
        id_: json.loads(mapping["filter_criteria"]["filter"][0]["pattern"])
        for id_, mapping in resources["aws_lambda_event_source_mapping"].items()
        if "filter_criteria" in mapping
    }
    # Of uploads, and of caption files.
    assert len(filters) == 2
    for id_, found in filters.items():
        assert id_.startswith("IngestOrchestrator")
        assert found == {"body": {"detail": {"object": {"key": [{"prefix": "incoming/"}]}}}}
    (rule,) = (
        json.loads(rule["event_pattern"])
        for id_, rule in resources["aws_cloudwatch_event_rule"].items()
        if id_.startswith("UploadsCreated")
    )
    assert [set(test["anything-but"]) for test in rule["detail"]["object"]["key"]] == [{"suffix"}]


def test_prefix_reaches_the_sweep_and_the_operators(tmp_path: Path) -> None:
    """What lies outside of the prefix is no lost upload, and nothing to backfill."""
    resources = _synthesized(replace(DEV, upload_key_prefix="incoming/"), tmp_path)
    (reconciler,) = (
        function["environment"]["variables"]
        for id_, function in resources["aws_lambda_function"].items()
        if id_.startswith("Reconciler")
    )
    assert reconciler["UPLOAD_KEY_PREFIX"] == "incoming/"
    assert read_config(ReconcilerConfig, reconciler).upload_key_prefix == "incoming/"
    (published,) = (
        json.loads(parameter["value"])
        for parameter in resources["aws_ssm_parameter"].values()
        if parameter["name"].endswith("/resources")
    )
    assert published["upload_key_prefix"] == "incoming/"


def test_uploader_is_kept_below_the_prefix(tmp_path: Path) -> None:
    """Where people have a prefix of their own, keys beside it are denied: its parent, a longer name."""
    settings = replace(DEV, upload_key_prefix="incoming/", uploader_prefix="incoming/partner/")
    stack = Stack("dev", {"resource": _synthesized(settings, tmp_path)})
    (policy,) = (p["policy"] for p in stack.of("aws_iam_policy") if "-uploader-" in p["name"])
    (bucket,) = (stack.arn(b) for b in stack.of("aws_s3_bucket") if "-uploads-" in b["bucket"])

    def may(action: str, key: str) -> bool:
        return allows(policy, Request(action=action, resource=f"{bucket}/{key}"))

    for action in ("s3:PutObject", "s3:AbortMultipartUpload"):
        assert may(action, "incoming/partner/2026/a.mp4")
        for key in ("a.mp4", "incoming/a.mp4", "incoming/partner", "incoming/partner2/a.mp4"):
            assert not may(action, key), key
    assert not may("s3:GetObject", "incoming/partner/a.mp4")
    assert not may("s3:DeleteObject", "incoming/partner/a.mp4")


def test_a_small_account_reserves_nothing_and_stays_bounded(tmp_path: Path) -> None:
    """Without a reservation, mappings still bound the executions and visibility still outlasts them."""
    few = replace(DEV, account_concurrency=10, processing_concurrency=3)
    settings = replace(few, reserve_concurrency=False, delivery=NO_DELIVERY)
    stack = Stack("dev", {"resource": _synthesized(settings, tmp_path)})
    functions = {stack.arn(function): function for function in stack.of("aws_lambda_function")}
    assert len(functions) == 3
    assert all("reserved_concurrent_executions" not in function.attributes for function in functions.values())
    mappings = stack.of("aws_lambda_event_source_mapping")
    bounds = [mapping.block("scaling_config")["maximum_concurrency"] for mapping in mappings]
    assert sorted(bounds) == [2, 3, 3]
    assert sum(bounds) + 1 <= settings.account_concurrency
    for mapping in mappings:
        queue, function = stack.with_arn(mapping["event_source_arn"]), functions[mapping["function_name"]]
        assert queue["visibility_timeout_seconds"] >= 6 * function["timeout"]


def test_email_is_subscribed_only_where_it_is_set(tmp_path: Path) -> None:
    """Only addresses that an environment names are subscribed, an address for alarms to alarms alone."""
    (tmp_path / "with").mkdir()
    silent = _synthesized(replace(DEV, alarm_email="none"), tmp_path)
    assert "aws_sns_topic_subscription" not in silent
    notifying = Stack(
        "dev",
        {
            "resource": _synthesized(
                replace(DEV, notification_email="producer@example.com", alarm_email="on-call@example.com"),
                tmp_path / "with",
            )
        },
    )
    topics = {notifying.arn(topic): topic["name"] for topic in notifying.of("aws_sns_topic")}
    subscriptions = notifying.of("aws_sns_topic_subscription")
    assert {s["protocol"] for s in subscriptions} == {"email"}
    assert {topics[s["topic_arn"]]: s["endpoint"] for s in subscriptions} == {
        "media-pipeline-notifications-dev": "producer@example.com",
        "media-pipeline-alarms-dev": "on-call@example.com",
    }
