"""Lambda functions, with what each needs: role, log group, tracing, event sources and schedules."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from constructs_lib.bindings import (
    AssetType,
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetRetryPolicy,
    CloudwatchLogGroup,
    Construct,
    LambdaEventSourceMapping,
    LambdaEventSourceMappingFilterCriteria,
    LambdaEventSourceMappingFilterCriteriaFilter,
    LambdaEventSourceMappingScalingConfig,
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
    LambdaFunctionRecursionConfig,
    LambdaFunctionTracingConfig,
    LambdaPermission,
    Postcondition,
    TerraformAsset,
    TerraformResourceLifecycle,
)
from constructs_lib.encryption import EncryptionKey
from constructs_lib.iam import ServiceRole, Statement
from constructs_lib.lint import accept_finding
from constructs_lib.messaging import EventQueue, UndeliveredRuns

RUNTIME = "python3.13"
ARCHITECTURE = "arm64"

DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeArchive:
    """Point to a zip with the functions' code; the hash is what tells Lambda that the code changed."""

    path: Path
    sha256_base64: str


class FunctionCode(Construct):
    """The zip that a stack's functions share, copied beside the stack's JSON to be deployed with it."""

    def __init__(self, scope: Construct, id_: str, *, archive: CodeArchive) -> None:
        super().__init__(scope, id_)
        self.sha256_base64 = archive.sha256_base64
        self._asset = TerraformAsset(self, "Archive", path=str(archive.path.resolve()), type=AssetType.FILE)
        self.filename: str = self._asset.path


