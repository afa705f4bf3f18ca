"""Containers and codecs that MediaConvert reads besides the usual ones, and those that it doesn't.

Source: AWS Elemental MediaConvert User Guide, "Supported containers and codecs reference tables"
"""

from fractions import Fraction

from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import (
    Facts,
    Outcome,
    Size,
    failed,
)
from checks.corpus.sources.recipes import (
    AudioCodec,
    Damage,
    Picture,
    Recipe,
    VideoCodec,
)

SMALL: tuple[Size, ...] = ((426, 240),)
PICTURE = Picture(width=426, height=240)
MPEG2 = Picture(width=426, height=240, codec=VideoCodec.MPEG2)
UNSUPPORTED, UNSUPPORTED_SOUND = failed("MEDIACONVERT_1030"), failed("UNSUPPORTED_SOUND")


def _coded(codec: VideoCodec) -> Picture:
    return Picture(width=426, height=240, codec=codec)


CASES = (
    # Probe knows none of the first five: of their pictures nothing is known beforehand.
    Case(
        name="input-flv",
        recipe=Recipe(suffix=".flv", picture=PICTURE),
        outcome=Outcome(ladder=SMALL, has_storyboard=False),
        is_representative=True,
    ),
    Case(
        name="input-flv-named-mp4",
        recipe=Recipe(suffix=".flv", picture=PICTURE),
        renamed=".mp4",
        outcome=Outcome(ladder=SMALL, has_storyboard=False),
    ),
    Case(
        name="input-flv-silent",
        recipe=Recipe(suffix=".flv", picture=PICTURE, sounds=()),
        outcome=Outcome(ladder=SMALL, sounds=(), has_storyboard=False),
    ),
    Case(
        name="input-gif",
        recipe=Recipe(
            suffix=".gif",
            # Its times are hundredths of a second, its colors 256.
            picture=Picture(width=426, height=240, codec=VideoCodec.GIF, frame_rate=Fraction(25)),
            sounds=(),
        ),
        outcome=Outcome(ladder=SMALL, frame_rate=Fraction(25), sounds=(), has_storyboard=False),
    ),
    Case(
        name="input-mpeg2-stream",
        recipe=Recipe(suffix=".m2v", picture=MPEG2, sounds=()),
        outcome=Outcome(ladder=SMALL, sounds=(), has_storyboard=False),
        is_representative=True,
    ),
    Case(
        name="input-3gp",
        recipe=Recipe(suffix=".3gp", picture=PICTURE),
        outcome=Outcome(ladder=SMALL, facts=Facts(container="three_gp")),
    ),
    Case(
        name="input-vob",
        recipe=Recipe(suffix=".vob", picture=MPEG2, audio_codec=AudioCodec.AC3),
        outcome=Outcome(ladder=SMALL, facts=Facts(container="mpegps")),
    ),
    Case(
        name="input-theora",
        recipe=Recipe(suffix=".ogv", picture=_coded(VideoCodec.THEORA), audio_codec=AudioCodec.OPUS),
        outcome=UNSUPPORTED,
        is_representative=True,
    ),
    Case(
        name="input-av1-in-mkv",
        recipe=Recipe(suffix=".mkv", picture=_coded(VideoCodec.AV1), audio_codec=AudioCodec.OPUS),
        outcome=UNSUPPORTED,
    ),
    Case(
        name="input-h264-in-avi",
        recipe=Recipe(suffix=".avi", picture=PICTURE, audio_codec=AudioCodec.MP3),
        outcome=UNSUPPORTED,
    ),
    Case(
        name="input-mp3-in-mp4",
        recipe=Recipe(picture=PICTURE, audio_codec=AudioCodec.MP3),
        outcome=UNSUPPORTED_SOUND,
        is_representative=True,
    ),
    Case(
        name="input-opus-alone-in-mp4",
        recipe=Recipe(suffix=".mp4", picture=None, audio_codec=AudioCodec.OPUS),
        outcome=UNSUPPORTED_SOUND,
    ),
    Case(
        name="input-pcm-alone-in-mka",
        recipe=Recipe(suffix=".mka", picture=None, audio_codec=AudioCodec.PCM),
        outcome=UNSUPPORTED_SOUND,
    ),
    Case(
        name="input-ac4",
        recipe=Recipe(picture=PICTURE, damage=Damage.AC4),
        outcome=UNSUPPORTED_SOUND,
    ),
    Case(
        name="input-dolby-vision-av1",
        recipe=Recipe(picture=_coded(VideoCodec.AV1), damage=Damage.DOLBY_VISION),
        outcome=UNSUPPORTED,
    ),
    Case(
        name="input-encrypted",
        recipe=Recipe(picture=PICTURE, is_encrypted=True),
        outcome=failed("ENCRYPTED_FILE"),
        is_representative=True,
    ),
    Case(
        name="input-playlist-named-mp4",
        recipe=Recipe(damage=Damage.PLAYLIST),
        outcome=failed("MEDIACONVERT_3400"),
    ),
)
