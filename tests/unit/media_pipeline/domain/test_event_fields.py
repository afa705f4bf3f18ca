"""Each field of an event arrives where it belongs, at its limits too, and what is missing is named."""

import json
from dataclasses import replace
from typing import Any

import pytest

from media_pipeline.domain.errors import MalformedEventError
from media_pipeline.domain.events import (
    MAX_ERROR_MESSAGE_CHARACTERS,
    MAX_KEY_BYTES,
    MAX_OBJECT_BYTES,
    MAX_WARNINGS,
    JobStateChange,
    JobStatus,
    ProducedGroup,
    ProducedOutput,
    parse_job_state_change,
    parse_upload,
    state_change_of_job,
    upload_event,
)

OBJECT: dict[str, Any] = {"key": "a.mp4", "size": 5, "etag": "e1", "version-id": "v1", "sequencer": "00A"}
DETAIL: dict[str, Any] = {
    "jobId": "job-1",
    "status": "ERROR",
    "errorCode": 1040,
    "errorMessage": "No access",
    "userMetadata": {"pipeline": "media-pipeline-dev", "asset_id": "id-1", "attempt": "3"},
    "outputGroupDetails": [
        {
            "outputDetails": [
                {"durationInMs": 10_000, "videoDetails": {"widthInPx": 1280, "heightInPx": 720}},
                {"durationInMs": 9_000},
            ]
        },
        {"outputDetails": [{"videoDetails": {"widthInPx": 320, "heightInPx": 180}}]},
    ],
    "warnings": [{"code": 230001, "count": 2}],
    "jobProgress": {"jobPercentComplete": 12},
}
# The same job as GetJob returns it.
JOB: dict[str, Any] = {
    "Id": "job-1",
    "Status": "ERROR",
    "ErrorCode": 1040,
    "ErrorMessage": "No access",
    "UserMetadata": DETAIL["userMetadata"],
    "OutputGroupDetails": [
        {
            "OutputDetails": [
                {"DurationInMs": 10_000, "VideoDetails": {"WidthInPx": 1280, "HeightInPx": 720}},
                {"DurationInMs": 9_000},
            ]
        },
        {"OutputDetails": [{"VideoDetails": {"WidthInPx": 320, "HeightInPx": 180}}]},
    ],
    "Warnings": [{"Code": 230001, "Count": 2}],
    "JobPercentComplete": 12,
}
CHANGE = JobStateChange(
    job_id="job-1",
    status=JobStatus.ERROR,
    pipeline="media-pipeline-dev",
    asset_id="id-1",
    attempt=3,
    error_code=1040,
    error_message="No access",
    percent=12,
    groups=(
        ProducedGroup(
            outputs=(
                ProducedOutput(width=1280, height=720, duration_ms=10_000),
                ProducedOutput(width=0, height=0, duration_ms=9_000),
            )
        ),
        ProducedGroup(outputs=(ProducedOutput(width=320, height=180, duration_ms=0),)),
    ),
    warnings=({"code": 230001, "count": 2},),
)


def _upload_event(entry: dict[str, Any] = OBJECT, /, **event: Any) -> str:
    whole = {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": "uploads"}, "object": entry},
    }
    return json.dumps({**whole, **event})


def _job_event(detail: dict[str, Any] = DETAIL, /, **event: Any) -> str:
    whole = {"source": "aws.mediaconvert", "detail-type": "MediaConvert Job State Change", "detail": detail}
    return json.dumps({**whole, **event})


def _without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}


def test_an_upload_is_read_in_full() -> None:
    """Key, size, ETag, version and sequencer are the event's."""
    upload = parse_upload(_upload_event(), bucket="uploads")
    assert (upload.bucket, upload.key, upload.size_bytes) == ("uploads", "a.mp4", 5)
    assert (upload.etag, upload.version_id, upload.sequencer) == ("e1", "v1", "00A")


@pytest.mark.parametrize("queue_arn", ["", "arn", "arn:aws:sqs:eu-west-1:111122223333:uploads"])
def test_an_event_may_name_the_origin_of_its_queue(queue_arn: str) -> None:
    """Account and region are compared with those of the queue as far as that is known."""
    for event in ({}, {"account": "111122223333", "region": "eu-west-1"}):
        assert parse_upload(_upload_event(**event), bucket="uploads", queue_arn=queue_arn).key == "a.mp4"


