"""What a record learns when its job is complete, beside its outputs."""

from dataclasses import replace

import pytest

from media_pipeline.domain.asset import AssetStatus
from media_pipeline.domain.events import JobStatus
from tests.support.asset_world import GROUPS, HLS, UPLOAD, AssetWorld, change

WARNINGS = ({"code": 230001, "count": 2},)


@pytest.fixture
def world() -> AssetWorld:
    """Return a submitted asset whose job has made its outputs."""
    world = AssetWorld()
    world.submit()
    world.produce()
    return world


def test_warnings_of_a_complete_job_are_recorded(world: AssetWorld) -> None:
    """The last event of a job has all of its warnings, and how many more there were."""
    news = change(JobStatus.COMPLETE, groups=GROUPS, warnings=WARNINGS, warnings_left_out=3)
    assert world.changes.apply(news)
    record = world.table.records[UPLOAD.asset_id]
    assert (record["warnings"], record["warnings_left_out"]) == (list(WARNINGS), 3)
    assert AssetStatus(record["status"]) is AssetStatus.COMPLETE


def test_captions_that_can_not_be_used_are_recorded(world: AssetWorld) -> None:
    """A film is complete without them: the record names each file, and the notification and a metric do."""
    unusable = world.uploads.put_caption("dir/a+b %.fr.srt", b"no captions at all")
    world.uploads.put_caption("dir/a+b %.en.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    assert world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    asset = world.asset
    assert [(entry["key"], entry["etag"]) for entry in asset.rejected_captions] == [
        (unusable.key, unusable.etag)
    ]
    assert [entry["format"] for entry in asset.outputs] == ["HLS", "THUMBNAIL", "CAPTIONS"]
    assert asset.captions_seen is not None
    assert world.publisher.published[-1][1]["rejected_captions"] == list(asset.rejected_captions)
    assert ("captions rejected", 1) in world.metrics.counted


def test_the_history_tells_what_was_verified(world: AssetWorld) -> None:
    """Each step is a line: what was found submitted, what was verified, and how many objects there were."""
    assert world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    record = world.table.records[UPLOAD.asset_id]
    assert [(entry["status"], entry["detail"]) for entry in record["history"][-2:]] == [
        ("VERIFYING", "The job is complete; verifying outputs"),
        ("COMPLETE", f"2 outputs verified, {len(world.outputs.objects)} objects"),
    ]
    assert HLS["key"] in world.outputs.objects


@pytest.mark.parametrize("is_superseded", [False, True])
def test_a_complete_job_is_billed_by_the_durations_that_it_reports(
    world: AssetWorld, is_superseded: bool
) -> None:
    """The quote stays, and beside it stands what the outputs cost at its prices, also where none are used."""
    row = {
        "tier": "Basic",
        "codec": "AVC",
        "quality": "Single pass",
        "frame_rate": "<=30 fps",
        "resolution": "HD",
        "usd_a_minute": "0.015",
        "outputs": [0, 1],
        "is_settled": True,
    }
    quote = {"price_list": "us-east-1 2026-11-30", "seconds": 30, "outputs": 2, "rows": [row], "unpriced": []}
    world.table.records[UPLOAD.asset_id] |= {"quote": quote, "quote_usd": "0.015000"}
    if is_superseded:
        world.uploads.put(replace(UPLOAD, version_id="v2", etag="e2"), world.clock())
    assert world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert world.asset.status is (AssetStatus.CANCELED if is_superseded else AssetStatus.COMPLETE)
    # Two outputs of a minute each.
    assert (world.asset.quote_usd, world.asset.billed_usd) == ("0.015000", "0.030000")


def test_a_job_that_fails_or_was_not_quoted_has_no_bill(world: AssetWorld) -> None:
    """MediaConvert bills complete jobs; without a quote there are no prices to tell one by."""
    assert world.changes.apply(change(JobStatus.COMPLETE, groups=GROUPS))
    assert world.asset.billed_usd is None
