"""Switch the servers' faults on and off, and ask what they did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sandbox.chaos.settings import LoadTestSettings
from sandbox.runtime import processes
from sandbox.runtime.endpoints import Endpoints
from sandbox.runtime.fault_injection import FaultSettings
from sandbox.runtime.folder import Folder, write_json


class FaultInjector:
    """The faults of one load test; where there is no file, there are none."""

    def __init__(self, folder: Folder, endpoints: Endpoints, settings: LoadTestSettings, run: str) -> None:
        self._folder = folder
        self._endpoints = endpoints
        self._settings = settings
        self._run = run

    def enable(self) -> None:
        """Enable the faults."""
        self._write(self._settings.faults(self._run))

    def disable(self) -> None:
        """Disable the faults and keep the counts."""
        self._write(FaultSettings(seed=self._settings.seed, run=self._run))

    def clear(self) -> None:
        """Disable the faults and forget their counts."""
        self._folder.faults.unlink(missing_ok=True)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Count what both servers did wrong, by server and kind."""
        uploads = self._read(f"{self._endpoints.aws}/_sandbox/faults")["uploads"]
        mediaconvert = self._read(f"{self._endpoints.mediaconvert}/health").get("faults", {})
        return {"uploads": uploads, "mediaconvert": mediaconvert}

    def longest_chain(self) -> int:
        """Return how often functions sent one message anew, at most, since the local AWS was started."""
        found = self._read(f"{self._endpoints.aws}/_sandbox/recursion")
        return max((int(each) for each in found["longestChains"].values()), default=0)

    def is_mediaconvert_idle(self) -> bool:
        """Return whether no job waits or runs, and no event is still to be sent."""
        health = self._read(f"{self._endpoints.mediaconvert}/health")
        counts = (*health["jobs"].values(), health["unsentEvents"], health.get("lateEvents", 0))
        return not any(counts)

    def _write(self, settings: FaultSettings) -> None:
        write_json(self._folder.faults, asdict(settings))

    def _read(self, url: str) -> dict[str, Any]:
        with processes.opener(self._endpoints.ca_bundle).open(url, timeout=30) as answer:
            document: dict[str, Any] = json.load(answer)
        return document
