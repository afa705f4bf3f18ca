"""The examination finds what is wrong: made-up deliveries, right ones and ones with each error."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import Facts, failed
from checks.corpus.examination.delivery import DeliveryError, delivery
from checks.corpus.examination.examination import Evidence, examine
from checks.corpus.examination.sounds import channel_tones, sound_errors
from checks.corpus.sources.made import make_source
from checks.corpus.sources.recipes import STEREO, SURROUND
from tests.unit.checks.corpus.deliveries import CASE, LADDER, RECIPE, made, record


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


def test_channels_of_a_downmix_hold_what_their_side_had() -> None:
    """A downmix of 5.1 has left, center and left surround on the left; the low tone may be gone."""
    left, right = channel_tones(SURROUND, 2)
    assert left == (frozenset({440, 880, 1100}), frozenset({440, 880, 1100, 60}))
    assert right[0] == frozenset({660, 880, 1320})
    assert channel_tones(STEREO, 2) == [(frozenset({440}),) * 2, (frozenset({660}),) * 2]
