"""Lambda function behind the HTTP API: each request is checked against its operation, then answered.

What is wrong with a request is answered as problem details. What nothing here expects is raised: Lambda
counts it as an error, and the HTTP API answers 500.
"""

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from media_pipeline.domain.errors import OperatorError, TransientError
from media_pipeline.domain.problems import RequestProblem
from media_pipeline.handlers.api_parts import ApiParts
from media_pipeline.handlers.config import ApiConfig, read_config
from media_pipeline.handlers.routes.operation import Answer, Call, Operation, RouteFunction
from media_pipeline.handlers.routes.repetition import answered_once
from media_pipeline.handlers.routes.requests import checked_call
from media_pipeline.handlers.routes.table import SERVED, methods_of
from media_pipeline.telemetry import logger

PREFIX = "/api"
# What AWS could not do now it can do after its clients' own retries, which take about as long.
RETRY_AFTER_SECONDS = 5


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of the HTTP API (payload version 2.0)."""
    logger.set_correlation_id(context.aws_request_id)
    return _resolver().resolve(event, context)


def resolver(parts: ApiParts) -> APIGatewayHttpResolver:
    """Return what answers requests with these parts."""
    resolver = APIGatewayHttpResolver(strip_prefixes=[PREFIX])
    for operation, function in SERVED:
        resolver.route(operation.rule, method=operation.method)(
            _endpoint(operation, function, resolver, parts)
        )

    def find_nothing(_: Exception) -> Response[str]:
        methods = methods_of(resolver.current_event.path.removeprefix(PREFIX))
        if methods and resolver.current_event.http_method not in methods:
            allowed = ", ".join(methods)
            problem = RequestProblem("METHOD_NOT_ALLOWED", f"This path has {allowed}.")
            return _problem(problem, {"Allow": allowed})
        return _problem(RequestProblem("UNKNOWN_ROUTE", "There is nothing at this path."))

    resolver.not_found(find_nothing)
    resolver.exception_handler(RequestProblem)(_problem)
    resolver.exception_handler(TransientError)(_postponed)
    resolver.exception_handler(OperatorError)(_reported)
    return resolver


def _endpoint(
    operation: Operation, function: RouteFunction, resolver: APIGatewayHttpResolver, parts: ApiParts
) -> Any:
    def endpoint(**path: str) -> Response[str]:
        call: Call = checked_call(operation, resolver.current_event.raw_event, path, parts)
        return _response(answered_once(call, function))

    return endpoint


def _response(answer: Answer) -> Response[str]:
    headers = {"Cache-Control": "no-store", **answer.headers}
    if answer.body is None:
        return _with_cookies(Response(answer.status, headers=headers, body=""), answer)
    body = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    return _with_cookies(
        Response(answer.status, content_type="application/json", headers=headers, body=body), answer
    )


def _with_cookies(response: Response[str], answer: Answer) -> Response[str]:
    # Powertools' own class knows no more of a cookie than its text.
    response.cookies = list(answer.cookies)  # type: ignore[arg-type]
    return response


def _problem(problem: RequestProblem, more: Mapping[str, str] | None = None) -> Response[str]:
    headers = {"Cache-Control": "no-store", **(more or {})}
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(problem.retry_after_seconds)
    return Response(
        problem.problem.status,
        content_type="application/problem+json",
        headers=headers,
        body=json.dumps(problem.as_document(), ensure_ascii=False, separators=(",", ":")),
    )


def _postponed(error: TransientError) -> Response[str]:
    logger.warning("AWS could not answer", exc_info=error)
    detail = "AWS could not answer in time. Try again."
    return _problem(RequestProblem("BUSY", detail, retry_after_seconds=RETRY_AFTER_SECONDS))


def _reported(error: OperatorError) -> Response[str]:
    logger.error("The deployment is at fault", exc_info=error)
    return _problem(RequestProblem("DEPLOYMENT_FAULT", "An operator must look at the API's log."))


@cache
def _resolver() -> APIGatewayHttpResolver:
    return resolver(ApiParts(read_config(ApiConfig, os.environ)))