def test_an_upload_is_announced_again_as_s3_would() -> None:
    """The event that is sent anew has the fields by which rules and readers know an upload's."""
    upload = parse_upload(_upload_event(), bucket="uploads")
    assert json.loads(upload_event(upload)) == {
        "version": "0",
        "id": upload.asset_id,
        "detail-type": "Object Created",
        "source": "aws.s3",
        "detail": {
            "version": "0",
            "bucket": {"name": "uploads"},
            "object": OBJECT,
            "reason": "Redelivery",
        },
    }
    bare = replace(upload, version_id=None, sequencer="")
    assert json.loads(upload_event(bare))["detail"]["object"] == _without(OBJECT, "version-id", "sequencer")


@pytest.mark.parametrize(
    ("change", "version_id", "sequencer"),
    [
        ({"version-id": None, "sequencer": None}, None, ""),
        ({"version-id": "", "sequencer": ""}, None, ""),
        ({"version-id": "null"}, None, "00A"),
    ],
)
def test_an_upload_may_have_neither_version_nor_sequencer(
    change: dict[str, Any], version_id: str | None, sequencer: str
) -> None:
    """Nor has one a version that was put while versioning was suspended."""
    upload = parse_upload(_upload_event({**OBJECT, **change}), bucket="uploads")
    assert (upload.version_id, upload.sequencer) == (version_id, sequencer)


@pytest.mark.parametrize(
    ("field", "longest"),
    [("key", MAX_KEY_BYTES), ("etag", 256), ("version-id", 1024), ("sequencer", 256)],
)
def test_texts_of_an_upload_have_a_longest_length(field: str, longest: int) -> None:
    """The longest is taken, a byte more is malformed; bytes count, not characters."""
    assert parse_upload(_upload_event({**OBJECT, field: "é" * (longest // 2)}), bucket="uploads")
    with pytest.raises(MalformedEventError, match=f"{field} is longer than {longest} bytes"):
        parse_upload(_upload_event({**OBJECT, field: "a" * (longest + 1)}), bucket="uploads")


@pytest.mark.parametrize("size", [0, MAX_OBJECT_BYTES])
def test_sizes_at_the_limits_are_taken(size: int) -> None:
    """An empty file and the largest object that S3 takes are uploads."""
    assert parse_upload(_upload_event({**OBJECT, "size": size}), bucket="uploads").size_bytes == size


@pytest.mark.parametrize("size", [-1, MAX_OBJECT_BYTES + 1, "5", 5.0, None])
def test_what_is_no_size_is_malformed(size: object) -> None:
    """Neither a negative number nor a text is the size of an object."""
    with pytest.raises(MalformedEventError, match="size is not a size in bytes"):
        parse_upload(_upload_event({**OBJECT, "size": size}), bucket="uploads")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        (_upload_event(source="aws.ec2"), "^source is not aws.s3$"),
        (_upload_event(**{"detail-type": "Object Deleted"}), "^detail-type is not Object Created$"),
        (_upload_event(detail=5), "^detail is not an object$"),
        (_upload_event(detail={"object": OBJECT}), "^bucket is not an object$"),
        (_upload_event(detail={"bucket": {}, "object": OBJECT}), "^name is not a text$"),
        (_upload_event(detail={"bucket": {"name": "b" * 64}, "object": OBJECT}), "^name is longer than 63"),
        (_upload_event(detail={"bucket": {"name": "other"}}), "^bucket is 'other', not 'uploads'$"),
        (_upload_event(detail={"bucket": {"name": "uploads"}}), "^object is not an object$"),
        (_upload_event(_without(OBJECT, "key")), "^key is not a text$"),
        (_upload_event({**OBJECT, "key": ""}), "^key is not a text$"),
        (_upload_event(_without(OBJECT, "etag")), "^etag is not a text$"),
    ],
)
def test_what_is_wrong_with_an_upload_event_is_named(body: str, complaint: str) -> None:
    """The error says which field has to be looked at."""
    with pytest.raises(MalformedEventError, match=complaint):
        parse_upload(body, bucket="uploads")


def test_an_event_and_getjob_say_the_same() -> None:
    """A job is read to the same value from its event and from MediaConvert's own answer."""
    assert parse_job_state_change(_job_event()) == CHANGE
    assert state_change_of_job(JOB) == CHANGE


@pytest.mark.parametrize(
    ("progress", "percent"),
    [
        ({"jobProgress": {"jobPercentComplete": 0}, "jobPercentComplete": 9}, 0),
        ({"jobProgress": {"jobPercentComplete": 100}}, 100),
        ({"jobProgress": {"jobPercentComplete": 101}}, None),
        ({"jobProgress": {"jobPercentComplete": -1}}, None),
        ({"jobProgress": {}, "jobPercentComplete": 34}, 34),
        ({"jobProgress": 5, "jobPercentComplete": 34}, 34),
        ({"jobPercentComplete": "34"}, None),
        ({}, None),
    ],
)
def test_progress_is_read_from_either_place(progress: dict[str, Any], percent: int | None) -> None:
    """Events of MediaConvert have it in one of two places; what is no percentage is none."""
    detail = {**_without(DETAIL, "jobProgress"), **progress}
    assert parse_job_state_change(_job_event(detail)).percent == percent


def test_what_a_job_does_not_say_has_a_default() -> None:
    """A job that was started by hand has no owner, and one that just began has no outputs."""
    bare = JobStateChange(
        job_id="job-1", status=JobStatus.PROGRESSING, pipeline=None, asset_id=None, attempt=0
    )
    assert parse_job_state_change(_job_event({"jobId": "job-1", "status": "PROGRESSING"})) == bare
    assert state_change_of_job({"Id": "job-1", "Status": "PROGRESSING"}) == bare


@pytest.mark.parametrize("missing", ["pipeline", "asset_id", "attempt"])
def test_an_owner_is_whole_or_none(missing: str) -> None:
    """A job whose metadata lack a part is not the pipeline's."""
    change = state_change_of_job({**JOB, "UserMetadata": _without(JOB["UserMetadata"], missing)})
    assert (change.pipeline, change.asset_id, change.attempt) == (None, None, 0)


@pytest.mark.parametrize(
    ("attempt", "expected"), [("999999999", 999_999_999), ("1000000000", 0), ("²", 0), ("-1", 0), ("", 0)]
)
def test_an_attempt_is_a_number_of_nine_digits_at_most(attempt: str, expected: int) -> None:
    """What else stands there is no attempt of the pipeline's."""
    metadata = {**JOB["UserMetadata"], "attempt": attempt}
    assert state_change_of_job({**JOB, "UserMetadata": metadata}).attempt == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(0, 0), (2**53 - 1, 2**53 - 1), (2**53, 0), (-1, 0), (True, 0), ("5", 0)]
)
def test_numbers_that_a_record_cannot_hold_are_0(count: object, expected: int) -> None:
    """Codes and counts are whole numbers that JSON carries exactly."""
    assert state_change_of_job({**JOB, "ErrorCode": count}).error_code == expected


