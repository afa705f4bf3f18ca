"""Jobs that keep a queue from being deleted are cancelled; those that end meanwhile don't stop that."""

from typing import Any

from tools.ops.unfinished_jobs import cancel_all


class Conflict(Exception):
    """What MediaConvert answers where a job has ended."""


class Exceptions:
    """The client's errors."""

    ConflictException = Conflict


class MediaConvert:
    """Two pages of jobs a status, of which some have ended by the time they are cancelled."""

    exceptions = Exceptions

    def __init__(self, jobs: dict[str, list[list[str]]], ended: set[str]) -> None:
        self._jobs = jobs
        self._ended = ended
        self.cancelled: list[str] = []
        self.queues: set[str] = set()

    def get_paginator(self, operation: str) -> "MediaConvert":
        """Page through ListJobs alone."""
        assert operation == "list_jobs"
        return self

    def paginate(self, *, Queue: str, Status: str) -> list[dict[str, Any]]:
        """Return the pages of a status."""
        self.queues.add(Queue)
        return [{"Jobs": [{"Id": id_} for id_ in page]} for page in self._jobs.get(Status, [])]

    def cancel_job(self, *, Id: str) -> None:
        """Cancel a job that has not ended."""
        if Id in self._ended:
            raise Conflict
        self.cancelled.append(Id)


def test_every_unfinished_job_of_the_queue_is_cancelled() -> None:
    """On every page, waiting or running; what is done is not touched."""
    jobs = {"SUBMITTED": [["a"], ["b"]], "PROGRESSING": [["c"]], "COMPLETE": [["d"]]}
    service: Any = MediaConvert(jobs, ended=set())
    assert cancel_all(service, "media-pipeline-jobs-dev") == 3
    assert service.cancelled == ["a", "b", "c"]
    assert service.queues == {"media-pipeline-jobs-dev"}


def test_a_job_that_ends_meanwhile_is_passed_over() -> None:
    """The ones after it are cancelled all the same."""
    service: Any = MediaConvert({"PROGRESSING": [["a", "b"]]}, ended={"a"})
    assert cancel_all(service, "queue") == 1
    assert service.cancelled == ["b"]
