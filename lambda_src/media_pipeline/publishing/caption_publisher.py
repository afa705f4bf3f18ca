"""Publish the captions that lie beside an asset's source: WebVTT files, and their names in its manifests.

Captions cost no encode, so they may come before the video is done and at any time after. Several invocations
may publish for one asset at once, and each may be killed between any two calls. What keeps this right:

- first the state of all that may be written is read (verification's reading will do, once), then what lies
  beside the source, and each write holds
  only while that state is the current one. So each writer saw the uploads at a time when what it replaces
  was there already: no older set of captions ever takes the place of a newer one;
- a caption's files are written before the manifests that name them, so a manifest never names what is not
  there, and nothing is deleted;
- equal uploads make equal bytes, and what is as it should be is not written: repeating changes nothing. Who
  repeats it is the queue: no message is done before all is written.

A file that can't be read never holds up the others, or the video: it is told of by a sentence. However many
files there are, one publication reads at most MAX_READS of them, and names at most MAX_REJECTED that were
rejected.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from media_pipeline.domain.asset import Asset
from media_pipeline.domain.bounds import first_within
from media_pipeline.domain.errors import TransientError, UnreadableCaptionError, UnreadableOutputError
from media_pipeline.domain.ports import Document, OutputsBucket, UploadsBucket
from media_pipeline.domain.values import dataclass
from media_pipeline.manifests.hls import read_master_playlist, read_media_playlist
from media_pipeline.manifests.mpegts import BEGIN_BYTES, first_timestamp
from media_pipeline.publishing import dash_subtitles, hls_subtitles
from media_pipeline.publishing.closed_captions import without_closed_captions
from media_pipeline.publishing.known_state import NOTHING_KNOWN, KnownState
from media_pipeline.publishing.published_caption import CAPTIONS, PublishedCaption, variant
from media_pipeline.publishing.sidecar_listing import mark_of, sidecars_beside
from media_pipeline.publishing.sidecars import Sidecar, SidecarNames
from media_pipeline.telemetry import logger

if TYPE_CHECKING:
    from media_pipeline.publishing.caption_text.webvtt import CaptionText

# More languages than any film has; each takes a few calls of S3.
MAX_CAPTIONS = 40
# So much is converted in a fraction of a function's time.
MAX_TOTAL_BYTES = 4 * 1024**2
# Twice as many as can be used: whether those beyond could be read is unknown.
MAX_READS = 80
# So many are named in the record and the news; the others are counted.
MAX_REJECTED = 40
MAX_REJECTED_BYTES = 32 * 1024
_MAX_TRIES = 5
_MANIFESTS = ("HLS", "DASH")
_WEBVTT, _PLAYLIST = "text/vtt; charset=utf-8", "application/vnd.apple.mpegurl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Hold the entries of the captions for the asset's outputs, and those files that could not be used.

    A rejected file is told by its key, its ETag and a sentence; `rejected_left_out` counts those that are not
    named. `seen` stands for all that lay beside the source.
    """

    outputs: Sequence[Mapping[str, Any]] = ()
    rejected: Sequence[Mapping[str, Any]] = ()
    rejected_left_out: int = 0
    seen: str = ""


