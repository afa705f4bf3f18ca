"""What the pipeline tells: notifications to people, and metrics."""

from collections.abc import Mapping
from typing import Any


class FakePublisher:
    """Keep what was published; errors in `failures` are raised first."""

    def __init__(self) -> None:
        self.published: list[tuple[str, Mapping[str, Any]]] = []
        self.attributes: list[Mapping[str, str]] = []
        self.failures: list[Exception] = []

    def publish(self, subject: str, message: Mapping[str, Any], *, attributes: Mapping[str, str]) -> None:
        """Publish a message."""
        if self.failures:
            raise self.failures.pop(0)
        # As SNS does.
        assert all(attributes.values()), attributes
        self.published.append((subject, message))
        self.attributes.append(attributes)


class FakeMetrics:
    """Keep what was counted, as names with their values."""

    def __init__(self) -> None:
        self.counted: list[tuple[Any, ...]] = []

    def asset_received(self) -> None:
        """Count a new asset."""
        self.counted.append(("received",))

    def upload_refused(self) -> None:
        """Count an upload of a type that is not accepted."""
        self.counted.append(("refused",))

    def asset_submitted(self) -> None:
        """Count a submitted job."""
        self.counted.append(("submitted",))

    def source_unknown(self) -> None:
        """Count a job without a look into its source."""
        self.counted.append(("source unknown",))

    def source_refused(self) -> None:
        """Count an upload that waits to be looked into."""
        self.counted.append(("source refused",))

    def asset_completed(self, *, processing_seconds: float, output_minutes: float) -> None:
        """Count a complete asset."""
        self.counted.append(("completed", processing_seconds, output_minutes))

    def asset_failed(self, *, reason: str, processing_seconds: float | None) -> None:
        """Count a failed asset."""
        self.counted.append(("failed", reason, processing_seconds))

    def asset_canceled(self) -> None:
        """Count a cancelled asset."""
        self.counted.append(("canceled",))

    def caption_without_video(self) -> None:
        """Count a caption file that lies beside no video."""
        self.counted.append(("caption without video",))

    def captions_rejected(self, count: int) -> None:
        """Count rejected caption files."""
        self.counted.append(("captions rejected", count))

    def message_slowed_down(self) -> None:
        """Count a message that was made to wait."""
        self.counted.append(("slowed down",))

    def event_unconfirmed(self) -> None:
        """Count an event that was dropped."""
        self.counted.append(("event unconfirmed",))

    def presets_invalid(self) -> None:
        """Count an upload that waits for presets to be fixed."""
        self.counted.append(("presets invalid",))

    def cap_reached(self) -> None:
        """Count an upload that waits for money."""
        self.counted.append(("cap reached",))

    def asset_repaired(self, *, kind: str) -> None:
        """Count a repair."""
        self.counted.append(("repaired", kind))

    def assets_stuck(self, count: int) -> None:
        """Say how many assets are stuck."""
        self.counted.append(("stuck", count))
