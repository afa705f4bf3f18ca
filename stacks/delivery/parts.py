"""Everything that delivery adds to a pipeline, in the order in which one part needs another."""

from collections.abc import Mapping
from dataclasses import dataclass

from constructs_lib.bindings import Construct
from constructs_lib.function import Function
from stacks.delivery.access_logs import add_access_logs
from stacks.delivery.api import Api, add_api, add_http_api
from stacks.delivery.identity import Identity, add_identity
from stacks.delivery.playback import Playback, add_playback
from stacks.delivery.webhooks import Webhooks, add_webhooks
from stacks.functions import PipelineResources


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Hold what delivery added, for outputs, people's policies and monitoring."""

    playback: Playback
    api: Api
    identity: Identity
    webhooks: Webhooks

    @property
    def names(self) -> dict[str, str]:
        """Return what people and programs look for, by the names of the stack's outputs."""
        return {
            "delivery_url": f"https://{self.playback.domain_name}/",
            "distribution_id": self.playback.distribution.id,
            "user_pool_id": self.identity.pool.id,
            "site_bucket": self.playback.site.name,
            **self.webhooks.names,
        }


def add_delivery(
    scope: Construct, pipeline: PipelineResources, functions: Mapping[str, Function]
) -> Delivery:
    """Add the distribution, and what stands behind and beside it."""
    http_api = add_http_api(scope, pipeline)
    playback = add_playback(scope, pipeline, api_domain=http_api.domain_name)
    if pipeline.settings.keeps_access_logs:
        add_access_logs(scope, pipeline, playback.distribution)
    identity = add_identity(scope, pipeline, domain_name=playback.domain_name)
    # The page sends parts of uploads to the bucket itself.
    pipeline.uploads.admit_origins(f"https://{playback.domain_name}", *pipeline.settings.api.page_origins)
    webhooks = add_webhooks(scope, pipeline)
    api = add_api(scope, pipeline, http_api=http_api, identity=identity, playback=playback, webhooks=webhooks)
    return Delivery(playback=playback, api=api, identity=identity, webhooks=webhooks)
