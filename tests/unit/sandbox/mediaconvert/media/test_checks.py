"""The checker of outputs: it must see what is broken, else no other test means anything."""

import shutil
from pathlib import Path

import pytest

from sandbox.demo.clip import Clip
from tests.support.media_checks import check_dash, check_hls, check_mp4
from tests.unit.sandbox.mediaconvert.media.conftest import MakeClip, RunJob
from tests.unit.sandbox.mediaconvert.media.jobs import (
    STEREO,
    dash,
    file,
    hls,
    job,
    output,
    video,
)

SECONDS = 4.0
HLS, DASH, MP4 = "one/hls/master.m3u8", "one/dash/manifest.mpd", "one/mp4/video_v.mp4"


@pytest.fixture(scope="module")
def made(clip: MakeClip, run_job: RunJob) -> Path:
    """Return the outputs of a good job."""
    picture = video(160, 90)
    settings = job(
        hls(output("_v", "M3U8", picture=picture, sound=STEREO), segmentLength=2),
        dash(output("_v", "MPD", picture=picture), output("_a", "MPD", sound=STEREO), segmentLength=2),
        file(output("_v", "MP4", picture=picture, sound=STEREO)),
    )
    return run_job(settings, clip(Clip(width=160, height=90, seconds=SECONDS)))[1]


@pytest.fixture
def outputs(made: Path, tmp_path: Path) -> Path:
    """Return a copy of the outputs that a test may break."""
    return Path(shutil.copytree(made, tmp_path / "outputs"))


def replace(path: Path, old: str, new: str) -> None:
    """Replace text in a manifest; the text must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_good_outputs_pass(outputs: Path) -> None:
    """Outputs of a whole job pass every check."""
    check_hls(outputs / HLS, seconds=SECONDS)
    check_dash(outputs / DASH, seconds=SECONDS)
    check_mp4(outputs / MP4, seconds=SECONDS)


def test_a_missing_segment_is_seen(outputs: Path) -> None:
    """A segment that a manifest names and that isn't there fails HLS and DASH."""
    (outputs / "one/hls/master_v_00002.ts").unlink()
    (outputs / "one/dash/manifest_v_000000002.mp4").unlink()
    with pytest.raises(AssertionError, match="does not exist"):
        check_hls(outputs / HLS, seconds=SECONDS)
    with pytest.raises(AssertionError, match="does not exist"):
        check_dash(outputs / DASH, seconds=SECONDS)


def test_too_short_a_playback_is_seen(outputs: Path) -> None:
    """Manifests and files that play for less than the source fail."""
    with pytest.raises(AssertionError, match="not 9"):
        check_hls(outputs / HLS, seconds=9)
    with pytest.raises(AssertionError, match="not 9"):
        check_dash(outputs / DASH, seconds=9)
    with pytest.raises(AssertionError, match="not 9"):
        check_mp4(outputs / MP4, seconds=9)


def test_unexpected_sound_is_seen(outputs: Path) -> None:
    """Sound where none was expected fails."""
    with pytest.raises(AssertionError, match="sound"):
        check_hls(outputs / HLS, seconds=SECONDS, has_audio=False)
    with pytest.raises(AssertionError, match="sound"):
        check_dash(outputs / DASH, seconds=SECONDS, has_audio=False)
    with pytest.raises(AssertionError, match="sound"):
        check_mp4(outputs / MP4, seconds=SECONDS, has_audio=False)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("RESOLUTION=160x90", "RESOLUTION=320x180", "shows 160x90"),
        ("FRAME-RATE=30.000", "FRAME-RATE=25.000", "frames a second"),
        ("BANDWIDTH=", "BANDWIDTH=9", "densest segment"),
        ("mp4a.40.2", "avc1.640015", "sound is expected"),
    ],
)
def test_false_promises_of_a_master_playlist_are_seen(
    old: str, new: str, complaint: str, outputs: Path
) -> None:
    """A resolution, rate, bandwidth or codec that the segments don't have fails."""
    replace(outputs / HLS, old, new)
    with pytest.raises(AssertionError, match=complaint):
        check_hls(outputs / HLS, seconds=SECONDS)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('d="30720"', 'd="30000"', "in the timeline at|declares"),
        (' r="1"', "", "leaves out"),
        ('width="160"', 'width="170"', "shows 160x90"),
    ],
)
def test_false_promises_of_a_dash_manifest_are_seen(
    old: str, new: str, complaint: str, outputs: Path
) -> None:
    """A timeline or a size that the segments don't have fails."""
    replace(outputs / DASH, old, new)
    with pytest.raises(AssertionError, match=complaint):
        check_dash(outputs / DASH, seconds=SECONDS)


def test_an_index_at_the_end_is_seen(outputs: Path) -> None:
    """An MP4 that must be read to its end before it plays fails."""
    path = outputs / MP4
    content = path.read_bytes()
    at = content.index(b"moov") - 4
    length = int.from_bytes(content[at : at + 4])
    path.write_bytes(content[:at] + content[at + length :] + content[at : at + length])
    with pytest.raises(AssertionError, match="begin with its index"):
        check_mp4(path, seconds=SECONDS)
