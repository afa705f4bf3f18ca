"""Which files are accepted: those of every container that MediaConvert documents."""

import pytest

from media_pipeline.domain.source import AUDIO_SUFFIXES, AUTO_ROTATED_SUFFIXES
from sandbox.mediaconvert.probing.input_table import CONTAINERS
from stacks.settings import ENVIRONMENTS

# What files of each container are called.
SUFFIXES = {
    "aac": [".aac"],
    "ac3": [".ac3"],
    "asf": [".asf", ".wma", ".wmv"],
    "avi": [".avi", ".divx"],
    "dv": [".dv"],
    "eac3": [".eac3", ".ec3"],
    "flac": [".flac"],
    "flv": [".flv"],
    "gif": [".gif"],
    "gsm": [".gsm"],
    "h264": [".264", ".h264"],
    "hevc": [".265", ".h265", ".hevc"],
    "matroska": [".mka", ".mkv"],
    "mp3": [".mp3"],
    "mp4": [".f4v", ".m4a", ".m4v", ".mp4"],
    "mpegps": [".mpe", ".mpeg", ".mpg", ".vob"],
    "mpegts": [".m2t", ".m2ts", ".mts", ".ts"],
    "mpegvideo": [".m1v", ".m2v"],
    "mxf": [".mxf"],
    "ogg": [".oga", ".ogg", ".ogv", ".opus"],
    "quicktime": [".mov", ".qt"],
    "three_g2": [".3g2"],
    "three_gp": [".3gp"],
    "wave": [".wav"],
    "webm": [".webm"],
}
# A codec of the guide's with a file format of its own, which has no row there.
AIFF = [".aif", ".aiff"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_documented_container_is_accepted(environment: str) -> None:
    """No file of a container in AWS's table of inputs is refused for its name, and no other is accepted."""
    assert SUFFIXES.keys() == CONTAINERS.keys()
    accepted = {suffix for suffixes in SUFFIXES.values() for suffix in suffixes} | set(AIFF)
    assert set(ENVIRONMENTS[environment].media_suffixes) == accepted


def test_what_names_say_is_reported_for_accepted_files() -> None:
    """Suffixes that stand for sound, or for a rotation, are ones that uploads may have."""
    assert {*AUDIO_SUFFIXES, *AUTO_ROTATED_SUFFIXES} <= set(ENVIRONMENTS["prod"].media_suffixes)
