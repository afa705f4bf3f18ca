"""Keep the tags of queues, job templates and jobs, addressed by ARN."""

from sandbox.mediaconvert.api.errors import BadRequest, NotFound
from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.resources.store import Store

# Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
MAX_TAGS = 50
MAX_KEY_LENGTH = 128
MAX_VALUE_LENGTH = 256

_KINDS = {"queues": "queue", "jobTemplates": "jobTemplate"}


def checked_tags(tags: dict[str, str]) -> dict[str, str]:
    """Give the tags back if AWS would take them.

    Raises:
        BadRequest: There are too many, or one is too long or reserved.
    """
    if len(tags) > MAX_TAGS:
        raise BadRequest(f"/tags: A resource has at most {MAX_TAGS} tags.")
    for key, value in tags.items():
        if not 1 <= len(key) <= MAX_KEY_LENGTH or len(value) > MAX_VALUE_LENGTH:
            raise BadRequest(
                f"/tags: A key has 1 to {MAX_KEY_LENGTH} characters, a value up to {MAX_VALUE_LENGTH}."
            )
        if key.lower().startswith("aws:"):
            raise BadRequest("/tags: Keys that begin with aws: are reserved.")
    return tags


class Tags:
    """Answer the three tag operations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def listed(self, parameters: Document) -> Document:
        """Answer ListTagsForResource."""
        arn = self._existing(parameters)
        return {"resourceTags": {"arn": arn, "tags": self._store.tags(arn)}}

    def add(self, parameters: Document) -> Document:
        """Answer TagResource."""
        arn = self._existing(parameters)
        with self._store.transaction():
            checked_tags({**self._store.tags(arn), **parameters["tags"]})
            self._store.put_tags(arn, parameters["tags"])
        return {}

    def remove(self, parameters: Document) -> Document:
        """Answer UntagResource."""
        self._store.delete_tags(self._existing(parameters), parameters.get("tagKeys", []))
        return {}

    def _existing(self, parameters: Document) -> str:
        arn = str(parameters["arn"])
        kind, _, name = arn.rpartition(":")[2].partition("/")
        if kind == "jobs":
            found = self._store.job(name)
        else:
            found = self._store.resource(_KINDS.get(kind, kind), name)
        if found is None or found["arn"] != arn:
            raise NotFound(f"The resource with ARN {arn[:300]} doesn't exist.")
        return arn
