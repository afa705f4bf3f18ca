"""Refuse the inputs that MediaConvert's table lacks, as the service does.

Source: AWS Elemental MediaConvert User Guide, "Error codes", 1030, whose examples the messages follow.
"""

from collections.abc import Callable

from sandbox.mediaconvert.model import JobError
from sandbox.mediaconvert.planning.plan import Plan
from sandbox.mediaconvert.probing.input_table import is_documented
from sandbox.mediaconvert.probing.source import Track

UNSUPPORTED = 1030

CheckInput = Callable[[Plan], None]


def check_documented(plan: Plan) -> None:
    """Look up the tracks that a job reads.

    Raises:
        JobError: 1030, the table has no such codec in this container.
    """
    source, has_video = plan.source, bool(plan.source.videos)
    if plan.video_encodes or plan.captures or plan.thumbnails:
        track = source.videos[0]
        if not is_documented(source.format, track.guide_codec, is_video=True, has_video=True):
            raise _unsupported(f"Video codec [{_name(track)}] in [{source.format}]", "video")
    used = {encode.stream_index for encode in plan.audio_encodes}
    for number, sound in enumerate(source.audios, 1):
        if sound.index in used and not is_documented(
            source.format, sound.guide_codec, is_video=False, has_video=has_video
        ):
            alone = "" if has_video else " without video"
            what = f"Audio codec [{_name(sound)}] for track [{number}] in [{source.format}]{alone}"
            raise _unsupported(what, "audio")


def accept_any(plan: Plan) -> None:
    """Let everything through that ffmpeg reads."""


def _name(track: Track) -> str:
    return track.coding or track.codec


def _unsupported(what: str, kind: str) -> JobError:
    return JobError(UNSUPPORTED, f"{what} is not a supported input {kind} codec")
