"""The life of a job, asked for with the real boto3 client."""

import json
import os

import pytest
from botocore.exceptions import ClientError

from sandbox.mediaconvert.model import JobError, JobWarning
from tests.support.waiting import wait_for
from tests.unit.sandbox.mediaconvert.api.endpoint import ROLE, Endpoint, job_settings


def test_job_runs_to_complete(endpoint: Endpoint) -> None:
    """A submitted job becomes COMPLETE with its times, progress and output details, as GetJob tells them."""
    submitted = endpoint.submit(UserMetadata={"asset_id": "a1"}, Priority=3)
    assert submitted["Status"] == "SUBMITTED"
    assert set(submitted["Timing"]) == {"SubmitTime"}

    job = endpoint.finished(submitted["Id"])

    assert job["Status"] == "COMPLETE"
    assert job["UserMetadata"] == {"asset_id": "a1"}
    assert job["Priority"] == 3
    assert job["JobPercentComplete"] == 100
    assert set(job["Timing"]) == {"SubmitTime", "StartTime", "FinishTime"}
    video = {"WidthInPx": 1280, "HeightInPx": 720}
    assert (
        job["OutputGroupDetails"] == [{"OutputDetails": [{"DurationInMs": 4000, "VideoDetails": video}]}] * 2
    )


def test_complete_event_names_files_as_its_group_does(endpoint: Endpoint) -> None:
    """COMPLETE names output files for FILE_GROUP and only playlists for DASH_ISO_GROUP."""
    id_ = endpoint.submit(UserMetadata={"asset_id": "a2"})["Id"]
    wait_for(lambda: "COMPLETE" in endpoint.statuses(id_))
    complete = endpoint.events(id_)[-1]

    file_group, dash_group = complete["outputGroupDetails"]
    assert file_group["type"] == "FILE_GROUP"
    assert file_group["outputDetails"][0]["outputFilePaths"] == ["s3://out/a/clip_720p.mp4"]
    assert file_group["outputDetails"][0]["videoDetails"] == {
        "widthInPx": 1280,
        "heightInPx": 720,
        "averageBitrate": 900_000,
    }
    assert "playlistFilePaths" not in file_group
    assert dash_group["playlistFilePaths"] == ["s3://out/a/clip.mpd"]
    assert "outputFilePaths" not in dash_group["outputDetails"][0]
    assert complete["userMetadata"] == {"asset_id": "a2"}


def test_events_tell_the_job_in_order(endpoint: Endpoint) -> None:
    """A job sends PROGRESSING, INPUT_INFORMATION, NEW_WARNING and COMPLETE, each naming its ARN."""
    endpoint.transcoder.warnings = [JobWarning(220001, "The input has an odd height.", 2)]
    job = endpoint.submit()
    wait_for(lambda: "COMPLETE" in endpoint.statuses(job["Id"]))

    progressing, information, warning, complete = endpoint.events(job["Id"])
    assert [progressing["status"], information["status"]] == ["PROGRESSING", "INPUT_INFORMATION"]
    assert progressing["queue"] == job["Queue"]
    assert progressing["accountId"] == "000000000000"
    [details] = information["inputDetails"]
    assert details["uri"] == "s3://in/clip.mp4"
    assert (details["video"][0]["width"], details["video"][0]["codec"]) == (1280, "H_264")
    assert details["audio"][0]["channels"] == 2
    assert (warning["status"], warning["warningCode"]) == ("NEW_WARNING", 220001)
    assert complete["warnings"] == [{"code": 220001, "count": 2}]
    entry = next(entry for entry in endpoint.bus.entries if job["Id"] in entry["Detail"])
    assert (entry["Source"], entry["DetailType"]) == ("aws.mediaconvert", "MediaConvert Job State Change")
    assert entry["Resources"] == [job["Arn"]]


