"""What the delivery of one environment differs in; an environment without delivery ignores all of it."""

from dataclasses import dataclass

NO_DELIVERY = "none"
CLOUDFRONT = "cloudfront"
DELIVERIES = (NO_DELIVERY, CLOUDFRONT)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackSettings:
    """Describe the distribution, and how long what it serves may be watched."""

    cookie_hours: int = 6
    """So long a browser may play an asset after it was let in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Describe the API, and who signs in to it."""

    page_size: int = 100
    """So many assets are listed in one answer at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Describe how webhooks are delivered."""

    retry_hours: int = 24
    """So long an endpoint that fails is tried again, before its message goes to the DLQ."""
