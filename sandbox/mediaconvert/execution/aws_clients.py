"""Reach S3, STS and EventBridge of the local AWS as MediaConvert would.

A job reads and writes with credentials of its own role, so the role's policies decide what it may do.
"""

import logging
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError
from botocore.exceptions import ConnectionError as AwsConnectionError

from sandbox.mediaconvert.api.wire import Document
from sandbox.mediaconvert.model import Account, Cancelled, JobError
from sandbox.mediaconvert.resources.outbox import PublishError
from sandbox.runtime.environment import SERVICE_ACCESS_KEY_ID, SERVICE_SECRET

ACCESS_DENIED, NOT_FOUND, ROLE_REFUSED, UNKNOWN = 1401, 1404, 1432, 1999

# S3 never goes away. The local one does for a moment when it is restarted, and no job may fail for that: so
# many attempts go on for half a minute.
MAX_ATTEMPTS = 8
# As many jobs and probes may share a client.
MAX_CONNECTIONS = 32

CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".ts": "video/mp2t",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".m4a": "audio/mp4",
    ".m4s": "video/iso.segment",
    ".cmfv": "video/mp4",
    ".cmfa": "audio/mp4",
    ".cmft": "application/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".aac": "audio/aac",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".jpg": "image/jpeg",
    ".vtt": "text/vtt",
}

# What lies in an archive S3 refuses with 403 as well: InvalidObjectState. Not confirmed is that MediaConvert
# says 1401 for it.
_DENIED = {
    "AccessDenied",
    "403",
    "Forbidden",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AllAccessDisabled",
    "InvalidObjectState",
}
_PLAIN_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_MISSING = {"NoSuchKey", "NoSuchBucket", "404", "NotFound"}

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """Describe an object of S3; ``last_modified`` is in epoch seconds."""

    e_tag: str
    size_bytes: int
    last_modified: int
    content_type: str


class ObjectStore(Protocol):
    """Read and write objects for one job."""

    def describe(self, uri: str) -> StoredObject:
        """Ask for an object's description alone; raise JobError where that can't be."""
        ...

    def download(self, uri: str, path: Path, cancelled: threading.Event) -> StoredObject:
        """Copy an object to a file; raise JobError where that can't be, Cancelled where it was."""
        ...

    def upload(self, bucket: str, key: str, path: Path) -> None:
        """Copy a file to an object; raise JobError where that can't be."""
        ...


class AssumeRole(Protocol):
    """Open S3 with a role's credentials."""

    def __call__(self, role: str | None, session_name: str) -> ObjectStore:
        """Assume the role (None: the service's own credentials); raise JobError if refused."""
        ...


