"""Profiles: their document, which one an upload gets, and what a source can't be made of."""

import json
from typing import Any

import pytest

from media_pipeline.domain.errors import PresetsInvalidError, SourceError
from media_pipeline.encoding.profiles import parse_profiles
from tests.support.strategies import shipped_profiles

SOUND = {"audio": ["audio", "m4a"]}


def document(profiles: Any, prefixes: Any = None) -> str:
    """Return a profiles document."""
    return json.dumps({"profiles": profiles, "prefixes": {} if prefixes is None else prefixes})


def public(names: Any) -> str:
    """Return a document of three profiles with a list of public ones."""
    profiles = {**SOUND, "default": ["cmaf"], "short": ["mp4"]}
    return json.dumps({"profiles": profiles, "prefixes": {}, "public": names})


def test_no_profile_is_public_unless_it_is_listed() -> None:
    """Without the list, and with an empty one, all is private; a name in it makes that one public."""
    for text in (document({**SOUND, "default": ["mp4"]}), public([])):
        assert not any(profile.is_public for profile in parse_profiles(text).by_name.values())
    listed = parse_profiles(public(["short"])).by_name
    assert {name for name, profile in listed.items() if profile.is_public} == {"short"}
    assert not any(profile.is_public for profile in shipped_profiles().by_name.values())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nothing", "is not JSON"),
        ("[]", "must be a JSON object of profiles and prefixes, and public if any"),
        ('{"default": ["mp4"]}', "must be a JSON object of profiles and prefixes"),
        ('{"profiles": {}, "prefixes": {}, "private": []}', "must be a JSON object of profiles and prefixes"),
        (public("default"), "public must be a list of names out of audio, default, short"),
        (public(["defualt"]), "public must be a list of names out of audio, default, short"),
        (public([["short"]]), "public must be a list of names out of audio, default, short"),
        (public({"short": True}), "public must be a list of names out of audio, default, short"),
        (document([], {}), "must be JSON objects"),
        (document({**SOUND, "other": ["mp4"]}), "must have the profile 'default'"),
        (document({"default": ["mp4"]}), "must have the profile 'audio'"),
        (document({**SOUND, "default": ["mp5"]}), "must be a list of distinct names"),
        (document({**SOUND, "default": ["mp4", "mp4"]}), "must be a list of distinct names"),
        (document({**SOUND, "default": [["mp4"]]}), "must be a list of distinct names"),
        (
            document({**SOUND, "default": ["thumbnails"]}),
            "must name one of cmaf, dash, hls, mp4 beside thumb",
        ),
        (document({**SOUND, "default": ["thumbnails", "m4a"]}), "must name one of cmaf, dash, hls, mp4"),
        (document({**SOUND, "default": ["audio", "thumbnails", "m4a"]}), "must name one of cmaf, dash"),
        (document({**SOUND, "default": []}), "must name at least one preset"),
        (document({"default": ["mp4"], "audio": ["mp4"]}), "audio must name no presets but audio, m4a"),
        (document({**SOUND, "default": ["mp4"], "Big One": ["mp4"]}), "'Big One' must be named by"),
        (document({**SOUND, "default": ["mp4"]}, {"a/": "hls"}), "'a/' is 'hls': must be one of audio, def"),
        (document({**SOUND, "default": ["mp4"]}, {"a/": 1}), "'a/' is 1: must be one of"),
    ],
)
def test_a_faulty_document_is_refused(text: str, fault: str) -> None:
    """A profile names known presets, each once, and is one that MediaConvert takes as a job."""
    with pytest.raises(PresetsInvalidError, match=fault):
        parse_profiles(text)


PROFILES = parse_profiles(
    document(
        {**SOUND, "default": ["cmaf"], "short": ["mp4"], "long": ["hls"]},
        {"talks/": "short", "talks/long/": "long"},
    )
)


@pytest.mark.parametrize(
    ("key", "requested", "chosen"),
    [
        ("a.mp4", None, "default"),
        ("talks", None, "default"),
        ("talks/a.mp4", None, "short"),
        ("talks/long/a.mp4", None, "long"),
        ("talks/long/a.mp4", "short", "short"),
        ("talks/long/a.mp4", " default ", "default"),
    ],
)
def test_metadata_decide_before_the_longest_prefix(key: str, requested: str | None, chosen: str) -> None:
    """What an upload asks for comes first, then the longest prefix of its key, then the default."""
    assert PROFILES.chosen(key=key, requested=requested).name == chosen


@pytest.mark.parametrize("requested", ["", "4k", "DEFAULT", "x" * 2000])
def test_an_unknown_profile_is_the_uploaders_fault(requested: str) -> None:
    """The error names what was asked for and all that could be."""
    with pytest.raises(SourceError, match="one of: audio, default, long, short") as error:
        PROFILES.chosen(key="a.mp4", requested=requested)
    assert error.value.code == "UNKNOWN_PROFILE"
    assert repr(requested[:64]) in error.value.message
    assert len(error.value.message) < 300


def test_sound_alone_gets_the_audio_profile() -> None:
    """Whatever was asked for, a source without a picture is made into sound; a video may be, too."""
    profiles = shipped_profiles()
    default, audio = profiles.by_name["default"], profiles.by_name["audio"]
    assert profiles.fitting(default, has_video=False, has_audio=True) is audio
    assert profiles.fitting(default, has_video=True, has_audio=False) is default
    assert profiles.fitting(audio, has_video=True, has_audio=True) is audio


def test_a_silent_video_makes_no_sound() -> None:
    """A profile of sound alone says that the file has none, and what to do."""
    profiles = shipped_profiles()
    with pytest.raises(SourceError, match="Upload a file with sound") as error:
        profiles.fitting(profiles.by_name["audio"], has_video=True, has_audio=False)
    assert error.value.code == "NO_AUDIO_TRACK"
