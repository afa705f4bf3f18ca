"""What all stories of the pipeline have in common: their world, what must hold in it, and how they end."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging import CRITICAL

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

from media_pipeline.telemetry import logger
from tests.property.invocations import CALL_SECONDS, Stop, Then
from tests.property.pipeline_world import JOB_EVENTS_PER_BATCH, PipelineWorld
from tests.property.settling import settle
from tests.property.simulated_aws import Conditions

# The same examples in every run; another seed, or more of them, explore further.
EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "2000"))
SEED = int(os.environ.get("PROPERTY_SEED", "1"))
STEPS = 50

numbers = st.integers(0, 5)
batches = st.sampled_from([1, JOB_EVENTS_PER_BATCH])
paces = st.sampled_from([CALL_SECONDS, CALL_SECONDS, 3.0, 6.0, 8.0])


def stops_within(calls: int) -> st.SearchStrategy[Stop | None]:
    """Draw where an invocation of so many calls stops, twice as often as that it does not."""
    stop = st.builds(Stop, after_calls=st.integers(0, calls - 1), then=st.sampled_from([Then.PAUSE, *Then]))
    return st.one_of(st.none(), stop, stop)


stops = stops_within(14)


class Story(RuleBasedStateMachine):
    """Let things happen to a pipeline; its rules say which."""

    def __init__(self) -> None:
        super().__init__()
        self.world = PipelineWorld(Conditions())

    @invariant()
    def is_sound(self) -> None:
        """Nothing was broken on the way."""
        world = self.world
        world.soundness.records(world.aws.table.records)
        world.soundness.jobs(world.aws.mediaconvert.jobs.values())
        for queue in (world.aws.processing_queue, world.aws.job_events_queue):
            world.soundness.dead(queue.dead())
        world.soundness.news(world.aws.publisher.published, world.aws.table.records)
        assert world.soundness.violations == []

    def teardown(self) -> None:
        """Let everything come to its end, unless something is broken already."""
        if sys.exc_info()[0] is None:
            settle(self.world)
            self.is_sound()


def tell(story: type[Story], *, examples: int) -> None:
    """Tell so many examples of a story; the first one in which a rule is broken is an error."""
    with _no_log():
        run_state_machine_as_test(
            seed(SEED)(story),
            settings=settings(
                max_examples=examples,
                stateful_step_count=STEPS,
                database=None,
                deadline=None,
                report_multiple_bugs=False,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )


@contextmanager
def _no_log() -> Iterator[None]:
    level = logger.log_level
    logger.setLevel(CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
