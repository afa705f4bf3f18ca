"""The demo's report: its shape is a contract (`.sandbox/report.json`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from sandbox.folder import write_json


@dataclass(frozen=True, slots=True)
class Output:
    """A playable file or manifest.

    Attributes:
        format: HLS, DASH, MP4 or THUMBNAIL.
        key: The object's key in the outputs bucket.
        path: The downloaded file, relative to the project's root.
    """

    format: str
    key: str
    path: str
    width: int | None
    height: int | None
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class Seconds:
    """Times since the upload ended; null where that point was not reached."""

    to_submitted: float | None
    to_terminal: float | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an asset failed."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AssetReport:
    """One video and what became of it."""

    asset_id: str
    source: str
    status: str
    error: Fault | None
    outputs: list[Output]
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class TerraformReport:
    """What is deployed, and whether a plan after the work still shows no changes."""

    resources: int
    plan_after: str


@dataclass(frozen=True, slots=True)
class Report:
    """The whole run."""

    assets: list[AssetReport] = field(default_factory=list)
    terraform: TerraformReport = field(default_factory=lambda: TerraformReport(0, "changed"))

    @property
    def completed(self) -> bool:
        """Whether every asset completed."""
        return bool(self.assets) and all(asset.status == "COMPLETE" for asset in self.assets)

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        write_json(path, asdict(self))


def table(assets: Sequence[AssetReport]) -> Table:
    """Return a table with a line for each output and each failure."""
    shown = Table(title=None)
    for name in ("Source", "Status", "Format", "Size", "Duration", "File"):
        shown.add_column(name, overflow="fold")
    for asset in assets:
        rows = [_output_cells(output) for output in asset.outputs]
        if asset.error is not None:
            rows.insert(0, ["", "", "", f"{asset.error.code}: {asset.error.message}"])
        for number, cells in enumerate(rows or [[]]):
            first = [asset.source, asset.status] if number == 0 else ["", ""]
            # Brackets in names are text, not rich's markup.
            shown.add_row(*map(escape, [*first, *cells]))
    return shown


def _output_cells(output: Output) -> list[str]:
    size = f"{output.width}x{output.height}" if output.width and output.height else ""
    duration = f"{output.duration_ms / 1000:.1f} s" if output.duration_ms else ""
    return [output.format, size, duration, output.path]
