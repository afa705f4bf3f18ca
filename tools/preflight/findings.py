"""What was found, judged: fine, short of what the deployment needs, or not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tools.preflight.deployment import Deployment, StateBucket

# Lambda keeps so many executions for functions without a reservation, or the whole quota where that is
# smaller. Sources: Lambda API Reference, PutFunctionConcurrency; and what accounts with a quota of 10 are
# refused with: https://github.com/aws-samples/one-observability-demo/issues/278
ALWAYS_UNRESERVED = 100
# Event source mappings take no smaller maximum. Source: Lambda API Reference, ScalingConfig.
_LEAST_BOUND = 2
_LAMBDA_QUOTA = "Service Quotas, AWS Lambda, Concurrent executions (L-B99A9384)"
_JOBS_QUOTA = "Service Quotas, AWS Elemental MediaConvert, concurrent jobs"
_WHERE = "in stacks/settings.py"


class Verdict(Enum):
    """Say what a finding means for the deployment."""

    FINE = "ok"
    SHORT = "short"
    UNKNOWN = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Say in a sentence what was found about one thing."""

    about: str
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Say why something could not be found out."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency:
    """Describe Lambda's concurrent executions of an account in a region.

    Attributes:
        quota: Of all functions.
        unreserved: What no function reserves.
        reserved: What functions of this deployment reserve already, by name.
    """

    quota: int
    unreserved: int
    reserved: Mapping[str, int]


class Owner(Enum):
    """Say whose a bucket's name is."""

    NONE = "none"
    US = "us"
    OTHERS = "others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Say whose a bucket's name is, and its region where it is ours."""

    owner: Owner
    region: str | None = None


def concurrency_finding(deployment: Deployment, found: Concurrency | NotAsked) -> Finding:
    """Judge whether the functions may reserve, or run, as often as they are to."""
    about = "Lambda concurrency"
    if isinstance(found, NotAsked):
        return Finding(about=about, verdict=Verdict.UNKNOWN, text=found.reason)
    if any(function.reserved is not None for function in deployment.functions):
        short = _reservation_shortage(deployment, found)
        reserved = sum(function.reserved or 0 for function in deployment.functions)
        fine = f"{reserved} executions can be reserved: the quota is {found.quota}"
    else:
        short = _shared_shortage(deployment, found)
        needed = sum(function.at_a_time for function in deployment.functions)
        fine = f"{needed} executions at a time fit into {found.unreserved}, of a quota of {found.quota}"
    if short is not None:
        return Finding(about=about, verdict=Verdict.SHORT, text=short)
    return Finding(about=about, verdict=Verdict.FINE, text=f"{fine}.")


def _reservation_shortage(deployment: Deployment, found: Concurrency) -> str | None:
    """Return what is wrong where the account can't give what is reserved of it."""
    kept = min(ALWAYS_UNRESERVED, found.quota)
    wanted = {function.name: function.reserved or 0 for function in deployment.functions}
    own = sum(found.reserved.get(name, 0) for name in wanted)
    room = max(found.unreserved + own - kept, 0)
    needed = sum(wanted.values())
    grows = any(number > found.reserved.get(name, 0) for name, number in wanted.items())
    if needed <= room or not grows:
        return None
    others = found.quota - found.unreserved - own
    quota = ALWAYS_UNRESERVED + others + needed
    share = ", ".join(f"{name} {number}" for name, number in wanted.items())
    most = _most(deployment, room)
    smaller = f"; or set processing_concurrency to {_up_to(most)}" if most >= _LEAST_BOUND else ""
    without = _without_reservation(deployment, found.quota, found.unreserved + own)
    return (
        f"processing_concurrency is {_bound(deployment)}, with which the functions reserve {needed} "
        f"executions ({share}); allowed: {room}, since the account's quota is {found.quota}, "
        f"{found.unreserved + own} of it are free, and {kept} must stay unreserved. Ask for a quota of at "
        f"least {quota} ({_LAMBDA_QUOTA}){smaller}{without}, {_WHERE}."
    )


def _without_reservation(deployment: Deployment, quota: int, room: int) -> str:
    """Return which settings fit where nothing is reserved; delivery is left out where it doesn't fit."""
    undelivered = replace(
        deployment, functions=tuple(each for each in deployment.functions if not each.delivers)
    )
    for remedy, kept in (
        ("reserve nothing:", deployment),
        ('leave delivery out: delivery="none",', undelivered),
    ):
        most = _most(kept, room)
        if most >= _LEAST_BOUND:
            return (
                f"; or {remedy} reserve_concurrency=False, account_concurrency={quota} and "
                f"processing_concurrency={_up_to(most)}"
            )
    return ""


