"""Faults of the endpoint, as a boto3 client and the bus see them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.support.waiting import wait_for
from tests.unit.sandbox.mediaconvert.api.endpoint import ROLE, Endpoint, client, job_settings

CALLS: dict[str, Callable[[Any, str], Any]] = {
    "CreateJob": lambda client, _: client.create_job(Role=ROLE, Settings=job_settings()),
    "GetJob": lambda client, id_: client.get_job(Id=id_),
    "CancelJob": lambda client, id_: client.cancel_job(Id=id_),
    "ListJobs": lambda client, _: client.list_jobs(),
    "SearchJobs": lambda client, _: client.search_jobs(InputFile="clip"),
    "GetQueue": lambda client, _: client.get_queue(Name="Default"),
    "Probe": lambda client, _: client.probe(InputFiles=[{"FileUrl": "s3://in/clip.mp4"}]),
}


def impatient(endpoint: Endpoint, read_timeout_seconds: float = 5) -> Any:
    """Make a client that waits no longer than this and never retries."""
    return client(endpoint.url, read_timeout=read_timeout_seconds)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("throttle", 429, "TooManyRequestsException"),
        ("server_error", 500, "InternalServerErrorException"),
    ],
)
def test_the_pipelines_calls_are_refused(
    endpoint: Endpoint, name: str, fault: str, status: int, code: str
) -> None:
    """Each operation that the functions call is refused with its error, and not carried out."""
    endpoint.transcoder.go_on.clear()
    id_ = endpoint.submit()["Id"]
    wait_for(lambda: endpoint.client.get_job(Id=id_)["Job"]["Status"] == "PROGRESSING")
    before = len(endpoint.client.list_jobs()["Jobs"])
    strike: dict[str, Any] = {fault: 1}
    endpoint.inject(**strike)
    with pytest.raises(ClientError) as refused:
        CALLS[name](endpoint.client, id_)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert refused.value.response["Error"]["Code"] == code
    endpoint.inject()
    assert len(endpoint.client.list_jobs()["Jobs"]) == before
    assert endpoint.client.get_job(Id=id_)["Job"]["Status"] == "PROGRESSING"


def test_a_probe_is_forbidden(endpoint: Endpoint) -> None:
    """Probe alone answers 403, as where the caller may not use it; other calls go on."""
    endpoint.inject(probe_forbidden=1)
    with pytest.raises(ClientError) as refused:
        CALLS["Probe"](endpoint.client, "")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert refused.value.response["Error"]["Code"] == "ForbiddenException"
    endpoint.client.get_queue(Name="Default")


def test_a_probe_hangs(endpoint: Endpoint) -> None:
    """Probe alone gives no answer within its client's patience."""
    endpoint.inject(probe_timeout=1, timeout_seconds=3)
    with pytest.raises(ReadTimeoutError):
        CALLS["Probe"](impatient(endpoint, 0.3), "")
    endpoint.client.get_queue(Name="Default")


def test_what_terraform_calls_is_not_refused(endpoint: Endpoint) -> None:
    """Queues, templates, tags and the health check answer whatever the faults."""
    endpoint.inject(throttle=1, server_error=1, timeout_after_accept=1)
    api = endpoint.client
    arn = api.create_queue(Name="unharmed", Tags={"a": "b"})["Queue"]["Arn"]
    assert api.list_tags_for_resource(Arn=arn)["ResourceTags"]["Tags"] == {"a": "b"}
    api.update_queue(Name="unharmed", Status="PAUSED")
    api.list_queues()
    api.delete_queue(Name="unharmed")
    api.create_job_template(Name="unharmed", Settings={})
    api.get_job_template(Name="unharmed")
    api.delete_job_template(Name="unharmed")
    assert endpoint.health()["status"] == "ok"


def test_throttled_calls_keep_their_share(endpoint: Endpoint) -> None:
    """A share of the calls is refused, the same one for the same seed, and the health check counts them."""

    def outcomes(run: str) -> list[str]:
        endpoint.inject(run=run, throttle=0.3, server_error=0.1)
        codes = []
        for _ in range(60):
            try:
                endpoint.client.get_queue(Name="Default")
                codes.append("")
            except ClientError as error:
                codes.append(error.response["Error"]["Code"])
        return codes

    codes = outcomes("first")
    struck = {"throttle": "TooManyRequestsException", "server_error": "InternalServerErrorException"}
    assert endpoint.health()["faults"] == {kind: codes.count(code) for kind, code in struck.items()}
    assert 8 <= codes.count("TooManyRequestsException") <= 28
    assert outcomes("second") == codes


def test_a_job_is_accepted_though_its_answer_is_lost(endpoint: Endpoint) -> None:
    """The client of a lost answer sees a timeout; the job exists, and the same token gives it."""
    endpoint.inject(timeout_after_accept=1, timeout_seconds=5)
    begun = time.monotonic()
    with pytest.raises(ReadTimeoutError):
        impatient(endpoint, 0.5).create_job(
            Role=ROLE, Settings=job_settings(), ClientRequestToken="lost", UserMetadata={"asset_id": "lost"}
        )
    assert time.monotonic() - begun < 4
    endpoint.inject()
    [job] = [
        job for job in endpoint.client.list_jobs()["Jobs"] if job["UserMetadata"] == {"asset_id": "lost"}
    ]
    assert endpoint.submit(ClientRequestToken="lost")["Id"] == job["Id"]
    assert endpoint.finished(job["Id"])["Status"] == "COMPLETE"


