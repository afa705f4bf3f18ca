"""What Probe's answers mean: a source to fit the job to, no source at all, or an unknown one."""

from typing import Any

import pytest

from media_pipeline.adapters.probe_response import MAX_TRACKS, source_from_probe
from media_pipeline.domain.errors import SourceError
from media_pipeline.domain.source import (
    SourceInfo,
    UnknownSource,
    VideoTrack,
    source_from_record,
)
from tests.support.service_model import shape_faults


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


def picture(*tracks: dict[str, Any], **container: Any) -> VideoTrack:
    """Return what is read of a file's picture."""
    found = info(*tracks, **container).video
    assert found is not None
    return found


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
            "bitrate_bps": 0,
            "bit_depth": 0,
            "dynamic_range": "SDR",
            "color_primaries": "",
            "sample_aspect_ratio": "1:1",
            "is_interlaced": None,
            "has_variable_frame_rate": False,
        },
        "audio": [{"codec": "AAC", "channels": 2, "language": "eng", "duration_ms": 0, "sample_rate_hz": 0}],
        "subtitles": [],
    }


def test_a_source_is_read_from_its_record() -> None:
    """All that was recorded of a source is read again, also how many tracks were not looked at."""
    source = info(video(), *[AUDIO] * (MAX_TRACKS + 3))
    assert source.tracks_left_out == 3
    assert source_from_record(source.as_record()) == source
    for tracks in ((video(), AUDIO), (video(),)):
        assert source_from_record(info(*tracks).as_record()) == info(*tracks)


def test_everything_that_decides_of_an_encode_is_kept() -> None:
    """Bit depth, colors, bitrate, pixel shape, scan and subtitles come from wherever Probe tells them."""
    source = info(
        video(
            BitRate=9_000_000,
            BitDepth=10,
            SampleAspectRatio={"Numerator": 4, "Denominator": 3},
            TransferCharacteristics="UNSPECIFIED",
            FrameRate={"Numerator": 25, "Denominator": 1},
            CodecMetadata={
                "TransferCharacteristics": "SMPTE_2084",
                "ColorPrimaries": "ITU_2020",
                "ScanType": "interlaced",
                "CodedFrameRate": {"Numerator": 50, "Denominator": 1},
            },
        ),
        AUDIO,
        {"TrackType": "data", "Codec": "WEBVTT", "DataProperties": {"LanguageCode": "deu"}},
    )
    found = source.video
    assert found is not None
    assert (found.bitrate_bps, found.bit_depth, found.sample_aspect_ratio) == (9_000_000, 10, "4:3")
    assert (found.dynamic_range, found.is_hdr, found.color_primaries) == ("PQ", True, "ITU_2020")
    assert (found.is_interlaced, found.has_variable_frame_rate) == (True, False)
    assert [(track.codec, track.language) for track in source.subtitles] == [("WEBVTT", "deu")]
    assert source_from_record(source.as_record()) == source


@pytest.mark.parametrize(
    ("transfer", "range_"),
    [("SMPTE_2084", "PQ"), ("ARIB_B67", "HLG"), ("ITU_709", "SDR"), ("ITU_2020_10bit", "SDR")],
)
def test_the_transfer_tells_the_dynamic_range(transfer: str, range_: str) -> None:
    """PQ and HLG are high, everything else is standard."""
    assert picture(video(TransferCharacteristics=transfer)).dynamic_range == range_


@pytest.mark.parametrize(("average", "base", "varies"), [(24, 60, True), (30, 30, False), (300, 301, False)])
def test_a_rate_that_varies_is_found(average: int, base: int, varies: bool) -> None:
    """Where frames come on average less often than the codec declares, the frame rate varies."""
    rate = {"Numerator": average, "Denominator": 1}
    coded = {"CodedFrameRate": {"Numerator": base, "Denominator": 1}}
    assert picture(video(FrameRate=rate, CodecMetadata=coded)).has_variable_frame_rate is varies


@pytest.mark.parametrize(
    ("scan_type", "is_interlaced"),
    [("Interlaced", True), ("PROGRESSIVE", False), ("", None), ("mbaff?", None)],
)
def test_the_scan_type_is_known_or_not(scan_type: str, is_interlaced: bool | None) -> None:
    """A scan type in any letter case counts; without one it is unknown."""
    assert picture(video(CodecMetadata={"ScanType": scan_type})).is_interlaced is is_interlaced


@pytest.mark.parametrize("container", ["mp3", "flac", "wave"])
def test_the_cover_of_an_audio_file_is_no_picture(container: str) -> None:
    """What music files show is an image, not a video."""
    cover = video() | {"Codec": "MJPEG"}
    assert info(cover, AUDIO, Format=container).video is None


def test_sound_alone_is_a_source() -> None:
    """A file with sound and no picture has its duration, its tracks, and no video."""
    source = info(AUDIO | {"Duration": 61.5}, Format="mp3", Duration=0.0)
    assert (source.video, source.duration_ms, len(source.audio)) == (None, 61_500, 1)
    assert source_from_record(source.as_record()) == source