def test_status_update_follows_its_interval(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """STATUS_UPDATE tells the frames and each phase's progress, once the interval has passed."""
    monkeypatch.setattr("sandbox.mediaconvert.execution.runner.interval_seconds", lambda job: 0.05)
    endpoint.transcoder.go_on.clear()
    id_ = endpoint.submit(StatusUpdateInterval="SECONDS_10")["Id"]
    wait_for(lambda: "STATUS_UPDATE" in endpoint.statuses(id_))

    update = next(event for event in endpoint.events(id_) if event["status"] == "STATUS_UPDATE")
    assert update["framesDecoded"] == 120
    assert update["jobProgress"]["currentPhase"] == "TRANSCODING"
    assert 0 < update["jobProgress"]["jobPercentComplete"] < 100
    assert update["jobProgress"]["phaseProgress"] == {
        "PROBING": {"status": "COMPLETE", "percentComplete": 100},
        "TRANSCODING": {"status": "PROGRESSING", "percentComplete": 50},
        "UPLOADING": {"status": "PENDING", "percentComplete": 0},
    }


def test_running_job_shows_its_phase(endpoint: Endpoint) -> None:
    """GetJob tells the phase and the percentage of a job that runs."""
    endpoint.transcoder.go_on.clear()
    id_ = endpoint.submit()["Id"]
    wait_for(lambda: endpoint.client.get_job(Id=id_)["Job"].get("CurrentPhase") == "TRANSCODING")
    job = endpoint.client.get_job(Id=id_)["Job"]
    assert job["Status"] == "PROGRESSING"
    assert 0 < job["JobPercentComplete"] < 100


def test_failed_job_has_code_and_message(endpoint: Endpoint) -> None:
    """A job whose transcode fails becomes ERROR and its event carries the same code and message."""
    endpoint.transcoder.failure = JobError(1076, "The input ends before its declared duration.")
    id_ = endpoint.submit()["Id"]
    job = endpoint.finished(id_)
    assert (job["Status"], job["ErrorCode"]) == ("ERROR", 1076)
    assert job["ErrorMessage"] == "The input ends before its declared duration."
    wait_for(lambda: "ERROR" in endpoint.statuses(id_))
    assert endpoint.events(id_)[-1]["errorCode"] == 1076
    assert endpoint.events(id_)[-1]["errorMessage"] == job["ErrorMessage"]


def test_transcoder_that_breaks_fails_only_its_job(endpoint: Endpoint) -> None:
    """An unexpected exception ends its job with 1999, and the next job runs."""
    endpoint.transcoder.failure = RuntimeError("no such filter")
    assert endpoint.finished(endpoint.submit()["Id"])["ErrorCode"] == 1999
    endpoint.transcoder.failure = None
    assert endpoint.finished(endpoint.submit()["Id"])["Status"] == "COMPLETE"


@pytest.mark.parametrize(
    ("uri", "denied", "refused", "code"),
    [
        ("s3://in/absent.mp4", set(), set(), 1404),
        ("s3://in/clip.mp4", {"in"}, set(), 1401),
        ("s3://in/notes.mp4", set(), set(), 1010),
        ("s3://in/clip.mp4", set(), {ROLE}, 1432),
    ],
    ids=["no object", "no permission", "no media", "no role"],
)
def test_unreadable_input_fails_with_its_code(
    endpoint: Endpoint, uri: str, denied: set[str], refused: set[str], code: int
) -> None:
    """What keeps an input from being read decides the error code."""
    endpoint.s3.denied_buckets |= denied
    endpoint.s3.refused_roles |= refused
    job = endpoint.finished(endpoint.submit(Settings=job_settings(uri))["Id"])
    assert (job["Status"], job["ErrorCode"]) == ("ERROR", code)


def test_unusual_keys_reach_the_transcoder_under_safe_names(endpoint: Endpoint) -> None:
    """A key is read literally, whatever it holds, and its local copy has a name without any of it."""
    key = "a b/+%20'\"|日本&;.mp4"
    endpoint.s3.objects["in", key] = b"media"
    job = endpoint.finished(endpoint.submit(Settings=job_settings(f"s3://in/{key}"))["Id"])
    assert job["Status"] == "COMPLETE"
    [path] = endpoint.transcoder.inputs[-1].values()
    assert path.name == "0.mp4"


def test_scratch_is_empty_after_jobs(endpoint: Endpoint) -> None:
    """Neither a job that completed nor one that failed leaves files behind."""
    endpoint.finished(endpoint.submit()["Id"])
    endpoint.finished(endpoint.submit(Settings=job_settings("s3://in/notes.mp4"))["Id"])
    scratch = endpoint.state_dir / "scratch"
    wait_for(lambda: not any(files for _, _, files in os.walk(scratch)))


def test_cancel_of_a_running_job_stops_it(endpoint: Endpoint) -> None:
    """A running job that is cancelled becomes CANCELED, its transcode ends, and one event tells so."""
    endpoint.transcoder.go_on.clear()
    id_ = endpoint.submit()["Id"]
    wait_for(lambda: endpoint.transcoder.running == 1)
    endpoint.client.cancel_job(Id=id_)
    assert endpoint.client.get_job(Id=id_)["Job"]["Status"] == "CANCELED"
    wait_for(lambda: endpoint.transcoder.running == 0)
    wait_for(lambda: endpoint.statuses(id_)[-1:] == ["CANCELED"])
    with pytest.raises(ClientError) as refused:
        endpoint.client.cancel_job(Id=id_)
    assert refused.value.response["Error"]["Code"] == "ConflictException"


def test_cancel_of_a_waiting_job_sends_no_event(endpoint: Endpoint) -> None:
    """A job that is cancelled while SUBMITTED becomes CANCELED without any event."""
    endpoint.client.create_queue(Name="paused", Status="PAUSED")
    id_ = endpoint.submit(Queue="paused")["Id"]
    endpoint.client.cancel_job(Id=id_)
    assert endpoint.client.get_job(Id=id_)["Job"]["Status"] == "CANCELED"
    endpoint.finished(endpoint.submit()["Id"])
    endpoint.until_idle()
    assert endpoint.statuses(id_) == []


def test_bounded_jobs_run_by_priority_then_age(endpoint: Endpoint) -> None:
    """Two jobs run at a time; of those that wait, the highest priority goes first, then the oldest."""
    endpoint.transcoder.go_on.clear()
    running = [endpoint.submit()["Id"] for _ in range(2)]
    wait_for(lambda: endpoint.transcoder.running == 2)
    names = {"low": -5, "first": 0, "second": 0, "high": 50}
    waiting = {name: endpoint.submit(Priority=priority)["Id"] for name, priority in names.items()}
    assert {endpoint.client.get_job(Id=id_)["Job"]["Status"] for id_ in waiting.values()} == {"SUBMITTED"}
    endpoint.transcoder.go_on.set()
    endpoint.until_idle()

    assert endpoint.transcoder.most_running == 2
    order = [json.loads(entry["Detail"]) for entry in endpoint.bus.entries]
    started = [event["jobId"] for event in order if event["status"] == "PROGRESSING"][-6:]
    assert set(started[:2]) == set(running)
    assert started[2:] == [waiting[name] for name in ("high", "first", "second", "low")]


def test_paused_queue_holds_its_jobs(endpoint: Endpoint) -> None:
    """A paused queue takes jobs and starts none until it is active again; its counters tell of them."""
    queue = endpoint.client.create_queue(Name="held", Status="PAUSED")["Queue"]
    id_ = endpoint.submit(Queue=queue["Arn"])["Id"]
    endpoint.finished(endpoint.submit()["Id"])
    assert endpoint.client.get_job(Id=id_)["Job"]["Status"] == "SUBMITTED"
    assert endpoint.client.get_queue(Name="held")["Queue"]["SubmittedJobsCount"] == 1
    endpoint.client.update_queue(Name="held", Status="ACTIVE")
    assert endpoint.finished(id_)["Status"] == "COMPLETE"
    assert endpoint.client.get_queue(Name="held")["Queue"]["SubmittedJobsCount"] == 0


def test_request_token_gives_the_same_job(endpoint: Endpoint) -> None:
    """A second CreateJob with the same token within a minute gives the first one's job."""
    first = endpoint.submit(ClientRequestToken="asset-1")
    second = endpoint.submit(ClientRequestToken="asset-1")
    other = endpoint.submit(ClientRequestToken="asset-2")
    assert second["Id"] == first["Id"]
    assert other["Id"] != first["Id"]


def test_request_token_lives_for_a_minute(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token older than its life makes a new job."""
    monkeypatch.setattr("sandbox.mediaconvert.resources.jobs.TOKEN_LIFE_MS", 0)
    assert endpoint.submit(ClientRequestToken="old")["Id"] != endpoint.submit(ClientRequestToken="old")["Id"]


def test_events_wait_while_the_bus_is_away(endpoint: Endpoint) -> None:
    """Events that EventBridge didn't take arrive when it is back, in order and once."""
    endpoint.bus.away = True
    id_ = endpoint.submit()["Id"]
    assert endpoint.finished(id_)["Status"] == "COMPLETE"
    attempts = endpoint.bus.attempts
    wait_for(lambda: endpoint.bus.attempts > attempts + 1)
    assert endpoint.statuses(id_) == []
    endpoint.bus.away = False
    wait_for(lambda: len(endpoint.statuses(id_)) == 3)
    assert endpoint.statuses(id_) == ["PROGRESSING", "INPUT_INFORMATION", "COMPLETE"]


def test_event_too_long_for_eventbridge_holds_up_no_other(endpoint: Endpoint) -> None:
    """An event longer than EventBridge takes is dropped, and those after it arrive."""
    long = endpoint.submit(UserMetadata={"notes": "x" * 300_000})["Id"]
    short = endpoint.submit()["Id"]
    wait_for(lambda: endpoint.statuses(short)[-1:] == ["COMPLETE"])
    assert endpoint.statuses(long) == []
