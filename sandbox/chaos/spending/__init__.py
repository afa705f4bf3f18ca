"""A day's cap that a load test reaches, and the audit of what was spent."""
