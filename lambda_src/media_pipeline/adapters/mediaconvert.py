"""MediaConvert: look into a source, submit a job exactly once, ask what became of it.

What its refusals mean:

- BadRequestException on CreateJob: these settings don't fit; the asset fails (PermanentError, category
  settings).
- 402 and 429: ThrottledError; the message goes back to the queue.
- 403, 404, 409: the deployment is at fault (role, queue, key policy); OperatorError, the message waits.
- On Probe, 403 is SourceRefusedError, for which the message waits as long as it takes; another 4xx is about
  the one file, which is then encoded without a look.
- 5xx, timeouts and the network: TransientError. The job may exist all the same: look for it first.
"""

from collections.abc import Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from media_pipeline.adapters.clients import (
    aws_errors,
    error_code,
    http_status,
    translated,
)
from media_pipeline.adapters.probe_response import source_from_probe
from media_pipeline.domain.asset import Asset
from media_pipeline.domain.clock import instant
from media_pipeline.domain.errors import (
    ConflictError,
    NotFoundError,
    OperatorError,
    SourceRefusedError,
    TransientError,
)
from media_pipeline.domain.failures import failure
from media_pipeline.domain.source import Source, UnknownSource

# Source: MediaConvert API, Common errors: some of them come as 400.
_CREDENTIAL_CODES = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "UnrecognizedClientException",
    }
)
_PAGE_SIZE = 20  # Source: MediaConvert API, SearchJobsRequest.MaxResults: at most 20
_MAX_SEARCHED_CHARACTERS = 300  # Source: MediaConvert API, SearchJobsRequest.InputFile
_MAX_PAGES = 50
# An attempt may have been begun by an operator's machine, whose clock is not MediaConvert's: AWS refuses what
# is signed at a time further from its own.
_CLOCK_TOLERANCE = timedelta(minutes=15)


class MediaConvertTranscoder:
    """Submit and find this pipeline's jobs on its own queue.

    Submitting and probing take their time on MediaConvert's side, so each may have a client with a timeout of
    its own; `client` serves everything else.
    """

    def __init__(
        self,
        client: Any,
        *,
        pipeline: str,
        queue_arn: str,
        role_arn: str = "",
        submit_client: Any = None,
        probe_client: Any = None,
    ) -> None:
        self._client = client
        self._submit_client = submit_client or client
        self._probe_client = probe_client or client
        self._pipeline = pipeline
        self._queue_arn = queue_arn
        self._role_arn = role_arn

    def probe(self, source_uri: str) -> Source:
        """Look into a source; where MediaConvert can't make anything of it, return UnknownSource.

        Raises SourceError where it isn't a video. Where MediaConvert is busy, fails, takes too long or can't
        be reached, raises ThrottledError or TransientError rather than settle for less, and
        SourceRefusedError where it does not let us.
        """
        try:
            answer = self._probe_client.probe(InputFiles=[{"FileUrl": source_uri}])
        except ClientError as error:
            refusal = translated(error, "probing the source")
            if not isinstance(refusal, OperatorError):
                raise refusal from error
            if http_status(error) == 403 or error_code(error) in _CREDENTIAL_CODES:
                raise SourceRefusedError(str(refusal)) from error
            return UnknownSource(reason=f"Probe was refused: {error}"[:500])
        except BotoCoreError as error:
            raise TransientError(f"probing the source: {error}") from error
        return source_from_probe(answer)

    def create_job(self, asset: Asset, settings: Mapping[str, Any]) -> str:
        """Submit the asset's job and return its id."""
        with aws_errors("submitting the job"):
            try:
                answer = self._submit_client.create_job(
                    Role=self._role_arn,
                    Queue=self._queue_arn,
                    Settings=settings,
                    StatusUpdateInterval="SECONDS_60",
                    # The job has no tags of its own: those of its queue tell environments apart on the bill.
                    BillingTagsSource="QUEUE",
                    UserMetadata=self._metadata(asset),
                    ClientRequestToken=f"{asset.asset_id}-{asset.attempt}",
                )
            except ClientError as error:
                # Throttling and faults of the caller's signature or credentials may come as 400 too.
                if error_code(error) == "BadRequestException":
                    raise failure("JOB_REFUSED").fault(said=error) from error
                raise
        return str(answer["Job"]["Id"])

    def find_job(self, asset: Asset) -> str | None:
        """Return the id of the job already submitted for this attempt, or None where there is none.

        Reads the jobs of this source, newest first, back to the attempt's beginning. Raises TransientError
        where they are too many to be sure.
        """
        oldest = instant(asset.attempt_began_at) - _CLOCK_TOLERANCE
        wanted = self._metadata(asset)
        with aws_errors("looking for a submitted job"):
            pages = self._client.get_paginator("search_jobs").paginate(
                Queue=self._queue_arn,
                InputFile=asset.upload.uri[-_MAX_SEARCHED_CHARACTERS:],
                Order="DESCENDING",
                MaxResults=_PAGE_SIZE,
            )
            for page in islice(pages, _MAX_PAGES):
                for job in page.get("Jobs", []):
                    if job.get("UserMetadata") == wanted:
                        return str(job["Id"])
                    if job.get("CreatedAt") is not None and job["CreatedAt"] < oldest:
                        return None
                if not page.get("NextToken"):
                    return None
        raise TransientError(f"more than {_MAX_PAGES * _PAGE_SIZE} jobs to search for one already submitted")

    def jobs_in_flight(self) -> int:
        """Return how many jobs of the queue wait or run, as MediaConvert estimates it."""
        with aws_errors("counting the jobs in flight"):
            # Documented for names only. Source: MediaConvert API, GetQueueRequest.Name
            queue = self._client.get_queue(Name=self._queue_arn.rpartition("/")[2])["Queue"]
        return int(queue.get("SubmittedJobsCount", 0)) + int(queue.get("ProgressingJobsCount", 0))

    def cancel_job(self, job_id: str) -> bool:
        """Cancel a job; return False where it has already ended, or is no longer known."""
        try:
            with aws_errors("cancelling the job"):
                self._client.cancel_job(Id=job_id)
        except (ConflictError, NotFoundError):
            return False
        return True

    def get_job(self, job_id: str) -> Mapping[str, Any] | None:
        """Return a job as MediaConvert knows it, or None where it knows none of this id."""
        try:
            with aws_errors("asking for the job"):
                answer = self._client.get_job(Id=job_id)
        except NotFoundError:
            return None
        job: Mapping[str, Any] = answer["Job"]
        return job

    def _metadata(self, asset: Asset) -> dict[str, str]:
        return {"pipeline": self._pipeline, "asset_id": asset.asset_id, "attempt": str(asset.attempt)}
