"""Whatever a message or an upload holds, a handler answers, and writes only below the asset's folder."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from io import StringIO
from logging import StreamHandler
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import strategies as st

from media_pipeline.adapters.dynamodb import to_item
from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.errors import MalformedEventError, MediaPipelineError
from media_pipeline.domain.events import parse_job_state_change, parse_upload
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.handlers import ingest_orchestrator, job_status_processor, reconciler, wiring
from media_pipeline.handlers.sqs_batch import Parse, handle_batch
from media_pipeline.services.redelivery import Redelivery
from media_pipeline.telemetry import PipelineMetrics, logger
from tests.fuzz.fuzzing import forged, fuzzed, keys, mutated, scalars
from tests.support.asset_world import (
    FOLDER,
    UPLOAD,
    AssetWorld,
    change,
)
from tests.support.caption_world import FOLDER as CAPTION_FOLDER
from tests.support.caption_world import STEM, CaptionWorld
from tests.support.fakes import FakeMetrics, FakeQueue
from tests.support.ingest_world import IngestWorld, message
from tests.support.lambda_invocation import Context, sqs_event
from tests.support.strategies import json_values

ACCOUNT, REGION = "123456789012", "us-east-1"
UPLOAD_EVENT: dict[str, Any] = {
    "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "Object Created",
    "source": "aws.s3", "account": ACCOUNT, "time": "2026-01-02T03:04:05Z", "region": REGION,
    "resources": ["arn:aws:s3:::uploads"],
    "detail": {
        "version": "0", "bucket": {"name": "uploads"},
        "object": {"key": "a.mp4", "size": 5, "etag": "b1946ac9", "version-id": "Iyz0", "sequencer": "0A"},
        "request-id": "N4N7GDK58NMKJ12R", "requester": ACCOUNT, "reason": "PutObject",
    },
}  # fmt: skip
JOB_EVENT: dict[str, Any] = {
    "version": "0", "source": "aws.mediaconvert", "detail-type": "MediaConvert Job State Change",
    "account": ACCOUNT, "region": REGION,
    "detail": {
        "timestamp": 1767323045678, "accountId": ACCOUNT, "jobId": "job-1", "status": "COMPLETE",
        "errorCode": 1010, "errorMessage": "no",
        "userMetadata": {"pipeline": "media-pipeline-test", "asset_id": UPLOAD.asset_id, "attempt": "1"},
        "outputGroupDetails": [
            {
                "type": "HLS_GROUP", "playlistFilePaths": ["s3://outputs/0/1/hls/master.m3u8"],
                "outputDetails": [
                    {"durationInMs": 60_000, "videoDetails": {"widthInPx": 1280, "heightInPx": 720}}
                ],
            },
            {"outputDetails": [{"durationInMs": 60_000, "videoDetails": {"widthInPx": 320}}]},
        ],
        "warnings": [{"code": 230001, "count": 1}], "jobProgress": {"jobPercentComplete": 12},
    },
}  # fmt: skip
statuses = st.sampled_from(
    ["SUBMITTED", "PROGRESSING", "STATUS_UPDATE", "NEW_WARNING", "COMPLETE", "ERROR", "CANCELED", "QUEUE_HOP"]
)
texts = st.one_of(st.text(st.characters(), max_size=60), json_values.map(json.dumps), scalars.map(json.dumps))


REFUSAL: Any = {
    "Error": {"Code": "AccessDenied", "Message": "no"},
    "ResponseMetadata": {"HTTPStatusCode": 403},
}


class Denied:
    """Be a client of any service that refuses every call."""

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(*_: Any, **request: Any) -> Any:
            json.dumps(request, ensure_ascii=False).encode()
            raise ClientError(REFUSAL, operation)

        return call


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Wire the three functions as they are deployed, but to an AWS that refuses everything."""
    environment = import_module("tests.unit.media_pipeline.handlers.test_functions").ENVIRONMENT
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for module in (ingest_orchestrator, wiring):
        monkeypatch.setattr(module, "aws_client", lambda *_, **__: Denied())
    for module in (ingest_orchestrator, job_status_processor, reconciler):
        module._wired.cache_clear()
    yield
    for module in (ingest_orchestrator, job_status_processor, reconciler):
        module._wired.cache_clear()


class Log:
    """Hold what is logged within a block, as text."""

    def __init__(self) -> None:
        self._written = StringIO()

    def __enter__(self) -> "Log":
        handler = logger.registered_handler
        assert isinstance(handler, StreamHandler)
        self._handler, self._stream = handler, handler.setStream(self._written)
        return self

    def __exit__(self, *_: object) -> None:
        self._handler.setStream(self._stream)

    @property
    def unexpected(self) -> list[str]:
        """Return the log lines of unexpected exceptions."""
        lines = self._written.getvalue().strip("\n").split("\n")
        return [line for line in lines if line and "unexpected error" in json.loads(line)["message"]]


upload_of: Parse[UploadedObject] = partial(parse_upload, bucket="uploads")


