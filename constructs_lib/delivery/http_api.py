"""An HTTP API whose routes one function answers, behind an authorizer that checks tokens of a user pool."""

import json
from collections.abc import Sequence

from constructs_lib.bindings import CloudwatchLogGroup, Construct
from constructs_lib.bindings.api import (
    Apigatewayv2Api,
    Apigatewayv2Authorizer,
    Apigatewayv2AuthorizerJwtConfiguration,
    Apigatewayv2Integration,
    Apigatewayv2Route,
    Apigatewayv2Stage,
    Apigatewayv2StageAccessLogSettings,
    Apigatewayv2StageDefaultRouteSettings,
)
from constructs_lib.encryption import EncryptionKey
from constructs_lib.function import DAYS_PER_YEAR, Function
from constructs_lib.lint import accept_finding

STAGE = "$default"
# Log groups of this name share one resource policy, which would otherwise grow with each. Source:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
LOG_PREFIX = "/aws/vendedlogs/apis/"
# An HTTP API waits no longer. Source:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_TIMEOUT_SECONDS = 30

# What a caller sends is not logged: a path holds at most an asset's id, a query may hold anything.
_LOGGED = {
    "at": "$context.requestTimeEpoch",
    "id": "$context.requestId",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "caller": "$context.authorizer.claims.sub",
    "client": "$context.authorizer.claims.client_id",
    "refused": "$context.authorizer.error",
    "error": "$context.error.messageString",
    "function_error": "$context.integrationErrorMessage",
    "function_id": "$context.integration.requestId",
}


class HttpApi(Construct):
    """An API by itself: what stands in front of it needs its domain before its function exists."""

    def __init__(self, scope: Construct, id_: str, *, name: str, region: str, description: str) -> None:
        super().__init__(scope, id_)
        self.name = name
        # Its own endpoint stays on: what stands in front reaches it there. A token is needed either way.
        self._api = Apigatewayv2Api(self, "Api", name=name, protocol_type="HTTP", description=description)
        self.id: str = self._api.id
        self.execution_arn: str = self._api.execution_arn
        self.domain_name = f"{self._api.id}.execute-api.{region}.amazonaws.com"

    def serve(
        self,
        function: Function,
        *,
        prefix: str,
        open_routes: Sequence[str],
        issuer: str,
        audience: Sequence[str],
    ) -> None:
        """Let a function answer everything below a prefix, to callers with a token of these clients.

        `open_routes` are route keys (`GET /api/health`) that need none.
        """
        authorizer = Apigatewayv2Authorizer(
            self,
            "Tokens",
            api_id=self._api.id,
            name="tokens",
            authorizer_type="JWT",
            identity_sources=["$request.header.Authorization"],
            jwt_configuration=Apigatewayv2AuthorizerJwtConfiguration(issuer=issuer, audience=list(audience)),
        )
        integration = Apigatewayv2Integration(
            self,
            "Function",
            api_id=self._api.id,
            integration_type="AWS_PROXY",
            integration_uri=function.invoke_arn,
            payload_format_version="2.0",
            timeout_milliseconds=1_000 * min(function.timeout_seconds + 1, MAX_TIMEOUT_SECONDS),
        )
        target = f"integrations/{integration.id}"
        Apigatewayv2Route(
            self,
            "SignedIn",
            api_id=self._api.id,
            route_key=f"ANY {prefix}/{{proxy+}}",
            target=target,
            authorization_type="JWT",
            authorizer_id=authorizer.id,
        )
        for key in open_routes:
            route = Apigatewayv2Route(
                self,
                f"Open{key.rpartition('/')[2].replace('.', ' ').title().replace(' ', '')}",
                api_id=self._api.id,
                route_key=key,
                target=target,
                authorization_type="NONE",
            )
            accept_finding(
                route,
                "CKV_AWS_309",
                reason="Anyone may ask whether the API answers, how it is used and where to sign in.",
            )
        function.allow_invocation(
            "ApiInvokes",
            service="apigateway.amazonaws.com",
            # Of every stage and method. Source: "Invoke your Lambda function",
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
            source_arn=f"{self.execution_arn}/*/*{prefix}/*",
        )

    def add_stage(
        self,
        *,
        rate_per_second: int,
        burst: int,
        log_retention_days: int,
        key: EncryptionKey,
    ) -> None:
        """Put the API into service: so many requests a second, each with a line in an encrypted log."""
        log_group = CloudwatchLogGroup(
            self,
            "AccessLog",
            name=f"{LOG_PREFIX}{self.name}",
            retention_in_days=log_retention_days,
            kms_key_id=key.arn,
            skip_destroy=False,
        )
        if log_retention_days < DAYS_PER_YEAR:
            accept_finding(
                log_group,
                "CKV_AWS_338",
                reason="The settings ask for fewer days: logs of an environment whose assets are trials.",
            )
        Apigatewayv2Stage(
            self,
            "Stage",
            api_id=self._api.id,
            name=STAGE,
            auto_deploy=True,
            access_log_settings=Apigatewayv2StageAccessLogSettings(
                destination_arn=log_group.arn, format=json.dumps(_LOGGED)
            ),
            default_route_settings=Apigatewayv2StageDefaultRouteSettings(
                throttling_rate_limit=rate_per_second,
                throttling_burst_limit=burst,
                # A metric for each route costs; the stage's own are enough for alarms.
                detailed_metrics_enabled=False,
            ),
        )
