"""`make bench`: print ratios, tiers, prices and an asset's requests; fail where one is above its limit."""

import sys

from rich.console import Console
from rich.table import Table

from checks.bench import (
    asset_cost,
    cold_start,
    deployed_asset,
    packaging,
    pricing,
    synthesis,
    tiers,
    transcoding,
)
from checks.bench.measuring import Comparison

WIDTH_COLUMNS = 140


def main() -> int:
    """Measure everything and return the exit code."""
    console = Console()
    console.width = max(console.width, WIDTH_COLUMNS)
    table = Table(
        "ours", "against", "wall (median)", "CPU (median)", "CPU ratio", "allowed", title="Benchmarks"
    )
    with console.status("Synthesizing all environments, and importing the AWS bindings, in turn"):
        synthesized = synthesis.measure()
    too_slow = _row(
        table,
        "synthesis of all environments",
        "plain import of the bindings",
        synthesized,
        synthesis.ALLOWED_RATIO,
    )
    with console.status("Synthesizing with CDKTF's fork, importing its bindings, and with CDKTF, in turn"):
        against_import, against_cdktf = synthesis.measure_fork()
    # Either will do: what takes no longer than CDKTF is quick enough, whatever an import takes.
    too_slow |= _row(
        table,
        "synthesis with CDKTF's fork (cdktn)",
        "plain import of its bindings",
        against_import,
        synthesis.FORK_ALLOWED_RATIO,
    ) and _row(table, "synthesis with CDKTF's fork (cdktn)", "synthesis with CDKTF", against_cdktf, 1.0)
    with console.status("Transcoding the demo's clip, and running one plain ffmpeg command, in turn"):
        transcoded = transcoding.measure()
    too_slow |= _row(
        table,
        "transcode of the demo's clip",
        "cheapest single ffmpeg command",
        transcoded,
        transcoding.ALLOWED_RATIO,
    )
    for function in cold_start.FUNCTIONS:
        with console.status(f"Importing {function}, and what it uses of boto3 and Powertools, in turn"):
            imported = cold_start.measure(function)
        too_slow |= _row(
            table,
            f"cold start: import of {function}",
            "import of the same parts of boto3 and Powertools",
            imported,
            cold_start.ALLOWED_RATIO,
        )
    console.print(table)
    encoded = packaging.measure()
    too_many = encoded.ratio > packaging.ALLOWED_RATIO
    console.print(
        f"Encoded output minutes of a Full HD source, a minute of it: {encoded.shared} with one CMAF group, "
        f"{encoded.separate} with HLS and DASH apart (both with MP4): "
        f"[{'red' if too_many else 'green'}]{encoded.ratio:.0%}[/], allowed {packaging.ALLOWED_RATIO:.0%}",
        soft_wrap=True,
    )
    prices = pricing.measure()
    console.print(prices.line(), soft_wrap=True)
    billed = tiers.measure()
    is_basic = tiers.is_basic(billed)
    console.print(tiers.table(billed))
    console.print(
        f"The {tiers.BASIC_PROFILE} profile is billed in the Basic tier alone: "
        f"{'[green]yes' if is_basic else '[red]no'}[/]"
    )
    with console.status("Deploying a sandbox, and following one 1080p asset through it: some minutes"):
        asset = asset_cost.cost_of(deployed_asset.measure())
    for part in asset.tables():
        console.print(part, soft_wrap=True)
    holds = prices.is_low and is_basic and asset.holds
    return 1 if too_slow or too_many or not holds else 0


def _row(table: Table, ours: str, against: str, found: Comparison, allowed: float) -> bool:
    ratio = found.ratio("cpu_seconds")
    cells = [
        f"{found.median(found.first, measure):.2f} s / {found.median(found.second, measure):.2f} s"
        for measure in ("wall_seconds", "cpu_seconds")
    ]
    verdict = "green" if ratio <= allowed else "red"
    table.add_row(ours, against, *cells, f"[{verdict}]{ratio:.2f}[/]", f"{allowed:.2f}")
    return ratio > allowed


if __name__ == "__main__":
    sys.exit(main())
