"""A case of the corpus: one source, and what is to become of it."""

from dataclasses import dataclass

from checks.corpus.cases.outcomes import Outcome
from checks.corpus.sources.recipes import Recipe

FIRST_LINE = "A first line"


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """Describe a caption file that lies beside a source.

    Attributes:
        suffix: What its name has besides the source's, such as ``.en.srt``.
        lines: What it says in its first cue.
        encoding: In which it says it.
    """

    suffix: str
    lines: tuple[str, ...] = (FIRST_LINE,)
    encoding: str = "utf-8"

    @property
    def body(self) -> bytes:
        """Return the file, in SubRip."""
        shown = "\n".join(self.lines)
        return f"1\n00:00:00,200 --> 00:00:01,000\n{shown}\n".encode(self.encoding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Put a source and its expected outcome side by side.

    Attributes:
        name: Of the case and of the uploaded file.
        profile: Asked for by the upload's metadata; None asks for nothing.
        captions: Caption files that are uploaded before the source.
        renamed: The suffix under which the source is uploaded; None keeps its own.
        is_representative: Whether the case is part of every test run.
    """

    name: str
    recipe: Recipe
    outcome: Outcome
    profile: str | None = None
    captions: tuple[CaptionFile, ...] = ()
    renamed: str | None = None
    is_representative: bool = False

    @property
    def key(self) -> str:
        """Return the key under which the source is uploaded."""
        return f"corpus/{self.name}{self.renamed or self.recipe.suffix}"
