"""Uploads through the API, as a client on an unreliable line makes them."""
