"""Build the arguments that choose an encoder of pictures, its quality and its keyframes."""

from sandbox.mediaconvert.planning.encodes import VideoEncode

# x265 refuses pictures that are smaller than one of the blocks into which it divides them, of 64 by itself.
HEVC_BLOCK = 32


def codec_arguments(encode: VideoEncode, threads: int) -> list[str]:
    """Build the arguments that choose codec, quality and keyframes of a video output."""
    arguments = _x265(encode, threads) if encode.codec == "H_265" else _x264(encode, threads)
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
    arguments += ["-g", gop, "-keyint_min", gop]
    if encode.cut_frames is not None:
        arguments += ["-force_key_frames", f"expr:eq(mod(n,{encode.cut_frames}),0)"]
    return arguments


def _x264(encode: VideoEncode, threads: int) -> list[str]:
    arguments = ["-c:v", "libx264", "-preset", encode.preset, "-profile:v", encode.profile]
    if encode.level is not None:
        arguments += ["-level", encode.level]
    # Captions that lie in the source's pictures are in no output that asks for none.
    arguments += ["-a53cc", "0"]
    return [*arguments, "-sc_threshold", "0", "-flags", "+cgop", "-threads", str(threads)]


def _x265(encode: VideoEncode, threads: int) -> list[str]:
    parameters = {
        "log-level": "error",
        "scenecut": "0",
        "open-gop": "0",
        "info": "0",
        "pools": str(threads),
        "ctu": str(HEVC_BLOCK),
        # As HEV1 the samples hold the parameter sets as well; as HVC1 the muxer takes them out.
        "repeat-headers": "1",
    }
    if encode.level is not None:
        parameters |= {"level-idc": encode.level, "high-tier": str(int(encode.high_tier))}
    if encode.color.light_levels is not None:
        parameters["max-cll"] = ",".join(map(str, encode.color.light_levels))
    if encode.color.mastering is not None:
        red, green, blue, white, (least, greatest) = zip(*[iter(encode.color.mastering)] * 2, strict=True)
        points = (("G", green), ("B", blue), ("R", red), ("WP", white), ("L", (greatest, least)))
        parameters["master-display"] = "".join(f"{name}({x},{y})" for name, (x, y) in points)
    joined = ":".join(f"{name}={value}" for name, value in parameters.items())
    arguments = ["-c:v", "libx265", "-preset", encode.preset, "-profile:v", encode.profile]
    arguments += ["-x265-params", joined, "-forced-idr", "1"]
    return [*arguments, "-tag:v", encode.mp4_tag] if encode.mp4_tag is not None else arguments
