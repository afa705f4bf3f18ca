"""The table of limits on hostile input, number by number from the code."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from checks.docs.regions import table
from media_pipeline import telemetry
from media_pipeline.adapters import notifications, probe_response, uploads_bucket
from media_pipeline.domain import bounds, events
from media_pipeline.domain.uploads import limits as upload_limits
from media_pipeline.manifests import dash, mp4_boxes, output_reader
from media_pipeline.publishing import caption_publisher, storyboard
from sandbox.mediaconvert.isolation import limits as sandbox_limits

_ROOT = Path(__file__).resolve().parents[2]
_MIB, _GIB, _TIB = 2**20, 2**30, 2**40
_RETURNED = "the message ends in the dead-letter queue"
_FAILED = "the asset fails: `OUTPUTS_INVALID`"
_REJECTED = "the caption file is left out, with a sentence"
_CUT = "the rest is cut off"

_Row = tuple[str, str, str, ModuleType]


def limits_table() -> str:
    """Return a row for each limit: what it is on, how much, what exceeds it, and the module that has it."""
    rows = (*_of_messages(), *_of_outputs(), *_of_captions(), *_of_records(), *_of_the_sandbox())
    return table(
        "what | at most | what exceeds it | defined in",
        ((what, most, then, _link(module)) for what, most, then, module in rows),
    )


def _link(module: ModuleType) -> str:
    path = Path(str(module.__file__)).relative_to(_ROOT)
    return f"[`{path.name}`](../{path})"


def _of_messages() -> Iterator[_Row]:
    yield "key of an upload", f"{events.MAX_KEY_BYTES:,} bytes", _RETURNED, events
    yield "size in an event", f"{events.MAX_OBJECT_BYTES // _TIB} TiB", _RETURNED, events
    yield "text of a job's error", f"{events.MAX_ERROR_MESSAGE_CHARACTERS:,} characters", _CUT, events
    yield "warnings of a job", f"{events.MAX_WARNINGS}", "`warnings_left_out` counts the others", events


def _of_outputs() -> Iterator[_Row]:
    yield "manifest", f"{output_reader.MAX_MANIFEST_BYTES // _MIB} MiB", _FAILED, output_reader
    yield "segments of a DASH manifest", f"{dash.MAX_SEGMENTS:,}", _FAILED, dash
    yield "boxes side by side in an MP4", f"{mp4_boxes.MAX_BOXES:,}", _FAILED, mp4_boxes
    yield "pictures of a storyboard", f"{storyboard.MAX_PICTURES:,}", "there is no storyboard", storyboard


def _of_captions() -> Iterator[_Row]:
    yield "caption file", f"{upload_limits.MAX_CAPTION_BYTES // _MIB} MiB", _REJECTED, upload_limits
    yield "captions of a video", f"{caption_publisher.MAX_CAPTIONS} languages", _REJECTED, caption_publisher
    yield (
        "caption files that are read at once",
        f"{caption_publisher.MAX_READS}",
        _REJECTED,
        caption_publisher,
    )
    yield (
        "files that begin as a video's name does",
        f"{uploads_bucket.MAX_PAGES * 1000:,}",
        "those that come later in the alphabet are not seen",
        uploads_bucket,
    )
    yield (
        "rejected caption files in record and notification",
        f"{caption_publisher.MAX_REJECTED}, {caption_publisher.MAX_REJECTED_BYTES // 1024} KiB",
        "`rejected_captions_left_out` counts the others",
        caption_publisher,
    )


def _of_records() -> Iterator[_Row]:
    yield (
        "audio tracks, and subtitle tracks",
        f"{probe_response.MAX_TRACKS} each",
        "`tracks_left_out` counts the others, which are not made",
        probe_response,
    )
    yield "sentence in a record", f"{bounds.MAX_DETAIL_BYTES:,} bytes", _CUT, bounds
    shortened = "lists are shortened, and `…_left_out` counts what they lost"
    yield "notification", f"{notifications.MAX_MESSAGE_BYTES // 1024} KiB", shortened, notifications
    yield "line of the log", f"{telemetry.MAX_LINE_BYTES // 1024} KiB", shortened, telemetry


def _of_the_sandbox() -> Iterator[_Row]:
    limits, transcode, inspection = sandbox_limits, sandbox_limits.TRANSCODE, sandbox_limits.INSPECTION
    yield (
        "sandbox: a transcode",
        f"{transcode.total_seconds / 3600:.0f} h, {transcode.cpu_seconds // 3600} h of processor time, "
        f"{transcode.memory_bytes // _GIB} GiB of memory, {transcode.file_bytes // _GIB} GiB a file, "
        f"{transcode.folder_bytes // _GIB} GiB in {transcode.folder_files:,} files",
        "job error 1050",
        limits,
    )
    yield "sandbox: without progress", f"{transcode.stall_seconds:.0f} s", "job error 1999", limits
    yield (
        "sandbox: the inspection of a source",
        f"{inspection.total_seconds:.0f} s, {inspection.memory_bytes // _GIB} GiB of memory, no file",
        "job error 1010",
        limits,
    )
    yield (
        "sandbox: a source",
        f"{limits.MAX_PIXELS:,} pixels, {limits.MAX_DURATION_SECONDS / 3600:.0f} h, "
        f"{limits.MAX_STREAMS} streams",
        "job error 1030, or 1010",
        limits,
    )
    yield (
        "sandbox: a request",
        f"{limits.MAX_BODY_BYTES // _MIB} MiB within {limits.BODY_SECONDS:.0f} s, "
        f"{limits.MAX_HEADER_BYTES // 1024} KiB of headers within {limits.IDLE_SECONDS:.0f} s",
        "400, or the connection ends",
        limits,
    )
