"""An operator at MediaConvert: ends jobs that never would, and cancels some before they begin."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_mediaconvert import MediaConvertClient

_PAUSE_SECONDS = 5.0
_PAGE = 20


class Operator:
    """Cancel jobs of one load test through MediaConvert's API.

    A job that had not begun ends without any event, so that only the reconciler can find out.
    """

    def __init__(
        self,
        mediaconvert: MediaConvertClient,
        queue_arn: str,
        source_prefixes: Sequence[str],
        *,
        endless_seconds: float,
        early_cancels: int,
    ) -> None:
        """Prepare.

        Args:
            mediaconvert: Outlasts throttling.
            queue_arn: The pipeline's queue.
            source_prefixes: Only jobs on sources below these URIs are touched.
            endless_seconds: A job that runs longer is cancelled.
            early_cancels: So many are cancelled before they begin.
        """
        self._mediaconvert = mediaconvert
        self._queue_arn = queue_arn
        self._source_prefixes = tuple(source_prefixes)
        self._endless_seconds = endless_seconds
        self._early_cancels = early_cancels
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="operator", daemon=True)
        self.endless = 0
        self.early = 0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Cancel no more."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def look(self) -> None:
        """Cancel what is to be cancelled now."""
        for job in self._jobs("PROGRESSING"):
            began = job.get("Timing", {}).get("StartTime")
            if began is not None and time.time() - began.timestamp() > self._endless_seconds:
                self.endless += self._cancel(job)
        if self.early < self._early_cancels:
            for job in self._jobs("SUBMITTED")[:1]:
                self.early += self._cancel(job)

    def _jobs(self, status: Literal["PROGRESSING", "SUBMITTED"]) -> list[dict[str, Any]]:
        answer: Any = self._mediaconvert.list_jobs(
            Queue=self._queue_arn, Status=status, Order="ASCENDING", MaxResults=_PAGE
        )
        return [job for job in answer["Jobs"] if self._is_ours(job)]

    def _is_ours(self, job: dict[str, Any]) -> bool:
        inputs = job["Settings"]["Inputs"]
        return all(str(each.get("FileInput", "")).startswith(self._source_prefixes) for each in inputs)

    def _cancel(self, job: dict[str, Any]) -> bool:
        try:
            self._mediaconvert.cancel_job(Id=job["Id"])
        except ClientError as refusal:
            # It has ended meanwhile.
            if refusal.response["Error"]["Code"] != "ConflictException":
                raise
            return False
        return True

    def _run(self) -> None:
        while not self._stopped.wait(_PAUSE_SECONDS):
            try:
                self.look()
            except (ClientError, BotoCoreError):
                # Throttled too often: next time.
                continue
