"""Find a function in a synthesized stack, and its environment variables."""

from tests.infrastructure.stack import Resource, Stack


def function_of(stack: Stack, component: str) -> Resource:
    """Return the function of a component (`ingest-orchestrator`)."""
    (function,) = (f for f in stack.of("aws_lambda_function") if f"-{component}-" in f["function_name"])
    return function


def function_named(stack: Stack, name_or_arn: str) -> Resource:
    """Return the function of a name or an ARN."""
    name = name_or_arn.split(":")[6] if name_or_arn.startswith("arn:") else name_or_arn
    (function,) = (f for f in stack.of("aws_lambda_function") if f["function_name"] == name)
    return function


def variables_of(stack: Stack, component: str) -> dict[str, str]:
    """Return a function's environment variables."""
    return dict(function_of(stack, component).block("environment")["variables"])
