"""The bare function beside which the API is measured."""

from sandbox.api_load.bare import NAME, bare_function
from sandbox.api_load.schedule import run
from sandbox.runtime.endpoints import Endpoints
from tests.support.local_clients import Client


def test_a_bare_function_answers_behind_an_api_of_its_own(client: Client, endpoints: Endpoints) -> None:
    """It is asked by the browsers' door as the API is; afterwards nothing of it is left."""
    port = int(endpoints.edge.rpartition(":")[2])
    with bare_function(endpoints) as request:
        found = run([request] * 3, port=port, per_second=2)
    assert [sample.status for sample in found.samples] == [200, 200, 200]
    assert NAME not in {each["FunctionName"] for each in client("lambda").list_functions()["Functions"]}
    assert NAME not in {each["Name"] for each in client("apigatewayv2").get_apis()["Items"]}
    assert NAME not in {each["RoleName"] for each in client("iam").list_roles()["Roles"]}
    assert run([request], port=port, per_second=2).samples[0].status == 404


def test_a_function_that_a_killed_run_has_left_is_in_nobodys_way(
    client: Client, endpoints: Endpoints
) -> None:
    """It is made anew."""
    killed = bare_function(endpoints)
    killed.__enter__()
    with bare_function(endpoints):
        pass
    assert NAME not in {each["RoleName"] for each in client("iam").list_roles()["Roles"]}
