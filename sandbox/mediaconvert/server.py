"""Put the endpoint together, and start and stop it.

Faults are simulated by wrapping one of the four things that this takes from outside, never inside the code
(``faults`` and ``instant`` do):

==================  =====================================================================
``wrap_app``        throttling, 5xx, a timeout after the job was accepted
``publish_events``  events that are dropped, doubled, delayed or reordered
``media.transcode`` jobs that are slow, fail or never end; outputs made up without ffmpeg
``media.assume_role``  S3 or the role failing under a job
==================  =====================================================================
"""

import asyncio
import logging
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from sandbox.mediaconvert.api.app import Answer, application
from sandbox.mediaconvert.api.authorization import Authorize, no_authorization
from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.execution.probes import Probes
from sandbox.mediaconvert.execution.runner import Media, Runner
from sandbox.mediaconvert.execution.slots import Slots
from sandbox.mediaconvert.isolation.limits import IDLE_SECONDS, MAX_HEADER_BYTES
from sandbox.mediaconvert.model import Account
from sandbox.mediaconvert.resources.job_templates import Templates
from sandbox.mediaconvert.resources.jobs import Jobs
from sandbox.mediaconvert.resources.outbox import Outbox, PublishEvents
from sandbox.mediaconvert.resources.queues import Queues
from sandbox.mediaconvert.resources.store import Store
from sandbox.mediaconvert.resources.tags import Tags

HOST = "127.0.0.1"
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Say where the endpoint listens, keeps its state and how much it does at once."""

    port: int
    state_dir: Path
    account: Account
    concurrent_jobs: int = 2
    threads_per_job: int = 1
    authorize: Authorize = no_authorization


class MediaConvert:
    """The MediaConvert endpoint of one account and region."""

    def __init__(
        self,
        settings: ServiceSettings,
        media: Media,
        publish_events: PublishEvents,
        wrap_app: Callable[[Any], Any] = lambda app: app,
        *,
        slots: Slots | None = None,
        more_health: Callable[[], Document] = dict,
    ) -> None:
        self._settings = settings
        self._more_health = more_health
        self._scratch = settings.state_dir / "scratch"
        self._store = Store(settings.state_dir / "state.sqlite3")
        self._outbox = Outbox(self._store, publish_events)
        self._queues = Queues(self._store, settings.account, settings.concurrent_jobs)
        self._templates = Templates(self._store, settings.account, self._queues)
        self._jobs = Jobs(self._store, settings.account, self._queues, self._templates)
        self._runner = Runner(
            self._jobs,
            self._outbox,
            media,
            self._scratch / "jobs",
            slots=slots or Slots(lambda: settings.concurrent_jobs),
            threads_per_job=settings.threads_per_job,
        )
        self._probes = Probes(media.assume_role, media.inspect, self._scratch / "probes")
        self.application = wrap_app(application(self._answers(), self._health, settings.authorize))

    async def serve(self, stop: asyncio.Event) -> None:
        """Serve until ``stop`` is set; then stop running jobs, which begin again at the next start."""
        config = Config()
        # Bound first: where the port is taken, no job may have begun.
        listening = socket.create_server((HOST, self._settings.port))
        config.bind = [f"fd://{listening.detach()}"]
        config.graceful_timeout = 1.0
        config.keep_alive_timeout = IDLE_SECONDS
        config.h11_max_incomplete_size = MAX_HEADER_BYTES
        config.accesslog = None
        config.errorlog = logging.getLogger(__name__)
        # A process that was killed had no time to clean up.
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._outbox.start()
        self._runner.start()
        try:
            await serve(self.application, config, shutdown_trigger=stop.wait)
        finally:
            await asyncio.to_thread(self._runner.stop, STOP_SECONDS)
            self._outbox.stop(STOP_SECONDS)
            self._store.close()

    def _answers(self) -> dict[str, Answer]:
        tags = Tags(self._store)
        return {
            "CreateJob": self._then_wake(self._jobs.create),
            "GetJob": self._jobs.get,
            "ListJobs": self._jobs.listed,
            "SearchJobs": self._jobs.search,
            "CancelJob": self._cancel_job,
            "CreateQueue": self._queues.create,
            "GetQueue": self._queues.get,
            "ListQueues": self._queues.listed,
            "UpdateQueue": self._then_wake(self._queues.update),
            "DeleteQueue": self._queues.delete,
            "CreateJobTemplate": self._templates.create,
            "GetJobTemplate": self._templates.get,
            "ListJobTemplates": self._templates.listed,
            "UpdateJobTemplate": self._templates.update,
            "DeleteJobTemplate": self._templates.delete,
            "ListTagsForResource": tags.listed,
            "TagResource": tags.add,
            "UntagResource": tags.remove,
            "Probe": self._probes.probe,
            "DescribeEndpoints": lambda _: {"endpoints": [{"url": f"http://{HOST}:{self._settings.port}"}]},
        }

    def _then_wake(self, answer: Answer) -> Answer:
        def answer_and_wake(parameters: Document) -> Document:
            response = answer(parameters)
            self._runner.wake()
            return response

        return answer_and_wake

    def _cancel_job(self, parameters: Document) -> Document:
        response = self._jobs.cancel(parameters)
        self._runner.interrupt(parameters["id"])
        self._outbox.wake()
        return response

    def _health(self) -> Document:
        statuses = ("SUBMITTED", "PROGRESSING")
        return {
            "status": "ok",
            "jobs": {status: self._store.count_jobs(status) for status in statuses},
            "unsentEvents": self._store.count_unsent_events(),
            **self._more_health(),
        }
