"""What a failure is: one kind of reason for which an asset is not processed, and what people do about it."""

import re
from dataclasses import dataclass
from typing import Literal

from media_pipeline.domain.asset import AssetError
from media_pipeline.domain.errors import PermanentError, SourceError

Category = Literal["source", "settings", "permission", "service"]
"""Where the fault lies, and so who can act: the uploader, or an operator for all the others."""

_FACT = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Describe a failure once, for records, notifications, commands and the documentation alike.

    `sentence` is for people; what it has in braces are the facts of one case. `replay_helps` tells whether
    the same file may come through in another attempt, where need be after an operator has mended something.
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
