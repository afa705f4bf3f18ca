"""Say so where presets or profiles have faults: in a metric each time, and to people once an hour.

No preset that was good before is used in their place: an operator's change would be in force by half, and
which uploads got what would be unknown. Uploads wait until the presets are fixed; jobs in flight go on.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from media_pipeline.domain.errors import MediaPipelineError, PresetsInvalidError
from media_pipeline.domain.ports import Clock, Metrics, Notifications
from media_pipeline.encoding.presets import Presets
from media_pipeline.encoding.profiles import PresetStore, Profiles
from media_pipeline.telemetry import logger

TELL_AGAIN_AFTER = timedelta(hours=1)


class PresetMonitor:
    """Load presets, and tell of their faults; each warm function does so for itself."""

    def __init__(
        self,
        *,
        pipeline: str,
        source: PresetStore,
        publisher: Notifications,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self.pipeline = pipeline
        self.source = source
        self.publisher = publisher
        self.metrics = metrics
        self.clock = clock
        self._told: tuple[datetime, tuple[str, ...]] | None = None

    def load(self) -> tuple[Presets, Profiles]:
        """Return the presets and profiles in force. Raises PresetsInvalidError after it was told of."""
        try:
            return self.source.load()
        except PresetsInvalidError as invalid:
            self.metrics.presets_invalid()
            self._notify(invalid.faults)
            raise

    def _notify(self, faults: tuple[str, ...]) -> None:
        now = self.clock()
        if self._told is not None and self._told[1] == faults and now - self._told[0] < TELL_AGAIN_AFTER:
            return
        try:
            self.publisher.publish(
                f"[{self.pipeline}] Encoding presets have faults: uploads wait",
                self._news(faults),
                attributes={"status": "PRESETS_INVALID"},
            )
        except MediaPipelineError as error:
            # The metric, and so the alarm, tells of them too; the next upload tries once more.
            logger.warning("The presets' faults could not be told of", reason=str(error))
            return
        self._told = now, faults

    def _news(self, faults: tuple[str, ...]) -> Mapping[str, Any]:
        return {
            "pipeline": self.pipeline,
            "problem": "PRESETS_INVALID",
            "faults": list(faults),
            "message": "New uploads wait until these errors are fixed, and are processed then. "
            f"Fix the SSM parameters below /{self.pipeline}/, or deploy the presets again; "
            "`python -m tools.ops presets` checks them. Jobs that were submitted before go on.",
        }
