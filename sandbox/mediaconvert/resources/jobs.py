"""Keep the jobs and their life: SUBMITTED, PROGRESSING, then COMPLETE, ERROR or CANCELED.

Each change of status and its event are written in one transaction, and only from the status that it may
follow; so a job that was cancelled while it finished has one end, not two.
"""

import re
import secrets
import string
import time
from collections.abc import Callable, Mapping

from sandbox.mediaconvert.api.errors import BadRequest, Conflict, NotFound
from sandbox.mediaconvert.api.job_settings_rules import job_errors
from sandbox.mediaconvert.api.pagination import PAGE_SIZE, page_token, token_position
from sandbox.mediaconvert.api.validation import refuse
from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.model import Account, JobWarning, Progress, TranscodeResult
from sandbox.mediaconvert.resources import events
from sandbox.mediaconvert.resources.job_templates import Templates, merged
from sandbox.mediaconvert.resources.queues import DEFAULT, Queues
from sandbox.mediaconvert.resources.store import JobFilter, Store
from sandbox.mediaconvert.resources.tags import checked_tags

# Source: the model's documentation of CreateJobRequest.clientRequestToken.
TOKEN_MAX_LENGTH = 64
TOKEN_LIFE_MS = 60_000
# Source: the model's documentation of SearchJobsRequest.inputFile.
SEARCHED_MAX_LENGTH = 300

