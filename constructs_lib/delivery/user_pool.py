"""A Cognito user pool: people sign in on its own pages, machines by client credentials."""

from collections.abc import Mapping, Sequence

from constructs_lib.bindings import Construct, TerraformResourceLifecycle
from constructs_lib.bindings.api import (
    CognitoIdentityProvider,
    CognitoResourceServer,
    CognitoResourceServerScope,
    CognitoUserGroup,
    CognitoUserPool,
    CognitoUserPoolAccountRecoverySetting,
    CognitoUserPoolAccountRecoverySettingRecoveryMechanism,
    CognitoUserPoolAdminCreateUserConfig,
    CognitoUserPoolClient,
    CognitoUserPoolClientTokenValidityUnits,
    CognitoUserPoolDomain,
    CognitoUserPoolPasswordPolicy,
    CognitoUserPoolSoftwareTokenMfaConfiguration,
    CognitoUserPoolUsernameConfiguration,
    DataAwsSsmParameter,
)
from constructs_lib.delivery.federation import FederatedProvider

_UNITS = CognitoUserPoolClientTokenValidityUnits
COGNITO = "COGNITO"


def sign_in_url(domain_prefix: str, region: str) -> str:
    """Return where the people of a pool sign in, and pages get their tokens.

    Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
    """
    return f"https://{domain_prefix}.auth.{region}.amazoncognito.com"


class UserPool(Construct):
    """A pool whose users an administrator creates, known by their e-mail addresses.

    `groups` and `scopes` are each a name with its description, groups from the least to the most that they
    allow. `mfa` is OFF, OPTIONAL or ON, by an authenticator's one-time passwords: messages to phones cost,
    and can be intercepted.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        region: str,
        domain_prefix: str,
        mfa: str,
        password_length: int,
        groups: Mapping[str, str],
        resource_server: str,
        scopes: Mapping[str, str],
        providers: Sequence[FederatedProvider],
        deletion_protection: bool,
        prevent_destroy: bool,
    ) -> None:
        super().__init__(scope, id_)
        self.resource_server = resource_server
        self._pool = CognitoUserPool(
            self,
            "Pool",
            name=name,
            username_attributes=["email"],
            # Whether Ann and ann are one user is decided once.
            username_configuration=CognitoUserPoolUsernameConfiguration(case_sensitive=False),
            auto_verified_attributes=["email"],
            admin_create_user_config=CognitoUserPoolAdminCreateUserConfig(allow_admin_create_user_only=True),
            account_recovery_setting=CognitoUserPoolAccountRecoverySetting(
                recovery_mechanism=[
                    CognitoUserPoolAccountRecoverySettingRecoveryMechanism(name="verified_email", priority=1)
                ]
            ),
            mfa_configuration=mfa,
            software_token_mfa_configuration=None
            if mfa == "OFF"
            else CognitoUserPoolSoftwareTokenMfaConfiguration(enabled=True),
            password_policy=CognitoUserPoolPasswordPolicy(
                minimum_length=password_length,
                require_lowercase=True,
                require_numbers=True,
                require_symbols=True,
                require_uppercase=True,
                password_history_size=5,
                temporary_password_validity_days=7,
            ),
            # What keeps old passwords and rotates refresh tokens; LITE does neither. Source:
            # https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
            user_pool_tier="ESSENTIALS",
            deletion_protection="ACTIVE" if deletion_protection else "INACTIVE",
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if prevent_destroy else None,
        )
        self.id: str = self._pool.id
        self.arn: str = self._pool.arn
        self.issuer = f"https://{self._pool.endpoint}"
        domain = CognitoUserPoolDomain(
            self, "Domain", domain=domain_prefix, user_pool_id=self._pool.id, managed_login_version=1
        )
        self.sign_in_url = sign_in_url(str(domain.domain), region)
        self._server = CognitoResourceServer(
            self,
            "Scopes",
            identifier=resource_server,
            name=name,
            user_pool_id=self._pool.id,
            scope=[
                CognitoResourceServerScope(scope_name=scope_name, scope_description=description)
                for scope_name, description in sorted(scopes.items())
            ],
        )
        for precedence, (group, description) in enumerate(reversed(list(groups.items()))):
            CognitoUserGroup(
                self,
                f"{group.capitalize()}Group",
                name=group,
                user_pool_id=self._pool.id,
                description=description,
                precedence=precedence,
            )
        self._providers = [self._add_provider(provider) for provider in providers]

    def add_page_client(
        self,
        id_: str,
        *,
        name: str,
        callback_urls: Sequence[str],
        access_minutes: int,
        session_days: int,
    ) -> str:
        """Add the client of a page and return its id: code flow, PKCE instead of a secret.

        Who guesses names is told the same of users that exist and that don't.
        """
        client = CognitoUserPoolClient(
            self,
            id_,
            name=name,
            user_pool_id=self._pool.id,
            generate_secret=False,
            allowed_oauth_flows=["code"],
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_scopes=["email", "openid"],
            callback_urls=list(callback_urls),
            logout_urls=list(callback_urls),
            supported_identity_providers=[COGNITO, *(str(p.provider_name) for p in self._providers)],
            explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            access_token_validity=access_minutes,
            id_token_validity=access_minutes,
            refresh_token_validity=session_days,
            token_validity_units=[_UNITS(access_token="minutes", id_token="minutes", refresh_token="days")],
        )
        return str(client.id)

    def add_machine_client(self, id_: str, *, name: str, scopes: Sequence[str], access_minutes: int) -> str:
        """Add a client that gets tokens of these scopes by its id and secret, and return its id.

        Its secret is in Terraform's state: `aws cognito-idp describe-user-pool-client` shows it too.
        """
        client = CognitoUserPoolClient(
            self,
            id_,
            name=name,
            user_pool_id=self._pool.id,
            generate_secret=True,
            allowed_oauth_flows=["client_credentials"],
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_scopes=[f"{self.resource_server}/{scope}" for scope in sorted(scopes)],
            supported_identity_providers=[COGNITO],
            explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH"],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            access_token_validity=access_minutes,
            token_validity_units=[_UNITS(access_token="minutes")],
            # Cognito refuses scopes that don't exist yet.
            depends_on=[self._server],
        )
        return str(client.id)

    def _add_provider(self, provider: FederatedProvider) -> CognitoIdentityProvider:
        details = dict(provider.details)
        if provider.secret_parameter is not None:
            secret = DataAwsSsmParameter(self, f"{provider.name}Secret", name=provider.secret_parameter)
            details["client_secret"] = secret.value
        return CognitoIdentityProvider(
            self,
            f"{provider.name}Provider",
            user_pool_id=self._pool.id,
            provider_name=provider.name,
            provider_type=provider.type,
            provider_details=details,
            attribute_mapping=dict(provider.attributes),
        )
