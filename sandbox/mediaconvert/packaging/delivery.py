"""Name what a job made as MediaConvert does, write its manifests, and describe it.

With D the destination's base and M an output's name modifier::

    HLS       D.m3u8  DM.m3u8  DM_00001.ts|aac
    DASH ISO  D.mpd  DMinit.mp4  DM_000000001.mp4
    CMAF      D.mpd  D.m3u8  DM.m3u8  DMinit.cmfv|cmfa  DM_000000001.cmfv|cmfa
    FILE      DM.mp4  DM.0000000.jpg

All but FILE, where they ask for thumbnails: ``DThumbnail.m3u8  DThumbnail_000000001.jpg``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from sandbox.mediaconvert.model import OutputDetail, OutputGroupDetail, ProducedFile
from sandbox.mediaconvert.packaging import dash, hls
from sandbox.mediaconvert.packaging.hls_master import Rendition, arrange, main_sound
from sandbox.mediaconvert.packaging.segments import (
    Format,
    Package,
    Segments,
    read_segments,
    whole_file,
)
from sandbox.mediaconvert.packaging.thumbnails import NAME, ThumbnailPictures
from sandbox.mediaconvert.planning.audio_settings import AudioEncode
from sandbox.mediaconvert.planning.encodes import FrameCapture, VideoEncode, unsupported
from sandbox.mediaconvert.planning.plan import Group, GroupKind, Output
from sandbox.mediaconvert.planning.trick_play import TiledThumbnails
from sandbox.mediaconvert.probing.encoded import EncodedAudio, EncodedVideo

SEGMENT_DIGITS = {GroupKind.HLS: 5, GroupKind.DASH_ISO: 9, GroupKind.CMAF: 9}
FILE_FORMATS = {"MP4": Format.MP4, "MOV": Format.MOV, "M2TS": Format.M2TS}


def package_of(group: Group, output: Output) -> Package | None:
    """Describe the package that an output needs; None for pictures, which need none.

    Raises:
        JobError: 1040, a container that isn't made here.
    """
    if output.capture is not None:
        if group.kind is not GroupKind.FILE:
            raise unsupported("frame captures outside FILE groups")
        return None
    if group.kind is GroupKind.FILE:
        if output.container not in FILE_FORMATS:
            raise unsupported(f"container {output.container}")
        format_ = FILE_FORMATS[output.container]
    else:
        is_bare = output.video is None and output.rendition.is_bare_sound
        of_hls = Format.AAC_SEGMENTS if is_bare else Format.TS_SEGMENTS
        format_ = of_hls if group.kind is GroupKind.HLS else Format.MP4_SEGMENTS
    package = Package(
        format=format_,
        video=output.video,
        audios=output.audios,
        languages=tuple(audio.language for audio in output.audios),
        segment_seconds=output.segment_seconds,
        moov_first=output.moov_first,
    )
    if format_ is Format.MP4_SEGMENTS and len(package.encodes) != 1:
        raise unsupported(f"several tracks in an output of a {group.kind}")
    return package


@dataclass(slots=True)
class Delivery:
    """Collect the files of a job under their final names.

    Attributes:
        work_dir: Where the packages lie; manifests are written beside them.
        packages: Each package and the name of its folder.
        captures: Each series of pictures and the name of its folder.
        thumbnails: Each series of pictures tiled of thumbnails and the name of its folder.
    """

    work_dir: Path
    packages: dict[Package, str]
    captures: dict[FrameCapture, str]
    thumbnails: dict[TiledThumbnails, str]
    videos: dict[VideoEncode, EncodedVideo]
    audios: dict[AudioEncode, EncodedAudio]
    files: list[ProducedFile] = field(default_factory=list)

    def deliver(self, group: Group) -> OutputGroupDetail:
        """Name a group's files and describe it."""
        match group.kind:
            case GroupKind.FILE:
                return self._file_group(group)
            case GroupKind.HLS:
                return self._hls_group(group)
            case GroupKind.DASH_ISO | GroupKind.CMAF:
                return self._mp4_group(group)

    def _file_group(self, group: Group) -> OutputGroupDetail:
        details = []
        for output in group.outputs:
            stem = group.base_key + output.name_modifier
            if output.capture is not None:
                pictures = sorted((self.work_dir / self.captures[output.capture]).iterdir())
                uris = [self._add(group, f"{stem}.{path.name}", path) for path in pictures]
                frame = output.capture.placement.frame
                seconds = max((video.seconds for video in self.videos.values()), default=Fraction())
                details.append(OutputDetail(uris[-1:], round(seconds * 1000), frame.width, frame.height))
                continue
            package, folder = self._packaged(group, output)
            suffix = output.extension or package.format
            uri = self._add(group, f"{stem}.{suffix}", whole_file(package, folder))
            details.append(self._detail(output, [uri]))
        return OutputGroupDetail(group.kind, [], details)

    def _hls_group(self, group: Group) -> OutputGroupDetail:
        details = []
        renditions: list[Rendition] = []
        for number, output in enumerate(group.outputs):
            package, folder = self._packaged(group, output)
            segments = read_segments(package, folder)
            names = self._add_segments(group, output, segments, package.format)
            renditions.append(Rendition(output, f"{_name(group, output)}.m3u8", segments))
            uri = self._media_playlist(group, number, renditions[-1], names, None)
            details.append(self._detail(output, [uri]))
        master = self._master(group, renditions, self._thumbnails(group), is_mp4=False)
        return OutputGroupDetail(group.kind, [master], details)

    def _mp4_group(self, group: Group) -> OutputGroupDetail:
        details, representations = [], []
        renditions: list[Rendition] = []
        for number, output in enumerate(group.outputs):
            segments = self._segments(group, output)
            extension = "mp4" if group.kind is GroupKind.DASH_ISO else "cmfv" if output.video else "cmfa"
            name = _name(group, output)
            names = self._add_segments(group, output, segments, extension)
            representations.append(self._representation(group, output, name, extension, segments))
            renditions.append(Rendition(output, f"{name}.m3u8", segments))
            if group.writes_hls:
                self._media_playlist(group, number, renditions[-1], names, f"{name}init.{extension}")
            details.append(self._detail(output, []))
        playlists = []
        pictures = self._thumbnails(group)
        if group.writes_dash:
            seconds = max(self._seconds(output) for output in group.outputs)
            timeline = group.manifests.has_timeline
            images = [one.images() for one in pictures]
            text = dash.manifest(representations, seconds, images, has_timeline=timeline)
            playlists.append(self._write(group, "manifest", f"{_base_name(group)}.mpd", text))
        if group.writes_hls:
            playlists.append(self._master(group, renditions, pictures, is_mp4=True))
        return OutputGroupDetail(group.kind, playlists, details)

    def _thumbnails(self, group: Group) -> list[ThumbnailPictures]:
        """Name the group's pictures of thumbnails and write their playlist."""
        tiled = group.thumbnails
        if tiled is None:
            return []
        paths = sorted((self.work_dir / self.thumbnails[tiled]).iterdir())
        seconds = max(self.videos[output.video].seconds for output in group.outputs if output.video)
        pictures = ThumbnailPictures(tiled, _base_name(group) + NAME, paths, seconds)
        for path, name in zip(paths, pictures.file_names, strict=True):
            self._add(group, group.base_key.removesuffix(_base_name(group)) + name, path)
        if group.writes_hls:
            self._write(group, "thumbnails", pictures.playlist_name, pictures.image_playlist())
        return [pictures]

    def _media_playlist(
        self, group: Group, number: int, rendition: Rendition, names: Sequence[str], init: str | None
    ) -> str:
        whole = group.manifests.has_whole_seconds
        text = hls.media_playlist(rendition.segments, names, init, in_whole_seconds=whole)
        return self._write(group, number, rendition.name, text)

    def _master(
        self,
        group: Group,
        renditions: Sequence[Rendition],
        thumbnails: Sequence[ThumbnailPictures],
        *,
        is_mp4: bool,
    ) -> str:
        has_resolution = group.manifests.has_resolution
        found = arrange(renditions, self.videos, self.audios, is_mp4=is_mp4, has_resolution=has_resolution)
        images = [one.image_stream() for one in thumbnails]
        denies = group.manifests.denies_captions
        text = hls.master_playlist(found.variants, found.audio, images, is_mp4=is_mp4, denies_captions=denies)
        return self._write(group, "master", f"{_base_name(group)}.m3u8", text)

    def _representation(
        self, group: Group, output: Output, name: str, extension: str, segments: Segments
    ) -> dash.Representation:
        if output.video is not None:
            video = self.videos[output.video]
            declared = {"AVERAGE": segments.average_bps, "MAX": output.video.max_bitrate_bps}
            return dash.Representation(
                name=name,
                extension=extension,
                codec=video.codec,
                segments=segments,
                size=(video.width, video.height),
                frame_rate=video.frame_rate,
                video_range=video.video_range,
                color=video.color,
                bandwidth_bps=declared.get(group.manifests.bandwidth or ""),
            )
        sound, audio = output.audios[0], self.audios[output.audios[0]]
        main = main_sound(group.outputs)
        return dash.Representation(
            name=name,
            extension=extension,
            codec=audio.codec,
            segments=segments,
            channels=audio.channels,
            sample_rate=audio.sample_rate,
            language=sound.language,
            label=output.rendition.label,
            role="main" if main is not None and _is_of_one_sound(output, main) else "alternate",
        )

    def _detail(self, output: Output, uris: Sequence[str]) -> OutputDetail:
        milliseconds = round(self._seconds(output) * 1000)
        if output.video is None:
            return OutputDetail(uris, milliseconds)
        video = self.videos[output.video]
        return OutputDetail(uris, milliseconds, video.width, video.height, video.average_bps)

    def _seconds(self, output: Output) -> Fraction:
        """Return how long an output is: as its longest track."""
        seconds = [self.audios[audio].seconds for audio in output.audios]
        return max([*seconds, *([self.videos[output.video].seconds] if output.video else [])])

    def _packaged(self, group: Group, output: Output) -> tuple[Package, Path]:
        package = package_of(group, output)
        assert package is not None
        return package, self.work_dir / self.packages[package]

    def _segments(self, group: Group, output: Output) -> Segments:
        return read_segments(*self._packaged(group, output))

    def _add_segments(self, group: Group, output: Output, segments: Segments, extension: str) -> list[str]:
        """Name segments and their init file; return the segments' names."""
        stem = group.base_key + output.name_modifier
        if segments.init is not None:
            self._add(group, f"{stem}init.{extension}", segments.init)
        digits = SEGMENT_DIGITS[group.kind]
        for number, segment in enumerate(segments.items, 1):
            self._add(group, f"{stem}_{number:0{digits}d}.{extension}", segment.path)
        return list(_segment_names(_name(group, output), len(segments.items), digits, extension))

    def _add(self, group: Group, key: str, path: Path) -> str:
        self.files.append(ProducedFile(group.bucket, key, path))
        return f"s3://{group.bucket}/{key}"

    def _write(self, group: Group, label: object, name: str, text: str) -> str:
        """Write a manifest under a safe name; return the URI it will have."""
        path = self.work_dir / f"m{len(self.files)}-{label}.txt"
        path.write_text(text, encoding="utf-8")
        return self._add(group, group.base_key.removesuffix(_base_name(group)) + name, path)


def _is_of_one_sound(output: Output, other: Output) -> bool:
    """Return whether two outputs are the same sound in different qualities."""
    return (output.rendition.label, output.audios[0].language) == (
        other.rendition.label,
        other.audios[0].language,
    )


def _base_name(group: Group) -> str:
    return group.base_key.rsplit("/", 1)[-1]


def _name(group: Group, output: Output) -> str:
    """Return the file name that all of an output's files begin with, as manifests refer to it."""
    return _base_name(group) + output.name_modifier


def _segment_names(name: str, count: int, digits: int, extension: str) -> Iterator[str]:
    return (f"{name}_{number:0{digits}d}.{extension}" for number in range(1, count + 1))
