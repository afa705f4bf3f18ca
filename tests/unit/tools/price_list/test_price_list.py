"""Price lists are made from the Price List API, whose answers a stub of botocore gives and checks."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from media_pipeline.encoding.pricing.price_list import parse_price_list
from media_pipeline.prices import FOLDER, price_list_text
from tools.price_list.__main__ import main, refresh
from tools.price_list.offers import MEDIACONVERT, WANTED, read_offer
from tools.price_list.query import UnreachableError

MADE = "2026-12-01"
SERVICES = [MEDIACONVERT, *dict.fromkeys(wanted.service for wanted in WANTED)]


def product(attributes: dict[str, str], *steps: tuple[str, str]) -> str:
    """Return a product as the API has it, with steps of volume: where each begins, and its price."""
    dimensions = {
        f"step{number}": {"beginRange": begin, "unit": "minutes", "pricePerUnit": {"USD": usd}}
        for number, (begin, usd) in enumerate(steps)
    }
    term = {"effectiveDate": "2026-11-01T00:00:00Z", "priceDimensions": dimensions}
    return json.dumps({"product": {"attributes": attributes}, "terms": {"OnDemand": {"a": term}}})


AVC_HD = product(
    {
        "usagetype": "IAD-B-AVC-HD-S-30",
        "tier": "Basic",
        "videoCodec": "AVC",
        "videoFrameRate": "<=30 fps",
        "videoQualitySetting": "Single-pass",
        "videoResolution": "HD",
    },
    ("0", "0.0160000000"),
)
XAVC_4K = product(
    {
        "usagetype": "MEL-P-XAVC-4K-MHQ-30",
        "tier": "Professional",
        "videoCodec": "XAVC",
        "videoFrameRate": "<=30 fps",
        "videoQualitySetting": "Multi-pass HQ",
        "videoResolution": "4K",
    },
    ("0", "0.3335000000"),
)


def pricing(answers: dict[str, list[list[str]]], *, region: str = "us-east-1") -> Any:
    """Return a client that answers each service's offers, in pages, and refuses any other request."""
    client = boto3.client(
        "pricing", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    stub = Stubber(client)
    for service in SERVICES:
        pages = answers.get(service, [[]])
        where = {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}
        if service == "AmazonCloudFront":
            where = {"Type": "TERM_MATCH", "Field": "fromLocation", "Value": "United States"}
        for number, page in enumerate(pages):
            expected: dict[str, Any] = {
                "ServiceCode": service,
                "FormatVersion": "aws_v1",
                "Filters": [where],
                **({"NextToken": str(number)} if number else {}),
            }
            more = {"NextToken": str(number + 1)} if number + 1 < len(pages) else {}
            stub.add_response(
                "get_products", {"FormatVersion": "aws_v1", "PriceList": page, **more}, expected
            )
    stub.activate()
    return client


def test_prices_that_the_api_has_replace_the_shipped_ones(tmp_path: Path) -> None:
    """All pages are read; what the API does not answer keeps its own source and date."""
    lambda_ = product({"usagetype": "Lambda-GB-Second-ARM"}, ("0", "0.0000140000"))
    edge = product({"usagetype": "Lambda-Edge-GB-Second-ARM"}, ("0", "0.5"))
    answers = {MEDIACONVERT: [[XAVC_4K], [AVC_HD]], "AWSLambda": [[edge, lambda_]]}
    told = refresh(pricing(answers), "us-east-1", folder=tmp_path, made=MADE)
    fresh = parse_price_list((tmp_path / "us-east-1.json").read_text())
    shipped = parse_price_list(price_list_text("us-east-1"))
    kind = ("Basic", "AVC", "Single pass", "<=30 fps", "HD")
    assert (str(fresh.minutes[kind].usd), fresh.minutes[kind].date) == ("0.0160000000", "2026-11-01")
    assert fresh.minutes[kind].source == (
        "AWS Price List API, AWSElementalMediaConvert, usage type IAD-B-AVC-HD-S-30"
    )
    assert str(fresh.services["lambda_gb_second"].usd) == "0.0000140000"
    assert fresh.services["lambda_gb_second"].is_settled
    assert {**fresh.minutes, kind: shipped.minutes[kind]} == shipped.minutes
    assert fresh.services["kms_request"] == shipped.services["kms_request"]
    assert fresh.made == MADE
    total = len(shipped.minutes) + len(shipped.services)
    assert told == f"Wrote us-east-1.json: {total} prices, of which the API has no answer for {total - 2}."


def test_another_region_begins_empty(tmp_path: Path) -> None:
    """A list of a region holds that region's prices alone."""
    eu = product({"usagetype": "EUC1-Requests-Tier1"}, ("0", "0.0000054"))
    refresh(pricing({"AmazonS3": [[eu]]}, region="eu-central-1"), "eu-central-1", folder=tmp_path, made=MADE)
    fresh = parse_price_list((tmp_path / "eu-central-1.json").read_text())
    assert (fresh.region, dict(fresh.minutes), list(fresh.services)) == (
        "eu-central-1",
        {},
        ["s3_write_request"],
    )


def test_the_shipped_list_stays_where_the_api_does_not_answer(tmp_path: Path) -> None:
    """Refused credentials write nothing, and the caller is told why."""
    client = boto3.client(
        "pricing", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    stub = Stubber(client)
    stub.add_client_error("get_products", "AccessDeniedException", "no")
    stub.activate()
    with pytest.raises(UnreachableError, match="AccessDenied"):
        refresh(client, "us-east-1", folder=tmp_path, made=MADE)
    assert not list(tmp_path.iterdir())


def test_the_command_says_that_the_api_can_not_be_reached(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make prices` ends with 3 and leaves the shipped list alone."""
    # Nothing listens there.
    monkeypatch.setenv("AWS_ENDPOINT_URL_PRICING", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    before = (FOLDER / "us-east-1.json").read_bytes()
    assert main([]) == 3
    assert "can't be reached: the shipped list stays" in capsys.readouterr().err
    assert (FOLDER / "us-east-1.json").read_bytes() == before


def test_the_first_step_that_is_not_free_counts() -> None:
    """Of steps of volume a quote takes the dearest that applies to somebody: the first with a price."""
    offer = read_offer(product({}, ("25", "0.25"), ("0", "0.0000000000"), ("100", "0.10")))
    assert offer is not None
    assert str(offer.usd) == "0.25"
    assert read_offer(product({}, ("0", "0.0"))) is None
