"""The bindings of CloudFront, of its logs, of the keys that sign for it, and of what it serves."""

from constructs_lib.lazy_loading import aws_bindings_on_demand

with aws_bindings_on_demand():
    from cdktf_cdktf_provider_aws.cloudfront_cache_policy import (
        CloudfrontCachePolicy,
        CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin,
        CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfig,
        CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfig,
        CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfig,
    )
    from cdktf_cdktf_provider_aws.cloudfront_distribution import (
        CloudfrontDistribution,
        CloudfrontDistributionDefaultCacheBehavior,
        CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation,
        CloudfrontDistributionOrderedCacheBehavior,
        CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation,
        CloudfrontDistributionOrigin,
        CloudfrontDistributionOriginCustomOriginConfig,
        CloudfrontDistributionRestrictions,
        CloudfrontDistributionRestrictionsGeoRestriction,
        CloudfrontDistributionViewerCertificate,
    )
    from cdktf_cdktf_provider_aws.cloudfront_function import CloudfrontFunction
    from cdktf_cdktf_provider_aws.cloudfront_key_group import CloudfrontKeyGroup
    from cdktf_cdktf_provider_aws.cloudfront_origin_access_control import CloudfrontOriginAccessControl
    from cdktf_cdktf_provider_aws.cloudfront_public_key import CloudfrontPublicKey
    from cdktf_cdktf_provider_aws.cloudfront_response_headers_policy import (
        CloudfrontResponseHeadersPolicy,
        CloudfrontResponseHeadersPolicyCorsConfig,
        CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowHeaders,
        CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowMethods,
        CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowOrigins,
        CloudfrontResponseHeadersPolicyCorsConfigAccessControlExposeHeaders,
        CloudfrontResponseHeadersPolicyCustomHeadersConfig,
        CloudfrontResponseHeadersPolicyCustomHeadersConfigItems,
        CloudfrontResponseHeadersPolicyRemoveHeadersConfig,
        CloudfrontResponseHeadersPolicyRemoveHeadersConfigItems,
        CloudfrontResponseHeadersPolicySecurityHeadersConfig,
        CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy,
        CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions,
        CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions,
        CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy,
        CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity,
    )
    from cdktf_cdktf_provider_aws.cloudwatch_log_delivery import CloudwatchLogDelivery
    from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_destination import (
        CloudwatchLogDeliveryDestination,
        CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration,
    )
    from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_source import CloudwatchLogDeliverySource
    from cdktf_cdktf_provider_aws.data_aws_kms_public_key import DataAwsKmsPublicKey
    from cdktf_cdktf_provider_aws.s3_object import S3Object

__all__ = [
    "CloudfrontCachePolicy",
    "CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin",
    "CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfig",
    "CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfig",
    "CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfig",
    "CloudfrontDistribution",
    "CloudfrontDistributionDefaultCacheBehavior",
    "CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation",
    "CloudfrontDistributionOrderedCacheBehavior",
    "CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation",
    "CloudfrontDistributionOrigin",
    "CloudfrontDistributionOriginCustomOriginConfig",
    "CloudfrontDistributionRestrictions",
    "CloudfrontDistributionRestrictionsGeoRestriction",
    "CloudfrontDistributionViewerCertificate",
    "CloudfrontFunction",
    "CloudfrontKeyGroup",
    "CloudfrontOriginAccessControl",
    "CloudfrontPublicKey",
    "CloudfrontResponseHeadersPolicy",
    "CloudfrontResponseHeadersPolicyCorsConfig",
    "CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowHeaders",
    "CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowMethods",
    "CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowOrigins",
    "CloudfrontResponseHeadersPolicyCorsConfigAccessControlExposeHeaders",
    "CloudfrontResponseHeadersPolicyCustomHeadersConfig",
    "CloudfrontResponseHeadersPolicyCustomHeadersConfigItems",
    "CloudfrontResponseHeadersPolicyRemoveHeadersConfig",
    "CloudfrontResponseHeadersPolicyRemoveHeadersConfigItems",
    "CloudfrontResponseHeadersPolicySecurityHeadersConfig",
    "CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy",
    "CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions",
    "CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions",
    "CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy",
    "CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity",
    "CloudwatchLogDelivery",
    "CloudwatchLogDeliveryDestination",
    "CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration",
    "CloudwatchLogDeliverySource",
    "DataAwsKmsPublicKey",
    "S3Object",
]
