"""How the corpus measures files: each measure separates a right file from a wrong one."""

import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from checks.corpus.examination.listening import listen, loudness_lufs
from checks.corpus.examination.similarity import SSIM, VMAF, Candidate, Reference, likenesses, measure_of
from checks.corpus.examination.watching import watch
from checks.corpus.sources.made import make_source
from checks.corpus.sources.recipes import SILENCE, STEREO, SURROUND, AudioCodec, Picture, Recipe
from sandbox.mediaconvert.encoding.ffmpeg import executable

TONES = (60, 440, 550, 660, 880, 1100, 1320)


def changed(source: Path, name: str, *arguments: str) -> Path:
    """Return what ffmpeg makes of a source with some arguments."""
    path = source.parent / name
    command = [executable(), "-loglevel", "error", "-y", "-i", str(source), *arguments, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def test_each_channel_is_heard_with_its_tone(folder: Path) -> None:
    """Six channels, six tones: swapped or lost channels would show."""
    heard = listen(make_source(folder, Recipe(picture=None, sounds=(SURROUND,), suffix=".m4a", seconds=1)))
    assert heard.layout == "5.1"
    assert heard.tones(TONES) == tuple(frozenset({tone}) for tone in SURROUND.tones_hz)
    assert heard.seconds == pytest.approx(1, abs=0.1)
    assert heard.silences() == ()


def test_swapped_channels_are_heard(folder: Path) -> None:
    """Where left and right change places, so do their tones."""
    source = make_source(folder, Recipe(picture=None, suffix=".m4a", seconds=1))
    swapped = changed(source, "swapped.m4a", "-af", "channelmap=1|0")
    assert listen(source).tones(TONES) == (frozenset({440}), frozenset({660}))
    assert listen(swapped).tones(TONES) == (frozenset({660}), frozenset({440}))


def test_a_silent_stretch_is_found_with_its_place(folder: Path) -> None:
    """Half a second that is muted is found, at its very place; digital silence is silent everywhere."""
    source = make_source(folder, Recipe(picture=None, suffix=".wav", seconds=2, audio_codec=AudioCodec.PCM))
    muted = changed(source, "muted.wav", "-af", "volume=0:enable='between(t,1,1.5)'")
    assert listen(muted).silences() == (1.1, 1.2, 1.3, 1.4)  # ffmpeg mutes whole frames
    silent = listen(make_source(folder, Recipe(picture=None, sounds=(SILENCE,), suffix=".m4a")))
    assert len(silent.silences()) >= 15
    assert silent.tones(TONES) == (frozenset(), frozenset())


def test_loudness_is_measured_in_lufs(folder: Path) -> None:
    """A track 6 dB quieter is 6 LU quieter; what has no loudness, silence, has none."""
    source = make_source(folder, Recipe(picture=None, suffix=".m4a"))
    loud, quiet = loudness_lufs(source), loudness_lufs(changed(source, "quiet.m4a", "-af", "volume=-6dB"))
    assert loud is not None
    assert quiet is not None
    assert loud - quiet == pytest.approx(6, abs=0.3)
    assert loudness_lufs(make_source(folder, Recipe(picture=None, sounds=(SILENCE,), suffix=".m4a"))) is None


@pytest.mark.parametrize(
    ("filters", "corner"),
    [
        ("null", "top right"),
        ("hflip", "top left"),
        ("vflip", "bottom right"),
        ("transpose=clock", "bottom right"),
    ],
)
def test_a_turned_picture_is_seen_by_its_marker(folder: Path, filters: str, corner: str) -> None:
    """Every turn and mirroring moves the marker to another corner."""
    source = make_source(folder, Recipe(seconds=0.5))
    assert watch(changed(source, "turned.mp4", "-vf", filters)).corner == corner


def test_a_small_picture_is_seen_within_its_frame(folder: Path) -> None:
    """A picture of 16x16 in the middle of 32x32 has its marker in its own corner."""
    source = make_source(folder, Recipe(picture=Picture(width=16, height=16), seconds=0.5))
    padded = changed(source, "padded.mp4", "-vf", "pad=32:32:8:8")
    assert watch(padded, (16, 16)).corner == "top right"
    assert watch(padded).corner == ""


def test_times_keyframes_and_shape_are_read(folder: Path) -> None:
    """Duration, rate, keyframes and the shape of pixels come from the packets and headers."""
    picture = Picture(frame_rate=Fraction(25), sample_aspect=Fraction(4, 3))
    watched = watch(
        changed(make_source(folder, Recipe(picture=picture)), "keys.mp4", "-g", "25", "-c:a", "copy")
    )
    assert (watched.frames, watched.frame_rate, watched.seconds) == (50, 25, 2)
    assert watched.keyframes == (0, 1)
    assert watched.shown_aspect == pytest.approx(640 * 4 / 3 / 360)
    assert watched.is_steady
    assert watched.color == (1, 1, 1)
    assert not watch(make_source(folder, Recipe(picture=Picture(rate_varies=True)))).is_steady


def likeness_of(folder: Path, *arguments: str, measure: str = VMAF) -> tuple[float, float]:
    """Return how like its source a changed picture is, at its own size and at the source's."""
    source = make_source(folder, Recipe(seconds=1, sounds=()))
    path = changed(source, "rung.mp4", *arguments)
    seen = watch(path)
    reference = Reference(
        path=source, width=640, height=360, frame_rate=Fraction(30), seconds=1, measure=measure
    )
    found = likenesses(reference, [Candidate(path, seen.width, seen.height)])[0]
    return found.at_rung, found.at_source


@pytest.mark.parametrize(("measure", "good"), [(VMAF, 95.0), (SSIM, 0.98)])
def test_likeness_tells_a_good_rendition_from_bad_ones(folder: Path, measure: str, good: float) -> None:
    """A fine encode is above the mark; a coarse one, a blurred, a shifted and a late one are below it."""
    fine = likeness_of(folder, "-crf", "18", measure=measure)
    assert min(fine) > good
    for bad in (
        ("-crf", "45"),
        ("-vf", "gblur=3"),
        ("-vf", "hflip"),
        ("-vf", "crop=iw-20:ih-20:20:20,scale=640:360"),
        ("-vf", "trim=start_frame=10,setpts=PTS-STARTPTS"),
    ):
        assert likeness_of(folder, *bad, measure=measure)[0] < good, bad


def test_a_smaller_rendition_is_less_like_the_source_at_its_size(folder: Path) -> None:
    """At the rung's size a small rendition is as good as a large one; enlarged, it is not."""
    half = likeness_of(folder, "-crf", "18", "-vf", "scale=320:180")
    tiny = likeness_of(folder, "-crf", "18", "-vf", "scale=160:90")
    assert half[0] > 95
    assert tiny[1] < half[1] < likeness_of(folder, "-crf", "18")[1]


def test_a_picture_within_a_larger_frame_is_compared_within_it(folder: Path) -> None:
    """Black bars around a tiny picture are expected, a stretched picture is not."""
    source = make_source(folder, Recipe(picture=Picture(width=16, height=16), seconds=0.5, sounds=()))
    reference = Reference(
        path=source, width=16, height=16, frame_rate=Fraction(30), seconds=0.5, measure=SSIM
    )
    padded = changed(source, "in-frame.mp4", "-crf", "12", "-vf", "pad=32:32:8:8")
    blown_up = changed(source, "blown-up.mp4", "-crf", "12", "-vf", "scale=32:32")
    good, bad = likenesses(reference, [Candidate(padded, 32, 32), Candidate(blown_up, 32, 32)])
    assert good.at_rung > 0.95
    assert good.at_source > 0.95
    assert bad.at_rung < 0.8


def test_the_measure_fits_the_picture() -> None:
    """VMAF is for ordinary pictures, SSIM for tiny and tone-mapped ones."""
    assert measure_of(176, 144, is_tone_mapped=False) == VMAF
    assert measure_of(16, 16, is_tone_mapped=False) == SSIM
    assert measure_of(640, 360, is_tone_mapped=True) == SSIM


def test_sound_that_is_gone_is_no_tone(folder: Path) -> None:
    """A lost channel is measured as one without its tone."""
    source = make_source(folder, Recipe(picture=None, suffix=".m4a", seconds=1))
    lost = changed(source, "lost.m4a", "-af", "pan=stereo|c0=c0|c1=0*c1")
    assert listen(lost).tones(STEREO.tones_hz) == (frozenset({440}), frozenset())
