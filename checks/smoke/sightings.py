"""What can be seen of the pipeline from outside, each thing until its own time is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from checks.smoke.alarm import Alarm
from checks.smoke.asset import ENDED, Asset
from checks.smoke.deployed import Clients, Schedule
from checks.smoke.mailbox import Mailbox
from sandbox.runtime.console import Phase, some

# A small job may wait for others of the account.
ASSET_SECONDS = 1_200
NEWS_SECONDS = 300
# What each run of the reconciler counts that came to its end, whatever the level of its log.
RUN_METRIC = "ReconcilerRunsFinished"
# Until a line of a function's log can be found.
LOG_SECONDS = 120
# A subscription may begin a moment after it was made: the alarm is set once more as often.
_RING_SECONDS = 60
_POLL_SECONDS = 1.0


@dataclass(slots=True, kw_only=True)
class Sightings:
    """Hold when what was seen, in seconds after the run began; None where it was not.

    Attributes:
        token: Tells this run's alarm from others.
        schedule: What runs the reconciler, or why nothing does.
        check: Raises where it is of no use to wait any longer.
    """

    clients: Clients
    asset: Asset
    inbox: Mailbox
    alarm: Alarm
    token: str
    schedule: Schedule | str
    check: Callable[[], None] = lambda: None
    begun: float = field(default_factory=time.time)
    rung: int = 1
    alarm_after: float | None = None
    news_after: float | None = None
    run_after: float | None = None

    @property
    def run_seconds(self) -> float:
        """Return how long a run of the reconciler is waited for: until the next one has ended."""
        if isinstance(self.schedule, str):
            return 0.0
        return self.schedule.interval_seconds + self.schedule.timeout_seconds + LOG_SECONDS

    def wait(self, phase: Phase) -> None:
        """Look until nothing more is to be expected."""
        while pending := self._pending():
            self.check()
            phase.update(0, 0, f"waiting for {some(pending)}")
            self.look()
            time.sleep(_POLL_SECONDS)
        phase.result(f"{time.time() - self.begun:.0f} s")

    def look(self) -> None:
        """Look once; set the alarm again where it was not heard."""
        self.asset.look()
        self.inbox.collect()
        elapsed = time.time() - self.begun
        for message in self.inbox.messages:
            if message.get("AlarmName") == self.alarm.name and self.token in str(
                message.get("NewStateReason")
            ):
                self.alarm_after = self.alarm_after or elapsed
            if message.get("asset_id") == self.asset.asset_id and message.get("status") in ENDED:
                self.news_after = self.news_after or elapsed
        if self.alarm_after is None and self.rung * _RING_SECONDS < elapsed < NEWS_SECONDS:
            self.alarm.ring()
            self.rung += 1
        if self.run_after is None and not isinstance(self.schedule, str):
            self.run_after = self._finished_run()

    def _pending(self) -> list[str]:
        elapsed = time.time() - self.begun
        runs = self.asset.status not in ENDED
        awaited = {
            f"the video ({self.asset.status.lower() or 'not received'})": runs and elapsed < ASSET_SECONDS,
            # It follows the end, which may be late.
            "its news": self.news_after is None
            and elapsed < (ASSET_SECONDS if runs else self._ended_after() + NEWS_SECONDS),
            "the alarm": self.alarm_after is None and elapsed < NEWS_SECONDS,
            "the reconciler's run": self.run_after is None and elapsed < self.run_seconds,
        }
        return [what for what, is_awaited in awaited.items() if is_awaited]

    def _ended_after(self) -> float:
        return self.asset.seconds_to("updated_at") or 0.0

    def _finished_run(self) -> float | None:
        # A page may be empty although more follow.
        pages = (
            self.clients("logs")
            .get_paginator("filter_log_events")
            .paginate(
                logGroupName=f"/aws/lambda/{self.asset.deployed.reconciler}",
                startTime=int(self.begun * 1000),
                filterPattern=f'"{RUN_METRIC}"',
            )
        )
        times = [event["timestamp"] / 1000 - self.begun for page in pages for event in page.get("events", [])]
        return min(times, default=None)