def handled(body: str, handle: Callable[[Any], object], parse: Parse[Any] = upload_of) -> bool:
    """Give a message to a function; tell whether it is done. An unexpected exception fails the test."""
    queue = FakeQueue()
    queue.send(body)
    received = queue.receive()
    assert received is not None
    redelivery = Redelivery(
        queue=queue, metrics=FakeMetrics(), max_receive_count=5, max_delay_seconds=900, random=lambda: 1.0
    )
    with Log() as log:
        answer = handle_batch(
            sqs_event(received),
            Context(),  # type: ignore[arg-type]
            parse=parse,
            handle=handle,
            redelivery=lambda queue_arn: redelivery,
            metrics=PipelineMetrics(),
        )
    assert log.unexpected == []
    return answer == {"batchItemFailures": []}


def assert_writable(records: Mapping[str, Mapping[str, Any]]) -> None:
    """Check that DynamoDB can hold the records."""
    for record in records.values():
        to_item(record)
        json.dumps(record, ensure_ascii=False).encode()


@fuzzed(body=st.one_of(texts, forged(UPLOAD_EVENT)))
def test_any_upload_message(body: str, functions: None) -> None:
    """The orchestrator, whatever the message, hands it back or is done, and expects all that happens."""
    assert_answers(ingest_orchestrator.handler, body)


@fuzzed(body=st.one_of(texts, forged(JOB_EVENT)))
def test_any_job_message(body: str, functions: None) -> None:
    """The status processor, whatever the message, hands it back or is done, the same way."""
    assert_answers(job_status_processor.handler, body)


def assert_answers(handler: Callable[[Any, Any], Any], body: str) -> None:
    """Invoke a function with one message."""
    queue = FakeQueue()
    queue.send(body)
    received = queue.receive()
    assert received is not None
    with Log() as log:
        answer = handler(sqs_event(received), Context())
    assert answer in ({"batchItemFailures": []}, {"batchItemFailures": [{"itemIdentifier": "message-1"}]})
    assert log.unexpected == []


@st.composite
def invocations(draw: st.DrawFn) -> Any:
    """Draw what a function may be invoked with: any JSON, or a batch with anything in its fields."""
    if draw(st.booleans()):
        return json.loads(json.dumps(draw(json_values | scalars)))
    queue = FakeQueue()
    queue.send(json.dumps(UPLOAD_EVENT))
    received = queue.receive()
    assert received is not None
    return json.loads(draw(forged(sqs_event(received, received))))


@fuzzed(
    event=invocations(), handler=st.sampled_from([ingest_orchestrator.handler, job_status_processor.handler])
)
def test_any_invocation(event: Any, handler: Callable[[Any, Any], Any], functions: None) -> None:
    """A consuming function answers a batch, and refuses what is none with an error of its own."""
    with Log() as log, suppress(MalformedEventError):
        answer = handler(event, Context())
        failures = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        assert set(failures) <= {record["messageId"] for record in event["Records"]}
    assert log.unexpected == []


@fuzzed(event=json_values | scalars)
def test_any_schedule(event: Any, functions: None) -> None:
    """The reconciler takes nothing from its event; an AWS that refuses it ends its run with its own error."""
    with Log(), suppress(MediaPipelineError):
        reconciler.handler(event, Context())  # type: ignore[arg-type]


@fuzzed(
    key=keys, size=st.sampled_from([0, 5, 10**6]), profile=st.none() | st.text(st.characters(), max_size=9)
)
def test_any_key(key: str, size: int, profile: str | None) -> None:
    """An upload of any name is an asset with a job or a reason, and all that it plans is in its folder."""
    world = IngestWorld()
    if len(key.encode()) > 1024:
        assert not handled(
            json.dumps(UPLOAD_EVENT).replace("a.mp4", json.dumps(key)[1:-1]), world.ingest.handle
        )
        return
    upload = world.upload(key, size=size)
    if profile is not None:
        world.uploads.profiles[upload.asset_id] = profile
    assert handled(message(upload), world.ingest.handle)
    asset = world.asset
    assert asset.upload.key == key
    assert asset.status in (AssetStatus.SUBMITTED, AssetStatus.FAILED)
    assert_writable(world.table.records)
    assert all(is_within(output["key"], f"{asset.asset_id}/1/") for output in asset.planned_outputs)
    for settings in world.transcoder.settings.values():
        assert all(is_within(place, f"s3://outputs/{asset.asset_id}/1/") for place in destinations(settings))
    for subject, _ in world.publisher.published:
        assert isinstance(subject, str)


