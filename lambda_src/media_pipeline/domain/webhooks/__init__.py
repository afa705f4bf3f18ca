"""Webhooks: endpoints, what is sent to them, and which addresses nothing is sent to. Pure."""
