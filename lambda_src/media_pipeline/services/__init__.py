"""Use cases: what happens to an upload, step by step."""
