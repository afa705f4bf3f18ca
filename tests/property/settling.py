"""The end of a story: nothing fails any more, time passes, and everything must come to its end."""

from collections.abc import Iterator

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.events import parse_upload
from media_pipeline.domain.spending.reservation import micro_usd
from tests.property.pipeline_world import PipelineWorld
from tests.property.simulated_aws import WANTED, Delivery

# The reconciler's interval, until the wait before a last redelivery.
_INTERVALS_SECONDS = (*[300] * 10, *[1800] * 10, *[6 * 3600] * 30)
_MESSAGES_AT_ONCE = 60


def settle(world: PipelineWorld) -> None:
    """Let time pass with everything in order, until all is done; what is not then is a broken rule."""
    world.faults.clear()
    aws = world.aws
    while world.paused:
        world.pass_time(60)
    # Of the events that are late, half never come.
    for _ in range(len(aws.late_events) // 2):
        aws.let_go(0)
    for number, seconds in enumerate(_INTERVALS_SECONDS):
        _work_off(world)
        if next(unsettled(world), None) is None:
            return
        world.pass_time(seconds)
        for job in aws.jobs_alive():
            if job.status == "SUBMITTED":
                aws.begin_job(job, Delivery.ONCE)
            else:
                aws.complete_job(job, Delivery.ONCE)
        world.reconcile()
        if number % 5 == 4:
            aws.processing_queue.redrive()
            aws.job_events_queue.redrive()
    for fault in unsettled(world):
        world.soundness.require(False, fault)


def unsettled(world: PipelineWorld) -> Iterator[str]:
    """Yield what keeps the world from being at rest."""
    aws = world.aws
    notified = {(news["asset_id"], news["attempt"]) for _, news in aws.publisher.published}
    for upload in aws.admitted():
        asset = aws.table.get(upload.asset_id)
        if asset is None:
            yield f"{upload.uri} {upload.version_id} is lost"
        elif not asset.is_terminal:
            yield f"{upload.uri} {upload.version_id} is {asset.status} for ever"
        elif asset.notified_at is None:
            yield f"{upload.uri} {upload.version_id} is {asset.status}, of which no notification was due"
        elif (asset.asset_id, asset.attempt) not in notified and not _is_no_news(asset):
            yield f"{upload.uri} {upload.version_id} is {asset.status}, and no notification was sent"
        elif world.soundness.made[asset.asset_id] != 1:
            yield f"{upload.uri} {upload.version_id} was made {world.soundness.made[asset.asset_id]} times"
    versions = list(aws.admitted())
    if len({upload.asset_id for upload in versions}) < len(versions):
        yield "versions share an asset"
    if not world.conditions.token_life:
        yield from _unknown_jobs(world)
    yield from _wrong_sums(world)
    keys = {parse_upload(body, bucket="uploads").key for body in aws.processing_queue.queue.bodies}
    if any(map(WANTED.is_caption, keys)):
        yield "captions are among the videos"
    for name, queue in (("uploads", aws.processing_queue), ("job events", aws.job_events_queue)):
        if not queue.is_empty:
            yield f"messages are left among the {name}"


def _is_no_news(asset: Asset) -> bool:
    """Return whether no notification is due: for a replaced empty file, and for one of many refused files."""
    code = asset.error.code if asset.error else ""
    return (code, asset.upload.size_bytes) == ("SUPERSEDED", 0) or code == "UNSUPPORTED_FILE_TYPE"


def _unknown_jobs(world: PipelineWorld) -> Iterator[str]:
    """Yield jobs that no record knows.

    None may be forgotten where they can be found at once, and no request arrives after its sender gave up.
    """
    records = world.aws.table.records
    for job in world.aws.mediaconvert.jobs.values():
        asset_id, attempt = job.metadata["asset_id"], int(job.metadata["attempt"])
        attempts = [records[asset_id], *records[asset_id].get("past_attempts", ())]
        known = {entry["attempt"]: entry.get("job_id") for entry in attempts}
        if known.get(attempt) != job.job_id:
            yield f"{job.job_id} is unknown to attempt {attempt} of {asset_id}"


def _wrong_sums(world: PipelineWorld) -> Iterator[str]:
    """Yield sums that are not what all jobs were quoted at: nothing is counted twice, nothing is left out."""
    records = world.aws.table.records.values()
    attempts = [attempt for record in records for attempt in (record, *record.get("past_attempts", ()))]
    spent = sum(micro_usd(each["quote_usd"]) for each in attempts if "job_id" in each and "quote_usd" in each)
    sums = {"days": 0, "months": 0, "uploaders": 0}
    for name, micro in world.aws.ledger.counters.items():
        _, period, *prefix = name.split("#")
        sums["uploaders" if prefix else "days" if period.count("-") == 2 else "months"] += micro
    for kind, total in sums.items():
        if total != spent:
            yield f"{total} is counted for {kind}, and {spent} was spent"


def _work_off(world: PipelineWorld) -> None:
    for _ in range(_MESSAGES_AT_ONCE):
        if not world.aws.processing_queue.has_visible and not world.aws.job_events_queue.has_visible:
            return
        world.ingest()
        world.follow_jobs()
