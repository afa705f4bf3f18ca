"""Permissions that AWS enforces and MiniStack does not."""
