"""The table of inputs: what MediaConvert's guide lists, and what it doesn't."""

from typing import Any

import botocore.session
import pytest

from sandbox.mediaconvert.probing.input_table import (
    CODECS_OF_GUIDE,
    CONTAINERS,
    VIDEO_ALONE,
    codec_of_guide,
    is_documented,
)

# Each a container, and ffmpeg's names of the codecs of picture and sound; an empty name for none.
DOCUMENTED = [
    *(("three_gp", picture, sound) for picture in ("h264", "h263", "mpeg4") for sound in ("aac", "amr_nb")),
    *(("three_g2", picture, sound) for picture in ("h264", "h263", "mpeg4") for sound in ("aac", "amr_wb")),
    ("asf", "wmv3", "wmav1"),
    ("asf", "wmv3", "wmav2"),
    ("asf", "vc1", "wmapro"),
    *(("asf", "", sound) for sound in ("wmav1", "wmav2", "wmapro")),
    *(("avi", picture, "mp3") for picture in ("mpeg4", "mjpeg", "dvvideo", "rawvideo", "v210", "hq_hqa")),
    *(("avi", "mpeg4", sound) for sound in ("ac3", "dolby_e", "eac3", "mp2", "pcm_s16le")),
    ("flv", "h264", "aac"),
    ("flv", "flv1", "aac"),
    ("flv", "h263", ""),
    ("gif", "gif", ""),
    *(("matroska", picture, "aac") for picture in ("h264", "mpeg2video", "mpeg4", "vc1")),
    *(("matroska", "h264", sound) for sound in ("ac3", "eac3", "flac", "opus", "vorbis", "pcm_s24le")),
    *(("matroska", "mpeg4", sound) for sound in ("wmav1", "wmav2")),
    *(("matroska", "", sound) for sound in ("flac", "opus", "vorbis")),
    *(
        ("quicktime", picture, "pcm_s16le")
        for picture in ("prores", "h264", "hevc", "mjpeg", "qtrle", "h261")
    ),
    ("quicktime", "jpeg2000", "mp3"),
    *(("quicktime", picture, "aac") for picture in ("dvvideo", "h263", "mpeg2video", "mpeg4", "v210")),
    ("quicktime", "", "pcm_s24le"),
    ("mp3", "", "mp3"),
    *(("mp4", picture, "aac") for picture in ("av1", "h264", "hevc", "vp9", "mpeg4", "mpeg2video", "h263")),
    *(("mp4", "h264", sound) for sound in ("ac3", "eac3", "flac", "pcm_s16le", "wmav1", "wmav2")),
    *(("mp4", picture, "") for picture in ("h261", "jpeg2000", "rawvideo", "vc1")),
    ("mp4", "", "aac"),
    ("mp4", "", "flac"),
    ("mpegps", "mpeg2video", "mp2"),
    ("mpegps", "mpeg1video", "mp2"),
    *(("mpegps", "mpeg2video", sound) for sound in ("aac", "ac3", "eac3", "pcm_dvd")),
    *(("mpegts", picture, "aac") for picture in ("h264", "hevc", "mpeg2video", "vc1")),
    *(("mpegts", "h264", sound) for sound in ("aac_latm", "ac3", "dolby_e", "eac3", "mp2", "s302m")),
    *(("mpegts", "vc1", sound) for sound in ("wmav1", "wmav2")),
    ("mpegts", "", "mp2"),
    ("mpegts", "", "s302m"),
    *(("mxf", picture, "pcm_s24le") for picture in ("mpeg2video", "dnxhd", "prores", "jpeg2000", "dvvideo")),
    *(("mxf", "h264", sound) for sound in ("aac", "dolby_e", "mp2")),
    ("mxf", "v210", "pcm_s24le"),
    *(("ogg", "", sound) for sound in ("flac", "opus", "vorbis")),
    ("wave", "", "pcm_s16le"),
    ("wave", "", "gsm_ms"),
    ("webm", "vp8", "vorbis"),
    ("webm", "vp9", "opus"),
    *((stream, stream, "") for stream in ("h264", "hevc")),
    ("mpegvideo", "mpeg1video", ""),
    ("mpegvideo", "mpeg2video", ""),
    ("dv", "dvvideo", ""),
    *((stream, "", stream) for stream in ("aac", "ac3", "eac3", "flac", "gsm")),
]
# Each with the codec that the guide doesn't list there.
UNDOCUMENTED = [
    ("ogg", "theora", "vorbis", "theora"),
    ("matroska", "theora", "opus", "theora"),
    ("matroska", "av1", "opus", "av1"),
    ("matroska", "hevc", "aac", "hevc"),
    ("matroska", "vp9", "opus", "vp9"),
    ("matroska", "h264", "mp3", "mp3"),
    ("matroska", "h264", "dts", "dts"),
    ("webm", "av1", "opus", "av1"),
    ("webm", "", "opus", "opus"),
    ("avi", "h264", "aac", "h264"),
    ("avi", "h264", "aac", "aac"),
    ("avi", "h264", "mp3", "h264"),
    ("avi", "msmpeg4v3", "mp3", "msmpeg4v3"),
    ("mpegts", "h263", "aac", "h263"),
    ("mpegts", "h264", "mp3", "mp3"),
    ("mpegts", "h264", "opus", "opus"),
    ("mpegts", "", "aac", "aac"),
    ("mp4", "h264", "mp3", "mp3"),
    ("mp4", "h264", "opus", "opus"),
    ("mp4", "mjpeg", "aac", "mjpeg"),
    *(("mp4", "", sound, sound) for sound in ("opus", "pcm_s16le", "iamf", "mp3", "ac3", "alac")),
    ("three_gp", "", "amr_nb", "amr_nb"),
    ("three_gp", "", "aac", "aac"),
    ("quicktime", "", "aac", "aac"),
    ("quicktime", "svq1", "pcm_s16be", "svq1"),
    ("matroska", "", "pcm_s16le", "pcm_s16le"),
    ("matroska", "", "aac", "aac"),
    ("mxf", "", "pcm_s24le", "pcm_s24le"),
    ("asf", "wmv2", "wmav2", "wmv2"),
    ("flv", "vp6f", "mp3", "vp6f"),
    ("flv", "h264", "mp3", "mp3"),
    ("wave", "", "adpcm_ms", "adpcm_ms"),
    ("mp3", "", "mp2", "mp2"),
    ("gif", "png", "", "png"),
    ("nut", "h264", "aac", "h264"),
]


