"""Webhooks' adapters: endpoints in SSM, their queue, and the post over the network."""
