"""The commands: look, show what would be done, ask, do it, and tell what became of it.

Each returns whether all went well.
"""

import json
from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.encoding.profiles import PresetDocuments
from tools.ops.actions.backfill import Backfill, Period
from tools.ops.actions.cancel import Cancel
from tools.ops.actions.changes import AssetChange, Result, apply_all
from tools.ops.actions.pace import Pace
from tools.ops.actions.redrive import Foreign, Redrive
from tools.ops.actions.replay import Replay
from tools.ops.actions.selection import Selection, named
from tools.ops.adapters import Adapters
from tools.ops.errors import UsageError, sentence
from tools.ops.queues.letters import job_content, upload_content
from tools.ops.records import asset_ids
from tools.ops.views import tables
from tools.ops.views.preset_report import documents_of, preset_report
from tools.terminal import Terminal

Command = Callable[[Adapters, Terminal, Namespace], bool]


def list_assets(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """List assets, those that changed last first."""
    now = _now()
    # One more tells whether there are more.
    selection = _selection(options, limit=options.limit + 1)
    found = list(selection.find(adapters.table, now=now, newest_first=True))
    assets = found[: options.limit]
    if options.json:
        terminal.say(_json([_listed(asset) for asset in assets]))
    elif not assets:
        terminal.say("There are no such assets.")
    else:
        terminal.show(tables.assets_table(assets, now=now))
        if len(found) > len(assets):
            terminal.say(f"There are more than these {len(assets):,}: --limit shows more.")
    return True


def show(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Show the whole record of an asset, or of all versions of a key."""
    bucket = adapters.resources.uploads_bucket
    ids = asset_ids(options.reference, bucket=adapters.uploads, bucket_name=bucket)
    records = [record for asset_id in ids if (record := adapters.records.record(asset_id)) is not None]
    if options.json:
        terminal.say(_json(records))
        return bool(records)
    for number, record in enumerate(records):
        if number:
            terminal.say("")
        if "removed_at" in record:
            terminal.say(f"{record['asset_id']} was removed at {record['removed_at']}, by an operator.")
            continue
        terminal.show(tables.record_view(record, outputs_bucket=adapters.resources.outputs_bucket))
    if not records and ids == [options.reference]:
        terminal.print_error(f"No asset has the id {options.reference}.")
    elif not records:
        terminal.print_error(
            f"No asset was made of {options.reference}: {bucket} has {_counted(len(ids), 'version')} of it. "
            "`backfill --prefix` processes what has no asset."
        )
    return bool(records)


def replay(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Begin another attempt of assets that have ended."""
    change = Replay(table=adapters.table, queue=adapters.processing_queue, clock=_now, force=options.force)
    return _change(adapters, terminal, options, change, "replay")


def cancel(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Cancel assets that are under way, with their jobs."""
    change = Cancel(
        table=adapters.table,
        jobs=adapters.transcoder,
        retention_days=adapters.resources.retention_days,
        clock=_now,
    )
    return _change(adapters, terminal, options, change, "cancel")


def presets(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Show the presets and profiles in force, and every fault of theirs."""
    return _presets_are_good(terminal, adapters.presets.documents())


def preset_files(terminal: Terminal, folder: Path) -> bool:
    """Show presets and profiles that lie in a folder, and every fault of theirs; AWS is not asked."""
    return _presets_are_good(terminal, documents_of(folder))


def redrive(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Show a dead-letter queue's messages, and move them back to their queue."""
    resources = adapters.resources
    pace = Pace(options.rate)
    with Redrive(
        queue=adapters.letters(options.queue),
        assets=adapters.table,
        read=partial(job_content, pipeline=resources.pipeline_name)
        if options.queue == "job-events"
        else partial(upload_content, bucket=resources.uploads_bucket),
        pace=pace,
    ) as work:
        with terminal.progress("Receiving dead letters") as update:
            shown = work.preview(limit=options.limit, on_received=update)
        if not shown:
            terminal.say(f"There are no dead letters of the {options.queue} queue.")
            return True
        terminal.show(tables.letters_table(shown, foreign=options.foreign, now=_now()))
        foreign = sum(one.is_foreign for one in shown)
        leaving = foreign if options.foreign is Foreign.KEEP else 0
        deleting = foreign if options.foreign is Foreign.DROP else 0
        acting = len(shown) - leaving
        work.check_duration(acting)
        terminal.say(
            f"{_counted(acting - deleting, 'message')} to move back to the {options.queue} queue, "
            f"{deleting:,} to delete, {leaving:,} to leave."
        )
        if not _agreed(terminal, options, acting, f"Go on, at up to {options.rate:g} per second?"):
            return bool(options.dry_run) or not acting
        for one in shown:
            if one.is_foreign and options.foreign is Foreign.DROP:
                # Before its only copy is gone: the log of this command keeps what it was.
                terminal.say(f"To delete, {one.letter.message_id}: {tables.printable(one.letter.body)}")
        with terminal.progress("Moving dead letters", acting) as update:
            done = work.run(shown, foreign=options.foreign, on_done=update)
    terminal.say(f"Moved {_counted(done.moved, 'message')}, deleted {done.dropped:,}, left {leaving:,}.")
    if done.lost_hold:
        terminal.print_error(
            f"{_counted(done.lost_hold, 'message')} could no longer be held, the question was open too long: "
            "run the command again."
        )
    return _without_error(terminal, done.error) and not done.lost_hold


def backfill(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Process uploads that have no asset."""
    work = Backfill(
        bucket=adapters.uploads,
        table=adapters.table,
        queue=adapters.processing_queue,
        wanted=adapters.resources.upload_filter,
        types=adapters.resources.source_types,
        retention_days=adapters.resources.retention_days,
        pace=Pace(options.rate),
        clock=_now,
    )
    with terminal.progress("Listing uploads") as update:
        found = work.find(
            prefix=options.prefix,
            period=Period(since=options.since, until=options.until),
            limit=options.limit,
            on_page=lambda so_far: update(so_far.listed),
        )
    now, uploads = _now(), found.uploads
    if uploads:
        terminal.show(tables.uploads_table(uploads, now=now))
    size = tables.size(sum(stored.upload.size_bytes for stored in uploads))
    terminal.say(
        f"{_counted(len(uploads), 'upload')} without an asset ({size}), of "
        f"{_counted(found.listed, 'version')} listed."
    )
    if found.more:
        terminal.say("The limit is reached: there are more, for another run.")
    days = adapters.resources.retention_days
    aged = sum(stored.modified_at < now - timedelta(days=days) for stored in uploads) if days else 0
    if aged:
        terminal.say(
            f"{aged:,} of them are older than the {days} days that records are kept: they may have been "
            "processed before. --since leaves them out."
        )
    acting = len(uploads)
    if not _agreed(terminal, options, acting, f"Process them, at up to {options.rate:g} per second?"):
        return bool(options.dry_run) or not acting
    with terminal.progress("Announcing uploads", acting) as update:
        done = work.run(uploads, on_done=update)
    passed_over = f" {done.known:,} got an asset meanwhile." if done.known else ""
    refused = f" {done.refused:,} are of a type that is not accepted: FAILED." if done.refused else ""
    terminal.say(f"Announced {_counted(done.announced, 'upload')}.{refused}{passed_over}")
    return _without_error(terminal, done.error)


def _presets_are_good(terminal: Terminal, documents: PresetDocuments) -> bool:
    report = preset_report(documents)
    terminal.show(tables.presets_view(report))
    for fault in report.faults:
        terminal.print_error(tables.printable(fault))
    if report.faults:
        terminal.print_error(
            f"{_counted(len(report.faults), 'fault')}: with these, new uploads wait until they are mended."
        )
    return not report.faults


def _change(
    adapters: Adapters, terminal: Terminal, options: Namespace, change: AssetChange, verb: str
) -> bool:
    assets, unknown = _chosen(adapters, options)
    for asset_id in unknown:
        terminal.print_error(f"No asset has the id {asset_id}.")
    intentions = [change.intention(asset) for asset in assets]
    if intentions:
        terminal.show(tables.intentions_table(intentions))
    acting = [intention.asset for intention in intentions if intention.acts]
    left = len(intentions) - len(acting)
    terminal.say(f"{_counted(len(acting), 'asset')} to {verb}, {left:,} to leave alone.")
    if not options.asset_ids and len(assets) == options.limit:
        terminal.say("There may be more: another run takes those.")
    if not _agreed(terminal, options, len(acting), "Go on?"):
        return (bool(options.dry_run) or not acting) and not unknown

    with terminal.progress(verb.capitalize(), len(acting)) as update:
        outcomes = apply_all(change, acting, on_done=update)
    for outcome in outcomes:
        say = terminal.print_error if outcome.result is Result.FAILED else terminal.say
        if outcome.result is not Result.DONE or len(acting) <= tables.MAX_ROWS:
            say(f"{outcome.asset_id}  {outcome.text}")
    failed = len(acting) - sum(outcome.result is not Result.FAILED for outcome in outcomes)
    done = sum(outcome.result is Result.DONE for outcome in outcomes)
    terminal.say(f"{done:,} done, {len(acting) - done - failed:,} left alone, {failed:,} not done.")
    return not failed and not unknown


def _chosen(adapters: Adapters, options: Namespace) -> tuple[list[Asset], list[str]]:
    described = any((options.status, options.code, options.older_than, options.newer_than))
    if bool(options.asset_ids) == bool(described):
        raise UsageError("Which assets? Give either their ids, or --status and what narrows it down.")
    if options.asset_ids:
        return named(adapters.table, options.asset_ids)
    if not options.status:
        raise UsageError("Which assets? Say their --status too.")
    return list(_selection(options, limit=options.limit).find(adapters.table, now=_now())), []


def _selection(options: Namespace, *, limit: int) -> Selection:
    return Selection(
        statuses=options.status or list(AssetStatus),
        older_than=options.older_than,
        newer_than=options.newer_than,
        code=options.code,
        limit=limit,
    )


def _agreed(terminal: Terminal, options: Namespace, acting: int, question: str) -> bool:
    if not acting:
        return False
    if options.dry_run:
        terminal.say("Dry run: nothing was changed.")
        return False
    if options.yes or terminal.confirmed(question):
        return True
    terminal.say("Nothing was changed.")
    return False


def _without_error(terminal: Terminal, error: MediaPipelineError | None) -> bool:
    if error is None:
        return True
    terminal.print_error(f"Stopped: {sentence(error)} The same command goes on with the rest.")
    return False


def _listed(asset: Asset) -> dict[str, Any]:
    return {
        "asset_id": asset.asset_id,
        "status": asset.status.value,
        "attempt": asset.attempt,
        "created_at": asset.created_at,
        "updated_at": asset.updated_at,
        "bucket": asset.upload.bucket,
        "key": asset.upload.key,
        "version_id": asset.upload.version_id,
        "job_id": asset.job_id,
        "error": asset.error.as_record() if asset.error else None,
    }


def _json(records: Sequence[Any]) -> str:
    return json.dumps(records, indent=2, ensure_ascii=False)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _now() -> datetime:
    return datetime.now(tz=UTC)
