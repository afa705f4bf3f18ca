"""The operator of a load test, who cancels jobs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from sandbox.chaos.operator import Operator


class FakeMediaConvert:
    """List and cancel jobs."""

    def __init__(self, jobs: list[dict[str, Any]]) -> None:
        self.jobs = jobs
        self.cancelled: list[str] = []

    def list_jobs(self, *, Queue: str, Status: str, Order: str, MaxResults: int) -> dict[str, Any]:
        """List the jobs of a status."""
        return {"Jobs": [job for job in self.jobs if job["Status"] == Status]}

    def cancel_job(self, *, Id: str) -> None:
        """Cancel a job, unless it has ended meanwhile."""
        if Id.startswith("ended"):
            raise ClientError({"Error": {"Code": "ConflictException", "Message": "ended"}}, "CancelJob")
        self.cancelled.append(Id)
        self.jobs = [job for job in self.jobs if job["Id"] != Id]


def job(id_: str, status: str, running_seconds: float = 0, source: str = "load-test/a.mp4") -> dict[str, Any]:
    """Lay out a job as boto3 does."""
    return {
        "Id": id_,
        "Status": status,
        "Timing": {"StartTime": datetime.now(UTC) - timedelta(seconds=running_seconds)},
        "Settings": {"Inputs": [{"FileInput": f"s3://up/{source}"}]},
    }


def test_an_operator_ends_endless_jobs_and_some_that_wait() -> None:
    """Jobs of others, young ones and more than asked for are left alone."""
    mediaconvert = FakeMediaConvert(
        [
            job("endless", "PROGRESSING", 61),
            job("young", "PROGRESSING", 30),
            job("another's", "PROGRESSING", 999, "elsewhere/a.mp4"),
            job("ended meanwhile", "PROGRESSING", 99),
            job("waiting-1", "SUBMITTED"),
            job("waiting-2", "SUBMITTED"),
        ]
    )
    client: Any = mediaconvert
    operator = Operator(
        client, "arn", ["s3://up/load-test/", "s3://up/web/ann/"], endless_seconds=60, early_cancels=1
    )
    operator.look()
    operator.look()
    assert mediaconvert.cancelled == ["endless", "waiting-1"]
    assert (operator.endless, operator.early) == (1, 1)
