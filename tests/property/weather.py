"""What goes wrong for a while: a service refuses, fails, or answers after its caller gave up."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from media_pipeline.domain.errors import PresetsInvalidError, TransientError


def refusal(status: int, code: str) -> ClientError:
    """Return the error of botocore for an answer of AWS."""
    answer: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Operation")


def timeout() -> Exception:
    """Return the error of botocore for an answer that did not come in time."""
    return ReadTimeoutError(endpoint_url="")


class Moment(Enum):
    """Say when a call fails: before its effect, after it, or so that its effect comes later.

    TWICE: the answer of the first try got lost, and the SDK tried again.
    """

    BEFORE = auto()
    AFTER = auto()
    LATER = auto()
    TWICE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trouble:
    calls: str
    moment: Moment
    error: Callable[[], Exception]


def _trouble(calls: str, moment: Moment, error: Callable[[], Exception]) -> _Trouble:
    return _Trouble(calls=calls, moment=moment, error=error)


class Fault(Enum):
    """Name what can go wrong, with the calls that it concerns."""

    MEDIACONVERT_THROTTLES = _trouble(
        "mediaconvert.*", Moment.BEFORE, lambda: refusal(429, "TooManyRequestsException")
    )
    SUBMISSIONS_THROTTLED = _trouble(
        "mediaconvert.create_job", Moment.BEFORE, lambda: refusal(429, "TooManyRequestsException")
    )
    QUOTA_IS_USED_UP = _trouble(
        "mediaconvert.create_job", Moment.BEFORE, lambda: refusal(402, "ServiceQuotaExceededException")
    )
    SUBMISSIONS_FAIL = _trouble(
        "mediaconvert.create_job", Moment.BEFORE, lambda: refusal(500, "InternalServerErrorException")
    )
    SUBMISSIONS_TIME_OUT_ACCEPTED = _trouble("mediaconvert.create_job", Moment.AFTER, timeout)
    SUBMISSIONS_ARRIVE_LATE = _trouble("mediaconvert.create_job", Moment.LATER, timeout)
    SETTINGS_REFUSED = _trouble(
        "mediaconvert.create_job", Moment.BEFORE, lambda: refusal(400, "BadRequestException")
    )
    ROLE_IS_MISSING = _trouble(
        "mediaconvert.create_job", Moment.BEFORE, lambda: refusal(403, "ForbiddenException")
    )
    PROBES_FORBIDDEN = _trouble(
        "mediaconvert.probe", Moment.BEFORE, lambda: refusal(403, "ForbiddenException")
    )
    JOBS_CANNOT_BE_ASKED_FOR = _trouble(
        "mediaconvert.get_job", Moment.BEFORE, lambda: refusal(500, "InternalServerErrorException")
    )
    TABLE_FAILS = _trouble("table.*", Moment.BEFORE, lambda: TransientError("DynamoDB failed"))
    TABLE_ANSWERS_GET_LOST = _trouble("table.*", Moment.AFTER, lambda: TransientError("no answer"))
    TABLE_WRITES_ARE_REPEATED = _trouble("table.*", Moment.TWICE, lambda: TransientError(""))
    UPLOADS_CANNOT_BE_READ = _trouble("uploads.*", Moment.BEFORE, lambda: TransientError("S3 failed"))
    OUTPUTS_CANNOT_BE_READ = _trouble("outputs.*", Moment.BEFORE, lambda: TransientError("S3 failed"))
    NEWS_CANNOT_BE_SENT = _trouble("publisher.*", Moment.BEFORE, lambda: TransientError("SNS failed"))
    MESSAGES_CANNOT_BE_POSTPONED = _trouble("*_queue.*", Moment.BEFORE, lambda: TransientError("SQS failed"))
    MESSAGES_CANNOT_BE_SENT = _trouble("queue.*", Moment.BEFORE, lambda: TransientError("SQS failed"))
    PRESETS_ARE_INVALID = _trouble("presets.load", Moment.BEFORE, lambda: PresetsInvalidError(["invalid"]))

    def concerns(self, call: str) -> bool:
        """Tell whether a call meets this fault."""
        return fnmatchcase(call, self.value.calls)

    def meet(self, function: Callable[[], Any], send_late: Callable[[Callable[[], Any]], None]) -> Any:
        """Make a call that meets this fault."""
        trouble: _Trouble = self.value
        match trouble.moment:
            case Moment.TWICE:
                function()
                return function()
            case Moment.AFTER:
                function()
            case Moment.LATER:
                send_late(function)
        raise trouble.error()
