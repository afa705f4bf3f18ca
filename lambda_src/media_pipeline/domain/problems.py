"""The problems that the API answers with, in one place: code, HTTP status and title of each.

An answer is RFC 9457's `application/problem+json`: `type` is a URN that ends in the code, `detail` says what
is wrong with this request. Source: https://www.rfc-editor.org/rfc/rfc9457
"""

from collections.abc import Mapping
from typing import Any

from media_pipeline.domain.errors import MediaPipelineError
from media_pipeline.domain.values import dataclass

PROBLEM_TYPE = "urn:media-pipeline:problem:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Describe a kind of problem; `title` is the same for all requests that have it."""

    code: str
    status: int
    title: str


class RequestProblem(MediaPipelineError):
    """Refuse a request: `detail` says why in a sentence, `field` names what of the request is at fault.

    `retry_after_seconds` says when the same request may succeed.
    """

    def __init__(
        self, code: str, detail: str, *, field: str | None = None, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.problem = PROBLEMS[code]
        self.detail = detail
        self.field = field
        self.retry_after_seconds = retry_after_seconds

    def as_document(self) -> dict[str, Any]:
        """Return the body of the answer."""
        document: dict[str, Any] = {
            "type": f"{PROBLEM_TYPE}{self.problem.code}",
            "title": self.problem.title,
            "status": self.problem.status,
            "detail": self.detail,
            "code": self.problem.code,
        }
        return document if self.field is None else {**document, "field": self.field}


_ALL = (
    Problem(code="INVALID_REQUEST", status=400, title="The request is not what this route takes."),
    Problem(code="INVALID_CURSOR", status=400, title="The cursor is not one that a listing returned."),
    Problem(code="NOT_SIGNED_IN", status=401, title="The token is not an access token."),
    Problem(code="NOT_ALLOWED", status=403, title="The caller may not do this."),
    Problem(code="UNKNOWN_ROUTE", status=404, title="There is nothing at this path."),
    Problem(code="UNKNOWN_ASSET", status=404, title="There is no asset of this id."),
    Problem(code="UNKNOWN_OUTPUT", status=404, title="The asset has no such output."),
    Problem(code="METHOD_NOT_ALLOWED", status=405, title="The path has no such method."),
    Problem(code="NOT_PLAYABLE", status=409, title="The asset can't be played."),
    Problem(code="BODY_TOO_LARGE", status=413, title="The request's body is too large."),
    Problem(code="NOT_JSON", status=415, title="The request's body is not JSON."),
    Problem(code="DEPLOYMENT_FAULT", status=500, title="The deployment is at fault; an operator must act."),
    Problem(code="BUSY", status=503, title="AWS is busy; the same request may succeed later."),
)
PROBLEMS: Mapping[str, Problem] = {problem.code: problem for problem in _ALL}
