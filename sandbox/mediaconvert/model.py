"""Hold the types that the parts of the endpoint share.

Errors of a running job::

    Exception
    ├── JobError     the job ends in ERROR with this code and message
    └── Cancelled    the job was cancelled, or the server is stopping
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Account:
    """Name an AWS account and a region of it."""

    id: str
    region: str

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of a MediaConvert resource, such as ``queues`` and ``Default``."""
        return f"arn:aws:mediaconvert:{self.region}:{self.id}:{kind}/{name}"


class JobError(Exception):
    """End a job in status ERROR.

    Attributes:
        code: MediaConvert's error code, such as 1010 (the input cannot be opened).
        message: A sentence a person understands; it names the input or the setting that is wrong.

    Source: https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Cancelled(Exception):
    """Leave a transcode whose ``cancelled`` event was set."""


class Phase(StrEnum):
    """Name the phases of a running job, in their order."""

    PROBING = "PROBING"
    TRANSCODING = "TRANSCODING"
    UPLOADING = "UPLOADING"


@dataclass(frozen=True, slots=True)
class Progress:
    """Say how far a phase has come.

    Attributes:
        percent: Completed share of this phase, 0 to 100.
        frames_decoded: Frames of the inputs decoded so far.
    """

    phase: Phase
    percent: int
    frames_decoded: int = 0


class ProducedFile(NamedTuple):
    """Name one finished file and the object it becomes."""

    bucket: str
    key: str
    path: Path


@dataclass(frozen=True, slots=True)
class OutputDetail:
    """Describe one output as MediaConvert's events and GetJob do.

    Attributes:
        output_file_paths: S3 URIs; empty for outputs of DASH and CMAF groups.
        average_bitrate: Bits per second of the video; None for audio and frame captures.
    """

    output_file_paths: Sequence[str]
    duration_ms: int
    width: int | None = None
    height: int | None = None
    average_bitrate: int | None = None


@dataclass(frozen=True, slots=True)
class OutputGroupDetail:
    """Describe one output group as MediaConvert's events and GetJob do.

    Attributes:
        type: HLS_GROUP, DASH_ISO_GROUP, CMAF_GROUP or FILE_GROUP.
        playlist_file_paths: S3 URIs of the group's manifests; empty for FILE_GROUP.
    """

    type: str
    playlist_file_paths: Sequence[str]
    outputs: Sequence[OutputDetail]


@dataclass(frozen=True, slots=True)
class JobWarning:
    """Count one kind of warning that a job met.

    Attributes:
        code: MediaConvert's warning code.
        message: A sentence a person understands.
    """

    code: int
    message: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class TranscodeResult:
    """Hold everything a finished transcode made; the files still lie in the work folder."""

    groups: Sequence[OutputGroupDetail]
    files: Sequence[ProducedFile]
    warnings: Sequence[JobWarning] = field(default_factory=tuple)
