"""What operators do through the API: it decides as the command line does, and CloudFront's copies go too."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.delivery.films import complete_film
from tests.e2e.deployed import Sandbox
from tests.e2e.people import People
from tests.e2e.pipeline import Pipeline, paused_jobs, wait_for

pytestmark = pytest.mark.phase("delivery")


def test_an_asset_is_replayed_and_removed(people: People, pipeline: Pipeline, sandbox: Sandbox) -> None:
    """A failed one gets another attempt by force alone; removed with its source, nothing of it is left."""
    key = "operated/notes.mp4"
    asset_id = pipeline.ended(key, pipeline.put(key, b"This is no video.\n" * 40))["asset_id"]
    path = f"/api/assets/{asset_id}"
    useless = people.call("operator", "POST", f"{path}/replay")
    assert (useless.status, useless.json()["code"]) == (409, "REPLAY_USELESS")
    begun = people.call("operator", "POST", f"{path}/replay", body={"force": True})
    assert begun.status == 202, begun.body

    def failed_again() -> bool:
        record = pipeline.record(asset_id) or {}
        return (record.get("attempt"), record.get("status")) == (2, "FAILED")

    wait_for(failed_again, "attempt 2 to fail", lambda: pipeline.record(asset_id))
    removed = people.call("operator", "DELETE", f"{path}?source=true")
    assert removed.status == 200, removed.body
    # Late news of it are known by what is left for a while.
    assert (pipeline.record(asset_id) or {}).keys() <= {"asset_id", "removed_at", "expires_at"}
    assert pipeline.versions(pipeline.uploads, key) == []
    assert people.call("viewer", "GET", path).status == 404


def test_a_removed_film_is_not_played_any_more(
    people: People, pipeline: Pipeline, sandbox: Sandbox, tiny_clip: Path
) -> None:
    """What a cookie opened is gone at CloudFront too: its copies are invalidated."""
    key = "operated/film.mp4"
    film = complete_film(pipeline, key, pipeline.put(key, tiny_clip.read_bytes()))
    cookies = people.cookies(film.asset_id)
    paths = film.paths_of_each_kind
    assert {people.open(path, cookies).status for path in paths} == {200}
    assert people.call("operator", "DELETE", f"/api/assets/{film.asset_id}").status == 200
    assert {people.open(path, cookies).status for path in paths} <= {403, 404}
    cloudfront = sandbox.client("cloudfront")
    distribution = people.delivered.distribution_id
    invalidated = [
        cloudfront.get_invalidation(DistributionId=distribution, Id=each["Id"])["Invalidation"]
        for each in cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"]
    ]
    named = [path for each in invalidated for path in each["InvalidationBatch"]["Paths"]["Items"]]
    assert f"/media/{film.asset_id}/*" in named


def test_a_waiting_job_is_cancelled(
    people: People, pipeline: Pipeline, sandbox: Sandbox, tiny_clip: Path
) -> None:
    """The job and the asset are CANCELED; a second request is told that it has ended."""
    key = "operated/cancelled.mp4"
    with paused_jobs(pipeline, sandbox.deployment.output("mediaconvert_queue_arn").rpartition("/")[2]):
        pipeline.put(key, tiny_clip.read_bytes())
        (record,) = wait_for(
            lambda: [one for one in pipeline.records(key) if one["status"] == "SUBMITTED"],
            "the job to be submitted",
            lambda: pipeline.records(key),
        )
        path = f"/api/assets/{record['asset_id']}/cancel"
        cancelled = people.call("operator", "POST", path)
        assert cancelled.status == 200, cancelled.body
        again = people.call("operator", "POST", path)
        assert (again.status, again.json()["code"]) == (409, "ASSET_ENDED")
    assert [job["Status"] for job in pipeline.jobs(record["asset_id"])] == ["CANCELED"]
    assert people.call("viewer", "GET", f"/api/assets/{record['asset_id']}").json()["status"] == "CANCELED"


def test_the_pipelines_health_is_what_aws_says(people: People, sandbox: Sandbox) -> None:
    """All parts are there, and all alarms that are deployed, under the function's own permissions."""
    found = people.call("operator", "GET", "/api/monitoring").json()
    assert found["unavailable"] == []
    assert found["jobs"]["limit"] > 0
    deployed = {
        alarm["AlarmName"]
        for page in sandbox.client("cloudwatch").get_paginator("describe_alarms").paginate()
        for alarm in page["MetricAlarms"]
    }
    prefix, suffix = "media-pipeline-alarm-", "-sandbox"
    assert {f"{prefix}{alarm['name']}{suffix}" for alarm in found["alarms"]} == deployed


def test_dead_letters_go_back_to_their_queue(people: People, pipeline: Pipeline) -> None:
    """What the processing queue gave up is handled again, once for one key, and its DLQ is empty."""
    record = pipeline.ended(
        "operated/no-film.mp4", pipeline.put("operated/no-film.mp4", b"Neither is this.\n" * 40)
    )
    pipeline.announce(record, pipeline.processing_dlq)
    path, key = "/api/queues/processing/redrive", str(uuid4())
    moved, again = (people.call("operator", "POST", path, key=key) for _ in range(2))
    assert (moved.status, moved.json()) == (200, {"moved": 1, "left": 0, "is_all": True})
    assert again.json() == moved.json()
    assert pipeline.depth(pipeline.processing_dlq) == 0
    wait_for(
        lambda: pipeline.depth(pipeline.processing_queue) == 0,
        "the message to be handled",
        lambda: pipeline.depth(pipeline.processing_queue),
    )

    def counted() -> list[str]:
        charts = people.call("operator", "GET", "/api/monitoring").json()["charts"]
        (chart,) = (chart for chart in charts if chart["name"] == "failures")
        return [series["label"] for series in chart["series"]]

    # Asked anew after a repair: what failed is among the failures by code.
    wait_for(lambda: record["error"]["code"] in counted(), "the failure to be counted", counted)
