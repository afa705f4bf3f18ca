"""The account's quota of concurrent executions, as Lambda keeps it."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.runtime.folder import Folder
from tests.support.local_clients import Client
from tests.support.local_functions import make_function, quota, reserve


@pytest.fixture
def functions(client: Client) -> Iterator[Any]:
    """Return the local Lambda, and free at the end what was reserved."""
    lambda_ = client("lambda")
    yield lambda_
    for function in lambda_.list_functions()["Functions"]:
        lambda_.delete_function(FunctionName=function["FunctionName"])


@pytest.mark.parametrize(("executions", "kept"), [(10, 10), (50, 50), (100, 100), (104, 100)])
def test_a_new_account_can_reserve_nothing(
    client: Client, functions: Any, folder: Folder, executions: int, kept: int
) -> None:
    """The account keeps 100 executions unreserved, or all of its quota where that is smaller."""
    name = make_function(client)
    with quota(folder, executions):
        limit = functions.get_account_settings()["AccountLimit"]
        assert (limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]) == (
            executions,
            executions,
        )
        refused = reserve(functions, name, executions - kept + 1)
        assert refused is not None
        assert f"below its minimum value of [{kept}]" in refused
        assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(FunctionName=name)
        assert reserve(functions, name, executions - kept) is None


def test_reservations_add_up(client: Client, functions: Any, folder: Folder) -> None:
    """What other functions reserve counts; what a function has already is not counted twice."""
    one, other = make_function(client), make_function(client)
    with quota(folder, 111):
        assert reserve(functions, one, 6) is None
        assert reserve(functions, other, 6) is not None
        assert reserve(functions, other, 5) is None
        assert functions.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 100
        assert reserve(functions, one, 7) is not None
        assert reserve(functions, one, 6) is None
        assert reserve(functions, one, 3) is None
        assert reserve(functions, other, 8) is None


def test_without_a_file_the_quota_is_the_default(client: Client, functions: Any) -> None:
    """An account has 1,000 executions, 100 of which stay unreserved."""
    name = make_function(client)
    assert functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1_000
    assert reserve(functions, name, 901) is not None
    assert reserve(functions, name, 900) is None
