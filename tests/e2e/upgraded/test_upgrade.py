"""This sandbox began as an earlier release: what the current one made of it."""

import pytest

from tests.e2e.pipeline import Pipeline, wait_for
from tests.resilience.upgrade.upgrading import Upgrade

pytestmark = pytest.mark.phase("changes")

# While presets are new and functions are old, or where a function ends in the middle of a message, that stays
# in its queue for the visibility timeout of three minutes. By now, most of it has passed.
PATIENCE_SECONDS = 400.0


def test_no_stateful_resource_is_replaced(upgrade_seen: Upgrade) -> None:
    """Buckets, table, key, queues and log groups are those of the earlier release."""
    before, after = upgrade_seen.before, upgrade_seen.after
    assert len(before) >= 11
    assert {address: after.get(address) for address in before} == before


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
