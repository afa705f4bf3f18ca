"""Take secrets out of what is written down or sent: log lines, notifications, sentences of records.

Error texts and object keys are other people's words: they may hold a presigned URL, a signed header or
credentials, whose reader could then act as their owner. Only an object's key itself stays
as it is in the asset's record, for it is the object's name.

Source of the names: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, the same
for signature version 2, and https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
"""

import os
import re
from collections.abc import Iterable
from typing import Any

REDACTED = "[redacted]"
# Lambda hands a function its role's credentials in these.
SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_ACCESS_KEY_ID")
# A shorter value is no credential, and may be part of any word.
_SHORTEST_SECRET_CHARACTERS = 16
_NAMES = (
    r"X-Amz-(?:Signature|Credential|Security-Token)|Signature|AWSAccessKeyId|Key-Pair-Id|Credential"
    r"|(?:aws[_-]?)?(?:secret[_-]?access[_-]?key|session[_-]?token|security[_-]?token)"
)
# Between name and value: as in a query (escaped or not), a header, an assignment, or JSON (escaped or not).
_QUOTE = r"\\{0,3}[\"']?"
_BETWEEN = rf"=|%3D|{_QUOTE}\s{{0,4}}[:=]\s{{0,4}}{_QUOTE}"
_NAMED = re.compile(rf"(?i)(?<![a-z])({_NAMES})({_BETWEEN})([^&\s\"'<>\\,;]+)")
_BEARER = re.compile(r"(?i)\b(Bearer|Basic)(\s+)([A-Za-z0-9._~+/=-]{16,})")
_ACCESS_KEY_ID = re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])")


def redacted_text(text: str, *, secrets: Iterable[str] | None = None) -> str:
    """Return a text without secrets; `secrets` are known values, else those of the function's environment."""
    for secret in _own_secrets() if secrets is None else secrets:
        text = text.replace(secret, REDACTED)
    text = _NAMED.sub(rf"\1\2{REDACTED}", text)
    text = _BEARER.sub(rf"\1\2{REDACTED}", text)
    return _ACCESS_KEY_ID.sub(REDACTED, text)


def redacted(value: Any) -> Any:
    """Return a value of JSON without secrets, whatever its shape."""
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, dict):
        return {redacted(name): redacted(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(entry) for entry in value]
    return value


def _own_secrets() -> list[str]:
    values = (os.environ.get(name, "") for name in SECRET_VARIABLES)
    return [value for value in values if len(value) >= _SHORTEST_SECRET_CHARACTERS]
