"""`cost --services` tells what 1,000 assets cost of each service."""

import csv
import io
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.uploads.versions import ObjectVersion
from tests.support.asset_steps import upload
from tests.support.fakes import FakeAssetTable, FakeClock
from tests.support.pricing import SHIPPED_PRICES
from tests.unit.tools.ops.conftest import Operated
from tools.ops.costs import Sum
from tools.ops.service_costs.kept import SAMPLE, Kept, sampled
from tools.ops.service_costs.report import cost_rows, measured_usage
from tools.ops.service_costs.usage import Usage, costs_of, total

MB = 1_000_000
KEPT = Kept(assets=3, source_gb=0.5, output_gb=0.2, output_objects=100, watched_gb=0.05)


def test_each_service_has_its_price() -> None:
    """Every field of a usage is the name of a price in the shipped list."""
    usage = Usage(**{field.name: 1 for field in fields(Usage)})
    costs = costs_of(usage, SHIPPED_PRICES)
    assert total(costs) == sum(SHIPPED_PRICES.services[field.name].usd for field in fields(Usage))
    assert {cost.service for cost in costs} == {
        *("Lambda", "S3", "DynamoDB", "SQS", "SNS", "EventBridge", "KMS", "X-Ray", "CloudWatch")
    }


def test_what_was_measured_is_within_the_limit() -> None:
    """The usage that is written down costs less than what `make bench` allows."""
    assert Decimal(0) < total(costs_of(measured_usage(), SHIPPED_PRICES)) <= Decimal("0.0006")


def test_rows_are_what_one_works_out_by_hand() -> None:
    """1,000 assets: jobs at their average, storage by class with what moving costs, and one view each."""
    rows = {
        row.part: row
        for row in cost_rows(Sum(jobs=4, usd=Decimal("0.4")), KEPT, SHIPPED_PRICES)
        if row.part != "the pipeline's work"
    }
    assert {part: str(row.usd.normalize()) for part, row in rows.items()} == {
        "encoding": "1E+2",
        # 500 GB at 0.023, 0.0125 and 0.004.
        "sources, a month": "11.5",
        "then, infrequent access": "6.25",
        "then, archived": "2",
        # 200 GB, and 100,000 objects at 0.0000025.
        "outputs, a month": "4.6",
        "unwatched for 30 days": "2.75",
        "unwatched for 90 days": "1.05",
        # 101,000 at 0.00001, and 1,000 at 0.00002.
        "moving them, once": "1.03",
        # 50 GB at 0.085.
        "each watched once": "4.25",
    }
    assert rows["outputs, a month"].is_settled
    assert not rows["moving them, once"].is_settled


def test_the_pipelines_work_is_summed_by_service() -> None:
    """Its rows cost what one asset's usage does, a thousand times."""
    rows = list(cost_rows(Sum(jobs=0, usd=Decimal(0)), None, SHIPPED_PRICES))
    assert {row.part for row in rows} == {"the pipeline's work"}
    assert len({row.service for row in rows}) == len(rows)
    assert sum(row.usd for row in rows) == total(costs_of(measured_usage(), SHIPPED_PRICES)) * 1000


def test_the_newest_complete_assets_are_looked_at() -> None:
    """Sizes are averages over at most so many; small objects aren't moved, the best file is watched."""
    assets = [completed(number) for number in range(SAMPLE + 4, 0, -1)]
    asked: list[str] = []

    def pages(prefix: str) -> list[list[ObjectVersion]]:
        asked.append(prefix)
        sizes = {"film.mp4": 9 * MB, "segment.ts": 3 * MB, "master.m3u8": 500}
        return [[version(key, size)] for key, size in sizes.items()]

    found = sampled(assets, pages)
    assert asked == [f"{each.folder}/" for each in assets[:SAMPLE]]
    assert found is not None
    assert (found.assets, found.output_objects, found.watched_gb) == (SAMPLE, 2, 0.009)
    assert found.source_gb == assets[0].upload.size_bytes / 1e9
    assert found.output_gb == pytest.approx(0.0120005)
    assert sampled([], pages) is None


def completed(number: int) -> Asset:
    """Return an asset that completed at a second of this number."""
    clock = FakeClock()
    claim = FakeAssetTable().claim(upload(version_id=f"v{number}"), now=clock(), until=clock())
    return replace(
        claim.asset,
        status=AssetStatus.COMPLETE,
        completed_at=f"2026-11-30T00:00:{number:02}.000Z",
        outputs=[{"format": "MP4", "key": "film.mp4"}, {"format": "HLS", "key": "master.m3u8"}],
    )


def version(key: str, size_bytes: int) -> ObjectVersion:
    """Return an object's only version."""
    return ObjectVersion(key=key, version_id="v", size_bytes=size_bytes, etag="", is_marker=False)


def test_the_command_shows_services_or_csv(operated: Operated) -> None:
    """People read a table within 80 columns, programs a line for each service."""
    run = operated.run("cost", "--services")
    assert (run.code, run.err) == (0, "")
    assert "No asset has completed" in run.out
    assert max(len(line) for line in run.out.splitlines()) <= 80
    rows = list(csv.DictReader(io.StringIO(operated.run("cost", "--services", "--csv").out)))
    assert {"Lambda", "DynamoDB"} < {row["service"] for row in rows}
    assert all(Decimal(row["usd"]) > 0 for row in rows)
