"""Captions and storyboards beside the transcoder's outputs."""
