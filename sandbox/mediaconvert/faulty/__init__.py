"""Wrap what the service takes from outside, so that it fails as ``sandbox/faults.py`` is told."""
