"""Let `{proxy+}` stand for every path below it, line breaks in it too.

MiniStack matches the decoded path with a pattern whose `.` is no line break, and answers 404 for `%0A`. On
AWS a greedy variable catches all of the path, and it is the function that answers. Source: API Gateway
Developer Guide, "Create routes for HTTP APIs",
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

from ministack.services import apigateway

# A lone surrogate: no path that came over HTTP has it.
_LINE_BREAK = "\udc0a"


def apply() -> None:
    """Wrap the matching of a path."""
    extract = apigateway._extract_path_params

    def extract_path_params(route_path: str, request_path: str) -> dict[str, str] | None:
        found = extract(route_path, request_path.replace("\n", _LINE_BREAK))
        if found is None:
            return None
        return {name: value.replace(_LINE_BREAK, "\n") for name, value in found.items()}

    apigateway._extract_path_params = extract_path_params
