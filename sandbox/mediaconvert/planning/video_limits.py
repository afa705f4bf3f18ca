"""How large a picture of each codec may be.

Source: MediaConvert guide, "Maximum supported output resolutions". It says of some codecs that the picture
may stand as well as lie; the limits of ProRes and GIF are as wide as high.
"""

_LYING_OR_STANDING = {
    "AVC_INTRA": (1920, 1080),
    "GIF": (3840, 3840),
    "H_264": (4096, 2160),
    "H_265": (8192, 4320),
    "PRORES": (4096, 4096),
    "VC3": (1920, 1080),
    "VP8": (4096, 2160),
    "VP9": (4096, 2160),
}
_LYING = {"AV1": (4096, 2160), "MPEG2": (1920, 1152), "XAVC": (4096, 2160)}


def size_refusal(codec: str, width: int, height: int) -> str | None:
    """Say why a codec makes no picture of a size; None where it does, or no limit is known.

    A side of 0 is one that isn't known: the other alone may be too long.
    """
    limit = (_LYING_OR_STANDING | _LYING).get(codec)
    if limit is None:
        return None
    longest, shortest = limit
    fits = width <= longest and height <= shortest
    if codec in _LYING_OR_STANDING:
        fits |= width <= shortest and height <= longest
    if fits:
        return None
    turned = f" or {shortest}x{longest}" if codec in _LYING_OR_STANDING and longest != shortest else ""
    return f"Should be at most {longest}x{shortest}{turned} when codec is {codec}"
