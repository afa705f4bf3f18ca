"""What generated requests to the API can't know from its OpenAPI document."""

from schemathesis import Case

from media_pipeline.domain.problems import PROBLEMS
from media_pipeline.handlers.routes.operation import Operation
from media_pipeline.handlers.routes.repetition import PROBLEMS_OF_KEYS, takes_key
from media_pipeline.handlers.routes.table import OPERATIONS


def operation_of(case: Case) -> Operation:  # type: ignore[type-arg]
    """Return the route that a generated request goes to."""
    route = (case.operation.method.upper(), case.operation.path)
    return next(each for each in OPERATIONS if (each.method, f"/api{each.path}") == route)


def means_more_than_its_schema(case: Case) -> bool:  # type: ignore[type-arg]
    """Tell whether what fits the schema may be refused all the same.

    A schema does not say which texts are cursors, which names files may have, or which keys were used.
    """
    operation = operation_of(case)
    codes = (*operation.problems, *(PROBLEMS_OF_KEYS if takes_key(operation) else ()))
    return bool({PROBLEMS[code].status for code in codes} & {400, 413, 422})
