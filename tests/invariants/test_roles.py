"""Each role may do what its part of the flow does, on the resources that it does it to."""

from collections.abc import Callable, Mapping

import pytest

from tests.invariants.policies import Request, allows, listed, statements
from tests.invariants.stack import ACCOUNT_ID, OTHER_ACCOUNT_ID, REGION, Resource, Stack

JOB_ARN = f"arn:aws:mediaconvert:{REGION}:{ACCOUNT_ID}:jobs/1671477617078-2886ye"


def _function(stack: Stack, component: str) -> Resource:
    (function,) = (f for f in stack.of("aws_lambda_function") if f"-{component}-" in f["function_name"])
    return function


def _places(stack: Stack) -> Mapping[str, str]:
    """Return the ARN of everything that functions touch, by a short name."""
    by_name: dict[str, str] = {}
    for type_, attribute, component in (
        ("aws_s3_bucket", "bucket", "uploads"),
        ("aws_s3_bucket", "bucket", "outputs"),
        ("aws_sqs_queue", "name", "processing"),
        ("aws_sqs_queue", "name", "job-events"),
        ("aws_dynamodb_table", "name", "assets"),
    ):
        (found,) = (
            r for r in stack.of(type_) if f"-{component}-" in r[attribute] and "dlq" not in r[attribute]
        )
        by_name[component] = stack.arn(found)
    (topic,), (queue,), (key,) = (
        stack.of(type_) for type_ in ("aws_sns_topic", "aws_media_convert_queue", "aws_kms_key")
    )
    variables = _function(stack, "ingest-orchestrator").block("environment")["variables"]
    parameters = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter"
    return {
        **by_name,
        "upload": f"{by_name['uploads']}/a b.mp4",
        "output": f"{by_name['outputs']}/0123/1/hls/master.m3u8",
        "by_status": f"{by_name['assets']}/index/by_status",
        "by_job": f"{by_name['assets']}/index/by_job",
        "topic": stack.arn(topic),
        "queue": stack.arn(queue),
        "key": stack.arn(key),
        "job": JOB_ARN,
        "presets": parameters + variables["PRESETS_PATH"],
        "preset": f"{parameters}{variables['PRESETS_PATH']}/hls",
        "profiles": parameters + variables["PROFILES_PARAMETER"],
        "transcoding role": variables["MEDIACONVERT_ROLE_ARN"],
        "anything": "*",
    }


CONSUME = "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes"
NEEDS = [
    (role, action, place)
    for role, needs in {
        "ingest-orchestrator": {
            # It hides messages that must wait, and sends them anew before their receives are used up.
            "processing": f"{CONSUME} sqs:ChangeMessageVisibility sqs:SendMessage",
            "assets": "dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem",
            "presets": "ssm:GetParametersByPath",
            "preset": "ssm:GetParametersByPath",
            "profiles": "ssm:GetParameter",
            "anything": "mediaconvert:Probe",
            "queue": "mediaconvert:CreateJob mediaconvert:GetQueue mediaconvert:SearchJobs",
            # Without it a removed source looks like a forbidden one.
            "uploads": "s3:ListBucket",
            # It quarantines damaged files, each in its own version.
            "upload": "s3:GetObject s3:GetObjectVersionTagging s3:PutObjectVersionTagging",
            # It adds captions that come later to the manifests.
            "outputs": "s3:ListBucket",
            "output": "s3:GetObject s3:PutObject",
            "topic": "sns:Publish",
        },
        "job-status-processor": {
            "job-events": f"{CONSUME} sqs:ChangeMessageVisibility sqs:SendMessage",
            "assets": "dynamodb:GetItem dynamodb:UpdateItem",
            # It looks whether a source was overwritten while its job ran.
            "uploads": "s3:ListBucket",
            # It quarantines damaged files, each in its own version.
            "upload": "s3:GetObject s3:GetObjectVersionTagging s3:PutObjectVersionTagging",
            "outputs": "s3:ListBucket",
            # It adds captions and a storyboard to what it has verified.
            "output": "s3:GetObject s3:PutObject",
            "topic": "sns:Publish",
        },
        "reconciler": {
            "by_status": "dynamodb:Query",
            # It registers uploads that nobody announced, since the table was made.
            "assets": "dynamodb:GetItem dynamodb:UpdateItem "
            "dynamodb:BatchGetItem dynamodb:DescribeTable dynamodb:PutItem",
            "job": "mediaconvert:GetJob",
            "processing": "sqs:SendMessage sqs:GetQueueAttributes",
            "uploads": "s3:ListBucket s3:ListBucketVersions",
            # It quarantines damaged files, each in its own version.
            "upload": "s3:GetObject s3:GetObjectVersionTagging s3:PutObjectVersionTagging",
            "outputs": "s3:ListBucket",
            # It verifies and completes assets whose news were lost.
            "output": "s3:GetObject s3:PutObject",
            "topic": "sns:Publish",
        },
    }.items()
    for place, actions in needs.items()
    for action in actions.split()
]


