"""The demo's report: its shape is a contract (`.sandbox/report.json`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sandbox.runtime.folder import write_json


@dataclass(frozen=True, slots=True)
class Output:
    """A playable file or manifest.

    Attributes:
        format: HLS, DASH, MP4, M4A, or what belongs to them: THUMBNAIL, POSTER, STORYBOARD, CAPTIONS.
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
class AssetError:
    """Why an asset failed."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AssetReport:
    """One video and what became of it."""

    asset_id: str
    source: str
    status: str
    error: AssetError | None
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


def table(assets: Sequence[AssetReport]) -> list[str]:
    """Return the lines of a table: each asset, with a line for each output or for its failure.

    Paths come last and are never folded, so that they can be copied out of a terminal of any width.
    """
    lines = [_row("", "Format", "Size", "Duration", "File")]
    for asset in assets:
        took = asset.seconds.to_terminal
        lines.append(f"{asset.source}: {asset.status}" + (f" after {took:.1f} s" if took is not None else ""))
        if asset.error is not None:
            lines.append(f"  {asset.error.code}: {asset.error.message}")
        lines += [_output_row(output) for output in asset.outputs]
    return lines


def _output_row(output: Output) -> str:
    size = f"{output.width}x{output.height}" if output.width and output.height else ""
    # A picture has none, though MediaConvert tells how much of the source the pictures cover.
    lasts = output.duration_ms if output.format in ("HLS", "DASH", "MP4", "M4A") else None
    return _row("", output.format, size, "" if lasts is None else f"{lasts / 1000:.1f} s", output.path)


def _row(*cells: str) -> str:
    widths = (0, 9, 9, 8, 0)
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
