"""Functions of the local AWS, and the account's quota of concurrent executions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.runtime.folder import Folder, write_json
from tests.support.local_clients import Client
from tests.support.local_resources import new_function
from tests.support.local_roles import make_role


@contextmanager
def quota(folder: Folder, executions: int) -> Iterator[None]:
    """Give the account a quota for the length of a block."""
    write_json(folder.account, {"lambda_concurrency": executions})
    try:
        yield
    finally:
        folder.account.unlink()


def make_function(client: Client) -> str:
    """Make a function; return its name."""
    return new_function(client("lambda"), make_role(client, service="lambda.amazonaws.com"))


def reserve(functions: Any, name: str, executions: int) -> str | None:
    """Reserve executions for a function; return what Lambda refuses it with."""
    try:
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=executions)
    except functions.exceptions.InvalidParameterValueException as error:
        return str(error)
    return None
