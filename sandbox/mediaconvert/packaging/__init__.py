"""Manifests, segments and thumbnails, and their delivery."""
