"""How assets, intentions and dead letters look on a terminal: tables that fit 80 columns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.clock import instant
from media_pipeline.domain.failures.failure import AssetError
from media_pipeline.domain.uploads.listing import StoredUpload
from media_pipeline.services.operations.changes import Intention
from media_pipeline.services.operations.redrive import PreviewedMessage, UnreadablePolicy
from tools.ops.views.cost_facts import cost_facts
from tools.ops.views.preset_report import PresetReport
from tools.ops.views.source_facts import profile_line, source_lines
from tools.ops.views.webhook_facts import webhook_facts

_FATES = {
    UnreadablePolicy.KEEP: "stays here",
    UnreadablePolicy.MOVE: "is moved",
    UnreadablePolicy.DROP: "is deleted",
}
MAX_ROWS = 20
_STYLES = {"COMPLETE": "green", "FAILED": "red", "CANCELED": "yellow"}
_ID_COLUMNS = 32


def age(since: timedelta) -> str:
    """Return a span of time in its largest unit: `45s`, `14m`, `3h`, `12d`."""
    seconds = max(0, int(since.total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def printable(text: str) -> str:
    """Return a text without what would move the cursor or change colors: keys may hold any character."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def assets_table(assets: Iterable[Asset], *, now: datetime) -> Table:
    """Return a row for each asset; ages are since its last change."""
    table = _table()
    table.add_column("Asset", width=_ID_COLUMNS, no_wrap=True)
    table.add_column("Status", width=10, no_wrap=True)
    table.add_column("Try", justify="right", no_wrap=True)
    table.add_column("Age", justify="right", no_wrap=True)
    table.add_column("Key and error", overflow="fold")
    for asset in assets:
        what = Text(printable(asset.upload.key))
        if asset.removing_since is not None:
            what.append("\nits removal has begun; `remove` goes on with it", style="yellow")
        if asset.error is not None:
            hopeless = "" if asset.error.replay_helps else ", a replay can't help"
            what.append(f"\n{asset.error.code}{hopeless}", style="red")
        table.add_row(
            asset.asset_id,
            _status(asset.status.value),
            str(asset.attempt),
            age(now - instant(asset.updated_at)),
            what,
        )
    return table


def intentions_table(intentions: Sequence[Intention]) -> RenderableType:
    """Return a row for each intention, those that act first; of many, the first ones."""
    table = _table()
    table.add_column("Asset", width=_ID_COLUMNS, no_wrap=True)
    table.add_column("Status", width=10, no_wrap=True)
    table.add_column("Key and what is to be done", overflow="fold")
    ordered = sorted(intentions, key=lambda intention: not intention.acts)
    for intention in ordered[:MAX_ROWS]:
        what = Text(f"{printable(intention.asset.upload.key)}\n{intention.text}")
        table.add_row(intention.asset.asset_id, _status(intention.asset.status.value), what)
    return _with_rest(table, len(intentions))


def uploads_table(uploads: Sequence[StoredUpload], *, now: datetime) -> RenderableType:
    """Return a row for each upload; of many, the first ones."""
    table = _table()
    table.add_column("Asset to be", width=_ID_COLUMNS, no_wrap=True)
    table.add_column("Size", justify="right", no_wrap=True)
    table.add_column("Age", justify="right", no_wrap=True)
    table.add_column("Key", overflow="fold")
    for stored in uploads[:MAX_ROWS]:
        upload = stored.upload
        key = Text(printable(upload.key))
        table.add_row(upload.asset_id, size(upload.size_bytes), age(now - stored.modified_at), key)
    return _with_rest(table, len(uploads))


