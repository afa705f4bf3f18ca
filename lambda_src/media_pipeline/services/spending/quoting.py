"""Quote jobs for the asset's record, with what would be cheaper."""

from collections.abc import Mapping
from typing import Any

from media_pipeline.domain.source import Source, SourceInfo
from media_pipeline.domain.values import dataclass
from media_pipeline.encoding.presets import Presets
from media_pipeline.encoding.pricing.choices import cheaper_choices
from media_pipeline.encoding.pricing.price_list import PriceList
from media_pipeline.encoding.pricing.quote import quote, usd_text
from media_pipeline.encoding.profiles import Profile, Profiles
from media_pipeline.telemetry import logger


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoting:
    """Quote jobs by a price list."""

    prices: PriceList

    def quote_record(
        self,
        settings: Mapping[str, Any],
        source: Source,
        *,
        profile: Profile,
        profiles: Profiles,
        presets: Presets,
    ) -> dict[str, Any] | None:
        """Return what the record keeps of a job's price, None where nobody knows how long its source is."""
        quoted = quote(settings, source, self.prices)
        if quoted is None or not isinstance(source, SourceInfo):
            return None
        if quoted.unpriced:
            logger.warning("The price list lacks prices", price_list=quoted.price_list, of=quoted.unpriced)
        cheaper = cheaper_choices(
            quoted, source=source, profile=profile, profiles=profiles, presets=presets, prices=self.prices
        )
        return {
            **quoted.as_record(),
            "usd": usd_text(quoted.usd),
            "cheaper": [choice.as_record() for choice in cheaper],
        }
