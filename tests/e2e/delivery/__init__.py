"""Delivery on the deployed sandbox: uploads and playback through the API, and webhooks."""
