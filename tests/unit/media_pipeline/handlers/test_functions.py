"""The functions' entries: batches, logs, metrics and configuration as Lambda has them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from functools import partial
from importlib import import_module
from io import StringIO
from logging import StreamHandler
from typing import Any

import pytest

from media_pipeline.domain.errors import ConfigError, MalformedEventError, TransientError
from media_pipeline.domain.events import parse_job_state_change, parse_upload
from media_pipeline.handlers.config import (
    FunctionConfig,
    JobStatusProcessorConfig,
    OrchestratorConfig,
    ReconcilerConfig,
    read_config,
)
from media_pipeline.handlers.sqs_batch import Parse, handle_batch
from media_pipeline.services.redelivery import RENEWALS_ATTRIBUTE, Message, Redelivery
from media_pipeline.telemetry import PipelineMetrics, logger
from tests.support.fakes import FakeClock, FakeMetrics, FakeQueue
from tests.support.lambda_invocation import ENVIRONMENT, Context, sqs_event


class Invocation:
    """Hold messages that a function has just received, with their queue around them."""

    def __init__(self, *bodies: str) -> None:
        self.clock = FakeClock()
        self.queue = FakeQueue(self.clock)
        for body in bodies:
            self.queue.send(body)
        received = [self.queue.receive() for _ in bodies]
        self.event = sqs_event(*(message for message in received if message))
        self.redelivery = Redelivery(
            queue=self.queue,
            metrics=FakeMetrics(),
            max_receive_count=5,
            max_delay_seconds=900,
            random=lambda: 1.0,
        )

    def run(
        self, handle: Callable[[Any], None], parse: Parse[Any] = lambda body, *, queue_arn: body
    ) -> dict[str, Any]:
        """Return what the function answers Lambda."""
        return handle_batch(
            self.event,
            Context(),  # type: ignore[arg-type]
            parse=parse,
            handle=handle,
            redelivery=lambda queue_arn: self.redelivery,
            metrics=PipelineMetrics(),
        )


def lines(text: str) -> list[dict[str, Any]]:
    """Return the JSON lines of an output."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Return what is logged; the logger took hold of standard output when it was first imported."""
    written = StringIO()
    handler = logger.registered_handler
    assert isinstance(handler, StreamHandler)
    stream = handler.setStream(written)
    yield written
    handler.setStream(stream)


