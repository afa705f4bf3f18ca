"""What the settings of playback are allowed to be."""

import re
from collections.abc import Iterator

from stacks.delivery_settings import KMS_SIGNING, SHA1, SHA256, SSM_SIGNING, PlaybackSettings

# Source: CloudFront API, PriceClass.
PRICE_CLASSES = ("PriceClass_100", "PriceClass_200", "PriceClass_All")
# Source: CloudFront quotas, "Public keys in a single key group":
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
MAX_KEYS = 5

_DOMAIN = r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"
# CloudFront takes certificates of this region alone. Source:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
_CERTIFICATE = r"arn:aws:acm:us-east-1:\d{12}:certificate/[0-9a-f-]{36}"
# Web ACLs of distributions are global. Source:
# https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
_WEB_ACL = r"arn:aws:wafv2:us-east-1:\d{12}:global/webacl/[\w-]+/[0-9a-f-]{36}"
_ORIGIN = r"https?://[a-z0-9.-]+(:\d{1,5})?"
_PUBLIC_KEY = r"-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n?"

_Found = Iterator[tuple[str, object, str]]


def playback_faults(playback: PlaybackSettings) -> _Found:
    """Yield what is wrong with the distribution and its signing keys."""
    if playback.price_class not in PRICE_CLASSES:
        yield "playback.price_class", playback.price_class, f"one of {', '.join(PRICE_CLASSES)}"
    yield from _address_faults(playback)
    yield from _key_faults(playback)


def _address_faults(playback: PlaybackSettings) -> _Found:
    if playback.domain is not None and not re.fullmatch(_DOMAIN, playback.domain):
        yield "playback.domain", playback.domain, "a domain name in lower case, or nothing"
    certificate = playback.certificate_arn
    if certificate is not None and not re.fullmatch(_CERTIFICATE, certificate):
        yield (
            "playback.certificate_arn",
            certificate,
            "the ARN of a certificate of ACM in us-east-1, or nothing",
        )
    elif (certificate is None) != (playback.domain is None):
        yield "playback.certificate_arn", certificate, "set together with playback.domain, or both left out"
    if playback.web_acl_arn is not None and not re.fullmatch(_WEB_ACL, playback.web_acl_arn):
        yield "playback.web_acl_arn", playback.web_acl_arn, "the ARN of a global web ACL of WAF, or nothing"
    for origin in playback.connect_sources:
        if not re.fullmatch(_ORIGIN, origin):
            yield "playback.connect_sources", origin, "origins: a scheme, a host and perhaps a port"


def _key_faults(playback: PlaybackSettings) -> _Found:
    generations, current = playback.key_generations, playback.current_key_generation
    numbers = all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in generations)
    if not numbers or not 1 <= len(set(generations)) == len(generations) <= MAX_KEYS:
        yield (
            "playback.key_generations",
            generations,
            f"1 to {MAX_KEYS} different numbers from 1 on (CloudFront)",
        )
    if current not in generations:
        yield "playback.current_key_generation", current, "one of playback.key_generations"
    if playback.signing not in (KMS_SIGNING, SSM_SIGNING):
        yield "playback.signing", playback.signing, f"{KMS_SIGNING} or {SSM_SIGNING}"
    # KMS signs with no older algorithm. Source:
    # https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
    hashes = (SHA256,) if playback.signing == KMS_SIGNING else (SHA256, SHA1)
    if playback.hash_algorithm not in hashes:
        yield "playback.hash_algorithm", playback.hash_algorithm, f"{SHA256}, and {SHA1} with the signing ssm"
    wanted = len(generations) if playback.signing == SSM_SIGNING else 0
    if len(playback.public_keys) != wanted or not all(
        re.fullmatch(_PUBLIC_KEY, pem) for pem in playback.public_keys
    ):
        yield (
            "playback.public_keys",
            playback.public_keys,
            "with the signing ssm a public key in PEM for each of playback.key_generations, else none",
        )
