"""How the adapters ask AWS, and what they make of its answers and refusals."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.adapters.mediaconvert import MediaConvertTranscoder
from media_pipeline.adapters.preset_store import SsmPresetStore
from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.clock import instant
from media_pipeline.domain.errors import (
    NotFoundError,
    OperatorError,
    PermanentError,
    SourceError,
    SourceRefusedError,
    ThrottledError,
    TransientError,
)
from media_pipeline.domain.source import SourceInfo, UnknownSource
from media_pipeline.domain.uploads.upload import UploadedObject
from tests.support.fakes import FakeClock
from tests.support.service_model import request_faults
from tests.support.strategies import PRESETS_FOLDER
from tests.unit.media_pipeline.adapters.answers import Answers

CLOCK = FakeClock()


ASSET = Asset(
    asset_id="0" * 32,
    upload=UploadedObject(
        bucket="uploads", key="a.mp4", version_id=None, etag="e", size_bytes=1, sequencer=""
    ),
    status=AssetStatus.RECEIVED,
    attempt=1,
    created_at="2026-01-02T03:04:05.678Z",
    updated_at="2026-01-02T03:04:05.678Z",
    claimed_until="2026-01-02T03:05:05.678Z",
)


QUEUE_ARN = "arn:aws:mediaconvert:us-east-1:000000000000:queues/jobs"


METADATA = {"pipeline": "media-pipeline-test", "asset_id": "0" * 32, "attempt": "1"}


def refusal(status: int, code: str = "Refused") -> ClientError:
    """Return an error as AWS answers it."""
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Operation",
    )


def transcoder(client: Answers, **clients: Answers) -> MediaConvertTranscoder:
    """Return a transcoder that talks to these."""
    return MediaConvertTranscoder(
        client,
        **clients,
        pipeline="media-pipeline-test",
        queue_arn=QUEUE_ARN,
        role_arn="role",
    )


TIMEOUT = ReadTimeoutError(endpoint_url="https://mediaconvert")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal(429, "TooManyRequestsException"), ThrottledError),
        (refusal(402, "ServiceQuotaExceededException"), ThrottledError),
        (refusal(400, "ThrottlingException"), ThrottledError),
        (refusal(403, "AccessDeniedException"), OperatorError),
        (refusal(404, "NotFoundException"), NotFoundError),
        (refusal(500, "InternalServerErrorException"), TransientError),
        (refusal(503, "SlowDown"), ThrottledError),
        (TIMEOUT, TransientError),
        (ConnectTimeoutError(endpoint_url="https://mediaconvert"), TransientError),
    ],
)
def test_refusals_are_distinguished(error: Exception, expected: type[Exception]) -> None:
    """Rate and quota, the operator's faults, and passing ones are three different errors."""
    with pytest.raises(TransientError) as raised, aws_errors("testing"):
        raise error
    assert raised.type is expected


def test_a_job_is_submitted_as_the_contract_says() -> None:
    """Queue, role, metadata and token are the pipeline's, and the request is one that the API knows."""
    client = Answers({"Job": {"Id": "job-1"}})
    assert transcoder(Answers(), submit_client=client).create_job(ASSET, {}) == "job-1"
    ((operation, request),) = client.requests
    assert operation == "create_job"
    assert request_faults("mediaconvert", "CreateJob", request) == []
    assert (request["Queue"], request["Role"], request["UserMetadata"]) == (QUEUE_ARN, "role", METADATA)
    assert request["ClientRequestToken"] == f"{'0' * 32}-1"
    assert len(request["ClientRequestToken"]) <= 64


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal(400, "BadRequestException"), PermanentError),
        (refusal(400, "ThrottlingException"), ThrottledError),
        (refusal(400, "ExpiredTokenException"), OperatorError),
        (refusal(403, "ForbiddenException"), OperatorError),
        (refusal(429, "TooManyRequestsException"), ThrottledError),
        (refusal(500, "InternalServerErrorException"), TransientError),
        (TIMEOUT, TransientError),
    ],
)
def test_a_refused_job_is_classified(error: Exception, expected: type[Exception]) -> None:
    """Only refused settings are the asset's end; everything else goes back to the queue."""
    with pytest.raises(expected) as raised:
        transcoder(Answers(error)).create_job(ASSET, {})
    assert raised.type is expected


