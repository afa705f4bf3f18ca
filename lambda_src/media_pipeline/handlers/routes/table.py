"""All routes of the API, in the order of the documentation, and the one that describes them all."""

from media_pipeline.domain.delivery.access import Access
from media_pipeline.handlers.routes import assets, documents, monitoring, operations, playback, uploads
from media_pipeline.handlers.routes.operation import Answer, Call, Operation, RouteFunction, Routes

_DESCRIPTION = Routes()


@_DESCRIPTION.serve(
    Operation(
        name="getDescription",
        method="GET",
        path="/openapi.json",
        access=Access.OPEN,
        summary="Return the OpenAPI document of this API",
        answer={"type": "object", "required": ["openapi", "info", "paths"]},
        answer_description="The document.",
    )
)
def get_description(call: Call) -> Answer:
    """Return the document, made anew: few ask for it."""
    # Loaded with the first such request.
    from media_pipeline.handlers.routes.document import openapi_document

    return Answer(body=openapi_document(OPERATIONS))


SERVED: tuple[tuple[Operation, RouteFunction], ...] = (
    *documents.ROUTES.served,
    *_DESCRIPTION.served,
    *assets.ROUTES.served,
    *uploads.ROUTES.served,
    *operations.ROUTES.served,
    *playback.ROUTES.served,
    *monitoring.ROUTES.served,
)
OPERATIONS: tuple[Operation, ...] = tuple(operation for operation, _ in SERVED)


def methods_of(path: str) -> tuple[str, ...]:
    """Return the methods that the API has for a path (without the prefix /api), none where it has none."""
    segments = path.strip("/").split("/")
    return tuple(sorted(operation.method for operation in OPERATIONS if _fits(operation.path, segments)))


def _fits(path: str, segments: list[str]) -> bool:
    own = path.strip("/").split("/")
    return len(own) == len(segments) and all(
        segment if name.startswith("{") else name == segment
        for name, segment in zip(own, segments, strict=True)
    )
