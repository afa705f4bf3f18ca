"""Which keys of the uploads bucket are the pipeline's."""

from collections.abc import Iterable
from itertools import product

from media_pipeline.domain.uploads.ignored_names import IgnoredNames
from media_pipeline.domain.values import dataclass


def spellings(suffixes: Iterable[str]) -> list[str]:
    """Return suffixes in every letter case, which an event rule tells apart where it says what a key is not.

    A suffix may be matched in any case, but `anything-but` takes none that is. Source: Amazon EventBridge
    User Guide, "Comparison operators for use in event patterns".
    """
    return [
        "".join(letters)
        for suffix in suffixes
        for letters in product(*(sorted({letter.lower(), letter.upper()}) for letter in suffix))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFilter:
    """Say which keys are the pipeline's; suffixes are lower case, with their dot.

    Each of them is an upload that gets a record, or a caption file, or passed over as the module
    `ignored_names` says.
    """

    prefix: str
    caption_suffixes: tuple[str, ...]
    ignored: IgnoredNames

    def admits(self, key: str) -> bool:
        """Tell whether an upload under this key gets a record."""
        return self._is_ours(key) and not self._ends_as_caption(key)

    def is_caption(self, key: str) -> bool:
        """Tell whether a key is that of a caption file."""
        return self._is_ours(key) and self._ends_as_caption(key)

    def _is_ours(self, key: str) -> bool:
        return key.startswith(self.prefix) and not self.ignored.cover(key)

    def _ends_as_caption(self, key: str) -> bool:
        return key.lower().endswith(self.caption_suffixes)
