"""Make every distinct encode of a plan with one ffmpeg command: one decode, each encode once.

Each encode becomes an MP4 of its own in the work folder, from which packaging copies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from sandbox.mediaconvert.encoding.ffmpeg import source_arguments
from sandbox.mediaconvert.encoding.loudness import Correction, Corrections, sound_filters
from sandbox.mediaconvert.encoding.video_codecs import codec_arguments
from sandbox.mediaconvert.encoding.video_filters import video_filters
from sandbox.mediaconvert.planning.audio_settings import AudioEncode
from sandbox.mediaconvert.planning.encodes import FrameCapture, VideoEncode
from sandbox.mediaconvert.planning.plan import Plan
from sandbox.mediaconvert.planning.track_selection import select_video
from sandbox.mediaconvert.planning.trick_play import TiledThumbnails

BEST_MJPEG_SCALE, WORST_MJPEG_SCALE = 2, 31
CAPTURE_NAME, THUMBNAILS_NAME = "%07d.jpg", "%09d.jpg"
THUMBNAILS_QUALITY = 80
NO_CORRECTIONS: Corrections = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class EncodeCommand:
    """Hold the arguments of one ffmpeg run and what each of its files will be.

    Attributes:
        videos: Each video encode and the name of its file, relative to the work folder.
        captures: Each series of pictures and the name of its folder.
        thumbnails: Each series of pictures tiled of thumbnails and the name of its folder.
    """

    arguments: Sequence[str]
    videos: dict[VideoEncode, str]
    audios: dict[AudioEncode, str]
    captures: dict[FrameCapture, str]
    thumbnails: dict[TiledThumbnails, str]


def encode_command(
    plan: Plan, source_path: Path, threads: int, corrections: Corrections = NO_CORRECTIONS
) -> EncodeCommand:
    """Build the command that makes all encodes and pictures of a plan."""
    videos = {encode: f"v{number}.mp4" for number, encode in enumerate(plan.video_encodes)}
    audios = {encode: f"a{number}.mp4" for number, encode in enumerate(plan.audio_encodes)}
    captures = {capture: f"c{number}" for number, capture in enumerate(plan.captures)}
    thumbnails = {tiled: f"t{number}" for number, tiled in enumerate(plan.thumbnails)}
    # Sound whose format changes on the way begins its graph anew: each has a graph of its own.
    graphs: list[str] = []
    if videos or captures or thumbnails:
        track = select_video(plan.source)
        graphs.append(";".join(video_filters(track, plan.rotation, [*videos], [*captures], [*thumbnails])))
    graphs += [
        _audio_filters(number, encode, corrections.get(encode)) for number, encode in enumerate(audios)
    ]
    outputs = chain(
        *(
            _video_output(number, encode, threads, name)
            for number, (encode, name) in enumerate(videos.items())
        ),
        *(_audio_output(number, encode, name) for number, (encode, name) in enumerate(audios.items())),
        *(_captures(number, capture, folder) for number, (capture, folder) in enumerate(captures.items())),
        *(_thumbnails(number, folder) for number, folder in enumerate(thumbnails.values())),
    )
    filters = chain.from_iterable(("-filter_complex", graph) for graph in graphs)
    return EncodeCommand(
        [*source_arguments(source_path, threads), "-filter_complex_threads", "1", *filters, *outputs],
        videos,
        audios,
        captures,
        thumbnails,
    )


def _audio_filters(number: int, encode: AudioEncode, correction: Correction | None) -> str:
    return f"[0:{encode.stream_index}]{','.join(sound_filters(encode, correction))}[a{number}]"


def _video_output(number: int, encode: VideoEncode, threads: int, name: str) -> list[str]:
    arguments = ["-map", f"[v{number}]", *codec_arguments(encode, threads)]
    return [*arguments, "-fps_mode", "passthrough", "-map_metadata", "-1", "-f", "mp4", name]


def _audio_output(number: int, encode: AudioEncode, name: str) -> list[str]:
    arguments = ["-map", f"[a{number}]", "-c:a", "aac", "-b:a", str(encode.bitrate_bps)]
    return [*arguments, "-map_metadata", "-1", "-f", "mp4", name]


def _captures(number: int, capture: FrameCapture, folder: str) -> list[str]:
    pictures = _pictures(f"c{number}", capture.quality)
    pictures += ["-frames:v", str(capture.max_captures), "-start_number", "0"]
    return [*pictures, f"{folder}/{CAPTURE_NAME}"]


def _thumbnails(number: int, folder: str) -> list[str]:
    pictures = _pictures(f"t{number}", THUMBNAILS_QUALITY)
    return [*pictures, "-start_number", "1", f"{folder}/{THUMBNAILS_NAME}"]


def _pictures(label: str, quality: int) -> list[str]:
    scale = BEST_MJPEG_SCALE + (100 - quality) * (WORST_MJPEG_SCALE - BEST_MJPEG_SCALE) // 100
    return [
        *("-map", f"[{label}]", "-c:v", "mjpeg", "-color_range", "pc", "-q:v", str(scale)),
        *("-fps_mode", "passthrough", "-f", "image2"),
    ]
