"""What a route is: method, path, who may call it, what it takes and what it answers.

The OpenAPI document, the documentation's table and the checks before a route's function are made of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from time import monotonic
from typing import TYPE_CHECKING, Any

from media_pipeline.domain.delivery.access import Access, Caller
from media_pipeline.domain.values import dataclass

if TYPE_CHECKING:
    from media_pipeline.handlers.api_parts import ApiParts

Schema = Mapping[str, Any]
"""A JSON Schema of the few keywords that `validation` knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Describe a parameter of the path or the query."""

    name: str
    description: str
    schema: Schema
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Describe a route; `path` is OpenAPI's (`/assets/{asset_id}`), without the prefix /api.

    A POST with an Idempotency-Key is done once; with `answers_once` False a repetition is done again, since
    it changes nothing. `body` is the schema of the request's body, None where the route takes none. `answer`
    is the schema of the body that comes with `status`, None where there is none. `problems` are codes of
    problems beyond those that every route has.
    """

    name: str
    method: str
    path: str
    access: Access
    summary: str
    answer: Schema | None
    answer_description: str
    status: int = 200
    path_parameters: tuple[Parameter, ...] = ()
    query: tuple[Parameter, ...] = ()
    header_parameters: tuple[Parameter, ...] = ()
    body: Schema | None = None
    is_body_required: bool = True
    problems: tuple[str, ...] = ()
    answers_once: bool = True
    answer_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """Return the path as Powertools writes it."""
        return self.path.replace("{", "<").replace("}", ">")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Hold a request that was checked: only what its operation describes is in it.

    `headers` have names in lower case. `caller` of an open route is without a subject.
    """

    operation: Operation
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    parts: "ApiParts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Hold what a route answers; cookies are whole `Set-Cookie` values."""

    body: Mapping[str, Any] | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


def time_left(seconds: float) -> Callable[[], bool]:
    """Return what tells whether so many seconds from now have not yet passed."""
    ends = monotonic() + seconds
    return lambda: monotonic() < ends


RouteFunction = Callable[[Call], Answer]


class Routes:
    """Collect operations with the functions that answer them."""

    def __init__(self) -> None:
        self.served: list[tuple[Operation, RouteFunction]] = []

    def serve(self, operation: Operation) -> Callable[[RouteFunction], RouteFunction]:
        """Return the decorator of the function that answers an operation."""

        def register(function: RouteFunction) -> RouteFunction:
            self.served.append((operation, function))
            return function

        return register
