"""Event source mappings: visibility, concurrency and batches of what functions consume, and recursion."""

from tests.infrastructure.functions import function_named
from tests.infrastructure.messaging import mappings_of, stream_mappings_of
from tests.infrastructure.stack import Resource, Stack


def test_visibility_outlasts_six_attempts(pipeline: Stack) -> None:
    """A message stays hidden for six function timeouts and the batch window.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    for mapping, queue, function in mappings_of(pipeline):
        window = mapping.get("maximum_batching_window_in_seconds", 0)
        assert queue["visibility_timeout_seconds"] >= 6 * function["timeout"] + window, queue.address
        assert queue["visibility_timeout_seconds"] <= 43_200


def test_event_source_concurrency(pipeline: Stack) -> None:
    """Maximum concurrencies lie within 2..1,000, and a function reserves what its queues take together.

    Else pollers of one queue are throttled by the other's messages. Source:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    together: dict[str, int] = {}
    for mapping, _, function in mappings_of(pipeline):
        maximum = mapping.block("scaling_config")["maximum_concurrency"]
        assert 2 <= maximum <= 1_000, mapping.address
        together[function.address] = together.get(function.address, 0) + maximum
    for _, _, function in mappings_of(pipeline):
        assert together[function.address] == function["reserved_concurrent_executions"], function.address


def test_batches_report_item_failures(pipeline: Stack) -> None:
    """One bad message does not send its whole batch back, and large batches have a window."""
    for mapping, _, _ in mappings_of(pipeline):
        assert mapping["function_response_types"] == ["ReportBatchItemFailures"]
        # Above 10 a window of at least a second is required by Lambda.
        batch, window = mapping["batch_size"], mapping.get("maximum_batching_window_in_seconds", 0)
        assert 1 <= batch <= 10 or (batch <= 10_000 and window >= 1)


def _may_send(stack: Stack, function: Resource, queue: Resource) -> bool:
    return stack.role_may(function["role"], "sqs:SendMessage", stack.arn(queue))


def test_functions_that_send_to_themselves_are_allowed_to(pipeline: Stack) -> None:
    """Lambda's recursive loop detection is off for the functions whose messages come back, and for no other.

    Left on, it stops a message after 16 rounds, and the message ends in the DLQ. Source:
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    """
    sends: dict[str, set[str]] = {}
    for function in pipeline.of("aws_lambda_function"):
        sends[function["function_name"]] = {
            consumer["function_name"]
            for _, queue, consumer in mappings_of(pipeline)
            if _may_send(pipeline, function, queue)
        }
    looping = {name for name in sends if name in _reached(sends, name)}
    # With delivery, webhooks that an endpoint does not take come back too.
    assert len(looping) == 2 + len(stream_mappings_of(pipeline))
    allowed = {
        function_named(pipeline, config["function_name"])["function_name"]
        for config in pipeline.of("aws_lambda_function_recursion_config")
        if config["recursive_loop"] == "Allow"
    }
    assert allowed == looping


def _reached(sends: dict[str, set[str]], start: str) -> set[str]:
    """Return every function that a message of a function may come to, step by step."""
    reached: set[str] = set()
    waiting = set(sends[start])
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= sends[name] - reached
    return reached
