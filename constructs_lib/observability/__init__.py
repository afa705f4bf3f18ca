"""Alarms, the dashboard, and the metrics that they read."""