def split_uri(uri: str) -> tuple[str, str]:
    """Split ``s3://bucket/key``; the key is taken literally, as MediaConvert does."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def safe_name(number: int, uri: str) -> str:
    """Name a local copy of an object: keys may hold anything, so only a plain suffix is kept, as a hint."""
    suffix = Path(uri).suffix
    return f"{number}{suffix if _PLAIN_SUFFIX.fullmatch(suffix) else ''}"


class LocalAws:
    """Make the clients of the local AWS, with the service's credentials or a role's."""

    def __init__(self, endpoint_url: str, account: Account, max_attempts: int = MAX_ATTEMPTS) -> None:
        self._endpoint_url = endpoint_url
        self._max_attempts = max_attempts
        self._account = account
        # A session's clients are safe to share between threads, but making them isn't.
        self._making = threading.Lock()
        self._session = boto3.Session(region_name=account.region)
        # The outbox tries again by itself, and must stop at once when asked to.
        self._events = self._client("events", max_attempts=1)
        self._sts = self._client("sts")

    def assume_role(self, role: str | None, session_name: str) -> "Objects":
        """Open S3 for a job, as ``AssumeRole`` describes."""
        if role is None:
            return Objects(self._client("s3"))
        try:
            answer = self._sts.assume_role(RoleArn=role, RoleSessionName=session_name)
        except ClientError as error:
            raise JobError(ROLE_REFUSED, f"Unable to assume the role {role}: {_sentence(error)}") from error
        except (AwsConnectionError, HTTPClientError) as error:
            _log.warning(
                "STS is unreachable, so the service's own credentials stand in for %s: %s", role, error
            )
            return Objects(self._client("s3"))
        return Objects(self._client("s3", answer["Credentials"]))

    def put_events(self, entries: Sequence[Document]) -> None:
        """Put events on the default bus, as ``PublishEvents`` describes."""
        try:
            answer = self._events.put_events(Entries=list(entries))
        except (ClientError, BotoCoreError) as error:
            raise PublishError(str(error)) from error
        for taken, entry in enumerate(answer["Entries"]):
            if "ErrorCode" in entry:
                raise PublishError(f"{entry['ErrorCode']}: {entry.get('ErrorMessage')}", taken)

    def _client(
        self, service: str, credentials: Document | None = None, max_attempts: int | None = None
    ) -> Any:
        keys = credentials or {"AccessKeyId": SERVICE_ACCESS_KEY_ID, "SecretAccessKey": SERVICE_SECRET}
        with self._making:
            return self._session.client(  # type: ignore[call-overload]
                service,
                endpoint_url=self._endpoint_url,
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys.get("SessionToken"),
                config=Config(
                    # The local AWS is on this machine, whatever proxy its user has.
                    proxies={},
                    max_pool_connections=MAX_CONNECTIONS,
                    connect_timeout=5,
                    read_timeout=60,
                    retries={"mode": "standard", "total_max_attempts": max_attempts or self._max_attempts},
                    s3={"addressing_style": "path"},
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )


class Objects:
    """Copy objects to files and back, with MediaConvert's error codes."""

    def __init__(self, client: Any) -> None:
        self._client = client
        # Without threads a cancelled download ends at its next chunk, and memory stays small.
        self._transfer = TransferConfig(use_threads=False, multipart_threshold=64 * 1024**2)

    def describe(self, uri: str) -> StoredObject:
        """Ask for an object's description alone."""
        bucket, key = split_uri(uri)
        failure = f"Unable to open input file [{uri}]"
        head = _with_job_errors(lambda: self._client.head_object(Bucket=bucket, Key=key), failure)
        return StoredObject(
            e_tag=head["ETag"].strip('"'),
            size_bytes=head["ContentLength"],
            last_modified=int(head["LastModified"].timestamp()),
            content_type=head.get("ContentType", "binary/octet-stream"),
        )

    def download(self, uri: str, path: Path, cancelled: threading.Event) -> StoredObject:
        """Copy an object to a file."""
        bucket, key = split_uri(uri)
        stored = self.describe(uri)

        def copy() -> None:
            self._client.download_file(
                bucket, key, str(path), Callback=_stop_if(cancelled), Config=self._transfer
            )

        _with_job_errors(copy, f"Unable to open input file [{uri}]")
        return stored

    def upload(self, bucket: str, key: str, path: Path) -> None:
        """Copy a file to an object of the content type that its name says."""
        content_type = CONTENT_TYPES.get(Path(key).suffix.lower(), "application/octet-stream")

        def copy() -> None:
            # Unlike upload_file, this keeps the error that S3 answered with.
            with path.open("rb") as content:
                arguments = {"ContentType": content_type}
                self._client.upload_fileobj(content, bucket, key, ExtraArgs=arguments, Config=self._transfer)

        _with_job_errors(copy, f"Unable to write to output file [s3://{bucket}/{key}]")


def _stop_if(cancelled: threading.Event) -> Callable[[int], None]:
    def check(_bytes: int) -> None:
        if cancelled.is_set():
            raise Cancelled

    return check


def _with_job_errors(copy: Callable[[], T], failure: str) -> T:
    try:
        return copy()
    except ClientError as error:
        name = _code(error)
        code = ACCESS_DENIED if name in _DENIED else NOT_FOUND if name in _MISSING else UNKNOWN
        raise JobError(code, f"{failure}: {_sentence(error)}") from error
    except ParamValidationError as error:
        raise JobError(NOT_FOUND, f"{failure}: {error}") from error
    except (BotoCoreError, boto3.exceptions.Boto3Error, OSError) as error:
        raise JobError(UNKNOWN, f"{failure}: {error}") from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _sentence(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message") or error)