def cells(container: str, picture: str, sound: str) -> dict[str, bool]:
    """Look each codec of a file up; return what the table says of it, by its name."""
    found = {}
    if picture:
        found[picture] = is_documented(container, codec_of_guide(picture), is_video=True, has_video=True)
    if sound:
        found[sound] = is_documented(
            container, codec_of_guide(sound), is_video=False, has_video=bool(picture)
        )
    return found


@pytest.mark.parametrize(("container", "picture", "sound"), DOCUMENTED)
def test_the_table_has_what_the_guide_lists(container: str, picture: str, sound: str) -> None:
    """Every combination that the guide lists is documented."""
    assert all(cells(container, picture, sound).values())


@pytest.mark.parametrize(("container", "picture", "sound", "at_error"), UNDOCUMENTED)
def test_the_table_lacks_what_the_guide_lacks(
    container: str, picture: str, sound: str, at_error: str
) -> None:
    """A codec that the guide lists elsewhere, or nowhere, is not documented here."""
    assert not cells(container, picture, sound)[at_error]


def test_each_cell_is_named_by_a_test() -> None:
    """The documented combinations are the whole table: no cell is in it that they don't name."""
    named = {
        (container, codec_of_guide(coding), kind)
        for container, picture, sound in DOCUMENTED
        for coding, kind in ((picture, "video"), (sound, "audio" if picture else "alone"))
        if coding
    }
    assert named == {
        (name, codec, kind)
        for name, row in CONTAINERS.items()
        for kind, codecs in (("video", row.video), ("audio", row.audio), ("alone", row.audio_alone))
        for codec in codecs
    }


def test_the_table_agrees_with_probe() -> None:
    """A container has a format where Probe's enum has it, and elementary streams of video have no sound."""
    model = botocore.session.get_session().get_service_model("mediaconvert")
    formats: Any = model.shape_for("Format")
    assert {name for name, row in CONTAINERS.items() if row.has_format} == set(formats.enum)
    assert all(not CONTAINERS[name].audio for name in VIDEO_ALONE)
    used = {codec for row in CONTAINERS.values() for codec in row.video | row.audio | row.audio_alone}
    assert used == {*CODECS_OF_GUIDE.values(), "PCM"}