class _ChangedMeanwhileError(Exception):
    """Say that another invocation wrote what this one was about to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionPublisher:
    """Bring an attempt's folder up to date with the captions beside its source."""

    names: SidecarNames
    uploads: UploadsBucket
    outputs: OutputsBucket

    def publish(
        self, asset: Asset, outputs: Sequence[Mapping[str, Any]], *, known: KnownState | None = None
    ) -> Published:
        """Publish what is there now; `outputs` are the entries of the attempt's other outputs.

        `known` is a state that was read just now: where it is no longer the current one, it is read anew.

        Raises TransientError where others write all the time, and where S3 can't answer.
        """
        manifests = [entry for entry in outputs if entry["format"] in _MANIFESTS]
        if not manifests:
            return Published()
        for _ in range(_MAX_TRIES):
            try:
                return self._publish(asset, manifests, known or NOTHING_KNOWN)
            except _ChangedMeanwhileError:
                logger.info("Captions are published by another invocation as well: once more")
                known = None
        raise TransientError("captions are being published by other invocations all the time")

    def _publish(self, asset: Asset, manifests: Sequence[Mapping[str, Any]], known: KnownState) -> Published:
        folder = f"{asset.folder}/captions"
        # The state before the uploads: the module says why.
        documents = {
            key: known.manifests[key] if key in known.manifests else self.outputs.read(key)
            for key in (entry["key"] for entry in manifests)
        }
        etags = {} if known.has_none(f"{folder}/") else self.outputs.etags(f"{folder}/")
        sidecars = sidecars_beside(asset.upload.key, names=self.names, uploads=self.uploads)
        duration_ms = max(entry.get("duration_ms", 0) for entry in manifests)
        used: dict[str, tuple[Sidecar, CaptionText]] = {}
        rejected: list[Mapping[str, Any]] = []
        total_bytes = reads = 0
        for sidecar, etag in sidecars.items():
            try:
                self._check(sidecar, used, reads=reads)
                reads += 1
                held = self.uploads.read_caption(sidecar.key)
                if held is None:
                    raise _ChangedMeanwhileError
                body, etag = held
                self._check_size(used, total_bytes=total_bytes + len(body))
                text = _converted(body, duration_ms=duration_ms, language=sidecar.language)
            except UnreadableCaptionError as error:
                if len(rejected) < MAX_REJECTED:
                    logger.warning("A caption file is left out", source=sidecar.key, reason=str(error))
                rejected.append({"key": sidecar.key, "etag": etag, "message": str(error)})
                continue
            if text.notes:
                logger.warning("A caption file is not shown as it is", source=sidecar.key, notes=text.notes)
            used[variant(sidecar.language, sidecar.role)] = sidecar, text
            total_bytes += len(body)
        files = {0: self._files(folder, used.values(), etags, duration_ms, starts_at=0)}
        for entry in manifests:
            manifest = documents[entry["key"]]
            starts_at = self._starts_at(entry, manifest) if manifest and used else 0
            if starts_at not in files:
                files[starts_at] = self._files(folder, used.values(), etags, duration_ms, starts_at=starts_at)
            self._add(entry, manifest, files[starts_at], duration_ms)
        outputs = [_entry(caption, *used[caption.variant], duration_ms) for caption in files[0]]
        named, left_out = first_within(rejected, max_entries=MAX_REJECTED, max_bytes=MAX_REJECTED_BYTES)
        return Published(outputs=outputs, rejected=named, rejected_left_out=left_out, seen=mark_of(sidecars))

    def _check(self, sidecar: Sidecar, used: Mapping[str, Any], *, reads: int) -> None:
        """Refuse a file that is not worth reading."""
        if sidecar.problem:
            raise UnreadableCaptionError(sidecar.problem)
        if variant(sidecar.language, sidecar.role) in used:
            role = f" and the role {sidecar.role}" if sidecar.role else ""
            raise UnreadableCaptionError(
                f"There is another caption file for the language {sidecar.language}{role}, "
                "which is used instead."
            )
        if len(used) >= MAX_CAPTIONS:
            raise UnreadableCaptionError(f"A video has captions in at most {MAX_CAPTIONS} languages.")
        if reads >= MAX_READS:
            raise UnreadableCaptionError(
                f"Of the caption files beside a video at most {MAX_READS} are read. Remove some."
            )

    def _check_size(self, used: Mapping[str, Any], *, total_bytes: int) -> None:
        if used and total_bytes > MAX_TOTAL_BYTES:
            raise UnreadableCaptionError(
                f"The caption files of a video have at most {MAX_TOTAL_BYTES:,} bytes together."
            )

    def _starts_at(self, entry: Mapping[str, Any], manifest: Document) -> int:
        """Return the time stamp that is the zero of what a manifest names: another one than 0 in TS alone."""
        if entry["format"] != "HLS":
            return 0
        try:
            master = read_master_playlist(entry["key"], _decoded(manifest))
            document = self.outputs.read(master.variants[0].key)
            if document is None:
                return 0
            playlist = read_media_playlist(master.variants[0].key, _decoded(document))
        except UnreadableOutputError:
            return 0
        begin = self.outputs.begin(playlist.files[0], length=BEGIN_BYTES)
        return (begin and first_timestamp(begin.body)) or 0

    def _files(
        self,
        folder: str,
        used: Iterable[tuple[Sidecar, "CaptionText"]],
        etags: Mapping[str, str],
        duration_ms: int,
        *,
        starts_at: int,
    ) -> list[PublishedCaption]:
        """Write the files of all captions for what starts at this time stamp."""
        captions = []
        for sidecar, read in used:
            text = read.text
            name = f"{folder}/{variant(sidecar.language, sidecar.role)}"
            name = f"{name}_{starts_at}" if starts_at else name
            caption = PublishedCaption(
                language=sidecar.language,
                role=sidecar.role,
                key=f"{name}.vtt",
                playlist_key=f"{name}.m3u8",
                size_bytes=len(text.encode()),
            )
            mapped = hls_subtitles.with_timestamp_map(text, starts_at) if starts_at else text
            playlist = hls_subtitles.caption_playlist(caption, duration_ms=duration_ms or read.ends_ms)
            self._replace(caption.key, mapped, _WEBVTT, etags)
            self._replace(caption.playlist_key, playlist, _PLAYLIST, etags)
            captions.append(caption)
        return captions

    def _replace(self, key: str, text: str, content_type: str, etags: Mapping[str, str]) -> None:
        """Write a caption's file unless it is as it should be."""
        etag, body = etags.get(key), text.encode()
        if etag is not None:
            current = self.outputs.read(key)
            if current is not None and current.body == body:
                return
        if not self.outputs.write(key, body, content_type=content_type, replaces=etag):
            raise _ChangedMeanwhileError

    def _add(
        self,
        entry: Mapping[str, Any],
        manifest: Document | None,
        captions: Sequence[PublishedCaption],
        duration_ms: int,
    ) -> None:
        """Write a manifest unless it names these captions already."""
        key = entry["key"]
        if manifest is None:
            logger.error("The manifest is gone: nothing names the captions", manifest=key)
            return
        try:
            text = _adapted(entry, manifest, captions, duration_ms)
        except UnreadableOutputError as error:
            # It played without captions, and so it does now.
            logger.error("The manifest can't name captions", manifest=key, reason=f"{key} {error}")
            return
        if text.encode() != manifest.body and not self.outputs.write(
            key, text.encode(), content_type=manifest.content_type, replaces=manifest.etag
        ):
            raise _ChangedMeanwhileError


