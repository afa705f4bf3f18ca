"""A CloudFront distribution: one name for several origins, each behind paths of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from constructs_lib.bindings import Construct
from constructs_lib.bindings.cloudfront import (
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
    CloudfrontOriginAccessControl,
)
from constructs_lib.delivery.caching import ALL_BUT_THE_HOST, NO_CACHING, CachePolicy
from constructs_lib.delivery.edge_function import EdgeFunction
from constructs_lib.delivery.response_headers import ResponseHeaders
from constructs_lib.delivery.signing_key import KeyGroup
from constructs_lib.iam import Grantee, Statement
from constructs_lib.lint import accept_finding
from constructs_lib.storage import PrivateBucket

READ = ("GET", "HEAD")
READ_ACROSS_ORIGINS = ("GET", "HEAD", "OPTIONS")
EVERY_METHOD = ("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE")

# The policy with the newest ciphers. Source:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
MINIMUM_TLS = "TLSv1.2_2021"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """Say how requests for paths of a pattern are answered; the first behavior whose pattern matches does.

    Without a cache policy each request goes to the origin, with everything that the viewer sent but the host.
    With a key group only signed requests are answered. Plain HTTP is refused, or redirected.
    """

    path: str
    origin: str
    headers: ResponseHeaders
    methods: Sequence[str] = READ
    cache: CachePolicy | None = None
    function: EdgeFunction | None = None
    key_group: KeyGroup | None = None
    redirects_to_https: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDomain:
    """Name a domain of one's own, and the certificate (ACM, us-east-1) that stands for it."""

    name: str
    certificate_arn: str


