"""How many jobs may be in flight: what is beyond waits in SQS, where it can be seen and cancelled."""

import time
from collections.abc import Callable

from media_pipeline.domain.errors import ThrottledError, TransientError
from media_pipeline.telemetry import logger

# MediaConvert's own numbers are estimates, and its API is to be asked seldom.
_MAX_AGE_SECONDS = 15


class JobLimit:
    """Admit jobs while fewer than `limit` are in flight; a warm function counts its own in between.

    `jobs_in_flight` asks MediaConvert.
    """

    def __init__(
        self,
        jobs_in_flight: Callable[[], int],
        *,
        limit: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._jobs_in_flight = jobs_in_flight
        self._limit = limit
        self._monotonic = monotonic
        self._in_flight = 0
        self._counted_at: float | None = None

    def take(self) -> None:
        """Take a slot for a job. Raises ThrottledError where all are taken."""
        now = self._monotonic()
        if self._counted_at is None or now - self._counted_at >= _MAX_AGE_SECONDS:
            self._in_flight = self._count()
            self._counted_at = now
        if self._in_flight >= self._limit:
            raise ThrottledError(f"{self._in_flight} jobs are in flight, {self._limit} may be")
        self._in_flight += 1

    def _count(self) -> int:
        try:
            return self._jobs_in_flight()
        except TransientError as error:
            # Then CreateJob itself will say whether MediaConvert takes another one.
            logger.warning("The jobs in flight could not be counted", reason=str(error))
            return 0
