"""Verification of one set of segments with two manifests, of several audio renditions, and of sound alone."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from media_pipeline.domain.outputs import PlannedOutput
from media_pipeline.domain.source import AudioTrack, SourceInfo, VideoTrack
from media_pipeline.encoding.planned_outputs import planned_outputs
from media_pipeline.services.verification import Verification, verify
from tests.support.fakes import FakeOutputs
from tests.support.made_outputs import made_mp4, made_outputs
from tests.support.strategies import shipped_presets, shipped_profiles

FOLDER = "id/1"
SECONDS = 20.0
PICTURE = VideoTrack(
    codec="AVC",
    display_width=640,
    display_height=360,
    rotation_degrees=0,
    frame_rate_numerator=30,
    frame_rate_denominator=1,
)


def source(*languages: str, video: VideoTrack | None = PICTURE) -> SourceInfo:
    """Return a source with a stereo track a language."""
    return SourceInfo(
        container="mp4",
        duration_ms=round(SECONDS * 1000),
        video=video,
        audio=tuple(AudioTrack(codec="AAC", channels=2, language=language) for language in languages),
    )


def plan(of: SourceInfo, profile: str) -> Sequence[PlannedOutput]:
    """Return what is planned for a source."""
    return planned_outputs(
        folder=FOLDER, source=of, profile=shipped_profiles().by_name[profile], presets=shipped_presets()
    )


def verified(of: SourceInfo, profile: str, objects: dict[str, bytes]) -> Verification:
    """Verify objects against a source and what was planned of it."""
    outputs = FakeOutputs()
    outputs.objects = objects
    return verify(folder=FOLDER, planned=plan(of, profile), source=of, groups=(), outputs=outputs)


def made(of: SourceInfo, profile: str) -> dict[str, bytes]:
    """Return all that the job of a source makes."""
    return made_outputs(plan(of, profile), seconds=SECONDS, has_audio=bool(of.audio))


@pytest.mark.parametrize(
    ("of", "profile"),
    [
        (source(), "default"),
        (source("eng"), "default"),
        (source("eng", "fra", ""), "default"),
        (source("eng", "fra"), "classic"),
        (source("eng", "fra"), "download"),
        (source("eng", video=None), "audio"),
        (source("eng", "fra"), "audio"),
    ],
)
def test_what_was_planned_passes(of: SourceInfo, profile: str) -> None:
    """Streams, films and sound alone pass with as many audio renditions as their source has."""
    found = verified(of, profile, made(of, profile))
    assert (found.missing, found.invalid) == ((), ())


@pytest.mark.parametrize(
    ("profile", "faults"),
    [
        (
            "default",
            [
                "cmaf/index.m3u8 has 1 renditions of sound instead of 2",
                "cmaf/index.mpd has 1 renditions of sound instead of 2",
                "mp4/video_360p.mp4 has 1 renditions of sound instead of 2",
            ],
        ),
        (
            "classic",
            [
                "hls/master.m3u8 has no sound, but its source has",
                "dash/manifest.mpd has 1 renditions of sound instead of 2",
                "mp4/video_360p.mp4 has 1 renditions of sound instead of 2",
            ],
        ),
    ],
)
def test_a_language_that_is_lost_is_missed(profile: str, faults: list[str]) -> None:
    """Where one of two tracks has gone, every format says so."""
    two, one = source("eng", "fra"), source("eng")
    objects = made(two, profile)
    lost = made(one, profile)
    for key in objects:
        if key.endswith((".mpd", ".mp4")) and key in lost:
            objects[key] = lost[key]
    for key in ("id/1/cmaf/index.m3u8", "id/1/hls/master.m3u8"):
        if key in objects:
            lines = objects[key].decode().splitlines()
            kept = [line for line in lines if "audio_2" not in line]
            if profile == "classic":
                kept = [line.replace(",mp4a.40.2", "") for line in kept if "TYPE=AUDIO" not in line]
            objects[key] = ("\n".join(kept) + "\n").encode()
    found = verified(two, profile, objects)
    assert found.error is not None
    for fault in faults:
        assert fault in found.invalid


def test_silence_that_was_not_in_the_source_is_a_fault() -> None:
    """A stream without the source's sound does not pass, in any format."""
    of = source("eng")
    silent = made_outputs(plan(of, "default"), seconds=SECONDS, has_audio=False)
    invalid = verified(of, "default", silent).invalid
    for name in ("cmaf/index.m3u8", "cmaf/index.mpd", "mp4/video_360p.mp4"):
        assert f"{name} has no sound, but its source has" in invalid


