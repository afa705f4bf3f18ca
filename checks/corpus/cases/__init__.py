"""Kinds of sources, with the outcome expected of each."""
