"""What a synthesized stack will ask of the account, read from its Terraform JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ACCOUNT_ID = re.compile(r"\$\{data\.aws_caller_identity\.\w+\.account_id\}")
_FUNCTION_REFERENCE = re.compile(r"\$\{aws_lambda_function\.(\w+)\.\w+\}")
_JOBS_IN_FLIGHT = "MAX_JOBS_IN_FLIGHT"
# Their modules: a stack without delivery has none of them.
_DELIVERING = frozenset({"api", "fan_out", "webhook_sender"})


class UnreadableStackError(Exception):
    """Say that a file is not the Terraform JSON of a stack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """Describe a function: what it reserves of the account, and how often its queues run it at a time.

    Attributes:
        reserved: None where it reserves nothing.
        bound: That of the queue with most, which a setting decides. None where no queue runs it: then it
            runs once.
        beside: Those of its other queues, together.
        delivers: Whether it is there for delivery; then a setting of delivery decides how often it runs.
    """

    name: str
    reserved: int | None
    bound: int | None
    beside: int = 0
    delivers: bool = False

    @property
    def at_a_time(self) -> int:
        """Return how often it runs at a time at most."""
        return self.reserved if self.reserved is not None else (self.bound or 1) + self.beside


@dataclass(frozen=True, slots=True, kw_only=True)
class StateBucket:
    """Name the bucket that must be there, since Terraform keeps its state in it."""

    name: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Say what a stack makes and needs.

    Attributes:
        buckets: Their names; the account's id is a placeholder, which `names` fills in.
        max_jobs_in_flight: None where the stack has no function that submits jobs.
    """

    region: str
    functions: tuple[Function, ...] = ()
    buckets: tuple[str, ...] = ()
    state: StateBucket | None = None
    max_jobs_in_flight: int | None = field(default=None)

    def names(self, account_id: str) -> list[str]:
        """Return the buckets' names in an account; names that depend on more are left out."""
        named = [_ACCOUNT_ID.sub(account_id, name) for name in self.buckets]
        return [name for name in named if "${" not in name]


def read_deployment(document: Mapping[str, Any]) -> Deployment:
    """Read what a stack asks for from its `cdk.tf.json`.

    Raises:
        UnreadableStackError: It isn't one.
    """
    try:
        resources = document.get("resource", {})
        (provider,) = document["provider"]["aws"]
        functions = resources.get("aws_lambda_function", {})
        bounds = _bounds(resources.get("aws_lambda_event_source_mapping", {}))
        variables = [_variables(function) for function in functions.values()]
        jobs = [int(found[_JOBS_IN_FLIGHT]) for found in variables if _JOBS_IN_FLIGHT in found]
        return Deployment(
            region=str(provider["region"]),
            functions=tuple(
                Function(
                    name=str(function["function_name"]),
                    reserved=function.get("reserved_concurrent_executions"),
                    bound=max(bounds.get(id_, ()), default=None),
                    beside=sum(sorted(bounds.get(id_, ()))[:-1]),
                    delivers=_module(function) in _DELIVERING,
                )
                for id_, function in functions.items()
            ),
            buckets=tuple(str(bucket["bucket"]) for bucket in resources.get("aws_s3_bucket", {}).values()),
            state=_state(document.get("terraform", {})),
            max_jobs_in_flight=max(jobs, default=None),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableStackError(f"not a synthesized stack: {error!r}") from error


def _bounds(mappings: Mapping[str, Mapping[str, Any]]) -> dict[str, list[int]]:
    bounds: dict[str, list[int]] = {}
    for mapping in mappings.values():
        reference = _FUNCTION_REFERENCE.fullmatch(str(mapping["function_name"]))
        if reference and "scaling_config" in mapping:
            bound = int(mapping["scaling_config"]["maximum_concurrency"])
            bounds.setdefault(reference.group(1), []).append(bound)
    return bounds


def _module(function: Mapping[str, Any]) -> str:
    return str(function["handler"]).rpartition(".")[0].rpartition(".")[2]


def _variables(function: Mapping[str, Any]) -> Mapping[str, Any]:
    variables: Mapping[str, Any] = function.get("environment", {}).get("variables", {})
    return variables


def _state(terraform: Mapping[str, Any]) -> StateBucket | None:
    backend = terraform.get("backend", {}).get("s3")
    return StateBucket(name=str(backend["bucket"]), region=str(backend["region"])) if backend else None
