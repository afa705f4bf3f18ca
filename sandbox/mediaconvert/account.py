"""Say whose resources the endpoint keeps."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """Name an AWS account and a region of it."""

    id: str
    region: str

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of a MediaConvert resource, such as ``queues`` and ``Default``."""
        return f"arn:aws:mediaconvert:{self.region}:{self.id}:{kind}/{name}"
