"""The counters of what was spent."""
