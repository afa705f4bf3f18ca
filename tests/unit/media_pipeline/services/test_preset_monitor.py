"""Faults of presets are counted each time, and announced once an hour by each warm function."""

import pytest

from media_pipeline.domain.errors import OperatorError, PresetsInvalidError, TransientError
from media_pipeline.services.preset_monitor import PresetMonitor
from tests.support.fakes import (
    FakeClock,
    FakeMetrics,
    FakePresets,
    FakePublisher,
)
from tests.support.strategies import shipped_presets, shipped_profiles

FAULTS = ("mp4 gop_seconds is 0: must be a whole number from 1 to 10", "profiles is missing")


class Watched:
    """Hold a watch with everything around it."""

    def __init__(self) -> None:
        self.clock, self.publisher, self.metrics = FakeClock(), FakePublisher(), FakeMetrics()
        self.presets = FakePresets(shipped_presets(), shipped_profiles())
        self.watch = PresetMonitor(
            pipeline="media-pipeline-test",
            source=self.presets,
            publisher=self.publisher,
            metrics=self.metrics,
            clock=self.clock,
        )

    def fail(self, *faults: str) -> None:
        """Load presets that have these faults."""
        self.presets.failure = PresetsInvalidError(faults)
        with pytest.raises(PresetsInvalidError) as raised:
            self.watch.load()
        assert raised.value.faults == faults


@pytest.fixture
def watched() -> Watched:
    """Return a watch over good presets."""
    return Watched()


def test_good_presets_are_nothing_to_speak_of(watched: Watched) -> None:
    """They are handed on, and neither counted nor announced."""
    assert watched.watch.load() == (watched.presets.presets, watched.presets.profiles)
    assert (watched.metrics.counted, watched.publisher.published) == ([], [])


def test_every_fault_is_announced(watched: Watched) -> None:
    """The news names all faults, what becomes of uploads, and what to do."""
    watched.fail(*FAULTS)
    ((subject, news),) = watched.publisher.published
    assert "media-pipeline-test" in subject
    assert (news["problem"], news["faults"]) == ("PRESETS_INVALID", list(FAULTS))
    assert news["pipeline"] == "media-pipeline-test"
    assert "tools.ops presets" in news["message"]
    assert watched.publisher.attributes == [{"status": "PRESETS_INVALID"}]


def test_faults_are_announced_once_an_hour(watched: Watched) -> None:
    """Each upload that waits is counted; the same errors are announced at most once an hour."""
    for _ in range(4):
        watched.fail(*FAULTS)
        watched.clock.advance(20 * 60)
    assert len(watched.publisher.published) == 2
    assert watched.metrics.counted == [("presets invalid",)] * 4


def test_other_faults_are_news(watched: Watched) -> None:
    """Where one of two errors is fixed, the other one is announced at once."""
    watched.fail(*FAULTS)
    watched.fail(FAULTS[0])
    assert [news["faults"] for _, news in watched.publisher.published] == [list(FAULTS), [FAULTS[0]]]


@pytest.mark.parametrize("error", [TransientError("timeout"), OperatorError("403")])
def test_news_that_cant_be_sent_change_nothing(watched: Watched, error: Exception) -> None:
    """The upload waits for its presets all the same, and the next one tells of them."""
    watched.publisher.failures = [error]
    watched.fail(*FAULTS)
    assert watched.publisher.published == []
    watched.fail(*FAULTS)
    assert len(watched.publisher.published) == 1


def test_another_error_is_left_to_the_queue(watched: Watched) -> None:
    """Where presets could not be read, nothing is known to be wrong with them."""
    watched.presets.failure = OperatorError("403")
    with pytest.raises(OperatorError):
        watched.watch.load()
    assert (watched.metrics.counted, watched.publisher.published) == ([], [])
