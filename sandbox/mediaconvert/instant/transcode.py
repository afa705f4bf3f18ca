"""Make every output of a job at once, and keep what was made: jobs of a load are alike."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.instant.packages import write_package
from sandbox.mediaconvert.instant.tracks import (
    write_audio,
    write_pictures,
    write_thumbnails,
    write_video,
)
from sandbox.mediaconvert.model import Phase, Progress, TranscodeResult
from sandbox.mediaconvert.packaging.delivery import Delivery
from sandbox.mediaconvert.packaging.segments import Package
from sandbox.mediaconvert.planning.audio_settings import AudioEncode
from sandbox.mediaconvert.planning.encodes import FrameCapture, VideoEncode
from sandbox.mediaconvert.planning.input_check import CheckInput, check_documented
from sandbox.mediaconvert.planning.plan import Plan, make_plan
from sandbox.mediaconvert.planning.trick_play import TiledThumbnails
from sandbox.mediaconvert.probing.encoded import (
    EncodedAudio,
    EncodedVideo,
    measure_audio,
    measure_video,
)
from sandbox.mediaconvert.probing.source import Source
from sandbox.mediaconvert.transcode import packages_of

KEPT_BYTES = 64 * 2**20
UNTOLD_SECONDS = Fraction(1)

Wanted = tuple[Source, tuple[Package, ...], tuple[FrameCapture, ...], tuple[TiledThumbnails, ...]]


@dataclass(frozen=True, slots=True)
class _Made:
    """Hold the files of all packages and captures, by their paths in the work folder, and their facts."""

    files: Mapping[str, bytes]
    videos: dict[VideoEncode, EncodedVideo]
    audios: dict[AudioEncode, EncodedAudio]

    @property
    def size_bytes(self) -> int:
        """Total size of the files."""
        return sum(len(content) for content in self.files.values())


class InstantTranscode:
    """Make up the outputs of jobs, in the place of ``transcode``; ``check`` is as there."""

    def __init__(self, check: CheckInput = check_documented) -> None:
        self._check = check
        self._kept: OrderedDict[Wanted, _Made] = OrderedDict()
        self._making = threading.Lock()

    def __call__(
        self,
        settings: dict[str, Any],
        source: Source,
        work_dir: Path,
        progress: Callable[[Progress], None],
        cancelled: threading.Event,
    ) -> TranscodeResult:
        """Make every output of a job from its source's description.

        Raises:
            JobError: The job fails.
            Cancelled: ``cancelled`` was set.
        """
        plan = make_plan(settings, source)
        self._check(plan)
        packages = packages_of(plan)
        captures = {capture: f"c{number}" for number, capture in enumerate(plan.captures)}
        thumbnails = {tiled: f"t{number}" for number, tiled in enumerate(plan.thumbnails)}
        made = self._made(plan, packages, captures, thumbnails, work_dir, cancelled)
        progress(Progress(Phase.TRANSCODING, 100, sum(video.frames for video in made.videos.values())))
        delivery = Delivery(work_dir, packages, captures, thumbnails, made.videos, made.audios)
        groups = [delivery.deliver(group) for group in plan.groups]
        return TranscodeResult(groups, delivery.files)

    def _made(
        self,
        plan: Plan,
        packages: dict[Package, str],
        captures: dict[FrameCapture, str],
        thumbnails: dict[TiledThumbnails, str],
        work_dir: Path,
        cancelled: threading.Event,
    ) -> _Made:
        """Put the files of a plan into the work folder: those of an equal plan before it, or new ones."""
        wanted = (plan.source, tuple(packages), tuple(captures), tuple(thumbnails))
        for folder in (*packages.values(), *captures.values(), *thumbnails.values()):
            (work_dir / folder).mkdir()
        with self._making:
            made = self._kept.get(wanted)
            if made is None:
                made = _make(plan, packages, captures, thumbnails, work_dir, cancelled)
                self._keep(wanted, made)
                return made
            self._kept.move_to_end(wanted)
        for name, content in made.files.items():
            (work_dir / name).write_bytes(content)
        return made

    def _keep(self, wanted: Wanted, made: _Made) -> None:
        self._kept[wanted] = made
        while sum(one.size_bytes for one in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)


def _make(
    plan: Plan,
    packages: dict[Package, str],
    captures: dict[FrameCapture, str],
    thumbnails: dict[TiledThumbnails, str],
    work_dir: Path,
    cancelled: threading.Event,
) -> _Made:
    source, encoded = plan.source, work_dir / "encoded"
    encoded.mkdir()
    videos = {encode: encoded / f"v{number}.mp4" for number, encode in enumerate(plan.video_encodes)}
    audios = {encode: encoded / f"a{number}.mp4" for number, encode in enumerate(plan.audio_encodes)}
    for video, path in videos.items():
        write_video(path, video, _picture_seconds(source), cancelled)
    for audio, path in audios.items():
        write_audio(path, audio, _sound_seconds(source, audio), cancelled)
    paths: dict[VideoEncode | AudioEncode, Path] = dict((*videos.items(), *audios.items()))
    for package, folder in packages.items():
        write_package(package, work_dir / folder, paths, cancelled)
    for capture, folder in captures.items():
        write_pictures(work_dir / folder, capture, _picture_seconds(source))
    for tiled, folder in thumbnails.items():
        write_thumbnails(work_dir / folder, tiled, _picture_seconds(source))
    folders = (*packages.values(), *captures.values(), *thumbnails.values())
    files = {
        str(path.relative_to(work_dir)): path.read_bytes()
        for folder in folders
        for path in (work_dir / folder).iterdir()
    }
    return _Made(
        files,
        {video: measure_video(path, video.frame_rate) for video, path in videos.items()},
        {audio: measure_audio(path) for audio, path in audios.items()},
    )


def _picture_seconds(source: Source) -> Fraction:
    return _seconds(source.videos[0].duration_seconds, source)


def _sound_seconds(source: Source, encode: AudioEncode) -> Fraction:
    if encode.seconds is not None:
        return encode.seconds
    track = next(track for track in source.audios if track.index == encode.stream_index)
    return _seconds(track.duration_seconds, source)


def _seconds(declared: float | None, source: Source) -> Fraction:
    seconds = declared or source.duration_seconds
    return Fraction(seconds) if seconds else UNTOLD_SECONDS
