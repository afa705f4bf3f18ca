"""Read what a source contains."""
