"""A pipeline in which no more than so much may be spent."""

from typing import Any

from media_pipeline.domain.spending.caps import Caps
from media_pipeline.domain.spending.reservation import micro_usd
from tests.support.ingest_world import IngestWorld

# What the world's source is quoted at, by its default profile: see `test_ingest_quotes`.
PRICE = micro_usd("0.018500")
REST_SECONDS = 61


def world_with(**caps: Any) -> IngestWorld:
    """Return a world in which so much may be spent."""
    return IngestWorld(caps=Caps(**{"by_prefix": {}, **caps}))


def day_of(world: IngestWorld) -> int:
    """Return what the world's day holds."""
    return world.ledger.counters.get(f"spending#{world.clock().date().isoformat()}", 0)


def end_jobs(world: IngestWorld) -> None:
    """Let all jobs end, so that others may be in flight."""
    for job in world.transcoder.jobs.values():
        job["Status"] = "COMPLETE"
    world.clock.advance(16)
