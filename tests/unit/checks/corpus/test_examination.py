"""The examination finds what is wrong: made-up deliveries, right ones and ones with each error."""

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from checks.corpus.cases.case import CaptionFile, Case
from checks.corpus.cases.outcomes import (
    FORMATS,
    Facts,
    Outcome,
    Track,
    failed,
)
from checks.corpus.examination.colors import color_errors
from checks.corpus.examination.delivery import DeliveryError, Rendition, delivery
from checks.corpus.examination.examination import Evidence, examine
from checks.corpus.examination.extras import extra_errors
from checks.corpus.examination.pictures import Seen, likeness_errors, picture_errors
from checks.corpus.examination.similarity import Likeness
from checks.corpus.examination.sounds import channel_tones, sound_errors
from checks.corpus.examination.watching import Watched
from checks.corpus.sources.made import make_source
from checks.corpus.sources.recipes import (
    STEREO,
    SURROUND,
    Dynamics,
    Picture,
    Recipe,
    Sound,
    VideoCodec,
)
from sandbox.mediaconvert.encoding.ffmpeg import executable

LADDER = ((320, 180), (160, 90))
RECIPE = Recipe(
    picture=Picture(width=320, height=180),
    sounds=(Sound(language="eng"), Sound(tones_hz=(550, 770), language="fra")),
)
TRACKS = (Track("eng", 2), Track("fra", 2))
CASE = Case(name="made-up", recipe=RECIPE, outcome=Outcome(profile="download", ladder=LADDER, sounds=TRACKS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which this module's sources are made."""
    return tmp_path_factory.mktemp("examined")


def made(source: Path, target: Path, *arguments: str) -> Path:
    """Let ffmpeg make a file from a source."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [executable(), "-loglevel", "error", "-y", "-i", str(source), *arguments, str(target)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


def record(**outputs: str) -> dict[str, Any]:
    """Return a record of a finished asset with outputs by format."""
    listed = [{"format": name, "key": key, "width": 320, "height": 180} for name, key in outputs.items()]
    return {"status": "COMPLETE", "profile": "download", "outputs": listed}


def examined(case: Case, source: Path, folder: Path, reported: dict[str, Any]) -> Sequence[str]:
    """Return the errors of a case."""
    return examine(case, Evidence(source, reported, folder, None, {}, 1.0)).errors


def delivered(folder: Path, *arguments: str) -> tuple[Path, dict[str, Any]]:
    """Make a download and a thumbnail from the source; return the source and the record."""
    source = make_source(folder, RECIPE)
    made(source, folder / "a/1/mp4/video.mp4", "-map", "0", "-movflags", "+faststart", *arguments)
    for name in ("thumbnail", "poster"):
        made(source, folder / f"a/1/{name}.jpg", "-frames:v", "1", "-s", "320x180", "-update", "1")
    return source, record(MP4="a/1/mp4/video.mp4", THUMBNAIL="a/1/thumbnail.jpg", POSTER="a/1/poster.jpg")


GOOD = ("-crf", "18", "-ar", "48000")


def test_a_right_delivery_has_no_error(folder: Path) -> None:
    """Nothing is found where there is nothing to find."""
    source, reported = delivered(folder, *GOOD)
    assert examined(CASE, source, folder, reported) == ()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("-s", "160x90"), "MP4 has 160x90, not 320x180"),
        (("-vf", "setsar=2"), "shows 3.556 to 1, not 1.778"),
        (("-vf", "hflip"), "has its marker top left"),
        (("-t", "1.5"), "plays for 1.50 s, not 2.00 s"),
        (("-r", "15"), "has 15.000 frames a second"),
        (("-crf", "50"), "has VMAF"),
        (("-pix_fmt", "yuv420p10le"), "has 10 bits"),
        (("-color_trc", "smpte2084", "-vf", "setparams=color_trc=smpte2084"), "is declared HDR"),
        (("-map", "-0:a:1"), "MP4 has 1 sound tracks, not 2"),
        (("-metadata:s:a:1", "language=deu"), "has language deu, not fra"),
        (("-ac", "1"), "has 1 channels, not 2"),
        (("-af", "channelmap=1|0"), "has tones [660] Hz in channel 1"),
        (("-af", "volume=-4dB"), "LUFS, its source at"),
        (("-af", "volume=0:enable='between(t,0.7,1.3)'"), "is silent at"),
    ],
)
def test_a_wrong_rendition_is_reported(folder: Path, arguments: Sequence[str], error: str) -> None:
    """Size, shape, orientation, length, rate, quality, depth, tags, tracks and sound are all looked at."""
    source, reported = delivered(folder, *GOOD, *arguments)
    errors = examined(CASE, source, folder, reported)
    assert any(error in each for each in errors), errors


def test_a_missing_output_is_reported(folder: Path) -> None:
    """A record without a format, and a file that is not there, are errors."""
    source, reported = delivered(folder, *GOOD)
    without = {**reported, "outputs": reported["outputs"][:1]}
    assert "the record has no POSTER, THUMBNAIL" in examined(CASE, source, folder, without)
    gone = record(MP4="a/1/nowhere.mp4", THUMBNAIL="a/1/thumbnail.jpg", POSTER="a/1/poster.jpg")
    assert any("nowhere.mp4 is missing" in error for error in examined(CASE, source, folder, gone))


def test_a_wrong_end_is_reported(folder: Path) -> None:
    """Another status, error, profile, fact or quarantine than expected is an error."""
    source = make_source(folder, RECIPE)
    broken = replace(CASE, outcome=failed("MEDIACONVERT_1010", is_quarantined=True))
    reported = {
        "status": "FAILED",
        "error": {"code": "MEDIACONVERT_1999", "category": "service", "message": ""},
    }
    errors = examined(broken, source, folder, reported)
    assert len(errors) == 3
    assert errors[0] == "the error is MEDIACONVERT_1999 of service, not MEDIACONVERT_1010 of source"
    assert "not quarantined" in errors[2]
    assert examined(CASE, source, folder, reported) == (
        "the asset is FAILED MEDIACONVERT_1999 (service), not COMPLETE",
    )
    facts = replace(CASE, outcome=replace(CASE.outcome, facts=Facts(size=(320, 180))))
    _, reported = delivered(folder, *GOOD)
    reported |= {
        "source_info": {"video": {"display_width": 180, "display_height": 320}},
        "profile": "default",
    }
    errors = examined(facts, source, folder, reported)
    assert errors == (
        "the record says size (180, 320), not (320, 180)",
        "the profile is default, not download",
    )


def test_a_job_that_the_service_model_forbids_is_reported(folder: Path) -> None:
    """The asset's job is held against AWS's own model, enums and limits too."""
    source, reported = delivered(folder, *GOOD)
    settings = {
        "OutputGroups": [{"Outputs": [{"VideoDescription": {"Width": 16, "AntiAlias": "SOMETIMES"}}]}]
    }
    errors = examine(CASE, Evidence(source, reported, folder, settings, {}, 1.0)).errors
    assert len(errors) == 2
    assert "16 is not within 32 and 8192" in errors[0]
    assert "'SOMETIMES' is none of" in errors[1]


def hls(folder: Path, name: str, *, languages: Sequence[str] = ()) -> Path:
    """Make an HLS presentation of two rungs, sound beside them."""
    source = make_source(folder, RECIPE)
    base = folder / name
    lines = ["#EXTM3U", "#EXT-X-VERSION:7"]
    fragmented = ("-f", "hls", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod", "-hls_time", "1")
    for number, language in enumerate(languages):
        initial = ("-hls_fmp4_init_filename", f"a{number}init.mp4")
        made(source, base / f"a{number}.m3u8", "-map", f"0:a:{number}", *fragmented, *initial)
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="{language}",LANGUAGE="{language}",URI="a{number}.m3u8"'
        )
    for width, height in LADDER:
        initial = ("-hls_fmp4_init_filename", f"{height}init.mp4")
        keys = ("-g", "30", "-keyint_min", "30", "-sc_threshold", "0")
        size = ("-s", f"{width}x{height}")
        made(source, base / f"{height}.m3u8", "-map", "0:v", *keys, *size, *fragmented, *initial)
        group = ',AUDIO="audio"' if languages else ""
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION={width}x{height},CLOSED-CAPTIONS=NONE{group}",
            f"{height}.m3u8",
        ]
    (base / "index.m3u8").write_text("\n".join(lines) + "\n")
    return base / "index.m3u8"


def test_an_hls_delivery_is_followed_to_its_segments(folder: Path, tmp_path: Path) -> None:
    """Variants and sounds of a master are found, with sizes and languages, and play when joined."""
    master = hls(folder, "followed", languages=("en", "fr"))
    found = delivery([{"format": "HLS", "key": str(master.relative_to(folder))}], folder, tmp_path)
    assert [one.declared_size for one in found.pictures["HLS"]] == list(LADDER)
    assert [one.language for one in found.sounds["HLS"]] == ["eng", "fra"]
    assert [*sound_errors(CASE, make_source(folder, RECIPE), found)] == ["MP4 has 0 sound tracks, not 2"]


def test_manifests_are_held_against_their_standards(folder: Path) -> None:
    """What a manifest declares wrongly is reported, though everything that it names plays."""
    source, reported = delivered(folder, *GOOD)
    master = hls(folder, "declared", languages=("en", "fr"))
    reported["outputs"].append({"format": "HLS", "key": str(master.relative_to(folder))})
    errors = examined(CASE, source, folder, reported)
    assert errors
    assert all(error.startswith("HLS: ") for error in errors)
    assert any("default" in error for error in errors), errors


def test_a_lost_segment_is_reported(folder: Path, tmp_path: Path) -> None:
    """A playlist that names a segment which is not there does not pass."""
    master = hls(folder, "lost")
    next(master.parent.glob("901.m4s")).unlink()
    with pytest.raises(DeliveryError, match=r"901\.m4s"):
        delivery([{"format": "HLS", "key": str(master.relative_to(folder))}], folder, tmp_path)


def seen(width: int, height: int, keyframes: tuple[float, ...] = (0.0, 1.0)) -> Seen:
    """Return a rendition as if it had been watched."""
    watched = Watched(
        codec="h264",
        width=width,
        height=height,
        sample_aspect=Fraction(1),
        bit_depth=8,
        frames=60,
        frame_rate=30.0,
        seconds=2.0,
        is_steady=True,
        keyframes=keyframes,
        color=(1, 1, 1),
        corner="top right",
    )
    path = Path(f"/{width}.mp4")
    return Seen(Rendition(format="HLS", name="", path=path, declared_size=(width, height)), watched)


def test_keyframes_that_differ_are_reported() -> None:
    """Renditions between which a player could not change in step are an error, as is one too many."""
    case = replace(CASE, outcome=replace(CASE.outcome, profile="default"))
    streamed = FORMATS["default"] & {"HLS", "DASH"}
    right = {name: [seen(320, 180), seen(160, 90)] for name in streamed} | {"MP4": [seen(320, 180)]}
    assert [*picture_errors(case, right)] == []
    apart = {**right, "HLS": [seen(320, 180), seen(160, 90, (0.0, 1.2))]}
    assert any("keyframes of HLS 160x90" in error for error in picture_errors(case, apart))
    fewer = {**right, "HLS": [seen(320, 180), seen(160, 90, (0.0,))]}
    assert any("keyframes of HLS 160x90" in error for error in picture_errors(case, fewer))
    blown_up = {**right, "HLS": [seen(1280, 720), *right["HLS"]]}
    assert "HLS 1280x720 is larger than its source" in [*picture_errors(case, blown_up)]


def test_a_ladder_that_goes_up_as_it_gets_smaller_is_reported() -> None:
    """Each rung has its floor, and a smaller rung may not look better than a larger one."""
    large, small = seen(320, 180), seen(160, 90)
    assert [*likeness_errors(CASE, [(large, Likeness(99, 99)), (small, Likeness(98, 80))])] == []
    low = [*likeness_errors(CASE, [(large, Likeness(99, 99)), (small, Likeness(50, 40))])]
    assert low == ["HLS 160x90 has VMAF 50.000, below 90.0"]
    up = [*likeness_errors(CASE, [(large, Likeness(92, 92)), (small, Likeness(97, 95))])]
    assert up == ["HLS 160x90 looks more like the source than HLS 320x180: VMAF 95.000 and 92.000"]


def hdr(dynamics: Dynamics) -> Recipe:
    """Return the recipe of a 10-bit source."""
    picture = Picture(codec=VideoCodec.HEVC, bit_depth=10, dynamics=dynamics)
    return Recipe(picture=picture, sounds=(), seconds=0.2)


def test_colors_that_were_not_mapped_are_reported(folder: Path) -> None:
    """Taking HDR for SDR makes pictures dull: hues, grays and saturation tell. The SDR original passes."""
    original = make_source(folder, hdr(Dynamics.SDR))
    assert [*color_errors(made(original, folder / "sdr.mp4", "-pix_fmt", "yuv420p", "-crf", "18"))] == []
    for dynamics in (Dynamics.PQ, Dynamics.HLG):
        source = make_source(folder, hdr(dynamics))
        plain = made(source, folder / "plain.mp4", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "18")
        assert len([*color_errors(plain)]) >= 3, dynamics


def test_a_tinted_picture_is_reported(folder: Path) -> None:
    """Grays with a tint, and hues that have turned, are errors."""
    original = make_source(folder, hdr(Dynamics.SDR))
    tinted = made(original, folder / "tinted.mp4", "-vf", "format=yuv420p,hue=h=40,colorbalance=rm=0.5")
    errors = " ".join(color_errors(tinted))
    assert "tint" in errors
    assert "off its hue" in errors


def test_channels_of_a_downmix_hold_what_their_side_had() -> None:
    """A downmix of 5.1 has left, center and left surround on the left; the low tone may be gone."""
    left, right = channel_tones(SURROUND, 2)
    assert left == (frozenset({440, 880, 1100}), frozenset({440, 880, 1100, 60}))
    assert right[0] == frozenset({660, 880, 1320})
    assert channel_tones(STEREO, 2) == [(frozenset({440}),) * 2, (frozenset({660}),) * 2]


STORYBOARD = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n{tile}#xywh=0,0,160,90\n\n"
LAST_CUE = "00:00:01.000 --> 00:00:02.000\n{tile}#xywh=160,0,160,90\n"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (STORYBOARD + LAST_CUE, None),
        (STORYBOARD, "ends at 1.00 s"),
        (STORYBOARD + LAST_CUE.replace("01.000 -->", "01.500 -->"), "leaves gaps"),
        (STORYBOARD + LAST_CUE.replace("160,0,160,90", "200,0,160,90"), "outside of a picture"),
        ((STORYBOARD + LAST_CUE).replace("{tile}", "nowhere.jpg"), "which is missing"),
        ("WEBVTT\n", "has no cue"),
    ],
)
def test_a_storyboard_is_followed_to_its_pictures(
    folder: Path, tmp_path: Path, text: str, error: str | None
) -> None:
    """Cues follow one another to the source's end, each a part of a picture that is there."""
    made(
        make_source(folder, RECIPE), tmp_path / "tile.jpg", "-frames:v", "1", "-s", "320x180", "-update", "1"
    )
    (tmp_path / "board.vtt").write_text(text.replace("{tile}", "tile.jpg"))
    errors = [*extra_errors(CASE, record(STORYBOARD="board.vtt"), tmp_path)]
    assert errors == [] if error is None else any(error in each for each in errors), errors


def test_captions_are_compared_with_what_was_uploaded(tmp_path: Path) -> None:
    """Missing captions, unexpected ones and ones without the uploaded words are errors."""
    (tmp_path / "en.vtt").write_text("WEBVTT\n\n00:00.200 --> 00:01.000\nA first line\n")
    entry = {"format": "CAPTIONS", "key": "en.vtt", "language": "en", "source": "a.en.srt"}
    reported = {"outputs": [entry]}
    wanted = replace(
        CASE, captions=(CaptionFile(".en.srt"),), outcome=replace(CASE.outcome, captions=("en",))
    )
    assert [*extra_errors(wanted, reported, tmp_path)] == []
    rejected = {**reported, "rejected_captions": [{"key": "a.en.srt"}]}
    assert "['a.en.srt'] are rejected" in next(extra_errors(wanted, rejected, tmp_path))
    assert "there are captions in [], not in ['en']" in [*extra_errors(wanted, {}, tmp_path)]
    assert "there are captions in ['en'], not in []" in [*extra_errors(CASE, reported, tmp_path)]
    in_role = {"outputs": [{**entry, "role": "sdh"}]}
    assert "there are captions in ['en.sdh'], not in ['en']" in [*extra_errors(wanted, in_role, tmp_path)]
    (tmp_path / "en.vtt").write_text("WEBVTT\n")
    assert "lack the words" in next(extra_errors(wanted, reported, tmp_path))


@pytest.mark.parametrize(
    ("attributes", "errors"),
    [
        (',AUDIO="a",CLOSED-CAPTIONS=NONE', []),
        (',AUDIO="a"', ["index.m3u8 does not say of a variant that it has no closed captions"]),
    ],
)
def test_a_master_is_fit_for_players(tmp_path: Path, attributes: str, errors: list[str]) -> None:
    """Variants deny closed captions, and languages are reported by their shortest codes."""
    media = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="A",LANGUAGE="{}",URI="a.m3u8"\n'
    master = f"#EXTM3U\n{{}}#EXT-X-STREAM-INF:BANDWIDTH=1{attributes}\nv.m3u8\n"
    path = tmp_path / "index.m3u8"
    for language, reported in (("en", []), ("eng", ["index.m3u8 has the language eng, not en"])):
        path.write_text(master.format(media.format(language)), encoding="utf-8")
        assert list(extra_errors(CASE, record(HLS="index.m3u8"), tmp_path)) == [*reported, *errors]
