"""Webhooks: endpoints are told of each asset that has ended, at least once, and each at its own pace."""
