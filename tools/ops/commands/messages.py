"""Put messages on the queues: dead letters move back, uploads without an asset are announced."""

from argparse import Namespace
from datetime import timedelta

from media_pipeline.domain.monitoring.dead_letters import reader_of
from media_pipeline.services.operations.pace import Pace
from media_pipeline.services.operations.redrive import Redrive, UnreadablePolicy
from tools.ops.actions.backfill import Backfill, Period
from tools.ops.adapters import Adapters
from tools.ops.commands.dialog import agreed, counted, utc_now, without_error
from tools.ops.errors import UsageError
from tools.ops.views import tables
from tools.terminal import Terminal


def redrive(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Show a dead-letter queue's messages, and move them back to their queue."""
    resources = adapters.resources
    pace = Pace(options.rate)
    with Redrive(
        queue=adapters.letters(options.queue),
        assets=adapters.table,
        read=reader_of(options.queue, bucket=resources.uploads_bucket, pipeline=resources.pipeline_name),
        pace=pace,
    ) as work:
        with terminal.progress("Receiving dead letters") as update:
            shown = work.preview(limit=options.limit, on_received=update)
        if not shown:
            terminal.say(f"There are no dead letters of the {options.queue} queue.")
            return True
        terminal.show(tables.messages_table(shown, unreadable=options.unreadable, now=utc_now()))
        foreign = sum(one.is_unreadable for one in shown)
        leaving = foreign if options.unreadable is UnreadablePolicy.KEEP else 0
        deleting = foreign if options.unreadable is UnreadablePolicy.DROP else 0
        acting = len(shown) - leaving
        hours = work.hours_beyond_hold(acting)
        if hours is not None:
            raise UsageError(
                f"{acting:,} messages take {hours:,.0f} hours at {options.rate:g} per second, and SQS holds "
                "messages for 12 hours. Give a --limit, or a higher --rate."
            )
        terminal.say(
            f"{counted(acting - deleting, 'message')} to move back to the {options.queue} queue, "
            f"{deleting:,} to delete, {leaving:,} to leave."
        )
        if not agreed(terminal, options, acting, f"Go on, at up to {options.rate:g} per second?"):
            return bool(options.dry_run) or not acting
        for one in shown:
            if one.is_unreadable and options.unreadable is UnreadablePolicy.DROP:
                # Before its only copy is gone: the log of this command keeps what it was.
                terminal.say(f"To delete, {one.letter.message_id}: {tables.printable(one.letter.body)}")
        with terminal.progress("Moving dead letters", acting) as update:
            done = work.run(shown, unreadable=options.unreadable, on_done=update)
    terminal.say(f"Moved {counted(done.moved, 'message')}, deleted {done.dropped:,}, left {leaving:,}.")
    if done.expired:
        terminal.print_error(
            f"{counted(done.expired, 'message')} could no longer be held, the question was open too long: "
            "run the command again."
        )
    return without_error(terminal, done.error) and not done.expired


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
        clock=utc_now,
    )
    with terminal.progress("Listing uploads") as update:
        found = work.find(
            prefix=options.prefix,
            period=Period(since=options.since, until=options.until),
            limit=options.limit,
            on_page=lambda so_far: update(so_far.listed),
        )
    now, uploads = utc_now(), found.uploads
    if uploads:
        terminal.show(tables.uploads_table(uploads, now=now))
    size = tables.size(sum(stored.upload.size_bytes for stored in uploads))
    terminal.say(
        f"{counted(len(uploads), 'upload')} without an asset ({size}), of "
        f"{counted(found.listed, 'version')} listed."
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
    if not agreed(terminal, options, acting, f"Process them, at up to {options.rate:g} per second?"):
        return bool(options.dry_run) or not acting
    with terminal.progress("Announcing uploads", acting) as update:
        done = work.run(uploads, on_done=update)
    passed_over = f" {done.known:,} got an asset meanwhile." if done.known else ""
    refused = f" {done.refused:,} are of a type that is not accepted: FAILED." if done.refused else ""
    terminal.say(f"Announced {counted(done.announced, 'upload')}.{refused}{passed_over}")
    return without_error(terminal, done.error)
