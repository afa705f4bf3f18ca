"""Find queues, rules, targets and event source mappings in a synthesized stack."""

from typing import Any

from tests.infrastructure.functions import function_named
from tests.infrastructure.stack import Resource, Stack


def mappings_of(stack: Stack) -> list[tuple[Resource, Resource, Resource]]:
    """Return each event source mapping of a queue, with the queue and the function."""
    return [
        (
            mapping,
            stack.with_arn(mapping["event_source_arn"]),
            function_named(stack, mapping["function_name"]),
        )
        for mapping in stack.of("aws_lambda_event_source_mapping")
        if not _reads_a_stream(mapping)
    ]


def stream_mappings_of(stack: Stack) -> list[Resource]:
    """Return the event source mappings of tables' streams."""
    return [mapping for mapping in stack.of("aws_lambda_event_source_mapping") if _reads_a_stream(mapping)]


def _reads_a_stream(mapping: Resource) -> bool:
    return "/stream/" in mapping["event_source_arn"]


def targets_of(stack: Stack) -> list[tuple[Resource, Resource, Resource]]:
    """Return each rule target with its rule and the resource that it feeds."""
    rules = {rule["name"]: rule for rule in stack.of("aws_cloudwatch_event_rule")}
    return [
        (target, rules[target["rule"]], stack.with_arn(target["arn"]))
        for target in stack.of("aws_cloudwatch_event_target")
    ]


def component_of(stack: Stack, fed: Resource) -> str:
    """Return the component (`processing`) that a queue or a function is."""
    name = str(fed.get("name") or fed["function_name"])
    return name.removeprefix("media-pipeline-").removesuffix(f"-{stack.name}")


def redrive_of(stack: Stack, queue: Resource) -> dict[str, Any] | None:
    """Return a queue's redrive policy, written on the queue or as a resource of its own."""
    own = [p for p in stack.of("aws_sqs_queue_redrive_policy") if p["queue_url"] == url_of(stack, queue)]
    policy: dict[str, Any] | None = own[0]["redrive_policy"] if own else queue.get("redrive_policy")
    return policy


def url_of(stack: Stack, queue: Resource) -> str:
    """Return a queue's URL."""
    return str(stack.resolve(f"${{{queue.address}.url}}"))


def dead_letter_queues(stack: Stack) -> set[str]:
    """Return the queues of what can't be consumed, and of what can't be delivered."""
    redrives = [redrive_of(stack, queue) for queue in stack.of("aws_sqs_queue")]
    undelivered = {target.block("dead_letter_config")["arn"] for target, _, _ in targets_of(stack)}
    return {redrive["deadLetterTargetArn"] for redrive in redrives if redrive} | undelivered


def queue_policy(stack: Stack, queue: Resource) -> dict[str, Any]:
    """Return the document that says who may use a queue."""
    (policy,) = (p for p in stack.of("aws_sqs_queue_policy") if p["queue_url"] == url_of(stack, queue))
    document: dict[str, Any] = policy["policy"]
    return document
