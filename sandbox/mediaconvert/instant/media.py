"""Switch instant mode on and off around what does the work."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.execution.aws_clients import Bucketed, StoredObject
from sandbox.mediaconvert.execution.runner import Media
from sandbox.mediaconvert.instant.sources import Descriptions, described, is_described
from sandbox.mediaconvert.instant.transcode import InstantTranscode
from sandbox.mediaconvert.model import Progress, TranscodeResult
from sandbox.mediaconvert.planning.input_check import CheckInput, check_documented
from sandbox.mediaconvert.planning.plan import input_uri
from sandbox.mediaconvert.probing.probe_result import probe_result
from sandbox.mediaconvert.probing.source import source_of

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
    return Media(transcode=instant.transcode, probe_file=instant.probe_file, for_role=instant.for_role)


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
        self._sessions: dict[str | None, tuple[float, Bucketed]] = {}

    def for_role(self, role: str | None, session_name: str) -> Bucketed:
        """Open S3 for a job; jobs of the same role share a session for a while."""
        if not self._is_instant():
            return self._media.for_role(role, session_name)
        until, objects = self._sessions.get(role, (0.0, None))
        if objects is None or until < time.monotonic():
            objects = self._media.for_role(role, session_name)
            self._sessions[role] = time.monotonic() + SESSION_SECONDS, objects
        return _Described(objects, self._descriptions)

    def probe_file(self, path: Path) -> dict[str, Any]:
        """Describe a source; the contract is ``model.ProbeFile``."""
        if is_described(path):
            return probe_result(source_of(described(path)))
        return self._media.probe_file(path)

    def transcode(
        self,
        settings: dict[str, Any],
        inputs: Mapping[str, Path],
        work_dir: Path,
        progress: Callable[[Progress], None],
        cancelled: threading.Event,
        threads: int,
    ) -> TranscodeResult:
        """Make every output; the contract is ``model.Transcode``."""
        if not all(is_described(path) for path in inputs.values()):
            return self._media.transcode(settings, inputs, work_dir, progress, cancelled, threads)
        source = source_of(described(inputs[input_uri(settings)]))
        return self._transcode(settings, source, work_dir, progress, cancelled)


class _Described:
    """Read and write objects for one job, descriptions in the place of sources."""

    def __init__(self, objects: Bucketed, descriptions: Descriptions) -> None:
        self._objects = objects
        self._descriptions = descriptions
        self.describe = objects.describe
        self.upload = objects.upload

    def download(self, uri: str, path: Path, cancelled: threading.Event) -> StoredObject:
        """Lay an object's description beside where its copy would lie."""
        return self._descriptions.lay(self._objects, uri, path, cancelled)
