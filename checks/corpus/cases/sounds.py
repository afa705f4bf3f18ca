"""Sound: none, mono, surround, several languages, silence, and sound alone."""

from checks.corpus.cases.case import Case
from checks.corpus.cases.outcomes import (
    Facts,
    Outcome,
    Size,
    Track,
)
from checks.corpus.sources.recipes import (
    MONO,
    SILENCE,
    STEREO,
    SURROUND,
    AudioCodec,
    Picture,
    Recipe,
    Sound,
)

SMALL: tuple[Size, ...] = ((426, 240),)
PICTURE = Picture(width=426, height=240)
SOUND_RUNGS = 3
LANGUAGES = (Sound(language="eng"), Sound(tones_hz=(550, 770), language="fra"))


def _alone(suffix: str, codec: AudioCodec, container: str, *, sound: Sound = STEREO) -> Case:
    channels = len(sound.tones_hz)
    return Case(
        name=f"sound-alone{suffix.replace('.', '-')}",
        recipe=Recipe(suffix=suffix, picture=None, sounds=(sound,), audio_codec=codec, seconds=3.0),
        outcome=Outcome(
            profile="audio",
            seconds=3.0,
            sounds=(Track("", channels),) * SOUND_RUNGS,
            downloaded_sounds=(Track("", channels),),
            facts=Facts(container=container, has_video=False, channels=(channels,)),
        ),
        is_representative=suffix == ".m4a",
    )


CASES = (
    Case(
        name="sound-none",
        recipe=Recipe(picture=PICTURE, sounds=()),
        outcome=Outcome(ladder=SMALL, sounds=(), facts=Facts(channels=())),
        is_representative=True,
    ),
    Case(
        name="sound-mono",
        recipe=Recipe(picture=PICTURE, sounds=(MONO,)),
        outcome=Outcome(ladder=SMALL, sounds=(Track("", 1),), facts=Facts(channels=(1,))),
    ),
    Case(
        name="sound-5.1",
        recipe=Recipe(picture=PICTURE, sounds=(SURROUND,), seconds=3.0),
        outcome=Outcome(ladder=SMALL, sounds=(Track("", 6),), seconds=3.0, facts=Facts(channels=(6,))),
        is_representative=True,
    ),
    Case(
        name="sound-two-languages",
        recipe=Recipe(picture=PICTURE, sounds=LANGUAGES, seconds=3.0),
        outcome=Outcome(
            ladder=SMALL,
            sounds=(Track("eng", 2), Track("fra", 2)),
            seconds=3.0,
            facts=Facts(channels=(2, 2), languages=("eng", "fra")),
        ),
        is_representative=True,
    ),
    Case(
        name="sound-two-languages-mkv",
        recipe=Recipe(suffix=".mkv", picture=PICTURE, sounds=LANGUAGES, seconds=3.0),
        outcome=Outcome(
            ladder=SMALL,
            sounds=(Track("eng", 2), Track("fra", 2)),
            seconds=3.0,
            facts=Facts(channels=(2, 2), languages=("eng", "fra")),
        ),
    ),
    # A label in ASCII, and a language of two letters in manifests and three in the file.
    Case(
        name="sound-bokmal-and-undetermined",
        recipe=Recipe(
            picture=PICTURE,
            sounds=(Sound(language="nob"), Sound(tones_hz=(550, 770), language="und")),
            seconds=3.0,
        ),
        outcome=Outcome(
            ladder=SMALL,
            sounds=(Track("nob", 2), Track("", 2)),
            seconds=3.0,
            facts=Facts(channels=(2, 2), languages=("nob", "")),
        ),
    ),
    Case(
        name="sound-two-languages-classic",
        recipe=Recipe(picture=PICTURE, sounds=LANGUAGES, seconds=3.0),
        profile="classic",
        outcome=Outcome(
            profile="classic", ladder=SMALL, sounds=(Track("eng", 2), Track("fra", 2)), seconds=3.0
        ),
    ),
    Case(
        name="sound-silent-track",
        recipe=Recipe(picture=PICTURE, sounds=(SILENCE,)),
        outcome=Outcome(ladder=SMALL, facts=Facts(channels=(2,))),
    ),
    Case(
        name="sound-quiet",
        recipe=Recipe(picture=PICTURE, sounds=(Sound(amplitude=0.012),), seconds=3.0),
        # Nothing makes it louder unless a preset asks for it.
        outcome=Outcome(ladder=SMALL, seconds=3.0, facts=Facts(channels=(2,))),
    ),
    _alone(".m4a", AudioCodec.AAC, "mp4"),
    Case(
        name="sound-alone-two-languages",
        recipe=Recipe(suffix=".m4a", picture=None, sounds=LANGUAGES, seconds=3.0),
        # Each track has streams and a download of its own.
        outcome=Outcome(
            profile="audio",
            seconds=3.0,
            sounds=(Track("eng", 2),) * SOUND_RUNGS + (Track("fra", 2),) * SOUND_RUNGS,
            downloaded_sounds=(Track("eng", 2), Track("fra", 2)),
            facts=Facts(has_video=False, channels=(2, 2), languages=("eng", "fra")),
        ),
        is_representative=True,
    ),
    _alone(".mp3", AudioCodec.MP3, "mp3"),
    _alone(".wav", AudioCodec.PCM, "wave", sound=MONO),
)
