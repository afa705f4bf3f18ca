"""Remove an asset for good."""
