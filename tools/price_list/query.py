"""Ask AWS's Price List API for all offers of a service in a region."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tools.price_list.offers import Offer, read_offer

# The API has three endpoints, for the prices of all regions. Source:
# https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
API_REGION = "us-east-1"
# CloudFront's offers have no region.
_GLOBAL = frozenset({"AmazonCloudFront"})


class UnreachableError(Exception):
    """Say that the Price List API can't be reached, or does not answer these credentials."""


def offers_of(client: Any, service: str, region: str) -> list[Offer]:
    """Return the offers of a service. Raises UnreachableError."""
    where = {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}
    if service in _GLOBAL:
        where = {"Type": "TERM_MATCH", "Field": "fromLocation", "Value": "United States"}
    try:
        pages = client.get_paginator("get_products").paginate(
            ServiceCode=service, FormatVersion="aws_v1", Filters=[where]
        )
        found = [read_offer(product) for page in pages for product in page["PriceList"]]
    except (BotoCoreError, ClientError) as error:
        raise UnreachableError(str(error)) from error
    return [offer for offer in found if offer is not None]
