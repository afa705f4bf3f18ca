"""Planning the audio of a job: selected tracks, languages, channels, and what is refused."""

from dataclasses import replace

import pytest

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.plan import make_plan
from sandbox.mediaconvert.probing.source import AudioTrack, Source
from tests.unit.sandbox.mediaconvert.media.jobs import (
    STEREO,
    Settings,
    dash,
    file,
    hls,
    job,
    output,
    selectors,
    sound,
    source,
    video,
)

SMALL = video(160, 90)


LARGE = video(320, 180)


def refusal(settings: Settings, of: Source) -> JobError:
    """Plan a job that must fail; return its error."""
    with pytest.raises(JobError) as caught:
        make_plan(settings, of)
    return caught.value


def test_a_silent_source_loses_the_audio_of_muxed_outputs() -> None:
    """Where the source has no sound, outputs with a picture are made without."""
    settings = job(hls(output("_v", "M3U8", picture=LARGE, sound=STEREO)))
    assert make_plan(settings, source(sound=False)).audio_encodes == []


def test_a_silent_source_fails_audio_only_outputs() -> None:
    """Where the source has no sound, an audio-only output is error 1021."""
    settings = job(dash(output("_v", "MPD", picture=LARGE), output("_a", "MPD", sound=STEREO)))
    assert refusal(settings, source(sound=False)).code == 1021


@pytest.mark.parametrize(
    ("selector", "stream"),
    [
        ({"defaultSelection": "DEFAULT"}, 2),
        ({"selectorType": "TRACK", "tracks": [1]}, 1),
        ({"selectorType": "LANGUAGE_CODE", "languageCode": "FRA"}, 2),
    ],
)
def test_audio_selectors_choose_the_track(selector: Settings, stream: int) -> None:
    """A selector chooses by default mark, by number or by language."""
    tracks = (
        AudioTrack(index=1, codec="AAC", channels=2, sample_rate=48_000, language="eng"),
        AudioTrack(index=2, codec="AAC", channels=2, sample_rate=48_000, language="fra", is_default=True),
    )
    of = Source(format="mp4", size_bytes=1, duration_seconds=1.0, videos=source().videos, audios=tracks)
    settings = job(
        file(output("_v", "MP4", picture=LARGE, sound=STEREO)), audioSelectors={"Audio Selector 1": selector}
    )
    assert [encode.stream_index for encode in make_plan(settings, of).audio_encodes] == [stream]


TRACKS = (
    AudioTrack(index=1, codec="AAC", channels=2, sample_rate=48_000, language="eng"),
    AudioTrack(index=2, codec="AAC", channels=8, sample_rate=48_000),
)


TWO_TRACKS = replace(source(), audios=TRACKS)


@pytest.mark.parametrize(
    ("declared", "stream"),
    [
        ({"Audio Selector 1": {"tracks": [2]}}, 2),
        ({"Audio Selector 1": {"tracks": [3]}, "Other": {"tracks": [2], "defaultSelection": "DEFAULT"}}, 2),
        ({"Other": {"tracks": [2], "defaultSelection": "DEFAULT"}}, 2),
        ({"Audio Selector 1": {"tracks": [3]}, "Other": {"tracks": [2]}}, None),
        ({"Other": {"tracks": [2]}}, None),
        ({}, None),
    ],
)
def test_a_source_with_sound_never_becomes_silent(declared: Settings, stream: int | None) -> None:
    """The default selector stands in for what isn't there; without one the job fails with 1021."""
    settings = job(file(output("_v", "MP4", picture=LARGE, sound=STEREO)), audioSelectors=declared)
    if stream is None:
        error = refusal(settings, TWO_TRACKS)
        assert error.code == 1021
        assert "'Audio Selector 1'" in error.message
    else:
        assert [encode.stream_index for encode in make_plan(settings, TWO_TRACKS).audio_encodes] == [stream]


@pytest.mark.parametrize(
    ("track", "members", "language"),
    [
        (1, {}, "eng"),
        (1, {"languageCode": "FRA"}, "eng"),
        (1, {"languageCode": "FRA", "languageCodeControl": "USE_CONFIGURED"}, "fra"),
        (1, {"customLanguageCode": "pt-BR", "languageCodeControl": "USE_CONFIGURED"}, "pt-BR"),
        (2, {}, None),
        (2, {"languageCode": "FRA"}, "fra"),
        (2, {"customLanguageCode": "deu", "languageCodeControl": "FOLLOW_INPUT"}, "deu"),
    ],
)
def test_languages_follow_the_source_or_the_job(track: int, members: Settings, language: str | None) -> None:
    """A language is the source's where it has one and the job doesn't insist on its own."""
    settings = job(
        file(output("_v", "MP4", picture=LARGE, sound=sound(track, **members))), audioSelectors=selectors(2)
    )
    assert [encode.language for encode in make_plan(settings, TWO_TRACKS).audio_encodes] == [language]


@pytest.mark.parametrize(("channels", "made"), [(1, 1), (2, 2), (3, 2), (4, 2), (6, 6), (8, 6)])
def test_the_automatic_coding_mode_fills_all_its_channels(channels: int, made: int) -> None:
    """CODING_MODE_AUTO takes the largest mode that the source's channels fill."""
    of = replace(source(), audios=(replace(TRACKS[0], channels=channels),))
    settings = job(file(output("_v", "MP4", picture=LARGE, sound=sound(mode="CODING_MODE_AUTO"))))
    assert [encode.channels for encode in make_plan(settings, of).audio_encodes] == [made]
