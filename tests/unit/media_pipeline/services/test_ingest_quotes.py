"""What a job is expected to cost is in the record before the job is submitted."""

from dataclasses import replace
from typing import Any

from media_pipeline.domain.source import UnknownSource
from media_pipeline.encoding.pricing.quote import Quote
from tests.support.ingest_world import SOURCE, IngestWorld


def test_the_quote_is_recorded_before_the_job_is_submitted() -> None:
    """When CreateJob is called, the record has the quote of the very settings that are submitted."""
    world = IngestWorld()
    seen: list[dict[str, Any]] = []
    create = world.transcoder.create_job

    def watched(asset: Any, settings: Any) -> str:
        seen.append(dict(world.table.records[asset.asset_id]))
        return create(asset, settings)

    world.transcoder.create_job = watched  # type: ignore[method-assign]
    world.deliver()
    (record,) = seen
    # The source's scan isn't known: all go through a deinterlacer, in the Professional tier, for 10 s:
    # a rung of 720 lines, the MP4 and the stills at 0.024, three rungs below at 0.012; the sound at 0.003.
    assert record["quote_usd"] == "0.018500"
    assert Quote.from_record(record["quote"]).outputs == 7
    assert [choice["choice"] for choice in record["quote"]["cheaper"]] == [
        "profile download",
        "SD only",
        "without stills",
    ]
    assert world.asset.quote_usd == "0.018500"


def test_a_source_that_nobody_could_look_into_has_no_quote() -> None:
    """Its job is submitted all the same: a quote is news, and no condition."""
    world = IngestWorld()
    world.transcoder.source = UnknownSource(reason="not known")
    world.deliver()
    assert world.asset.job_id is not None
    assert (world.asset.quote_usd, dict(world.asset.quote)) == (None, {})


def test_a_longer_source_costs_more() -> None:
    """The price follows the source's duration."""
    world = IngestWorld()
    world.transcoder.source = replace(SOURCE, duration_ms=60_000)
    world.deliver()
    assert world.asset.quote_usd == "0.111000"
