"""The contract between the endpoint and what inspects sources and transcodes them."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sandbox.mediaconvert.model import Progress, TranscodeResult
from sandbox.mediaconvert.probing.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscodeRequest:
    """Describe one job to transcode.

    Attributes:
        settings: Job settings in wire format (camelCase) after the template's merge.
        inputs: The local file of each S3 URI that the inputs name; its name is a safe one.
        sources: The inspected source of each input.
        work_dir: Files are made below it.
        progress: Called as the job proceeds.
        cancelled: Set when the job has to stop.
        threads: The encoder's threads at the most.
    """

    settings: dict[str, Any]
    inputs: Mapping[str, Path]
    sources: Mapping[str, Source]
    work_dir: Path
    progress: Callable[[Progress], None]
    cancelled: threading.Event
    threads: int


class Transcode(Protocol):
    """Make every output of a job.

    The call ends within a second of ``cancelled`` being set and leaves no child process.

    Raises:
        JobError: The job fails.
        Cancelled: ``cancelled`` was set.
    """

    def __call__(self, request: TranscodeRequest) -> TranscodeResult:
        """Run to the end and describe what was made."""
        ...


class InspectSource(Protocol):
    """Describe a media file.

    Raises:
        JobError: The file is not media that can be opened.
        Cancelled: ``cancelled`` was set.
    """

    def __call__(self, path: Path, cancelled: threading.Event) -> Source:
        """Read the file's headers and the times of its packets."""
        ...
