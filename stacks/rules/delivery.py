"""What the settings of delivery are allowed to be."""

from collections.abc import Iterator

from stacks.delivery_settings import DELIVERIES
from stacks.rules.api import RANGES as API_RANGES
from stacks.rules.api import api_faults
from stacks.rules.playback import playback_faults
from stacks.rules.webhooks import webhook_faults
from stacks.settings import Settings

_RANGES: dict[str, tuple[int, int, str]] = {
    # setting: least, most, whose limit it is
    "playback.cookie_hours": (1, 168, "this project"),
    "playback.url_hours": (1, 168, "this project"),
    "playback.manifest_seconds": (0, 3_600, "this project"),
    "playback.segment_days": (1, 365, "this project"),
    "playback.access_log_days": (0, 3_650, "this project"),
    **API_RANGES,
    "webhooks.retry_hours": (1, 96, "this project"),
    # Source: https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html
    "webhooks.concurrency": (2, 1_000, "event source mappings"),
}


def delivery_faults(settings: Settings) -> Iterator[tuple[str, object, str]]:
    """Yield what is wrong with how videos reach people."""
    if settings.delivery not in DELIVERIES:
        yield "delivery", settings.delivery, f"one of {', '.join(DELIVERIES)}"
    for name, (least, most, owner) in _RANGES.items():
        group, _, field = name.partition(".")
        value = getattr(getattr(settings, group), field)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield name, value, f"{least} to {most} ({owner})"
    yield from playback_faults(settings.playback)
    yield from api_faults(settings.api)
    yield from webhook_faults(settings)
