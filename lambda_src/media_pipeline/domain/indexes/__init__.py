"""Indexes of the assets table besides the one over statuses."""
