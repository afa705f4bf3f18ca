"""From job settings to encodes."""
