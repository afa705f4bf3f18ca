"""One contract for MediaConvert, as the sandbox's endpoint offers it, and for the fake that stands for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest

from media_pipeline.adapters.mediaconvert import MediaConvertTranscoder
from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.clock import timestamp, utc_now
from media_pipeline.domain.errors import SourceRefusedError, TransientError
from media_pipeline.domain.events import JobStatus, state_change_of_job
from media_pipeline.domain.source import AudioTrack, SourceInfo, VideoTrack
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.fakes import FakeClock, FakeTranscoder
from tests.unit.sandbox.mediaconvert.api.endpoint import ROLE, Endpoint, client, job_settings

PIPELINE = "media-pipeline-test"
# What the endpoint's own stand-in for ffmpeg tells of a clip.
CLIP = SourceInfo(
    container="mp4",
    duration_ms=4000,
    video=VideoTrack(
        codec="AVC",
        display_width=1280,
        display_height=720,
        rotation_degrees=0,
        frame_rate_numerator=24,
        frame_rate_denominator=1,
        bit_depth=8,
        color_primaries="UNSPECIFIED",
        is_interlaced=False,
    ),
    audio=(AudioTrack(codec="AAC", channels=2, language="eng", sample_rate_hz=48_000),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Hold one of both transcoders, and how the test lets a job of its own come to its end."""

    transcoder: MediaConvertTranscoder | FakeTranscoder
    complete: Callable[[str], object]

    def create(self, asset: Asset) -> str:
        """Submit an asset's job."""
        return self.transcoder.create_job(asset, SETTINGS)

    def job(self, job_id: str) -> Mapping[str, Any]:
        """Return a job that is there."""
        job = self.transcoder.get_job(job_id)
        assert job is not None
        return job


SETTINGS = job_settings("s3://in/clip.mp4")


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """Serve MediaConvert on a free port, with films that are encoded when the test says so."""
    with Endpoint(tmp_path_factory.mktemp("mediaconvert")).running() as endpoint:
        yield endpoint


@pytest.fixture(params=["fake", "endpoint"])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """Return a transcoder whose queue is empty, first the fake, then the real one."""
    if request.param == "fake":
        fake = FakeTranscoder(CLIP, clock=FakeClock())
        yield Subject(transcoder=fake, complete=lambda job_id: fake.jobs[job_id].update(Status="COMPLETE"))
        return
    endpoint: Endpoint = request.getfixturevalue("endpoint")
    queue = endpoint.client.create_queue(Name=f"jobs-{uuid4()}")["Queue"]["Arn"]
    endpoint.transcoder.go_on.clear()

    def complete(job_id: str) -> None:
        endpoint.transcoder.go_on.set()
        endpoint.finished(job_id)
        endpoint.transcoder.go_on.clear()

    transcoder = MediaConvertTranscoder(endpoint.client, pipeline=PIPELINE, queue_arn=queue, role_arn=ROLE)
    yield Subject(transcoder=transcoder, complete=complete)
    endpoint.transcoder.go_on.set()
    endpoint.until_idle()


@pytest.fixture
def asset() -> Asset:
    """Return an asset without a job."""
    upload = UploadedObject(
        bucket="in", key="clip.mp4", version_id=str(uuid4()), etag="e", size_bytes=5, sequencer=""
    )
    now = timestamp(utc_now())
    return Asset(
        asset_id=upload.asset_id,
        upload=upload,
        status=AssetStatus.RECEIVED,
        attempt=1,
        created_at=now,
        updated_at=now,
        claimed_until=now,
    )


def another_version(asset: Asset) -> Asset:
    """Return the asset of another upload under the same key."""
    upload = replace(asset.upload, version_id=str(uuid4()))
    return replace(asset, asset_id=upload.asset_id, upload=upload)


def test_a_source_is_looked_into(subject: Subject) -> None:
    """What is known of a source comes back as it is."""
    assert subject.transcoder.probe("s3://in/clip.mp4") == CLIP


def test_a_look_that_is_forbidden_or_not_answered_is_no_safe_choice(endpoint: Endpoint) -> None:
    """Where the endpoint answers 403 the upload is to wait, and where it hangs, to be tried again."""
    transcoder = MediaConvertTranscoder(
        client(endpoint.url, read_timeout=0.3), pipeline=PIPELINE, queue_arn="queue", role_arn=ROLE
    )
    cases: tuple[tuple[dict[str, Any], type[Exception]], ...] = (
        ({"probe_forbidden": 1.0}, SourceRefusedError),
        ({"probe_timeout": 1.0, "timeout_seconds": 2.0}, TransientError),
    )
    for faults, expected in cases:
        endpoint.inject(**faults)
        with pytest.raises(TransientError) as raised:
            transcoder.probe("s3://in/clip.mp4")
        assert raised.type is expected
    endpoint.inject()
    assert transcoder.probe("s3://in/clip.mp4") == CLIP


