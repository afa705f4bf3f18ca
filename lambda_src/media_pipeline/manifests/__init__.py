"""Readers of HLS, DASH, MP4 and MPEG-TS."""