class Function(Construct):
    """A function with a role of its own and an encrypted log group that exists before it first logs.

    `version` is that of its code, for people; what tells Lambda of new code is the archive's hash.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        description: str,
        handler: str,
        code: FunctionCode,
        version: str,
        environment: Mapping[str, str],
        timeout_seconds: int,
        memory_mb: int,
        reserved_concurrency: int | None,
        log_retention_days: int,
        key: EncryptionKey,
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        self.timeout_seconds = timeout_seconds
        self._log_group = CloudwatchLogGroup(
            self,
            "Logs",
            name=f"/aws/lambda/{name}",
            retention_in_days=log_retention_days,
            kms_key_id=key.arn,
            skip_destroy=False,
        )
        self.role = ServiceRole(
            self,
            "Role",
            name=name,
            service="lambda.amazonaws.com",
            description=f"What {name} may do",
        )
        self._grant_logging_and_tracing()
        key.grant_function_environment(self.role, name)
        self._function = LambdaFunction(
            self,
            "Function",
            function_name=name,
            description=description,
            handler=handler,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            filename=code.filename,
            source_code_hash=code.sha256_base64,
            tags={"Version": version},
            role=self.role.arn,
            timeout=timeout_seconds,
            memory_size=memory_mb,
            reserved_concurrent_executions=reserved_concurrency,
            kms_key_arn=key.arn,
            environment=LambdaFunctionEnvironment(variables=dict(environment)),
            tracing_config=LambdaFunctionTracingConfig(mode="Active"),
            # Powertools writes JSON by itself. In Lambda's own JSON format, Lambda's level (INFO where none
            # is given) overrules Powertools', and lines without a level (metrics) count as INFO. Source:
            # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
            logging_config=LambdaFunctionLoggingConfig(log_format="Text", log_group=self._log_group.name),
            depends_on=self.role.permissions,
            lifecycle=TerraformResourceLifecycle(postcondition=[_runs_deployed_code()]),
        )
        self.arn: str = self._function.arn
        self.invoke_arn: str = self._function.invoke_arn
        self._accept_findings(log_retention_days)
        if reserved_concurrency is None:
            accept_finding(
                self._function,
                "CKV_AWS_115",
                reason="The account's quota is too small to reserve any of it; event source mappings bound "
                "how many messages are worked on at a time.",
            )

    def _accept_findings(self, log_retention_days: int) -> None:
        accept_finding(
            self._function,
            "CKV_AWS_117",
            reason="It calls AWS's own endpoints over TLS and nothing in a network of ours; in a VPC it "
            "would need a NAT gateway, or an endpoint for each service, to do the same.",
        )
        accept_finding(
            self._function,
            "CKV_AWS_272",
            reason="The code's hash is in the reviewed plan, and only who deploys may change the function; a "
            "signing profile would have to exist in each account before the first deployment.",
        )
        if log_retention_days < DAYS_PER_YEAR:
            accept_finding(
                self._log_group,
                "CKV_AWS_338",
                reason="The settings ask for fewer days: logs of an environment whose assets are trials.",
            )

    def consume(
        self,
        queue: EventQueue,
        *,
        batch_size: int,
        maximum_concurrency: int,
        body_filter: Mapping[str, object] | None = None,
        id_: str = "Consumes",
    ) -> None:
        """Invoke the function with a queue's messages, and let it consume them.

        A failed message returns to the queue alone. Those that don't match `body_filter` are deleted unread.
        `id_` tells the queues of a function apart where it consumes several.
        """
        queue.grant_consume(self.role)
        self.accept_no_dlq(
            reason="A message that keeps failing goes to the queue's own DLQ; a function's DLQ takes "
            "asynchronous invocations only, and this one has none."
        )
        LambdaEventSourceMapping(
            self,
            id_,
            event_source_arn=queue.arn,
            function_name=self._function.arn,
            batch_size=batch_size,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=LambdaEventSourceMappingScalingConfig(maximum_concurrency=maximum_concurrency),
            filter_criteria=LambdaEventSourceMappingFilterCriteria(
                filter=[
                    LambdaEventSourceMappingFilterCriteriaFilter(pattern=json.dumps({"body": body_filter}))
                ]
            )
            if body_filter
            else None,
            # Lambda checks at once that the role may consume.
            depends_on=self.role.permissions,
        )

    def run_every(self, minutes: int, *, rule_name: str, undelivered: UndeliveredRuns) -> None:
        """Invoke the function on a schedule; a run that can't be delivered lies in `undelivered`."""
        self.accept_no_dlq(
            reason="A run that fails leaves nothing to redrive: the next one finds the same work to do, and "
            "alarms tell of errors, of runs that were not delivered, and of none that finished."
        )
        rule = CloudwatchEventRule(
            self,
            "Schedule",
            name=rule_name,
            description=f"Runs {self.name} every {minutes} minutes",
            schedule_expression=f"rate({minutes} {'minute' if minutes == 1 else 'minutes'})",
        )
        permission = LambdaPermission(
            self,
            "ScheduleInvokes",
            statement_id="ScheduleInvokes",
            action="lambda:InvokeFunction",
            function_name=self._function.function_name,
            principal="events.amazonaws.com",
            # It names the account too. With source_account EventBridge can't invoke the function. Source:
            # "My rule ran but my Lambda function wasn't invoked",
            # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
            source_arn=rule.arn,
        )
        CloudwatchEventTarget(
            self,
            "ScheduleTarget",
            rule=rule.name,
            target_id="function",
            arn=self._function.arn,
            retry_policy=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=max(60, 60 * minutes), maximum_retry_attempts=2
            ),
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=undelivered.arn),
            depends_on=[permission, undelivered.receive_from(rule.arn)],
        )

    def allow_invocation(self, id_: str, *, service: str, source_arn: str) -> None:
        """Let a service invoke the function on behalf of one source, and wait for its answer."""
        self.accept_no_dlq(
            reason="Who invokes it waits for its answer; a DLQ takes asynchronous invocations only."
        )
        LambdaPermission(
            self,
            id_,
            statement_id=id_,
            action="lambda:InvokeFunction",
            function_name=self._function.function_name,
            principal=service,
            source_arn=source_arn,
        )

    def accept_no_dlq(self, *, reason: str) -> None:
        """Say why the function has no dead-letter queue of its own."""
        accept_finding(self._function, "CKV_AWS_116", reason=reason)

    def allow_recursion(self) -> None:
        """Let messages pass through the function as often as it sends them to itself.

        Without it Lambda stops after 16 times, and the message ends in the DLQ. Source:
        https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
        """
        LambdaFunctionRecursionConfig(
            self, "Recursion", function_name=self._function.function_name, recursive_loop="Allow"
        )

    def _grant_logging_and_tracing(self) -> None:
        self.role.allow(
            Statement(
                sid="WriteLogs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{self._log_group.arn}:*"],
            )
        )
        self.role.allow(
            Statement(
                sid="WriteTraces",
                actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
                # X-Ray has no resource-level permissions for these. Source:
                # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
                resources=["*"],
            )
        )


def _runs_deployed_code() -> Postcondition:
    """Find a function whose code is not what Terraform's state says.

    The provider (5.100) records the new hash although it was stopped before it had sent the code, and never
    looks again. Source: https://github.com/hashicorp/terraform-provider-aws/issues/42826
    """
    return Postcondition(
        # A plan that sends code doesn't know `last_modified` yet: whatever is asked of it is answered after.
        condition='${(self.last_modified == "" ? "" : self.code_sha256) == self.source_code_hash}',
        error_message=(
            "The function ${self.function_name} runs other code than was deployed: an apply was interrupted "
            "while it sent the code, or somebody changed it by hand. Send it, then apply again: "
            "aws lambda update-function-code --function-name ${self.function_name} "
            "--zip-file fileb://build/lambda.zip"
        ),
    )
