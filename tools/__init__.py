"""Programs that people run against a deployment."""