@pytest.mark.parametrize("error", [refusal(400, "BadRequestException"), refusal(404), refusal(422)])
def test_a_probe_that_makes_nothing_of_a_file_leaves_the_source_unknown(error: Exception) -> None:
    """What MediaConvert refuses to look at for its own sake gets the safe choice, with the reason."""
    source = transcoder(Answers(), probe_client=Answers(error)).probe("s3://uploads/a.mp4")
    assert isinstance(source, UnknownSource)
    assert "Probe" in source.reason


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal(429), ThrottledError),
        (refusal(500), TransientError),
        (refusal(503), TransientError),
        (TIMEOUT, TransientError),
        (refusal(403), SourceRefusedError),
        (refusal(403, "AccessDeniedException"), SourceRefusedError),
        (refusal(400, "ExpiredTokenException"), SourceRefusedError),
        (EndpointConnectionError(endpoint_url="https://mediaconvert"), TransientError),
    ],
)
def test_a_failing_probe_is_tried_again(error: Exception, expected: type[Exception]) -> None:
    """A busy or a bad minute of MediaConvert's, or a missing permission, is no reason for a poorer ladder."""
    with pytest.raises(expected) as raised:
        transcoder(Answers(), probe_client=Answers(error)).probe("s3://uploads/a.mp4")
    assert raised.type is expected


def test_a_probe_is_asked_for_the_very_key() -> None:
    """The key goes to MediaConvert unescaped; the answer becomes a source or an error in words."""
    track = {"TrackType": "video", "VideoProperties": {"Width": 2, "Height": 2}}
    client = Answers(
        {"ProbeResults": [{"Container": {"Tracks": [track]}}]},
        {"ProbeResults": [{"Container": {"Tracks": [{"TrackType": "data"}]}}]},
    )
    asking = transcoder(Answers(), probe_client=client)
    assert isinstance(asking.probe("s3://uploads/a b+%25.mp4"), SourceInfo)
    assert client.requests[0][1] == {"InputFiles": [{"FileUrl": "s3://uploads/a b+%25.mp4"}]}
    with pytest.raises(SourceError):
        asking.probe("s3://uploads/a.mp4")


def job(number: int, metadata: dict[str, str] | None = None) -> dict[str, Any]:
    """Return an entry of SearchJobs."""
    return {"Id": f"job-{number}", "UserMetadata": metadata or {}, "CreatedAt": CLOCK()}


def test_a_submitted_job_is_found_on_any_page() -> None:
    """The search goes through the pages and knows the job by pipeline, asset and attempt."""
    client = Answers(
        {"Jobs": [job(9), job(8, METADATA | {"attempt": "2"})], "NextToken": "more"},
        {"Jobs": [job(7, METADATA | {"pipeline": "other"}), job(6, METADATA)]},
    )
    assert transcoder(client).find_job(ASSET) == "job-6"
    (_, first), (_, second) = client.requests
    assert first == {
        "Queue": QUEUE_ARN,
        "InputFile": "s3://uploads/a.mp4",
        "Order": "DESCENDING",
        "MaxResults": 20,
    }
    assert second == {**first, "NextToken": "more"}
    assert request_faults("mediaconvert", "SearchJobs", second) == []


@pytest.mark.parametrize("key", ["k" * 1024 + ".mp4", "ü" * 500 + ".mp4"])
def test_a_long_key_is_searched_by_its_end(key: str) -> None:
    """SearchJobs takes 300 characters: of a longer source the last ones, and the metadata decide."""
    client = Answers({"Jobs": []})
    assert transcoder(client).find_job(replace(ASSET, upload=replace(ASSET.upload, key=key))) is None
    ((_, request),) = client.requests
    assert len(request["InputFile"]) == 300
    assert f"s3://uploads/{key}".endswith(request["InputFile"])


