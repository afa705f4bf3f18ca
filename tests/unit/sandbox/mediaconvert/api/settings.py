"""Job settings that MediaConvert takes, changes that break them, and what is found wrong."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.model import Shape

from sandbox.mediaconvert.api.job_settings_rules import job_errors
from sandbox.mediaconvert.api.validation import shape_errors
from sandbox.mediaconvert.api.wire import service_model

Settings = dict[str, Any]


@cache
def shape(name: str) -> Shape:
    """Read a shape of the model once."""
    return service_model().shape_for(name)


def errors(settings: Settings) -> list[str]:
    """List all that is wrong with a job's settings, shapes first."""
    found = list(shape_errors(shape("JobSettings"), settings))
    return [str(error) for error in found or job_errors(settings)]


def video(height: int) -> Settings:
    """Describe a video of 16:9."""
    h264 = {"rateControlMode": "QVBR", "maxBitrate": 3_000_000, "qvbrSettings": {"qvbrQualityLevel": 8}}
    return {
        "width": height * 16 // 9,
        "height": height,
        "codecSettings": {"codec": "H_264", "h264Settings": h264},
    }


def audio() -> list[Settings]:
    """Describe a stereo track."""
    aac = {"bitrate": 128_000, "codingMode": "CODING_MODE_2_0", "sampleRate": 48_000}
    return [{"codecSettings": {"codec": "AAC", "aacSettings": aac}}]


def group(type_: str, member: str, container: str, outputs: list[Settings], **settings: Any) -> Settings:
    """Describe an output group; each output gets the container and a name modifier."""
    return {
        "outputGroupSettings": {"type": type_, member: {"destination": "s3://out/a/b", **settings}},
        "outputs": [
            {"nameModifier": f"_{index}", "containerSettings": {"container": container}, **output}
            for index, output in enumerate(outputs)
        ],
    }


def whole() -> Settings:
    """Describe a job with every kind of group: 0 HLS, 1 DASH, 2 CMAF, 3 MP4, 4 thumbnails."""
    separate: list[Settings] = [{"videoDescription": video(720)}, {"audioDescriptions": audio()}]
    together: Settings = {"videoDescription": video(720), "audioDescriptions": audio()}
    capture = {"codec": "FRAME_CAPTURE", "frameCaptureSettings": {"maxCaptures": 5}}
    thumbnail = {"videoDescription": {"width": 320, "height": 180, "codecSettings": capture}}
    return _unshared(
        {
            "inputs": [{"fileInput": "s3://in/clip.mp4"}],
            "outputGroups": [
                group(
                    "HLS_GROUP_SETTINGS", "hlsGroupSettings", "M3U8", [together, together], minSegmentLength=0
                ),
                group("DASH_ISO_GROUP_SETTINGS", "dashIsoGroupSettings", "MPD", separate),
                group("CMAF_GROUP_SETTINGS", "cmafGroupSettings", "CMFC", separate),
                group("FILE_GROUP_SETTINGS", "fileGroupSettings", "MP4", [together]),
                group("FILE_GROUP_SETTINGS", "fileGroupSettings", "RAW", [thumbnail]),
            ],
        }
    )


def _unshared(settings: Settings) -> Settings:
    copied: Settings = json.loads(json.dumps(settings))
    return copied


def at(settings: Settings, path: str) -> Any:
    """Walk to a place in settings by the path that messages use."""
    place: Any = settings
    for part in filter(None, path.split("/")):
        place = place[int(part) if isinstance(place, list) else part]
    return place


def put(path: str, value: Any) -> Callable[[Settings], None]:
    """Make a change that sets the value at a path."""
    parent, _, name = path.rpartition("/")
    return lambda settings: at(settings, parent).__setitem__(name, value)


def drop(path: str) -> Callable[[Settings], None]:
    """Make a change that removes the member at a path."""
    parent, _, name = path.rpartition("/")
    return lambda settings: at(settings, parent).pop(name)
