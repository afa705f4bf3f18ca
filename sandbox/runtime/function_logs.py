"""Bring the functions' logs out of the local CloudWatch, where they are easily overlooked after a failure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from sandbox.runtime.endpoints import Clients

_PREFIX = "/aws/lambda/"


def save(clients: Clients, since: float, path: Path) -> None:
    """Write what every function has logged, in the order of time, to one file.

    Args:
        clients: Of the sandbox.
        since: The earliest moment of interest, epoch seconds.
        path: The file, replaced.
    """
    try:
        lines = _lines(clients, since)
    except (ClientError, BotoCoreError) as error:
        # Called when something has failed already: that is the news, not this.
        lines = [f"The logs could not be read from the local CloudWatch: {error}"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


def _lines(clients: Clients, since: float) -> list[str]:
    logs = clients.logs()
    found: list[tuple[int, str]] = []
    for groups in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=_PREFIX):
        for group in groups["logGroups"]:
            name = group["logGroupName"]
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=name, startTime=int(since * 1000)
            )
            found += [
                (event["timestamp"], f"{name.removeprefix(_PREFIX)}: {event['message'].rstrip()}")
                for page in pages
                for event in page["events"]
            ]
    return [line for _, line in sorted(found)]