@pytest.mark.parametrize(("age", "pages"), [(timedelta(minutes=15), 2), (timedelta(minutes=16), 1)])
@pytest.mark.parametrize("attempt", [1, 2])
def test_the_search_ends_before_the_attempt_began(age: timedelta, pages: int, attempt: int) -> None:
    """Older jobs, beyond what clocks may differ, can't be the attempt's own: no further page is read."""
    began = [
        {"attempt": 1, "at": "2026-01-02T03:04:05.678Z"},
        {"attempt": 2, "at": "2026-02-02T03:04:05.678Z"},
    ]
    asset = replace(ASSET, attempt=attempt, history=began[:attempt])
    old = {"Id": "job-1", "CreatedAt": instant(asset.attempt_began_at) - age}
    client = Answers({"Jobs": [old], "NextToken": "more"}, {"Jobs": []})
    assert transcoder(client).find_job(asset) is None
    assert len(client.requests) == pages


def test_a_search_without_end_proves_nothing() -> None:
    """Where the jobs are too many to look through, nothing is submitted on a guess."""
    pages = [{"Jobs": [job(1)], "NextToken": f"page {number}"} for number in range(50)]
    with pytest.raises(TransientError, match="jobs to search"):
        transcoder(Answers(*pages)).find_job(ASSET)


def test_jobs_in_flight_are_those_that_wait_or_run() -> None:
    """The queue is asked for by its name, and what it leaves out counts as none."""
    client = Answers(
        {"Queue": {"SubmittedJobsCount": 3, "ProgressingJobsCount": 2, "Name": "jobs"}}, {"Queue": {}}
    )
    asking = transcoder(client)
    assert (asking.jobs_in_flight(), asking.jobs_in_flight()) == (5, 0)
    assert client.requests[0] == ("get_queue", {"Name": "jobs"})


@pytest.mark.parametrize(
    ("answer", "cancelled"),
    [({}, True), (refusal(409, "ConflictException"), False), (refusal(404, "NotFoundException"), False)],
)
def test_a_job_is_cancelled_once(answer: Any, cancelled: bool) -> None:
    """A job that has ended, or is no longer known, needs no cancelling."""
    client = Answers(answer)
    assert transcoder(client).cancel_job("job-1") is cancelled
    assert client.requests == [("cancel_job", {"Id": "job-1"})]


@pytest.mark.parametrize(
    ("error", "expected"),
    [(refusal(403), OperatorError), (refusal(429), ThrottledError), (TIMEOUT, TransientError)],
)
def test_a_job_that_may_not_be_cancelled_is_an_error(error: Exception, expected: type[Exception]) -> None:
    """Who cancels must know that the job may still run."""
    with pytest.raises(expected):
        transcoder(Answers(error)).cancel_job("job-1")


def test_a_job_that_is_unknown_is_none() -> None:
    """Not found is an answer; other refusals are errors."""
    client = Answers(refusal(404, "NotFoundException"), refusal(403, "ForbiddenException"))
    assert transcoder(client).get_job("job-1") is None
    with pytest.raises(OperatorError):
        transcoder(client).get_job("job-1")


def parameters(*names: str, token: str | None = None) -> dict[str, Any]:
    """Return a page of GetParametersByPath with shipped presets."""
    page: dict[str, Any] = {
        "Parameters": [
            {"Name": f"/p/presets/{name}", "Value": (PRESETS_FOLDER / f"{name}.json").read_text()}
            for name in names
        ]
    }
    return page | ({"NextToken": token} if token else {})


def test_presets_are_read_once_a_minute() -> None:
    """All pages are read; a warm function asks again only when a minute has passed."""
    profiles = {"Parameter": {"Value": (PRESETS_FOLDER / "profiles.json").read_text()}}
    pages = (
        parameters("cmaf", "hls", "dash", token="more"),
        parameters("mp4", "audio", "m4a", "thumbnails"),
        profiles,
    )
    client, now = Answers(*pages, *pages), [100.0]
    store = SsmPresetStore(
        client, presets_path="/p/presets/", profiles_parameter="/p/profiles", monotonic=lambda: now[0]
    )
    first = store.load()
    now[0] += 59
    assert store.load() is first
    assert len(client.requests) == 3
    now[0] += 1
    assert store.load() == first
    assert len(client.requests) == 6
