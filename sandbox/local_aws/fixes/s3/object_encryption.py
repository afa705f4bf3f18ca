"""Take the encryption that an upload asks for, and read what is encrypted with a key only for those who may.

MiniStack refuses ``aws:kms`` without a key, knows no ``aws:kms:dsse``, takes keys that don't exist, and lets
everybody read under any key. On AWS:

- ``aws:kms`` and ``aws:kms:dsse`` without a key use the AWS managed key ``aws/s3``, also where the bucket's
  default is another one. Source: Amazon S3 API Reference, PutObject, SSEKMSKeyId.
- Every identity of the account may use ``aws/s3`` through S3; no policy of its own has to allow it. Source:
  AWS KMS Developer Guide, "AWS KMS concepts", AWS managed keys.
- A customer's key must exist; writing asks for kms:GenerateDataKey and reading for kms:Decrypt on it, in the
  caller's name and through S3. Source: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys
  (SSE-KMS)", Permissions.
- HeadObject asks for no permission on the key unless it is to return a checksum. Source: Amazon S3 API
  Reference, HeadObject.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import extract_access_key_id
from ministack.services import kms, s3

ENCRYPTION = "x-amz-server-side-encryption"
KEY = "x-amz-server-side-encryption-aws-kms-key-id"
DUAL_LAYER = "aws:kms:dsse"


def managed_key_arn() -> str:
    """Return the ARN of the account's AWS managed key for S3, the same for ever."""
    key_id = uuid.uuid5(uuid.NAMESPACE_URL, f"aws/s3:{get_account_id()}:{get_region()}")
    return f"arn:aws:kms:{get_region()}:{get_account_id()}:key/{key_id}"


def apply() -> None:
    """Wrap what decides on a write's encryption, and the reading of an object."""
    resolve, get_object = s3._resolve_sse_write_headers, s3._get_object
    # Without the note of what each role asked for: S3 asks KMS, not the role.
    enforce = iam_evaluator.enforce

    def refusal(action: str, key: str, headers: Mapping[str, str], query: Mapping[str, Any]) -> Any:
        from ministack.app import AUTH

        caller = extract_access_key_id(dict(headers), dict(query))
        # Without a caller, another service of MiniStack's asks in this process.
        if not AUTH or not caller or key == managed_key_arn():
            return None
        context = {"kms:ViaService": f"s3.{get_region()}.amazonaws.com"}
        answer = enforce(caller, action, "kms", get_region(), key, context)
        if answer is None:
            return None
        who = getattr(answer, "principal_arn", "") or "The caller"
        return s3._error(
            "AccessDenied",
            f"User: {who} is not authorized to perform: {action} on resource: {key} because no "
            "identity-based policy allows the action",
            403,
        )

    def resolve_write(headers: dict[str, str], bucket_name: str) -> Any:
        wanted = headers.get(ENCRYPTION, "")
        if wanted in ("aws:kms", DUAL_LAYER):
            # MiniStack's own check knows one name for both, and keys by their ARN.
            key = headers.get(KEY, "")
            arn = _arn(key) if key else managed_key_arn()
            if arn is None:
                return None, s3._error("KMS.NotFoundException", f"Key '{key}' does not exist", 400)
            headers = {**headers, ENCRYPTION: "aws:kms", KEY: arn}
        applied, error = resolve(headers, bucket_name)
        if error is not None:
            return None, error
        if wanted == DUAL_LAYER:
            applied = {**applied, ENCRYPTION: DUAL_LAYER}
        key = applied.get(KEY, "")
        if key:
            error = refusal("kms:GenerateDataKey", key, headers, {})
        return (None, error) if error is not None else (applied, None)

    def get_decrypted(
        bucket_name: str, key: str, headers: dict[str, str], query_params: dict[str, Any] | None = None
    ) -> Any:
        answer = get_object(bucket_name, key, headers, query_params)
        status, found, _ = answer
        with_key = found.get(KEY, "") if status in (200, 206) else ""
        if with_key:
            error = refusal("kms:Decrypt", with_key, headers, query_params or {})
            if error is not None:
                return error
        return answer

    s3._resolve_sse_write_headers = resolve_write
    s3._get_object = get_decrypted


def _arn(key: str) -> str | None:
    """Return the ARN of an existing key, given by its id, ARN or alias."""
    if key in (managed_key_arn(), "alias/aws/s3") or key.endswith(":alias/aws/s3"):
        return managed_key_arn()
    found = kms._resolve_key(key)
    return str(found["Arn"]) if found else None
