"""Jobs are found by their input, which is how one whose id got lost is found."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.sandbox.mediaconvert.api.endpoint import Endpoint, job_settings


def test_jobs_are_searched_by_input(endpoint: Endpoint) -> None:
    """SearchJobs finds a job by a part of its input's URI, wildcards taken literally."""
    endpoint.s3.objects["in", "50%_off/clip.mp4"] = b"media"
    id_ = endpoint.submit(Settings=job_settings("s3://in/50%_off/clip.mp4"))["Id"]
    assert [job["Id"] for job in endpoint.client.search_jobs(InputFile="50%_off")["Jobs"]] == [id_]
    assert endpoint.client.search_jobs(InputFile="5__off")["Jobs"] == []


def test_a_search_takes_at_most_300_characters(endpoint: Endpoint) -> None:
    """A key's last 300 characters find its job; a longer text is refused, as the model documents."""
    uri = f"s3://in/{'folder/' * 60}clip.mp4"
    endpoint.s3.objects["in", uri.removeprefix("s3://in/")] = b"media"
    id_ = endpoint.submit(Settings=job_settings(uri))["Id"]
    assert [job["Id"] for job in endpoint.client.search_jobs(InputFile=uri[-300:])["Jobs"]] == [id_]
    with pytest.raises(ClientError) as refused:
        endpoint.client.search_jobs(InputFile=uri[-301:])
    assert refused.value.response["Error"]["Code"] == "BadRequestException"


def test_a_search_narrows_by_queue_and_status_newest_first(endpoint: Endpoint) -> None:
    """A queue's name or ARN selects its jobs; each tells its metadata and when it was created."""
    endpoint.s3.objects["in", "searched.mp4"] = b"media"
    queue = endpoint.client.create_queue(Name="searched", Status="PAUSED")["Queue"]
    settings = job_settings("s3://in/searched.mp4")
    ids = [
        endpoint.submit(Settings=settings, Queue="searched", UserMetadata={"attempt": str(number)})["Id"]
        for number in range(3)
    ]
    elsewhere = endpoint.submit(Settings=settings)["Id"]
    endpoint.client.cancel_job(Id=ids[1])

    def found(**parameters: Any) -> list[str]:
        return [
            job["Id"] for job in endpoint.client.search_jobs(InputFile="searched.mp4", **parameters)["Jobs"]
        ]

    assert found() == [elsewhere, *reversed(ids)]
    assert found(Queue="searched") == found(Queue=queue["Arn"]) == list(reversed(ids))
    assert found(Queue="searched", Order="ASCENDING") == ids
    assert found(Queue="searched", Status="SUBMITTED") == [ids[2], ids[0]]
    newest = endpoint.client.search_jobs(InputFile="searched.mp4", Queue="searched", MaxResults=1)
    [job] = newest["Jobs"]
    assert job["UserMetadata"] == {"attempt": "2"}
    assert abs(job["CreatedAt"].timestamp() - time.time()) < 60
    following = endpoint.client.search_jobs(
        InputFile="searched.mp4", Queue="searched", NextToken=newest["NextToken"]
    )
    assert [job["Id"] for job in following["Jobs"]] == [ids[1], ids[0]]
    for id_ in (ids[0], ids[2]):
        endpoint.client.cancel_job(Id=id_)