def test_only_failed_messages_return(log: StringIO) -> None:
    """One bad message does not take its batch with it, whatever it fails of."""
    handled = []

    def handle(body: str) -> None:
        if body == "transient":
            raise TransientError("later")
        if body == "broken":
            raise KeyError("oops")
        handled.append(body)

    answer = Invocation("a", "transient", "broken", "b").run(handle)
    assert handled == ["a", "b"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-2"}, {"itemIdentifier": "message-3"}]}
    written = lines(log.getvalue())
    assert [(line["level"], line["message_id"]) for line in written] == [
        ("WARNING", "message-2"),
        ("ERROR", "message-3"),
    ]


OTHERS = {"account": "999999999999"}


@pytest.mark.parametrize("body", ["no JSON", "[1]", "{}", json.dumps(OTHERS)])
@pytest.mark.parametrize("parse", [partial(parse_upload, bucket="uploads"), parse_job_state_change])
def test_a_malformed_message_returns_unhandled(parse: Parse[Any], body: str, log: StringIO) -> None:
    """It is reported with its reason, waits for its queue's visibility timeout, and ends in the DLQ."""
    invocation = Invocation(body)
    answer = invocation.run(lambda event: pytest.fail("it was handled"), parse)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    (line,) = lines(log.getvalue())
    assert (line["level"], line["error"]) == ("WARNING", "MalformedEventError")
    (message,) = invocation.queue.messages
    assert (message.receive_count, invocation.queue.bodies) == (1, [body])
    for _ in range(5):
        invocation.clock.advance(180)
        invocation.queue.receive()
    assert [dead.body for dead in invocation.queue.dead] == [body]


def test_a_batch_of_failures_is_still_an_answer() -> None:
    """Where all messages fail they all return; the function itself does not."""

    def handle(body: str) -> None:
        raise TransientError("later")

    answer = Invocation("a", "b").run(handle)
    assert len(answer["batchItemFailures"]) == 2


def test_log_lines_carry_their_own_asset(log: StringIO) -> None:
    """The asset id stands on every line about a message, also on that of its failure, and on no other's."""

    def handle(body: str) -> None:
        if body != "nothing known":
            logger.append_keys(asset_id=body)
        logger.info("at it")
        raise TransientError("later")

    Invocation("asset-1", "nothing known", "asset-3").run(handle)
    found = [(line["message_id"], line.get("asset_id")) for line in lines(log.getvalue())]
    expected = [("message-1", "asset-1"), ("message-2", None), ("message-3", "asset-3")]
    assert found == [pair for pair in expected for _ in range(2)]


def test_a_message_that_cant_be_postponed_says_so(log: StringIO) -> None:
    """An operator who wonders why a message came back so late finds the reason beside the first one."""

    def handle(body: str) -> None:
        raise TransientError("MediaConvert is slow")

    invocation = Invocation("a")
    invocation.queue.failures["hide"] = [TransientError("SQS is down")]
    assert len(invocation.run(handle)["batchItemFailures"]) == 1
    reasons = [line["reason"] for line in lines(log.getvalue()) if line["message_id"] == "message-1"]
    assert reasons == ["MediaConvert is slow", "SQS is down"]


def test_metrics_are_written_in_the_embedded_format(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names, units and dimensions are those that dashboard and alarms look for."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "media-pipeline-test")
    metrics = PipelineMetrics()
    with metrics.published():
        metrics.asset_received()
        metrics.asset_received()
        metrics.asset_submitted()
        metrics.asset_completed(processing_seconds=90.0, output_minutes=2.5)
        metrics.asset_failed(reason="EMPTY_FILE", processing_seconds=None)
        metrics.asset_canceled()
        metrics.asset_repaired(kind="missed_complete")
        metrics.message_slowed_down()
        metrics.assets_stuck(0)
    by_dimensions: dict[tuple[str, ...], dict[str, Any]] = {}
    for line in lines(capsys.readouterr().out):
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "MediaPipeline"
        (dimensions,) = directive["Dimensions"]
        assert line["service"] == "media-pipeline-test"
        by_dimensions.setdefault(tuple(sorted(dimensions)), {}).update(
            {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}
        )
    assert by_dimensions == {
        ("service",): {
            "AssetsReceived": [1.0, 1.0],
            "AssetsSubmitted": [1.0],
            "AssetsCompleted": [1.0, 0.0],
            "ProcessingSeconds": [90.0],
            "OutputMinutes": [2.5],
            "AssetsFailed": [0.0, 1.0],
            "AssetsCanceled": [1.0],
            "AssetsRepaired": [1.0],
            "MessagesSlowedDown": [1.0],
            "StuckAssets": [0.0],
        },
        ("reason", "service"): {"AssetsFailedByReason": [1.0]},
        ("kind", "service"): {"AssetsRepairedByKind": [1.0]},
    }


@pytest.mark.parametrize("end", ["completed", "failed"])
def test_each_end_is_a_value_of_both_counts(end: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where all assets fail, there are completions to compute a rate with: zero of them; and the reverse."""
    metrics = PipelineMetrics()
    with metrics.published():
        if end == "completed":
            metrics.asset_completed(processing_seconds=1.0, output_minutes=1.0)
        else:
            metrics.asset_failed(reason="EMPTY_FILE", processing_seconds=None)
    line = next(line for line in lines(capsys.readouterr().out) if "AssetsCompleted" in line)
    completed, failed = line["AssetsCompleted"], line["AssetsFailed"]
    assert (completed, failed) == (([1.0], [0.0]) if end == "completed" else ([0.0], [1.0]))


def test_nothing_counted_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A batch of which nothing is counted leaves no metric and no warning behind."""
    with PipelineMetrics().published():
        pass
    assert capsys.readouterr().out == ""


CONFIGS = (OrchestratorConfig, JobStatusProcessorConfig, ReconcilerConfig)


@pytest.mark.parametrize("config", CONFIGS)
def test_a_function_needs_just_its_variables(config: type[FunctionConfig]) -> None:
    """Each config is read from exactly the variables that it names."""
    needed = {field.name.upper() for field in fields(config) if field.default is MISSING}
    assert read_config(config, {name: ENVIRONMENT[name] for name in needed}) is not None
    for name in needed:
        with pytest.raises(ConfigError, match=f"{name} is missing"):
            read_config(config, {other: ENVIRONMENT[other] for other in needed - {name}})


@pytest.mark.parametrize("config", CONFIGS)
def test_a_config_is_what_its_environment_says(config: type[FunctionConfig]) -> None:
    """What a config writes is read back as the same config, an endpoint of MediaConvert included."""
    for more in ({}, {"AWS_ENDPOINT_URL_MEDIACONVERT": "http://127.0.0.1:4567"}):
        read = read_config(config, {**ENVIRONMENT, **more})
        assert read_config(config, read.environment()) == read
        assert more.items() <= read.environment().items()


def test_only_prefix_and_endpoint_may_be_missing() -> None:
    """No prefix, or an empty one as Lambda hands on what is set to nothing, means the whole bucket."""
    without = {name: value for name, value in ENVIRONMENT.items() if name != "UPLOAD_KEY_PREFIX"}
    for environment in (without, {**without, "UPLOAD_KEY_PREFIX": ""}):
        assert read_config(ReconcilerConfig, environment).upload_key_prefix == ""
    assert read_config(ReconcilerConfig, ENVIRONMENT).upload_key_prefix == "incoming/"
    optional = {field.name for config in CONFIGS for field in fields(config) if field.default is not MISSING}
    assert optional == {"upload_key_prefix", "aws_endpoint_url_mediaconvert"}


def test_variables_become_typed_values() -> None:
    """Numbers are numbers, and suffixes a list in lower case."""
    config = read_config(OrchestratorConfig, ENVIRONMENT)
    assert (config.max_source_size_bytes, config.media_suffixes) == (1000, (".mp4", ".mov"))


def test_all_faults_of_an_environment_are_named_at_once() -> None:
    """A wrong deployment is repaired once, not variable by variable."""
    with pytest.raises(ConfigError) as invalid:
        read_config(JobStatusProcessorConfig, {"ASSET_RETENTION_DAYS": "-1", "PIPELINE_NAME": "p"})
    assert invalid.value.faults == (
        "ASSETS_TABLE is missing",
        "UPLOADS_BUCKET is missing",
        "OUTPUTS_BUCKET is missing",
        "NOTIFICATIONS_TOPIC_ARN is missing",
        "MEDIACONVERT_QUEUE_ARN is missing",
        "MEDIA_SUFFIXES is missing",
        "CAPTION_SUFFIXES is missing",
        "ASSET_RETENTION_DAYS is '-1': must be a whole number of at least 0",
        "POWERTOOLS_SERVICE_NAME is missing",
        "POWERTOOLS_METRICS_NAMESPACE is missing",
        "POWERTOOLS_LOG_LEVEL is missing",
        "CONSUMED_QUEUE_URL is missing",
        "MAX_RECEIVE_COUNT is missing",
        "MAX_DELAY_SECONDS is missing",
    )


@pytest.mark.parametrize("function", ["ingest_orchestrator", "job_status_processor"])
def test_a_poison_message_is_handed_back(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployed handler wires itself from its environment and returns what it can't read to the queue."""
    for name, value in {**ENVIRONMENT, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    handler = import_module(f"media_pipeline.handlers.{function}").handler
    message = Message(body="{}", receipt_handle="receipt", receive_count=1, renewals=0)
    assert handler(sqs_event(message), Context()) == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


@pytest.mark.parametrize(
    "change",
    [
        {"messageId": None},
        {"body": 5},
        {"receiptHandle": []},
        {"attributes": None},
        {"attributes": {"ApproximateReceiveCount": "x"}},
        {"eventSourceARN": {}},
    ],
)
def test_what_is_no_batch_is_refused(change: dict[str, Any]) -> None:
    """An invocation by something else than the queue is an error that says so, and handles nothing."""
    message = Message(body="a", receipt_handle="receipt", receive_count=1, renewals=0)
    record = sqs_event(message)["Records"][0]
    events: list[Any] = [{"Records": [record | change]}, {"Records": []}, {"Records": {}}, {}, [], None]
    for event in events:
        invocation = Invocation()
        invocation.event = event
        with pytest.raises(MalformedEventError):
            invocation.run(lambda body: pytest.fail("it was handled"))


@pytest.mark.parametrize("attributes", [None, [], {"Renewals": 5}, {"Renewals": {"stringValue": "9" * 5000}}])
def test_attributes_of_others_are_no_fault(attributes: Any) -> None:
    """Whatever attributes a message was sent with, it is handled, and waits as one that was never renewed."""

    def handle(body: str) -> None:
        raise TransientError("later")

    invocation = Invocation("a")
    named = json.loads(json.dumps(attributes).replace("Renewals", RENEWALS_ATTRIBUTE))
    invocation.event["Records"][0]["messageAttributes"] = named
    assert len(invocation.run(handle)["batchItemFailures"]) == 1
    assert invocation.queue.dead == []
