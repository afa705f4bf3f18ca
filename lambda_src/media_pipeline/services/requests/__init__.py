"""Requests to the API that may be repeated."""
