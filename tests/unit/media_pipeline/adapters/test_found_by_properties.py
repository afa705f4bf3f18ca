"""What the stateful property test found, each as the shortest story in which it went wrong.

That no pause of the reconciler leaves an end untold, which it found too, is held in test_unsent_ends.
"""

from dataclasses import dataclass, replace

import pytest

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.errors import TransientError
from media_pipeline.domain.source import UnknownSource
from tests.support.fakes import FakeTranscoder
from tests.support.ingest_world import SOURCE, IngestWorld


@dataclass
class SlowSearch(FakeTranscoder):
    """Be MediaConvert whose jobs can't be found yet, so that its token alone knows the first request."""

    def find_job(self, asset: Asset) -> str | None:
        """Find nothing."""
        return None


@pytest.mark.parametrize("first_source", [UnknownSource(reason="Probe did not answer"), SOURCE])
@pytest.mark.parametrize("second_source", [UnknownSource(reason="Probe did not answer"), SOURCE])
def test_a_repeated_submission_keeps_its_plan(
    first_source: UnknownSource, second_source: UnknownSource
) -> None:
    """Where a job's submission is repeated, the record's plan is that of the job that was made.

    The second probe answered otherwise than the first one, and the asset failed for outputs that its job was
    never to make.
    """
    world = IngestWorld()
    transcoder = SlowSearch(first_source, clock=world.clock)
    world.ingest = replace(world.ingest, transcoder=transcoder)
    transcoder.failures["create_job_after"] = [TransientError("read timeout")]
    with pytest.raises(TransientError):
        world.deliver()
    planned = world.asset.planned_outputs
    transcoder.source = second_source
    world.clock.advance(10)
    world.deliver()
    assert list(transcoder.jobs) == [world.asset.job_id] == ["job-1"]
    assert world.asset.planned_outputs == planned
