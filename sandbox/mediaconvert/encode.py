"""Make every distinct encode of a plan with one ffmpeg command: one decode, each encode once.

Each encode becomes an MP4 of its own in the work folder, from which packaging copies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path

from sandbox.mediaconvert.encodes import AudioEncode, FrameCapture, VideoEncode
from sandbox.mediaconvert.ffmpeg import source_arguments
from sandbox.mediaconvert.picture import Placement
from sandbox.mediaconvert.plan import Plan
from sandbox.mediaconvert.selection import select_video

TURNS = {90: ("transpose=clock",), 180: ("hflip", "vflip"), 270: ("transpose=cclock",)}
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
BEST_MJPEG_SCALE, WORST_MJPEG_SCALE = 2, 31
CAPTURE_NAME = "%07d.jpg"


@dataclass(frozen=True, slots=True)
class EncodeCommand:
    """Hold the arguments of one ffmpeg run and what each of its files will be.

    Attributes:
        videos: Each video encode and the name of its file, relative to the work folder.
        captures: Each series of pictures and the name of its folder.
    """

    arguments: Sequence[str]
    videos: dict[VideoEncode, str]
    audios: dict[AudioEncode, str]
    captures: dict[FrameCapture, str]


def encode_command(plan: Plan, source_path: Path, threads: int) -> EncodeCommand:
    """Build the command that makes all encodes and pictures of a plan."""
    videos = {encode: f"v{number}.mp4" for number, encode in enumerate(plan.video_encodes)}
    audios = {encode: f"a{number}.mp4" for number, encode in enumerate(plan.audio_encodes)}
    captures = {capture: f"c{number}" for number, capture in enumerate(plan.captures)}
    filters = [*_video_filters(plan, list(videos), list(captures))]
    filters += [_audio_filters(number, encode) for number, encode in enumerate(audios)]
    outputs = chain(
        *(
            _video_output(number, encode, threads, name)
            for number, (encode, name) in enumerate(videos.items())
        ),
        *(_audio_output(number, encode, name) for number, (encode, name) in enumerate(audios.items())),
        *(_pictures(number, capture, folder) for number, (capture, folder) in enumerate(captures.items())),
    )
    graph = ["-filter_complex_threads", "1", "-filter_complex", ";".join(filters)]
    return EncodeCommand(
        [*source_arguments(source_path, threads), *graph, *outputs], videos, audios, captures
    )


def _video_filters(
    plan: Plan, videos: Sequence[VideoEncode], captures: Sequence[FrameCapture]
) -> Iterator[str]:
    branches = len(videos) + len(captures)
    if not branches:
        return
    track = select_video(plan.source)
    upright = [*TURNS.get(plan.rotation, ()), "sidedata=mode=delete:type=DISPLAYMATRIX"]
    if track.is_interlaced:
        upright.insert(0, "bwdif=mode=send_frame:deint=interlaced")
    labels = "".join(f"[s{number}]" for number in range(branches))
    yield f"[0:{track.index}]{','.join(upright)},split={branches}{labels}"
    size = (track.height, track.width) if plan.rotation % 180 else (track.width, track.height)
    for number, video in enumerate(videos):
        steps = [_constant(video.frame_rate), *_placed(video.placement, size, "tv"), "format=yuv420p"]
        yield f"[s{number}]{','.join(steps)}[v{number}]"
    for number, capture in enumerate(captures):
        steps = [
            _constant(capture.frame_rate),
            _every(capture.interval_seconds, capture.frame_rate),
            *_placed(capture.placement, size, "pc"),
            "format=yuv420p",
        ]
        yield f"[s{len(videos) + number}]{','.join(steps)}[c{number}]"


def _constant(rate: Fraction) -> str:
    """Repeat or drop frames so that they come at a constant rate from time 0 on."""
    return f"fps={rate.numerator}/{rate.denominator}:start_time=0"


def _every(interval: Fraction, rate: Fraction) -> str:
    """Select the frame nearest to each multiple of an interval."""
    seconds, slack = float(interval), float(1 / rate / 2)

    def count(time: str) -> str:
        return f"floor(({time}+{slack:.6f})/{seconds:.6f})"

    return f"select='isnan(prev_selected_t)+gt({count('t')},{count('prev_selected_t')})'"


def _placed(placement: Placement, size: tuple[int, int], colour_range: str) -> Iterator[str]:
    scaled, frame = placement.scaled, placement.frame
    yield f"scale={scaled.width}:{scaled.height}:out_range={colour_range}"
    if scaled.width > frame.width or scaled.height > frame.height:
        yield f"crop={frame.width}:{frame.height}"
    elif scaled != frame:
        left, top = (frame.width - scaled.width) // 4 * 2, (frame.height - scaled.height) // 4 * 2
        yield f"pad={frame.width}:{frame.height}:{left}:{top}"
    yield "setsar=1"


def _audio_filters(number: int, encode: AudioEncode) -> str:
    steps = [f"aresample={encode.sample_rate}:async=1:first_pts=0"]
    if encode.loudness_lkfs is not None:
        steps += [f"loudnorm=I={encode.loudness_lkfs}", f"aresample={encode.sample_rate}"]
    steps.append(f"aformat=channel_layouts={LAYOUTS[encode.channels]}")
    return f"[0:{encode.stream_index}]{','.join(steps)}[a{number}]"


def codec_arguments(encode: VideoEncode) -> list[str]:
    """Build the arguments that choose codec, quality and keyframes of a video output."""
    arguments = ["-c:v", "libx264", "-preset", encode.preset, "-profile:v", encode.profile]
    if encode.level is not None:
        arguments += ["-level", encode.level]
    if encode.crf is not None:
        arguments += ["-crf", str(encode.crf)]
    if encode.bitrate_bps is not None:
        arguments += ["-b:v", str(encode.bitrate_bps)]
    if encode.max_bitrate_bps is not None:
        arguments += ["-maxrate", str(encode.max_bitrate_bps), "-bufsize", str(encode.buffer_bits)]
    if encode.b_frames is not None:
        arguments += ["-bf", str(encode.b_frames)]
    # Keyframes by counting frames, none at scene changes: they fall on the same frames in every rung.
    gop = str(encode.gop_frames)
    arguments += ["-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-flags", "+cgop"]
    if encode.cut_frames is not None:
        arguments += ["-force_key_frames", f"expr:eq(mod(n,{encode.cut_frames}),0)"]
    return arguments


def _video_output(number: int, encode: VideoEncode, threads: int, name: str) -> list[str]:
    arguments = ["-map", f"[v{number}]", *codec_arguments(encode), "-threads", str(threads)]
    return [*arguments, "-fps_mode", "passthrough", "-map_metadata", "-1", "-f", "mp4", name]


def _audio_output(number: int, encode: AudioEncode, name: str) -> list[str]:
    arguments = [
        "-map",
        f"[a{number}]",
        "-c:a",
        "aac",
        "-b:a",
        str(encode.bitrate_bps),
        "-map_metadata",
        "-1",
    ]
    if encode.language is not None:
        arguments += ["-metadata:s:a:0", f"language={encode.language}"]
    return [*arguments, "-f", "mp4", name]


def _pictures(number: int, capture: FrameCapture, folder: str) -> list[str]:
    scale = BEST_MJPEG_SCALE + (100 - capture.quality) * (WORST_MJPEG_SCALE - BEST_MJPEG_SCALE) // 100
    return [
        *("-map", f"[c{number}]", "-c:v", "mjpeg", "-color_range", "pc", "-q:v", str(scale)),
        *("-fps_mode", "passthrough", "-frames:v", str(capture.max_captures)),
        *("-f", "image2", "-start_number", "0", f"{folder}/{CAPTURE_NAME}"),
    ]