def test_so_many_warnings_are_kept() -> None:
    """Of those beyond, their number is kept."""
    warnings = [{"Code": number, "Count": 1} for number in range(MAX_WARNINGS + 3)]
    change = state_change_of_job({**JOB, "Warnings": [*warnings, "no warning"]})
    assert [entry["code"] for entry in change.warnings] == list(range(MAX_WARNINGS))
    assert change.warnings_left_out == 3


def test_an_errors_words_are_cut() -> None:
    """The beginning of a long message is kept, and a lone surrogate in it is replaced."""
    words = state_change_of_job({**JOB, "ErrorMessage": "\ud800" + "a" * 5_000}).error_message
    assert words == "?" + "a" * (MAX_ERROR_MESSAGE_CHARACTERS - 1)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (_job_event(source="aws.s3"), "^source is not aws.mediaconvert$"),
        (_job_event(**{"detail-type": "Object Created"}), "^detail-type is not MediaConvert Job State"),
        (_job_event(detail=[]), "^detail is not an object$"),
        (_job_event(_without(DETAIL, "jobId")), "^jobId is not a text$"),
        (_job_event({**DETAIL, "jobId": "j" * 257}), "^jobId is longer than 256 bytes$"),
        (_job_event(_without(DETAIL, "status")), "^status None is unknown$"),
        (_job_event({**DETAIL, "status": "DONE"}), "^status 'DONE' is unknown$"),
    ],
)
def test_what_is_wrong_with_a_job_event_is_named(body: str, complaint: str) -> None:
    """The error says which field has to be looked at."""
    with pytest.raises(MalformedEventError, match=complaint):
        parse_job_state_change(body)
