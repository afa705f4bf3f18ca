"""The one tree of the sandbox's errors; each message is a sentence for the person at the terminal.

SandboxError
├── SandboxBusyError          another command works in this folder
├── ServerError               a server doesn't start, or ended by itself
├── TerraformError            Terraform refused; names the resource and the log
├── SynthesisError            main.py failed
├── SourceError               a video that can't be read, or that the pipeline would not take
└── StalledError              an asset makes no progress
"""

from __future__ import annotations

from collections.abc import Mapping


class SandboxError(Exception):
    """Something that the person at the terminal can act on."""


class SandboxBusyError(SandboxError):
    """Another command works in the same state folder."""


class ServerError(SandboxError):
    """A server does not start, or ended by itself."""


class SynthesisError(SandboxError):
    """The Terraform JSON could not be synthesized."""


class TerraformError(SandboxError):
    """Terraform ended with an error.

    Attributes:
        refused: What was said of single resources, by their addresses.
    """

    def __init__(self, message: str, refused: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.refused = dict(refused or {})


class SourceError(SandboxError):
    """A video can't be read, or the pipeline would not take it."""


class StalledError(SandboxError):
    """An asset made no progress for too long."""
