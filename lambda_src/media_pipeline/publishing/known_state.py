"""What was read of an attempt's folder a moment ago, so that it isn't read again."""

from collections.abc import Collection, Mapping
from dataclasses import field

from media_pipeline.domain.ports import Document
from media_pipeline.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownState:
    """Hold what was read of an attempt's folder: manifests by key, and the keys of all that lay there."""

    manifests: Mapping[str, Document] = field(default_factory=dict)
    keys: Collection[str] | None = None

    def has_none(self, prefix: str) -> bool:
        """Tell whether it is known that nothing lay below a prefix."""
        return self.keys is not None and not any(key.startswith(prefix) for key in self.keys)


NOTHING_KNOWN = KnownState()
