"""What MediaConvert's table of inputs has is read and transcoded, what it lacks is refused with 1030."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.input_check import accept_any, check_documented
from sandbox.mediaconvert.planning.plan import make_plan
from sandbox.mediaconvert.probing.input_table import CONTAINERS
from sandbox.mediaconvert.probing.probe_result import probe_file
from sandbox.mediaconvert.probing.source import inspect_source
from tests.unit.sandbox.mediaconvert.media.conftest import RunJob
from tests.unit.sandbox.mediaconvert.media.inputs import Input, make_input
from tests.unit.sandbox.mediaconvert.media.jobs import (
    STEREO,
    Settings,
    file,
    job,
    output,
    source,
    video,
)

SMALL = video(64, 64)

DOCUMENTED = [
    Input(".3gp", "libx264", "aac"),
    Input(".3gp", "h263", "libopencore_amrnb"),
    Input(".3gp", "mpeg4", "aac"),
    Input(".3g2", "libx264", "aac"),
    Input(".wma", "", "wmav1"),
    Input(".wma", "", "wmav2"),
    *(Input(".avi", picture, "libmp3lame") for picture in ("mpeg4", "libxvid", "mjpeg", "rawvideo", "v210")),
    *(Input(".avi", "mpeg4", sound) for sound in ("ac3", "eac3", "mp2", "pcm_s16le")),
    Input(".avi", "dvvideo", "pcm_s16le"),
    Input(".flv", "libx264", "aac"),
    Input(".flv", "flv"),
    Input(".f4v", "libx264", "aac"),
    Input(".gif", "gif"),
    *(Input(".mkv", picture, "aac") for picture in ("libx264", "mpeg2video", "mpeg4")),
    *(
        Input(".mkv", "libx264", sound)
        for sound in ("ac3", "eac3", "flac", "libopus", "libvorbis", "pcm_s16le")
    ),
    *(Input(".mka", "", sound) for sound in ("flac", "libopus", "libvorbis")),
    *(
        Input(".mov", picture, "pcm_s16le")
        for picture in ("prores_ks", "libx264", "libx265", "mjpeg", "qtrle")
    ),
    *(
        Input(".mov", picture, "aac")
        for picture in ("mpeg2video", "mpeg4", "jpeg2000", "h261", "h263", "v210")
    ),
    Input(".mov", "dvvideo", "libmp3lame"),
    Input(".mov", "", "pcm_s24le"),
    Input(".mp3", "", "libmp3lame"),
    *(
        Input(".mp4", picture, "aac")
        for picture in ("libsvtav1", "libx264", "libx265", "libvpx-vp9", "mpeg4")
    ),
    *(Input(".mp4", "libx264", sound) for sound in ("ac3", "eac3", "flac", "pcm_s16le")),
    Input(".mp4", "mpeg2video"),
    Input(".m4a", "", "aac"),
    Input(".mp4", "", "flac"),
    Input(".mpg", "mpeg1video", "mp2"),
    Input(".vob", "mpeg2video", "ac3"),
    *(Input(".ts", picture, "aac") for picture in ("libx264", "libx265")),
    *(Input(".ts", "mpeg2video", sound) for sound in ("mp2", "ac3", "eac3", "s302m")),
    Input(".ts", "", "mp2"),
    Input(".ts", "", "s302m"),
    *(Input(".mxf", picture, "pcm_s16le") for picture in ("mpeg2video", "dnxhd", "dvvideo")),
    *(Input(".ogg", "", sound) for sound in ("flac", "libopus", "libvorbis")),
    Input(".wav", "", "pcm_s16le"),
    Input(".webm", "libvpx", "libvorbis"),
    Input(".webm", "libvpx-vp9", "libopus"),
    Input(".m1v", "mpeg1video", muxer="mpeg1video"),
    Input(".m2v", "mpeg2video", muxer="mpeg2video"),
    Input(".h264", "libx264", muxer="h264"),
    Input(".h265", "libx265", muxer="hevc"),
    Input(".aac", "", "aac"),
    Input(".ac3", "", "ac3"),
    Input(".eac3", "", "eac3"),
    Input(".flac", "", "flac"),
]
# With ffmpeg's name of the codec that is wrong.
UNDOCUMENTED = [
    (Input(".ogv", "libtheora", "libvorbis"), "theora"),
    (Input(".mkv", "libtheora"), "theora"),
    (Input(".mkv", "libsvtav1"), "av1"),
    (Input(".mkv", "libx265"), "hevc"),
    (Input(".mkv", "libvpx-vp9", "libopus"), "vp9"),
    (Input(".mkv", "libx264", "libmp3lame"), "mp3"),
    (Input(".mkv", "libx264", "dca"), "dts"),
    (Input(".mka", "", "pcm_s16le"), "pcm_s16le"),
    (Input(".mka", "", "aac"), "aac"),
    (Input(".webm", "libsvtav1", "libopus"), "av1"),
    (Input(".webm", "", "libopus"), "opus"),
    (Input(".avi", "libx264", "aac"), "h264"),
    (Input(".avi", "libx264", "libmp3lame"), "h264"),
    (Input(".avi", "mpeg4", "aac"), "aac"),
    (Input(".avi", "msmpeg4"), "msmpeg4v3"),
    (Input(".wmv", "wmv2", "wmav2"), "wmv2"),
    (Input(".ts", "libx264", "libmp3lame"), "mp3"),
    (Input(".ts", "libx264", "libopus"), "opus"),
    (Input(".ts", "", "aac"), "aac"),
    (Input(".mp4", "libx264", "libmp3lame"), "mp3"),
    (Input(".mp4", "libx264", "libopus"), "opus"),
    (Input(".mp4", "mjpeg"), "mjpeg"),
    (Input(".mp4", "", "libopus"), "opus"),
    (Input(".mp4", "", "pcm_s16le"), "pcm_s16le"),
    (Input(".m4a", "", "alac"), "alac"),
    (Input(".3gp", "", "libopencore_amrnb"), "amr_nb"),
    (Input(".3gp", "", "aac"), "aac"),
    (Input(".mov", "", "aac"), "aac"),
    (Input(".mov", "svq1"), "svq1"),
    (Input(".mxf", "", "pcm_s16le", muxer="mxf_opatom"), "pcm_s16le"),
    (Input(".flv", "libx264", "libmp3lame"), "mp3"),
    (Input(".wav", "", "adpcm_ms"), "adpcm_ms"),
    (Input(".mp2", "", "mp2", muxer="mp2"), "mp2"),
]
# The bundled ffmpeg has no encoder for them: VC-1, WMA Pro, AMR wideband, GSM, Canopus HQ, IAMF. The table
# of ``test_media_input_table`` has their cells.


def settings_for(made: Input) -> Settings:
    """Ask for whatever a file has."""
    picture, sound = SMALL if made.picture else None, STEREO if made.sound else None
    return job(file(output("_v", "MP4", picture=picture, sound=sound)))


@pytest.mark.parametrize("wanted", DOCUMENTED, ids=str)
def test_documented_inputs_are_read(wanted: Input, run_job: RunJob, tmp_path: Path) -> None:
    """A file of a documented combination is transcoded; nothing of it is missing."""
    path = make_input(tmp_path, wanted)
    _, outputs, _ = run_job(settings_for(wanted), path)
    (made,) = outputs.rglob("*.mp4")
    with av.open(str(made)) as container:
        assert (bool(container.streams.video), bool(container.streams.audio)) == (
            bool(wanted.picture),
            bool(wanted.sound),
        )


@pytest.mark.parametrize(("wanted", "at_error"), UNDOCUMENTED, ids=lambda value: str(value))
def test_undocumented_inputs_are_refused(wanted: Input, at_error: str, tmp_path: Path) -> None:
    """A file of any other combination is 1030, in the service's words, and the setting lets it through."""
    plan = make_plan(settings_for(wanted), inspect_source(make_input(tmp_path, wanted)))
    with pytest.raises(JobError) as refused:
        check_documented(plan)
    assert refused.value.code == 1030
    kind = "Video" if wanted.picture and at_error not in ("mp3", "aac", "opus", "dts") else "Audio"
    assert refused.value.message.startswith(f"{kind} codec [{at_error}]")
    assert refused.value.message.endswith(f"is not a supported input {kind.lower()} codec")
    accept_any(plan)


