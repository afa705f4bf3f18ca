"""Read SubRip and WebVTT files in any encoding, and write WebVTT."""
