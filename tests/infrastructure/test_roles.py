"""Roles: one a function, and none that uses the key by itself. What each may do is in `edges.py`."""

from tests.infrastructure.pipelines import SETTINGS
from tests.infrastructure.policies import (
    Request,
    allows,
    listed,
    statements,
)
from tests.infrastructure.stack import Stack


def test_key_is_used_through_services_only(pipeline: Stack) -> None:
    """The key is usable through services alone, or for a function's own environment."""
    key = pipeline.arn(pipeline.key)
    for policy in (*pipeline.of("aws_iam_role_policy"), *pipeline.of("aws_iam_policy")):
        for statement in statements(policy["policy"]):
            if listed(statement["Action"]) == ["kms:Sign"]:
                # The other key signs, and that is all that it is for.
                assert key not in listed(statement["Resource"])
            elif any(action.startswith("kms:") for action in listed(statement["Action"])):
                assert listed(statement["Resource"]) == [key], policy.address
                named = {name for tests in statement["Condition"].values() for name in tests}
                assert len(named) == 1
                assert named <= {"kms:ViaService", "kms:EncryptionContext:aws:lambda:FunctionArn"}


def test_functions_have_roles_of_their_own(pipeline: Stack) -> None:
    """No two functions share a role, Lambda alone can assume them, and each function is traced."""
    functions = pipeline.of("aws_lambda_function")
    expected = 6 if SETTINGS[pipeline.name].delivers else 3
    assert len({f["role"] for f in functions}) == len(functions) == expected
    for function in functions:
        trust = pipeline.with_arn(function["role"])["assume_role_policy"]
        assert allows(trust, Request(action="sts:AssumeRole", principal="lambda.amazonaws.com"))
        assert not allows(trust, Request(action="sts:AssumeRole", principal="ec2.amazonaws.com"))
        assert function.block("tracing_config")["mode"] == "Active"
