"""What a failure is: one kind of reason for which an asset is not processed, and what people do about it."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from media_pipeline.domain.bounds import MAX_DETAIL_BYTES, cut
from media_pipeline.domain.errors import PermanentError, SourceError
from media_pipeline.domain.redaction import redacted_text
from media_pipeline.domain.values import dataclass

Category = Literal["source", "settings", "permission", "service"]
"""Where the fault lies, and so who can act: the uploader, or an operator for all the others."""

_FACT = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetError:
    """Say why an asset failed: `code` for machines, `category` for who can act, `message` for people.

    `replay_helps` tells whether another attempt at the same file may succeed.
    """

    code: str
    category: str
    message: str
    replay_helps: bool = True

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "AssetError":
        """Read what `as_record` wrote; of an earlier version's record, nothing speaks against a replay."""
        return cls(
            code=record["code"],
            category=record["category"],
            message=record["message"],
            replay_helps=record.get("replay_helps", True),
        )

    def as_record(self) -> dict[str, Any]:
        """Return the plain data that the asset record keeps."""
        return {
            "code": self.code,
            "category": self.category,
            "message": cut(redacted_text(self.message), MAX_DETAIL_BYTES),
            "replay_helps": self.replay_helps,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Describe a failure once, for records, notifications, commands and the documentation alike.

    `sentence` is for people; what it has in braces are the facts of one case. `replay_helps` tells whether
    the same file may come through in another attempt, where need be after an operator has fixed something.
    `quarantines` marks files that are damaged or no media: their object is tagged and kept.
    """

    code: str
    category: Category
    sentence: str
    replay_helps: bool
    quarantines: bool = False

    def error(self, **facts: object) -> AssetError:
        """Return the error that an asset records."""
        return AssetError(
            code=self.code,
            category=self.category,
            message=self.sentence.format(**facts),
            replay_helps=self.replay_helps,
        )

    def fault(self, **facts: object) -> PermanentError:
        """Return the error to raise where an asset fails for this."""
        message = self.sentence.format(**facts)
        if self.category == "source":
            return SourceError(self.code, message)
        return PermanentError(self.code, self.category, message)

    @property
    def general_sentence(self) -> str:
        """Return the sentence with an ellipsis for each fact."""
        return _FACT.sub("…", self.sentence)
