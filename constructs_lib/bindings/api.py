"""The bindings of HTTP APIs, and of the user pools whose tokens they take."""

from constructs_lib.lazy_loading import aws_bindings_on_demand

with aws_bindings_on_demand():
    from cdktf_cdktf_provider_aws.apigatewayv2_api import Apigatewayv2Api
    from cdktf_cdktf_provider_aws.apigatewayv2_authorizer import (
        Apigatewayv2Authorizer,
        Apigatewayv2AuthorizerJwtConfiguration,
    )
    from cdktf_cdktf_provider_aws.apigatewayv2_integration import Apigatewayv2Integration
    from cdktf_cdktf_provider_aws.apigatewayv2_route import Apigatewayv2Route
    from cdktf_cdktf_provider_aws.apigatewayv2_stage import (
        Apigatewayv2Stage,
        Apigatewayv2StageAccessLogSettings,
        Apigatewayv2StageDefaultRouteSettings,
    )
    from cdktf_cdktf_provider_aws.cognito_identity_provider import CognitoIdentityProvider
    from cdktf_cdktf_provider_aws.cognito_resource_server import (
        CognitoResourceServer,
        CognitoResourceServerScope,
    )
    from cdktf_cdktf_provider_aws.cognito_user_group import CognitoUserGroup
    from cdktf_cdktf_provider_aws.cognito_user_pool import (
        CognitoUserPool,
        CognitoUserPoolAccountRecoverySetting,
        CognitoUserPoolAccountRecoverySettingRecoveryMechanism,
        CognitoUserPoolAdminCreateUserConfig,
        CognitoUserPoolPasswordPolicy,
        CognitoUserPoolSoftwareTokenMfaConfiguration,
        CognitoUserPoolUsernameConfiguration,
    )
    from cdktf_cdktf_provider_aws.cognito_user_pool_client import (
        CognitoUserPoolClient,
        CognitoUserPoolClientTokenValidityUnits,
    )
    from cdktf_cdktf_provider_aws.cognito_user_pool_domain import CognitoUserPoolDomain
    from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter

__all__ = [
    "Apigatewayv2Api",
    "Apigatewayv2Authorizer",
    "Apigatewayv2AuthorizerJwtConfiguration",
    "Apigatewayv2Integration",
    "Apigatewayv2Route",
    "Apigatewayv2Stage",
    "Apigatewayv2StageAccessLogSettings",
    "Apigatewayv2StageDefaultRouteSettings",
    "CognitoIdentityProvider",
    "CognitoResourceServer",
    "CognitoResourceServerScope",
    "CognitoUserGroup",
    "CognitoUserPool",
    "CognitoUserPoolAccountRecoverySetting",
    "CognitoUserPoolAccountRecoverySettingRecoveryMechanism",
    "CognitoUserPoolAdminCreateUserConfig",
    "CognitoUserPoolClient",
    "CognitoUserPoolClientTokenValidityUnits",
    "CognitoUserPoolDomain",
    "CognitoUserPoolPasswordPolicy",
    "CognitoUserPoolSoftwareTokenMfaConfiguration",
    "CognitoUserPoolUsernameConfiguration",
    "DataAwsSsmParameter",
]
