"""A region's price list: what AWS asks, each price with its source and date.

Prices are those of the first step of volume, so a bill may be lower. Names of tiers, codecs and frame rates
are those of AWS's Price List (service code AWSElementalMediaConvert); quality settings are written alike,
without hyphens. What no public source settles is marked, and rather too high than too low.
"""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from media_pipeline.domain.errors import ConfigError
from media_pipeline.domain.values import dataclass

AUDIO_CODEC = "Audio"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_MINUTE_FIELDS = ("tier", "codec", "quality", "frame_rate", "resolution")
_SERVICE_FIELDS = ("name", "unit")
_SOURCE_FIELDS = ("usd", "source", "date")


class FrameRates(StrEnum):
    """Name the ranges of frame rates that have prices of their own."""

    UP_TO_30 = "<=30 fps"
    UP_TO_60 = ">30 fps and <=60 fps"
    ABOVE_60 = ">60 fps"


class Quality(StrEnum):
    """Name the quality settings that have prices of their own."""

    SINGLE_PASS = "Single pass"
    SINGLE_PASS_HQ = "Single pass HQ"
    MULTI_PASS_HQ = "Multi pass HQ"


class Resolution(StrEnum):
    """Name the sizes of pictures that have prices of their own."""

    SD = "SD"
    HD = "HD"
    UHD = "4K"
    UHD_8K = "8K"


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteRate:
    """Hold the price in USD of a minute of one output; of sound alone only tier and codec are named."""

    tier: str
    codec: str
    quality: str
    frame_rate: str
    resolution: str
    usd: Decimal
    source: str
    date: str
    is_settled: bool

    @property
    def kind(self) -> tuple[str, ...]:
        """Return what the price is of; a list has one price of a kind."""
        return (self.tier, self.codec, self.quality, self.frame_rate, self.resolution)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRate:
    """Hold the price in USD of one unit of a service other than MediaConvert."""

    name: str
    unit: str
    usd: Decimal
    source: str
    date: str
    is_settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Hold the prices of a region, `made` on a day."""

    region: str
    made: str
    minutes: Mapping[tuple[str, ...], MinuteRate]
    services: Mapping[str, ServiceRate]

    def minute(
        self, *, tier: str, codec: str, quality: str = "", frame_rate: str = "", resolution: str = ""
    ) -> MinuteRate | None:
        """Return the price of a minute of such an output, None where the list has none."""
        return self.minutes.get((tier, codec, quality, frame_rate, resolution))

    @property
    def name(self) -> str:
        """Return what tells this list from others."""
        return f"{self.region} {self.made}"

    def as_document(self) -> dict[str, Any]:
        """Return the plain data that `parse_price_list` reads."""
        return {
            "region": self.region,
            "currency": "USD",
            "made": self.made,
            "minutes": [
                {**{name: getattr(rate, name) for name in _MINUTE_FIELDS}, **_of_source(rate)}
                for _, rate in sorted(self.minutes.items())
            ],
            "services": [
                {**{name: getattr(rate, name) for name in _SERVICE_FIELDS}, **_of_source(rate)}
                for _, rate in sorted(self.services.items())
            ],
        }


def _of_source(rate: MinuteRate | ServiceRate) -> dict[str, Any]:
    return {
        "usd": f"{rate.usd:f}",
        "source": rate.source,
        "date": rate.date,
        "is_settled": rate.is_settled,
    }


def parse_price_list(text: str) -> PriceList:
    """Read a price list. Raises ConfigError naming every fault."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError([f"the price list is not JSON ({error})"]) from error
    if not isinstance(data, dict) or not {"region", "currency", "made", "minutes", "services"} == set(data):
        raise ConfigError(["a price list is an object of region, currency, made, minutes and services"])
    faults: list[str] = []
    region, made = data["region"], data["made"]
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        faults.append(f"region is {region!r}: must be a region's code")
    if not isinstance(made, str) or not _DATE.fullmatch(made):
        faults.append(f"made is {made!r}: must be a date")
    if data["currency"] != "USD":
        faults.append(f"currency is {data['currency']!r}: must be USD")
    minutes = [MinuteRate(**each) for each in _read(data["minutes"], "minutes", _MINUTE_FIELDS, faults)]
    services = [ServiceRate(**each) for each in _read(data["services"], "services", _SERVICE_FIELDS, faults)]
    by_kind = {rate.kind: rate for rate in minutes}
    by_name = {rate.name: rate for rate in services}
    if len(by_kind) < len(minutes) or len(by_name) < len(services):
        faults.append("a price stands twice in the list")
    if faults:
        raise ConfigError(faults)
    return PriceList(region=region, made=made, minutes=by_kind, services=by_name)


def _read(entries: object, where: str, fields: Sequence[str], faults: list[str]) -> list[dict[str, Any]]:
    """Return the entries without fault as arguments of their class."""
    if not isinstance(entries, list):
        faults.append(f"{where} is no list")
        return []
    found = []
    names = {*fields, *_SOURCE_FIELDS, "is_settled"}
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict) or set(entry) != names:
            faults.append(f"{where}[{number}] must have exactly {', '.join(sorted(names))}")
            continue
        texts = [entry[name] for name in (*fields, *_SOURCE_FIELDS)]
        usd = _decimal(entry["usd"])
        if usd is None or not all(isinstance(text, str) for text in texts) or not entry["source"]:
            faults.append(f"{where}[{number}] needs texts, a source among them, and usd as a decimal number")
        elif not _DATE.fullmatch(entry["date"]) or not isinstance(entry["is_settled"], bool):
            faults.append(f"{where}[{number}] needs a date, and true or false as is_settled")
        else:
            found.append({**entry, "usd": usd})
    return found


def _decimal(value: object) -> Decimal | None:
    if not isinstance(value, str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None