def _shared_shortage(deployment: Deployment, found: Concurrency) -> str | None:
    """Return what is wrong where functions without a reservation would throttle each other."""
    needed = sum(function.at_a_time for function in deployment.functions)
    if needed <= found.unreserved:
        return None
    most = _most(deployment, found.unreserved)
    quota = found.quota + needed - found.unreserved
    smaller = f"set processing_concurrency to {_up_to(most)} {_WHERE}, or " if most >= _LEAST_BOUND else ""
    return (
        f"processing_concurrency is {_bound(deployment)}, with which the functions run up to {needed} times "
        f"at once; allowed: {found.unreserved}, which the account's quota of {found.quota} leaves "
        f"unreserved. To remedy, {smaller}ask for a quota of at least {quota} ({_LAMBDA_QUOTA})."
    )


def _up_to(most: int) -> str:
    return f"{_LEAST_BOUND} or up to {most}" if most > _LEAST_BOUND else str(_LEAST_BOUND)


def _bound(deployment: Deployment) -> int:
    return max((each.bound or 0 for each in deployment.functions if not each.delivers), default=0)


def _most(deployment: Deployment, room: int) -> int:
    """Return the largest processing concurrency that fits beside what no setting decides."""
    queued = [each for each in deployment.functions if each.bound is not None and not each.delivers]
    others = sum(each.at_a_time for each in deployment.functions if each not in queued)
    beside = sum(each.beside for each in queued)
    return (room - others - beside) // len(queued) if queued else 0


def jobs_finding(deployment: Deployment, concurrent_jobs: int | NotAsked) -> Finding:
    """Judge whether MediaConvert would work on any job, and say how many it works on at a time."""
    about = "MediaConvert jobs"
    if isinstance(concurrent_jobs, NotAsked):
        return Finding(about=about, verdict=Verdict.UNKNOWN, text=concurrent_jobs.reason)
    limit = deployment.max_jobs_in_flight or 0
    if concurrent_jobs < 1:
        return Finding(
            about=about,
            verdict=Verdict.SHORT,
            text=f"max_jobs_in_flight is {limit}, and the account may run no job in {deployment.region}: the "
            f"quota of concurrent jobs is {concurrent_jobs}, allowed: 1 or more. Ask for more "
            f"({_JOBS_QUOTA}), or choose another region {_WHERE}.",
        )
    if limit < concurrent_jobs:
        text = (
            f"{limit} of {concurrent_jobs} at a time: max_jobs_in_flight leaves the rest of the quota unused."
        )
    else:
        waiting = limit - concurrent_jobs
        text = f"{concurrent_jobs} at a time; max_jobs_in_flight lets {waiting} more wait for them."
    return Finding(about=about, verdict=Verdict.FINE, text=text)


def bucket_finding(name: str, found: Bucket | NotAsked) -> Finding:
    """Judge whether a bucket can be made, or is there already."""
    about = "bucket"
    if isinstance(found, NotAsked):
        return Finding(about=about, verdict=Verdict.UNKNOWN, text=f"{name}: {found.reason}")
    if found.owner is Owner.OTHERS:
        return Finding(
            about=about,
            verdict=Verdict.SHORT,
            text=f"The name {name} is another account's, and names of buckets are global; allowed: one that "
            f"is free. Give the environment another project or environment_suffix (or state.bucket) "
            f"{_WHERE}.",
        )
    text = "is free." if found.owner is Owner.NONE else "is this account's already."
    return Finding(about=about, verdict=Verdict.FINE, text=f"{name} {text}")


def state_finding(state: StateBucket, environment: str, found: Bucket | NotAsked) -> Finding:
    """Judge whether the bucket for Terraform's state is there, where it is looked for."""
    about = "state bucket"
    if isinstance(found, NotAsked):
        return Finding(about=about, verdict=Verdict.UNKNOWN, text=f"{state.name}: {found.reason}")
    if found.owner is Owner.NONE:
        text = (
            f"state.bucket is {state.name}, which does not exist; allowed: a bucket of this account. Make "
            f"it, once an account: make state-bucket ENV={environment}."
        )
    elif found.owner is Owner.OTHERS:
        text = (
            f"state.bucket is {state.name}, which is another account's, since names of buckets are global; "
            f"allowed: a bucket of this account. Give it another name {_WHERE} (or STATE_BUCKET), then: make "
            f"state-bucket ENV={environment}."
        )
    elif found.region not in (None, state.region):
        text = (
            f"state.region is {state.region}, allowed: {found.region}, where the bucket {state.name} is. Set "
            f"it {_WHERE}."
        )
    else:
        return Finding(about=about, verdict=Verdict.FINE, text=f"{state.name} is there.")
    return Finding(about=about, verdict=Verdict.SHORT, text=text)


def shortages(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with which a deployment would fail."""
    return [finding for finding in findings if finding.verdict is Verdict.SHORT]