def messages_table(
    shown: Sequence[PreviewedMessage], *, unreadable: UnreadablePolicy, now: datetime
) -> RenderableType:
    """Return a row for each kind of message about each asset, the oldest first; of many, the first ones."""
    table = _table()
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Message", overflow="fold")
    table.add_column("Asset now", width=10, no_wrap=True)
    table.add_column("Received", justify="right", no_wrap=True)
    table.add_column("Oldest", justify="right", no_wrap=True)
    groups: dict[tuple[str | None, ...], list[PreviewedMessage]] = {}
    for one in shown:
        content = one.content
        groups.setdefault((content.label, content.asset_id, content.error), []).append(one)
    for group in list(groups.values())[:MAX_ROWS]:
        table.add_row(
            str(len(group)),
            _message(group[0], unreadable),
            _asset_now(group[0]),
            f"{max(one.letter.receive_count for one in group)}x",
            age(now - min(one.letter.sent_at for one in group)),
        )
    return _with_rest(table, len(groups))


def record_view(record: Mapping[str, Any], *, outputs_bucket: str) -> RenderableType:
    """Return all of an asset's record that a person wants to know."""
    asset = Asset.from_record(record)
    facts = Table.grid(padding=(0, 2))
    facts.add_column(width=10, no_wrap=True)
    facts.add_column(overflow="fold")
    for name, value in (*_facts(asset, record, outputs_bucket), *cost_facts(asset), *webhook_facts(asset)):
        facts.add_row(Text(name, style="dim"), value)
    parts: list[RenderableType] = [facts, Text(""), _history(asset)]
    if asset.past_attempts:
        parts += [Text(""), _past_attempts(asset)]
    if asset.outputs:
        parts += [Text(""), _outputs(asset)]
    return Group(*parts)


def presets_view(report: PresetReport) -> RenderableType:
    """Return a row for each preset, and one for each profile with the prefixes that stand for it."""
    presets = _table()
    presets.add_column("Preset", no_wrap=True)
    presets.add_column("Version", justify="right", no_wrap=True)
    presets.add_column("State", overflow="fold")
    for preset in report.presets:
        state = Text(preset.state, style="" if preset.is_good else "red")
        presets.add_row(Text(printable(preset.name)), Text(printable(preset.version)), state)
    profiles = _table()
    profiles.add_column("Profile", no_wrap=True)
    profiles.add_column("Presets", overflow="fold")
    profiles.add_column("Prefixes of keys", overflow="fold")
    for name, chosen in report.profiles.items():
        prefixes = [printable(prefix) for prefix, of in report.prefixes.items() if of == name]
        profiles.add_row(Text(name), Text(", ".join(chosen)), Text(", ".join(prefixes)))
    return Group(presets, Text(""), profiles) if report.profiles else presets


def size(size_bytes: int) -> str:
    """Return a size in its largest unit: `512 B`, `1.5 MB`."""
    number = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def _facts(asset: Asset, record: Mapping[str, Any], outputs_bucket: str) -> Iterable[tuple[str, Text]]:
    yield "Asset", Text(asset.asset_id)
    progress = (
        f", {record['progress_percent']}% done"
        if not asset.is_terminal and "progress_percent" in record
        else ""
    )
    yield "Status", _status(asset.status.value) + Text(f" (attempt {asset.attempt}{progress})")
    if asset.error is not None:
        yield "Error", _error(asset.error)
        again = "may help" if asset.error.replay_helps else "can't help: the same file fails again"
        yield "Replay", Text(again)
    yield "Source", Text(printable(asset.upload.uri))
    version = f", version {asset.upload.version_id}" if asset.upload.version_id else ""
    yield "", Text(f"{size(asset.upload.size_bytes)}{version}")
    for number, line in enumerate(source_lines(asset)):
        yield "" if number else "Contents", Text(printable(line))
    if asset.profile is not None:
        yield "Profile", Text(profile_line(asset))
    if asset.job_id is not None:
        yield "Job", Text(asset.job_id)
    if asset.outputs:
        public = " (public)" if asset.is_public else ""
        yield "Outputs", Text(f"s3://{outputs_bucket}/{asset.folder}/{public}")
    for entry in asset.outputs:
        for note in entry.get("notes") or ():
            name = str(entry.get("source", "")).rpartition("/")[2]
            yield "Captions", Text(printable(f"{name}: {note}"), style="yellow")
    for rejected in asset.rejected_captions:
        name = str(rejected["key"]).rpartition("/")[2]
        yield "Captions", Text(printable(f"{name}: {rejected['message']}"), style="yellow")
    if asset.rejected_captions_left_out:
        more = f"{asset.rejected_captions_left_out:,} more files could not be used"
        yield "Captions", Text(more, style="yellow")
    if asset.storyboard_fault is not None:
        yield "Storyboard", Text(printable(asset.storyboard_fault), style="yellow")
    yield "Changed", Text(asset.updated_at)
    if asset.notified_at is not None:
        yield "Notified", Text(asset.notified_at)


