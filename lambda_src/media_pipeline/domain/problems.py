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
    Problem(code="INVALID_IDEMPOTENCY_KEY", status=400, title="The Idempotency-Key is not one."),
    Problem(code="NOT_SIGNED_IN", status=401, title="The token is not an access token."),
    Problem(code="NOT_ALLOWED", status=403, title="The caller may not do this."),
    Problem(code="UNKNOWN_ROUTE", status=404, title="There is nothing at this path."),
    Problem(code="UNKNOWN_ASSET", status=404, title="There is no asset of this id."),
    Problem(code="UNKNOWN_OUTPUT", status=404, title="The asset has no such output."),
    Problem(code="UNKNOWN_QUEUE", status=404, title="There is no queue of this name."),
    Problem(code="UNKNOWN_UPLOAD", status=404, title="There is no upload of this id."),
    Problem(code="METHOD_NOT_ALLOWED", status=405, title="The path has no such method."),
    Problem(code="NOT_PLAYABLE", status=409, title="The asset can't be played."),
    Problem(code="REQUEST_IN_PROGRESS", status=409, title="The same request is under way."),
    Problem(code="QUOTA_EXCEEDED", status=409, title="The caller has as many uploads as there may be."),
    Problem(code="UPLOAD_INCOMPLETE", status=409, title="Parts of the upload are missing."),
    Problem(code="ASSET_ENDED", status=409, title="The asset has ended."),
    Problem(code="ASSET_UNDER_WAY", status=409, title="The asset has not ended."),
    Problem(code="ASSET_IN_SUBMISSION", status=409, title="The asset's job is being submitted."),
    Problem(code="ASSET_IN_VERIFICATION", status=409, title="The asset's outputs are being verified."),
    Problem(code="ASSET_IN_REMOVAL", status=409, title="The asset's removal has begun."),
    Problem(code="ASSET_CHANGED", status=409, title="The asset changed meanwhile."),
    Problem(code="ATTEMPTS_USED_UP", status=409, title="The asset has had as many attempts as there may be."),
    Problem(code="JOB_ENDED", status=409, title="The asset's job has ended, and its record will say how."),
    Problem(code="REPLAY_USELESS", status=409, title="Another attempt at the same file can't help."),
    Problem(code="SOURCE_UNDER_WAY", status=409, title="Another version of the upload has not ended."),
    Problem(code="BODY_TOO_LARGE", status=413, title="The request's body is too large."),
    Problem(code="NOT_JSON", status=415, title="The request's body is not JSON."),
    Problem(code="INVALID_NAME", status=422, title="The file can't have this name."),
    Problem(code="INVALID_CONTENT_TYPE", status=422, title="The file can't be of this media type."),
    Problem(code="UNSUPPORTED_FILE_TYPE", status=422, title="Files of this type are not taken."),
    Problem(code="FILE_TOO_LARGE", status=422, title="The file is larger than the pipeline takes."),
    Problem(code="CAPTION_WITHOUT_VIDEO", status=422, title="The captions name no video of the caller's."),
    Problem(
        code="IDEMPOTENCY_KEY_REUSED", status=422, title="The Idempotency-Key is that of another request."
    ),
    Problem(code="DEPLOYMENT_FAULT", status=500, title="The deployment is at fault; an operator must act."),
    Problem(code="REMOVAL_UNFINISHED", status=503, title="The removal is not yet done; repeat it."),
    Problem(code="BUSY", status=503, title="AWS is busy; the same request may succeed later."),
)
PROBLEMS: Mapping[str, Problem] = {problem.code: problem for problem in _ALL}
