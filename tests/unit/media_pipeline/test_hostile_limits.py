"""The README's table of limits on hostile input is what the code holds."""

import re
from pathlib import Path

from media_pipeline import telemetry
from media_pipeline.adapters import preset_store as adapters
from media_pipeline.adapters import probe_response, sidecar_store
from media_pipeline.domain import asset as assets
from media_pipeline.domain import events
from media_pipeline.domain.uploads.limits import MAX_CAPTION_BYTES
from media_pipeline.manifests import dash as dash_manifest
from media_pipeline.manifests import mp4_boxes, output_reader
from media_pipeline.publishing import caption_publisher as captions
from media_pipeline.publishing import storyboard
from sandbox.mediaconvert.isolation import limits

README = Path(__file__).resolve().parents[3] / "README.md"
_HEADER = "| what | at most | what exceeds it | named in |\n|---|---|---|---|\n"
_MIB, _GIB = 2**20, 2**30


def limits_table() -> str:
    """Return the README's table."""
    transcode, inspection = limits.TRANSCODE, limits.INSPECTION
    returned = "the message ends in the dead-letter queue"
    failed = "the asset fails: `OUTPUTS_INVALID`"
    rejected = "the caption file is left out, with a sentence"
    rows = (
        ("key of an upload", f"{events.MAX_KEY_BYTES:,} bytes", returned, "events.py"),
        ("size that an event tells", f"{events.MAX_OBJECT_BYTES // 1024**4} TiB", returned, "events.py"),
        (
            "words of a job's error",
            f"{events.MAX_ERROR_MESSAGE_CHARACTERS:,} characters",
            "the rest is cut off",
            "events.py",
        ),
        ("manifest", f"{output_reader.MAX_MANIFEST_BYTES // _MIB} MiB", failed, "output_reader.py"),
        ("segments of a DASH manifest", f"{dash_manifest.MAX_SEGMENTS:,}", failed, "dash_manifest.py"),
        ("boxes side by side in an MP4", f"{mp4_boxes.MAX_BOXES:,}", failed, "mp4_boxes.py"),
        (
            "pictures of a storyboard",
            f"{storyboard.MAX_PICTURES:,}",
            "there is no storyboard",
            "storyboard.py",
        ),
        ("caption file", f"{MAX_CAPTION_BYTES // _MIB} MiB", rejected, "caption_text.py"),
        ("captions of a video", f"{captions.MAX_CAPTIONS} languages", rejected, "captions.py"),
        ("caption files that are read at once", f"{captions.MAX_READS}", rejected, "captions.py"),
        (
            "files that begin as a video's name does",
            f"{sidecar_store.MAX_PAGES * 1000:,}",
            "those that come later in the alphabet are not seen",
            "sidecar_store.py",
        ),
        (
            "rejected caption files in record and news",
            f"{captions.MAX_REJECTED}, {captions.MAX_REJECTED_BYTES // 1024} KiB",
            "`rejected_captions_left_out` counts the others",
            "captions.py",
        ),
        (
            "tracks of sound, and of subtitles",
            f"{probe_response.MAX_TRACKS} each",
            "`tracks_left_out` counts the others, which are not made",
            "probe_response.py",
        ),
        (
            "warnings of a job",
            f"{events.MAX_WARNINGS}",
            "`warnings_left_out` counts the others",
            "events.py",
        ),
        (
            "sentence in a record",
            f"{assets.MAX_DETAIL_BYTES:,} bytes",
            "the rest is cut off",
            "assets.py",
        ),
        (
            "notification",
            f"{adapters.MAX_MESSAGE_BYTES // 1024} KiB",
            "lists are shortened, and `…_left_out` counts what they lost",
            "adapters.py",
        ),
        (
            "line of the log",
            f"{telemetry.MAX_LINE_BYTES // 1024} KiB",
            "the same",
            "telemetry.py",
        ),
        (
            "sandbox: a transcode",
            f"{transcode.total_seconds / 3600:.0f} h, {transcode.cpu_seconds // 3600} h of the processor, "
            f"{transcode.memory_bytes // _GIB} GiB of memory, {transcode.file_bytes // _GIB} GiB a file, "
            f"{transcode.folder_bytes // _GIB} GiB in {transcode.folder_files:,} files",
            "job error 1050",
            "limits.py",
        ),
        (
            "sandbox: without progress",
            f"{transcode.stall_seconds:.0f} s",
            "job error 1999",
            "limits.py",
        ),
        (
            "sandbox: a look at a source",
            f"{inspection.total_seconds:.0f} s, {inspection.memory_bytes // _GIB} GiB of memory, no file",
            "job error 1010",
            "limits.py",
        ),
        (
            "sandbox: a source",
            f"{limits.MAX_PIXELS:,} pixels, {limits.MAX_DURATION_SECONDS / 3600:.0f} h, "
            f"{limits.MAX_STREAMS} streams",
            "job error 1030, or 1010",
            "limits.py",
        ),
        (
            "sandbox: a request",
            f"{limits.MAX_BODY_BYTES // _MIB} MiB within {limits.BODY_SECONDS:.0f} s, "
            f"{limits.MAX_HEADER_BYTES // 1024} KiB of headers within {limits.IDLE_SECONDS:.0f} s",
            "400, or the connection ends",
            "limits.py",
        ),
    )
    return _HEADER + "".join(
        f"| {what} | {most} | {then} | `{place}` |\n" for what, most, then, place in rows
    )


def test_the_readme_tells_every_limit() -> None:
    """The table under "Hostile input" is that of the code, number by number."""
    found = re.search(r"^## Hostile input$(.*?)(?=^## )", README.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    tables = [part for part in found.group(1).split("\n\n") if part.startswith(_HEADER)]
    assert [f"{table.rstrip()}\n" for table in tables] == [limits_table()]
