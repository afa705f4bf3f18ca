"""Run a job: plan, encode, package, name.

Each step raises JobError with MediaConvert's code; the caller uploads what comes back.
"""

import threading
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from sandbox.mediaconvert.encoding.command import EncodeCommand, encode_command
from sandbox.mediaconvert.encoding.ffmpeg import UNEXPECTED_END, run_ffmpeg
from sandbox.mediaconvert.encoding.loudness import corrections
from sandbox.mediaconvert.model import Cancelled, JobError, Phase, Progress, TranscodeResult
from sandbox.mediaconvert.packaging.delivery import Delivery, package_of
from sandbox.mediaconvert.packaging.segments import Package, finish_package, package_arguments
from sandbox.mediaconvert.planning.audio_settings import AudioEncode
from sandbox.mediaconvert.planning.encodes import VideoEncode
from sandbox.mediaconvert.planning.input_check import CheckInput, check_documented
from sandbox.mediaconvert.planning.plan import Plan, input_uri, make_plan
from sandbox.mediaconvert.probing.encoded import (
    EncodedAudio,
    EncodedVideo,
    measure_audio,
    measure_video,
)
from sandbox.mediaconvert.probing.source import Source, Track, inspect_source
from sandbox.mediaconvert.probing.timing import tolerance
from sandbox.mediaconvert.request import TranscodeRequest


def transcode(request: TranscodeRequest, *, check: CheckInput = check_documented) -> TranscodeResult:
    """Make every output of a job; the contract is ``request.Transcode``.

    ``check`` refuses inputs that MediaConvert doesn't support, whatever ffmpeg makes of them.

    Raises:
        JobError: The job fails.
        Cancelled: ``cancelled`` was set.
    """
    work_dir, progress, cancelled = request.work_dir, request.progress, request.cancelled
    uri = input_uri(request.settings)
    path, source = request.inputs[uri], request.sources[uri]
    progress(Progress(Phase.PROBING, 0))
    plan = make_plan(request.settings, source)
    check(plan)
    packages = packages_of(plan)
    levels = corrections(plan.audio_encodes, path, work_dir, request.threads, cancelled)
    command = encode_command(plan, path, request.threads, levels)
    progress(Progress(Phase.PROBING, 100))
    frames = _encode(command, source, work_dir, progress, cancelled)
    videos = {
        encode: measure_video(work_dir / name, encode.frame_rate) for encode, name in command.videos.items()
    }
    audios = {encode: measure_audio(work_dir / name) for encode, name in command.audios.items()}
    _check_complete(source, videos, audios)
    for folder in packages.values():
        (work_dir / folder).mkdir()
    arguments = package_arguments(packages, command.videos, command.audios)
    run_ffmpeg(arguments, folder=work_dir, cancelled=cancelled)
    for package, folder in packages.items():
        finish_package(package, work_dir / folder)
    for name in (*command.videos.values(), *command.audios.values()):
        (work_dir / name).unlink()
    progress(Progress(Phase.TRANSCODING, 100, frames))
    delivery = Delivery(work_dir, packages, command.captures, command.thumbnails, videos, audios)
    groups = [delivery.deliver(group) for group in plan.groups]
    if cancelled.is_set():
        raise Cancelled
    return TranscodeResult(groups, delivery.files)


def transcode_file(
    settings: dict[str, Any],
    path: Path,
    work_dir: Path,
    *,
    threads: int,
    progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: threading.Event | None = None,
) -> TranscodeResult:
    """Inspect a local file and make every output of a job with this one input.

    Raises:
        JobError: The job fails.
        Cancelled: ``cancelled`` was set.
    """
    uri, cancelled = input_uri(settings), cancelled or threading.Event()
    return transcode(
        TranscodeRequest(
            settings=settings,
            inputs={uri: path},
            sources={uri: inspect_source(path, cancelled)},
            work_dir=work_dir,
            progress=progress,
            cancelled=cancelled,
            threads=threads,
        )
    )


def packages_of(plan: Plan) -> dict[Package, str]:
    """Give each distinct package that a plan needs a folder."""
    wanted = (package_of(group, output) for group in plan.groups for output in group.outputs)
    distinct = dict.fromkeys(package for package in wanted if package is not None)
    return {package: f"p{number}" for number, package in enumerate(distinct)}


def _encode(
    command: EncodeCommand,
    source: Source,
    work_dir: Path,
    progress: Callable[[Progress], None],
    cancelled: threading.Event,
) -> int:
    """Run the encode and report how far it has come; return the frames decoded."""
    for folder in (*command.captures.values(), *command.thumbnails.values()):
        (work_dir / folder).mkdir()
    decoded = 0

    def report(seconds: float, frames: int) -> None:
        nonlocal decoded
        decoded = frames
        share = seconds / source.duration_seconds if source.duration_seconds else 0.0
        progress(Progress(Phase.TRANSCODING, min(99, int(share * 100)), frames))

    run_ffmpeg(command.arguments, folder=work_dir, cancelled=cancelled, on_progress=report)
    return decoded


def _check_complete(
    source: Source, videos: Mapping[VideoEncode, EncodedVideo], audios: Mapping[AudioEncode, EncodedAudio]
) -> None:
    """Compare what was decoded with what the headers promise: ffmpeg succeeds on half a file, too.

    Raises:
        JobError: 1076, the source ends too early.
    """
    if videos:
        _check_track("video", source.videos[0], float(max(one.seconds for one in videos.values())))
    for encode, made in audios.items():
        track = next(track for track in source.audios if track.index == encode.stream_index)
        _check_track("audio", track, float(made.seconds), wanted=encode.seconds)


def _check_track(kind: str, track: Track, made_seconds: float, wanted: Fraction | None = None) -> None:
    """Compare durations from start to end: what is made of a track that starts late begins with the file."""
    declared, seconds = track.duration_seconds, max(0.0, made_seconds - track.start_seconds)
    if declared is not None and wanted is not None:
        declared = min(declared, max(0.0, float(wanted) - track.start_seconds))
    if declared is not None and declared - seconds > tolerance(declared):
        raise JobError(
            UNEXPECTED_END,
            f"The input file ends unexpectedly: {seconds:.2f} s of its {declared:.2f} s of {kind} are there.",
        )
