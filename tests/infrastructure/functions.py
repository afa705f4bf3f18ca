"""Find a function in a synthesized stack, and what it is told through its environment."""

from tests.infrastructure.stack import Resource, Stack


def function_of(stack: Stack, component: str) -> Resource:
    """Return the function of a component (`ingest-orchestrator`)."""
    (function,) = (f for f in stack.of("aws_lambda_function") if f"-{component}-" in f["function_name"])
    return function


def variables_of(stack: Stack, component: str) -> dict[str, str]:
    """Return a function's environment variables."""
    return dict(function_of(stack, component).block("environment")["variables"])