def test_sound_alone_has_no_picture() -> None:
    """A picture that was not planned is an error of streams of sound."""
    of = source("eng", video=None)
    objects = made(of, "audio")
    key = "id/1/audio/index.m3u8"
    objects[key] = objects[key].replace(b'CODECS="mp4a.40.2"', b'CODECS="avc1.640028,mp4a.40.2"', 1)
    assert "audio/index.m3u8 has a picture, which was not planned" in verified(of, "audio", objects).invalid


def test_sound_alone_keeps_all_its_tracks() -> None:
    """Each track of a source of sound alone is streamed and downloadable; a missing one is reported."""
    of = source("eng", "fra", video=None)
    planned = plan(of, "audio")
    assert [(output.format, output.key.removeprefix(f"{FOLDER}/")) for output in planned] == [
        *(("HLS", "audio/index.m3u8"), ("DASH", "audio/index.mpd")),
        *(("HLS", "audio_2/index.m3u8"), ("DASH", "audio_2/index.mpd")),
        *(("M4A", "m4a/audio_1.m4a"), ("M4A", "m4a/audio_2.m4a")),
    ]
    languages = [{rendition.language for rendition in output.audio or ()} for output in planned]
    assert languages == [{"en"}, {"en"}, {"fr"}, {"fr"}, {"en"}, {"fr"}]
    objects = made(of, "audio")
    assert verified(of, "audio", objects).invalid == ()
    del objects["id/1/audio_2/index.mpd"], objects["id/1/m4a/audio_2.m4a"]
    assert verified(of, "audio", objects).missing == ("id/1/audio_2/index.mpd", "id/1/m4a/audio_2.m4a")


def test_an_m4a_file_has_one_sound_of_the_right_length() -> None:
    """The file to download is read as the films are."""
    of = source("eng", video=None)
    objects = made(of, "audio") | {"id/1/m4a/audio.m4a": made_mp4(SECONDS / 2, "soun")}
    assert verified(of, "audio", objects).invalid == ("m4a/audio.m4a lasts 10.0 s instead of 20.0 s",)


def test_tiles_that_a_playlist_names_fail_nothing() -> None:
    """A film plays without the pictures to seek by: they are the storyboard's business alone."""
    of = source("eng")
    objects = made(of, "default")
    objects["id/1/cmaf/index.m3u8"] += (
        b'#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,RESOLUTION=160x90,CODECS="jpeg",URI="tiles.m3u8"\n'
    )
    objects["id/1/cmaf/tiles.m3u8"] = (
        b"#EXTM3U\n#EXT-X-TARGETDURATION:100\n#EXT-X-IMAGES-ONLY\n#EXTINF:100,\ntile_1.jpg\n#EXT-X-ENDLIST\n"
    )
    assert verified(of, "default", objects).error is None


def test_a_record_of_before_sounds_were_planned_is_verified_without() -> None:
    """Assets that were under way when the functions were deployed still complete."""
    of = source("eng", "fra")
    planned = [replace(output, audio=None) for output in plan(of, "default")]
    outputs = FakeOutputs()
    outputs.objects = made(source("eng"), "default") | made(of, "default")
    assert verify(folder=FOLDER, planned=planned, source=of, groups=(), outputs=outputs).error is None
