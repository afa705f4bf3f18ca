"""Command lines of ffmpeg."""