_ROLE_ARN = re.compile(r"arn:aws(-[a-z]+)*:iam::\d{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
_ID_ALPHABET = string.ascii_lowercase + string.digits
_INHERITED = ("accelerationSettings", "hopDestinations", "priority", "queue", "statusUpdateInterval")


class Jobs:
    """Answer the job operations, and record what becomes of the jobs that run."""

    def __init__(self, store: Store, account: Account, queues: Queues, templates: Templates) -> None:
        self._store = store
        self._account = account
        self._queues = queues
        self._templates = templates

    def create(self, parameters: Document) -> Document:
        """Answer CreateJob; a token that was used within a minute gives the job it made."""
        token = parameters.get("clientRequestToken")
        if token is not None and not (1 <= len(token) <= TOKEN_MAX_LENGTH and token.isascii()):
            raise BadRequest(f"/clientRequestToken: Should be 1 to {TOKEN_MAX_LENGTH} ASCII characters")
        if not _ROLE_ARN.fullmatch(parameters["role"]):
            raise BadRequest("/role: Should be the ARN of an IAM role")
        tags = checked_tags(parameters.get("tags", {}))
        with self._store.transaction():
            now_ms = time.time_ns() // 1_000_000
            if token is not None:
                first = self._store.job_by_token(token, since_ms=now_ms - TOKEN_LIFE_MS)
                if first is not None:
                    return {"job": first}
            job = self._document(self._over_template(parameters), now_ms)
            refuse(job_errors(job["settings"]))
            inputs = [item["fileInput"] for item in job["settings"]["inputs"]]
            self._store.add_job(job, token=token, created_at_ms=now_ms, inputs=inputs)
            self._store.put_tags(job["arn"], tags)
        return {"job": job}

    def get(self, parameters: Document) -> Document:
        """Answer GetJob."""
        return {"job": self._existing(parameters["id"])}

    def listed(self, parameters: Document) -> Document:
        """Answer ListJobs, the newest first unless asked otherwise."""
        return self._page(parameters, None)

    def search(self, parameters: Document) -> Document:
        """Answer SearchJobs: those one of whose inputs contains a text."""
        text = parameters.get("inputFile")
        if text is not None and len(text) > SEARCHED_MAX_LENGTH:
            raise BadRequest(f"/inputFile: Should be at most {SEARCHED_MAX_LENGTH} characters")
        return self._page(parameters, text)

    def cancel(self, parameters: Document) -> Document:
        """Answer CancelJob; a job that had not begun sends no event."""
        with self._store.transaction():
            job = self._existing(parameters["id"])
            if job["status"] not in ("SUBMITTED", "PROGRESSING"):
                raise Conflict(
                    f"The job {job['id']} can't be cancelled because its status is {job['status']}."
                )
            began = job["status"] == "PROGRESSING"
            self._finish(job, "CANCELED")
            if began:
                self._store.add_event(events.state_change(self._account, job, "CANCELED"))
        return {}

    def interrupted(self) -> list[Document]:
        """Read the jobs that were running when the process ended, the oldest first."""
        found: list[Document] = []
        after = None
        while page := self._store.jobs(
            JobFilter(status="PROGRESSING", ascending=True, after_sequence=after), PAGE_SIZE
        ):
            found += (job for _, job in page)
            after = page[-1][0]
        return found

    def resume(self, id_: str) -> Document | None:
        """Begin an interrupted job again, unless it was cancelled meanwhile."""
        again = {"currentPhase": "PROBING", "jobPercentComplete": 0}
        return self._change(id_, lambda job: job.update(again, retryCount=job["retryCount"] + 1))

    def start_next(self) -> Document | None:
        """Begin the job that goes first, if there is one."""
        with self._store.transaction():
            job = self._store.next_job(self._queues.active_arns())
            if job is None:
                return None
            job |= {"status": "PROGRESSING", "currentPhase": "PROBING", "jobPercentComplete": 0}
            job["timing"]["startTime"] = int(time.time())
            self._store.put_job(job)
            self._store.add_event(events.state_change(self._account, job, "PROGRESSING"))
        return job

    def inputs_probed(self, id_: str, probed: Mapping[str, Document]) -> None:
        """Emit the event that describes the inputs of a running job."""
        self._emit(id_, "INPUT_INFORMATION", inputDetails=events.input_details(probed))

    def progressed(self, id_: str, progress: Progress) -> None:
        """Record how far a running job is."""
        percent = events.job_percent(progress)
        self._change(
            id_, lambda job: job.update(currentPhase=progress.phase.value, jobPercentComplete=percent)
        )

    def status_updated(self, id_: str, progress: Progress) -> None:
        """Emit the event that says how far a running job is."""
        retries = self._existing(id_)["retryCount"]
        self._emit(
            id_,
            "STATUS_UPDATE",
            framesDecoded=progress.frames_decoded,
            jobProgress=events.job_progress(progress, retries),
        )

    def warned(self, id_: str, warning: JobWarning) -> None:
        """Emit the event of a warning that a running job met."""
        self._emit(id_, "NEW_WARNING", warningCode=warning.code, warningMessage=warning.message)

    def completed(self, id_: str, result: TranscodeResult) -> None:
        """End a running job well."""
        warnings = events.warning_groups(result.warnings)

        def finish(job: Document) -> None:
            job["outputGroupDetails"] = events.job_output_group_details(result.groups)
            job["warnings"] = warnings
            job["messages"]["warning"] = [warning.message for warning in result.warnings]
            job["jobPercentComplete"] = 100
            self._finish(job, "COMPLETE")
            detail = events.state_change(
                self._account,
                job,
                "COMPLETE",
                outputGroupDetails=events.output_group_details(result.groups),
                paddingInserted=0,
                blackVideoDetected=0,
                warnings=warnings,
            )
            self._store.add_event(detail)

        self._change(id_, finish)

    def failed(self, id_: str, code: int, message: str) -> None:
        """End a running job in ERROR."""

        def finish(job: Document) -> None:
            job["errorCode"], job["errorMessage"] = code, message
            self._finish(job, "ERROR")
            event = events.state_change(self._account, job, "ERROR", errorCode=code, errorMessage=message)
            self._store.add_event(event)

        self._change(id_, finish)

    def _emit(self, id_: str, status: str, **detail: object) -> None:
        def emit(job: Document) -> None:
            self._store.add_event(events.state_change(self._account, job, status, **detail))

        self._change(id_, emit)

    def _change(self, id_: str, change: Callable[[Document], None]) -> Document | None:
        """Change a job that is still PROGRESSING; leave any other as it is."""
        with self._store.transaction():
            job = self._existing(id_)
            if job["status"] != "PROGRESSING":
                return None
            change(job)
            self._store.put_job(job)
            return job

    def _finish(self, job: Document, status: str) -> None:
        job["status"] = status
        job["timing"]["finishTime"] = int(time.time())
        job.pop("currentPhase", None)
        self._store.put_job(job)

    def _existing(self, id_: str) -> Document:
        job = self._store.job(id_)
        if job is None:
            raise NotFound(f"The job {id_[:300]} doesn't exist.")
        return job

    def _page(self, parameters: Document, input_text: str | None) -> Document:
        limit = parameters.get("maxResults", PAGE_SIZE)
        queue = parameters.get("queue")
        selected = JobFilter(
            status=parameters.get("status"),
            queue=None if queue is None else self._queues.arn(queue),
            input_text=input_text,
            ascending=parameters.get("order") == "ASCENDING",
            after_sequence=token_position(parameters.get("nextToken")),
        )
        found = self._store.jobs(selected, limit + 1)
        page: Document = {"jobs": [job for _, job in found[:limit]]}
        if len(found) > limit:
            page["nextToken"] = page_token(found[limit - 1][0])
        return page

    def _over_template(self, parameters: Document) -> Document:
        reference = parameters.get("jobTemplate")
        if reference is None:
            return parameters
        template = self._templates.find(reference)
        inherited = {name: template[name] for name in _INHERITED if name in template}
        settings = merged(template.get("settings", {}), parameters["settings"])
        return {**inherited, **parameters, "jobTemplate": template["arn"], "settings": settings}

    def _document(self, parameters: Document, now_ms: int) -> Document:
        id_ = f"{now_ms}-{''.join(secrets.choice(_ID_ALPHABET) for _ in range(6))}"
        job = {
            "arn": self._account.arn("jobs", id_),
            "id": id_,
            "createdAt": now_ms // 1000,
            "queue": self._queues.arn(parameters.get("queue", DEFAULT)),
            "role": parameters["role"],
            "settings": parameters["settings"],
            "status": "SUBMITTED",
            "priority": parameters.get("priority", 0),
            "accelerationSettings": parameters.get("accelerationSettings", {"mode": "DISABLED"}),
            "accelerationStatus": "NOT_APPLICABLE",
            "billingTagsSource": parameters.get("billingTagsSource", "JOB"),
            "statusUpdateInterval": parameters.get("statusUpdateInterval", "SECONDS_60"),
            "simulateReservedQueue": parameters.get("simulateReservedQueue", "DISABLED"),
            "userMetadata": parameters.get("userMetadata", {}),
            "hopDestinations": parameters.get("hopDestinations", []),
            "messages": {"info": [], "warning": []},
            "timing": {"submitTime": now_ms // 1000},
            "retryCount": 0,
        }
        return job | {
            name: parameters[name] for name in ("clientRequestToken", "jobTemplate") if name in parameters
        }
