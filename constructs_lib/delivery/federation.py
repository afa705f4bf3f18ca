"""Where people of an organization sign in, as plain data that settings can hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FederatedProvider:
    """Describe where people of an organization sign in instead of with a password of the pool.

    `details` are Cognito's for the type: `MetadataURL` (SAML), or `oidc_issuer`, `client_id` and
    `authorize_scopes` (OIDC), whose client secret is in the SSM parameter `secret_parameter`. Sources:
    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
    """

    name: str
    type: str
    details: Mapping[str, str]
    secret_parameter: str | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: {"email": "email"})
