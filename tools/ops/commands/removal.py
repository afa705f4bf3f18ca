"""`remove`: shows what would go of assets, and removes it where --yes says so."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich import box
from rich.table import Table
from rich.text import Text

from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.services.operations.changes import Outcome, Result
from media_pipeline.services.operations.removal import Amount, Removal, Remove
from tools.ops.adapters import Adapters
from tools.ops.errors import is_operators, sentence
from tools.ops.records import asset_ids
from tools.ops.views.tables import printable, size
from tools.terminal import Terminal


def remove(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Take assets down for good: outputs, captions, record, and with --source every version of the upload."""
    work = Remove(
        pipeline=adapters.resources.pipeline_name,
        uploads_bucket=adapters.resources.uploads_bucket,
        table=adapters.table,
        records=adapters.removed_records,
        outputs=adapters.output_versions,
        uploads=adapters.upload_versions,
        news=adapters.notifier,
        metrics=adapters.removal_metrics,
        cache=adapters.viewer_cache,
        with_source=options.source,
        clock=lambda: datetime.now(tz=UTC),
    )
    removals = []
    with terminal.progress("Looking for what would go") as update:
        for asset_id, key in _referred(adapters, options.references):
            removals.append(work.plan(asset_id, key=key))
            update(len(removals))
    if not removals:
        terminal.print_error("No asset was made of any of these.")
        return False
    terminal.show(_table(removals))
    acting = [removal for removal in removals if removal.acts]
    left = len(removals) - len(acting)
    terminal.say(f"{len(acting)} to remove for good, {left} to leave alone.")
    if not acting:
        return all(removal.asset is None for removal in removals)
    if not options.confirmed:
        terminal.say("Nothing was removed. It can't be brought back: look, then say --yes.")
        return True
    outcomes = []
    with terminal.progress("Removing", len(acting)) as update:
        for number, removal in enumerate(acting, start=1):
            outcome, stop = _applied(work, removal)
            outcomes.append(outcome)
            update(number)
            if stop:
                break
    for outcome in outcomes:
        say = terminal.say if outcome.result is Result.DONE else terminal.print_error
        say(f"{outcome.asset_id}  {outcome.text}")
    done = sum(outcome.result is Result.DONE for outcome in outcomes)
    terminal.say(f"{done} removed, {len(acting) - done} not; the same command goes on with the rest.")
    return done == len(acting) and not any(removal.asset for removal in removals if not removal.acts)


def _applied(work: Remove, removal: Removal) -> tuple[Outcome, bool]:
    """Remove one asset; return what became of it, and whether the next would meet the same error."""
    try:
        return work.apply(removal), False
    except MediaPipelineError as error:
        text = f"not removed: {sentence(error)} What was deleted is; the same command goes on."
        outcome = Outcome(asset_id=removal.asset_id, result=Result.FAILED, text=text)
        return outcome, is_operators(error)


def _referred(adapters: Adapters, references: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Yield each asset's id once, with its upload's key where it was referred to by that."""
    bucket = adapters.resources.uploads_bucket
    seen: set[str] = set()
    for reference in references:
        ids = asset_ids(reference, bucket=adapters.uploads, bucket_name=bucket)
        key = None if ids == [reference] else reference.removeprefix(f"s3://{bucket}/")
        for asset_id in ids:
            if asset_id not in seen:
                seen.add(asset_id)
                yield asset_id, key


def _table(removals: Sequence[Removal]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("Asset", width=32, no_wrap=True)
    table.add_column("Status", width=10, no_wrap=True)
    table.add_column("Key and what goes", overflow="fold")
    for removal in removals:
        status = removal.asset.status.value if removal.asset else "no record"
        lines = [printable(removal.key)] if removal.key else []
        lines += list(_lines(removal)) if removal.acts else [removal.reason]
        table.add_row(removal.asset_id, status, Text("\n".join(lines)))
    return table


def _lines(removal: Removal) -> Iterator[str]:
    if removal.asset is not None and removal.asset.removing_since is not None:
        yield f"its removal began at {removal.asset.removing_since}"
    yield f"outputs: {_amount(removal.outputs)}, {removal.outputs.captions} captions among them"
    if removal.asset is not None:
        yield "its record; that it was removed stays known"
    if removal.source is not None:
        others = f"; {removal.other_assets} other assets were made of them" if removal.other_assets else ""
        yield f"its upload: {_amount(removal.source)}{others}"
    else:
        yield "its upload stays: --source removes it too"


def _amount(amount: Amount) -> str:
    return f"{len(amount.keys):,} objects in {amount.versions:,} versions, {size(amount.size_bytes)}"