@pytest.mark.parametrize(("function", "action", "place"), NEEDS)
def test_function_may(pipeline: Stack, function: str, action: str, place: str) -> None:
    """Every call that a function makes is granted to its role, on the resource that it calls."""
    role = _function(pipeline, function)["role"]
    assert pipeline.role_may(role, action, _places(pipeline)[place])


@pytest.mark.parametrize("function", ["ingest-orchestrator", "job-status-processor", "reconciler"])
@pytest.mark.parametrize("service", ["sqs", "dynamodb", "sns", "s3"])
@pytest.mark.parametrize("action", ["kms:Decrypt", "kms:GenerateDataKey"])
def test_function_may_use_the_key(pipeline: Stack, function: str, service: str, action: str) -> None:
    """Whatever a function reads or writes is encrypted: its role may use the key through that service."""
    role = _function(pipeline, function)["role"]
    via = f"{service}.{REGION}.amazonaws.com"
    assert pipeline.role_may(role, action, _places(pipeline)["key"], kms__ViaService=via)


# What a role is granted beside the calls above, and why.
BESIDE: Mapping[str, set[str]] = {
    "ingest-orchestrator": {
        "iam:PassRole",  # hands MediaConvert the role of its jobs
        "s3:AbortMultipartUpload",  # comes with the right to write
    },
    "job-status-processor": {"s3:AbortMultipartUpload"},
    "reconciler": {"s3:AbortMultipartUpload"},
}
LOGS_AND_TRACES = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


@pytest.mark.parametrize("function", BESIDE)
def test_function_may_do_nothing_else(pipeline: Stack, function: str) -> None:
    """A role's actions are those that its function calls, and the few beside them that have a reason."""
    called = {action for role, action, _ in NEEDS if role == function}
    assert _actions(pipeline, _function(pipeline, function)["role"]) == (
        called | BESIDE[function] | LOGS_AND_TRACES
    )


def _actions(stack: Stack, role_arn: str) -> set[str]:
    """Return every action that a role's policies name, but for those of the key, which grants bring along."""
    return {
        action
        for policy in stack.policies_of(role_arn)
        for statement in statements(policy)
        for action in listed(statement["Action"])
        if not action.startswith("kms:")
    }


@pytest.mark.parametrize("function", BESIDE)
def test_function_may_read_its_environment(pipeline: Stack, function: str) -> None:
    """Each function may decrypt its own environment variables, and not those of another one."""
    resource = _function(pipeline, function)

    def decrypts(function_arn: str) -> bool:
        request = Request(
            action="kms:Decrypt",
            resource=_places(pipeline)["key"],
            context={"kms:EncryptionContext:aws:lambda:FunctionArn": function_arn},
        )
        return allows(pipeline.policies_of(resource["role"]), request)

    assert decrypts(pipeline.arn(resource))
    assert not decrypts(f"{pipeline.arn(resource)}-other")


def test_key_is_used_through_services_only(pipeline: Stack) -> None:
    """Nobody may use the key by itself: always through a service, or for a function's own environment."""
    key = _places(pipeline)["key"]
    for policy in (*pipeline.of("aws_iam_role_policy"), *pipeline.of("aws_iam_policy")):
        for statement in statements(policy["policy"]):
            if any(action.startswith("kms:") for action in listed(statement["Action"])):
                assert listed(statement["Resource"]) == [key], policy.address
                named = {name for tests in statement["Condition"].values() for name in tests}
                assert len(named) == 1
                assert named <= {"kms:ViaService", "kms:EncryptionContext:aws:lambda:FunctionArn"}


@pytest.mark.parametrize("function", BESIDE)
@pytest.mark.parametrize(
    "action", ["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey"]
)
def test_function_may_use_an_encrypted_table(pipeline: Stack, function: str, action: str) -> None:
    """A table with our key needs all of these of whoever reads and writes it.

    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    role = _function(pipeline, function)["role"]
    via = f"dynamodb.{REGION}.amazonaws.com"
    assert pipeline.role_may(role, f"kms:{action}", _places(pipeline)["key"], kms__ViaService=via)


FORBIDDEN = [
    ("ingest-orchestrator", "sqs:SendMessage", "job-events"),
    ("ingest-orchestrator", "mediaconvert:CancelJob", "job"),
    ("ingest-orchestrator", "s3:PutObject", "upload"),
    ("ingest-orchestrator", "s3:DeleteObject", "upload"),
    ("ingest-orchestrator", "s3:PutObjectVersionTagging", "output"),
    ("job-status-processor", "s3:PutObjectVersionTagging", "output"),
    ("reconciler", "s3:PutObjectVersionTagging", "output"),
    ("reconciler", "s3:DeleteObjectVersionTagging", "upload"),
    ("ingest-orchestrator", "s3:DeleteObject", "output"),
    ("ingest-orchestrator", "dynamodb:DeleteItem", "assets"),
    ("ingest-orchestrator", "ssm:PutParameter", "preset"),
    ("job-status-processor", "sqs:ReceiveMessage", "processing"),
    ("job-status-processor", "sqs:SendMessage", "processing"),
    ("job-status-processor", "dynamodb:PutItem", "assets"),
    ("job-status-processor", "s3:PutObject", "upload"),
    ("job-status-processor", "s3:DeleteObject", "output"),
    ("job-status-processor", "mediaconvert:CreateJob", "queue"),
    ("job-status-processor", "iam:PassRole", "transcoding role"),
    ("job-status-processor", "dynamodb:DeleteItem", "assets"),
    ("reconciler", "sqs:ReceiveMessage", "processing"),
    ("reconciler", "mediaconvert:CreateJob", "queue"),
    ("reconciler", "mediaconvert:CancelJob", "job"),
    ("reconciler", "s3:DeleteObject", "upload"),
    ("reconciler", "s3:PutObject", "upload"),
    ("reconciler", "s3:DeleteObject", "output"),
    ("reconciler", "dynamodb:DeleteItem", "assets"),
]


@pytest.mark.parametrize(("function", "action", "place"), FORBIDDEN)
def test_function_may_not(pipeline: Stack, function: str, action: str, place: str) -> None:
    """No function may do another's work, or delete what it only reads."""
    role = _function(pipeline, function)["role"]
    context = {"iam__PassedToService": "mediaconvert.amazonaws.com"}
    assert not pipeline.role_may(role, action, _places(pipeline)[place], **context)


