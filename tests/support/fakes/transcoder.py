"""MediaConvert with jobs that only the test moves, and the presets that they are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.source import Source
from media_pipeline.encoding.presets import Presets
from media_pipeline.encoding.profiles import Profiles

# Source: MediaConvert API, CreateJobRequest.ClientRequestToken
_TOKEN_LIFE = timedelta(minutes=1)


@dataclass
class FakeTranscoder:
    """Keep submitted jobs; `source` answers Probe; `failures` holds what the next calls of a name raise.

    A failure named `create_job_after` is raised when the job already exists: an answer that was lost. Where
    there is a clock, a request that is repeated within a minute is answered with the first one's job, as
    MediaConvert does.
    """

    source: Source
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    clock: Callable[[], datetime] | None = None

    def probe(self, source_uri: str) -> Source:
        """Look into a source."""
        self._fail("probe")
        return self.source

    def create_job(self, asset: Asset, settings: Mapping[str, Any]) -> str:
        """Submit a job."""
        self._fail("create_job")
        job_id = self._just_created(asset)
        if job_id is None:
            job_id = f"job-{len(self.jobs) + 1}"
            self.jobs[job_id] = {
                "Id": job_id,
                "Status": "SUBMITTED",
                "CreatedAt": self.clock() if self.clock else None,
                "UserMetadata": {
                    "pipeline": "media-pipeline-test",
                    "asset_id": asset.asset_id,
                    "attempt": str(asset.attempt),
                },
            }
            self.settings[job_id] = settings
        self._fail("create_job_after")
        return job_id

    def find_job(self, asset: Asset) -> str | None:
        """Find the job of an asset's attempt."""
        self._fail("find_job")
        return self._newest_job(asset)

    def jobs_in_flight(self) -> int:
        """Count the jobs that wait or run."""
        self._fail("jobs_in_flight")
        return sum(job["Status"] in ("SUBMITTED", "PROGRESSING") for job in self.jobs.values())

    def cancel_job(self, job_id: str) -> bool:
        """Cancel a job that has not ended."""
        self._fail("cancel_job")
        job = self.jobs.get(job_id)
        if job is None or job["Status"] not in ("SUBMITTED", "PROGRESSING"):
            return False
        job["Status"] = "CANCELED"
        return True

    def get_job(self, job_id: str) -> Mapping[str, Any] | None:
        """Return a job."""
        self._fail("get_job")
        return self.jobs.get(job_id)

    def _newest_job(self, asset: Asset) -> str | None:
        wanted = (asset.asset_id, str(asset.attempt))
        return next(
            (
                job_id
                for job_id, job in reversed(self.jobs.items())
                if (job["UserMetadata"]["asset_id"], job["UserMetadata"]["attempt"]) == wanted
            ),
            None,
        )

    def _just_created(self, asset: Asset) -> str | None:
        job_id = self._newest_job(asset)
        if job_id is None or self.clock is None:
            return None
        created: datetime = self.jobs[job_id]["CreatedAt"]
        return job_id if self.clock() - created < _TOKEN_LIFE else None

    def _fail(self, call: str) -> None:
        if self.failures.get(call):
            raise self.failures[call].pop(0)


@dataclass
class FakePresets:
    """Hand out fixed presets; `failure` is raised instead where it is set."""

    presets: Presets
    profiles: Profiles
    failure: Exception | None = None

    def load(self) -> tuple[Presets, Profiles]:
        """Return the presets and profiles."""
        if self.failure:
            raise self.failure
        return self.presets, self.profiles
