"""Each recipe really makes what it claims: the files are read back with PyAV."""

import re
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from checks.corpus.sources import made as sources
from checks.corpus.sources.made import make_source
from checks.corpus.sources.recipes import (
    MONO,
    SURROUND,
    AudioCodec,
    Damage,
    Dynamics,
    Picture,
    Recipe,
    Sound,
    VideoCodec,
    patch_codes,
)
from sandbox.mediaconvert.encoding.ffmpeg import executable

SHORT = 0.5
PQ_CODES, HLG_CODES = 16, 18  # Source: ITU-T H.273, table 3


def first_frame(path: Path) -> av.VideoFrame:
    """Return the first picture of a file."""
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


SIZES = [
    (16, 16, VideoCodec.AVC, ".mp4"),
    (34, 20, VideoCodec.AVC, ".mov"),
    (853, 479, VideoCodec.VP9, ".webm"),
    (321, 241, VideoCodec.MPEG4, ".mp4"),
    (400, 400, VideoCodec.AVC, ".mkv"),
    (360, 640, VideoCodec.AVC, ".ts"),
]


@pytest.mark.parametrize(("width", "height", "codec", "suffix"), SIZES)
def test_a_picture_has_its_size_and_codec(
    folder: Path, width: int, height: int, codec: VideoCodec, suffix: str
) -> None:
    """A source has the very size, odd ones too, and the codec of its recipe."""
    sound = AudioCodec.OPUS if suffix == ".webm" else AudioCodec.AAC
    picture = Picture(width=width, height=height, codec=codec)
    path = make_source(folder, Recipe(picture=picture, suffix=suffix, seconds=SHORT, audio_codec=sound))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (width, height)
        names = {VideoCodec.AVC: "h264", VideoCodec.VP9: "vp9", VideoCodec.MPEG4: "mpeg4"}
        assert stream.codec_context.name == names[codec]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_picture_is_stored_turned_and_says_so(folder: Path, rotation: int) -> None:
    """The stored picture lies on its side or head, and the file tells by how much to turn it."""
    path = make_source(folder, Recipe(picture=Picture(rotation=rotation), seconds=SHORT))
    frame = first_frame(path)
    assert frame.rotation % 360 == -rotation % 360
    assert (frame.width, frame.height) == ((360, 640) if rotation != 180 else (640, 360))
    luma = frame.reformat(format="gray").planes[0]
    corner = {90: (0, 0), 180: (frame.height - 10, 10), 270: (frame.height - 10, frame.width - 10)}[rotation]
    bright = memoryview(luma)[(corner[0] + 5) * luma.line_size + min(corner[1] + 5, frame.width - 1)]
    assert bright > 225, "the marker is not where the stored picture has its top right corner"


def test_pixels_can_be_wider_than_high(folder: Path) -> None:
    """A recipe's sample aspect ratio is in the file, in MPEG-2 as in H.264."""
    for codec, suffix in ((VideoCodec.MPEG2, ".ts"), (VideoCodec.AVC, ".mp4")):
        picture = Picture(
            width=720, height=576, frame_rate=Fraction(25), codec=codec, sample_aspect=Fraction(64, 45)
        )
        path = make_source(folder, Recipe(picture=picture, suffix=suffix, seconds=SHORT))
        with av.open(str(path)) as container:
            assert container.streams.video[0].sample_aspect_ratio == Fraction(64, 45)


@pytest.mark.parametrize("rate", [15, 24, Fraction(30000, 1001), Fraction(60000, 1001), 60])
def test_frames_come_at_their_rate(folder: Path, rate: Fraction) -> None:
    """A constant frame rate is exact, drop-frame rates too."""
    path = make_source(folder, Recipe(picture=Picture(frame_rate=Fraction(rate)), seconds=1))
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == rate


def test_a_variable_rate_varies(folder: Path) -> None:
    """The second half has a third of the frames: distances between frames are of two kinds."""
    path = make_source(folder, Recipe(picture=Picture(rate_varies=True)))
    with av.open(str(path)) as container:
        times = sorted(frame.time for frame in container.decode(video=0) if frame.time is not None)
    distances = {round((after - before) * 30) for before, after in pairwise(times)}
    assert distances >= {1, 3}


