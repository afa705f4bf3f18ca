"""Put captions beside a presentation, with the code that publishes caption files beside a video."""

from pathlib import Path

from media_pipeline.publishing import dash_subtitles, hls_subtitles
from media_pipeline.publishing.caption_text.webvtt import webvtt_text
from media_pipeline.publishing.published_caption import PublishedCaption, variant
from media_pipeline.publishing.sidecar_names import SDH


def add_captions(folder: Path, seconds: float) -> None:
    """Add English captions that are always on screen to ``index.m3u8`` and ``index.mpd`` of a folder.

    They come as subtitles and for people who can't hear: as a player finds them, two tracks of one language.
    """
    cues = [
        f"{at + 1}\n00:00:{at:02d},000 --> 00:00:{at + 1:02d},000\nSecond {at}" for at in range(int(seconds))
    ]
    duration_ms = round(seconds * 1000)
    text = webvtt_text("\n\n".join(cues).encode(), duration_ms=duration_ms).text
    captions = [
        PublishedCaption(
            language="en",
            role=role,
            key=f"id/1/captions/{variant('en', role)}.vtt",
            playlist_key=f"id/1/captions/{variant('en', role)}.m3u8",
            size_bytes=len(text.encode()),
        )
        for role in ("", SDH)
    ]
    (folder.parent / "captions").mkdir()
    for caption in captions:
        file = folder.parent / "captions" / f"{caption.variant}.vtt"
        file.write_text(text, encoding="utf-8")
        playlist = hls_subtitles.caption_playlist(caption, duration_ms=duration_ms)
        file.with_suffix(".m3u8").write_text(playlist, encoding="utf-8")
    master, manifest = folder / "index.m3u8", folder / "index.mpd"
    master.write_text(
        hls_subtitles.with_captions(
            master.read_text(encoding="utf-8"), captions, key=f"id/1/{folder.name}/index.m3u8"
        ),
        encoding="utf-8",
    )
    manifest.write_text(
        dash_subtitles.with_captions(
            manifest.read_text(encoding="utf-8"),
            captions,
            key=f"id/1/{folder.name}/index.mpd",
            duration_ms=duration_ms,
        ),
        encoding="utf-8",
    )
