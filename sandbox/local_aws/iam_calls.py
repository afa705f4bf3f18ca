"""What roles asked of the local AWS, and whether their policies allowed it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

_ASSUMED_ROLE = re.compile(r"arn:aws:sts::\d+:assumed-role/([^/]+)/")
# Each object, job or log stream would be a line of its own.
_NAMES_WITHIN = (
    (re.compile(r"(arn:aws:s3:::[^/]+/).*", re.DOTALL), r"\1*"),
    (re.compile(r"(arn:aws:mediaconvert:[^:]*:\d+:jobs/).*"), r"\1*"),
    (re.compile(r"(arn:aws:logs:[^:]*:\d+:log-group:[^:]+):.*"), r"\1:*"),
)


@dataclass(frozen=True, slots=True, order=True)
class IamCall:
    """A kind of call: what one role asked of one resource, objects and jobs taken together as `*`."""

    role: str
    action: str
    resource: str
    allowed: bool


class IamCalls:
    """A file with a line for each kind of call, written when it is first seen: a killed server loses none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = set(read_calls(path))
        self._lock = threading.Lock()

    def note(self, principal_arn: str, action: str, resource: str, *, allowed: bool) -> None:
        """Note a call if a role made it; people and the account itself are not what is proven here."""
        role = role_of(principal_arn)
        if role is None:
            return
        call = IamCall(role, action, without_names(resource), allowed)
        with self._lock:
            if call in self._known:
                return
            self._known.add(call)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a") as file:
                file.write(json.dumps(asdict(call)) + "\n")


def role_of(principal_arn: str) -> str | None:
    """Return the name of the role in which somebody acts, None for people and the account itself."""
    role = _ASSUMED_ROLE.match(principal_arn)
    return role[1] if role else None


def read_calls(path: Path) -> Iterator[IamCall]:
    """Read what was noted; nothing where there is no file. Half a line, of a killed server, is skipped."""
    if not path.is_file():
        return
    for line in path.read_text().splitlines():
        try:
            yield IamCall(**json.loads(line))
        except (ValueError, TypeError):
            continue


def without_names(resource: str) -> str:
    """Return a resource's ARN with objects, jobs and log streams taken together as `*`."""
    for pattern, replacement in _NAMES_WITHIN:
        resource = pattern.sub(replacement, resource)
    return resource
