"""Handlers in real processes, killed at each of their calls of AWS in turn."""
