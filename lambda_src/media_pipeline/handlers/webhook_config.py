"""The settings of the functions that announce and send webhooks: see `config`."""

from media_pipeline.domain.values import dataclass
from media_pipeline.handlers.config import ConsumerConfig, FunctionConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOutConfig(FunctionConfig):
    """Configure fan_out; `webhooks_path` is below which SSM parameters endpoints are."""

    webhooks_path: str
    webhooks_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSenderConfig(ConsumerConfig):
    """Configure webhook_sender; what an endpoint does not take is tried again for `retry_seconds`.

    With `loopback_webhooks` of 1 this machine may be an endpoint, without TLS: in a sandbox only.
    """

    webhooks_path: str
    retry_seconds: int
    loopback_webhooks: int
