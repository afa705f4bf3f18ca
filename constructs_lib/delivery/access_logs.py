"""Access logs of a distribution: a line for each request, put into a bucket by CloudWatch's log delivery."""

from constructs_lib.bindings import AwsProvider, Construct
from constructs_lib.bindings.cloudfront import (
    CloudwatchLogDelivery,
    CloudwatchLogDeliveryDestination,
    CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration,
    CloudwatchLogDeliverySource,
)
from constructs_lib.storage import PrivateBucket

# Neither the query nor cookies: both hold signatures with which whoever reads the log could watch. Source:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
FIELDS = (
    *("date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem"),
    *("sc-status", "cs(Referer)", "cs(User-Agent)", "x-edge-result-type", "x-edge-request-id"),
    *("x-host-header", "cs-protocol", "cs-bytes", "time-taken", "ssl-protocol", "ssl-cipher"),
    *("x-edge-response-result-type", "cs-protocol-version", "time-to-first-byte"),
    *("x-edge-detailed-result-type", "sc-content-type", "sc-content-len", "sc-range-start", "sc-range-end"),
)


class AccessLogs(Construct):
    """Have a distribution's requests written to a bucket as JSON, without queries and cookies.

    Distributions are sources of logs in us-east-1: `provider` is for that region, wherever the bucket is.
    Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        distribution_arn: str,
        bucket: PrivateBucket,
        provider: AwsProvider,
    ) -> None:
        super().__init__(scope, id_)
        source = CloudwatchLogDeliverySource(
            self,
            "Source",
            name=name,
            log_type="ACCESS_LOGS",
            resource_arn=distribution_arn,
            provider=provider,
        )
        destination = CloudwatchLogDeliveryDestination(
            self,
            "Destination",
            name=name,
            output_format="json",
            delivery_destination_configuration=[
                CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration(
                    destination_resource_arn=bucket.arn
                )
            ],
            provider=provider,
        )
        CloudwatchLogDelivery(
            self,
            "Delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            record_fields=list(FIELDS),
            provider=provider,
            # It is refused as long as the bucket does not admit it.
            depends_on=[bucket.policy],
        )
