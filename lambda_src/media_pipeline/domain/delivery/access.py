"""Who may do what through the API: people by the groups they are in, machines by the scopes of their token.

The HTTP API's authorizer has verified the token (signature, issuer, client, expiry) before any of this is
asked; `Caller.from_claims` reads what it passes on.
"""

from collections.abc import Mapping
from enum import StrEnum

from media_pipeline.domain.problems import RequestProblem
from media_pipeline.domain.values import dataclass


class Access(StrEnum):
    """Name what a route needs of its caller: nothing, or the least group that may."""

    OPEN = "open"
    VIEWER = "viewer"
    UPLOADER = "uploader"
    OPERATOR = "operator"


# Each group may do what the ones before it may.
GROUPS = (Access.VIEWER, Access.UPLOADER, Access.OPERATOR)
SCOPES: Mapping[Access, str] = {
    Access.VIEWER: "read",
    Access.UPLOADER: "upload",
    Access.OPERATOR: "operate",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Say who calls: `subject` is the user's id, or the client's where a machine calls."""

    subject: str
    allowed: frozenset[Access]
    is_machine: bool = False

    @classmethod
    def from_claims(cls, claims: Mapping[str, str], *, resource_server: str) -> "Caller":
        """Read the claims of an access token, as the HTTP API passes them on: each a text.

        An ID token names the client as its audience, so that the authorizer lets it through; it says nothing
        of what its bearer may do. Source:
        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

        Raises: RequestProblem (NOT_SIGNED_IN) where the token is not an access token.
        """
        if claims.get("token_use") != "access" or not claims.get("sub"):
            raise RequestProblem("NOT_SIGNED_IN", "The token is not an access token of the user pool.")
        # Tokens of client_credentials name no user. Source:
        # https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
        if "username" not in claims:
            scopes = set(claims.get("scope", "").split())
            allowed = {access for access, name in SCOPES.items() if f"{resource_server}/{name}" in scopes}
            return cls(subject=claims["sub"], allowed=frozenset(allowed), is_machine=True)
        # A list is passed on as `[one two]`.
        names = set(claims.get("cognito:groups", "").strip("[]").replace(",", " ").split())
        highest = max((GROUPS.index(group) for group in GROUPS if group.value in names), default=-1)
        return cls(subject=claims["sub"], allowed=frozenset(GROUPS[: highest + 1]))

    def require(self, access: Access) -> None:
        """Raise RequestProblem (NOT_ALLOWED) unless the caller may."""
        if access in self.allowed:
            return
        needed = f"the scope {SCOPES[access]}" if self.is_machine else f"the group {access.value}"
        raise RequestProblem("NOT_ALLOWED", f"This needs {needed}.")
