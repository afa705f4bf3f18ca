"""Parse a distribution's configuration once, instead of twice for every request to it.

MiniStack keeps it as XML; to parse it is most of what a request through a distribution costs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ministack.services import cloudfront

_REMEMBERED = 100


def apply() -> None:
    """Wrap the reading of what requests are dispatched on, which is only read afterwards."""
    parse = cloudfront.parse_distribution_dataplane_config

    @lru_cache(_REMEMBERED)
    def parsed(config_xml: str) -> Any:
        return parse({"config_xml": config_xml})

    cloudfront.parse_distribution_dataplane_config = lambda dist: parsed(dist.get("config_xml") or "")
