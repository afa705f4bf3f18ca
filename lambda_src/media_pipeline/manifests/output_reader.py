"""Ask a job's manifests and files what they offer: a few small reads an output, whatever its length."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from media_pipeline.domain.errors import TransientError, UnreadableOutputError
from media_pipeline.domain.ports import Document, OutputsBucket
from media_pipeline.domain.values import dataclass
from media_pipeline.manifests.dash import read_dash_manifest
from media_pipeline.manifests.hls import MediaPlaylist, read_master_playlist, read_media_playlist
from media_pipeline.manifests.mp4 import read_mp4
from media_pipeline.manifests.rendition import FoundRendition, has_audio, has_video

# More than a day in segments of one second; read, it takes about 100 MB of memory.
MAX_MANIFEST_BYTES = 8 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOutput:
    """Hold an output's renditions, and sentences about what of it can't be read.

    The duration is what it declares for the whole; None where it declares none. `manifest` is what lies under
    the output's own key, where that is a manifest.
    """

    duration_seconds: float | None = None
    renditions: Sequence[FoundRendition] = ()
    faults: Sequence[str] = ()
    manifest: Document | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputReader:
    """Read outputs out of a listing; `sizes` are those of all objects in it, by key."""

    sizes: Mapping[str, int]
    outputs: OutputsBucket

    def read(self, format_: str, key: str) -> FoundOutput:
        """Return what the output of this format at this key offers; stills have no renditions."""
        try:
            match format_:
                case "HLS":
                    return self._hls(key)
                case "DASH":
                    manifest = self._document(key)
                    found = read_dash_manifest(key, manifest.body)
                    return FoundOutput(
                        duration_seconds=found.duration_seconds,
                        renditions=found.representations,
                        manifest=manifest,
                    )
                case "MP4" | "M4A":
                    return FoundOutput(renditions=[self._mp4(key)])
                case _:
                    return FoundOutput()
        except UnreadableOutputError as error:
            return FoundOutput(faults=[f"{key} {error}"])

    def _hls(self, key: str) -> FoundOutput:
        """Read the master playlist and all that it names; one that can't be read doesn't hide the others."""
        manifest = self._document(key)
        master = read_master_playlist(key, _text(manifest))
        faults: list[str] = []
        playlists = {name: self._playlist(name, faults) for name in master.playlists}
        variants = [
            FoundRendition(
                name=variant.key,
                has_video=has_video(variant.codecs),
                has_audio=has_audio(variant.codecs),
                size=variant.size,
                duration_seconds=playlists[variant.key].duration_seconds,
                files=(variant.key, *playlists[variant.key].files),
            )
            for variant in master.variants
        ]
        beside = [
            FoundRendition(
                name=name,
                has_video=False,
                has_audio=name in master.audio,
                duration_seconds=playlists[name].duration_seconds,
                files=(name, *playlists[name].files),
            )
            for name in (*master.audio, *master.others)
        ]
        return FoundOutput(renditions=[*variants, *beside], faults=faults, manifest=manifest)

    def _playlist(self, key: str, faults: list[str]) -> MediaPlaylist:
        if self.sizes.get(key):
            try:
                return read_media_playlist(key, _text(self._document(key)))
            except UnreadableOutputError as error:
                faults.append(f"{key} {error}")
        return MediaPlaylist(duration_seconds=None, files=())

    def _mp4(self, key: str) -> FoundRendition:
        def read(offset: int, length: int) -> bytes:
            return self.outputs.read_range(key, offset=offset, length=length)

        film = read_mp4(self.sizes[key], read)
        return FoundRendition(
            name=key,
            has_video="vide" in film.handlers,
            has_audio="soun" in film.handlers,
            sound_tracks=film.handlers.count("soun"),
            duration_seconds=film.duration_seconds,
        )

    def _document(self, key: str) -> Document:
        """Return a manifest as it is now, which may be more than was listed: captions are added to it."""
        _check_size(self.sizes[key])
        document = self.outputs.begin(key, length=MAX_MANIFEST_BYTES + 1)
        if document is None or not document.body:
            raise TransientError(f"{key} is gone since it was listed")
        _check_size(len(document.body))
        return document


def _check_size(size_bytes: int) -> None:
    if size_bytes > MAX_MANIFEST_BYTES:
        raise UnreadableOutputError(f"has {size_bytes:,} bytes; at most {MAX_MANIFEST_BYTES:,} are read")


def _text(document: Document) -> str:
    try:
        return document.body.decode()
    except UnicodeDecodeError as error:
        raise UnreadableOutputError("is not text in UTF-8") from error
