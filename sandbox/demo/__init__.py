"""The demo, from a clip to a report."""
