"""The deployed pipeline, found by its name alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from checks.smoke.proofs import SmokeError
from tools.ops.deployed import read_resources

Clients = Callable[[str], Any]

# Named by the release that first had this program; older ones lack them.
_ALSO_NEEDED = ("notifications_topic_arn", "alarms_topic_arn", "reconciler_function")
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_UNIT_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """Name what the run meets.

    Attributes:
        asset_topic_arn: Where assets are announced.
        alarm_topic_arn: Where alarms go.
    """

    pipeline: str
    region: str
    uploads: str
    outputs: str
    table: str
    upload_key_prefix: str
    asset_topic_arn: str
    alarm_topic_arn: str
    reconciler: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Say what runs the reconciler, how often, and how long a run may take."""

    rule: str
    interval_seconds: int
    timeout_seconds: int


def find(clients: Clients, pipeline: str) -> Deployed:
    """Return what is deployed under a pipeline's name.

    Raises:
        UsageError: There is no such pipeline.
        SmokeError: An earlier release deployed it.
    """
    ssm = clients("ssm")
    resources = read_resources(ssm, pipeline)
    name = f"/{pipeline}/resources"
    parameters: Mapping[str, str] = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    missing = [field for field in _ALSO_NEEDED if not parameters.get(field)]
    if missing:
        raise SmokeError(
            f"The SSM parameter {name} lacks {', '.join(missing)}: an earlier release deployed {pipeline}. "
            "Deploy it once more: `make deploy`."
        )
    return Deployed(
        pipeline=pipeline,
        region=str(ssm.meta.region_name),
        uploads=resources.uploads_bucket,
        outputs=resources.outputs_bucket,
        table=resources.assets_table,
        upload_key_prefix=resources.upload_key_prefix,
        asset_topic_arn=parameters["notifications_topic_arn"],
        alarm_topic_arn=parameters["alarms_topic_arn"],
        reconciler=parameters["reconciler_function"],
    )


def find_schedule(clients: Clients, function: str) -> Schedule | str:
    """Return what runs a function, or a sentence that says why nothing does."""
    configuration = clients("lambda").get_function_configuration(FunctionName=function)
    events = clients("events")
    names = events.list_rule_names_by_target(TargetArn=configuration["FunctionArn"])["RuleNames"]
    for name in names:
        rule = events.describe_rule(Name=name)
        rate = _RATE.fullmatch(rule.get("ScheduleExpression", ""))
        if not rate:
            continue
        if rule["State"] != "ENABLED":
            return f"The rule {name} is {rule['State']}: enable it (aws events enable-rule --name {name})."
        return Schedule(
            rule=name,
            interval_seconds=int(rate.group(1)) * _UNIT_SECONDS[rate.group(2)],
            timeout_seconds=int(configuration["Timeout"]),
        )
    return f"No scheduled rule has {function} as its target: deploy the pipeline once more."
