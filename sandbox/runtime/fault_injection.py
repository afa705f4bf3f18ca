"""Faults that both servers inject while they run, switched on by a JSON file.

The file is read again when it changes, so that a run switches faults on and off while the servers are up,
and a server that starts anew goes on with them. No file, no faults::

    {"seed": 1, "run": "2026-05-04 1",
     "mediaconvert": {"instant": true, "throttle": 0.05, "drop_events": 0.05},
     "uploads": {"duplicate_events": 0.1}}

The n-th decision of a kind is a function of seed, kind and n alone, so that a run can be repeated.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from sandbox.runtime.folder import read_json, write_json

LONGEST_SECONDS = 86_400

_log = logging.getLogger(__name__)


class InvalidFaults(ValueError):
    """Say what is wrong with a file of faults: each field, its value and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaConvertFaults:
    """What the MediaConvert endpoint does wrong.

    Attributes:
        instant: Jobs end at once, with small files made up without an encoder.
        throttle: Share of the pipeline's calls that get 429 TooManyRequestsException.
        server_error: Share of the pipeline's calls that get 500 InternalServerErrorException.
        timeout_after_accept: Share of CreateJob calls that are carried out and not answered.
        probe_forbidden: Share of Probe calls that get 403 ForbiddenException.
        probe_timeout: Share of Probe calls that are not answered.
        timeout_seconds: How long a call without an answer hangs before its connection is closed.
        drop_events: Share of events that are never sent.
        duplicate_events: Share of events that are sent twice.
        delay_events: Share of deliveries that come ``delay_seconds`` late, behind those that followed.
        reorder_events: Share of events that come after the next one of their job, at most
            ``delay_seconds`` late.
        slow_jobs: Share of jobs that take ``slow_seconds`` longer.
        failing_jobs: Share of jobs that end in ERROR.
        endless_jobs: Share of jobs that stay PROGRESSING until they are cancelled.
    """

    instant: bool = False
    throttle: float = 0.0
    server_error: float = 0.0
    timeout_after_accept: float = 0.0
    probe_forbidden: float = 0.0
    probe_timeout: float = 0.0
    timeout_seconds: float = 10.0
    drop_events: float = 0.0
    duplicate_events: float = 0.0
    delay_events: float = 0.0
    delay_seconds: float = 5.0
    reorder_events: float = 0.0
    slow_jobs: float = 0.0
    slow_seconds: float = 10.0
    failing_jobs: float = 0.0
    endless_jobs: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFaults:
    """What happens to S3's Object Created events; the fields mean what they mean for MediaConvert's."""

    drop_events: float = 0.0
    duplicate_events: float = 0.0
    delay_events: float = 0.0
    delay_seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSettings:
    """What a file of faults says; what it leaves out doesn't happen.

    Attributes:
        seed: Another seed, other decisions.
        run: Name of the run; where it or the seed changes, decisions and counts begin anew.
    """

    seed: int = 1
    run: str = ""
    mediaconvert: MediaConvertFaults = field(default_factory=MediaConvertFaults)
    uploads: UploadFaults = field(default_factory=UploadFaults)


