"""Caps on the deployed pipeline: what is too dear fails, and what a day has no room for waits."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo.clip import Clip, make_clip
from tests.e2e.deployed import Sandbox
from tests.e2e.operators import Operator
from tests.e2e.pipeline import Pipeline, Record, wait_for

pytestmark = pytest.mark.phase("operations")

# In cents: room for one clip of 20 seconds ($0.0085), and none for another, or for one of 30 ($0.01275).
CAPS = json.dumps({"asset": 1, "day": 1})


class Orchestrator:
    """The function that submits jobs, whose settings a deployment would change."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._functions = sandbox.client("lambda")
        self.name = sandbox.deployment.output("ingest_orchestrator_function")
        configuration = self._functions.get_function_configuration(FunctionName=self.name)
        self.deployed = configuration["Environment"]["Variables"]

    def configure(self, **variables: str) -> None:
        """Change some variables of its environment, which starts its process anew."""
        self._functions.update_function_configuration(
            FunctionName=self.name, Environment={"Variables": {**self.deployed, **variables}}
        )


@contextmanager
def capped(sandbox: Sandbox) -> Iterator[Orchestrator]:
    """Cap what may be spent for the length of a block, in which messages come back soon."""
    orchestrator = Orchestrator(sandbox)
    try:
        orchestrator.configure(SPENDING_CAPS=CAPS, MAX_DELAY_SECONDS="2")
        yield orchestrator
    finally:
        orchestrator.configure()


def counted(sandbox: Sandbox, orchestrator: Orchestrator, metric: str) -> list[dict[str, Any]]:
    """Return the lines of its log that CloudWatch makes a metric of."""
    pages = sandbox.client("logs").get_paginator("filter_log_events")
    events = (
        event["message"]
        for page in pages.paginate(logGroupName=f"/aws/lambda/{orchestrator.name}")
        for event in page["events"]
    )
    return [json.loads(line) for line in events if f'"{metric}"' in line]


def alarm_on(sandbox: Sandbox, line: dict[str, Any], metric: str) -> bool:
    """Return whether a line's metric is in CloudWatch and its alarm goes on for it. It is left off.

    AWS looks at alarms regularly, the local AWS where a metric is put: it is put once more.
    """
    cloudwatch = sandbox.client("cloudwatch")
    alarms = cloudwatch.describe_alarms()["MetricAlarms"]
    (alarm,) = (each for each in alarms if each.get("MetricName") == metric)
    assert alarm["AlarmActions"]
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == alarm["Namespace"]
    dimensions = alarm["Dimensions"]
    assert {each["Name"]: line[each["Name"]] for each in dimensions} == {
        each["Name"]: each["Value"] for each in dimensions
    }
    arrived = cloudwatch.list_metrics(Namespace=alarm["Namespace"], MetricName=metric, Dimensions=dimensions)[
        "Metrics"
    ]
    assert len(arrived) == 1
    [value] = line[metric] if isinstance(line[metric], list) else [line[metric]]
    cloudwatch.put_metric_data(
        Namespace=alarm["Namespace"],
        MetricData=[{"MetricName": metric, "Dimensions": dimensions, "Value": value}],
    )
    (after,) = cloudwatch.describe_alarms(AlarmNames=[alarm["AlarmName"]])["MetricAlarms"]
    cloudwatch.set_alarm_state(
        AlarmName=alarm["AlarmName"], StateValue="OK", StateReason="The test has seen it"
    )
    return bool(after["StateValue"] == "ALARM")


def record_of(pipeline: Pipeline, key: str) -> Record:
    """Return the one record of a key."""
    [record] = pipeline.records(key)
    return record


def test_what_has_no_room_waits_until_an_operator_raises_the_cap(
    sandbox: Sandbox, pipeline: Pipeline, operator: Operator, tmp_path: Path
) -> None:
    """Nothing waits in the dead-letter queue, the alarm is on, and the day's sum is that of the jobs."""
    clip, dear_clip = (
        make_clip(tmp_path, Clip(width=96, height=96, frame_rate=Fraction(10), seconds=seconds)).read_bytes()
        for seconds in (20, 30)
    )
    with capped(sandbox) as orchestrator:
        # By itself above the cap of one asset.
        dear = pipeline.ended("capped/dear.mp4", pipeline.put("capped/dear.mp4", dear_clip))
        assert (dear["status"], dear["error"]["code"]) == ("FAILED", "TOO_EXPENSIVE")
        assert "costs $0.012750" in dear["error"]["message"]
        assert "at most $0.01 may be spent on one" in dear["error"]["message"]
        assert pipeline.jobs(dear["asset_id"]) == []

        first = pipeline.put("capped/first.mp4", clip)
        assert pipeline.ended("capped/first.mp4", first)["status"] == "COMPLETE"
        second = pipeline.put("capped/second.mp4", clip)
        # The operator lets it through the cap of one asset, not through the day's.
        operator.run("replay", dear["asset_id"], "--force", "--yes")

        waiting_keys = ("capped/second.mp4", "capped/dear.mp4")

        def tried_again() -> bool:
            found = [record for key in waiting_keys for record in pipeline.records(key)]
            return len(found) == len(waiting_keys) and all(
                record["updated_at"] > record["history"][-1]["at"] for record in found
            )

        wait_for(tried_again, "both to be tried", lambda: [*map(pipeline.records, waiting_keys)])
        lines = wait_for(lambda: counted(sandbox, orchestrator, "CapReached"), "the metric of the alarm")
        assert alarm_on(sandbox, lines[0], "CapReached")
        waiting = [record_of(pipeline, key) for key in waiting_keys]
        assert [(each["status"], "job_id" in each) for each in waiting] == [("RECEIVED", False)] * 2
        assert pipeline.depth(pipeline.processing_dlq) == 0

        day = datetime.now(tz=UTC).date().isoformat()
        assert f"{day}: $0.0085 is spent, $1 may be." in operator.run("caps", "raise", "--day", "1", "--yes")
        ended = [
            pipeline.ended("capped/second.mp4", second),
            pipeline.ended("capped/dear.mp4", dear["version_id"]),
        ]
    assert [(each["status"], int(each["attempt"])) for each in ended] == [("COMPLETE", 1), ("COMPLETE", 2)]
    quotes = [record_of(pipeline, f"capped/{name}.mp4")["quote_usd"] for name in ("first", "second", "dear")]
    counter = pipeline.record(f"spending#{day}")
    assert counter is not None
    assert counter["micro_usd"] == sum(round(float(usd) * 1_000_000) for usd in quotes) == 29_750
    assert "$1.00" in operator.run("caps", "show")
    assert pipeline.depth(pipeline.processing_dlq) == 0
