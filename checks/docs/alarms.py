"""The table of alarms: when each one goes on, from the synthesized stack."""

from checks.docs.regions import table
from tests.infrastructure.stack import Resource, Stack

_COMPARISONS = {"GreaterThanOrEqualToThreshold": "at least", "LessThanThreshold": "less than"}


def alarms_table(stack: Stack) -> str:
    """Return a row for each alarm of a stack, in the stack's order."""
    rows = [
        (f"`{alarm_name(stack, alarm)}`", _condition(alarm))
        for alarm in stack.of("aws_cloudwatch_metric_alarm")
    ]
    rows += [
        (f"`{alarm_name(stack, alarm)}`", "at least one of the others is on")
        for alarm in stack.of("aws_cloudwatch_composite_alarm")
    ]
    return table("alarm | goes on when", rows)


def alarm_name(stack: Stack, alarm: Resource) -> str:
    """Return what the runbook calls an alarm: its name without project and suffix."""
    name: str = alarm["alarm_name"]
    return name.removeprefix("media-pipeline-alarm-").removesuffix(f"-{stack.name}")


def _condition(alarm: Resource) -> str:
    value = f"{_COMPARISONS[alarm['comparison_operator']]} {alarm['threshold']:,}"
    periods = alarm["evaluation_periods"]
    row = f", in {periods} periods in a row" if periods > 1 else ""
    queries = alarm.get("metric_query")
    if queries is None:
        statistic = alarm.get("extended_statistic") or alarm["statistic"].lower()
        what = f"{statistic} of `{alarm['namespace']}` `{alarm['metric_name']}`"
        return f"the {what} over {_time(alarm['period'])} is {value}{row}"
    (label,) = (query["label"] for query in queries if query.get("return_data"))
    (period,) = {
        query["metric"][0]["period"] if isinstance(query["metric"], list) else query["metric"]["period"]
        for query in queries
        if query.get("metric")
    }
    return f"{label} over {_time(period)}: {value}{row}"


def _time(seconds: int) -> str:
    return f"{seconds // 60} min"
