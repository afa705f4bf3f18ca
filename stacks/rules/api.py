"""What the settings of the API, and of who signs in to it, are allowed to be."""

import re
from collections.abc import Iterator

from constructs_lib.delivery.federation import FederatedProvider
from media_pipeline.domain.delivery.access import SCOPES
from stacks.delivery_settings import ApiSettings

# Source: Cognito API, UserPoolMfaType.
MFA = ("OFF", "OPTIONAL", "ON")
# Source: Cognito API, IdentityProviderTypeType: those of an organization's own.
PROVIDER_TYPES: dict[str, tuple[str, ...]] = {
    "SAML": ("MetadataURL",),
    "OIDC": ("authorize_scopes", "client_id", "oidc_issuer"),
}
_ORIGIN = r"(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:\d{1,5})?"
_FOLDER = r"[a-z0-9][a-z0-9-]{0,31}/"
# Source: Cognito API, CreateIdentityProvider.ProviderName; the construct's id is made of it.
_PROVIDER_NAME = r"[A-Za-z][A-Za-z0-9]{2,31}"
_PARAMETER = r"(/[\w.-]+)+"

RANGES: dict[str, tuple[int, int, str]] = {
    # Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (an answer of 6 MB)
    "api.page_size": (1, 1_000, "this project"),
    # Source: as above, a request of 6 MB, a third of which base64 takes.
    "api.body_limit_bytes": (1_024, 4 * 1024**2, "this project"),
    # Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html (of an account)
    "api.requests_per_second": (1, 10_000, "API Gateway"),
    "api.burst_requests": (1, 5_000, "API Gateway"),
    "api.concurrency": (1, 1_000, "this project"),
    # Source: S3 user guide, "Download and upload objects with presigned URLs": at most 7 days.
    "api.upload_url_minutes": (1, 10_080, "S3"),
    "api.person_quota_bytes": (1, 1024**5, "this project"),
    # Source: S3 API, ListMultipartUploads: up to 1,000 in one answer.
    "api.uploads_at_once": (1, 1_000, "this project"),
    # Source: Cognito API, PasswordPolicyType.MinimumLength: 6 to 99.
    "api.password_length": (12, 99, "Cognito"),
    # Source: Cognito API, CreateUserPoolClient.AccessTokenValidity: 5 minutes to 1 day.
    "api.access_minutes": (5, 1_440, "Cognito"),
    # Source: Cognito API, CreateUserPoolClient.RefreshTokenValidity: 60 minutes to 10 years.
    "api.session_days": (1, 3_650, "Cognito"),
}

_Found = Iterator[tuple[str, object, str]]


def api_faults(api: ApiSettings) -> _Found:
    """Yield what is wrong with the API, apart from its ranges."""
    if api.mfa not in MFA:
        yield "api.mfa", api.mfa, f"one of {', '.join(MFA)}"
    # With the uploader prefix it comes before a person, a folder and a name in a key of 1,024 bytes.
    if not re.fullmatch(_FOLDER, api.upload_folder):
        yield "api.upload_folder", api.upload_folder, "a name of letters, digits and hyphens, and a slash"
    if api.upload_endpoint is not None and not re.fullmatch(_ORIGIN, api.upload_endpoint):
        yield "api.upload_endpoint", api.upload_endpoint, "an origin of https, http on this machine, or None"
    if api.sign_in_url is not None and not re.fullmatch(_ORIGIN, api.sign_in_url):
        yield "api.sign_in_url", api.sign_in_url, "an origin of https, http on this machine, or None"
    for origin in api.page_origins:
        # Source: Cognito API, CreateUserPoolClient.CallbackURLs: HTTPS, but for localhost.
        if not re.fullmatch(_ORIGIN, origin):
            yield "api.page_origins", origin, "origins of https, or of http://localhost (Cognito)"
    known = sorted(SCOPES.values())
    for scope in api.machine_scopes:
        if scope not in known:
            yield "api.machine_scopes", scope, f"any of {', '.join(known)}"
    if not all(isinstance(provider, FederatedProvider) for provider in api.providers):
        yield "api.providers", api.providers, "a FederatedProvider each"
        return
    if len({provider.name for provider in api.providers}) != len(api.providers):
        yield "api.providers", [provider.name for provider in api.providers], "providers of different names"
    for provider in api.providers:
        yield from _provider_faults(provider)


def _provider_faults(provider: FederatedProvider) -> _Found:
    if not re.fullmatch(_PROVIDER_NAME, provider.name):
        yield "api.providers", provider.name, "names of 3 to 32 letters and digits, beginning with a letter"
    needed = PROVIDER_TYPES.get(provider.type)
    if needed is None:
        yield "api.providers", provider.type, f"of the types {', '.join(PROVIDER_TYPES)}"
        return
    missing = [name for name in needed if not provider.details.get(name)]
    if missing:
        yield "api.providers", provider.name, f"with the details {', '.join(needed)} (Cognito)"
    if "client_secret" in provider.details:
        yield "api.providers", provider.name, "without a secret: secret_parameter names where it is"
    parameter = provider.secret_parameter
    if (parameter is None) == (provider.type == "OIDC") or not re.fullmatch(_PARAMETER, parameter or "/-"):
        yield "api.providers", provider.name, "OIDC with the SSM parameter of its secret, SAML without"
