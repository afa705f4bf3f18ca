"""Make what is played: small clips, transcoded by the sandbox with the jobs that the pipeline submits."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from checks.playback.captions import add_captions
from sandbox.demo.clip import Clip, make_clip
from sandbox.mediaconvert.encoding.ffmpeg import executable
from sandbox.mediaconvert.transcode import transcode_file
from tests.support.pipeline_job import wire_settings

SECONDS = 7.0
# Of few pictures a second, so that a busy machine shows them all though they are played faster.
CLIP = Clip(width=640, height=360, frame_rate=Fraction(15), seconds=SECONDS)
HLS_PLAYER, DASH_PLAYER, NO_PLAYER = "hls.js", "dash.js", "video"


@dataclass(frozen=True, slots=True)
class Presentation:
    """Describe what is played, and what must be seen and heard of it.

    Attributes:
        path: Of the manifest or file.
        player: ``hls.js``, ``dash.js``, or ``video`` for the browser alone.
        languages: Tracks of sound between which a viewer can choose.
        captions: Tracks of captions.
    """

    name: str
    path: Path
    player: str
    seconds: float = SECONDS
    has_video: bool = True
    languages: int = 1
    captions: int = 0


def make_presentations(folder: Path) -> list[Presentation]:
    """Make all presentations below a folder."""
    clip = make_clip(folder / "clips", CLIP)
    bilingual, sound = folder / "bilingual.mp4", folder / "sound.m4a"
    languages = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"]
    _remuxed(clip, bilingual, "-map", "0:v", "-map", "0:a", "-map", "0:a", *languages)
    _remuxed(clip, sound, "-map", "0:a")
    one = _transcoded(folder / "one", clip, "default")
    two = _transcoded(folder / "two", bilingual, "default")
    classic = _transcoded(folder / "classic", clip, "classic")
    classic_two = _transcoded(folder / "classic-two", bilingual, "classic")
    heard = _transcoded(folder / "heard", sound, "audio")
    (mp4,) = (one / "mp4").glob("*.mp4")
    add_captions(two / "cmaf", SECONDS)
    return [
        Presentation("CMAF by HLS", one / "cmaf/index.m3u8", HLS_PLAYER),
        Presentation("CMAF by DASH", one / "cmaf/index.mpd", DASH_PLAYER),
        Presentation("two languages, captions", two / "cmaf/index.m3u8", HLS_PLAYER, languages=2, captions=2),
        Presentation("two languages, captions", two / "cmaf/index.mpd", DASH_PLAYER, languages=2, captions=2),
        Presentation("classic HLS (MPEG-TS)", classic / "hls/master.m3u8", HLS_PLAYER),
        Presentation("classic HLS, languages", classic_two / "hls/master.m3u8", HLS_PLAYER, languages=2),
        Presentation("classic DASH", classic / "dash/manifest.mpd", DASH_PLAYER),
        Presentation("MP4 progressive", mp4, NO_PLAYER),
        Presentation("sound alone by HLS", heard / "audio/index.m3u8", HLS_PLAYER, has_video=False),
        Presentation("sound alone by DASH", heard / "audio/index.mpd", DASH_PLAYER, has_video=False),
        Presentation("M4A progressive", heard / "m4a/audio.m4a", NO_PLAYER, has_video=False),
    ]


def _transcoded(folder: Path, source: Path, profile: str) -> Path:
    """Transcode a file with a profile; return the folder in which its outputs lie as in the bucket."""
    work = folder / "work"
    work.mkdir(parents=True)
    result = transcode_file(wire_settings(source, profile), source, work, threads=os.cpu_count() or 1)
    for file in result.files:
        target = folder / file.key
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, target)
    return folder / "asset" / "1"


def _remuxed(source: Path, target: Path, *arguments: str) -> None:
    command = [executable(), "-nostdin", "-loglevel", "error", "-i", str(source)]
    subprocess.run([*command, *arguments, "-c", "copy", str(target)], check=True)
