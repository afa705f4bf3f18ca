"""A client of any service that gives prepared answers."""

from collections.abc import Callable
from typing import Any, cast

from botocore.paginate import Paginator


class Answers:
    """Be a client of any service: each call takes the next answer, and an error among them is raised."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def get_paginator(self, operation: str) -> Any:
        """Return botocore's own paginator over the answers."""
        tokens = {"input_token": "NextToken", "output_token": "NextToken", "result_key": "Jobs"}
        return Paginator(getattr(self, operation), tokens, cast(Any, None))

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.requests.append((operation, dict(request)))
            answer = self._answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call
