"""The ports: what services and publishing ask of AWS, one for each resource.

Adapters implement them, and so do the hand-written fakes; both pass the same contract tests. Asset records
have a port of their own in `asset_store`, and presets in `encoding.profiles`, where their types are.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from media_pipeline.domain.asset import Asset, AssetStatus
from media_pipeline.domain.indexes.pages import AssetsPage
from media_pipeline.domain.source import Source
from media_pipeline.domain.status_index import IndexedRecord, RecordsPage
from media_pipeline.domain.uploads.current import CurrentUpload
from media_pipeline.domain.uploads.listing import UploadsPage
from media_pipeline.domain.uploads.upload import UploadedObject
from media_pipeline.domain.values import dataclass

Clock = Callable[[], datetime]
State = TypeVar("State")


class UploadsBucket(Protocol):
    """The bucket that people upload to.

    Raises: TransientError and its kin, from every method, where S3 can't answer.
    """

    def current(self, key: str) -> CurrentUpload | None:
        """Return what lies under a key now, None where nothing does."""
        ...

    def current_version(self, key: str) -> UploadedObject | None:
        """Return the version that a key holds now, None where it holds nothing, or what nothing can read.

        Raises: SourceRefusedError where S3 does not let the pipeline look.
        """
        ...

    def read(self, upload: UploadedObject, offset: int, length: int) -> bytes:
        """Return up to so many bytes of an upload, none where its key holds it no more."""
        ...

    def etags(self, prefix: str) -> Mapping[str, str]:
        """Return the ETags of the keys that begin so and hold something now; at most 5,000."""
        ...

    def folder_etags(self, prefix: str) -> Mapping[str, str] | None:
        """Return the ETags of what lies in a folder now; None where that is more than a page."""
        ...

    def read_caption(self, key: str) -> tuple[bytes, str] | None:
        """Return what a caption file holds now, and its ETag; None where it is gone.

        Raises: UnreadableCaptionError where S3 does not give it away.
        """
        ...

    def quarantine(self, upload: UploadedObject, *, reason: str) -> bool:
        """Tag an upload's version as quarantined for a reason; return False where it is gone."""
        ...

    def release(self, upload: UploadedObject) -> bool:
        """Take quarantine's tags off an upload's version; return False where it is gone."""
        ...

    def page(self, *, prefix: str, key_marker: str | None, version_marker: str | None) -> UploadsPage:
        """Return a page of versions after the markers, ordered by key, the newest of a key first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Hold an object as it was read; the ETag, without quotes, tells this state of it from every other."""

    body: bytes
    etag: str
    content_type: str


class OutputsBucket(Protocol):
    """The bucket that jobs write to, and in it small documents that several invocations may change at once.

    Raises: TransientError and its kin, from every method, where S3 can't answer.
    """

    def sizes(self, prefix: str) -> Mapping[str, int]:
        """Return the size in bytes of every object whose key begins so."""
        ...

    def etags(self, prefix: str) -> Mapping[str, str]:
        """Return the ETag of every object whose key begins so."""
        ...

    def read_range(self, key: str, *, offset: int, length: int) -> bytes:
        """Return up to `length` bytes of an object. Raises: TransientError where there are none."""
        ...

    def read(self, key: str) -> Document | None:
        """Return an object, None where there is none."""
        ...

    def begin(self, key: str, *, length: int) -> Document | None:
        """Return an object with so many of its first bytes, None where there is none."""
        ...

    def write(self, key: str, body: bytes, *, content_type: str, replaces: str | None) -> bool:
        """Replace the object with this ETag, or none; return False where another state is the current one."""
        ...

    def remove(self, prefix: str, *, limit: int) -> int:
        """Delete up to so many objects whose keys begin so; return how many were deleted."""
        ...


class Transcoder(Protocol):
    """MediaConvert, with the pipeline's own queue.

    Raises: ThrottledError, OperatorError or TransientError, from every method, where it can't answer.
    """

    def probe(self, source_uri: str) -> Source:
        """Look into a source; return UnknownSource where nothing can be made of it.

        Raises: SourceError where it isn't a video, SourceRefusedError where AWS does not let us look.
        """
        ...

    def create_job(self, asset: Asset, settings: Mapping[str, Any]) -> str:
        """Submit the asset's job and return its id. Raises: PermanentError where it is refused."""
        ...

    def find_job(self, asset: Asset) -> str | None:
        """Return the id of the job already submitted for this attempt, None where there is none."""
        ...

    def get_job(self, job_id: str) -> Mapping[str, Any] | None:
        """Return a job as MediaConvert knows it, None where it knows none of this id."""
        ...

    def jobs_in_flight(self) -> int:
        """Return how many jobs of the queue wait or run."""
        ...


