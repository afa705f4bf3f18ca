"""Select what a job's input settings name: its tracks and its rotation."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.encodes import unsupported
from sandbox.mediaconvert.probing.source import (
    AudioTrack,
    Source,
    Track,
    VideoTrack,
)

NO_VIDEO, NO_AUDIO, UNSUPPORTED_CODEC = 1020, 1021, 1030
DEFAULT_AUDIO_SELECTOR = "Audio Selector 1"
ROTATIONS = {"DEGREE_0": 0, "DEGREES_90": 90, "DEGREES_180": 180, "DEGREES_270": 270}
FORMATS_WITH_ROTATION = frozenset({"mp4", "quicktime"})

T = TypeVar("T", bound=Track)


def select_video(source: Source) -> VideoTrack:
    """Return the track that the outputs show.

    Raises:
        JobError: 1020, there is none; 1030, nothing decodes its codec or it is encrypted.
    """
    _refuse_protected(source)
    if not source.videos:
        raise JobError(NO_VIDEO, "The input file has no video, and an output needs it.")
    return _decodable(source.videos[0])


def select_audio(
    description: Mapping[str, Any], job_input: Mapping[str, Any], source: Source
) -> AudioTrack | None:
    """Return the track that an audio description encodes; None where the source has no sound at all.

    Where the selector or its track doesn't exist, the selector that is marked as default stands in, as in
    MediaConvert. Without one MediaConvert makes a silent output; where the source has sound that is never
    what was wanted, so here the job fails.

    Raises:
        JobError: 1021, the source has sound and none of it is selected; 1030, nothing decodes its codec, or
            it is encrypted; 1040, a selector that isn't made here.
    """
    _refuse_protected(source)
    selectors: Mapping[str, Any] = job_input.get("audioSelectors", {})
    name = description.get("audioSourceName", DEFAULT_AUDIO_SELECTOR)
    if name in job_input.get("audioSelectorGroups", {}):
        raise unsupported("audio selector groups")
    fallback = next((one for one in selectors.values() if one.get("defaultSelection") == "DEFAULT"), None)
    for selector in (selectors.get(name), fallback):
        track = None if selector is None else _selected(selector, source)
        if track is not None:
            return _decodable(track)
    if source.audios:
        raise JobError(NO_AUDIO, f"The input file has audio, but no track that {name!r} selects.")
    return None


def rotation(job_input: Mapping[str, Any], source: Source) -> int:
    """Return the clockwise degrees by which the job turns the picture.

    Without ``rotate`` MediaConvert ignores what the file says, and AUTO works for MP4 and QuickTime only.
    """
    rotate = job_input.get("videoSelector", {}).get("rotate", "DEGREE_0")
    if rotate != "AUTO":
        return ROTATIONS[rotate]
    return source.videos[0].rotation if source.videos and source.format in FORMATS_WITH_ROTATION else 0


def _selected(selector: Mapping[str, Any], source: Source) -> AudioTrack | None:
    if "externalAudioFileInput" in selector:
        raise unsupported("audio from another file")
    tracks, kind = selector.get("tracks", []), selector.get("selectorType", "TRACK")
    if kind == "LANGUAGE_CODE":
        wanted = selector.get("customLanguageCode") or selector.get("languageCode", "").lower()
        return next((track for track in source.audios if track.language == wanted.lower()), None)
    if kind != "TRACK":
        raise unsupported(f"audio selectors of type {kind}")
    if len(tracks) > 1:
        raise unsupported("audio selectors of several tracks")
    if tracks:
        return source.audios[tracks[0] - 1] if 0 < tracks[0] <= len(source.audios) else None
    return next((track for track in source.audios if track.is_default), next(iter(source.audios), None))


def _refuse_protected(source: Source) -> None:
    if source.protection is not None:
        # Not confirmed: the guide doesn't say in which error such inputs end.
        raise JobError(UNSUPPORTED_CODEC, f"Unsupported input: it is encrypted [{source.protection}]")


def _decodable(track: T) -> T:
    if not track.is_decodable:
        what = (
            "Video codec [unknown]"
            if isinstance(track, VideoTrack)
            else f"Audio codec [unknown] for track [{track.index + 1}]"
        )
        kind = "video" if isinstance(track, VideoTrack) else "audio"
        raise JobError(UNSUPPORTED_CODEC, f"{what} is not a supported input {kind} codec")
    return track
