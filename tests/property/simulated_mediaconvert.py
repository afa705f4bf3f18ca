"""MediaConvert as boto3 shows it, for the real Transcoder to call; the test decides what becomes of jobs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.property.weather import refusal, timeout
from tests.support.service_model import request_faults

QUEUE_ARN = "arn:aws:mediaconvert:us-east-1:123456789012:queues/media"
ALIVE = ("SUBMITTED", "PROGRESSING")

PROBED: Mapping[str, Any] = {
    "ProbeResults": [
        {
            "Container": {
                "Duration": 10.0,
                "Format": "mp4",
                "Tracks": [
                    {
                        "TrackType": "video",
                        "Codec": "AVC",
                        "VideoProperties": {
                            "Width": 640,
                            "Height": 360,
                            "FrameRate": {"Numerator": 30, "Denominator": 1},
                        },
                    },
                    {"TrackType": "audio", "Codec": "AAC", "AudioProperties": {"Channels": 2}},
                ],
            }
        }
    ]
}


@dataclass(slots=True, kw_only=True)
class SimulatedJob:
    """Hold a job; `read_etag` is that of the object that it read when it began."""

    job_id: str
    settings: Mapping[str, Any]
    metadata: Mapping[str, str]
    created_at: datetime
    status: str = "SUBMITTED"
    error_code: int = 0
    read_etag: str | None = None

    @property
    def source_key(self) -> str:
        """Return the key of the object that the job reads."""
        uri: str = self.settings["Inputs"][0]["FileInput"]
        return uri.removeprefix("s3://").partition("/")[2]

    @property
    def files(self) -> list[str]:
        """Return the keys of what the job writes: films, and the stills of a tenth of them."""
        keys = []
        for group in self.settings["OutputGroups"]:
            destination: str = group["OutputGroupSettings"]["FileGroupSettings"]["Destination"]
            for output in group["Outputs"]:
                still = output["VideoDescription"]["CodecSettings"].get("FrameCaptureSettings")
                count = min(still["MaxCaptures"], _STILLS) if still else 0
                suffixes = [f".{number:07d}.jpg" for number in range(count)] if still else [".mp4"]
                uris = [destination + output["NameModifier"] + suffix for suffix in suffixes]
                keys += [uri.removeprefix("s3://").partition("/")[2] for uri in uris]
        return keys

    def described(self) -> dict[str, Any]:
        """Return the job as GetJob does."""
        return {
            "Id": self.job_id,
            "Status": self.status,
            "UserMetadata": dict(self.metadata),
            "CreatedAt": self.created_at,
            "ErrorCode": self.error_code,
            "ErrorMessage": "failed" if self.error_code else "",
        }


# The poster is one of the first that many.
_STILLS = 12


@dataclass
class SimulatedMediaConvert:
    """Answer as MediaConvert's client does; a job is found `search_lag` after it was made.

    A request whose token is known is answered with the first one's job. Where `probe_is_flaky`, every other
    probe gets no answer.
    """

    now: Callable[[], datetime]
    search_lag: timedelta
    token_life: timedelta
    probe_is_flaky: bool
    probes: int = 0
    jobs: dict[str, SimulatedJob] = field(default_factory=dict)
    tokens: dict[str, SimulatedJob] = field(default_factory=dict)

    def probe(self, *, InputFiles: Any) -> Mapping[str, Any]:
        """Tell of a video."""
        self.probes += 1
        if self.probe_is_flaky and self.probes % 2:
            raise timeout()
        return PROBED

    def create_job(
        self, *, Settings: Any, UserMetadata: Any, ClientRequestToken: str, **_: Any
    ) -> dict[str, Any]:
        """Make a job, or answer with the one that the same token made just before."""
        assert request_faults("mediaconvert", "CreateJob", {"Role": "role", "Settings": Settings}) == []
        job = self.tokens.get(ClientRequestToken)
        if job is None or self.now() - job.created_at >= self.token_life:
            job = SimulatedJob(
                job_id=f"job-{len(self.jobs) + 1}",
                settings=Settings,
                metadata=UserMetadata,
                created_at=self.now(),
            )
            self.jobs[job.job_id] = self.tokens[ClientRequestToken] = job
        return {"Job": job.described()}

    def search_jobs(self, *, InputFile: str, MaxResults: int, **_: Any) -> dict[str, Any]:
        """Find jobs by their source, newest first."""
        found = [
            job.described()
            for job in reversed(self.jobs.values())
            if job.created_at + self.search_lag <= self.now()
            and job.settings["Inputs"][0]["FileInput"].endswith(InputFile)
        ]
        return {"Jobs": found[:MaxResults]}

    def get_queue(self, *, Name: str) -> dict[str, Any]:
        """Count the jobs that wait or run."""
        waiting, running = (sum(job.status == status for job in self.jobs.values()) for status in ALIVE)
        return {"Queue": {"SubmittedJobsCount": waiting, "ProgressingJobsCount": running}}

    def get_job(self, *, Id: str) -> dict[str, Any]:
        """Return a job."""
        if Id not in self.jobs:
            raise refusal(404, "NotFoundException")
        return {"Job": self.jobs[Id].described()}

    def cancel_job(self, *, Id: str) -> dict[str, Any]:
        """Cancel a job that has not ended."""
        job = self.jobs.get(Id)
        if job is None or job.status not in ALIVE:
            raise refusal(404 if job is None else 409, "ConflictException")
        job.status = "CANCELED"
        return {}
