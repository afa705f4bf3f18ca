"""The session's sandbox began as an earlier release: what the current one made of it."""

import pytest

from tests.e2e.deployed import Sandbox
from tests.e2e.pipeline import Pipeline, wait_for

pytestmark = pytest.mark.phase("changes")

# While presets are new and functions are old, or where a function ends in the middle of a message, that stays
# in its queue for the visibility timeout of three minutes. By now, most of it has passed.
PATIENCE_SECONDS = 400.0


def test_no_stateful_resource_is_replaced(sandbox: Sandbox) -> None:
    """Buckets, table, key, queues and log groups are those of the earlier release."""
    upgrade = sandbox.upgrade
    assert len(upgrade.before) >= 11
    assert {address: upgrade.after.get(address) for address in upgrade.before} == upgrade.before


def test_no_asset_in_flight_is_lost(sandbox: Sandbox, pipeline: Pipeline) -> None:
    """What waited at MediaConvert, and what was uploaded while everything changed, completes."""
    assert len(sandbox.upgrade.uploads) >= 3
    for key, version_id in sandbox.upgrade.uploads.items():
        record = pipeline.ended(key, version_id, patience_seconds=PATIENCE_SECONDS)
        assert record["status"] == "COMPLETE", record
        assert len(pipeline.jobs(record["asset_id"])) == record["attempt"] == 1


def test_a_record_of_an_older_shape_completes(sandbox: Sandbox, pipeline: Pipeline) -> None:
    """The earlier release planned outputs without naming their sounds; today's verification accepts that."""
    written = sandbox.upgrade.submitted
    assert "sounds" not in str(written)
    record = pipeline.ended(written["key"], written["version_id"], patience_seconds=PATIENCE_SECONDS)
    assert record["status"] == "COMPLETE"
    assert record["job_id"] == written["job_id"]
    assert {output["format"] for output in record["outputs"]} >= {"HLS", "DASH", "MP4"}


def test_records_of_the_earlier_release_are_in_the_index(sandbox: Sandbox, pipeline: Pipeline) -> None:
    """Operators and the reconciler find in the new index what was written before there was one."""

    ids = {record["asset_id"] for key in sandbox.upgrade.uploads for record in pipeline.records(key)}
    assert len(ids) == len(sandbox.upgrade.uploads)
    wait_for(
        lambda: ids <= pipeline.indexed("COMPLETE"),
        "records of the earlier release in the index",
        lambda: ids - pipeline.indexed("COMPLETE"),
        PATIENCE_SECONDS,
    )
