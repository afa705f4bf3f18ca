"""How many executions the functions may have at a time, in an account with so many."""

from collections.abc import Iterator

from stacks.delivery_settings import NO_DELIVERY
from stacks.settings import Settings

# The account keeps so many for functions without a reservation; one whose quota is smaller keeps all of it.
# Sources: Lambda API Reference, PutFunctionConcurrency; and what accounts with quotas of 10 and 50 were
# refused with, "its minimum value of [10]" and "[50]":
# https://github.com/aws-samples/one-observability-demo/issues/278 and
# https://github.com/aws-samples/s3-to-lambda-patterns/issues/36
UNRESERVED_CONCURRENCY = 100

# Functions with the processing concurrency, and the one that runs alone.
CONCURRENT_FUNCTIONS = 2
SINGLE_FUNCTIONS = 1
# Event source mappings take no smaller maximum. Source: Lambda API Reference, ScalingConfig.
LEAST_CONCURRENCY = 2
# Caption files are worked on beside the uploads, by executions of their own, lest one takes another's: a
# caption takes less than a second, and an uploader with many of them delays no other one.
CAPTIONS_CONCURRENCY = LEAST_CONCURRENCY
# So many shards of the assets table's stream are read at a time; it has about one for each partition.
FAN_OUT_CONCURRENCY = 10
_BESIDE = CAPTIONS_CONCURRENCY + SINGLE_FUNCTIONS
LEAST_ACCOUNT_CONCURRENCY = CONCURRENT_FUNCTIONS * LEAST_CONCURRENCY + _BESIDE


def concurrency_faults(settings: Settings) -> Iterator[tuple[str, object, str]]:
    """Yield what does not fit the account; each value must be possible by itself."""
    quota = settings.account_concurrency
    kept = UNRESERVED_CONCURRENCY if settings.reserve_concurrency else 0
    delivery = settings.api.concurrency + settings.webhooks.concurrency + FAN_OUT_CONCURRENCY
    beside = _BESIDE + (delivery if settings.delivers else 0)
    most = (quota - kept - beside) // CONCURRENT_FUNCTIONS
    if settings.processing_concurrency <= most:
        return
    if most >= LEAST_CONCURRENCY:
        others = (
            "captions, the reconciler, the API and webhooks"
            if settings.delivers
            else "captions and the reconciler"
        )
        why = (
            f"{CONCURRENT_FUNCTIONS} functions reserve it, {beside} more are for {others}, "
            f"{UNRESERVED_CONCURRENCY} stay unreserved (Lambda)"
            if settings.reserve_concurrency
            else f"{CONCURRENT_FUNCTIONS} functions run so often at a time, and {beside} more executions "
            f"are for {others} (Lambda)"
        )
        allowed = f"at most {most} where account_concurrency is {quota}: {why}"
        yield "processing_concurrency", settings.processing_concurrency, allowed
    elif settings.delivers and not settings.reserve_concurrency:
        yield (
            "delivery",
            settings.delivery,
            f"{NO_DELIVERY} where account_concurrency is {quota}: {delivery} executions are for the API and "
            "webhooks (Lambda)",
        )
    else:
        # Nothing but another quota, or no reservation, helps.
        yield (
            "reserve_concurrency",
            settings.reserve_concurrency,
            f"False where account_concurrency is {quota}: {UNRESERVED_CONCURRENCY} stay unreserved (Lambda)",
        )


def overlap_faults(settings: Settings) -> Iterator[tuple[str, object, str]]:
    """Yield what would let two runs of the reconciler overlap where no reservation keeps them apart."""
    interval_seconds = 60 * settings.reconciler_interval_minutes
    if not settings.reserve_concurrency and settings.reconciler_timeout_seconds > interval_seconds:
        yield (
            "reconciler_timeout_seconds",
            settings.reconciler_timeout_seconds,
            f"at most {interval_seconds} without reserve_concurrency: a run ends before the next begins "
            "(reconciler_interval_minutes)",
        )