def _history(asset: Asset) -> Table:
    table = _table()
    table.add_column("At", width=24, no_wrap=True)
    table.add_column("Try", justify="right", no_wrap=True)
    table.add_column("Status", width=10, no_wrap=True)
    table.add_column("What happened", overflow="fold")
    # An error's sentence is read once, where the error is reported.
    errors = [past["error"] for past in asset.past_attempts if past.get("error")]
    errors += [asset.error.as_record()] if asset.error else []
    codes = {error["message"]: error["code"] for error in errors}
    for entry in asset.history:
        detail = str(entry["detail"])
        table.add_row(
            str(entry["at"]),
            str(entry.get("attempt", 1)),
            _status(entry["status"]),
            Text(printable(codes.get(detail, detail))),
        )
    return table


def _past_attempts(asset: Asset) -> Table:
    table = _table()
    table.add_column("Try", justify="right", no_wrap=True)
    table.add_column("Ended", width=10, no_wrap=True)
    table.add_column("Job and error", overflow="fold")
    for attempt in asset.past_attempts:
        what = Text(str(attempt.get("job_id", "no job")))
        if attempt.get("error"):
            error = AssetError.from_record(attempt["error"])
            again = asset.error is not None and error.code == asset.error.code
            what.append("\n").append_text(Text(error.code, style="red") if again else _error(error))
        table.add_row(str(attempt["attempt"]), _status(attempt["status"]), what)
    return table


def _outputs(asset: Asset) -> Table:
    table = _table()
    table.add_column("Output", no_wrap=True)
    table.add_column("Picture", no_wrap=True)
    table.add_column("Length", justify="right", no_wrap=True)
    table.add_column("Key below its folder", overflow="fold")
    for output in asset.outputs:
        width, height, length = (output.get(name) for name in ("width", "height", "duration_ms"))
        table.add_row(
            str(output["format"]),
            f"{width}x{height}" if width and height else "",
            f"{length / 1000:.1f} s" if length else "",
            Text(printable(str(output["key"]).removeprefix(f"{asset.folder}/"))),
        )
    return table


def _message(one: PreviewedMessage, unreadable: UnreadablePolicy) -> Text:
    content = one.content
    if content.error is not None:
        fate = _FATES[unreadable]
        return Text(f"{content.label}, {fate}\n{printable(content.error)}", style="yellow")
    key = one.asset.upload.key if one.asset else content.key
    lines = [f"{content.label}: {printable(key)}" if key else content.label]
    if content.asset_id is not None:
        lines.append(content.asset_id)
    return Text("\n".join(lines))


def _asset_now(one: PreviewedMessage) -> Text:
    if one.content.asset_id is None:
        return Text("")
    return _status(one.asset.status.value) if one.asset else Text("no record")


def _error(error: AssetError) -> Text:
    return Text(f"{error.code} ({error.category}): {printable(error.message)}", style="red")


def _status(status: str) -> Text:
    return Text(status, style=_STYLES.get(status, ""))


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)


def _with_rest(table: Table, rows: int) -> RenderableType:
    if rows <= MAX_ROWS:
        return table
    return Group(table, Text(f"... and {rows - MAX_ROWS:,} more"))
