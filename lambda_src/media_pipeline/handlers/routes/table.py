"""All routes of the API, in the order of the documentation."""

from media_pipeline.handlers.routes import documents
from media_pipeline.handlers.routes.operation import Operation, RouteFunction

SERVED: tuple[tuple[Operation, RouteFunction], ...] = (*documents.ROUTES.served,)
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
