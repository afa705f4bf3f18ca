"""Policies that are parsed once mean what they say, also right after they were changed."""

import json

from sandbox.runtime.endpoints import Endpoints
from tests.support.local_clients import Client
from tests.support.local_roles import ACCOUNT_ID, REGION, ROLE_POLICY, act, make_role, refused, statement


def test_a_changed_policy_decides_the_next_call(client: Client, endpoints: Endpoints) -> None:
    """A text that was parsed before means the same again, and no other text means it."""
    client("ssm").put_parameter(Name="/parsed-policies", Value="v", Type="String", Overwrite=True)
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter/parsed-policies"
    allows = statement(["ssm:GetParameter"], arn)
    role = make_role(client, allows)
    read = act(endpoints, role, "ssm").get_parameter
    assert not refused(read, Name="/parsed-policies")
    for effect, is_refused in (("Deny", True), ("Allow", False), ("Deny", True)):
        document = {"Version": "2012-10-17", "Statement": [{**allows, "Effect": effect}]}
        client("iam").put_role_policy(
            RoleName=role.rpartition("/")[2], PolicyName=ROLE_POLICY, PolicyDocument=json.dumps(document)
        )
        assert refused(read, Name="/parsed-policies") is is_refused
