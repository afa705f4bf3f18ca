"""A case of the corpus: one source, and what is to become of it."""

from dataclasses import dataclass

from tests.corpus.outcomes import Outcome
from tests.corpus.recipes import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Put a source and its expected outcome side by side.

    Attributes:
        name: Of the case and of the uploaded file.
        profile: Asked for by the upload's metadata; None asks for nothing.
        captions: Suffixes of caption files that are uploaded before the source, such as ``.en.srt``.
        is_representative: Whether the case is part of every test run.
    """

    name: str
    recipe: Recipe
    outcome: Outcome
    profile: str | None = None
    captions: tuple[str, ...] = ()
    is_representative: bool = False

    @property
    def key(self) -> str:
        """Return the key under which the source is uploaded."""
        return f"corpus/{self.name}{self.recipe.suffix}"
