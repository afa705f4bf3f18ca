"""What Probe's answers mean: a source to fit the job to, no source at all, or an unknown one."""

from typing import Any

import pytest

from media_pipeline.errors import SourceError
from media_pipeline.sources import SourceInfo, UnknownSource, source_from_probe, source_from_record
from tests.service_model import shape_faults


def answer(*tracks: dict[str, Any], **container: Any) -> dict[str, Any]:
    """Return a Probe response with these tracks, checked against the service model."""
    response = {
        "ProbeResults": [
            {"Container": {"Format": "mp4", "Duration": 10.25, "Tracks": list(tracks), **container}}
        ]
    }
    assert shape_faults("mediaconvert", "ProbeResponse", response) == []
    return response


def video(width: int = 1920, height: int = 1080, **properties: Any) -> dict[str, Any]:
    """Return a video track."""
    return {
        "TrackType": "video",
        "Codec": "AVC",
        "VideoProperties": {"Width": width, "Height": height, **properties},
    }


AUDIO = {"TrackType": "audio", "Codec": "AAC", "AudioProperties": {"Channels": 2, "LanguageCode": "eng"}}


def info(*tracks: dict[str, Any], **container: Any) -> SourceInfo:
    """Return what is read of a file that Probe knows well."""
    source = source_from_probe(answer(*tracks, **container))
    assert isinstance(source, SourceInfo)
    return source


def test_a_plain_file_is_read_in_full() -> None:
    """Container, duration, size, frame rate and sound are those that Probe reports."""
    rate = {"Numerator": 30000, "Denominator": 1001}
    assert info(video(FrameRate=rate), AUDIO).as_record() == {
        "container": "mp4",
        "duration_ms": 10_250,
        "video": {
            "codec": "AVC",
            "display_width": 1920,
            "display_height": 1080,
            "rotation_degrees": 0,
            "frame_rate_numerator": 30000,
            "frame_rate_denominator": 1001,
            "duration_ms": 0,
        },
        "audio": [{"codec": "AAC", "channels": 2, "language": "eng", "duration_ms": 0}],
    }


def test_tracks_have_durations_of_their_own() -> None:
    """Where sound outlasts the picture, both durations are known beside the file's."""
    source = info(video() | {"Duration": 5.0}, AUDIO | {"Duration": 8.0304}, Duration=8.03)
    assert (source.duration_ms, source.video.duration_ms, source.audio[0].duration_ms) == (8030, 5000, 8030)


def test_a_source_is_read_back_from_its_record() -> None:
    """What the record keeps of a source is all of it, and records of before it knew more are read, too."""
    source = info(video() | {"Duration": 5.0}, AUDIO)
    record = source.as_record()
    assert source_from_record(record) == source
    del record["video"]["duration_ms"], record["audio"][0]["duration_ms"]
    assert source_from_record(record) == info(video(), AUDIO)
    unknown = UnknownSource(reason="Probe did not answer")
    assert source_from_record(unknown.as_record()) == unknown
    assert source_from_record({}) == UnknownSource(reason="")


@pytest.mark.parametrize(
    ("rotation", "size"),
    [
        (None, (1920, 1080)),
        (90, (1080, 1920)),
        (180, (1920, 1080)),
        (270, (1080, 1920)),
        (-90, (1080, 1920)),
        (89, (1080, 1920)),
    ],
)
def test_the_display_size_follows_the_rotation(rotation: int | None, size: tuple[int, int]) -> None:
    """A picture that players turn on its side is as high as it was wide."""
    source = info(video(**({} if rotation is None else {"Rotation": rotation})))
    assert (source.video.display_width, source.video.display_height) == size
    assert source.video.rotation_degrees in (0, 90, 180, 270)


def test_the_display_size_is_in_square_pixels() -> None:
    """An anamorphic picture is as wide as players show it, also where it is turned."""
    aspect = {"Numerator": 64, "Denominator": 45}
    source = info(video(720, 576, SampleAspectRatio=aspect))
    assert (source.video.display_width, source.video.display_height) == (1024, 576)
    turned = info(video(720, 576, SampleAspectRatio=aspect, Rotation=90))
    assert (turned.video.display_width, turned.video.display_height) == (576, 1024)


def test_sizes_of_the_codec_stand_in_for_those_of_the_container() -> None:
    """Containers such as MPEG-TS leave the picture's size to the codec's headers."""
    track = {
        "TrackType": "video",
        "Codec": "MPEG2",
        "VideoProperties": {"CodecMetadata": {"Width": 704, "Height": 480}},
    }
    assert info(track).video.display_width == 704


def test_a_silent_video_has_no_audio() -> None:
    """A video without sound is a source like any other."""
    assert info(video()).audio == ()


@pytest.mark.parametrize(
    ("tracks", "code"),
    [([], "NOT_A_MEDIA_FILE"), ([{"TrackType": "data"}], "NOT_A_MEDIA_FILE"), ([AUDIO], "NO_VIDEO_TRACK")],
)
def test_a_file_without_a_picture_is_refused(tracks: list[dict[str, Any]], code: str) -> None:
    """Files without tracks, and those with sound alone, fail in words."""
    with pytest.raises(SourceError) as refused:
        source_from_probe(answer(*tracks))
    assert (refused.value.code, refused.value.category) == (code, "source")


@pytest.mark.parametrize(
    "response", [{}, {"ProbeResults": []}, answer({"TrackType": "video", "Codec": "VP9"})]
)
def test_half_an_answer_leaves_the_source_unknown(response: dict[str, Any]) -> None:
    """Where Probe knows no size, the safe choice is made and the reason kept."""
    source = source_from_probe(response)
    assert isinstance(source, UnknownSource)
    assert source.as_record()["fallback"].startswith("Probe returned no")
