"""Build job settings in wire format, as the endpoint's API hands them to the media half."""

from fractions import Fraction
from typing import Any

from sandbox.mediaconvert.probing.source import AudioTrack, Source, VideoTrack

INPUT_URI = "s3://uploads/videos/holiday.mp4"
Settings = dict[str, Any]

STEREO: Settings = {
    "audioSourceName": "Audio Selector 1",
    "codecSettings": {
        "codec": "AAC",
        "aacSettings": {"bitrate": 128_000, "codingMode": "CODING_MODE_2_0", "sampleRate": 48_000},
    },
}


def video(width: int | None, height: int | None, **h264: Any) -> Settings:
    """Describe an H.264 rendition; keyword arguments change its h264Settings."""
    codec = {
        "rateControlMode": "QVBR",
        "qvbrSettings": {"qvbrQualityLevel": 7},
        "maxBitrate": 400_000,
        "gopSize": 2.0,
        "gopSizeUnits": "SECONDS",
        "qualityTuningLevel": "SINGLE_PASS",
        **h264,
    }
    description: Settings = {"codecSettings": {"codec": "H_264", "h264Settings": codec}}
    sizes = {"width": width, "height": height}
    return description | {name: value for name, value in sizes.items() if value is not None}


def hevc(width: int | None, height: int | None, **h265: Any) -> Settings:
    """Describe an H.265 rendition; keyword arguments change its h265Settings."""
    codec = {"codecProfile": "MAIN_MAIN", "writeMp4PackagingType": "HVC1", **h265}
    described = video(width, height, **codec)
    settings = described["codecSettings"].pop("h264Settings")
    return described | {"codecSettings": {"codec": "H_265", "h265Settings": settings}}


def corrected(**corrector: Any) -> Settings:
    """Describe the members of a videoDescription that correct colors."""
    return {"videoPreprocessors": {"colorCorrector": corrector}}


def area(left: int, top: int, width: int, height: int) -> Settings:
    """Describe a rectangle."""
    return {"x": left, "y": top, "width": width, "height": height}


def captures(width: int, height: int, interval_seconds: int, maximum: int = 100) -> Settings:
    """Describe pictures taken at an interval."""
    return {
        "width": width,
        "height": height,
        "codecSettings": {
            "codec": "FRAME_CAPTURE",
            "frameCaptureSettings": {
                "framerateNumerator": 1,
                "framerateDenominator": interval_seconds,
                "maxCaptures": maximum,
                "quality": 80,
            },
        },
    }


def output(
    modifier: str,
    container: str,
    *,
    picture: Settings | None = None,
    sound: Settings | None = None,
    **members: Any,
) -> Settings:
    """Describe an output; keyword arguments are further members."""
    made: Settings = {"nameModifier": modifier, "containerSettings": {"container": container}, **members}
    if picture is not None:
        made["videoDescription"] = picture
    if sound is not None:
        made["audioDescriptions"] = [sound]
    return made


def hls(*outputs: Settings, destination: str = "s3://outputs/one/hls/master", **members: Any) -> Settings:
    """Describe an HLS group."""
    settings = {"destination": destination, "segmentLength": 6, "minSegmentLength": 0, **members}
    return _group("HLS_GROUP_SETTINGS", "hlsGroupSettings", settings, outputs)


def dash(*outputs: Settings, destination: str = "s3://outputs/one/dash/manifest", **members: Any) -> Settings:
    """Describe a DASH ISO group."""
    settings = {"destination": destination, "segmentLength": 6, "fragmentLength": 2, **members}
    return _group("DASH_ISO_GROUP_SETTINGS", "dashIsoGroupSettings", settings, outputs)


def cmaf(*outputs: Settings, destination: str = "s3://outputs/one/cmaf/c", **members: Any) -> Settings:
    """Describe a CMAF group."""
    settings = {"destination": destination, "segmentLength": 6, "fragmentLength": 2, **members}
    return _group("CMAF_GROUP_SETTINGS", "cmafGroupSettings", settings, outputs)


def file(*outputs: Settings, destination: str = "s3://outputs/one/mp4/video") -> Settings:
    """Describe a FILE group."""
    return _group("FILE_GROUP_SETTINGS", "fileGroupSettings", {"destination": destination}, outputs)


def job(*groups: Settings, rotate: str = "AUTO", **input_members: Any) -> Settings:
    """Describe a job; keyword arguments are further members of its input."""
    job_input: Settings = {
        "fileInput": INPUT_URI,
        "audioSelectors": {"Audio Selector 1": {"defaultSelection": "DEFAULT"}},
        "videoSelector": {"rotate": rotate},
        **input_members,
    }
    return {"inputs": [job_input], "outputGroups": list(groups)}


def source(
    *, width: int = 320, height: int = 180, sound: bool = True, format_: str = "mp4", **video_members: Any
) -> Source:
    """Describe a source without a file behind it; keyword arguments change its video track."""
    track: Settings = {
        "index": 0,
        "codec": "AVC",
        "width": width,
        "height": height,
        "frame_rate": Fraction(30),
    }
    audios = (AudioTrack(index=1, codec="AAC", channels=2, sample_rate=48_000, is_default=True),)
    return Source(
        format=format_,
        size_bytes=1000,
        duration_seconds=10.0,
        videos=(VideoTrack(**(track | video_members)),),
        audios=audios if sound else (),
    )


def _group(type_: str, member: str, settings: Settings, outputs: tuple[Settings, ...]) -> Settings:
    return {"outputGroupSettings": {"type": type_, member: settings}, "outputs": list(outputs)}


def sound(
    track: int = 1, *, mode: str = "CODING_MODE_2_0", bitrate_bps: int = 128_000, **members: Any
) -> Settings:
    """Describe AAC of a track of the source; keyword arguments are further members."""
    aac = {"bitrate": bitrate_bps, "codingMode": mode, "sampleRate": 48_000}
    codec = {"codec": "AAC", "aacSettings": aac}
    return {"audioSourceName": f"Audio Selector {track}", "codecSettings": codec, **members}


def selectors(count: int) -> Settings:
    """Select each track of a source by its number, the first one by default."""
    return {
        f"Audio Selector {track}": {
            "selectorType": "TRACK",
            "tracks": [track],
            "defaultSelection": "DEFAULT" if track == 1 else "NOT_DEFAULT",
        }
        for track in range(1, count + 1)
    }


def audio_output(modifier: str, heard: Settings, **cmfc: Any) -> Settings:
    """Describe an output of a CMAF group that has only sound; keyword arguments are its cmfcSettings."""
    made = output(modifier, "CMFC", sound=heard)
    made["containerSettings"]["cmfcSettings"] = cmfc
    return made


def picture(modifier: str, width: int, **cmfc: Any) -> Settings:
    """Describe an output of a CMAF group that has only a picture."""
    made = output(modifier, "CMFC", picture=video(width, width * 9 // 16 // 2 * 2))
    made["containerSettings"]["cmfcSettings"] = cmfc
    return made