def test_a_submitted_job_is_found(subject: Subject, asset: Asset) -> None:
    """A job is found by its attempt, among those of other versions of the same key."""
    assert subject.transcoder.find_job(asset) is None
    job_id = subject.create(asset)
    subject.create(another_version(asset))
    assert subject.transcoder.find_job(asset) == job_id
    assert subject.transcoder.find_job(replace(asset, attempt=2)) is None
    assert subject.transcoder.find_job(another_version(asset)) is None


def test_a_job_is_found_after_its_end(subject: Subject, asset: Asset) -> None:
    """A job that has ended is still the attempt's job."""
    job_id = subject.create(asset)
    subject.complete(job_id)
    assert subject.transcoder.find_job(asset) == job_id


def test_a_request_that_is_repeated_at_once_makes_one_job(subject: Subject, asset: Asset) -> None:
    """Within a minute, the same attempt's second request is answered with its first one's job."""
    job_id = subject.create(asset)
    assert subject.create(asset) == job_id
    assert subject.create(replace(asset, attempt=2)) != job_id
    assert subject.transcoder.jobs_in_flight() == 2


def test_jobs_in_flight_are_those_that_have_not_ended(subject: Subject, asset: Asset) -> None:
    """Jobs of the queue count from their submission to their end, whatever it is."""
    assert subject.transcoder.jobs_in_flight() == 0
    first, second = subject.create(asset), subject.create(another_version(asset))
    assert subject.transcoder.jobs_in_flight() == 2
    subject.transcoder.cancel_job(second)
    subject.complete(first)
    assert subject.transcoder.jobs_in_flight() == 0


def test_a_job_tells_whose_it_is(subject: Subject, asset: Asset) -> None:
    """What MediaConvert says of a job is news of its attempt, at any time of its life."""
    job_id = subject.create(asset)
    alive = state_change_of_job(subject.job(job_id))
    subject.complete(job_id)
    done = state_change_of_job(subject.job(job_id))
    assert alive.status in (JobStatus.SUBMITTED, JobStatus.PROGRESSING)
    assert done.status is JobStatus.COMPLETE
    for change in (alive, done):
        assert (change.job_id, change.pipeline) == (job_id, PIPELINE)
        assert (change.asset_id, change.attempt) == (asset.asset_id, 1)


def test_a_cancelled_job_is_at_its_end(subject: Subject, asset: Asset) -> None:
    """A job is cancelled once, and never after its end."""
    cancelled, done = subject.create(asset), subject.create(another_version(asset))
    assert subject.transcoder.cancel_job(cancelled)
    assert not subject.transcoder.cancel_job(cancelled)
    assert subject.job(cancelled)["Status"] == "CANCELED"
    subject.complete(done)
    assert not subject.transcoder.cancel_job(done)
    assert subject.job(done)["Status"] == "COMPLETE"


def test_an_unknown_job_is_none(subject: Subject) -> None:
    """A job that MediaConvert does not know is no job, and can't be cancelled."""
    assert subject.transcoder.get_job("1767323045678-abcdef") is None
    assert not subject.transcoder.cancel_job("1767323045678-abcdef")


def test_jobs_are_billed_by_their_queues_tags(endpoint: Endpoint, asset: Asset) -> None:
    """The bill tells environments apart by the tags of the queue, since jobs have none of their own."""
    client = endpoint.client
    tags = {"Project": "media-pipeline", "Environment": "test"}
    queue = client.create_queue(Name=f"billed-{uuid4()}", Tags=tags)["Queue"]["Arn"]
    transcoder = MediaConvertTranscoder(client, pipeline=PIPELINE, queue_arn=queue, role_arn=ROLE)
    job = client.get_job(Id=transcoder.create_job(asset, SETTINGS))["Job"]
    assert (job["BillingTagsSource"], job["Queue"]) == ("QUEUE", queue)
    assert client.list_tags_for_resource(Arn=queue)["ResourceTags"]["Tags"] == tags
    unspoken = client.create_job(Role=ROLE, Queue=queue, Settings=SETTINGS)["Job"]
    assert unspoken["BillingTagsSource"] == "JOB", "MediaConvert's own default"
