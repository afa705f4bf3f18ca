"""A night without an operator: a preset has an error, and uploads wait until an operator fixes it.

A message that waits is sent anew again and again, which Lambda takes for a recursive loop after 16 times. On
AWS that is a matter of hours; here the function's own setting makes the waits short, and it takes minutes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.chaos.pipeline import Pipeline

# What a function waits at most before it looks at a message again.
_LONGEST_WAIT_SECONDS = 2
_PRESET = "mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class NightReport:
    """What a night was.

    Attributes:
        seconds: From the preset's error to its fix.
        longest_chain: How often the message that was sent anew most often was.
        waited: Most messages that waited at once.
    """

    seconds: float
    longest_chain: int
    waited: int


class Night:
    """Let one preset have an error for a while."""

    def __init__(self, pipeline: Pipeline, *, longest_chain: Callable[[], int], renewals: int) -> None:
        """Prepare.

        Args:
            pipeline: Whose preset it is.
            longest_chain: Tells how often one message was sent anew so far, at most.
            renewals: It is day again once a message was sent anew more often.
        """
        self._pipeline = pipeline
        self._longest_chain = longest_chain
        self._renewals = renewals
        self._preset = ""
        self._variables: dict[str, str] = {}
        self._began_at = 0.0
        self._waited = 0
        self.report: NightReport | None = None

    @property
    def is_active(self) -> bool:
        """Whether the preset has its error now."""
        return bool(self._preset)

    def begin(self) -> None:
        """Begin: give the preset an error, and shorten the orchestrator's waits."""
        pipeline = self._pipeline
        self._variables = pipeline.variables(pipeline.orchestrator)
        self._preset = pipeline.ssm.get_parameter(Name=self._name)["Parameter"]["Value"]
        bad = json.dumps({**json.loads(self._preset), "gop_seconds": 0})
        pipeline.ssm.put_parameter(Name=self._name, Value=bad, Overwrite=True)
        self._configure({**self._variables, "MAX_DELAY_SECONDS": str(_LONGEST_WAIT_SECONDS)})
        self._began_at = time.monotonic()

    def look(self, waiting: int) -> None:
        """End the night once it was long enough; `waiting` messages are in the queue."""
        if not self.is_active:
            return
        self._waited = max(self._waited, waiting)
        if self._longest_chain() > self._renewals:
            self.end()

    def end(self) -> None:
        """Fix the preset, and let all be as deployed; does nothing by day."""
        if not self.is_active:
            return
        self._pipeline.ssm.put_parameter(Name=self._name, Value=self._preset, Overwrite=True)
        self._configure(self._variables)
        self._preset = ""
        self.report = NightReport(
            seconds=round(time.monotonic() - self._began_at, 1),
            longest_chain=self._longest_chain(),
            waited=self._waited,
        )

    @property
    def _name(self) -> str:
        return f"{self._pipeline.presets_path}/{_PRESET}"

    def _configure(self, variables: dict[str, str]) -> None:
        # A changed configuration starts the function's process anew: what it had read is forgotten.
        self._pipeline.functions.update_function_configuration(
            FunctionName=self._pipeline.orchestrator, Environment={"Variables": variables}
        )