def destinations(value: Any) -> Iterator[str]:
    """Yield every destination of a job's settings."""
    if isinstance(value, Mapping):
        for name, entry in value.items():
            if name == "Destination":
                yield entry
            else:
                yield from destinations(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from destinations(entry)


def is_within(key: str, folder: str) -> bool:
    """Tell whether a key lies below a folder, also for who takes dots in it for a path."""
    return key.startswith(folder) and not {"..", "."} & set(key.split("/"))


@fuzzed(body=forged(JOB_EVENT), status=statuses, made=st.booleans())
def test_any_job_news(body: str, status: str, made: bool) -> None:
    """Forged news changes an asset only where job and attempt are its own, and writes in its folder alone."""
    world = AssetWorld()
    world.submit()
    if made:
        world.produce()
    before, objects = json.dumps(world.table.records), dict(world.outputs.objects)
    event = json.loads(body)
    if isinstance(event.get("detail"), dict) and event["detail"].get("status") == "COMPLETE":
        event["detail"]["status"] = status
    body = json.dumps(event)
    done = handled(body, world.changes.apply, parse_job_state_change)
    assert_writable(world.table.records)
    try:
        news = parse_job_state_change(body)
    except MalformedEventError:
        assert not done
        news = None
    owner = (news.pipeline, news.job_id, news.asset_id, news.attempt) if news else None
    if owner != ("media-pipeline-test", "job-1", UPLOAD.asset_id, 1) or not done:
        assert json.dumps(world.table.records) == before
    written = {key for key, value in world.outputs.objects.items() if objects.get(key) != value}
    assert all(is_within(key, f"{FOLDER}/") for key in written)


@fuzzed(data=st.data(), which=st.integers(0, 8))
def test_any_outputs(data: st.DataObject, which: int) -> None:
    """Outputs of any content end the asset, complete or failed for a reason, and nothing else is touched."""
    world = AssetWorld()
    world.submit()
    world.produce()
    key = sorted(world.outputs.objects)[which % len(world.outputs.objects)]
    world.outputs.objects[key] = data.draw(mutated(world.outputs.objects[key]))
    objects = dict(world.outputs.objects)
    body = json.dumps(JOB_EVENT)
    assert handled(body, world.changes.apply, parse_job_state_change)
    assert world.asset.status in (AssetStatus.COMPLETE, AssetStatus.FAILED)
    assert_writable(world.table.records)
    assert {key for key, value in world.outputs.objects.items() if objects.get(key) != value} == set()


@fuzzed(
    names=st.lists(
        st.sampled_from([
                ".srt", ".en.srt", ".EN-us.vtt", "../x.srt", "/../../en.vtt", ".en/.vtt", ".en.sdh.srt",
                ".forced.vtt", "-en.srt", "_de_DE.hi.srt", ".old.srt", ".mp4.fr.srt", " (English).srt",
            ])
        | st.text(st.characters(codec="utf-8"), max_size=12).map(lambda text: f".{text}.srt"),
        min_size=1, max_size=4, unique=True,
    ),
    body=mutated(b"1\n00:00:01,000 --> 00:00:02,500\nHello\n", b"WEBVTT\n\n00:01.000 --> 00:02.500\nHi\n"),
)  # fmt: skip
def test_any_caption_uploads(names: list[str], body: bytes) -> None:
    """Caption files of any name and content end in the attempt's folder or a rejection; the video stands."""
    world = CaptionWorld()
    for name in names:
        if f"{STEM}{name}".lower().endswith((".srt", ".vtt")):
            world.put(name, body)
    objects = dict(world.outputs.objects)
    world.finish()
    world.settle()
    assert world.asset.status is AssetStatus.COMPLETE
    assert_writable(world.table.records)
    written = {key for key, value in world.outputs.objects.items() if objects.get(key) != value}
    assert all(is_within(key, f"{CAPTION_FOLDER}/") for key in written)
    allowed = {f"{CAPTION_FOLDER}/hls/master.m3u8", f"{CAPTION_FOLDER}/dash/manifest.mpd"}
    assert all(key.startswith(f"{CAPTION_FOLDER}/captions/") for key in written - allowed)


@pytest.mark.parametrize("origin", [{"account": "999999999999"}, {"region": "eu-west-3"}, {"account": 5}])
def test_events_of_others_are_handed_back(origin: dict[str, Any]) -> None:
    """An event of another account or region is none of ours, whatever else it says, and makes no asset."""
    world = IngestWorld()
    world.upload("a.mp4")
    assert not handled(json.dumps(UPLOAD_EVENT | origin), world.ingest.handle)
    assert world.table.records == {}


def test_forged_names_of_objects_do_no_harm() -> None:
    """A message that names what isn't there makes a failed asset, which says so, and no job."""
    world = IngestWorld()
    assert handled(json.dumps(UPLOAD_EVENT), world.ingest.handle)
    assert world.asset.error is not None
    assert (world.asset.error.code, world.transcoder.jobs) == ("SOURCE_MISSING", {})


def test_news_of_an_asset_with_another_job_changes_nothing() -> None:
    """Who knows an asset's id but not its job can't move it."""
    world = AssetWorld()
    world.submit()
    assert not world.changes.apply(
        change(parse_job_state_change(json.dumps(JOB_EVENT)).status, job_id="job-2")
    )
    assert world.asset.status is AssetStatus.SUBMITTED
