"""How assets, presets and sources are shown on a terminal."""
