"""Put captions beside a presentation: WebVTT in a SUBTITLES group of HLS, and in a text set of DASH."""

from pathlib import Path

GROUP = "captions"


def add_captions(folder: Path, seconds: float) -> None:
    """Add English captions that are always on screen to ``index.m3u8`` and ``index.mpd`` of a folder."""
    cues = [f"00:{at:02d}.000 --> 00:{at + 1:02d}.000\nSecond {at}" for at in range(int(seconds))]
    (folder / "en.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n", encoding="utf-8")
    (folder / "en.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:3\n"
        f"#EXT-X-TARGETDURATION:{round(seconds)}\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        f"#EXTINF:{seconds:.3f},\nen.vtt\n#EXT-X-ENDLIST\n",
        encoding="utf-8",
    )
    master = folder / "index.m3u8"
    lines = master.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("#EXT-X-STREAM-INF:"))
    lines.insert(
        first,
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{GROUP}",NAME="English",LANGUAGE="en",'
        'DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,URI="en.m3u8"',
    )
    named = [
        f'{line},SUBTITLES="{GROUP}"' if line.startswith("#EXT-X-STREAM-INF:") else line for line in lines
    ]
    master.write_text("\n".join(named) + "\n", encoding="utf-8")
    manifest = folder / "index.mpd"
    text_set = (
        '<AdaptationSet contentType="text" mimeType="text/vtt" lang="en"><Label>English</Label>'
        '<Role schemeIdUri="urn:mpeg:dash:role:2011" value="subtitle"/>'
        '<Representation id="en" bandwidth="256"><BaseURL>en.vtt</BaseURL></Representation></AdaptationSet>'
    )
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("</Period>", f"{text_set}</Period>"), encoding="utf-8")
