"""Planning a job: what is encoded, once each, and what is refused."""

from fractions import Fraction

import pytest

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.plan import GroupKind, make_plan
from sandbox.mediaconvert.planning.scaling import Size
from sandbox.mediaconvert.probing.source import Source
from tests.unit.sandbox.mediaconvert.media.jobs import (
    INPUT_URI,
    STEREO,
    Settings,
    area,
    captures,
    cmaf,
    corrected,
    dash,
    file,
    hevc,
    hls,
    job,
    output,
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


def test_equal_renditions_of_several_groups_are_encoded_once() -> None:
    """HLS, DASH and MP4 with the same renditions share their encodes, however many outputs there are."""
    settings = job(
        hls(
            output("_l", "M3U8", picture=LARGE, sound=STEREO),
            output("_s", "M3U8", picture=SMALL, sound=STEREO),
        ),
        dash(
            output("_l", "MPD", picture=LARGE),
            output("_s", "MPD", picture=SMALL),
            output("_a", "MPD", sound=STEREO),
        ),
        file(output("_l", "MP4", picture=LARGE, sound=STEREO)),
        file(output("_t", "RAW", picture=captures(160, 90, 2))),
    )
    plan = make_plan(settings, source())
    assert [encode.placement.frame for encode in plan.video_encodes] == [Size(320, 180), Size(160, 90)]
    assert len(plan.audio_encodes) == 1
    assert len(plan.captures) == 1


def test_settings_without_effect_on_the_picture_do_not_split_an_encode() -> None:
    """Two descriptions that differ only in what isn't encoded, or in how it is written, are one encode."""
    plan = make_plan(
        job(
            file(
                output("_1", "MP4", picture=video(320, 180, sceneChangeDetect="DISABLED")),
                output("_2", "MP4", picture=video(None, None, gopSize=60.0, gopSizeUnits="FRAMES")),
            )
        ),
        source(),
    )
    assert len(plan.video_encodes) == 1


@pytest.mark.parametrize(
    ("rate", "h264", "gop_frames"),
    [
        (Fraction(30), {}, 60),
        (Fraction(30000, 1001), {}, 60),
        (Fraction(24), {"gopSize": 1.5}, 36),
        (Fraction(25), {"gopSize": 48.0, "gopSizeUnits": "FRAMES"}, 48),
        (Fraction(25), {"gopSizeUnits": "AUTO"}, 50),
        (Fraction(1), {"gopSize": 0.1}, 1),
        (
            Fraction(30),
            {"framerateControl": "SPECIFIED", "framerateNumerator": 24, "framerateDenominator": 1},
            48,
        ),
    ],
)
def test_the_gop_is_a_whole_number_of_frames(rate: Fraction, h264: Settings, gop_frames: int) -> None:
    """GOP lengths in seconds are rounded to frames of the output's rate."""
    plan = make_plan(job(file(output("_v", "MP4", picture=video(320, 180, **h264)))), source(frame_rate=rate))
    assert plan.video_encodes[0].gop_frames == gop_frames


@pytest.mark.parametrize(
    ("control", "segment_length", "cut_frames", "seconds"),
    [
        ("EXACT", 6, None, Fraction(6)),
        ("EXACT", 5, 150, Fraction(5)),
        ("GOP_MULTIPLE", 5, None, Fraction(6)),
        ("GOP_MULTIPLE", 1, None, Fraction(2)),
    ],
)
def test_segments_begin_with_keyframes(
    control: str, segment_length: int, cut_frames: int | None, seconds: Fraction
) -> None:
    """Exact segments add keyframes where they need them; the others grow to whole GOPs; audio follows."""
    group = dash(
        output("_v", "MPD", picture=LARGE),
        output("_a", "MPD", sound=STEREO),
        segmentLength=segment_length,
        segmentLengthControl=control,
    )
    plan = make_plan(job(group), source())
    assert plan.video_encodes[0].cut_frames == cut_frames
    assert [one.segment_seconds for one in plan.outputs] == [seconds, seconds]


def test_segments_of_29_97_frames_are_whole_frames() -> None:
    """Segments of NTSC rates last a whole number of frames, not whole seconds."""
    plan = make_plan(job(hls(output("_v", "M3U8", picture=LARGE))), source(frame_rate=Fraction(30000, 1001)))
    assert plan.outputs[0].segment_seconds == Fraction(180 * 1001, 30000)


@pytest.mark.parametrize(
    ("destination", "base_key"),
    [
        ("s3://outputs/a/b", "a/b"),
        ("s3://outputs/a/", "a/holiday"),
        ("s3://outputs", "holiday"),
        ("s3://outputs/a b/$x%", "a b/$x%"),
    ],
)
def test_a_destination_without_a_base_name_takes_the_sources(destination: str, base_key: str) -> None:
    """A destination without a base name gets the input's, without suffix; other keys stay as they are."""
    settings = job(file(output("_v", "MP4", picture=LARGE), destination=destination))
    group = make_plan(settings, source()).groups[0]
    assert (group.kind, group.bucket, group.base_key) == (GroupKind.FILE, "outputs", base_key)


@pytest.mark.parametrize(
    ("rotate", "format_", "turned"),
    [("AUTO", "mp4", 90), ("AUTO", "matroska", 0), ("DEGREE_0", "mp4", 0), ("DEGREES_270", "mp4", 270)],
)
def test_the_picture_turns_only_as_the_job_says(rotate: str, format_: str, turned: int) -> None:
    """Rotation metadata counts on AUTO only, and only in MP4 and QuickTime."""
    settings = job(file(output("_v", "MP4", picture=video(None, None))), rotate=rotate)
    plan = make_plan(settings, source(format_=format_, rotation=90))
    assert plan.rotation == turned
    upright = Size(180, 320) if turned % 180 else Size(320, 180)
    assert plan.video_encodes[0].placement.frame == upright


def test_a_source_without_picture_fails_video_outputs() -> None:
    """Where the source has no video, an output that shows it is error 1020."""
    sound_only = Source(format="mp3", size_bytes=1, duration_seconds=1.0, audios=source().audios)
    assert refusal(job(file(output("_v", "MP4", picture=LARGE))), sound_only).code == 1020


def test_an_unknown_codec_is_an_error_of_its_own() -> None:
    """A track in a codec that MediaConvert doesn't know is error 1030."""
    settings = job(file(output("_v", "MP4", picture=LARGE)))
    assert refusal(settings, source(codec="UNKNOWN")).code == 1030


@pytest.mark.parametrize(
    "settings",
    [
        job(file(output("_v", "MP4", picture={"codecSettings": {"codec": "VP9"}}))),
        job(file(output("_v", "MP4", picture=LARGE, sound={"codecSettings": {"codec": "MP3"}}))),
        job(file(output("_v", "MP4", sound=sound(remixSettings={"channelsOut": 2})))),
        job(file(output("_v", "MP4", sound=sound(mode="CODING_MODE_1_1")))),
        job(file(output("_v", "MP4", sound=sound(audioNormalizationSettings={"loudnessLogging": "LOG"})))),
        job(file(output("_v", "MP4", picture=LARGE | {"scalingBehavior": "SMART_CROP"}))),
        job(file(output("_v", "MP4", picture=LARGE | {"position": area(64, 0, 320, 180)}))),
        job(file(output("_v", "MP4", picture=LARGE | {"crop": area(0, 2, 320, 180)}))),
        job(file(output("_v", "MP4", picture=LARGE | corrected(brightness=60)))),
        job(file(output("_v", "MP4", picture=LARGE | corrected(colorSpaceConversion="FORCE_HDR10")))),
        job(file(output("_v", "MP4", picture=LARGE | corrected(colorSpaceConversion="FORCE_P3DCI")))),
        job(file(output("_v", "MP4", picture=LARGE | {"videoPreprocessors": {"noiseReducer": {}}}))),
        job(file(output("_v", "MP4", picture=video(320, 180, framerateConversionAlgorithm="INTERPOLATE")))),
        job(file(output("_v", "MP4", picture=hevc(320, 180, codecProfile="MAIN_422_10BIT_HIGH")))),
        job(cmaf(output("_v", "CMFC", picture=LARGE), imageBasedTrickPlay="THUMBNAIL_AND_FULLFRAME")),
        job(file(output("_v", "MP4", picture=video(320, 180, interlaceMode="TOP_FIELD")))),
        job(file(output("_v", "MP4", picture=LARGE, captionDescriptions=[{}]))),
        job(hls(output("_v", "M3U8", picture=LARGE), segmentControl="SINGLE_FILE")),
        job(cmaf(output("_v", "CMFC", picture=LARGE), encryption={"spekeKeyProvider": {}})),
        job(file(output("_v", "MP4", picture=LARGE)), inputClippings=[{}]),
        job(file(output("_v", "MP4", picture=LARGE)), videoSelector={"colorSpace": "HDR10"}),
        job(file(output("_v", "MP4", picture=LARGE)), videoSelector={"padVideo": "BLACK"}),
        job() | {"inputs": [{"fileInput": INPUT_URI}, {"fileInput": INPUT_URI}]},
    ],
)
def test_what_is_not_made_here_is_refused_by_name(settings: Settings) -> None:
    """Settings that MediaConvert knows and the sandbox doesn't make fail the job instead of being ignored."""
    error = refusal(settings, source())
    assert error.code == 1040
    assert "sandbox does not support" in error.message


def test_higher_quality_levels_mean_better_pictures() -> None:
    """QVBR levels keep their order in the encoder's terms, fine tuning included."""
    levels = [(level, tune) for level in range(1, 11) for tune in (0, 0.33, 0.67)]
    factors = []
    for level, tune in levels:
        qvbr = {"qvbrQualityLevel": level, "qvbrQualityLevelFineTune": tune}
        settings = job(file(output("_v", "MP4", picture=video(320, 180, qvbrSettings=qvbr))))
        factors.append(make_plan(settings, source()).video_encodes[0].crf)
    assert factors == sorted(factors, key=lambda factor: -(factor or 0))
    assert len(set(factors)) == len(factors)


@pytest.mark.parametrize("picture", [video(None, None), video(None, 2160), video(4096, None)])
def test_an_output_that_follows_its_source_is_no_larger_than_its_codec_makes(picture: Settings) -> None:
    """A source that is too wide for AVC fails a job that leaves a side open; HEVC takes it."""
    wide = source(width=8192, height=2160)
    if "width" not in picture:
        assert "4096x2160" in refusal(job(file(output("_v", "MP4", picture=picture))), wide).message
    else:
        make_plan(job(file(output("_v", "MP4", picture=picture))), wide)
    make_plan(job(file(output("_v", "MP4", picture=hevc(None, None)))), wide)


def test_a_source_of_any_size_fits_without_being_enlarged() -> None:
    """A frame of AVC's largest size with FIT_NO_UPSCALE takes what is larger, and leaves what is smaller."""
    picture = video(4096, 2160) | {"scalingBehavior": "FIT_NO_UPSCALE"}
    for (width, height), made in (((8192, 2160), Size(4096, 1080)), ((320, 180), Size(320, 180))):
        plan = make_plan(job(file(output("_v", "MP4", picture=picture))), source(width=width, height=height))
        assert plan.video_encodes[0].placement.frame == made