def without_captions(outputs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return an asset's outputs but for its captions."""
    return [entry for entry in outputs if entry["format"] != CAPTIONS]


def _converted(body: bytes, *, duration_ms: int, language: str) -> "CaptionText":
    # Loaded with the first caption file: most videos have none, and it costs a good part of a cold start.
    from media_pipeline.publishing.caption_text.webvtt import webvtt_text

    return webvtt_text(body, duration_ms=duration_ms, language=language)


def _adapted(
    entry: Mapping[str, Any], manifest: Document, captions: Sequence[PublishedCaption], duration_ms: int
) -> str:
    text = _decoded(manifest)
    if entry["format"] == "HLS":
        return hls_subtitles.with_captions(without_closed_captions(text), captions, key=entry["key"])
    return dash_subtitles.with_captions(text, captions, key=entry["key"], duration_ms=duration_ms)


def _decoded(document: Document) -> str:
    try:
        return document.body.decode()
    except UnicodeDecodeError as error:
        raise UnreadableOutputError("is not text in UTF-8") from error


def _entry(
    caption: PublishedCaption, sidecar: Sidecar, text: "CaptionText", duration_ms: int
) -> dict[str, Any]:
    told = {"role": caption.role, "notes": list(text.notes)}
    return {
        "format": CAPTIONS,
        "key": caption.key,
        "language": caption.language,
        "label": caption.label,
        "source": sidecar.key,
        "width": 0,
        "height": 0,
        "duration_ms": duration_ms,
        **{name: value for name, value in told.items() if value},
    }
