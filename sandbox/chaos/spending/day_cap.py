"""A cap on what a day's jobs may cost, which a part of the uploads uses up; an operator raises it later.

The orchestrator has the cap in its environment, as a deployment would give it. The operator raises it with
the command line, without a deployment. Meanwhile messages come back sooner than as deployed: those that wait
are received more often than the queue lets any one message be.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import floor

from sandbox.chaos.pipeline import Pipeline, Record
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.errors import SandboxError
from sandbox.runtime.folder import PROJECT_ROOT

_MICRO = 1_000_000
_MICRO_PER_CENT = 10_000
_LONGEST_WAIT_SECONDS = 30
# So many quotes say what an upload costs.
_QUOTES = 5
# Until then, and after it is raised, there is room for everything.
_NO_CAP_CENTS, _RAISED_USD = 100_000_000, "999999"
_LOOK_SECONDS = 3.0
# So long the uploads wait: for three to five receives each.
HOLD_SECONDS = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CapReport:
    """What became of a day's cap; amounts in millionths of a dollar.

    Attributes:
        cap_micro_usd: The cap; None where it was never set, for want of quotes.
        reached_micro_usd: What was spent when the operator raised it; None where that never came.
        waiting: So many uploads waited then, by their records.
        dead_letters: So many messages were in the dead-letter queue of uploads more than before.
        waited_seconds: From when the cap was reached to when it was raised.
        counted_micro_usd: What the days' counters counted during the load test.
    """

    cap_micro_usd: int | None
    reached_micro_usd: int | None
    waiting: int
    dead_letters: int
    waited_seconds: float
    counted_micro_usd: int


class DayCap:
    """Cap what a day's jobs may cost at a part of what all uploads would cost."""

    def __init__(
        self,
        pipeline: Pipeline,
        prefixes: Sequence[str],
        *,
        uploads: int,
        share: float,
        raise_cap: Callable[[str], None],
        hold_seconds: float = HOLD_SECONDS,
    ) -> None:
        """Prepare.

        Args:
            pipeline: Whose orchestrator is capped.
            prefixes: Of the load test's keys.
            uploads: How many there are going to be.
            share: For such a part of them there is room; 0 is no cap.
            raise_cap: Raises today's cap to an amount of dollars, as an operator does.
            hold_seconds: So long uploads wait before.
        """
        self._pipeline = pipeline
        self._prefixes = tuple(prefixes)
        self._uploads = uploads
        self._share = share
        self._raise_cap = raise_cap
        self._hold_seconds = hold_seconds
        self._variables: dict[str, str] = {}
        self._before: dict[str, int] = {}
        self._letters_before = 0
        self._looked_at = 0.0
        self._cap: int | None = None
        self._dearest = 0
        self._reached_at: float | None = None
        self._raised_on: str | None = None
        self._report: CapReport | None = None

    def begin(self) -> None:
        """Let jobs be counted, with a cap that is out of reach; does nothing without a share."""
        if not self._share:
            return
        pipeline = self._pipeline
        self._variables = pipeline.variables(pipeline.orchestrator)
        self._before[_today()] = pipeline.counted(_today())
        self._letters_before = pipeline.depth(pipeline.processing_dlq).total
        self._configure(_NO_CAP_CENTS)

    def look(self) -> None:
        """Set the cap as soon as prices are known; raise it once uploads have waited long enough."""
        now = time.monotonic()
        if not self._variables or now - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = now
        self._before.setdefault(_today(), 0)
        if self._cap is None:
            self._set()
        elif self._raised_on is None:
            self._watch(now)
        elif self._raised_on != _today():
            # A raised cap ends with its day.
            self._raise()

    def end(self) -> None:
        """Let all be as deployed."""
        if self._variables:
            self._pipeline.functions.update_function_configuration(
                FunctionName=self._pipeline.orchestrator, Environment={"Variables": self._variables}
            )

    @property
    def report(self) -> CapReport | None:
        """What became of it; None without a cap."""
        if not self._variables:
            return None
        never = CapReport(
            cap_micro_usd=self._cap,
            reached_micro_usd=None,
            waiting=0,
            dead_letters=0,
            waited_seconds=0.0,
            counted_micro_usd=0,
        )
        spent = sum(self._pipeline.counted(day) - before for day, before in self._before.items())
        return replace(self._report or never, counted_micro_usd=spent)

    def _set(self) -> None:
        quotes = [
            int(Decimal(record["quote_usd"]) * _MICRO) for record in self._records() if "quote_usd" in record
        ]
        if len(quotes) < _QUOTES:
            return
        self._dearest = max(quotes)
        room = sum(quotes) / len(quotes) * self._uploads * self._share
        already = self._before[_today()]
        cents = max(floor((already + room) / _MICRO_PER_CENT), 1)
        self._cap = cents * _MICRO_PER_CENT
        self._pipeline.forget_raised_cap(_today())
        self._configure(cents)

    def _watch(self, now: float) -> None:
        pipeline = self._pipeline
        spent = pipeline.counted(_today())
        if self._reached_at is None:
            if (self._cap or 0) - spent < self._dearest:
                self._reached_at = now
        elif now - self._reached_at >= self._hold_seconds:
            self._report = CapReport(
                cap_micro_usd=self._cap,
                reached_micro_usd=spent,
                waiting=sum(record["status"] == "RECEIVED" for record in self._records()),
                dead_letters=pipeline.depth(pipeline.processing_dlq).total - self._letters_before,
                waited_seconds=round(now - self._reached_at, 1),
                counted_micro_usd=0,
            )
            self._raise()

    def _raise(self) -> None:
        self._raised_on = _today()
        self._raise_cap(_RAISED_USD)

    def _records(self) -> list[Record]:
        return [
            record for record in self._pipeline.records() if record.get("key", "").startswith(self._prefixes)
        ]

    def _configure(self, cents: int) -> None:
        # The process that runs keeps its configuration to its end: it is far below the cap by then.
        changed = {
            "SPENDING_CAPS": json.dumps({"day": cents}),
            "MAX_DELAY_SECONDS": str(_LONGEST_WAIT_SECONDS),
        }
        self._pipeline.functions.update_function_configuration(
            FunctionName=self._pipeline.orchestrator,
            Environment={"Variables": {**self._variables, **changed}},
        )


def raising(endpoints: Endpoints, pipeline: str) -> Callable[[str], None]:
    """Return what raises a pipeline's cap of today to an amount of dollars with the operator's command line.

    It raises SandboxError where the command fails.
    """

    def raise_cap(usd: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "tools.ops", "caps", "raise", "--day", usd, "--yes"],
            cwd=PROJECT_ROOT,
            env={**endpoints.environment(), "MEDIA_PIPELINE": pipeline},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            raise SandboxError(f"The operator could not raise the cap: {done.stdout}{done.stderr}")

    return raise_cap


def _today() -> str:
    """Return the day in UTC, as the counters name it."""
    return time.strftime("%Y-%m-%d", time.gmtime())
