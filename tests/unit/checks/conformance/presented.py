"""Lay out a valid presentation: the sandbox's CMAF, HLS and DASH groups, with captions and tiles added."""

import subprocess
from pathlib import Path
from typing import Any

from sandbox.demo.clip import Clip, make_clip
from sandbox.mediaconvert.encoding.ffmpeg import executable
from sandbox.mediaconvert.transcode import transcode_file
from tests.unit.sandbox.mediaconvert.media.jobs import (
    STEREO,
    Settings,
    audio_output,
    cmaf,
    dash,
    hls,
    job,
    output,
    video,
)

SECONDS = 5.0
LARGE, SMALL = video(320, 180), video(160, 90)
CAPTIONS = (
    "WEBVTT\n\n1\n00:00.500 --> 00:02.000\nGood morning\n\n00:02.000 --> 00:04.500 line:90%\nGood night\n"
)
SDH = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
# Captions for people who can't hear, beside the subtitles of the same language.
SDH_SET = """<AdaptationSet id="10" contentType="text" mimeType="text/vtt" lang="en">
<Label>English (SDH)</Label><Accessibility schemeIdUri="urn:mpeg:dash:role:2011" value="caption" />
<Role schemeIdUri="urn:mpeg:dash:role:2011" value="caption" />
<Representation id="en-sdh" bandwidth="256"><BaseURL>sdh.vtt</BaseURL></Representation></AdaptationSet>"""
TEXT_SET = """<AdaptationSet id="8" contentType="text" mimeType="text/vtt" lang="en">
<Label>English</Label><Role schemeIdUri="urn:mpeg:dash:role:2011" value="subtitle" />
<Representation id="en" bandwidth="256"><BaseURL>en.vtt</BaseURL></Representation></AdaptationSet>"""
IMAGE_SET = """<AdaptationSet id="9" contentType="image" mimeType="image/jpeg">
<SegmentTemplate media="tile_$Number$.jpg" duration="4" startNumber="1" />
<Representation id="tiles" bandwidth="9000" width="128" height="72">
<EssentialProperty schemeIdUri="http://dashif.org/guidelines/thumbnail_tile" value="2x2" />
</Representation></AdaptationSet>"""


def lay_out(folder: Path) -> None:
    """Make everything below a folder: ``cmaf``, ``hls`` and ``dash``, each with a master or manifest."""
    clip, work = make_clip(folder / "clips", Clip(width=320, height=180, seconds=SECONDS)), folder / "work"
    work.mkdir()
    result = transcode_file(_settings(), clip, work, threads=2)
    for file in result.files:
        target = folder / "outputs" / file.key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.path.read_bytes())
    _add_captions_and_tiles(folder / "outputs" / "cmaf")


def _settings() -> Settings:
    """Two rungs everywhere; in the CMAF group the one sound under two languages."""

    def pictures(container: str, **of_container: Any) -> list[Settings]:
        made = [output("_l", container, picture=LARGE), output("_s", container, picture=SMALL)]
        return [one | {"containerSettings": one["containerSettings"] | of_container} for one in made]

    def sound(modifier: str, code: str, label: str, selection: str) -> Settings:
        reported = {"languageCode": code, "languageCodeControl": "USE_CONFIGURED", "streamName": label}
        kind = f"ALTERNATE_AUDIO_AUTO_SELECT{selection}"
        return audio_output(modifier, STEREO | reported, audioGroupId="audio", audioTrackType=kind)

    return job(
        cmaf(
            *pictures("CMFC", cmfcSettings={"audioRenditionSets": "audio"}),
            sound("_audio_1", "ENG", "English", "_DEFAULT"),
            sound("_audio_2", "DEU", "Deutsch", ""),
            destination="s3://outputs/cmaf/index",
            segmentLength=2,
        ),
        hls(
            output("_l", "M3U8", picture=LARGE, sound=STEREO),
            output("_s", "M3U8", picture=SMALL, sound=STEREO),
            destination="s3://outputs/hls/master",
            segmentLength=2,
        ),
        dash(
            *pictures("MPD"),
            output("_a", "MPD", sound=STEREO),
            destination="s3://outputs/dash/manifest",
            segmentLength=2,
        ),
    )


def _add_captions_and_tiles(folder: Path) -> None:
    """Add what is made beside a transcoding: WebVTT captions, and pictures in tiles."""
    for name in ("en", "sdh"):
        (folder / f"{name}.vtt").write_text(CAPTIONS, encoding="utf-8")
    opening = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:1\n"
    for name in ("en", "sdh"):
        (folder / f"{name}.m3u8").write_text(
            f"{opening.format(5)}#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:{SECONDS},\n{name}.vtt\n#EXT-X-ENDLIST\n"
        )
    tiles = "#EXT-X-TILES:RESOLUTION=64x36,LAYOUT=2x2,DURATION=1\n"
    (folder / "tiles.m3u8").write_text(
        f"{opening.format(4)}#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-IMAGES-ONLY\n"
        f"#EXTINF:4.0,\n{tiles}tile_1.jpg\n#EXTINF:1.0,\n{tiles}tile_2.jpg\n#EXT-X-ENDLIST\n"
    )
    picture = ["-f", "lavfi", "-i", "testsrc2=size=128x72:rate=1:duration=2"]
    command = [executable(), "-nostdin", "-loglevel", "error", *picture, "-pix_fmt", "yuvj420p"]
    subprocess.run([*command, str(folder / "tile_%d.jpg")], check=True)
    master = folder / "index.m3u8"
    text = master.read_text().replace("#EXT-X-STREAM-INF:", '#EXT-X-STREAM-INF:SUBTITLES="subs",')
    subtitles = 'TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",LANGUAGE="en",AUTOSELECT=YES,URI="en.m3u8"'
    heard = 'TYPE=SUBTITLES,GROUP-ID="subs",NAME="English (SDH)",LANGUAGE="en",AUTOSELECT=YES,URI="sdh.m3u8"'
    images = 'BANDWIDTH=9000,RESOLUTION=64x36,CODECS="jpeg",URI="tiles.m3u8"'
    for_all = f'{subtitles}\n#EXT-X-MEDIA:{heard},CHARACTERISTICS="{SDH}"'
    master.write_text(f"{text}#EXT-X-MEDIA:{for_all}\n#EXT-X-IMAGE-STREAM-INF:{images}\n")
    manifest = folder / "index.mpd"
    text = manifest.read_text().replace("</Period>", f"{TEXT_SET}{SDH_SET}{IMAGE_SET}</Period>")
    manifest.write_text(text)