def test_only_what_a_job_reads_counts() -> None:
    """A track that no output uses may have any codec; the picture of a job for its sound alone, too."""
    odd = source(format_="mp4", codec="THEORA", coding="theora")
    check_documented(make_plan(job(file(output("_a", "MP4", sound=STEREO))), odd))
    with pytest.raises(JobError):
        check_documented(make_plan(job(file(output("_v", "MP4", picture=SMALL))), odd))


@pytest.mark.parametrize(
    ("wanted", "rate"),
    [
        (Input(".m2v", "mpeg2video", muxer="mpeg2video"), 10),
        (Input(".m1v", "mpeg1video", muxer="mpeg1video"), 25),
        (Input(".h264", "libx264", muxer="h264"), 10),
        (Input(".h265", "libx265", muxer="hevc"), 10),
        (Input(".dv", "dvvideo", "pcm_s16le"), 25),
        (Input(".gif", "gif"), 10),
    ],
    ids=str,
)
def test_streams_without_a_container_keep_rate_and_pictures(
    wanted: Input, rate: int, run_job: RunJob, tmp_path: Path
) -> None:
    """Of an elementary stream the codec's own headers tell the rate, and every picture comes through."""
    path = make_input(tmp_path, wanted)
    found = inspect_source(path)
    assert found.videos[0].frame_rate == Fraction(rate)
    # The guide calls them video-only inputs: a DV stream's sound is not read.
    assert found.audios == ()
    _, outputs, _ = run_job(job(file(output("_v", "MP4", picture=SMALL, sound=STEREO))), path)
    (made,) = outputs.rglob("*.mp4")
    with av.open(str(made)) as container:
        assert container.streams.video[0].frames == round(0.4 * rate)
        assert not container.streams.audio


@pytest.mark.parametrize(
    "wanted",
    [
        Input(".flv", "libx264", "aac"),
        Input(".gif", "gif"),
        Input(".m2v", "mpeg2video", muxer="mpeg2video"),
        Input(".h264", "libx264", muxer="h264"),
        Input(".dv", "dvvideo", "pcm_s16le"),
    ],
    ids=str,
)
def test_probe_tells_no_format_that_its_enum_lacks(wanted: Input, tmp_path: Path) -> None:
    """Of an input that MediaConvert reads and Probe doesn't, the answer has no format and no tracks."""
    path = make_input(tmp_path, wanted)
    assert not CONTAINERS[inspect_source(path).format].has_format
    answer = probe_file(path)
    assert answer["container"] == {}
    assert answer["trackMappings"] == []


def test_a_quicktime_file_without_a_brand_is_quicktime(tmp_path: Path) -> None:
    """Files of before 2001 have no file type box: they are QuickTime, and may hold what MP4 may not."""
    path = make_input(tmp_path, Input(".mov", "mjpeg"))
    content = path.read_bytes()
    size = int.from_bytes(content[:4])
    path.write_bytes((8).to_bytes(4) + b"wide" + bytes(0) + content[size:])
    found = inspect_source(path)
    assert found.format == "quicktime"