class Distribution(Construct):
    """A distribution over HTTPS, HTTP/2 and HTTP/3, that reads its buckets in its own name.

    `buckets` and `apis` are the origins by their ids; an API is given by its domain name. The last behavior
    answers every path that no other does.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        buckets: Mapping[str, PrivateBucket],
        apis: Mapping[str, str],
        behaviors: Sequence[Behavior],
        price_class: str,
        domain: CustomDomain | None,
        web_acl_arn: str | None,
        waits_until_deployed: bool,
    ) -> None:
        super().__init__(scope, id_)
        access = CloudfrontOriginAccessControl(
            self,
            "Access",
            name=name,
            description=f"Signs what {name} reads from buckets",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
        )
        *ordered, default = behaviors
        self._distribution = CloudfrontDistribution(
            self,
            "Distribution",
            comment=name,
            enabled=True,
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=price_class,
            aliases=[domain.name] if domain else None,
            web_acl_id=web_acl_arn,
            wait_for_deployment=waits_until_deployed,
            origin=[
                *(_bucket(id_, bucket, access) for id_, bucket in buckets.items()),
                *(_api(id_, domain_name) for id_, domain_name in apis.items()),
            ],
            ordered_cache_behavior=[_ordered(behavior) for behavior in ordered],
            default_cache_behavior=_default(default),
            restrictions=CloudfrontDistributionRestrictions(
                geo_restriction=CloudfrontDistributionRestrictionsGeoRestriction(restriction_type="none")
            ),
            viewer_certificate=_certificate(domain),
        )
        self.id: str = self._distribution.id
        self.arn: str = self._distribution.arn
        self.domain_name: str = domain.name if domain else self._distribution.domain_name
        for bucket in buckets.values():
            bucket.admit_distribution(self.arn)
        self._accept_findings(has_domain=domain is not None, has_web_acl=web_acl_arn is not None)

    def grant_invalidate(self, role: Grantee) -> None:
        """Let a role have cached objects fetched anew: cloudfront:CreateInvalidation."""
        role.allow(
            Statement(
                sid=f"Invalidate{self.node.id}",
                actions=["cloudfront:CreateInvalidation"],
                resources=[self.arn],
            )
        )

    def _accept_findings(self, *, has_domain: bool, has_web_acl: bool) -> None:
        accepted = {
            "CKV_AWS_86": "The settings say whether logs are kept, which name each viewer; CloudWatch's log "
            "delivery writes them, of which the distribution's own configuration knows nothing.",
            "CKV_AWS_305": "A function at the edge answers the root with the page, like each of its paths.",
            "CKV_AWS_310": "The origins are buckets and an API of one region; there is no second one.",
            "CKV_AWS_374": "Whom videos may be shown to is the operator's to say, not the viewer's country.",
        }
        if not has_domain:
            accepted["CKV_AWS_174"] = (
                "CloudFront's own domain name comes with a policy of its own, which admits TLS 1.0; with a "
                "domain of one's own it is TLS 1.2. Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/"
                "DeveloperGuide/DownloadDistValuesGeneral.html#DownloadDistValues-security-policy"
            )
            accepted["CKV2_AWS_42"] = "The settings name no domain, for which a certificate would stand."
        if not has_web_acl:
            accepted["CKV_AWS_68"] = (
                "The settings name no web ACL; one costs by the month, and by the request."
            )
            accepted["CKV2_AWS_47"] = "As above; and nothing behind it runs on Java."
        for check, reason in accepted.items():
            accept_finding(self._distribution, check, reason=reason)


def _bucket(
    id_: str, bucket: PrivateBucket, access: CloudfrontOriginAccessControl
) -> CloudfrontDistributionOrigin:
    return CloudfrontDistributionOrigin(
        origin_id=id_, domain_name=bucket.domain_name, origin_access_control_id=access.id
    )


def _api(id_: str, domain_name: str) -> CloudfrontDistributionOrigin:
    return CloudfrontDistributionOrigin(
        origin_id=id_,
        domain_name=domain_name,
        custom_origin_config=CloudfrontDistributionOriginCustomOriginConfig(
            http_port=80,
            https_port=443,
            origin_protocol_policy="https-only",
            origin_ssl_protocols=["TLSv1.2"],
        ),
    )


def _ordered(behavior: Behavior) -> CloudfrontDistributionOrderedCacheBehavior:
    function = CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation
    return CloudfrontDistributionOrderedCacheBehavior(
        path_pattern=behavior.path, **_answered(behavior, function)
    )


def _default(behavior: Behavior) -> CloudfrontDistributionDefaultCacheBehavior:
    function = CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation
    return CloudfrontDistributionDefaultCacheBehavior(**_answered(behavior, function))


def _answered(behavior: Behavior, function: Callable[..., Any]) -> dict[str, Any]:
    """Return what a behavior says besides its paths; `function` makes its association with one."""
    runs = behavior.function
    return {
        "target_origin_id": behavior.origin,
        "viewer_protocol_policy": _protocol(behavior),
        "allowed_methods": list(behavior.methods),
        "cached_methods": _cached(behavior),
        "cache_policy_id": behavior.cache.id if behavior.cache else NO_CACHING,
        "origin_request_policy_id": None if behavior.cache else ALL_BUT_THE_HOST,
        "response_headers_policy_id": behavior.headers.id,
        "trusted_key_groups": [behavior.key_group.id] if behavior.key_group else None,
        "compress": True,
        "function_association": [function(event_type="viewer-request", function_arn=runs.arn)]
        if runs
        else None,
    }


def _protocol(behavior: Behavior) -> str:
    return "redirect-to-https" if behavior.redirects_to_https else "https-only"


def _cached(behavior: Behavior) -> list[str]:
    # Source: CloudFront API, CachedMethods: GET and HEAD, or these with OPTIONS.
    return list(READ_ACROSS_ORIGINS if "OPTIONS" in behavior.methods and behavior.cache else READ)


def _certificate(domain: CustomDomain | None) -> CloudfrontDistributionViewerCertificate:
    if domain is None:
        return CloudfrontDistributionViewerCertificate(cloudfront_default_certificate=True)
    return CloudfrontDistributionViewerCertificate(
        acm_certificate_arn=domain.certificate_arn,
        minimum_protocol_version=MINIMUM_TLS,
        ssl_support_method="sni-only",
    )
