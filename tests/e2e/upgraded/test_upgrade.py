"""This sandbox began as an earlier release: what the current one made of it."""

import pytest

from tests.e2e.operators import Operator
from tests.e2e.people import People
from tests.e2e.pipeline import Pipeline, wait_for
from tests.resilience.upgrade.upgrading import Upgrade

pytestmark = pytest.mark.phase("changes")

# While presets are new and functions are old, or where a function ends in the middle of a message, that stays
# in its queue for the visibility timeout of three minutes. By now, most of it has passed.
PATIENCE_SECONDS = 400.0


def test_no_stateful_resource_is_replaced(upgrade_seen: Upgrade) -> None:
    """Buckets, table, key, queues and log groups are those of the earlier release; delivery's come beside."""
    before, after = upgrade_seen.before, upgrade_seen.after
    assert len(before) >= 11
    assert {address: after.get(address) for address in before} == before
    added = {address.partition(".")[0] for address in after.keys() - before.keys()}
    assert {"aws_cognito_user_pool", "aws_kms_key", "aws_s3_bucket", "aws_sqs_queue"} <= added


def test_what_an_earlier_release_began_is_played_and_listed(
    upgrade_seen: Upgrade, pipeline: Pipeline, people: People, operator: Operator
) -> None:
    """Delivery was added while they were under way: a viewer plays them by cookie, and finds all of them."""
    ids = set()
    for key, version_id in upgrade_seen.uploads.items():
        record = pipeline.ended(key, version_id, patience_seconds=PATIENCE_SECONDS)
        ids.add(record["asset_id"])
    asset_id = pipeline.records(upgrade_seen.submitted["key"])[0]["asset_id"]
    played = people.call("viewer", "POST", f"/api/assets/{asset_id}/playback")
    (manifest,) = (each["path"] for each in played.json()["outputs"] if each["format"] == "HLS")
    assert people.open(manifest).status == 403
    assert people.open(manifest, played.cookies()).body.startswith(b"#EXTM3U")
    operator.run("reindex", "--yes")
    listed: set[str] = set()
    path = "/api/assets?limit=100"
    while path:
        page = people.call("viewer", "GET", path).json()
        listed |= {each["id"] for each in page["assets"]}
        cursor = page.get("next_cursor")
        path = f"/api/assets?limit=100&cursor={cursor}" if cursor else ""
    assert ids <= listed


def test_no_asset_in_flight_is_lost(upgrade_seen: Upgrade, pipeline: Pipeline) -> None:
    """What waited at MediaConvert, and what was uploaded while everything changed, completes."""
    assert len(upgrade_seen.uploads) >= 3
    for key, version_id in upgrade_seen.uploads.items():
        record = pipeline.ended(key, version_id, patience_seconds=PATIENCE_SECONDS)
        assert record["status"] == "COMPLETE", record
        assert len(pipeline.jobs(record["asset_id"])) == record["attempt"] == 1


def test_a_record_of_an_older_shape_completes(upgrade_seen: Upgrade, pipeline: Pipeline) -> None:
    """The earlier release planned outputs without naming their sounds; today's verification accepts that."""
    written = upgrade_seen.submitted
    assert "sounds" not in str(written)
    record = pipeline.ended(written["key"], written["version_id"], patience_seconds=PATIENCE_SECONDS)
    assert record["status"] == "COMPLETE"
    assert record["job_id"] == written["job_id"]
    assert {output["format"] for output in record["outputs"]} >= {"HLS", "DASH", "MP4"}


def test_records_of_the_earlier_release_are_in_the_index(upgrade_seen: Upgrade, pipeline: Pipeline) -> None:
    """Operators and the reconciler find in the new index what was written before there was one."""

    ids = {record["asset_id"] for key in upgrade_seen.uploads for record in pipeline.records(key)}
    assert len(ids) == len(upgrade_seen.uploads)
    wait_for(
        lambda: ids <= pipeline.indexed("COMPLETE"),
        "records of the earlier release in the index",
        lambda: ids - pipeline.indexed("COMPLETE"),
        PATIENCE_SECONDS,
    )
