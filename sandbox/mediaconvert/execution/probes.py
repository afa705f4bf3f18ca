"""Answer Probe: fetch the file and describe it."""

import logging
import tempfile
import threading
from pathlib import Path

from sandbox.mediaconvert.api.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    ServerError,
    Unprocessable,
)
from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.execution.aws_clients import (
    ACCESS_DENIED,
    NOT_FOUND,
    UNKNOWN,
    AssumeRole,
    safe_name,
)
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.probing.inspection import NO_INDEX
from sandbox.mediaconvert.probing.probe_result import probe_result
from sandbox.mediaconvert.request import InspectSource

# Each holds a whole source on disk; the rest wait.
CONCURRENT_PROBES = 4
MAX_FILES = 10

_log = logging.getLogger(__name__)


class Probes:
    """Answer the Probe operation.

    The real service reads with the caller's permissions. A caller's secret never reaches a server, so this
    one reads with the service's own.
    """

    def __init__(self, assume_role: AssumeRole, inspect: InspectSource, scratch: Path) -> None:
        self._assume_role = assume_role
        self._inspect = inspect
        self._scratch = scratch
        self._slots = threading.Semaphore(CONCURRENT_PROBES)

    def probe(self, parameters: Document) -> Document:
        """Answer Probe."""
        files = parameters.get("inputFiles", [])
        if not 1 <= len(files) <= MAX_FILES:
            raise BadRequest(f"/inputFiles: Should have 1 to {MAX_FILES} items")
        for index, file in enumerate(files):
            bucket, _, key = file.get("fileUrl", "").removeprefix("s3://").partition("/")
            if not file.get("fileUrl", "").startswith("s3://") or not bucket or not key:
                raise BadRequest(f"/inputFiles/{index}/fileUrl: Should be s3://bucket/key")
        with self._slots:
            return {"probeResults": [self._result(file["fileUrl"]) for file in files]}

    def _result(self, uri: str) -> Document:
        self._scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
            path = Path(folder) / safe_name(0, uri)
            try:
                cancelled = threading.Event()
                stored = self._assume_role(None, "probe").download(uri, path, cancelled)
                result = probe_result(self._inspect(path, cancelled))
            except JobError as error:
                _log.info("Probe of %s refused: %s", uri, error)
                # Source: botocore mediaconvert model, Probe: 422 is for what is malformed or corrupt.
                refusal = {
                    ACCESS_DENIED: Forbidden,
                    NOT_FOUND: NotFound,
                    UNKNOWN: ServerError,
                    NO_INDEX: Unprocessable,
                }
                raise refusal.get(error.code, BadRequest)(error.message) from error
        metadata = {
            "eTag": stored.e_tag,
            "fileSize": stored.size_bytes,
            "lastModified": stored.last_modified,
            "mimeType": stored.content_type,
        }
        return {**result, "metadata": metadata}
