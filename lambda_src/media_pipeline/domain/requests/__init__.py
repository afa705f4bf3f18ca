"""Requests to the API that are remembered for a while."""
