"""Switch instant mode on and off around what does the work."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.mediaconvert.execution.aws_clients import ObjectStore, StoredObject
from sandbox.mediaconvert.execution.runner import Media
from sandbox.mediaconvert.instant.sources import Descriptions, described, is_described
from sandbox.mediaconvert.instant.transcode import InstantTranscode
from sandbox.mediaconvert.model import TranscodeResult
from sandbox.mediaconvert.planning.input_check import CheckInput, check_documented
from sandbox.mediaconvert.planning.plan import input_uri
from sandbox.mediaconvert.probing.source import Source, source_of
from sandbox.mediaconvert.request import TranscodeRequest

# To assume a role and make a client for it costs more than the rest of an instant job.
SESSION_SECONDS = 60.0


def instant_media(
    media: Media,
    is_instant: Callable[[], bool],
    descriptions: Descriptions,
    check: CheckInput = check_documented,
) -> Media:
    """Wrap what does the work; a job that begins while the mode is on is made up from descriptions."""
    instant = _Instant(media, is_instant, descriptions, InstantTranscode(check))
    return Media(transcode=instant.transcode, inspect=instant.inspect, assume_role=instant.assume_role)


class _Instant:
    """Do the work, or make it up."""

    def __init__(
        self,
        media: Media,
        is_instant: Callable[[], bool],
        descriptions: Descriptions,
        transcode: InstantTranscode,
    ) -> None:
        self._media = media
        self._is_instant = is_instant
        self._descriptions = descriptions
        self._transcode = transcode
        self._sessions: dict[str | None, tuple[float, ObjectStore]] = {}

    def assume_role(self, role: str | None, session_name: str) -> ObjectStore:
        """Open S3 for a job; jobs of the same role share a session for a while."""
        if not self._is_instant():
            return self._media.assume_role(role, session_name)
        until, objects = self._sessions.get(role, (0.0, None))
        if objects is None or until < time.monotonic():
            objects = self._media.assume_role(role, session_name)
            self._sessions[role] = time.monotonic() + SESSION_SECONDS, objects
        return _Described(objects, self._descriptions)

    def inspect(self, path: Path, cancelled: threading.Event) -> Source:
        """Describe a source; the contract is ``request.InspectSource``."""
        if is_described(path):
            return source_of(described(path))
        return self._media.inspect(path, cancelled)

    def transcode(self, request: TranscodeRequest) -> TranscodeResult:
        """Make every output; the contract is ``request.Transcode``."""
        if not all(is_described(path) for path in request.inputs.values()):
            return self._media.transcode(request)
        source = request.sources[input_uri(request.settings)]
        return self._transcode(
            request.settings, source, request.work_dir, request.progress, request.cancelled
        )


class _Described:
    """Read and write objects for one job, descriptions in the place of sources."""

    def __init__(self, objects: ObjectStore, descriptions: Descriptions) -> None:
        self._objects = objects
        self._descriptions = descriptions
        self.describe = objects.describe
        self.upload = objects.upload

    def download(self, uri: str, path: Path, cancelled: threading.Event) -> StoredObject:
        """Lay an object's description beside where its copy would lie."""
        return self._descriptions.lay(self._objects, uri, path, cancelled)
