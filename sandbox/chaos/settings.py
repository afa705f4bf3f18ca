"""Which faults a load test injects, and how often; how long it may last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sandbox.chaos.api.sender import Mischief
from sandbox.chaos.webhooks.receiver import EndpointFaults
from sandbox.runtime.fault_injection import FaultSettings, MediaConvertFaults, UploadFaults

# As the field's reports have it, and worse.
_DUPLICATED, _DROPPED, _DELAYED = 0.10, 0.05, 0.05
# A sender waits 10 seconds for an answer. Source: media_pipeline.adapters.webhooks.http_post
_UNRELIABLE = EndpointFaults(
    drop=0.03, server_error=0.03, lose_answer=0.04, answer_late=0.005, late_seconds=12
)

# Source: Lambda developer guide, "Use Lambda recursive loop detection": about 16 times are let through. A
# night is longer than that.
RECURSIVE_NIGHT_RENEWALS = 20
NIGHT_SECONDS_A_RENEWAL = 30.0
# That uploads wait for a cap to be raised, and after it until their messages come back.
CAPPED_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTestSettings:
    """Describe one load test.

    Attributes:
        uploads: How many objects are uploaded.
        seed: Another seed makes other uploads and other faults.
        text_share: Part of the uploads that are no videos, whatever their names say.
        overwrite_share: Part of the uploads that replace an earlier one.
        odd_key_share: Part of the uploads whose keys hold what keys seldom hold.
        unreadable_share: Part of the uploads that are in a cold storage class, and again of those under a
            customer's key.
        clutter_share: Part of the uploads that are a computer's own files, and again of those that are logs.
        hollow_share: Part of the uploads that are empty at first, as mounted buckets write them.
        captioned_share: Part of the uploads that bring caption files, in several encodings and spellings.
        api_share: Part of the uploads that go through the API, of those that it takes; all others are put
            into the bucket. The usual one is about half of all.
        large_share: Part of the uploads that go through the API in several parts.
        people: So many people upload through the API.
        mischief: What they do wrong.
        endpoints: The endpoints of webhooks, by name, and what they do wrong.
        concurrent_uploads: So many are sent at once.
        most_per_second: No more are sent in a second.
        most_waiting: While more of them wait in the processing queue, no further ones are sent.
        poison_messages: So many unreadable messages are put on the processing queue.
        kill_pause_seconds: Shortest and longest time between two kills of a function's process, while many
            of them run.
        restarts_local_aws: Whether the local AWS is stopped and started at half of the uploads.
        cancel_share: Part of the uploads whose jobs an operator cancels before they begin.
        endless_seconds: A job that runs longer is cancelled by the operator.
        night_renewals: With more than none, a preset has an error from a quarter of the uploads on, until a
            message was sent anew more often than that.
        cap_share: With more than 0, what a day's jobs may cost has room for such a part of the uploads; an
            operator raises it once the others have waited for a while.
        most_waiting_at_night: While more of them wait at night, no further ones are sent.
        slowest_per_second: With fewer uploads a second, the load test is given up.
    """

    uploads: int
    seed: int = 1
    mediaconvert: MediaConvertFaults = field(
        default_factory=lambda: MediaConvertFaults(
            instant=True,
            throttle=0.05,
            server_error=0.01,
            timeout_after_accept=0.01,
            drop_events=_DROPPED,
            duplicate_events=_DUPLICATED,
            delay_events=_DELAYED,
            reorder_events=_DELAYED,
            slow_jobs=0.01,
            failing_jobs=0.01,
            endless_jobs=0.002,
        )
    )
    upload_events: UploadFaults = field(
        default_factory=lambda: UploadFaults(
            drop_events=_DROPPED, duplicate_events=_DUPLICATED, delay_events=_DELAYED
        )
    )
    text_share: float = 0.01
    overwrite_share: float = 0.01
    odd_key_share: float = 0.02
    unreadable_share: float = 0.005
    clutter_share: float = 0.005
    hollow_share: float = 0.01
    captioned_share: float = 0.01
    api_share: float = 0.52
    large_share: float = 0.01
    people: int = 8
    mischief: Mischief = field(default_factory=Mischief)
    endpoints: Mapping[str, EndpointFaults] = field(
        default_factory=lambda: {
            "chaos-prompt": replace(_UNRELIABLE, answer_seconds=(0.0, 0.05)),
            "chaos-slow": replace(_UNRELIABLE, answer_seconds=(0.5, 1.5)),
        }
    )
    concurrent_uploads: int = 8
    most_per_second: float = 25.0
    most_waiting: int = 300
    poison_messages: int = 3
    kill_pause_seconds: tuple[float, float] = (4.0, 12.0)
    restarts_local_aws: bool = True
    cancel_share: float = 0.002
    endless_seconds: float = 60.0
    night_renewals: int = 0
    cap_share: float = 0.0
    most_waiting_at_night: int = 40
    slowest_per_second: float = 3.5

    def faults(self, run: str) -> FaultSettings:
        """Return what both servers do wrong during the load test.

        Args:
            run: Its name; another one, other counts.
        """
        return FaultSettings(
            seed=self.seed, run=run, mediaconvert=self.mediaconvert, uploads=self.upload_events
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """Say how soon the deployed pipeline repairs what was lost.

    Attributes:
        overdue_seconds: An asset that stood still so long is looked into.
        interval_seconds: Time between two looks.
        visibility_seconds: A message whose function was killed comes back after so long.
    """

    overdue_seconds: int
    interval_seconds: int
    visibility_seconds: int

    @property
    def round_seconds(self) -> int:
        """Longest time until one loss is repaired."""
        return max(self.overdue_seconds, self.visibility_seconds) + self.interval_seconds

    def deadline_seconds(self, settings: LoadTestSettings) -> float:
        """Return how long a load test may last.

        A repair may be lost again, about once in twenty times: of 5,000 uploads, five rounds leave 0.002.
        """
        night = settings.night_renewals * NIGHT_SECONDS_A_RENEWAL
        capped = CAPPED_SECONDS if settings.cap_share else 0
        return settings.uploads / settings.slowest_per_second + 5 * self.round_seconds + night + capped
