"""Webhooks under load: a receiver that fails in every way, and what it was told of which assets."""
