"""Turn HTTP requests into operations and parameters, as botocore's service model lays them out.

Parameters and documents keep the wire's names (camelCase) everywhere in this package.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape, StructureShape

from sandbox.mediaconvert.api.errors import BadRequest

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """Describe one operation of the API: its route, its input and the status of its success."""

    name: str
    method: str
    path: str
    status: int
    input: StructureShape


def service_model() -> ServiceModel:
    """Load the MediaConvert model that botocore ships."""
    return ServiceModel(Loader().load_service_model("mediaconvert", "service-2"), "mediaconvert")


def operations(model: ServiceModel) -> list[Operation]:
    """List every operation of the service."""
    listed = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        if operation.input_shape is not None:
            http = operation.http
            status = http.get("responseCode", 200)
            listed.append(Operation(name, http["method"], http["requestUri"], status, operation.input_shape))
    return listed


def wire_name(member: str, shape: Shape) -> str:
    """Return a member's name on the wire."""
    return str(shape.serialization.get("name", member))


def parse_body(body: bytes) -> Document:
    """Read a JSON object; members that are null count as absent, as in AWS's REST-JSON services.

    Raises:
        BadRequest: The body isn't a JSON object of finite numbers and valid Unicode.
    """
    if not body.strip():
        return {}
    try:
        parsed = _normal(json.loads(body, parse_constant=_refuse_constant))
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The request body is not valid JSON: {_reason(error)}") from None
    if not isinstance(parsed, dict):
        raise BadRequest("The request body must be a JSON object.")
    return parsed


def parameters(
    operation: Operation, path: Mapping[str, str], query: Iterable[tuple[str, str]], body: Document
) -> Document:
    """Put an operation's parameters together from the request's path, query and body.

    Raises:
        BadRequest: A parameter of the query isn't of its type.
    """
    located = {
        wire_name(member, shape): shape
        for member, shape in operation.input.members.items()
        if shape.serialization.get("location") in {"uri", "querystring"}
    }
    values: Document = {name: value for name, value in body.items() if name not in located}
    for name, text in query:
        shape = located.get(name)
        if shape is not None and shape.serialization["location"] == "querystring":
            values[name] = (
                [*values.get(name, []), text] if shape.type_name == "list" else _from_text(name, shape, text)
            )
    values.update((name, value) for name, value in path.items() if name in located)
    return values


def _from_text(name: str, shape: Shape, text: str) -> str | int:
    if shape.type_name != "integer":
        return text
    try:
        return int(text[:20])
    except ValueError:
        raise BadRequest(f"/{name}: Should be integer") from None


def _normal(value: Any) -> Any:
    """Drop null members; refuse numbers and strings that can't be stored or sent again."""
    if isinstance(value, dict):
        return {_normal(key): _normal(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_normal(item) for item in value]
    if isinstance(value, str):
        value.encode()  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("numbers must be finite")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeError):
        return "it is not valid Unicode"
    return str(error)[:200]
