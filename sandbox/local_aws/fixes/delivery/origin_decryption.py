"""Let CloudFront read what is encrypted with a key only where the key's policy lets it.

MiniStack asks the bucket's policy for the distribution, and decrypts for it whatever the key says. On AWS
the key's policy must let `cloudfront.amazonaws.com` decrypt, and may ask for the distribution's ARN. Source:
Amazon CloudFront Developer Guide, "Restrict access to an Amazon S3 origin", SSE-KMS.
"""

from __future__ import annotations

from typing import Any

from ministack.services import kms, s3

from sandbox.local_aws.fixes.permissions.service_permissions import admits
from sandbox.local_aws.fixes.s3.object_encryption import KEY

_CLOUDFRONT = "cloudfront.amazonaws.com"


def apply() -> None:
    """Wrap the fetch of an object for a distribution."""
    fetch = s3.serve_cloudfront_origin_fetch

    def fetch_decrypted(
        bucket_name: str,
        key: str,
        method: str,
        headers: dict[str, str],
        source_arn: str = "",
        oai_id: str = "",
    ) -> Any:
        answer = fetch(bucket_name, key, method, headers, source_arn, oai_id)
        status, found = answer[0], dict(answer[1])
        key_arn = next((value for name, value in found.items() if name.lower() == KEY), "")
        if method == "GET" and status in (200, 206) and key_arn and not _may_decrypt(key_arn, source_arn):
            return s3._error("AccessDenied", "Access Denied", 403, f"/{bucket_name}/{key}")
        return answer

    s3.serve_cloudfront_origin_fetch = fetch_decrypted


def _may_decrypt(key_arn: str, distribution_arn: str) -> bool:
    key = kms._resolve_key(key_arn)
    # The keys that AWS manages let no other service in.
    return key is not None and admits(
        key["Policy"],
        service=_CLOUDFRONT,
        action="kms:Decrypt",
        resource=key["Arn"],
        context={"aws:SourceArn": distribution_arn},
    )