def parsed(text: str) -> FaultSettings:
    """Read settings from JSON.

    Raises:
        InvalidFaults: Names every field that is wrong.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidFaults(f"it is not JSON: {error}") from None
    complaints: list[str] = []
    found = _members(document, "", FaultSettings, complaints)
    sections = {
        "mediaconvert": _members(
            found.pop("mediaconvert", {}), "mediaconvert.", MediaConvertFaults, complaints
        ),
        "uploads": _members(found.pop("uploads", {}), "uploads.", UploadFaults, complaints),
    }
    if complaints:
        raise InvalidFaults("; ".join(complaints))
    return FaultSettings(
        **found,
        mediaconvert=MediaConvertFaults(**sections["mediaconvert"]),
        uploads=UploadFaults(**sections["uploads"]),
    )


def share(seed: int, kind: str, number: int) -> float:
    """Return a number from 0 up to 1 that depends on these three alone; a fault strikes below its rate."""
    digest = hashlib.sha256(f"{seed}/{kind}/{number}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


class Faults:
    """Decide for one server which faults strike, and count them.

    Safe to use from several threads. What was decided and counted outlives the process where ``state`` names
    a file for it.

    Raises:
        InvalidFaults: The file is wrong at the start; later on, that is logged and the last good one holds.
    """

    def __init__(
        self, path: Path | None, section: Literal["mediaconvert", "uploads"], state: Path | None = None
    ) -> None:
        self._path = path
        self._section = section
        self._state = state
        self._lock = threading.RLock()
        self._seen: tuple[int, int, int] | None = None
        self._settings = FaultSettings()
        self._run: tuple[int, str] | None = None
        self._decided: dict[str, int] = {}
        self._injected: dict[str, int] = {}
        self._recall()
        self._read()

    @property
    def settings(self) -> FaultSettings:
        """What the file says now."""
        with self._lock:
            try:
                self._read()
            except InvalidFaults as error:
                _log.error("The last good faults stay: %s", error)
            return self._settings

    def strikes(self, kind: str) -> bool:
        """Decide whether the next fault of a kind, a field that holds a share, happens; count it if so."""
        rate = float(getattr(getattr(self.settings, self._section), kind))
        if rate <= 0:
            return False
        with self._lock:
            number = self._decided.get(kind, 0)
            self._decided[kind] = number + 1
            if share(self._settings.seed, f"{self._section}.{kind}", number) >= rate:
                return False
            self._injected[kind] = self._injected.get(kind, 0) + 1
            self._remember()
            return True

    def delivery_delays(self) -> tuple[float, ...]:
        """Decide what becomes of an event: the delay in seconds of each delivery; none if it is dropped."""
        if self.strikes("drop_events"):
            return ()
        settings = self.settings
        delay = getattr(settings, self._section).delay_seconds
        deliveries = 2 if self.strikes("duplicate_events") else 1
        return tuple(delay if self.strikes("delay_events") else 0.0 for _ in range(deliveries))

    def counts(self) -> dict[str, int]:
        """Count the faults of each kind that struck in this run."""
        with self._lock:
            _ = self.settings  # where another run has begun, it has its own counts
            return dict(sorted(self._injected.items()))

    def _read(self) -> None:
        if self._path is None:
            return
        try:
            found = self._path.stat()
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
            if seen == self._seen:
                return
            # Before it is parsed: a wrong file is complained about once, not at every call.
            self._seen = seen
            text = self._path.read_text()
        except (FileNotFoundError, NotADirectoryError):
            self._seen, self._settings = None, FaultSettings()
            return
        except (OSError, UnicodeError) as error:
            raise InvalidFaults(f"{self._path} can't be read: {error}") from None
        try:
            self._settings = parsed(text)
        except InvalidFaults as error:
            raise InvalidFaults(f"{self._path} is not valid: {error}") from None
        run = (self._settings.seed, self._settings.run)
        if run != self._run:
            self._run, self._decided, self._injected = run, {}, {}
            self._remember()

    def _recall(self) -> None:
        if self._state is None:
            return
        match read_json(self._state):
            case {
                "seed": int(seed),
                "run": str(run),
                "decided": dict(decided),
                "injected": dict(injected),
            }:
                self._run, self._decided, self._injected = (seed, run), decided, injected

    def _remember(self) -> None:
        # Only when a fault strikes: a killed server decides again at most what did no harm since then.
        if self._state is not None and self._run is not None:
            seed, run = self._run
            record = {"seed": seed, "run": run, "decided": self._decided, "injected": self._injected}
            write_json(self._state, record)


def _members(document: Any, prefix: str, of: type[Any], complaints: list[str]) -> dict[str, Any]:
    """Return the members that are valid and tell of those that are not."""
    if not isinstance(document, Mapping):
        complaints.append(f"{prefix.rstrip('.') or 'the file'} is {json.dumps(document)}, allowed: an object")
        return {}
    found: dict[str, Any] = {}
    known = [item.name for item in fields(of)]
    for name, value in document.items():
        if name not in known:
            complaints.append(f"{prefix}{name} is not a field, allowed: {', '.join(known)}")
            continue
        allows, allowed = _rule(name)
        if not allows(value):
            complaints.append(f"{prefix}{name} is {json.dumps(value)}, allowed: {allowed}")
            continue
        found[name] = value
    return found


def _rule(name: str) -> tuple[Callable[[Any], bool], str]:
    match name:
        case "mediaconvert" | "uploads":
            return lambda value: isinstance(value, Mapping), "an object"
        case "seed":
            return lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number"
        case "run":
            return lambda value: isinstance(value, str), "a text"
        case "instant":
            return lambda value: isinstance(value, bool), "true or false"
        case _ if name.endswith("_seconds"):
            return lambda value: _is_number(value) and 0 <= value <= LONGEST_SECONDS, (
                f"0 to {LONGEST_SECONDS} seconds"
            )
        case _:
            return lambda value: _is_number(value) and 0 <= value <= 1, "a share from 0 to 1"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
