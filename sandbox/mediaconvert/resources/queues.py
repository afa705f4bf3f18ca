"""Keep the queues: jobs wait in one of them, and a paused one starts none."""

import re
import time

from sandbox.mediaconvert.api.errors import BadRequest, Conflict, NotFound
from sandbox.mediaconvert.api.pagination import listed_page
from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.model import Account
from sandbox.mediaconvert.resources.store import Store
from sandbox.mediaconvert.resources.tags import checked_tags

KIND = "queue"
DEFAULT = "Default"
YEAR_SECONDS = 365 * 24 * 3600
_NAME = re.compile(r"[A-Za-z0-9_-]{1,150}")


class Queues:
    """Answer the queue operations, and say which queues jobs may start from."""

    def __init__(self, store: Store, account: Account, concurrent_jobs: int) -> None:
        self._store = store
        self._account = account
        self._concurrent_jobs = concurrent_jobs
        if store.resource(KIND, DEFAULT) is None:
            store.put_resource(KIND, self._document({"name": DEFAULT}, type_="SYSTEM"))

    def create(self, parameters: Document) -> Document:
        """Answer CreateQueue."""
        name = parameters["name"]
        if not _NAME.fullmatch(name):
            raise BadRequest("/name: Should be 1 to 150 letters, digits, hyphens and underscores.")
        tags = checked_tags(parameters.get("tags", {}))
        queue = self._document(parameters, type_="CUSTOM")
        with self._store.transaction():
            if self._store.resource(KIND, name) is not None:
                raise Conflict(f"A queue with the name {name} already exists.")
            self._store.put_resource(KIND, queue)
            self._store.put_tags(queue["arn"], tags)
        return {"queue": self._counted(queue)}

    def get(self, parameters: Document) -> Document:
        """Answer GetQueue."""
        return {"queue": self._counted(self._existing(parameters["name"]))}

    def listed(self, parameters: Document) -> Document:
        """Answer ListQueues."""
        page = listed_page(self._store.resources(KIND), parameters, "queues")
        page["queues"] = [self._counted(queue) for queue in page["queues"]]
        return {**page, "totalConcurrentJobs": self._concurrent_jobs, "unallocatedConcurrentJobs": 0}

    def update(self, parameters: Document) -> Document:
        """Answer UpdateQueue."""
        with self._store.transaction():
            queue = self._existing(parameters["name"])
            if "reservationPlanSettings" in parameters and queue["pricingPlan"] != "RESERVED":
                raise BadRequest("/reservationPlanSettings: Only a queue with pricingPlan RESERVED has one.")
            changed = ("description", "status", "concurrentJobs", "maximumConcurrentFeeds")
            queue |= {name: parameters[name] for name in changed if name in parameters}
            queue |= {**_reservation(parameters), "lastUpdated": int(time.time())}
            self._store.put_resource(KIND, queue)
        return {"queue": self._counted(queue)}

    def delete(self, parameters: Document) -> Document:
        """Answer DeleteQueue; a queue whose jobs aren't done stays."""
        with self._store.transaction():
            queue = self._counted(self._existing(parameters["name"]))
            if queue["type"] == "SYSTEM":
                raise BadRequest("You can't delete the default queue.")
            unfinished = queue["submittedJobsCount"] + queue["progressingJobsCount"]
            if unfinished:
                name = queue["name"]
                raise Conflict(f"The queue {name} has {unfinished} unfinished jobs; cancel them first.")
            self._store.delete_resource(KIND, queue["name"])
            self._store.delete_tags(queue["arn"])
        return {}

    def arn(self, reference: str) -> str:
        """Resolve a queue's name or ARN to the ARN of an existing queue.

        Raises:
            NotFound: There is no such queue.
        """
        name = reference.rpartition("queues/")[2]
        queue = self._existing(name, reference)
        if reference not in (name, queue["arn"]):
            raise NotFound(f"The queue {reference[:300]} doesn't exist.")
        return str(queue["arn"])

    def active_arns(self) -> list[str]:
        """List the queues from which jobs may start."""
        return [queue["arn"] for queue in self._store.resources(KIND) if queue["status"] == "ACTIVE"]

    def _existing(self, name: str, reference: str | None = None) -> Document:
        queue = self._store.resource(KIND, name)
        if queue is None:
            raise NotFound(f"The queue {(reference or name)[:300]} doesn't exist.")
        return queue

    def _counted(self, queue: Document) -> Document:
        return {
            **queue,
            "submittedJobsCount": self._store.count_jobs("SUBMITTED", queue["arn"]),
            "progressingJobsCount": self._store.count_jobs("PROGRESSING", queue["arn"]),
        }

    def _document(self, parameters: Document, *, type_: str) -> Document:
        plan = parameters.get("pricingPlan", "ON_DEMAND")
        if plan == "RESERVED" and "reservationPlanSettings" not in parameters:
            raise BadRequest("/: reservationPlanSettings is a required property when pricingPlan is RESERVED")
        if plan == "ON_DEMAND" and "reservationPlanSettings" in parameters:
            raise BadRequest("/reservationPlanSettings: Only a queue with pricingPlan RESERVED has one.")
        now = int(time.time())
        queue = {
            "arn": self._account.arn("queues", parameters["name"]),
            "name": parameters["name"],
            "type": type_,
            "status": parameters.get("status", "ACTIVE"),
            "pricingPlan": plan,
            "concurrentJobs": parameters.get("concurrentJobs", self._concurrent_jobs),
            "serviceOverrides": [],
            "createdAt": now,
            "lastUpdated": now,
            **_reservation(parameters),
        }
        return queue | {name: parameters[name] for name in ("description",) if name in parameters}


def _reservation(parameters: Document) -> Document:
    if "reservationPlanSettings" not in parameters:
        return {}
    now = int(time.time())
    plan = parameters["reservationPlanSettings"]
    return {
        "reservationPlan": {**plan, "status": "ACTIVE", "purchasedAt": now, "expiresAt": now + YEAR_SECONDS}
    }
