"""The headers that CloudFront adds to answers, and those that it takes away."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from constructs_lib.bindings import Construct
from constructs_lib.bindings.cloudfront import (
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
from constructs_lib.lint import accept_finding

# Browsers keep to HTTPS for so long; the least that their preload list takes is a year.
# Source: https://hstspreload.org/
HSTS_SECONDS = 2 * 365 * 24 * 3600

# S3 tells with each object how it is encrypted, and with which key: of no use to a viewer.
_TOLD_BY_S3 = ("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id")


class ResponseHeaders(Construct):
    """Answer over HTTPS alone, as the type that is named, in nobody's frame, and without a referrer.

    Pages of `cors_origins` may read answers, without cookies. Further headers replace those of the origin;
    those of `fallbacks` are added where the origin names none, errors among its answers. Source:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/modifying-response-headers.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        comment: str,
        content_security_policy: str,
        headers: Mapping[str, str],
        fallbacks: Mapping[str, str] = MappingProxyType({}),
        cors_origins: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id_)
        self._policy = CloudfrontResponseHeadersPolicy(
            self,
            "Policy",
            name=name,
            comment=comment,
            security_headers_config=_security(content_security_policy),
            cors_config=_cors(cors_origins) if cors_origins else None,
            custom_headers_config=CloudfrontResponseHeadersPolicyCustomHeadersConfig(
                items=[
                    CloudfrontResponseHeadersPolicyCustomHeadersConfigItems(
                        header=header, value=value, override=override
                    )
                    for found, override in ((headers, True), (fallbacks, False))
                    for header, value in found.items()
                ]
            ),
            remove_headers_config=CloudfrontResponseHeadersPolicyRemoveHeadersConfig(
                items=[
                    CloudfrontResponseHeadersPolicyRemoveHeadersConfigItems(header=header)
                    for header in _TOLD_BY_S3
                ]
            ),
        )
        self.id: str = self._policy.id
        accept_finding(
            self._policy,
            "CKV_AWS_259",
            reason="It asks for preloading, by which browsers keep to HTTPS for a whole domain from the "
            "first visit on: that is for the domain's owner to apply for. Source: https://hstspreload.org/",
        )


def _security(content_security_policy: str) -> CloudfrontResponseHeadersPolicySecurityHeadersConfig:
    return CloudfrontResponseHeadersPolicySecurityHeadersConfig(
        content_security_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy(
            content_security_policy=content_security_policy, override=True
        ),
        content_type_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions(
            override=True
        ),
        frame_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions(
            frame_option="DENY", override=True
        ),
        referrer_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy(
            referrer_policy="no-referrer", override=True
        ),
        strict_transport_security=CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity(
            access_control_max_age_sec=HSTS_SECONDS, include_subdomains=True, override=True
        ),
    )


def _cors(origins: Sequence[str]) -> CloudfrontResponseHeadersPolicyCorsConfig:
    return CloudfrontResponseHeadersPolicyCorsConfig(
        access_control_allow_credentials=False,
        access_control_allow_headers=CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowHeaders(
            items=["Range"]
        ),
        access_control_allow_methods=CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowMethods(
            items=["GET", "HEAD"]
        ),
        access_control_allow_origins=CloudfrontResponseHeadersPolicyCorsConfigAccessControlAllowOrigins(
            items=list(origins)
        ),
        access_control_expose_headers=CloudfrontResponseHeadersPolicyCorsConfigAccessControlExposeHeaders(
            items=["Content-Length", "Content-Range", "ETag"]
        ),
        access_control_max_age_sec=3600,
        origin_override=True,
    )
