"""What is remembered of a request with an Idempotency-Key, and how long its answer may be."""

from media_pipeline.domain.values import dataclass

# An item of DynamoDB has 400 KB at most. Source:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MAX_ANSWER_BYTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Hold an answer as it is kept: the status, and the body as JSON."""

    status: int
    body: str

    @property
    def is_kept(self) -> bool:
        """Tell whether the request was done, and its answer is no longer than what is kept."""
        return 200 <= self.status < 300 and len(self.body.encode()) <= MAX_ANSWER_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Hold what is known of an earlier request with the same key; `answer` is None while it is under way."""

    digest: str
    answer: Answered | None