def test_a_lost_answer_breaks_the_connection_of_a_patient_client(endpoint: Endpoint) -> None:
    """Who waits longer than the timeout sees the connection broken, not an answer."""
    endpoint.inject(timeout_after_accept=1, timeout_seconds=0.3)
    before = len(endpoint.client.list_jobs()["Jobs"])
    with pytest.raises(ConnectionClosedError):
        impatient(endpoint).create_job(Role=ROLE, Settings=job_settings())
    assert len(endpoint.client.list_jobs()["Jobs"]) == before + 1


def test_a_refused_job_is_answered(endpoint: Endpoint) -> None:
    """Only accepted jobs lose their answer: a refusal of the settings arrives."""
    endpoint.inject(run="refused", timeout_after_accept=1, timeout_seconds=5)
    with pytest.raises(ClientError) as refused:
        endpoint.submit(Settings={**job_settings(), "OutputGroups": []})
    assert refused.value.response["Error"]["Code"] == "BadRequestException"
    assert endpoint.health()["faults"] == {}


def test_dropped_events_are_never_sent(endpoint: Endpoint) -> None:
    """A job whose events are dropped ends all the same, and the bus gets none of them."""
    endpoint.inject(drop_events=1)
    id_ = endpoint.submit()["Id"]
    assert endpoint.finished(id_)["Status"] == "COMPLETE"
    endpoint.until_idle()
    endpoint.inject()
    other = endpoint.submit()["Id"]
    wait_for(lambda: "COMPLETE" in endpoint.statuses(other))
    assert endpoint.statuses(id_) == []


def test_duplicate_events_come_twice(endpoint: Endpoint) -> None:
    """Each event that is duplicated arrives twice, word for word."""
    endpoint.inject(duplicate_events=1)
    id_ = endpoint.submit()["Id"]
    wait_for(lambda: endpoint.statuses(id_).count("COMPLETE") == 2)
    assert endpoint.statuses(id_) == [
        status for status in ("PROGRESSING", "INPUT_INFORMATION", "COMPLETE") for _ in range(2)
    ]
    events = endpoint.events(id_)
    assert events[::2] == events[1::2]


def test_a_slow_job_keeps_no_slot(endpoint: Endpoint) -> None:
    """While jobs are slow others run to their end, and slow ones can be cancelled."""
    endpoint.inject(run="slow", slow_jobs=1, slow_seconds=600)
    slow = [endpoint.submit()["Id"] for _ in range(3)]
    endpoint.until_struck("slow_jobs", 3)
    endpoint.inject()
    assert endpoint.finished(endpoint.submit()["Id"])["Status"] == "COMPLETE"
    assert {endpoint.client.get_job(Id=id_)["Job"]["Status"] for id_ in slow} == {"PROGRESSING"}
    for id_ in slow:
        endpoint.client.cancel_job(Id=id_)


def test_a_slow_job_ends_later(endpoint: Endpoint) -> None:
    """A slow job takes as much longer as is set, and then does what it does."""
    endpoint.inject(slow_jobs=1, slow_seconds=0.7)
    begun = time.monotonic()
    assert endpoint.finished(endpoint.submit()["Id"])["Status"] == "COMPLETE"
    assert time.monotonic() - begun >= 0.7


def test_an_endless_job_runs_until_it_is_cancelled(endpoint: Endpoint) -> None:
    """Endless jobs stay PROGRESSING, keep no other from running, and can be cancelled."""
    endpoint.inject(run="endless", endless_jobs=1)
    endless = [endpoint.submit()["Id"] for _ in range(5)]
    endpoint.until_struck("endless_jobs", 5)
    endpoint.inject()
    assert endpoint.finished(endpoint.submit()["Id"])["Status"] == "COMPLETE"
    queue = endpoint.client.get_queue(Name="Default")["Queue"]
    assert (queue["SubmittedJobsCount"], queue["ProgressingJobsCount"]) == (0, 5)
    for id_ in endless:
        endpoint.client.cancel_job(Id=id_)
    wait_for(lambda: all(endpoint.statuses(id_)[-1:] == ["CANCELED"] for id_ in endless))
    assert endpoint.client.get_queue(Name="Default")["Queue"]["ProgressingJobsCount"] == 0


def test_failing_jobs_end_in_error(endpoint: Endpoint) -> None:
    """Jobs fail with an error that may pass and with one that won't, by turns, and their events say so."""
    endpoint.inject(failing_jobs=1)
    jobs = [endpoint.finished(endpoint.submit()["Id"]) for _ in range(2)]
    assert {job["ErrorCode"] for job in jobs} == {1999, 1030}
    assert all("a fault of the sandbox" in job["ErrorMessage"] for job in jobs)
    wait_for(lambda: all(endpoint.statuses(job["Id"])[-1:] == ["ERROR"] for job in jobs))


def test_endless_jobs_survive_a_restart(tmp_path: Path) -> None:
    """A restart neither ends an endless job nor hangs on it."""
    endpoint = Endpoint(tmp_path, faults={"endless_jobs": 1})
    with endpoint.running():
        id_ = endpoint.submit()["Id"]
        endpoint.in_status(id_, "PROGRESSING")
    with endpoint.running():
        assert endpoint.in_status(id_, "PROGRESSING")["RetryCount"] == 1
        endpoint.client.cancel_job(Id=id_)
