"""What webhooks leave in Parameter Store is deleted with their pipeline, and nothing of another one."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tools.ops.webhook_parameters import delete_all


def test_all_parameters_of_a_pipelines_webhooks_are_deleted(local_aws: Callable[[str], Any]) -> None:
    """Endpoints, disabled ones and secrets go, more than one request takes; neighbors and the rest stay."""
    ssm, pipeline = local_aws("ssm"), f"pipeline-{uuid4()}"
    kept = [
        f"/{pipeline}/profiles",
        f"/{pipeline}-two/webhooks/endpoints/shop",
        f"/{pipeline}/webhooks-of-old",
    ]
    gone = [
        f"/{pipeline}/webhooks/{folder}/{number}"
        for folder in ("endpoints", "disabled", "secrets")
        for number in range(8)
    ]
    for name in (*kept, *gone):
        type_ = "SecureString" if "/secrets/" in name else "String"
        ssm.put_parameter(Name=name, Value="{}", Type=type_)
    assert delete_all(ssm, pipeline) == len(gone) == 24
    assert {each["Name"] for each in ssm.get_parameters(Names=kept)["Parameters"]} == set(kept)
    assert ssm.get_parameters(Names=gone[:10])["Parameters"] == []
    assert delete_all(ssm, pipeline) == 0


def test_a_pipeline_that_is_still_deployed_keeps_its_endpoints(local_aws: Callable[[str], Any]) -> None:
    """Where somebody declined the destruction, nothing is deleted."""
    ssm, pipeline = local_aws("ssm"), f"pipeline-{uuid4()}"
    endpoint = f"/{pipeline}/webhooks/endpoints/shop"
    for name in (f"/{pipeline}/resources", endpoint):
        ssm.put_parameter(Name=name, Value="{}", Type="String")
    assert delete_all(ssm, pipeline) is None
    assert len(ssm.get_parameters(Names=[endpoint])["Parameters"]) == 1
    ssm.delete_parameter(Name=f"/{pipeline}/resources")
    assert delete_all(ssm, pipeline) == 1