def test_tracks_have_durations_of_their_own() -> None:
    """Where sound outlasts the picture, both durations are known beside the file's."""
    tracks = (video() | {"Duration": 5.0}, AUDIO | {"Duration": 8.0304})
    source = info(*tracks, Duration=8.03)
    assert (source.duration_ms, source.audio[0].duration_ms) == (8030, 8030)
    assert picture(*tracks).duration_ms == 5000


def test_a_source_is_read_back_from_its_record() -> None:
    """What the record keeps of a source is all of it, and records of before it knew more are read, too."""
    source = info(video() | {"Duration": 5.0}, AUDIO)
    record = source.as_record()
    assert source_from_record(record) == source
    for name in ("duration_ms", "bitrate_bps", "dynamic_range", "is_interlaced"):
        del record["video"][name]
    del record["audio"][0]["duration_ms"], record["subtitles"]
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
    found = picture(video(**({} if rotation is None else {"Rotation": rotation})))
    assert (found.display_width, found.display_height) == size
    assert found.rotation_degrees in (0, 90, 180, 270)


def test_the_display_size_is_in_square_pixels() -> None:
    """An anamorphic picture is as wide as players show it, also where it is turned."""
    aspect = {"Numerator": 64, "Denominator": 45}
    found = picture(video(720, 576, SampleAspectRatio=aspect))
    assert (found.display_width, found.display_height) == (1024, 576)
    turned = picture(video(720, 576, SampleAspectRatio=aspect, Rotation=90))
    assert (turned.display_width, turned.display_height) == (576, 1024)


def test_sizes_of_the_codec_stand_in_for_those_of_the_container() -> None:
    """Containers such as MPEG-TS leave the picture's size to the codec's headers."""
    track = {
        "TrackType": "video",
        "Codec": "MPEG2",
        "VideoProperties": {"CodecMetadata": {"Width": 704, "Height": 480}},
    }
    assert picture(track).display_width == 704


def test_a_silent_video_has_no_audio() -> None:
    """A video without sound is a source like any other."""
    assert info(video()).audio == ()


def test_a_file_without_picture_and_sound_is_refused() -> None:
    """A file of which Probe knows the tracks, and none is picture or sound, fails in words."""
    with pytest.raises(SourceError) as refused:
        source_from_probe(answer({"TrackType": "data"}))
    assert (refused.value.code, refused.value.category) == ("NOT_A_MEDIA_FILE", "source")


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"ProbeResults": []},
        {"ProbeResults": [{"Container": {}}]},
        answer(),
        answer({"TrackType": "video", "Codec": "VP9"}),
        answer({"TrackType": "video", "Codec": "UNKNOWN"}, AUDIO),
    ],
)
def test_half_an_answer_leaves_the_source_unknown(response: dict[str, Any]) -> None:
    """Where Probe knows no size, the safe choice is made and the reason kept."""
    source = source_from_probe(response)
    assert isinstance(source, UnknownSource)
    assert source.as_record()["fallback"].startswith("Probe returned no")


def test_an_answer_without_tracks_is_no_sign_of_trouble() -> None:
    """Where Probe answers and knows no such kind of file, it is not counted with those that it failed at."""
    answers: list[dict[str, Any]] = [{"ProbeResults": [{"Container": {}}]}, {}]
    sources = [source_from_probe(one) for one in answers]
    assert [isinstance(one, UnknownSource) and one.is_answered for one in sources] == [True, False]


WRONG: list[Any] = [None, True, "7", -1, 10**30, float("nan"), float("inf"), [], [[]], {}, {"a": 1}, "\ud800"]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    "name", ["Width", "BitRate", "BitDepth", "Rotation", "FrameRate", "SampleAspectRatio", "CodecMetadata"]
)
def test_a_value_of_another_type_counts_as_missing(name: str, wrong: Any) -> None:
    """A picture of which Probe tells nonsense is a picture without that, or of unknown size."""
    container = {"Format": "mp4", "Duration": 4.0, "Tracks": [video(**{name: wrong})]}
    source = source_from_probe({"ProbeResults": [{"Container": container}]})
    if name == "Width":
        assert isinstance(source, UnknownSource)
    else:
        assert isinstance(source, SourceInfo)
        assert source.video is not None
        assert source.video.display_height == 1080


@pytest.mark.parametrize("wrong", WRONG)
def test_a_response_of_another_shape_is_no_source(wrong: Any) -> None:
    """Where lists and structures are something else, nothing is known of the file."""
    assert isinstance(source_from_probe({"ProbeResults": wrong}), UnknownSource)
    container = {"Tracks": wrong, "Format": wrong}
    assert isinstance(source_from_probe({"ProbeResults": [{"Container": container}]}), UnknownSource)
