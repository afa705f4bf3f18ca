"""Keep job templates, and lay a job's settings over its template's."""

import re
import time
from typing import Any

from sandbox.mediaconvert.api.errors import BadRequest, Conflict, NotFound
from sandbox.mediaconvert.api.job_settings_rules import template_errors
from sandbox.mediaconvert.api.pagination import listed_page
from sandbox.mediaconvert.api.validation import refuse
from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.model import Account
from sandbox.mediaconvert.resources.queues import Queues
from sandbox.mediaconvert.resources.store import Store
from sandbox.mediaconvert.resources.tags import checked_tags

KIND = "jobTemplate"
_NAME = re.compile(r"[\w.-][\w .-]{0,149}")
_FIELDS = (
    "accelerationSettings",
    "category",
    "description",
    "hopDestinations",
    "priority",
    "settings",
    "statusUpdateInterval",
)


class Templates:
    """Answer the job template operations."""

    def __init__(self, store: Store, account: Account, queues: Queues) -> None:
        self._store = store
        self._account = account
        self._queues = queues

    def create(self, parameters: Document) -> Document:
        """Answer CreateJobTemplate."""
        name = parameters["name"]
        if not _NAME.fullmatch(name):
            raise BadRequest(
                "/name: Should be 1 to 150 letters, digits, spaces, points, hyphens and underscores."
            )
        tags = checked_tags(parameters.get("tags", {}))
        now = int(time.time())
        template = {
            "arn": self._account.arn("jobTemplates", name),
            "name": name,
            "type": "CUSTOM",
            "createdAt": now,
            "lastUpdated": now,
            "accelerationSettings": {"mode": "DISABLED"},
            "priority": 0,
            "statusUpdateInterval": "SECONDS_60",
            **self._changes(parameters),
        }
        with self._store.transaction():
            if self._store.resource(KIND, name) is not None:
                raise Conflict(f"A job template with the name {name} already exists.")
            self._store.put_resource(KIND, template)
            self._store.put_tags(template["arn"], tags)
        return {"jobTemplate": template}

    def get(self, parameters: Document) -> Document:
        """Answer GetJobTemplate."""
        return {"jobTemplate": self.find(parameters["name"])}

    def listed(self, parameters: Document) -> Document:
        """Answer ListJobTemplates; there are no system templates here."""
        templates = [] if parameters.get("listBy") == "SYSTEM" else self._store.resources(KIND)
        category = parameters.get("category")
        if category is not None:
            templates = [template for template in templates if template.get("category") == category]
        return listed_page(templates, parameters, "jobTemplates")

    def update(self, parameters: Document) -> Document:
        """Answer UpdateJobTemplate."""
        with self._store.transaction():
            template = self.find(parameters["name"])
            template |= {**self._changes(parameters), "lastUpdated": int(time.time())}
            self._store.put_resource(KIND, template)
        return {"jobTemplate": template}

    def delete(self, parameters: Document) -> Document:
        """Answer DeleteJobTemplate."""
        with self._store.transaction():
            template = self.find(parameters["name"])
            self._store.delete_resource(KIND, template["name"])
            self._store.delete_tags(template["arn"])
        return {}

    def find(self, reference: str) -> Document:
        """Read a template by its name or ARN.

        Raises:
            NotFound: There is no such template.
        """
        template = self._store.resource(KIND, reference.rpartition("jobTemplates/")[2])
        if template is None or reference not in (template["name"], template["arn"]):
            raise NotFound(f"The job template {reference[:300]} doesn't exist.")
        return template

    def _changes(self, parameters: Document) -> Document:
        changes = {name: parameters[name] for name in _FIELDS if name in parameters}
        if "settings" in changes:
            refuse(template_errors(changes["settings"]))
        if "queue" in parameters:
            changes["queue"] = self._queues.arn(parameters["queue"])
        return changes


def merged(template: Any, job: Any) -> Any:
    """Lay a job's settings over its template's: members by name, list items by position."""
    if isinstance(template, dict) and isinstance(job, dict):
        both = {name: merged(template[name], job[name]) for name in template.keys() & job.keys()}
        return {**template, **job, **both}
    if isinstance(template, list) and isinstance(job, list):
        longer = job if len(job) > len(template) else template
        both_items = [merged(*pair) for pair in zip(template, job, strict=False)]
        return both_items + longer[len(both_items) :]
    return job
