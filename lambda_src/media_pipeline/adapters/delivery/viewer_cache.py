"""The distribution's cache: copies of outputs that are gone are not served any longer."""

import uuid
from typing import Any

from media_pipeline.adapters.clients import aws_errors
from media_pipeline.domain.delivery.folders import asset_folders
from media_pipeline.domain.delivery.playback import media_path


class CloudFrontCache:
    """Drop what a distribution has cached.

    Raises TransientError and its kin where CloudFront can't answer.
    """

    def __init__(self, client: Any, distribution_id: str) -> None:
        self._client = client
        self._distribution_id = distribution_id

    def forget_asset(self, asset_id: str) -> None:
        """Have all copies of an asset's outputs dropped, which takes CloudFront seconds to minutes.

        A function takes /media off the path that viewers ask for, so both paths are named, of public outputs
        and of others. Each counts as one of the thousand that are free each month. Sources:
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
        and https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PayingForInvalidation.html
        """
        paths = [
            path for folder in asset_folders(asset_id) for path in (f"{media_path(folder)}*", f"/{folder}*")
        ]
        with aws_errors(f"dropping {asset_id} from CloudFront's cache"):
            self._client.create_invalidation(
                DistributionId=self._distribution_id,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": paths},
                    # Each is a request of its own: a repeated removal may have put new copies there.
                    "CallerReference": str(uuid.uuid4()),
                },
            )
