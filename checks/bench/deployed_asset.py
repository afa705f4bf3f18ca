"""One Full HD video through a pipeline deployed for it: the requests of the functions, and their time.

The functions have never run before, so that nothing is cached yet: the most that an asset takes.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from media_pipeline import telemetry
from sandbox.demo import assets
from sandbox.demo.assets import Names, Upload
from sandbox.demo.clip import CLIPS_FOLDER, Clip, make_clip
from sandbox.demo.run import OUTPUTS_OUTPUT, TABLE_OUTPUT, UPLOADS_OUTPUT
from sandbox.deployment.deploy import Deployer, required_programs
from sandbox.runtime import processes, servers
from sandbox.runtime.endpoints import Clients, Endpoints
from sandbox.runtime.errors import SandboxError
from sandbox.runtime.folder import PROJECT_ROOT, Folder

FOLDER = Folder(PROJECT_ROOT / ".sandbox-bench")
CLIP = Clip(width=1920, height=1080, seconds=10)
# Of the name of a function and its role: what comes after the pipeline and before the environment.
_COMPONENT = re.compile(r"media-pipeline-([a-z-]+)-[a-z]+$")
_BILLED = re.compile(r"^REPORT RequestId.*Billed Duration: (\d+) ms\tMemory Size: (\d+) MB")
# CloudWatch Logs counts so many bytes more for each event. Source: CloudWatch Logs API, PutLogEvents
_EVENT_BYTES = 26
# After an asset's end its news are still on their way to the webhooks.
_QUIET_SECONDS, _PATIENCE_SECONDS = 15.0, 90.0
# The methods by which telemetry adds to a metric that its first argument names.
_COUNTING = frozenset({"_count", "_count_by", "add_metric"})
# It runs by a schedule, whatever is uploaded.
SCHEDULED = "reconciler"
# Its requests are MediaConvert's own: they grow with the video.
SERVICE_ROLE = "mediaconvert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocations:
    """Sum up a function's invocations: how many, how long they are billed for, and what they logged."""

    count: int
    gb_seconds: float
    log_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredAsset:
    """Hold what one asset took.

    `requests` are counted by caller, a function or MediaConvert, and action. `record` is what is known of the
    asset at its end. `monthly` is what is deployed and paid by the month, by the names of its prices.
    """

    requests: Mapping[tuple[str, str], int]
    invocations: Mapping[str, Invocations]
    record: Mapping[str, Any]
    monthly: Mapping[str, int]


def measure() -> MeasuredAsset:
    """Deploy, upload, and count until the asset has ended and nothing more is asked.

    Raises SandboxError where something can't be deployed, or the asset doesn't complete.
    """
    required_programs()
    clip = make_clip(CLIPS_FOLDER, CLIP)
    with _deployed() as (endpoints, names, check):
        before = _requests(endpoints)
        clients = endpoints.session()
        upload = assets.upload(clients, names.uploads, clip, clip.name, lambda size: None)
        assets.follow(clients, names, [upload], FOLDER, lambda: None, check)
        if upload.status != "COMPLETE":
            raise SandboxError(f"The asset ended as {upload.status}: {upload.record.get('error')}")
        requests = _until_quiet(endpoints) - before
        return MeasuredAsset(
            requests=requests,
            invocations=_invocations(clients),
            record=_record(clients, names, upload),
            monthly=_monthly(clients),
        )


@contextmanager
def _deployed() -> Iterator[tuple[Endpoints, Names, Callable[[], None]]]:
    shutil.rmtree(FOLDER.path, ignore_errors=True)
    with FOLDER.locked("bench"), servers.running(FOLDER, print) as running:
        deployer = Deployer(FOLDER, running.endpoints, running.check)
        deployer.synthesize()
        running.wait()
        deployer.deploy_all(lambda changes: None)
        deployment = deployer.deployment()
        names = Names(
            uploads=deployment.output(UPLOADS_OUTPUT),
            outputs=deployment.output(OUTPUTS_OUTPUT),
            table=deployment.output(TABLE_OUTPUT),
        )
        yield running.endpoints, names, running.check


def _requests(endpoints: Endpoints) -> Counter[tuple[str, str]]:
    url = f"{endpoints.aws}/_sandbox/requests"
    with processes.opener(endpoints.ca_bundle).open(url, timeout=30) as answer:
        counts: Sequence[Mapping[str, Any]] = json.load(answer)["requests"]
    return Counter({(component(each["role"]), each["action"]): each["count"] for each in counts})


def component(name: str) -> str:
    """Return a function's part of the pipeline, which its name and its role's tell: `ingest-orchestrator`."""
    found = _COMPONENT.match(name)
    return found[1] if found else name


def _until_quiet(endpoints: Endpoints) -> Counter[tuple[str, str]]:
    """Return the counts once they stay as they are."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    counts = _requests(endpoints)
    while time.monotonic() < deadline:
        time.sleep(_QUIET_SECONDS)
        now = _requests(endpoints)
        if now == counts:
            break
        counts = now
    return counts


def _invocations(clients: Clients) -> Mapping[str, Invocations]:
    found = {}
    for page in clients.functions().get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            group = function["LoggingConfig"]["LogGroup"]
            lines = [
                str(event["message"])
                for events in clients.logs().get_paginator("filter_log_events").paginate(logGroupName=group)
                for event in events["events"]
            ]
            if lines:
                found[component(function["FunctionName"])] = summed(lines)
    return found


def summed(lines: Sequence[str]) -> Invocations:
    """Return the sum of the invocations whose log this is."""
    billed = [match for line in lines if (match := _BILLED.match(line))]
    return Invocations(
        count=len(billed),
        gb_seconds=sum(int(match[1]) / 1000 * int(match[2]) / 1024 for match in billed),
        log_bytes=sum(len(line.encode()) + _EVENT_BYTES for line in lines),
    )


def _monthly(clients: Clients) -> Mapping[str, int]:
    pages = list(clients.any("cloudwatch").get_paginator("describe_alarms").paginate())
    keys = [key for page in clients.any("kms").get_paginator("list_keys").paginate() for key in page["Keys"]]
    return {
        "cloudwatch_alarm_month": sum(len(page["MetricAlarms"]) for page in pages),
        "cloudwatch_composite_alarm_month": sum(len(page["CompositeAlarms"]) for page in pages),
        "cloudwatch_metric_month": len(metric_names()),
        "kms_key_month": len(keys),
    }


def metric_names() -> set[str]:
    """Return the names of all metrics that the functions write, whether or not they ever did."""
    tree = ast.parse(inspect.getsource(telemetry))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in _COUNTING
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def _record(clients: Clients, names: Names, upload: Upload) -> Mapping[str, Any]:
    """Return the asset's item in DynamoDB's own form, as it is after its news were sent."""
    answer = clients.dynamodb().get_item(
        TableName=names.table, Key={"asset_id": {"S": upload.record["asset_id"]}}, ConsistentRead=True
    )
    return answer["Item"]
