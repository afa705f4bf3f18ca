"""Playback: the distribution in front of page, API and media, and the keys that sign for its viewers.

https://{domain}/         the page's bucket
https://{domain}/api/*    the API
https://{domain}/media/*  the outputs bucket, for signed requests alone, but for what is public
"""

from dataclasses import dataclass
from pathlib import Path

from constructs_lib.bindings import Construct
from constructs_lib.delivery.caching import CachePolicy
from constructs_lib.delivery.distribution import (
    EVERY_METHOD,
    Behavior,
    CustomDomain,
    Distribution,
)
from constructs_lib.delivery.edge_function import EdgeFunction
from constructs_lib.delivery.response_headers import ResponseHeaders
from constructs_lib.delivery.signing_key import KmsSigningKey, ParameterSigningKey, SigningKey
from constructs_lib.storage import PrivateBucket
from stacks.delivery.identity import expected_sign_in_url
from stacks.delivery.media import MEDIA, media_behaviors
from stacks.delivery_settings import KMS_SIGNING
from stacks.functions import PipelineResources

PAGE, API = "page", "api"

_CODE = Path(__file__).parent
_SAME_ORIGIN = {"Cross-Origin-Resource-Policy": "same-origin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """Hold what signs for viewers and what they are told: where the API's function finds it."""

    distribution: Distribution
    signing_key: SigningKey
    site: PrivateBucket

    @property
    def domain_name(self) -> str:
        """Return the one domain of page, API and media."""
        return self.distribution.domain_name


def add_site_bucket(scope: Construct, pipeline: PipelineResources) -> PrivateBucket:
    """Add the bucket that the page is put into."""
    settings = pipeline.settings
    site = PrivateBucket(
        scope,
        "Site",
        name=settings.name(f"site-{pipeline.account.account_id}"),
        key=pipeline.key,
        force_destroy=settings.force_destroy,
        prevent_destroy=settings.prevent_destroy,
        abandoned_upload_days=settings.abandoned_upload_days,
        old_version_days=settings.old_version_days,
    )
    site.ignore_events(reason="Who deploys puts the page there, and nobody waits for it.")
    return site


def add_playback(scope: Construct, pipeline: PipelineResources, *, api_domain: str | None) -> Playback:
    """Add the distribution, with the signing keys that it approves of.

    `api_domain` is the domain name of the API; without one, nothing answers for it.
    """
    settings, playback = pipeline.settings, pipeline.settings.playback
    keys = {generation: _add_key(scope, pipeline, generation) for generation in playback.key_generations}
    site = add_site_bucket(scope, pipeline)
    behaviors = [
        *_api_behaviors(scope, pipeline, exists=api_domain is not None),
        *media_behaviors(scope, pipeline, keys=list(keys.values())),
        *_page_behaviors(scope, pipeline),
    ]
    distribution = Distribution(
        scope,
        "Delivery",
        name=settings.name("delivery"),
        buckets={PAGE: site, MEDIA: pipeline.outputs},
        apis={API: api_domain} if api_domain else {},
        behaviors=behaviors,
        price_class=playback.price_class,
        domain=CustomDomain(name=playback.domain, certificate_arn=playback.certificate_arn)
        if playback.domain and playback.certificate_arn
        else None,
        web_acl_arn=playback.web_acl_arn,
        waits_until_deployed=playback.waits_until_deployed,
    )
    return Playback(distribution=distribution, signing_key=keys[playback.current_key_generation], site=site)


def _add_key(scope: Construct, pipeline: PipelineResources, generation: int) -> SigningKey:
    settings, playback = pipeline.settings, pipeline.settings.playback
    if playback.signing == KMS_SIGNING:
        return KmsSigningKey(
            scope,
            f"SigningKey{generation}",
            name=settings.name(f"signing-{generation}"),
            account=pipeline.account,
            deletion_window_days=settings.key_deletion_window_days,
            prevent_destroy=settings.prevent_destroy,
        )
    return ParameterSigningKey(
        scope,
        f"ParameterSigningKey{generation}",
        name=settings.name(f"ssm-signing-{generation}"),
        account=pipeline.account,
        parameter=f"/{settings.pipeline_name}/signing-key/{generation}",
        pem=playback.public_keys[playback.key_generations.index(generation)],
    )


def _api_behaviors(scope: Construct, pipeline: PipelineResources, *, exists: bool) -> list[Behavior]:
    if not exists:
        return []
    headers = ResponseHeaders(
        scope,
        "ApiHeaders",
        name=pipeline.settings.name("api"),
        comment="Answers of the API",
        content_security_policy="default-src 'none'; frame-ancestors 'none'",
        headers={**_SAME_ORIGIN, "Cache-Control": "no-store"},
        # API Gateway's own 429 and 503 have none, and an HTTP API can't add one. A function at the edge does
        # not see errors of an origin, and no policy asks for a status: so it is on every answer. Source:
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
        fallbacks={"Retry-After": "1"},
    )
    return [Behavior(path="/api/*", origin=API, headers=headers, methods=EVERY_METHOD)]


def _page_behaviors(scope: Construct, pipeline: PipelineResources) -> list[Behavior]:
    """Return how the page is answered: its hashed files below /assets/ for ever, all else looked at anew."""
    settings, playback = pipeline.settings, pipeline.settings.playback
    # Where the page sends parts of uploads, and gets its people's tokens.
    uploads = settings.api.upload_endpoint or f"https://{pipeline.uploads.domain_name}"
    called = ["'self'", uploads, expected_sign_in_url(pipeline), *playback.connect_sources]
    sources = " ".join(dict.fromkeys(called))
    policy = (
        f"default-src 'self'; connect-src {sources}; img-src 'self' blob: data:; media-src 'self' blob:; "
        "worker-src 'self' blob:; style-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    common = {
        **_SAME_ORIGIN,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    page_headers = ResponseHeaders(
        scope,
        "PageHeaders",
        name=settings.name("page"),
        comment="The page",
        content_security_policy=policy,
        headers={**common, "Cache-Control": "no-cache"},
    )
    file_headers = ResponseHeaders(
        scope,
        "PageFileHeaders",
        name=settings.name("page-files"),
        comment="Files of the page, each named by its content",
        content_security_policy=policy,
        headers={**common, "Cache-Control": "public, max-age=31536000, immutable"},
    )
    cache = CachePolicy(
        scope,
        "PageCache",
        name=settings.name("page"),
        comment="The page",
        seconds=playback.manifest_seconds,
    )
    file_cache = CachePolicy(
        scope,
        "PageFileCache",
        name=settings.name("page-files"),
        comment="Files of the page, each named by its content",
        seconds=365 * 86_400,
    )
    function = EdgeFunction(
        scope,
        "PageRequest",
        name=settings.name("page-request"),
        comment="From each path of the page to the page itself",
        code=(_CODE / "page_request.js").read_text("utf-8"),
    )
    return [
        Behavior(
            path="/assets/*", origin=PAGE, headers=file_headers, cache=file_cache, redirects_to_https=True
        ),
        Behavior(
            path="*",
            origin=PAGE,
            headers=page_headers,
            cache=cache,
            function=function,
            redirects_to_https=True,
        ),
    ]