@pytest.mark.parametrize("codec", [VideoCodec.AVC, VideoCodec.MPEG2])
def test_an_interlaced_picture_has_its_top_field_first(folder: Path, codec: VideoCodec) -> None:
    """Frames are marked interlaced, and ffmpeg's detector finds the top field first where things move."""
    picture = Picture(is_interlaced=True, frame_rate=Fraction(25), codec=codec)
    path = make_source(folder, Recipe(picture=picture, suffix=".ts", seconds=1))
    assert first_frame(path).interlaced_frame
    command = [executable(), "-nostdin", "-i", str(path), "-vf", "idet", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    found = re.findall(r"Multi frame detection: TFF: *(\d+) BFF: *(\d+) Progressive: *(\d+)", said)
    top, bottom, progressive = map(int, found[-1])
    assert top > 20
    assert (bottom, progressive) == (0, 0)


@pytest.mark.parametrize(
    ("dynamics", "transfer"), [(Dynamics.PQ, PQ_CODES), (Dynamics.HLG, HLG_CODES), (Dynamics.SDR, 1)]
)
def test_a_deep_picture_is_tagged_and_has_its_grays(folder: Path, dynamics: Dynamics, transfer: int) -> None:
    """A 10-bit source has its tags, and each gray patch the code of its luminance."""
    picture = Picture(codec=VideoCodec.HEVC, bit_depth=10, dynamics=dynamics)
    frame = first_frame(make_source(folder, Recipe(picture=picture, seconds=SHORT)))
    assert frame.format.name == "yuv420p10le"
    assert int(frame.color_trc) == transfer
    assert int(frame.colorspace) == (1 if dynamics is Dynamics.SDR else 9)
    luma, middle = frame.planes[0], 360 - 360 // 8 - 360 // 8
    row = memoryview(luma).cast("B")[middle * luma.line_size :]
    for number, code in enumerate(patch_codes(dynamics)):
        at = 2 * (number * 106 + 53)
        assert abs(row[at] + 256 * row[at + 1] - code) <= 6, (number, code)


def test_tracks_have_their_channels_and_languages(folder: Path) -> None:
    """5.1, mono and languages are in the file, in the recipe's order."""
    with av.open(str(make_source(folder, Recipe(sounds=(SURROUND,), seconds=SHORT)))) as container:
        assert container.streams.audio[0].layout.name == "5.1"
    two = (Sound(language="eng"), Sound(tones_hz=(550,), language="fra"))
    with av.open(str(make_source(folder, Recipe(sounds=two, seconds=SHORT)))) as container:
        assert [stream.metadata["language"] for stream in container.streams.audio] == ["eng", "fra"]
        assert [stream.channels for stream in container.streams.audio] == [2, 1]


@pytest.mark.parametrize(
    ("suffix", "codec"), [(".m4a", AudioCodec.AAC), (".mp3", AudioCodec.MP3), (".wav", AudioCodec.PCM)]
)
def test_a_source_can_be_sound_alone(folder: Path, suffix: str, codec: AudioCodec) -> None:
    """A recipe without a picture makes a file without one."""
    path = make_source(
        folder, Recipe(picture=None, sounds=(MONO,), suffix=suffix, seconds=SHORT, audio_codec=codec)
    )
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["audio"]


@pytest.mark.parametrize(("suffix", "codec"), [(".mkv", "srt"), (".mp4", "mov_text")])
def test_subtitles_are_embedded(folder: Path, suffix: str, codec: str) -> None:
    """A text track is in the container, with its language."""
    with av.open(str(make_source(folder, Recipe(suffix=suffix, subtitles=True)))) as container:
        stream = container.streams.subtitles[0]
        assert stream.codec_context.name == codec
        assert stream.metadata["language"] == "eng"


def test_one_frame_is_one_frame(folder: Path) -> None:
    """A picture can end after its first frame."""
    path = make_source(folder, Recipe(picture=Picture(frames=1), sounds=(), seconds=SHORT))
    with av.open(str(path)) as container:
        assert len(list(container.decode(video=0))) == 1


def test_the_index_is_where_the_recipe_wants_it(folder: Path) -> None:
    """By default the index ends the file; it begins it where that is asked for."""
    for first in (False, True):
        data = make_source(folder, Recipe(index_first=first, seconds=SHORT)).read_bytes()
        assert (data.index(b"moov") < data.index(b"mdat")) is first


def test_damage_is_done_to_the_right_bytes(folder: Path) -> None:
    """A cut file is a beginning; flipped bits spare the index, or hit nothing else."""
    whole = Recipe(index_first=True, seconds=SHORT)
    sound = make_source(folder, whole).read_bytes()

    def hurt(damage: Damage) -> bytes:
        return make_source(folder, Recipe(index_first=True, seconds=SHORT, damage=damage)).read_bytes()

    assert sound.startswith(hurt(Damage.CUT))
    assert len(hurt(Damage.CUT)) == int(len(sound) * 0.6)
    media = sound.index(b"mdat")
    flipped, index = hurt(Damage.FLIPPED_MEDIA), hurt(Damage.FLIPPED_INDEX)
    assert flipped[:media] == sound[:media]
    assert flipped != sound
    assert index[media:] == sound[media:]
    assert index != sound
    assert hurt(Damage.EMPTY) == b""
    assert hurt(Damage.TEXT).isascii()
    assert len(hurt(Damage.NOISE)) > 100_000


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(seconds=SHORT),
        Recipe(suffix=".mkv", subtitles=True, seconds=SHORT),
        Recipe(picture=Picture(codec=VideoCodec.HEVC, bit_depth=10, dynamics=Dynamics.PQ), seconds=SHORT),
        Recipe(damage=Damage.NOISE),
    ],
)
def test_a_recipe_always_makes_the_same_bytes(recipe: Recipe, tmp_path: Path) -> None:
    """Two machines make equal sources, so that a case that fails can be repeated."""
    one, two = (make_source(tmp_path / name, recipe) for name in ("one", "two"))
    assert one.name == two.name
    assert one.read_bytes() == two.read_bytes()


def test_a_source_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that is there is found by its recipe; another recipe is another file."""
    first = make_source(tmp_path, Recipe(seconds=SHORT))
    monkeypatch.setattr(sources, "executable", lambda: "/nowhere")
    assert make_source(tmp_path, Recipe(seconds=SHORT)) == first
    with pytest.raises(FileNotFoundError):
        make_source(tmp_path, Recipe(seconds=SHORT, sounds=(MONO,)))
