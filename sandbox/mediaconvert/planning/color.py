"""Say in which colors a source is, and how they become those of an output.

Colors are named by the code points of ITU-T H.273, as ffmpeg's filters take them too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.mediaconvert.probing.source import VideoTrack

UNSPECIFIED, NOT_TOLD = 2, frozenset({0, 2, 3})
BT_709, BT_470BG, SMPTE_170M, BT_2020, BT_2020_10_BIT = 1, 5, 6, 9, 14
PQ, HLG = 16, 18
PRESERVE_DETAILS, VIBRANT = "PRESERVE_DETAILS", "VIBRANT"
RGB_FORMATS = ("rgb", "bgr", "gbr", "pal8")
# Untagged pictures up to this size are taken for standard definition, as players do.
SD_WIDTH, SD_HEIGHT, NTSC_HEIGHT = 1279, 576, 486

# Linear light 1.0 is a display's white of 100 cd/m2. Source: ITU-R BT.1886, BT.2035.
SDR_WHITE_NITS = 100
# What most HDR is mastered for, and the nominal peak of HLG. Source: ITU-R BT.2100, BT.2408.
NOMINAL_PEAK_NITS = 1000
DIFFUSE_WHITE_NITS = 203
# MediaConvert's tone mappers are not published: Hable's curve keeps highlights apart and is the darker one,
# Moebius' leaves what is below the knee as it is. The filter's desaturation would take RGB's sum for luma.
TONE_MAPPERS = {PRESERVE_DETAILS: "hable:desat=0", VIBRANT: "mobius:desat=0"}


@dataclass(frozen=True, slots=True)
class Color:
    """Hold the code points of primaries, transfer characteristics and matrix."""

    primaries: int
    transfer: int
    matrix: int

    @property
    def is_hdr(self) -> bool:
        """Return whether this is a high dynamic range."""
        return self.transfer in (PQ, HLG)


SDR_709 = Color(BT_709, BT_709, BT_709)
SDR_601_625 = Color(BT_470BG, SMPTE_170M, BT_470BG)
SDR_601_525 = Color(SMPTE_170M, SMPTE_170M, SMPTE_170M)
SDR_2020 = Color(BT_2020, BT_2020_10_BIT, BT_2020)
HDR_10 = Color(BT_2020, PQ, BT_2020)
HLG_2020 = Color(BT_2020, HLG, BT_2020)
_BY_MATRIX = {BT_709: SDR_709, BT_470BG: SDR_601_625, SMPTE_170M: SDR_601_525, BT_2020: SDR_2020}
# JPEG files have one color. Source: JFIF 1.02 (ITU-T T.871).
JPEG_MATRIX = SMPTE_170M


@dataclass(frozen=True, slots=True, kw_only=True)
class ColorPath:
    """Say how the colors of a source become those of an output.

    Attributes:
        tone_mapper: Value of HDRToSDRToneMapper; None where the range isn't compressed.
        peak_nits: Brightest light of the source in cd/m2.
        is_declared: Whether the output says its colors.
        light_levels: Of HDR10 to declare, as the source declares them.
        mastering: Of HDR10 to declare, as the source declares it.
    """

    source: Color
    output: Color
    tone_mapper: str | None = None
    peak_nits: int = NOMINAL_PEAK_NITS
    is_declared: bool = True
    light_levels: tuple[int, int] | None = None
    mastering: tuple[int, ...] | None = None


def source_color(track: VideoTrack) -> Color:
    """Return the colors of a track; what it doesn't say follows from what it says, then from its size."""
    if track.transfer in (PQ, HLG):
        usual = Color(BT_2020, track.transfer, BT_2020)
    elif track.matrix in _BY_MATRIX:
        usual = _BY_MATRIX[track.matrix]
    elif _is_rgb(track) or track.width > SD_WIDTH or track.height > SD_HEIGHT:
        usual = SDR_709
    else:
        usual = SDR_601_525 if track.height <= NTSC_HEIGHT else SDR_601_625
    return Color(
        usual.primaries if track.primaries in NOT_TOLD else track.primaries,
        usual.transfer if track.transfer in NOT_TOLD else track.transfer,
        # The matrix 0 is RGB's, which no output is: it becomes YUV by the usual matrix.
        usual.matrix if track.matrix in NOT_TOLD else track.matrix,
    )


def yuv_filters(track: VideoTrack) -> Iterator[str]:
    """Yield the filters that mark the frames of a track with its colors; what is RGB becomes YUV.

    What HDR10 says of light is passed to the encoders of those outputs that declare it, and to no other.
    """
    color = source_color(track)
    yield "sidedata=mode=delete:type=MASTERING_DISPLAY_METADATA"
    yield "sidedata=mode=delete:type=CONTENT_LIGHT_LEVEL"
    if _is_rgb(track):
        yield f"scale=out_color_matrix={color.matrix}:out_range=tv,format=yuv444p10le"
    yield _marked(color)


def to_sdr(track: VideoTrack, tone_mapper: str = PRESERVE_DETAILS) -> ColorPath:
    """Return the path from a track to BT.709."""
    source = source_color(track)
    if not source.is_hdr:
        return ColorPath(source=source, output=SDR_709)
    return ColorPath(
        source=source,
        output=SDR_709,
        # Source: botocore mediaconvert model, HDRToSDRToneMapper: HLG always gets this one.
        tone_mapper=PRESERVE_DETAILS if source.transfer == HLG else tone_mapper,
        peak_nits=_peak_nits(track, source),
    )


def color_filters(path: ColorPath) -> Iterator[str]:
    """Yield the filters that turn limited-range YUV of the source into that of the output."""
    source, output = path.source, path.output
    given = f"pin={source.primaries}:tin={source.transfer}:min={source.matrix}:rin=limited"
    wanted = f"p={output.primaries}:t={output.transfer}:m={output.matrix}:r=limited"
    if path.tone_mapper is not None:
        yield f"zscale={given}:t=linear:npl={SDR_WHITE_NITS}"
        yield "format=gbrpf32le"
        yield f"zscale=p={output.primaries}"
        yield f"tonemap={TONE_MAPPERS[path.tone_mapper]}:peak={path.peak_nits / SDR_WHITE_NITS:g}"
        yield f"zscale={wanted}"
    elif source != output:
        yield f"zscale={given}:{wanted}"


def declared(path: ColorPath) -> str:
    """Return the filter that marks frames with what the output says of its colors."""
    color = path.output if path.is_declared else Color(UNSPECIFIED, UNSPECIFIED, UNSPECIFIED)
    return f"{_marked(color)}:range=limited"


def jpeg_filters(path: ColorPath) -> Iterator[str]:
    """Yield the filters that turn the output's limited-range YUV into JPEG's."""
    output = path.output
    yield (
        f"zscale=pin={output.primaries}:tin={output.transfer}:min={output.matrix}:rin=limited"
        f":p={output.primaries}:t={output.transfer}:m={JPEG_MATRIX}:r=full"
    )
    yield "format=yuv420p"


def _marked(color: Color) -> str:
    codes = f"color_primaries={color.primaries}:color_trc={color.transfer}:colorspace={color.matrix}"
    return f"setparams={codes}"


def _is_rgb(track: VideoTrack) -> bool:
    return any(name in (track.pixel_format or "") for name in RGB_FORMATS)


def _peak_nits(track: VideoTrack, source: Color) -> int:
    peak = track.light_levels[0] if track.light_levels and source.transfer == PQ else 0
    return max(peak, DIFFUSE_WHITE_NITS) if peak else NOMINAL_PEAK_NITS
