"""The errors of the media pipeline.

MediaPipelineError
├── PermanentError              trying again can't help; carries the category and code that the asset records
│   └── SourceError             the uploaded file itself is at fault
├── TransientError              the message goes back to its queue; after too many receives to the DLQ
│   ├── ClaimHeldError          another invocation works on this asset
│   ├── TooEarlyError           there is nothing to do yet: the message comes back in its time
│   ├── UnconfirmedEventError   MediaConvert doesn't say what an event says: a few looks, then it is dropped
│   ├── EndpointUnavailableError   a webhook's receiver does not take it now: it is tried again for a day
│   ├── ThrottledError          AWS asks to slow down (rate or quota)
│   └── OperatorError           permissions, a missing resource: waits in the queue or DLQ for an operator
│       ├── NotFoundError       AWS knows nothing of this name
│       ├── ConflictError       what was asked for does not fit the state that something is in
│       └── WaitsForOperatorError   the message waits in its queue, however long, until it is repaired
│           ├── PresetsInvalidError   a preset or profile document is missing or has faults; carries all of
│           │                         them
│           ├── SourceRefusedError    AWS does not let us look into a source
│           └── CapReachedError       what may be spent is spent
├── MalformedEventError         not an event of ours: never dropped, its retries end in the DLQ
├── UnknownAssetError           an event of our job whose asset has no record: the same
├── RemovedAssetError           an upload or a job of an asset that an operator removed: the message is done
├── EndpointForbiddenError      a webhook's address is not public: its retries end in the DLQ
├── UnreadableCaptionError      a caption file can't be shown: it is told of, the video is published without
├── UnreadableOutputError       a manifest or file of a finished job isn't what it should be: the asset fails
├── InvalidCursorError          a listing is asked to go on behind what it never returned
└── ConfigError                 the function's environment has faults; carries all of them
"""

from collections.abc import Sequence


class MediaPipelineError(Exception):
    """Be the root of every error that this package declares."""


class PermanentError(MediaPipelineError):
    """Say that an asset can't succeed, in words that its uploader understands.

    `code` is stable and upper case (`EMPTY_FILE`); `category` says where the fault lies: source, settings,
    permission or service.
    """

    def __init__(self, code: str, category: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.category = category
        self.message = message


class SourceError(PermanentError):
    """Say that the uploaded file is at fault."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, "source", message)


class TransientError(MediaPipelineError):
    """Say that the same work may succeed later, unchanged."""


class ClaimHeldError(TransientError):
    """Say that another invocation holds the asset's claim, and for how long it may do so."""

    def __init__(self, message: str, *, seconds_left: int) -> None:
        super().__init__(message)
        self.seconds_left = seconds_left


class TooEarlyError(TransientError):
    """Say that there is nothing to do yet, and for how long."""

    def __init__(self, message: str, *, seconds_left: int) -> None:
        super().__init__(message)
        self.seconds_left = seconds_left


class UnconfirmedEventError(TransientError):
    """Say that an event tells of a job what MediaConvert itself does not: it is early, or forged."""


class EndpointUnavailableError(TransientError):
    """Say that a webhook's receiver did not answer, or did not take it."""


class ThrottledError(TransientError):
    """Say that AWS refused a call for its rate or a quota."""


class OperatorError(TransientError):
    """Say that the deployment, not the asset, is at fault: the work waits for an operator."""


class NotFoundError(OperatorError):
    """Say that AWS knows nothing of this name; adapters catch it where that is an answer."""


class ConflictError(OperatorError):
    """Say that a condition does not hold, or something is in the wrong state; adapters catch it likewise."""


class WaitsForOperatorError(OperatorError):
    """Say that an operator must repair something that concerns many uploads: none is given up meanwhile."""


class CapReachedError(WaitsForOperatorError):
    """Say that a job would cost more than what may still be spent; `counter` is the sum that has no room."""

    def __init__(self, message: str, *, counter: str | None = None) -> None:
        super().__init__(message)
        self.counter = counter


class SourceRefusedError(WaitsForOperatorError):
    """Say that AWS does not let the pipeline look into a source."""


class PresetsInvalidError(WaitsForOperatorError):
    """Name every fault found in the presets and profiles."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("Invalid encoding presets: " + "; ".join(faults))
        self.faults = tuple(faults)


class MalformedEventError(MediaPipelineError):
    """Say that a message isn't an event this function handles."""


class UnknownAssetError(MediaPipelineError):
    """Say that a job of ours names an asset that has no record."""


class RemovedAssetError(MediaPipelineError):
    """Say that an operator removed the asset for good."""


class EndpointForbiddenError(MediaPipelineError):
    """Say why nothing is sent to a webhook's address, as a sentence."""


class UnreadableOutputError(MediaPipelineError):
    """Say what is wrong with a job's manifest or file, as the end of a sentence that begins with its key."""


class UnreadableCaptionError(MediaPipelineError):
    """Say in a sentence for its uploader why a caption file can't be used."""


class InvalidCursorError(MediaPipelineError):
    """Say that a text is no cursor of this listing."""


class ConfigError(MediaPipelineError):
    """Name every fault found in a function's environment variables."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("Invalid environment: " + "; ".join(faults))
        self.faults = tuple(faults)
