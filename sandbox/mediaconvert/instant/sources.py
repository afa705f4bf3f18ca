"""Describe sources by what S3 says of them: a body that was inspected once needn't be fetched again.

Where a source's copy would lie, its description lies instead, in a file beside it. So a job keeps to what it
began with, though instant mode be switched meanwhile.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.execution.aws_clients import ObjectStore, StoredObject
from sandbox.mediaconvert.isolation.child_process import Stalled
from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.probing.inspection import UNKNOWN_ERROR, read_headers

KEPT_DESCRIPTIONS = 10_000

Answer = dict[str, Any]
Body = tuple[str, int]
ReadHeaders = Callable[[Path, threading.Event], Answer]


class Descriptions:
    """Keep what was found out about bodies, by ETag and size."""

    def __init__(self, inspect: ReadHeaders = read_headers) -> None:
        self._inspect = inspect
        self._kept: OrderedDict[Body, Answer] = OrderedDict()
        self._lock = threading.Lock()
        self._inspecting: dict[Body, threading.Lock] = {}

    def lay(self, objects: ObjectStore, uri: str, path: Path, cancelled: threading.Event) -> StoredObject:
        """Lay the description of an object where its copy would lie.

        Raises:
            JobError: The object can't be read; one that is no media gets a description that says so.
            Cancelled: ``cancelled`` was set.
        """
        stored = objects.describe(uri)
        body = (stored.e_tag, stored.size_bytes)
        with self._lock:
            turn = self._inspecting.setdefault(body, threading.Lock())
        # Equal bodies arrive together, and one inspection is enough.
        with turn:
            answer = self._found(body)
            if answer is None:
                answer = self._inspected(objects, uri, path, cancelled, body)
        _beside(path).write_text(json.dumps(answer))
        return stored

    def _found(self, body: Body) -> Answer | None:
        with self._lock:
            answer = self._kept.get(body)
            if answer is not None:
                self._kept.move_to_end(body)
            return answer

    def _inspected(
        self, objects: ObjectStore, uri: str, path: Path, cancelled: threading.Event, body: Body
    ) -> Answer:
        objects.download(uri, path, cancelled)
        try:
            answer = self._inspect(path, cancelled)
        except JobError as error:
            # Neither says anything about the body.
            if isinstance(error.__cause__, Stalled) or error.code == UNKNOWN_ERROR:
                raise
            answer = {"failed": [error.code, error.message]}
        finally:
            path.unlink()
        after = objects.describe(uri)
        # An object that was overwritten between the calls would be kept under another's name.
        if body == (after.e_tag, after.size_bytes):
            with self._lock:
                self._kept[body] = answer
                if len(self._kept) > KEPT_DESCRIPTIONS:
                    forgotten, _ = self._kept.popitem(last=False)
                    self._inspecting.pop(forgotten, None)
        return answer


def is_described(path: Path) -> bool:
    """Return whether a description lies where a source's copy would."""
    return _beside(path).exists()


def described(path: Path) -> Answer:
    """Return the inspector's answer about a source.

    Raises:
        JobError: 1010, the source can't be read.
    """
    answer: Answer = json.loads(_beside(path).read_text())
    if "failed" in answer:
        raise JobError(*answer["failed"])
    return answer


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.described.json")