def test_orchestrator_passes_the_role_to_mediaconvert_only(pipeline: Stack) -> None:
    """The orchestrator hands the transcoding role to MediaConvert and to no other service."""
    role = _function(pipeline, "ingest-orchestrator")["role"]
    passed = _places(pipeline)["transcoding role"]
    may: Callable[[str], bool] = lambda service: pipeline.role_may(  # noqa: E731
        role, "iam:PassRole", passed, iam__PassedToService=service
    )
    assert may("mediaconvert.amazonaws.com")
    assert not may("lambda.amazonaws.com")


@pytest.mark.parametrize("function", ["ingest-orchestrator", "job-status-processor", "reconciler"])
def test_function_may_log_and_trace(pipeline: Stack, function: str) -> None:
    """A function writes to its own log group and to X-Ray; it can make no group, which would lack a key."""
    resource = _function(pipeline, function)
    role = resource["role"]
    group = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:/aws/lambda/{resource['function_name']}"
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        assert pipeline.role_may(role, action, f"{group}:log-stream:2026/01/01/[$LATEST]0")
        assert not pipeline.role_may(role, action, f"{group}-other:log-stream:x")
    assert not pipeline.role_may(role, "logs:CreateLogGroup", group)
    assert resource.block("tracing_config")["mode"] == "Active"
    for action in ("xray:PutTraceSegments", "xray:PutTelemetryRecords"):
        assert pipeline.role_may(role, action, "*")


def test_functions_have_roles_of_their_own(pipeline: Stack) -> None:
    """No two functions share a role, and Lambda alone can assume them."""
    functions = pipeline.of("aws_lambda_function")
    assert len({f["role"] for f in functions}) == len(functions) == 3
    for function in functions:
        trust = pipeline.with_arn(function["role"])["assume_role_policy"]
        assert allows(trust, Request(action="sts:AssumeRole", principal="lambda.amazonaws.com"))
        assert not allows(trust, Request(action="sts:AssumeRole", principal="ec2.amazonaws.com"))


@pytest.mark.parametrize(
    ("action", "place", "expected"),
    [
        ("s3:GetObject", "upload", True),
        # Without it MediaConvert reports a missing upload as a forbidden one.
        ("s3:ListBucket", "uploads", True),
        ("s3:PutObject", "output", True),
        ("kms:Decrypt", "key", True),
        ("kms:GenerateDataKey", "key", True),
        ("s3:PutObject", "upload", False),
        ("s3:DeleteObject", "output", False),
        ("dynamodb:GetItem", "assets", False),
    ],
)
def test_mediaconvert_may(pipeline: Stack, action: str, place: str, expected: bool) -> None:
    """MediaConvert reads uploads and writes outputs, through the key, and does nothing else."""
    places = _places(pipeline)
    via = f"s3.{REGION}.amazonaws.com"
    role = places["transcoding role"]
    assert pipeline.role_may(role, action, places[place], kms__ViaService=via) is expected


def test_mediaconvert_may_do_nothing_else(pipeline: Stack) -> None:
    """MediaConvert's role has the actions of a transcoding job on S3, and no other."""
    assert _actions(pipeline, _places(pipeline)["transcoding role"]) == {
        "s3:AbortMultipartUpload",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }


def test_mediaconvert_is_trusted_for_this_account(pipeline: Stack) -> None:
    """MediaConvert can assume its role for our account's jobs, not for another's."""
    trust = pipeline.with_arn(_places(pipeline)["transcoding role"])["assume_role_policy"]

    def assumes(account: str) -> bool:
        context = {
            "aws:SourceAccount": account,
            "aws:SourceArn": JOB_ARN.replace(ACCOUNT_ID, account),
        }
        request = Request(action="sts:AssumeRole", principal="mediaconvert.amazonaws.com", context=context)
        return allows(trust, request)

    assert assumes(ACCOUNT_ID)
    assert not assumes(OTHER_ACCOUNT_ID)
