"""Hold the API's errors; each knows its HTTP status and its name in the service model.

::

    Exception
    └── ApiError
        ├── BadRequest       400 BadRequestException
        ├── Forbidden        403 ForbiddenException
        ├── NotFound         404 NotFoundException
        ├── Conflict         409 ConflictException
        ├── Unprocessable    422 UnprocessableEntityException
        ├── TooManyRequests  429 TooManyRequestsException
        └── ServerError      500 InternalServerErrorException
"""


class ApiError(Exception):
    """Answer a request with an error in the shape that AWS SDKs parse."""

    status: int
    type: str

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadRequest(ApiError):
    """Refuse a request that is wrong in itself."""

    status, type = 400, "BadRequestException"


class Forbidden(ApiError):
    """Refuse a request that lacks a permission."""

    status, type = 403, "ForbiddenException"


class NotFound(ApiError):
    """Refuse a request for something that isn't there."""

    status, type = 404, "NotFoundException"


class Conflict(ApiError):
    """Refuse a request that the resource's present state forbids."""

    status, type = 409, "ConflictException"


class Unprocessable(ApiError):
    """Refuse a file that was recognized and is malformed."""

    status, type = 422, "UnprocessableEntityException"


class TooManyRequests(ApiError):
    """Refuse a request because there were too many."""

    status, type = 429, "TooManyRequestsException"


class ServerError(ApiError):
    """Report an error of the endpoint itself, or of the local AWS behind it."""

    status, type = 500, "InternalServerErrorException"
