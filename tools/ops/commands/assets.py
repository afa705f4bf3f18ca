"""List and show assets, replay and cancel them."""

import json
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.services.operations.cancel import Cancel
from media_pipeline.services.operations.changes import AssetChange, Result
from media_pipeline.services.operations.replay import Replay
from media_pipeline.services.operations.selection import Selection, named
from tools.ops.actions.changes import apply_all
from tools.ops.adapters import Adapters
from tools.ops.commands.dialog import agreed, counted, utc_now
from tools.ops.errors import UsageError, sentence
from tools.ops.records import asset_ids
from tools.ops.views import tables
from tools.terminal import Terminal


def list_assets(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """List assets, those that changed last first."""
    now = utc_now()
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
            f"No asset was made of {options.reference}: {bucket} has {counted(len(ids), 'version')} of it. "
            "`backfill --prefix` processes what has no asset."
        )
    return bool(records)


def replay(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Begin another attempt of assets that have ended."""
    change = Replay(
        table=adapters.table,
        queue=adapters.processing_queue,
        clock=utc_now,
        force=options.force,
        explain=sentence,
    )
    return _change(adapters, terminal, options, change, "replay")


def cancel(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Cancel assets that are under way, with their jobs."""
    change = Cancel(
        table=adapters.table,
        jobs=adapters.transcoder,
        retention_days=adapters.resources.retention_days,
        clock=utc_now,
    )
    return _change(adapters, terminal, options, change, "cancel")


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
    terminal.say(f"{counted(len(acting), 'asset')} to {verb}, {left:,} to leave alone.")
    if not options.asset_ids and len(assets) == options.limit:
        terminal.say("There may be more: another run takes those.")
    if not agreed(terminal, options, len(acting), "Go on?"):
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
    return list(_selection(options, limit=options.limit).find(adapters.table, now=utc_now())), []


def _selection(options: Namespace, *, limit: int) -> Selection:
    return Selection(
        statuses=options.status or list(AssetStatus),
        older_than=options.older_than,
        newer_than=options.newer_than,
        code=options.code,
        limit=limit,
    )


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