class Queue(Protocol):
    """A queue: of uploads, of caption files, or of the events of jobs.

    Raises: TransientError and its kin, from every method, where SQS can't answer.
    """

    def send(self, body: str) -> None:
        """Send one message."""
        ...

    def waiting(self) -> int:
        """Return how many messages can be received now, as SQS estimates it."""
        ...

    def hide(self, receipt_handle: str, *, seconds: int) -> None:
        """Let a message that is being handled come back after so many seconds."""
        ...

    def renew(self, body: str, *, attributes: Mapping[str, int], delay_seconds: int) -> None:
        """Send a message with numeric attributes, to be seen after a delay."""
        ...


class Notifications(Protocol):
    """The topic that tells people.

    Raises: TransientError and its kin where SNS can't answer.
    """

    def publish(self, subject: str, message: Mapping[str, Any], *, attributes: Mapping[str, str]) -> None:
        """Publish a message, with the attributes by which subscribers choose."""
        ...


class Turns(Protocol):
    """The turn to tell people, which one of all processes has.

    Raises: TransientError and its kin where DynamoDB can't answer.
    """

    def take(self, *, now: datetime, every: timedelta) -> bool:
        """Return True for one caller in each interval."""
        ...


class Checkpoint(Protocol[State]):
    """How far repeated runs of one kind have come.

    Raises: TransientError and its kin where the record can't be read or written.
    """

    def load(self) -> State | None:
        """Return what was saved last, None where there was no run."""
        ...

    def save(self, state: State) -> None:
        """Remember how far the run has come; nothing is left of what was saved before."""
        ...


class RecordIndex(Protocol):
    """All records of the assets table, as far as the indexes over statuses and creation are made of them.

    Raises: TransientError and its kin, from every method, where DynamoDB can't answer.
    """

    def page(self, after: str | None) -> RecordsPage:
        """Return the page of records behind an id, in the table's own order."""
        ...

    def put_in_place(self, record: IndexedRecord) -> bool:
        """Write a record's shards and its error's code; return False where its status changed meanwhile."""
        ...


class AssetListing(Protocol):
    """All assets, or those of a status, newest first.

    Raises: TransientError and its kin where DynamoDB can't answer.
    """

    def page(self, *, status: AssetStatus | None, limit: int, cursor: str | None) -> AssetsPage:
        """Return up to so many assets behind a cursor: by creation, or with a status by their last change.

        A page may have fewer, or none, though there are more: its cursor says so.

        Raises: InvalidCursorError for a cursor that is none of this listing.
        """
        ...


class Metrics(Protocol):
    """What is counted, by lines of the log. Raises: nothing."""

    def asset_received(self) -> None:
        """Count a new asset."""
        ...

    def upload_refused(self) -> None:
        """Count an upload of a type that is not accepted; it counts neither as received nor as failed."""
        ...

    def asset_submitted(self) -> None:
        """Count a submitted job."""
        ...

    def source_unknown(self) -> None:
        """Count a job that was submitted without a look into its source."""
        ...

    def source_refused(self) -> None:
        """Count an upload that waits since AWS does not let us look into it."""
        ...

    def asset_completed(self, *, processing_seconds: float, output_minutes: float) -> None:
        """Count an asset whose outputs are there; seconds run from submission to completion."""
        ...

    def asset_failed(self, *, reason: str, processing_seconds: float | None) -> None:
        """Count an asset that can't be processed, in all and by its error code."""
        ...

    def asset_canceled(self) -> None:
        """Count an asset whose job was cancelled."""
        ...

    def captions_rejected(self, count: int) -> None:
        """Count caption files that can't be used."""
        ...

    def caption_without_video(self) -> None:
        """Count a caption file that lies beside no video."""
        ...

    def message_slowed_down(self) -> None:
        """Count a message that AWS's throttling or failing made wait."""
        ...

    def event_unconfirmed(self) -> None:
        """Count a job event that was dropped, since MediaConvert says otherwise."""
        ...

    def presets_invalid(self) -> None:
        """Count an upload that waits for presets to be fixed."""
        ...

    def asset_repaired(self, *, kind: str) -> None:
        """Count a repair, in all and by its kind."""
        ...

    def assets_stuck(self, count: int) -> None:
        """Say how many overdue assets there are that nothing repairs; also when there are none."""
        ...
