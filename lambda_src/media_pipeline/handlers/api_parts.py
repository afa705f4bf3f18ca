"""What the API's routes work with, built when a route first asks for it."""

from functools import cached_property
from typing import TYPE_CHECKING

from media_pipeline.adapters.clients import aws_client
from media_pipeline.adapters.preset_store import SsmPresetStore
from media_pipeline.handlers.config import ApiConfig
from media_pipeline.handlers.wiring import Parts

if TYPE_CHECKING:
    from media_pipeline.domain.ports import AssetListing


class ApiParts(Parts):
    """Build the API's parts from its settings."""

    def __init__(self, config: ApiConfig) -> None:
        super().__init__(config)
        self.config = config

    @cached_property
    def listing(self) -> "AssetListing":
        """Return what lists assets."""
        from media_pipeline.adapters.listing.assets import DynamoAssetListing

        return DynamoAssetListing(self.dynamodb, self.config.assets_table, clock=self.clock)

    @cached_property
    def presets(self) -> SsmPresetStore:
        """Return the presets and profiles in force."""
        return SsmPresetStore(
            aws_client("ssm"),
            presets_path=self.config.presets_path,
            profiles_parameter=self.config.profiles_parameter,
        )
