"""Make the sources of the corpus with ffmpeg."""
